package inform

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/inform/oncall"
)

// Load is what one person carried in a schedule over a time.
type Load struct {
	Person  string
	Hours   oncall.Hours
	Pages   int     // that reached them while they were on call in it
	OutOf   int     // of these, at night, on a weekend or on a holiday
	Against float64 // their hours against the mean of all; 1 is as much as the others
}

// LoadReport is who carried how much in a schedule.
type LoadReport struct {
	Schedule    oncall.Schedule
	From, Until time.Time
	Loads       []Load // the most hours first
	Uncovered   oncall.Hours
}

const (
	reportLookback = 30 * 24 * time.Hour // how long an incident may be open and page still
	reportMost     = 5000                // incidents
)

// LoadReport says how long each person was on call by a schedule as it stands now,
// and which pages reached them then. Those who take turns and had none are among
// them. Drills do not count.
func (s *Service) LoadReport(ctx context.Context, schedule string, from, until time.Time) (*LoadReport, error) {
	plan, err := s.Plan(ctx, schedule)
	if err != nil {
		return nil, err
	}
	schedules, err := s.store.Schedules(ctx)
	if err != nil {
		return nil, err
	}
	r := &LoadReport{From: from, Until: until}
	if at := slices.IndexFunc(schedules, func(v oncall.Schedule) bool { return v.ID == schedule }); at >= 0 {
		r.Schedule = schedules[at]
	}
	loads := map[string]*Load{}
	for _, id := range r.Schedule.Rotation() {
		loads[id] = &Load{Person: id}
	}
	for id, h := range plan.Hours(from, until) {
		if id == "" {
			r.Uncovered = h
			continue
		}
		if loads[id] == nil {
			loads[id] = &Load{Person: id}
		}
		loads[id].Hours = h
	}
	if err := s.countPages(ctx, plan, loads, from, until); err != nil {
		return nil, err
	}
	r.fill(loads)
	return r, nil
}

func (s *Service) countPages(ctx context.Context, plan *oncall.Plan, loads map[string]*Load, from, until time.Time) error {
	no := false
	list, err := s.store.Incidents(ctx, incident.Filter{After: from.Add(-reportLookback), Before: until, Drill: &no, Limit: reportMost})
	if err != nil {
		return err
	}
	for _, i := range list {
		for _, n := range i.Notices {
			if n.Purpose != incident.PurposePage || n.At.Before(from) || !n.At.Before(until) {
				continue
			}
			if l := loads[plan.At(n.At)]; l != nil && reached(i, n.ID, l.Person) {
				l.Pages++
				if plan.OutOfHours(n.At) {
					l.OutOf++
				}
			}
		}
	}
	return nil
}

// reached reports whether a notice came to a person by any of its messages.
func reached(i *incident.Incident, notice, person string) bool {
	return slices.ContainsFunc(i.Receipts, func(r incident.Receipt) bool {
		return r.Notice == notice && r.To.ID == person && r.State != incident.FailedToSend && r.State != incident.Queued
	})
}

// fill puts the loads in order, each against their mean.
func (r *LoadReport) fill(loads map[string]*Load) {
	var sum time.Duration
	for _, l := range loads {
		sum += l.Hours.Total()
		r.Loads = append(r.Loads, *l)
	}
	for n := range r.Loads {
		if sum > 0 {
			r.Loads[n].Against = float64(r.Loads[n].Hours.Total()) * float64(len(r.Loads)) / float64(sum)
		}
	}
	slices.SortFunc(r.Loads, func(a, b Load) int {
		return cmp.Or(cmp.Compare(b.Hours.Total(), a.Hours.Total()), cmp.Compare(a.Person, b.Person))
	})
}
