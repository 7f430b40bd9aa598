package identify

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// backlog accepts bodies of warnings and applies none of them.
func (w *world) backlog(bodies int) {
	w.t.Helper()
	for n := range bodies {
		storm := make([]incident.Signal, 64)
		for k := range storm {
			storm[k] = alert(fmt.Sprintf("host-%d-%d", n, k), "search", "warning")
		}
		w.must(w.service.Accept(w.t.Context(), key(), storm, nil, nil))
	}
}

func (w *world) waiting() int {
	w.t.Helper()
	n, _, err := w.store.InboxSize(w.t.Context())
	w.must(err)
	return n
}

func TestAPageGoesOutBeforeABacklogIsApplied(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.backlog(20)
		w.must(w.service.Accept(t.Context(), key(), []incident.Signal{alert("mild", "cart", "warning"), alert("grave", "payment", "critical")}, nil, nil))
		before := w.waiting()
		if _, err := w.service.Apply(t.Context(), inboxBatch); err != nil {
			t.Fatal(err)
		}
		if i := w.one(); w.pages() != 1 || i.Service != "payment" || w.waiting() != before-1 {
			t.Fatalf("%d pages for %s; %d of %d bodies still wait, want all but the copy", w.pages(), i.Service, w.waiting(), before)
		}
		w.apply()
		if w.pages() != 1 || len(w.all()) != 3 {
			t.Errorf("when all was applied there were %d pages and %d candidates, want one and 3", w.pages(), len(w.all()))
		}
		of, err := w.store.AlertsOf(t.Context(), w.all()[0].ID, 10)
		w.must(err)
		if len(of) != 1 || of[0].Count != 1 {
			t.Errorf("the alert that went ahead is counted as %+v", of)
		}
		w.verified()
	})
}

func TestOneServiceSendsOneCopyAheadASecond(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	accept := func(sig ...incident.Signal) int {
		before := w.waiting()
		w.must(w.service.Accept(t.Context(), key(), sig, nil, nil))
		return w.waiting() - before
	}
	for _, tt := range []struct {
		name string
		of   []incident.Signal
		rows int
	}{
		{"the first of a service", []incident.Signal{alert("a", "payment", "critical")}, 2},
		{"the second", []incident.Signal{alert("b", "payment", "critical")}, 1},
		{"a warning", []incident.Signal{alert("c", "cart", "warning")}, 1},
		{"of another service", []incident.Signal{alert("d", "cart", "critical")}, 2},
		{"an end", []incident.Signal{resolved(alert("a", "payment", "critical"))}, 1},
		{"in staging", []incident.Signal{{Identity: "e", State: incident.Firing, Service: "front", Environment: "staging", Severity: "critical"}}, 1},
		{"of no service", []incident.Signal{{Identity: "f", State: incident.Firing, Title: "Disk full", Severity: "critical"}}, 2},
	} {
		if rows := accept(tt.of...); rows != tt.rows {
			t.Errorf("%s: %d rows of the inbox, want %d", tt.name, rows, tt.rows)
		}
	}
	w.clock.Turn(aheadEvery)
	if rows := accept(alert("g", "payment", "critical")); rows != 2 {
		t.Errorf("a second later: %d rows, want 2", rows)
	}
}

// TestEachAlertEndsAsItsLastSignalSaid lets a few alerts fire, end and get
// graver at random, applied at random, so that copies go ahead of all kinds of
// backlogs.
func TestEachAlertEndsAsItsLastSignalSaid(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		random := rand.New(rand.NewPCG(7, 0))
		last, count := map[string]incident.Signal{}, map[string]int{}
		for range 150 {
			n := random.IntN(6)
			sig := alert(fmt.Sprintf("a%d", n), fmt.Sprintf("service-%d", n%3), []string{"critical", "warning"}[random.IntN(2)])
			if random.IntN(3) == 0 {
				sig = resolved(sig)
			}
			before, known := last[sig.Identity]
			if !known && sig.State == incident.Resolved {
				continue
			}
			repeats := known && before.State == incident.Firing && sig.State == incident.Firing && before.Severity == sig.Severity
			w.must(w.service.Accept(t.Context(), key(), []incident.Signal{sig}, nil, nil))
			last[sig.Identity] = sig
			if !repeats { // those are counted in memory
				count[sig.Identity]++
			}
			w.clock.Turn(time.Duration(random.IntN(900)) * time.Millisecond)
			if random.IntN(8) == 0 {
				_, err := w.service.Apply(t.Context(), 1+random.IntN(4))
				w.must(err)
			}
		}
		w.apply()
		for _, i := range w.all() {
			of, err := w.store.AlertsOf(t.Context(), i.ID, 100)
			w.must(err)
			for _, a := range of {
				want := last[a.Signal.Identity]
				if string(a.State) != string(want.State) || want.State == incident.Firing && a.Signal.Severity != want.Severity {
					t.Errorf("%s is %s and %s, its last signal said %s and %s", a.Signal.Identity, a.State, a.Signal.Severity, want.State, want.Severity)
				}
				if a.Count != count[a.Signal.Identity] {
					t.Errorf("%s was counted %d times, want %d", a.Signal.Identity, a.Count, count[a.Signal.Identity])
				}
				delete(last, a.Signal.Identity)
			}
		}
		if len(last) > 0 {
			t.Errorf("these alerts belong to nothing: %v", last)
		}
		w.verified()
	})
}

func TestTwoProcessesSignalAMissedHeartbeatOnce(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.must(w.service.Beat(t.Context(), key(), Beat{Name: "backup", At: w.clock.Now(), Every: time.Hour}))
		w.clock.Turn(2 * time.Hour)
		silent, err := w.store.Silent(t.Context(), w.clock.Now(), 10)
		w.must(err)
		if len(silent) != 1 {
			t.Fatalf("%d jobs are silent, want one", len(silent))
		}
		for range 2 { // each has seen it
			w.must(w.service.miss(t.Context(), silent[0]))
		}
		w.must(w.service.Beat(t.Context(), key(), Beat{Name: "backup", At: w.clock.Now()})) // and it says no more how often it beats
		w.must(w.service.miss(t.Context(), silent[0]))
		w.apply()
		i := w.one()
		of, err := w.store.AlertsOf(t.Context(), i.ID, 10)
		w.must(err)
		if len(of) != 1 || of[0].Count != 2 || of[0].State != incident.AlertResolved {
			t.Errorf("its silence and its end made %+v", of)
		}
		w.clock.Turn(time.Hour + time.Second)
		if silent, err := w.store.Silent(t.Context(), w.clock.Now(), 10); err != nil || len(silent) != 1 {
			t.Errorf("an hour later %d jobs are silent (%v), want it again", len(silent), err)
		}
	})
}
