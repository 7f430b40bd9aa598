package api_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/storetest"
)

type shiftView struct {
	Person      *incident.Person
	From, Until time.Time
	Override    bool
}

// member makes a responder and signs them in.
func (s *server) member(name string) with {
	s.t.Helper()
	s.user(name, incident.Responder)
	return cookie(s.signIn(name))
}

// id is that of the account with a name.
func (s *server) id(name string) string {
	s.t.Helper()
	p, err := s.Store.Person(s.t.Context(), name+"@example.com")
	if err != nil {
		s.t.Fatal(err)
	}
	return p.ID
}

// rota writes a schedule of two who take turns of a week, and gives its id.
func (s *server) rota(as with, people ...string) string {
	s.t.Helper()
	var made struct{ ID string }
	s.must(&made, "PUT", "/api/schedules", map[string]any{"id": "", "name": "Payments", "timezone": "Asia/Jakarta", "overrides": []any{},
		"layers": []any{map[string]any{"name": "", "people": people, "start": "2026-01-05T09:00", "turn": 1, "unit": "week"}}}, as)
	return made.ID
}

func TestASchedulesOverridesAreOnesOwnOrAManagers(t *testing.T) {
	t.Parallel()
	s := start(t, storetest.SQLite(t))
	manager, responder := bearer(s.token(incident.Manager)), s.member("rina")
	rina, budi := s.id("rina"), s.user("budi", incident.Responder).ID
	id := s.rota(manager, budi)
	from, until := time.Now().Add(time.Hour).UTC(), time.Now().Add(2*time.Hour).UTC()
	put := func(person string, as with) answer {
		return s.do("POST", "/api/schedules/"+id+"/overrides", map[string]any{"person": person, "from": from, "until": until, "reason": "dentist"}, as)
	}
	if a := put(budi, responder); a.StatusCode != http.StatusForbidden {
		t.Errorf("a responder puts somebody else on call: %d, want 403", a.StatusCode)
	}
	if a := put("nobody", manager); a.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("nobody is put on call: %d, want 422", a.StatusCode)
	}
	if a := put(rina, responder); a.StatusCode != http.StatusOK {
		t.Fatalf("a responder takes over: %d %s", a.StatusCode, a.body)
	}
	var list struct{ Items []shiftView }
	s.must(&list, "GET", "/api/schedules/"+id+"/shifts?until="+url.QueryEscape(time.Now().Add(3*time.Hour).Format(time.RFC3339)), nil, responder)
	if len(list.Items) != 3 || list.Items[1].Person.ID != rina || !list.Items[1].Override || list.Items[0].Person.ID != budi {
		t.Errorf("the shifts are %+v", list.Items)
	}
	var duties struct {
		Items []struct {
			Now, Next shiftView
			Gap       *shiftView
		}
	}
	s.must(&duties, "GET", "/api/oncall", nil, responder)
	if len(duties.Items) != 1 || duties.Items[0].Now.Person.Name != "budi" || duties.Items[0].Next.Person.Name != "rina" || duties.Items[0].Gap != nil {
		t.Errorf("who is on call: %+v", duties.Items)
	}
	var written struct{ Overrides []struct{ ID string } }
	s.must(&written, "POST", "/api/schedules/"+id+"/overrides", map[string]any{"person": budi, "from": until, "until": until.Add(time.Hour)}, manager)
	if a := s.do("DELETE", "/api/schedules/"+id+"/overrides/"+written.Overrides[1].ID, nil, responder); a.StatusCode != http.StatusForbidden {
		t.Errorf("a responder takes another's override back: %d, want 403", a.StatusCode)
	}
	if a := s.do("DELETE", "/api/schedules/"+id+"/overrides/"+written.Overrides[0].ID, nil, responder); a.StatusCode != http.StatusOK {
		t.Errorf("a responder takes their own back: %d %s", a.StatusCode, a.body)
	}
}

func TestACalendarOfShiftsOpensByItsNewestLinkAlone(t *testing.T) {
	t.Parallel()
	s := start(t, storetest.SQLite(t))
	rina := s.member("rina")
	s.rota(bearer(s.token(incident.Manager)), s.id("rina"), s.user("budi", incident.Responder).ID)
	read := func(link string) (int, string) {
		u, err := url.Parse(link)
		if err != nil {
			t.Fatal(err)
		}
		a := s.do("GET", u.Path, nil)
		return a.StatusCode, string(a.body)
	}
	var first, second struct{ Link string }
	s.must(&first, "POST", "/api/oncall/feed", map[string]any{}, rina)
	status, calendar := read(first.Link)
	if status != http.StatusOK || !strings.HasPrefix(calendar, "BEGIN:VCALENDAR\r\n") || strings.Count(calendar, "SUMMARY:Payments: rina") < 8 || strings.Contains(calendar, "budi") {
		t.Errorf("the calendar of rina's shifts: %d\n%.600s", status, calendar)
	}
	s.must(&second, "POST", "/api/oncall/feed", map[string]any{}, rina)
	if status, _ := read(first.Link); status != http.StatusNotFound {
		t.Errorf("the link before the newest: %d, want 404", status)
	}
	if a := s.do("PATCH", "/api/people/"+s.id("rina"), map[string]any{"disabled": true}, bearer(s.token(incident.Admin))); a.StatusCode != http.StatusOK {
		t.Fatalf("close the account: %d %s", a.StatusCode, a.body)
	}
	if status, _ := read(second.Link); status != http.StatusNotFound {
		t.Errorf("the link of a closed account: %d, want 404", status)
	}
}

func TestTheDryRunIsThereForAll(t *testing.T) {
	t.Parallel()
	s := start(t, storetest.SQLite(t))
	s.user("ana", incident.Admin)
	var p struct {
		Pages bool
		Asks  []struct {
			Purpose, Code string
			Person        *incident.Person
		}
	}
	s.must(&p, "GET", "/api/paging/preview?service=checkout&severity=2", nil, bearer(s.token(incident.Viewer)))
	if !p.Pages || len(p.Asks) != 3 || p.Asks[0].Code != "no-method" || p.Asks[1].Code != "nobody" || p.Asks[2].Purpose != "notice" {
		t.Errorf("with an admin who has no contact method: %+v", p)
	}
}

func TestAScheduleTakesItsHolidaysFromACalendar(t *testing.T) {
	t.Parallel()
	s := start(t, storetest.SQLite(t))
	manager := bearer(s.token(incident.Manager))
	id := s.rota(manager, s.user("budi", incident.Responder).ID)
	next := time.Now().AddDate(0, 1, 0).UTC()
	calendar := "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART;VALUE=DATE:" + next.Format("20060102") + "\r\nSUMMARY:Libur\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
	var v struct{ Holidays []struct{ Date, Name string } }
	s.must(&v, "POST", "/api/schedules/"+id+"/holidays", map[string]any{"calendar": calendar}, manager)
	if len(v.Holidays) != 1 || v.Holidays[0].Date != next.Format(time.DateOnly) || v.Holidays[0].Name != "Libur" {
		t.Errorf("the holidays are %+v", v.Holidays)
	}
	s.must(&v, "POST", "/api/schedules/"+id+"/holidays", map[string]any{"indonesia": true}, manager)
	if len(v.Holidays) < 30 {
		t.Errorf("with Indonesia's they are %d", len(v.Holidays))
	}
	for _, wrong := range []map[string]any{{}, {"calendar": "<html>"}, {"url": "file:///etc/passwd"}, {"url": "http://127.0.0.1:1/x.ics"}} {
		if a := s.do("POST", "/api/schedules/"+id+"/holidays", wrong, manager); a.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("%v: %d %s, want 422", wrong, a.StatusCode, a.body)
		}
	}
	v.Holidays = nil
	s.must(&v, "DELETE", "/api/schedules/"+id+"/holidays", nil, manager)
	if len(v.Holidays) != 0 {
		t.Errorf("taken away they are %+v", v.Holidays)
	}
}

func TestAReportOfHoursIsForThoseWhoWork(t *testing.T) {
	t.Parallel()
	s := start(t, storetest.SQLite(t))
	id := s.rota(bearer(s.token(incident.Manager)), s.user("budi", incident.Responder).ID, s.user("rina", incident.Responder).ID)
	at := func(day string) string { return url.QueryEscape(day + "T00:00:00+07:00") }
	var r struct {
		Timezone string
		People   []struct {
			Person  incident.Person
			Hours   struct{ Total, Weekday, Night, Weekend float64 }
			Against float64
		}
	}
	report := "/api/schedules/" + id + "/report"
	s.must(&r, "GET", report+"?from="+at("2026-01-12")+"&until="+at("2026-01-19"), nil, bearer(s.token(incident.Responder)))
	if len(r.People) != 2 || r.Timezone != "Asia/Jakarta" || r.People[0].Hours.Total+r.People[1].Hours.Total != 7*24 || r.People[0].Hours.Weekend+r.People[1].Hours.Weekend != 2*24 || r.People[0].Against != 159.0*2/168 {
		t.Errorf("of a week the report says %+v", r)
	}
	if a := s.do("GET", report, nil, bearer(s.token(incident.Viewer))); a.StatusCode != http.StatusForbidden {
		t.Errorf("a viewer reads it: %d, want 403", a.StatusCode)
	}
	if a := s.do("GET", report+"?from="+at("2026-01-12")+"&until="+at("2028-01-12"), nil, bearer(s.token(incident.Responder))); a.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("of two years: %d, want 422", a.StatusCode)
	}
}
