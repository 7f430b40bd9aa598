package app

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"github.com/sigap-dev/sigap/internal/evidence"
	"github.com/sigap-dev/sigap/internal/identify"
	"github.com/sigap-dev/sigap/internal/identify/intake"
	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/store"
)

// Gate is stage 1 alone, intake included, on a store of its own and a clock that
// is turned by hand: what it would have let through of signals that came at
// some time, in milliseconds. Nobody answers, and nothing is there to look at
// but what was sent.
type Gate struct {
	store    *store.Store
	identify *identify.Service
	now      time.Time
	seen     int64
	open     []incident.Pending
}

// NewGate makes a gate in an empty folder, at a moment before the first signal.
func NewGate(ctx context.Context, folder string, at time.Time) (*Gate, error) {
	g := &Gate{now: at}
	clock, log := func() time.Time { return g.now }, slog.New(slog.DiscardHandler)
	var err error
	if g.store, err = store.Open(ctx, "sqlite:"+folder, store.Options{Now: clock, Logger: log, Place: place}); err != nil {
		return nil, err
	}
	collector := evidence.New(g.store, func(context.Context) ([]evidence.Metrics, []evidence.Logs) { return nil, nil }, nil, clock, log)
	g.identify = identify.New(intakeStore{g.store}, collector, store.NewID, clock, log)
	return g, nil
}

// Close ends it.
func (g *Gate) Close() error { return g.store.Close() }

// Take accepts the body that a sender sent at a moment, not before those taken
// already, and applies it.
func (g *Gate) Take(ctx context.Context, at time.Time, source string, body []byte) error {
	if err := g.Turn(ctx, at); err != nil {
		return err
	}
	sender, ok := intake.SenderFor(source)
	if !ok {
		return fmt.Errorf("there is no source %q", source)
	}
	batch, err := sender.Parse(intake.Request{ContentType: "application/json", Header: http.Header{"Content-Type": {"application/json"}}, Body: body, Now: at})
	if err != nil {
		return fmt.Errorf("read the body of %s: %w", source, err)
	}
	for _, c := range batch.Changes {
		if err := g.Change(ctx, c); err != nil {
			return err
		}
	}
	if err := g.identify.Accept(ctx, identify.Key{ID: source, Name: source, Source: source}, batch.Signals, batch.Reports, nil); err != nil {
		return err
	}
	return g.apply(ctx)
}

// apply applies all that is accepted.
func (g *Gate) apply(ctx context.Context) error {
	for {
		n, err := g.identify.Apply(ctx, 256)
		if err != nil || n == 0 {
			return err
		}
	}
}

// Change takes a change to production.
func (g *Gate) Change(ctx context.Context, c incident.Change) error {
	return g.identify.RecordChange(ctx, c)
}

// Turn turns the clock on to a moment and works what falls due until then.
func (g *Gate) Turn(ctx context.Context, until time.Time) error {
	for {
		look, err := g.release(ctx)
		if err != nil {
			return err
		}
		fresh, err := g.store.Pending(ctx, g.seen)
		if err != nil {
			return err
		}
		for _, p := range fresh {
			g.seen = max(g.seen, p.ID)
			g.open = append(g.open, p)
		}
		slices.SortStableFunc(g.open, func(a, b incident.Pending) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) })
		stop := until
		if len(g.open) > 0 {
			stop = earlier(stop, g.open[0].At)
		}
		if look.After(g.now) && look.Before(stop) {
			g.now = look
			continue
		}
		if len(g.open) == 0 || g.open[0].At.After(until) {
			if until.After(g.now) {
				g.now = until
			}
			return nil
		}
		job := g.open[0]
		g.open = g.open[1:]
		if job.At.After(g.now) {
			g.now = job.At
		}
		if err := g.work(ctx, job); err != nil {
			return fmt.Errorf("job %s: %w", job.Kind, err)
		}
	}
}

// release applies the alerts that no window holds any more, and gives when to
// look for such again.
func (g *Gate) release(ctx context.Context) (next time.Time, err error) {
	if next, err = g.identify.Release(ctx); err != nil {
		return next, err
	}
	return next, g.apply(ctx)
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// work does a job of stage 1; of the others it keeps that a page went out.
func (g *Gate) work(ctx context.Context, job incident.Pending) error {
	var of struct {
		Incident string `json:"incident"`
	}
	if err := json.Unmarshal(job.Args, &of); err != nil {
		return err
	}
	switch job.Kind {
	case incident.Verify{}.Kind():
		return g.identify.Verify(ctx, of.Incident)
	case identify.Decide{}.Kind():
		return g.identify.Decide(ctx, of.Incident)
	case identify.Unanswered{}.Kind():
		return g.identify.Unanswered(ctx, of.Incident)
	case identify.Settle{}.Kind():
		return g.identify.Settle(ctx, of.Incident)
	case incident.Page{}.Kind():
		_, err := g.store.Change(ctx, incident.System(), of.Incident, func(e *incident.Edit) error {
			e.Record(incident.Notice{ID: store.NewID(), Purpose: incident.PurposePage})
			return nil
		})
		if incident.Is(err, incident.NotFound) {
			return nil
		}
		return err
	}
	return nil
}

// Candidates are what the signals opened, declared or not.
func (g *Gate) Candidates(ctx context.Context) ([]*incident.Incident, error) {
	return g.store.Incidents(ctx, incident.Filter{Limit: 100})
}
