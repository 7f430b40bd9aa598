package identify

import (
	"fmt"
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/directory"
	"github.com/sigap-dev/sigap/internal/incident"
)

// fired is the past of an alert that fired for a minute at each of the times.
func fired(service, title string, at ...time.Time) *incident.Alert {
	a := &incident.Alert{Signal: incident.Signal{Service: service, Title: title}, State: incident.AlertResolved}
	for _, t := range at {
		a.Spells = append(a.Spells, incident.Spell{From: t, Until: t.Add(time.Minute)})
	}
	return a
}

// days are moments at the same hour of so many days before now, shifted.
func days(now time.Time, n int, shift time.Duration) []time.Time {
	var out []time.Time
	for d := n; d > 0; d-- {
		out = append(out, now.Add(shift-time.Duration(d)*24*time.Hour))
	}
	return out
}

func TestWhatBeganTogetherAgainAndAgainBelongsTogether(t *testing.T) {
	t.Parallel()
	now := time.Date(2027, 3, 30, 12, 0, 0, 0, time.UTC)
	slow := fired("payment", "slow", days(now, 4, 0)...)
	tests := map[string]struct {
		other *incident.Alert
		times int
	}{
		"two minutes later each time": {fired("mail", "full", days(now, 4, 2*time.Minute)...), 4},
		"just before it":              {fired("mail", "full", days(now, 3, -5*time.Minute)...), 3},
		"too seldom":                  {fired("mail", "full", days(now, 2, time.Minute)...), 0},
		"too late each time":          {fired("mail", "full", days(now, 4, 6*time.Minute)...), 0},
		"mostly without it":           {fired("mail", "full", append(days(now, 4, time.Minute), append(days(now, 20, 3*time.Hour), days(now, 20, 6*time.Hour)...)...)...), 0},
		"its own class":               {fired("payment", "slow", days(now, 4, time.Minute)...), 0},
	}
	for name, tt := range tests {
		tl := newTally(now)
		tl.add(slow)
		tl.add(tt.other)
		got := tl.past(now).Together
		switch {
		case tt.times == 0 && len(got) == 0:
		case len(got) != 1 || got[0].Times != tt.times || pairOf(got[0].A, got[0].B) != [2]string{got[0].A, got[0].B}:
			t.Errorf("%s: %v, want %d times", name, got, tt.times)
		}
	}
}

func TestOneBadDayAndAStormTeachNothing(t *testing.T) {
	t.Parallel()
	now := time.Date(2027, 3, 30, 12, 0, 0, 0, time.UTC)
	day := newTally(now)
	storm := newTally(now)
	for _, service := range []string{"payment", "mail"} {
		day.add(fired(service, "down", now.Add(-9*time.Hour), now.Add(-6*time.Hour), now.Add(-3*time.Hour), now.Add(-time.Hour)))
	}
	for n := range 3 * stormClasses {
		storm.add(fired(fmt.Sprintf("service-%c%c", 'a'+n/26, 'a'+n%26), "down", days(now, 5, time.Duration(n)*time.Second)...))
	}
	if got := day.past(now).Together; len(got) != 0 {
		t.Errorf("one day taught %v", got)
	}
	if got := len(storm.past(now).Together); got > stormClasses*stormClasses {
		t.Errorf("a storm of %d taught %d pairs", 3*stormClasses, got)
	}
}

func TestAlertsThatBeganTogetherOnOtherDaysJoin(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		learn := func() {
			w.must(w.service.LearnPast(t.Context(), LearnPast{}))
		}
		for range togetherSupport {
			learn()
			if made := w.again(); len(made) != 2 {
				t.Fatalf("they made %d records before there was anything to learn", len(made))
			}
			w.over()
		}
		learn()
		made := w.again()
		if len(made) != 1 {
			t.Fatalf("they began together three times, and made %d records", len(made))
		}
		if joined := alertOf(made[0], "full on mail"); joined.Why != incident.Together || joined.With != "3" {
			t.Errorf("it joined as %+v", joined)
		}
		w.over()
		w.accept(alert("slow", "payment", "critical"))
		w.clock.Turn(togetherWindow + time.Second)
		before := len(w.all())
		w.accept(alert("full", "mail", "critical"))
		if len(w.all()) != before+1 {
			t.Error("what began later joined all the same")
		}
	})
}

func TestAlertsOfServicesThatNobodyKnowsJoinByTheirWords(t *testing.T) {
	t.Parallel()
	say := func(service, title, environment string) incident.Signal {
		return incident.Signal{Identity: service + title + environment, State: incident.Firing, Title: title, Service: service, Environment: environment, Severity: "critical"}
	}
	long := Past{Classes: 200, Words: map[string]int{"of": 150, "over": 90, "s": 90, "host": 60, "replication": 2, "lag": 4, "shard": 3}}
	first := say("", "Replication lag of shard 3 over 90 s", "production")
	tests := map[string]struct {
		past  Past
		other incident.Signal
		joins bool
	}{
		"other figures":                   {Past{}, say("", "Replication lag of shard 12 over 40 s", "production"), true},
		"a word less, nothing learned":    {Past{}, say("", "Replication lag of shard over 40", "production"), false},
		"a word less that says little":    {long, say("", "Replication lag of shard over 40", "production"), true},
		"another word that says much":     {long, say("", "Replication errors of shard 7 over 40 s", "production"), false},
		"only words that say little":      {long, say("", "Disk of host over 90 s", "production"), false},
		"another environment":             {long, say("", "Replication lag of shard 12 over 40 s", "staging"), false},
		"one word in common":              {long, say("", "lag", "production"), false},
		"a service that is set up":        {long, say("payment", "Replication lag of shard 12 over 40 s", "production"), false},
		"another instance, of no account": {long, say("9", "Replication lag of shard 12 over 40 s", "production"), true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := onSQLite(t)
			w.must(w.store.PutService(t.Context(), &directory.Service{Name: "payment", Tier: 1}))
			w.must(w.store.PutSetting(t.Context(), pastSetting, tt.past))
			w.accept(first)
			w.accept(tt.other)
			all := w.all()
			if joins := len(all) == 1; joins != tt.joins {
				t.Fatalf("they made %d records", len(all))
			}
			if tt.joins && all[0].Alerts[1].Why != incident.Alike {
				t.Errorf("it joined as %+v", all[0].Alerts[1])
			}
		})
	}
}

func TestTheSameWordsOfTwoUnknownServicesAreTwoProblems(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	for _, service := range []string{"cart", "mail"} {
		w.accept(incident.Signal{Identity: service, State: incident.Firing, Title: "Errors of requests over the limit", Service: service, Environment: "production", Severity: "critical"})
	}
	if all := w.all(); len(all) != 2 {
		t.Errorf("they made %d records", len(all))
	}
}
