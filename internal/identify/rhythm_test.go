package identify

import (
	"strings"
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// spells are times that ended before now, an hour apart, that lasted so long.
func spells(now time.Time, lasted ...time.Duration) []incident.Spell {
	var out []incident.Spell
	for n, d := range lasted {
		from := now.Add(-time.Duration(len(lasted)-n) * time.Hour)
		out = append(out, incident.Spell{From: from, Until: from.Add(d)})
	}
	return out
}

func TestAnAlertWaitsForAsLongAsItMostlyLasts(t *testing.T) {
	t.Parallel()
	now, m := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC), time.Minute
	for name, c := range map[string]struct {
		lasted []time.Duration
		wait   time.Duration
		times  int
	}{
		"too few times":          {[]time.Duration{m, m, m, m, m, m, m}, 0, 0},
		"always a minute":        {[]time.Duration{m, m, m, m, m, m, m, m}, 2 * m, 8},
		"exactly a step":         {[]time.Duration{2 * m, 2 * m, 2 * m, 2 * m, 2 * m, 2 * m, 2 * m, 2 * m}, 2 * m, 8},
		"one of ten lasts hours": {[]time.Duration{m, 4 * m, m, m, 300 * m, m, m, m, m, m}, 5 * m, 9},
		"two of ten last hours":  {[]time.Duration{m, 4 * m, m, m, 300 * m, m, m, m, m, 300 * m}, 0, 0},
		"mostly half an hour":    {[]time.Duration{30 * m, 30 * m, 30 * m, 30 * m, 30 * m, 30 * m, 30 * m, 30 * m}, 0, 0},
	} {
		held := rhythm(&incident.Alert{Spells: spells(now, c.lasted...)}, nil, now)
		if (held == nil) != (c.wait == 0) || held != nil && (held.Until.Sub(now) != c.wait || held.Times != c.times || held.Of != len(c.lasted) || held.Kind != incident.Transient) {
			t.Errorf("%s: %+v", name, held)
		}
	}
}

// blip fires and ends an alert, n times, a minute each and an hour apart.
func (w *world) blip(n int, s incident.Signal) {
	w.t.Helper()
	for range n {
		w.accept(s)
		w.turn(time.Minute)
		w.accept(resolved(s))
		w.turn(time.Hour)
	}
}

func TestAMildAlertThatMostlyEndsByItselfIsHeldForAMoment(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.catalog("worker", 3)
		cpu := alert("cpu", "worker", "warning")
		w.blip(fewSpells, cpu)
		before := len(w.all())
		if before != fewSpells {
			t.Fatalf("%d candidates while nothing was learned", before)
		}
		w.blip(1, cpu)
		if len(w.all()) != before {
			t.Error("it opened a candidate for what was over in a minute")
		}
		if h := w.alert("cpu").Held; h == nil || h.Kind != incident.Transient || h.Times != fewSpells || h.Within != 2*time.Minute {
			t.Errorf("it was held by %+v", h)
		}
		w.accept(cpu)
		w.turn(2*time.Minute - time.Second)
		w.release()
		if len(w.all()) != before {
			t.Error("it was released before its time")
		}
		w.turn(time.Second)
		w.release()
		all := w.all()
		if len(all) != before+1 || all[before].Alerts[0].Why != incident.Lasting {
			t.Fatalf("what lasts longer opened %s", titles(all[before:]))
		}
	})
}

func TestWhatMayPageOrWasRealOnceIsNeverHeldForItsPast(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	w.catalog("checkout", 1)
	down := alert("down", "checkout", "critical")
	w.blip(fewSpells+1, down)
	if all := w.all(); len(all) != fewSpells+1 {
		t.Errorf("of a grave alert %d candidates were opened", len(all))
	}
	mild := alert("cpu", "worker", "warning")
	w.catalog("worker", 3)
	w.blip(fewSpells-1, mild)
	w.accept(mild)
	all := w.all()
	real := all[len(all)-1].ID
	_, err := w.service.Declare(t.Context(), rina(), real, incident.SEV3, "")
	w.must(err)
	w.accept(resolved(mild))
	_, err = w.store.Change(t.Context(), rina(), real, func(e *incident.Edit) error {
		e.Record(incident.StatusSet{To: incident.StatusResolved})
		return nil
	})
	w.must(err)
	w.turn(time.Hour)
	if a := w.alert("cpu"); rhythm(a, nil, w.clock.Now()) == nil {
		t.Fatalf("its past would not hold it anyhow: %+v", a)
	}
	w.accept(mild)
	if a := w.alert("cpu"); a.Held != nil || len(w.all()) != len(all)+1 {
		t.Errorf("what was real once is held by %+v", a.Held)
	}
}

func TestAMildAlertThatComesAndGoesIsHeldUntilItIsSteadyAndAnHourAtMost(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	w.catalog("worker", 3)
	disk := alert("disk", "worker", "warning")
	flap := func() {
		w.accept(disk)
		w.turn(2 * time.Minute)
		w.accept(resolved(disk))
		w.turn(2 * time.Minute)
		w.release()
	}
	flap()
	opened := len(w.all())
	for range 4 {
		flap()
	}
	h := w.alert("disk").Held
	if h == nil || h.Kind != incident.Flapping {
		t.Fatalf("it is held by %+v, and opened were %s", h, titles(w.all()))
	}
	held := len(w.all())
	if held > opened+1 {
		t.Errorf("coming and going opened %d candidates", held)
	}
	for range 20 { // more than an hour
		flap()
	}
	all := w.all()
	if len(all) <= held || all[held].Alerts[0].Why != incident.Unsteady {
		t.Errorf("after an hour of it %s", titles(all))
	}
	steady := alert("steady", "worker2", "warning")
	disk = steady
	for range 3 {
		flap()
	}
	w.accept(steady)
	before := len(w.all())
	w.turn(flapQuiet)
	w.release()
	if now := w.all(); len(now) != before+1 || now[before].Alerts[0].Why != incident.Unsteady {
		t.Errorf("what fires steadily again opened %s, held is %+v", titles(now[before:]), w.alert("steady").Held)
	}
}

func TestTheVerdictSaysThatAnAlertComesAndGoes(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	s := alert("down", "checkout", "critical")
	for range 3 {
		w.accept(s)
		w.turn(time.Minute)
		w.accept(resolved(s))
		w.turn(time.Minute)
	}
	w.accept(s)
	all := w.all()
	var said []string
	for _, c := range all[len(all)-1].Verdict.Checks {
		said = append(said, c.Code)
	}
	if !strings.Contains(strings.Join(said, " "), "flapping") {
		t.Errorf("the checks are %v", said)
	}
}
