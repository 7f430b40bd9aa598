package identify

import (
	"context"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/evidence/probe"
	"github.com/sigap-dev/sigap/internal/incident"
)

// shop is a service that probes look at.
type shop struct {
	down  atomic.Bool
	looks atomic.Int64
}

func (s *shop) look(w *world) func(context.Context, *probe.Probe) probe.Outcome {
	return func(context.Context, *probe.Probe) probe.Outcome {
		s.looks.Add(1)
		o := probe.Outcome{At: w.clock.Now()}
		if s.down.Load() {
			o.Fault = &incident.Reason{Code: probe.WrongStatus, Args: map[string]string{"status": "503", "want": "2xx"}}
		}
		return o
	}
}

// lookAt turns the clock and takes each look that falls due.
func (w *world) lookAt(ps *Probes, d time.Duration) {
	w.t.Helper()
	for until := w.clock.Now().Add(d); w.clock.Now().Before(until); {
		w.clock.Turn(time.Second)
		due, err := ps.store.DueProbes(w.t.Context(), w.clock.Now(), probeLease, probesAtOnce)
		w.must(err)
		for _, p := range due {
			ps.Look(w.t.Context(), p)
		}
		w.apply()
	}
}

func checkoutPage() probe.Probe {
	return probe.Probe{Name: "Checkout page", Service: "checkout", Kind: probe.HTTP, Target: "https://shop.example/checkout", Every: 30, Failures: 2}
}

func TestAProbeThatFailsPagesAndItsRecoveryEndsTheAlert(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.catalog("checkout", 1)
		shop := &shop{}
		ps := NewProbes(w.service, w.store, shop.look(w))
		if _, err := ps.Add(t.Context(), checkoutPage()); err != nil {
			t.Fatal(err)
		}
		w.lookAt(ps, 2*time.Minute)
		if n := shop.looks.Load(); n < 4 || n > 5 {
			t.Errorf("in two minutes it was looked at %d times, want one in 30 s", n)
		}
		shop.down.Store(true)
		w.lookAt(ps, 40*time.Second)
		i := w.one()
		if len(i.Alerts) != 1 || i.Alerts[0].Title != "Checkout page: status 503 instead of 2xx" || i.Service != "checkout" {
			t.Fatalf("the candidate is %q of %s with the alerts %+v", i.Title, i.Service, i.Alerts)
		}
		shop.down.Store(false)
		w.lookAt(ps, 35*time.Second)
		if got := w.one().Alerts[0].State; got != incident.AlertResolved {
			t.Errorf("it is well again, and its alert is %s", got)
		}
	})
}

func TestWhoPausesOrRemovesAProbeEndsItsAlert(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(ctx context.Context, ps *Probes, id string) error{
		"paused": func(ctx context.Context, ps *Probes, id string) error {
			p := checkoutPage()
			p.Paused = true
			_, err := ps.Change(ctx, id, p)
			return err
		},
		"removed": func(ctx context.Context, ps *Probes, id string) error { return ps.Remove(ctx, id) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := onSQLite(t)
			shop := &shop{}
			shop.down.Store(true)
			ps := NewProbes(w.service, w.store, shop.look(w))
			p, err := ps.Add(t.Context(), checkoutPage())
			w.must(err)
			w.lookAt(ps, 10*time.Second)
			w.must(end(t.Context(), ps, p.ID))
			w.apply()
			if got := w.one().Alerts[0].State; got != incident.AlertResolved {
				t.Errorf("its alert is %s", got)
			}
			before := shop.looks.Load()
			w.lookAt(ps, 2*time.Minute)
			if shop.looks.Load() != before {
				t.Error("it is still looked at")
			}
		})
	}
}

// A look that was under way when the probe was changed, or when its process
// died, changes nothing and holds nothing up.
func TestALookThatCameTooLateIsForgotten(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		shop := &shop{}
		shop.down.Store(true)
		ps := NewProbes(w.service, w.store, shop.look(w))
		p := checkoutPage()
		p.Failures = 1
		made, err := ps.Add(t.Context(), p)
		w.must(err)
		due, err := w.store.DueProbes(t.Context(), w.clock.Now(), probeLease, 10)
		w.must(err)
		if again, err := w.store.DueProbes(t.Context(), w.clock.Now(), probeLease, 10); err != nil || len(due) != 1 || len(again) != 0 {
			t.Fatalf("taken by one were %d, by another %d: %v", len(due), len(again), err)
		}
		p.Target = "https://shop.example/elsewhere"
		_, err = ps.Change(t.Context(), made.ID, p)
		w.must(err)
		ps.Look(t.Context(), due[0])
		w.apply()
		if all := w.all(); len(all) != 0 {
			t.Errorf("a look at what the probe was opened %+v", all)
		}
		w.lookAt(ps, 2*time.Second)
		if all := w.all(); len(all) != 1 || !slices.ContainsFunc(all[0].Alerts, func(a incident.JoinedAlert) bool { return a.State == incident.AlertFiring }) {
			t.Errorf("a look at what it is opened %+v", all)
		}
	})
}
