package api_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/storetest"
)

type heldView struct {
	ID, Title, Held, Window string
	Grave                   bool
}

type windowView struct {
	ID, State, Reason string
	Until             time.Time
	Next              *struct{ From, Until time.Time }
	MayEnd            bool
	EndedBy           *incident.Person
}

type windowsView struct {
	Items []windowView
	Held  []heldView
	Count struct{ All, Grave int }
}

// silence is what a person asks for: an hour without one service's alerts.
func silence(set ...any) map[string]any {
	w := map[string]any{"kind": "silence", "matchers": []string{"service=checkout"}, "until": time.Now().Add(time.Hour), "reason": "new disks"}
	for n := 0; n+1 < len(set); n += 2 {
		w[set[n].(string)] = set[n+1]
	}
	return w
}

func TestAResponderSilencesForADayAndAManagerPlans(t *testing.T) {
	t.Parallel()
	s := start(t, storetest.SQLite(t))
	weekly := map[string]any{"zone": "Asia/Jakarta", "days": []int{2}, "from": "02:00", "to": "04:00"}
	responder, manager := bearer(s.token(incident.Responder)), bearer(s.token(incident.Manager))
	for name, c := range map[string]struct {
		window             map[string]any
		responder, manager int
	}{
		"an hour":     {silence(), 200, 200},
		"a whole day": {silence("until", nil, "minutes", 24*60), 200, 200},
		"a bit more":  {silence("until", nil, "minutes", 24*60+1), 403, 200},
		"two days":    {silence("until", time.Now().Add(48*time.Hour)), 403, 200},
		"weekly":      {silence("weekly", weekly, "until", nil), 403, 200},
		"maintenance": {silence("kind", "maintenance"), 403, 200},
		"everything":  {silence("matchers", []string{"service=~.*"}), 422, 422},
		"no reason":   {silence("reason", " "), 422, 422},
		"for ever":    {silence("until", nil), 422, 422},
		"over":        {silence("from", time.Now().Add(-2*time.Hour), "until", time.Now().Add(-time.Hour)), 422, 422},
	} {
		if c.window["until"] == nil {
			delete(c.window, "until")
		}
		for who, want := range map[string]int{"responder": c.responder, "manager": c.manager} {
			as := responder
			if who == "manager" {
				as = manager
			}
			if a := s.do("POST", "/api/windows", c.window, as); a.StatusCode != want {
				t.Errorf("%s, a %s: %d, want %d: %s", name, who, a.StatusCode, want, a.body)
			}
		}
	}
}

func TestWhatASilenceHoldsIsShownWithItsReasonUntilItIsEnded(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, dsn string) {
		s := start(t, dsn)
		as, key := s.member("rina"), "/in/"+s.key("generic")
		var made windowView
		s.must(&made, "POST", "/api/windows", silence(), as)
		if made.State != "open" || !made.MayEnd || made.Next == nil || !made.Next.Until.Equal(made.Until) {
			t.Errorf("made was %+v", made)
		}
		s.must(nil, "POST", key, `{"title":"Checkout is slow","service":"checkout","severity":"warning"}`)
		s.must(nil, "POST", key, `{"title":"Checkout is down","service":"checkout","severity":"critical"}`)
		var list windowsView
		s.wait("both are held", func() bool {
			s.must(&list, "GET", "/api/windows", nil, as)
			return list.Count.All == 2 && len(list.Held) == 2 // they are counted after they were listed
		})
		first := list.Held[0]
		if list.Count.Grave != 1 || !first.Grave || first.Title != "Checkout is down" || first.Window != made.ID || !strings.Contains(first.Held, "new disks") {
			t.Errorf("held are %+v, %+v", list.Count, list.Held)
		}
		var home struct {
			Held       struct{ All, Grave int }
			Candidates []any
		}
		s.must(&home, "GET", "/api/home", nil, as)
		if home.Held.Grave != 1 || len(home.Candidates) != 0 {
			t.Errorf("home shows %+v", home)
		}
		var signals struct{ Loose []heldView }
		s.must(&signals, "GET", "/api/signals", nil, as)
		if len(signals.Loose) != 2 || signals.Loose[0].Held == "" {
			t.Errorf("the signals are %+v", signals.Loose)
		}
		var ended windowView
		s.must(&ended, "POST", "/api/windows/"+made.ID+"/end", map[string]any{}, as)
		if ended.State != "over" || ended.EndedBy == nil || ended.EndedBy.Name != "rina" {
			t.Errorf("ended was %+v", ended)
		}
		s.wait("what fires still is a candidate", func() bool { return len(s.incidents(incident.Filter{Service: "checkout"})) == 1 })
		if a := s.do("POST", "/api/windows/"+made.ID+"/end", map[string]any{}, as); a.StatusCode != http.StatusConflict {
			t.Errorf("it is ended twice: %d", a.StatusCode)
		}
	})
}

func TestAResponderLeavesAWeeklyWindowOutButDoesNotEndIt(t *testing.T) {
	t.Parallel()
	s := start(t, storetest.SQLite(t))
	as, now := s.member("rina"), time.Now().UTC()
	w := silence("weekly", map[string]any{"zone": "UTC", "days": []int{int(now.Weekday())}, "from": now.Format("15:04"), "to": now.Format("15:04")})
	delete(w, "until")
	var made, after windowView
	s.must(&made, "POST", "/api/windows", w, bearer(s.token(incident.Manager)))
	if a := s.do("POST", "/api/windows/"+made.ID+"/end", map[string]any{}, as); a.StatusCode != http.StatusForbidden {
		t.Errorf("a responder ends it for good: %d", a.StatusCode)
	}
	s.must(&after, "POST", "/api/windows/"+made.ID+"/end", map[string]any{"once": true}, as)
	if made.State != "open" || after.State != "coming" || after.MayEnd || after.Next.From.Before(made.Next.Until) {
		t.Errorf("it was %+v and is %+v", made, after)
	}
}

func TestConditionsForAnAlertAreOfferedAndTried(t *testing.T) {
	t.Parallel()
	s := start(t, storetest.SQLite(t))
	as := s.member("rina")
	s.must(nil, "POST", "/in/"+s.key("generic"), `{"title":"Checkout is down","service":"checkout","severity":"critical","labels":{"alertname":"Down","pod":"a-1"}}`)
	var signals struct {
		Candidates []struct{ Joined []heldView }
	}
	s.wait("it is a candidate", func() bool {
		s.must(&signals, "GET", "/api/signals", nil, as)
		return len(signals.Candidates) == 1 && len(signals.Candidates[0].Joined) == 1
	})
	var of struct{ Matchers, Others []string }
	s.must(&of, "GET", "/api/alerts/"+signals.Candidates[0].Joined[0].ID+"/conditions", nil, as)
	if strings.Join(of.Matchers, " ") != `alertname="Down" service="checkout"` || !strings.Contains(strings.Join(of.Others, " "), `pod="a-1"`) {
		t.Errorf("the conditions are %v, others %v", of.Matchers, of.Others)
	}
	if a := s.do("GET", "/api/alerts/none/conditions", nil, as); a.StatusCode != http.StatusNotFound {
		t.Errorf("of no alert: %d", a.StatusCode)
	}
	for _, c := range []struct {
		matchers []string
		held     int
	}{{of.Matchers, 1}, {[]string{"service=payment"}, 0}} {
		var tried struct {
			Count  struct{ All, Grave int }
			Of     int
			Alerts []heldView
		}
		s.must(&tried, "POST", "/api/windows/try", map[string]any{"matchers": c.matchers}, as)
		if tried.Of != 1 || tried.Count.All != c.held || tried.Count.Grave != c.held || len(tried.Alerts) != c.held {
			t.Errorf("%v: %+v", c.matchers, tried)
		}
	}
	if a := s.do("POST", "/api/windows/try", map[string]any{"matchers": []string{"service=~("}}, as); a.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a pattern that cannot be read: %d", a.StatusCode)
	}
}
