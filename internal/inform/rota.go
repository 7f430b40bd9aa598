package inform

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/sigap-dev/sigap/internal/directory"
	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/inform/oncall"
)

// rota keeps the schedules ready to be asked, as long as nobody
// changes what is set up.
type rota struct {
	mu      sync.Mutex
	known   bool
	version int64
	plans   map[string]*oncall.Plan
}

// plans are all schedules, ready to be asked, by their ids.
func (s *Service) plans(ctx context.Context) (map[string]*oncall.Plan, error) {
	version, err := s.store.Rules(ctx)
	if err != nil {
		return nil, err
	}
	s.rota.mu.Lock()
	defer s.rota.mu.Unlock()
	if s.rota.known && s.rota.version == version {
		return s.rota.plans, nil
	}
	list, err := s.store.Schedules(ctx) // not older than the version: at worst it is read once more
	if err != nil {
		return nil, err
	}
	plans := make(map[string]*oncall.Plan, len(list))
	for _, v := range list {
		if plans[v.ID], err = oncall.NewPlan(v); err != nil {
			return nil, fmt.Errorf("read the schedule %s: %w", v.Name, err)
		}
	}
	s.rota.known, s.rota.version, s.rota.plans = true, version, plans
	return plans, nil
}

// OnCall says who is on call in each schedule at a moment, by its id.
func (s *Service) OnCall(ctx context.Context, at time.Time) (map[string]string, error) {
	plans, err := s.plans(ctx)
	if err != nil {
		return nil, err
	}
	out := make(map[string]string, len(plans))
	for id, p := range plans {
		out[id] = p.At(at)
	}
	return out, nil
}

// Plan is one schedule, ready to be asked.
func (s *Service) Plan(ctx context.Context, id string) (*oncall.Plan, error) {
	plans, err := s.plans(ctx)
	if err != nil {
		return nil, err
	}
	if p := plans[id]; p != nil {
		return p, nil
	}
	return nil, incident.Errorf(incident.NotFound, "There is no such schedule.")
}

// First are those whom a page of a team would ask first at a moment; none if
// nobody is there to be asked. A ladder's rung may name any of the teams.
func (s *Service) First(ctx context.Context, teams []directory.Team, team directory.Team, at time.Time) ([]string, error) {
	r := roster{teams: teams}
	c, err := s.climb(ctx, &r, team, incident.SEV1, at, 0)
	if err != nil {
		return nil, err
	}
	for _, g := range c.rungs {
		if len(g.people) > 0 {
			return g.people, nil
		}
	}
	return nil, nil
}
