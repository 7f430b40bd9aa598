package inform

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/sigap-dev/sigap/internal/directory"
	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/inform/oncall"
)

// rung is who is asked together, as it stands at one moment.
type rung struct {
	people  []string
	limit   time.Duration // to the next rung
	gap     bool          // a schedule of it has nobody
	robin   string        // the name of the turn; empty: all are asked
	shadows []string      // who learns, and is told along
}

// climb is whom a page asks of a team, rung after rung, and which teams are
// paged beside.
type climb struct {
	rungs  []rung
	rounds int // how often; 0: until somebody answers
	beside []string
}

// climb finds whom a page asks: by the team's ladder; else who is on call in
// its schedule and then its members; else its members, one after the other. A
// ladder or a schedule that is gone is passed over, and so is a ladder that
// asks nobody at this moment: somebody is always asked.
func (s *Service) climb(ctx context.Context, r *roster, team directory.Team, sev incident.Severity, at time.Time, limit time.Duration) (climb, error) {
	if team.Ladder != "" {
		ladder, err := s.store.Ladder(ctx, team.Ladder)
		switch {
		case err == nil:
			c, err := s.climbLadder(ctx, r, *ladder, sev, at, limit)
			if err != nil || slices.ContainsFunc(c.rungs, func(g rung) bool { return len(g.people) > 0 }) {
				return c, err
			}
		case !incident.Is(err, incident.NotFound):
			return climb{}, err
		}
	}
	var c climb
	first := ""
	if team.Schedule != "" {
		on, err := s.onCall(ctx, team.Schedule, at)
		if err != nil {
			return climb{}, err
		}
		first = on
		g := rung{limit: limit, gap: on == ""}
		if g.shadows, err = s.shadows(ctx, team.Schedule, at); err != nil {
			return climb{}, err
		}
		if on != "" {
			g.people = []string{on}
		}
		c.rungs = append(c.rungs, g)
	}
	for _, id := range team.Members {
		if id != first {
			c.rungs = append(c.rungs, rung{people: []string{id}, limit: limit})
		}
	}
	return c, nil
}

func (s *Service) climbLadder(ctx context.Context, r *roster, ladder oncall.Ladder, sev incident.Severity, at time.Time, limit time.Duration) (climb, error) {
	c := climb{rounds: ladder.Rounds, beside: ladder.Teams}
	for n := range ladder.Rungs {
		step := &ladder.Rungs[n]
		g := rung{limit: limit}
		if step.Minutes > 0 {
			g.limit = time.Duration(step.Minutes) * time.Minute
		}
		if step.Applies(sev, at) {
			g.people = slices.Clone(step.People)
			for _, id := range step.Schedules {
				on, err := s.onCall(ctx, id, at)
				if err != nil {
					return c, err
				}
				if on == "" {
					g.gap = true
				} else {
					g.people = append(g.people, on)
				}
				along, err := s.shadows(ctx, id, at)
				if err != nil {
					return c, err
				}
				g.shadows = append(g.shadows, along...)
			}
			for _, id := range step.Teams {
				if t, ok := r.team(id); ok {
					g.people = append(g.people, t.Members...)
				}
			}
			g.people = once(g.people)
			if step.Robin {
				g.robin = fmt.Sprintf("robin %s %d", ladder.ID, n)
			}
		}
		c.rungs = append(c.rungs, g) // empty where it does not apply: the numbers of the others stay
	}
	return c, nil
}

// once keeps the first of each.
func once(ids []string) []string {
	var out []string
	for _, id := range ids {
		if !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}

// onCall is who is on call in a schedule; nobody if it is gone.
func (s *Service) onCall(ctx context.Context, schedule string, at time.Time) (string, error) {
	plans, err := s.plans(ctx)
	if err != nil || plans[schedule] == nil {
		return "", err
	}
	return plans[schedule].At(at), nil
}

// shadows are those who learn in a schedule at a moment.
func (s *Service) shadows(ctx context.Context, schedule string, at time.Time) ([]string, error) {
	plans, err := s.plans(ctx)
	if err != nil || plans[schedule] == nil {
		return nil, err
	}
	return plans[schedule].Shadows(at), nil
}

// takeTurn leaves of each rung that is asked in turn the one whose turn it is,
// or the next who can be reached. Only the first rung from the step on that has
// somebody takes a turn.
func (s *Service) takeTurn(ctx context.Context, r *roster, team directory.Team, c *climb, step int) error {
	for n := step; n < len(c.rungs); n++ {
		g := &c.rungs[n]
		switch {
		case len(g.people) == 0:
			continue
		case g.robin == "":
			return nil
		}
		turn, err := s.store.Turn(ctx, g.robin)
		if err != nil {
			return err
		}
		first := int((turn - 1) % int64(len(g.people)))
		queue := slices.Concat(g.people[first:], g.people[:first])
		next := slices.IndexFunc(queue, func(id string) bool {
			_, ways, ok := r.recipient(team, id)
			return ok && len(ways) > 0
		})
		g.people = []string{queue[max(0, next)]}
		return nil
	}
	return nil
}
