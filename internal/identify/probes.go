package identify

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/sigap-dev/sigap/internal/evidence/probe"
	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/text"
)

// ProbeStore is what probes need of the store.
type ProbeStore interface {
	AddProbe(ctx context.Context, p *probe.Watched) error
	ChangeProbe(ctx context.Context, id string, fn func(p *probe.Watched) (body string, err error)) (*probe.Watched, error)
	RemoveProbe(ctx context.Context, id string, fn func(p *probe.Watched) (body string, err error)) error
	// DueProbes gives each to one asker alone, until the lease ends.
	DueProbes(ctx context.Context, now time.Time, lease time.Duration, limit int) ([]probe.Watched, error)
	Probed(ctx context.Context, seen *probe.Watched, st probe.State, next time.Time, body, ahead string) error
}

// Probes looks at services from outside, over and over, and makes signals of
// what it sees.
type Probes struct {
	service *Service
	store   ProbeStore
	look    func(ctx context.Context, p *probe.Probe) probe.Outcome
}

// NewProbes makes the probes of a stage 1.
func NewProbes(s *Service, store ProbeStore, look func(ctx context.Context, p *probe.Probe) probe.Outcome) *Probes {
	return &Probes{service: s, store: store, look: look}
}

const (
	probesAtOnce = 64
	probeLease   = time.Minute // longer than any look takes
	probeTick    = time.Second
)

// probesKey is who signals for probes.
func probesKey() Key { return Key{ID: "probes", Name: "Sigap", Source: "probe"} }

// Run looks whenever a probe is due, until ctx ends.
func (ps *Probes) Run(ctx context.Context) {
	slots := make(chan struct{}, probesAtOnce)
	t := time.NewTicker(probeTick)
	defer t.Stop()
	var looks sync.WaitGroup
	defer looks.Wait()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		due, err := ps.store.DueProbes(ctx, ps.service.now(), probeLease, probesAtOnce-len(slots))
		if err != nil && ctx.Err() == nil {
			ps.service.log.Warn("probes that are due were not looked for", "err", err)
		}
		for _, p := range due {
			slots <- struct{}{}
			looks.Go(func() {
				defer func() { <-slots }()
				ps.Look(ctx, p)
			})
		}
	}
}

// Look looks at a probe once and notes what it saw. A panic, or an error of the
// store, costs this look alone.
func (ps *Probes) Look(ctx context.Context, p probe.Watched) {
	log := ps.service.log.With(slog.String("probe", p.ID))
	defer func() {
		if v := recover(); v != nil {
			log.Error("a probe panicked", "panic", v)
		}
	}()
	o := ps.look(ctx, &p.Probe)
	if ctx.Err() != nil {
		return // Sigap is ending: that is nobody's fault
	}
	next, at, news := p.After(o)
	var body, ahead string
	if news != "" {
		var err error
		if body, ahead, err = ps.body(ctx, &p.Probe, news, o); err != nil {
			log.Error("what a probe saw was not signalled", "err", err)
			return
		}
	}
	if err := ps.store.Probed(ctx, &p, next, at, body, ahead); err != nil {
		log.Error("what a probe saw was not noted", "err", err)
		return
	}
	if body != "" {
		ps.service.look()
	}
}

func (ps *Probes) body(ctx context.Context, p *probe.Probe, state incident.SignalState, o probe.Outcome) (body, ahead string, err error) {
	title := p.Name
	if o.Fault != nil {
		title += ": " + text.Reader{}.Fault(*o.Fault)
	}
	s := p.Signal(state, title, o)
	s.Sender = probesKey().Name
	return ps.service.bodies(ctx, arrival{Key: probesKey(), At: ps.service.now(), Signals: []incident.Signal{s}})
}

// Try looks once and keeps nothing.
func (ps *Probes) Try(ctx context.Context, p probe.Probe) (probe.Outcome, error) {
	if err := p.Validate(); err != nil {
		return probe.Outcome{}, err
	}
	return ps.look(ctx, &p), nil
}

// Add makes a probe.
func (ps *Probes) Add(ctx context.Context, p probe.Probe) (*probe.Watched, error) {
	p.ID = ps.service.newID()
	if err := p.Validate(); err != nil {
		return nil, err
	}
	w := &probe.Watched{Probe: p}
	return w, ps.store.AddProbe(ctx, w)
}

// Change replaces what a probe is. Its failure goes on as it is until the next
// look; of one that is paused it ends.
func (ps *Probes) Change(ctx context.Context, id string, p probe.Probe) (*probe.Watched, error) {
	p.ID = id
	if err := p.Validate(); err != nil {
		return nil, err
	}
	defer ps.service.look()
	return ps.store.ChangeProbe(ctx, id, func(w *probe.Watched) (string, error) {
		before := *w
		w.Probe = p
		if !p.Paused {
			return "", nil
		}
		w.State = probe.State{}
		return ps.end(ctx, &before)
	})
}

// Remove removes a probe, and ends its failure.
func (ps *Probes) Remove(ctx context.Context, id string) error {
	defer ps.service.look()
	return ps.store.RemoveProbe(ctx, id, func(w *probe.Watched) (string, error) { return ps.end(ctx, w) })
}

// end is what ends the failure of a probe that nobody looks at any more;
// nothing if it has none.
func (ps *Probes) end(ctx context.Context, w *probe.Watched) (string, error) {
	if !w.State.Firing {
		return "", nil
	}
	body, _, err := ps.body(ctx, &w.Probe, incident.Resolved, probe.Outcome{})
	return body, err
}
