package api

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

const fortnight = 14 * 24 * time.Hour

// statsLast is how long the figures of the first page are good for: they move
// by the day, and it is asked for by everybody in the worst hour.
const statsLast = time.Minute

// statsCache keeps the figures for a while.
type statsCache struct {
	mu   sync.Mutex
	at   time.Time
	kept Stats
}

// stats compares the last fortnight with the one before. Drills do not count.
func (s *Server) stats(ctx context.Context) (Stats, error) {
	s.figures.mu.Lock()
	defer s.figures.mu.Unlock()
	if now := s.Now(); s.figures.at.IsZero() || now.Sub(s.figures.at) > statsLast {
		fresh, err := s.computeStats(ctx)
		if err != nil {
			return Stats{}, err
		}
		s.figures.kept, s.figures.at = fresh, now
	}
	return s.figures.kept, nil
}

func (s *Server) computeStats(ctx context.Context) (Stats, error) {
	now, no := s.Now(), false
	list, err := s.Store.Briefs(ctx, incident.Filter{After: now.Add(-2 * fortnight), Drill: &no, Limit: 1000})
	if err != nil {
		return Stats{}, err
	}
	var recent, before []*incident.Incident
	for _, b := range list {
		i := b.Incident
		switch {
		case !i.Status.Declared():
		case i.Milestones[incident.Detected].After(now.Add(-fortnight)):
			recent = append(recent, i)
		default:
			before = append(before, i)
		}
	}
	return Stats{
		Inform:   compare(recent, before, between(incident.Detected, incident.AckedAt)),
		Mitigate: compare(recent, before, between(incident.ImpactStarted, incident.MitigatedAt)),
		OnTime:   compare(recent, before, punctuality),
		Actions:  compare(recent, before, promisesKept),
	}, nil
}

// compare gives the median of a figure over the recent incidents, and over
// those before; nil if no recent incident has it.
func compare(recent, before []*incident.Incident, figure func(*incident.Incident) (float64, bool)) *Stat {
	now, n := median(recent, figure)
	if n == 0 {
		return nil
	}
	st := &Stat{Now: now, Of: n}
	if was, n := median(before, figure); n > 0 {
		st.Was = &was
	}
	return st
}

func median(list []*incident.Incident, figure func(*incident.Incident) (float64, bool)) (float64, int) {
	var all []float64
	for _, i := range list {
		if v, ok := figure(i); ok {
			all = append(all, v)
		}
	}
	if len(all) == 0 {
		return 0, 0
	}
	slices.Sort(all)
	return all[len(all)/2], len(all)
}

func between(from, to incident.Milestone) func(*incident.Incident) (float64, bool) {
	return func(i *incident.Incident) (float64, bool) {
		d, ok := i.Since(from, to)
		return d.Seconds(), ok
	}
}

func punctuality(i *incident.Incident) (float64, bool) {
	on := 0
	for n := range i.Updates {
		if i.Updates[n].OnTime() {
			on++
		}
	}
	return float64(on) / float64(max(1, len(i.Updates))), len(i.Updates) > 0
}

func promisesKept(i *incident.Incident) (float64, bool) {
	done := 0
	for _, a := range i.Actions {
		if !a.Done.IsZero() {
			done++
		}
	}
	return float64(done) / float64(max(1, len(i.Actions))), len(i.Actions) > 0
}
