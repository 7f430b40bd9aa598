package intake

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

func alertsOf(signals ...incident.Signal) []*incident.Alert {
	var out []*incident.Alert
	for _, s := range signals {
		out = append(out, &incident.Alert{Signal: s})
	}
	return out
}

func TestAnAlertIsShownAsItWasPosted(t *testing.T) {
	t.Parallel()
	batch, err := parse(t, "prometheus", Request{Body: postedBatch(1)})
	if err != nil {
		t.Fatal(err)
	}
	view := AlertsView(alertsOf(batch.Signals...), nil, now)
	if len(view) != 1 {
		t.Fatalf("got %d alerts", len(view))
	}
	if got, want := view[0].Fingerprint, batch.Signals[0].Identity; got != want {
		t.Errorf("fingerprint %s, want the alert's identity %s", got, want)
	}
	again, err := json.Marshal(view)
	if err != nil {
		t.Fatal(err)
	}
	reposted, err := parse(t, "prometheus", Request{Body: again})
	if err != nil || len(reposted.Signals) != 1 || reposted.Signals[0].Identity != batch.Signals[0].Identity {
		t.Errorf("what is shown does not read as what was posted: %+v, %v", reposted, err)
	}
}

func TestOnlyWhatFiresAndMatchesIsShown(t *testing.T) {
	t.Parallel()
	signals := []incident.Signal{
		{Source: "generic", Title: "Slow", Service: "checkout", Severity: "P1", State: incident.Firing},
		{Source: "generic", Title: "Ended", Service: "checkout", State: incident.Resolved},
		{Source: "generic", Title: "No longer reported", Service: "checkout", State: incident.Firing, ExpiresAt: now},
		{Source: "generic", Title: "Taken", Service: "cart", State: incident.Acknowledged, ExpiresAt: now.Add(time.Minute)},
	}
	tests := []struct {
		filters []string
		want    string
	}{
		{nil, "Slow Taken"},
		{[]string{`service="checkout"`}, "Slow"},
		{[]string{`service!="checkout"`}, "Taken"},
		{[]string{`service=~"che.*|cart"`}, "Slow Taken"},
		{[]string{`service=~"che"`}, ""},
		{[]string{`service!~che.*`}, "Taken"},
		{[]string{`severity=""`}, "Taken"},
		{[]string{` alertname = Slow `, `severity="P1"`}, "Slow"},
	}
	for _, test := range tests {
		t.Run(strings.Join(test.filters, " "), func(t *testing.T) {
			t.Parallel()
			var matchers []Matcher
			for _, f := range test.filters {
				m, err := ParseMatcher(f)
				if err != nil {
					t.Fatal(err)
				}
				matchers = append(matchers, m)
			}
			got := map[string]bool{}
			for _, a := range AlertsView(alertsOf(signals...), matchers, now) {
				got[a.Labels["alertname"]] = true
			}
			for _, s := range signals {
				if want := strings.Contains(test.want, s.Title); got[s.Title] != want {
					t.Errorf("%s: shown %v, want %v", s.Title, got[s.Title], want)
				}
			}
		})
	}
}

func TestAFilterThatCannotBeReadIsAnError(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", "alertname", `="x"`, `a=~"("`, `a="x`, `a!x`} {
		if m, err := ParseMatcher(s); err == nil {
			t.Errorf("%q was read as %+v", s, m)
		}
	}
}

// TestNoListIsNull because Alertmanager's generated clients refuse null where
// the specification requires a list or an object.
func TestNoListIsNull(t *testing.T) {
	t.Parallel()
	alerts := AlertsView(alertsOf(incident.Signal{Source: "generic", Title: "Bare", State: incident.Firing}), nil, now)
	for name, view := range map[string]any{
		"status":     StatusView(VersionInfo{}, now),
		"receivers":  ReceiversView(),
		"alerts":     alerts,
		"no alerts":  AlertsView(nil, nil, now),
		"groups":     AlertGroupsView(alerts),
		"no groups":  AlertGroupsView(nil),
		"silences":   SilencesView([]Silence{{ID: "1", Matchers: []Matcher{}}}, now),
		"no silence": SilencesView(nil, now),
	} {
		b, err := json.Marshal(view)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(b), "null") {
			t.Errorf("%s: %s", name, b)
		}
	}
}

func TestASilenceIsPendingThenActiveThenExpired(t *testing.T) {
	t.Parallel()
	var silence Silence
	if err := json.Unmarshal([]byte(`{"matchers":[{"name":"a","value":"b","isRegex":false}],"startsAt":"2026-11-24T03:00:00Z","endsAt":"2026-11-24T04:00:00Z"}`), &silence); err != nil {
		t.Fatal(err)
	}
	if m := silence.Matchers[0]; !m.IsEqual || !m.Matches(map[string]string{"a": "b"}) {
		t.Errorf("isEqual must be true when absent: %+v", m)
	}
	for after, want := range map[time.Duration]string{-time.Second: "pending", 0: "active", time.Hour: "expired"} {
		if got := SilencesView([]Silence{silence}, now.Add(after))[0].Status.State; got != want {
			t.Errorf("after %v: got %s, want %s", after, got, want)
		}
	}
}
