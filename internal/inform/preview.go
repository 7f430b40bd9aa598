package inform

import (
	"context"
	"time"

	"github.com/sigap-dev/sigap/internal/directory"
	"github.com/sigap-dev/sigap/internal/incident"
)

// Preview says who would get what, when and over which channel if a service
// broke: what a page and a notice would do, without sending anything.
type Preview struct {
	Service  string            `json:"service"`
	Severity incident.Severity `json:"severity"`
	At       time.Time         `json:"at"`
	Pages    bool              `json:"pages" doc:"A problem of this severity pages people by itself"`
	Rounds   int               `json:"rounds,omitempty" doc:"How often the team's ladder is climbed before nobody is asked any more; missing: until somebody answers"`
	Teams    []string          `json:"teams" doc:"Names of the teams that are paged, each until somebody of it has answered"`
	Asks     []Ask             `json:"asks"`
}

// Ask is one message that would go out, or a hole in the ladder.
type Ask struct {
	Purpose incident.Purpose `json:"purpose" enum:"page,notice,follow" doc:"follow: who learns is told along"`
	Team    string           `json:"team"`
	Person  *incident.Person `json:"person,omitempty" doc:"Missing where there is nobody, or a room is told"`
	Room    string           `json:"room,omitempty"`
	Channel string           `json:"channel,omitempty" doc:"The kind of channel; missing where nothing would go out"`
	Step    int              `json:"step" doc:"The rung, 0 for the first"`
	After   int              `json:"after" doc:"Seconds after the page began, or the declaration, if nobody answers before"`
	Code    string           `json:"code,omitempty" enum:"gap,no-method,nobody,turn,quiet" doc:"What is wrong, that it is one of several in turn, or that it waits for quiet hours to end"`
}

// Preview climbs the ladder of a service's team as a page would at a moment.
func (s *Service) Preview(ctx context.Context, service string, sev incident.Severity, at time.Time) (*Preview, error) {
	r, err := s.roster(ctx, false)
	if err != nil {
		return nil, err
	}
	policy, err := s.store.Policy(ctx)
	if err != nil {
		return nil, err
	}
	known, err := s.store.Service(ctx, service)
	if err != nil && !incident.Is(err, incident.NotFound) {
		return nil, err
	}
	p := &Preview{Service: service, Severity: sev, At: at, Pages: sev.Major(), Teams: []string{}, Asks: []Ask{}}
	team := r.pager(known)
	c, err := s.climb(ctx, &r, team, sev, at, policy.AckLimit)
	if err != nil {
		return nil, err
	}
	p.Rounds = c.rounds
	teams := []directory.Team{team}
	if beside := r.beside(team, c); len(beside) > 0 {
		teams = beside
	}
	for n, t := range teams {
		if n > 0 {
			if c, err = s.climb(ctx, &r, t, sev, at, policy.AckLimit); err != nil {
				return nil, err
			}
		}
		p.Teams = append(p.Teams, t.Name)
		p.Asks = append(p.Asks, r.pages(t, c, policy.MethodLimit, sev, at)...)
	}
	p.Asks = append(p.Asks, r.notices(r.told(known), sev, at)...)
	return p, nil
}

// pages are the messages of one team's ladder, once through.
func (r *roster) pages(team directory.Team, c climb, methodLimit time.Duration, sev incident.Severity, at time.Time) []Ask {
	var out []Ask
	told := map[string]bool{}
	seconds := func(d time.Duration) int { return int(d / time.Second) }
	after, somebody := time.Duration(0), false
	for step, g := range c.rungs {
		base := Ask{Purpose: incident.PurposePage, Team: team.Name, Step: step, After: seconds(after)}
		if g.gap {
			hole := base
			hole.Code = "gap"
			out = append(out, hole)
		}
		reached := false
		for _, id := range g.people {
			to, ways, ok := r.recipient(team, id)
			if !ok {
				continue
			}
			one := base
			one.Person = &to.Person
			if len(ways) == 0 {
				one.Code = "no-method"
				out = append(out, one)
				continue
			}
			if g.robin != "" {
				one.Code = "turn"
			}
			out = append(out, pagedOver(directory.For(ways, true), one, g.limit, methodLimit)...)
			reached = true
		}
		if reached {
			out = append(out, r.along(team, g.shadows, told, base, sev, at)...)
			somebody, after = true, after+g.limit
		}
	}
	if !somebody {
		out = append(out, Ask{Purpose: incident.PurposePage, Team: team.Name, Code: "nobody"})
	}
	return out
}

// pagedOver are one person's messages of a page, until the next person is asked.
func pagedOver(ways []directory.Contact, one Ask, limit, methodLimit time.Duration) []Ask {
	var out []Ask
	wait, began := time.Duration(0), one.After
	for n, c := range ways {
		switch {
		case n == 0:
		case c.After != nil:
			wait += time.Duration(*c.After) * time.Minute
		default:
			wait += methodLimit
		}
		if wait >= limit {
			break
		}
		one.Channel, one.After = c.Kind, began+int(wait/time.Second)
		out = append(out, one)
	}
	return out
}

// notices are the messages of the initial notice, over the first method each.
func (r *roster) notices(teams []directory.Team, sev incident.Severity, at time.Time) []Ask {
	var out []Ask
	for _, a := range r.addressees(teams, nil, nil) {
		one := Ask{Purpose: incident.PurposeNotice, Team: a.to.Team, Code: "no-method"}
		if a.to.Room {
			one.Room = a.to.Name
		} else {
			one.Person = &a.to.Person
		}
		out = append(out, r.toldOver(one, a.to, a.ways, sev, at))
	}
	return out
}

// along are the messages to those who learn beside a rung that is paged, each
// of them told once.
func (r *roster) along(team directory.Team, shadows []string, told map[string]bool, one Ask, sev incident.Severity, at time.Time) []Ask {
	var out []Ask
	one.Purpose, one.Code = incident.PurposeFollow, "no-method"
	for _, id := range shadows {
		to, ways, ok := r.recipient(team, id)
		if !ok || told[id] {
			continue
		}
		told[id] = true
		one.Person = &to.Person
		out = append(out, r.toldOver(one, to, ways, sev, at))
	}
	return out
}

// toldOver is a message over the first of somebody's ways, when their quiet
// hours let it through.
func (r *roster) toldOver(one Ask, to incident.Recipient, ways []directory.Contact, sev incident.Severity, at time.Time) Ask {
	if len(ways) == 0 {
		return one
	}
	i, n := &incident.Incident{Severity: sev}, incident.Notice{Purpose: one.Purpose}
	one.Channel, one.Code = directory.For(ways, urgent(i, n, nil))[0].Kind, ""
	if until, waits := r.quiet(i, n, Deliver{To: to}, at); waits {
		one.After, one.Code = one.After+int(until.Sub(at)/time.Second), "quiet"
	}
	return one
}
