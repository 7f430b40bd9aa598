package identify

import (
	"fmt"
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// before is a past in which the alerts of a service began so often.
func before(now time.Time, service string, times map[string]int) *Past {
	t := newTally(now)
	for title, n := range times {
		t.add(fired(service, title, days(now, n, time.Duration(len(title))*time.Hour)...))
	}
	p := t.past(now)
	return &p
}

func TestHowOftenAnAlertComesIsSaidOfItsService(t *testing.T) {
	t.Parallel()
	now := time.Date(2027, 3, 30, 12, 0, 0, 0, time.UTC)
	known := before(now, "payment", map[string]int{"slow": 20, "retries": 4, "down": 1})
	young := before(now, "payment", map[string]int{"slow": 4, "down": 1})
	tests := map[string]struct {
		past           *Past
		service, title string
		want           incident.Rarity
		times, of      int
	}{
		"most of them":                  {known, "payment", "slow", incident.Frequent, 20, 25},
		"some":                          {known, "payment", "retries", "", 4, 25},
		"hardly any":                    {known, "payment", "down", incident.Rare, 1, 25},
		"none":                          {known, "payment", "certificate expired", incident.Unseen, 0, 25},
		"of a service that is not seen": {known, "mail", "slow", "", 0, 0},
		"of one that is hardly seen":    {young, "payment", "slow", "", 4, 5},
	}
	for name, tt := range tests {
		a := &incident.Alert{Signal: incident.Signal{Service: tt.service, Title: tt.title}, First: now.Add(time.Hour)}
		if st := tt.past.Standing(a); st.Rarity != tt.want || st.Times != tt.times || st.Of != tt.of {
			t.Errorf("%s: %+v", name, st)
		}
	}
	own := &incident.Alert{Signal: incident.Signal{Service: "payment", Title: "down"}, First: now.Add(-time.Hour)}
	if st := known.Standing(own); st.Rarity != incident.Unseen || st.Times != 0 {
		t.Errorf("its own beginning counts: %+v", st)
	}
}

func TestCommonWordsMakeNoise(t *testing.T) {
	t.Parallel()
	now := time.Date(2027, 3, 30, 12, 0, 0, 0, time.UTC)
	p := before(now, "payment", map[string]int{"queue is long": 29, "queue is longer": 28, "ledger does not balance": 1})
	noise := func(title string) int {
		return p.Standing(&incident.Alert{Signal: incident.Signal{Service: "payment", Title: title}}).Noise
	}
	if common, strange := noise("queue is long"), noise("ledger does not balance"); common < 60 || strange > 40 {
		t.Errorf("noise %d of what is common, %d of what is not", common, strange)
	}
	if few := before(now, "payment", map[string]int{"queue is long": 9}); few.Standing(&incident.Alert{Signal: incident.Signal{Service: "payment", Title: "queue is long"}}).Noise != 0 {
		t.Error("so few say nothing of noise")
	}
}

func TestRaritySpeaksALittleAndNeverDecides(t *testing.T) {
	t.Parallel()
	now := time.Date(2027, 3, 30, 12, 0, 0, 0, time.UTC)
	p := before(now, "payment", map[string]int{"slow": 20, "down": 1})
	policy := incident.DefaultPolicy()
	view := func(title, severity string, past *Past) Known {
		a := &incident.Alert{Signal: incident.Signal{Service: "payment", Title: title, Severity: severity, Source: "x"}, State: incident.AlertFiring, First: now.Add(time.Hour)}
		return Known{Incident: &incident.Incident{Service: "payment", Environment: "production", Alerts: []incident.JoinedAlert{a.Joined("", "")}}, Alerts: []*incident.Alert{a}, Past: past, Now: now}
	}
	weight := func(title, severity string, p2 incident.Policy) int {
		return judge(view(title, severity, p), p2).Score - judge(view(title, severity, nil), p2).Score
	}
	for name, tt := range map[string]struct {
		title, severity string
		want            int
	}{
		"unseen":              {"certificate expired", "error", 5},
		"rare":                {"down", "error", 5},
		"frequent":            {"slow", "error", -5},
		"frequent, but grave": {"slow", "critical", 0},
	} {
		if got := weight(tt.title, tt.severity, policy); got != tt.want {
			t.Errorf("%s: %d, want %d", name, got, tt.want)
		}
	}
	policy.DeclareAt = 38 // it stands at 35
	if got := weight("down", "error", policy); got != 0 {
		t.Errorf("it alone would declare: %d", got)
	}
	policy.DeclareAt, policy.PageAt = 70, 33
	if got := weight("slow", "error", policy); got != 0 {
		t.Errorf("it alone would keep a page back: %d", got)
	}
}

func TestTheNoisiestAlertsAreListedWithWhatToDo(t *testing.T) {
	t.Parallel()
	now := time.Date(2027, 3, 30, 12, 0, 0, 0, time.UTC)
	tl := newTally(now)
	add := func(n int, id, title string, real, ended int, at []time.Time) {
		for k := range n {
			a := fired("payment", title, at...)
			a.ID, a.WasReal, a.WasEnded = fmt.Sprintf("%s-%d", id, k), real, ended
			tl.add(a)
		}
	}
	var flaps []time.Time
	for _, day := range days(now, 5, 0) {
		for k := range 4 {
			flaps = append(flaps, day.Add(time.Duration(k)*5*time.Minute))
		}
	}
	add(1, "flaps", "comes and goes", 0, 3, flaps)
	add(6, "many", "host down", 0, 1, days(now, 3, time.Hour))
	add(1, "never", "disk", 0, 12, days(now, 12, 2*time.Hour))
	add(1, "seldom", "cpu", 2, 10, days(now, 12, 3*time.Hour))
	add(1, "real", "errors", 12, 0, days(now, 12, 4*time.Hour))
	add(1, "quiet", "backup", 0, 2, days(now, 2, 5*time.Hour))
	got := map[string]incident.NoiseAdvice{}
	for _, n := range tl.past(now).Noisy {
		got[n.Title] = n.Advice
	}
	want := map[string]incident.NoiseAdvice{"comes and goes": incident.AdviseSteady, "host down": incident.AdviseGroup, "disk": incident.AdviseRemove, "cpu": incident.AdviseLimit}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
