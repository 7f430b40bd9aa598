package identify

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/directory"
	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/store"
	"github.com/sigap-dev/sigap/internal/store/queuetest"
	"github.com/sigap-dev/sigap/internal/storetest"
)

// keeper is the store as this stage asks for it.
type keeper struct{ *store.Store }

func (s keeper) InTx(ctx context.Context, fn func(Tx) error) error {
	return s.Store.InTx(ctx, func(tx *store.Tx) error { return fn(tx) })
}

// Shared says that no other process shares, whatever its engine: so the
// repeats are counted in memory on both.
func (keeper) Shared() bool { return false }

// collector gives evidence as a test wants it.
type collector func(ctx context.Context, found func(incident.Evidence))

func (c collector) Collect(ctx context.Context, _ *incident.Incident, found func(incident.Evidence)) {
	if c != nil {
		c(ctx, found)
	}
}

// world is stage 1 on a real store and a clock that tests turn.
type world struct {
	t        *testing.T
	clock    *queuetest.Clock
	store    *store.Store
	queue    *queuetest.Queue
	service  *Service
	evidence collector
}

func newWorld(t *testing.T, dsn string) *world {
	t.Helper()
	w := &world{t: t, clock: queuetest.NewClock()}
	st, err := store.Open(t.Context(), dsn, store.Options{Now: w.clock.Now})
	w.store = queuetest.Keep(t, st, err)
	w.service = New(keeper{w.store}, collector(func(ctx context.Context, found func(incident.Evidence)) { w.evidence.Collect(ctx, nil, found) }),
		store.NewID, w.clock.Now, slog.New(slog.DiscardHandler))
	w.queue = queuetest.New(w.store, w.clock)
	queuetest.On(w.queue, func(ctx context.Context, j incident.Verify) error { return w.service.Verify(ctx, j.Incident) })
	queuetest.On(w.queue, func(ctx context.Context, j incident.Page) error { // as stage 2 leaves it
		_, err := w.store.Change(ctx, incident.System(), j.Incident, func(e *incident.Edit) error {
			e.Record(incident.Notice{ID: store.NewID(), Purpose: incident.PurposePage})
			return nil
		})
		return err
	})
	queuetest.On(w.queue, func(ctx context.Context, j Decide) error { return w.service.Decide(ctx, j.Incident) })
	queuetest.On(w.queue, func(ctx context.Context, j Unanswered) error { return w.service.Unanswered(ctx, j.Incident) })
	queuetest.On(w.queue, func(ctx context.Context, j Overlooked) error { return w.service.Overlooked(ctx, j.Incident) })
	queuetest.On(w.queue, func(ctx context.Context, j Settle) error { return w.service.Settle(ctx, j.Incident) })
	return w
}

func onSQLite(t *testing.T) *world {
	t.Helper()
	return newWorld(t, storetest.SQLite(t))
}

func onBoth(t *testing.T, run func(t *testing.T, w *world)) {
	t.Helper()
	storetest.Copies(t, store.Schema(), store.Migrate, func(t *testing.T, dsn string) { run(t, newWorld(t, dsn)) })
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) catalog(name string, tier int, calls ...string) {
	w.t.Helper()
	w.must(w.store.PutService(w.t.Context(), &directory.Service{Name: name, Tier: tier, DependsOn: calls}))
}

// key is the sender's of most tests.
func key() Key { return Key{ID: "k1", Name: "prometheus", Source: "alertmanager"} }

// alert is a signal of an alert that fires.
func alert(identity, service, severity string) incident.Signal {
	return incident.Signal{Identity: identity, State: incident.Firing, Title: identity + " on " + service, Service: service, Environment: "production", Severity: severity}
}

func resolved(s incident.Signal) incident.Signal {
	s.State = incident.Resolved
	return s
}

// accept takes signals in, in one body, and applies them.
func (w *world) accept(signals ...incident.Signal) {
	w.t.Helper()
	w.acceptBy(key(), signals...)
}

func (w *world) acceptBy(k Key, signals ...incident.Signal) {
	w.t.Helper()
	w.must(w.service.Accept(w.t.Context(), k, signals, nil, nil))
	w.apply()
}

func (w *world) apply() {
	w.t.Helper()
	for {
		n, err := w.service.Apply(w.t.Context(), inboxBatch)
		w.must(err)
		if n == 0 {
			return
		}
	}
}

func (w *world) turn(d time.Duration) {
	w.t.Helper()
	w.queue.Turn(w.t, d)
}

// all gives every record, the oldest first.
func (w *world) all() []*incident.Incident {
	w.t.Helper()
	list, err := w.store.Incidents(w.t.Context(), incident.Filter{Limit: 1000})
	w.must(err)
	out := make([]*incident.Incident, len(list))
	for n, i := range list {
		out[len(list)-1-n] = i
	}
	return out
}

// one gives the only record.
func (w *world) one() *incident.Incident {
	w.t.Helper()
	all := w.all()
	if len(all) != 1 {
		w.t.Fatalf("there are %d records, want one: %s", len(all), titles(all))
	}
	return all[0]
}

func titles(list []*incident.Incident) (out string) {
	for _, i := range list {
		out += fmt.Sprintf("\n  %s (%s)", i.Title, i.Status)
	}
	return out
}

// pages is how many pages were asked for.
func (w *world) pages() int {
	w.t.Helper()
	return len(queuetest.Asked[incident.Page](w.t, w.queue))
}

func rina() incident.Actor {
	return incident.Actor{Kind: incident.PersonActor, ID: "rina", Name: "Rina", Right: incident.Responder}
}

// join says that somebody takes part.
func (w *world) join(id string) {
	w.t.Helper()
	_, err := w.store.Change(w.t.Context(), rina(), id, func(e *incident.Edit) error { e.Record(incident.Joined{}); return nil })
	w.must(err)
}

// verified checks that each timeline is whole.
func (w *world) verified() {
	w.t.Helper()
	if _, err := w.store.Verify(w.t.Context(), nil, func(i *incident.Incident, err error) { w.t.Errorf("%s: %v", i.Ref(), err) }); err != nil {
		w.t.Error(err)
	}
}
