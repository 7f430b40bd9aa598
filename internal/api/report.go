package api

import (
	"context"
	"net/http"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/inform/oncall"
)

// HoursView is time on call in hours, by what kind of time it is in the
// schedule's zone. The kinds do not overlap.
type HoursView struct {
	Total   float64 `json:"total"`
	Weekday float64 `json:"weekday" doc:"From 6:00 to 22:00"`
	Night   float64 `json:"night" doc:"Of weekdays, from 22:00 to 6:00"`
	Weekend float64 `json:"weekend"`
	Holiday float64 `json:"holiday"`
}

// LoadView is what one person carried.
type LoadView struct {
	Person  incident.Person `json:"person"`
	Left    bool            `json:"left,omitempty" doc:"The person has no account any more"`
	Hours   HoursView       `json:"hours"`
	Pages   int             `json:"pages" doc:"That reached them while they were on call"`
	OutOf   int             `json:"outOfHours" doc:"Of these, at night, on a weekend or on a holiday"`
	Against float64         `json:"against" doc:"Their hours against the mean of all; 1 is as much as the others"`
}

// LoadReportView is who carried how much in a schedule.
type LoadReportView struct {
	Name      string     `json:"name"`
	Timezone  string     `json:"timezone"`
	From      time.Time  `json:"from"`
	Until     time.Time  `json:"until"`
	People    []LoadView `json:"people" doc:"The most hours first"`
	Uncovered HoursView  `json:"uncovered" doc:"In which nobody was on call"`
}

func hoursView(h oncall.Hours) HoursView {
	return HoursView{Total: h.Total().Hours(), Weekday: h.Weekday.Hours(), Night: h.Night.Hours(), Weekend: h.Weekend.Hours(), Holiday: h.Holiday.Hours()}
}

func (s *Server) registerLoadReport() {
	type loadSpan struct {
		ID    string    `path:"id"`
		From  time.Time `query:"from" doc:"Default: the first of this month in the schedule's zone"`
		Until time.Time `query:"until" doc:"Default: a month later"`
	}
	route(s, incident.Responder, http.MethodGet, "/api/schedules/{id}/report", "Hours on call and pages of each person, for pay and fairness; by the schedule as it stands now", func(ctx context.Context, in *loadSpan) (*body[LoadReportView], error) {
		from, until := in.From, in.Until
		if from.IsZero() {
			var err error
			if from, err = s.monthIn(ctx, in.ID); err != nil {
				return nil, err
			}
		}
		if until.IsZero() {
			until = from.AddDate(0, 1, 0)
		}
		if !from.Before(until) || until.Sub(from) > maxSpan {
			return nil, incident.FieldError("until", "It is after the beginning, and at most 400 days after.")
		}
		r, err := s.Inform.LoadReport(ctx, in.ID, from, until)
		if err != nil {
			return nil, err
		}
		known, err := s.names(ctx)
		if err != nil {
			return nil, err
		}
		out := LoadReportView{Name: r.Schedule.Name, Timezone: r.Schedule.Timezone, From: from, Until: until, People: []LoadView{}, Uncovered: hoursView(r.Uncovered)}
		for _, l := range r.Loads {
			p, ok := known[l.Person]
			out.People = append(out.People, LoadView{Person: known.ref(l.Person), Left: !ok || p.Disabled, Hours: hoursView(l.Hours), Pages: l.Pages, OutOf: l.OutOf, Against: l.Against})
		}
		return &body[LoadReportView]{out}, nil
	})
}

// monthIn is the beginning of this month in a schedule's zone.
func (s *Server) monthIn(ctx context.Context, schedule string) (time.Time, error) {
	schedules, err := s.Store.Schedules(ctx)
	if err != nil {
		return time.Time{}, err
	}
	for _, v := range schedules {
		if v.ID != schedule {
			continue
		}
		loc, err := time.LoadLocation(v.Timezone)
		if err != nil {
			return time.Time{}, err
		}
		now := s.Now().In(loc)
		return time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, loc), nil
	}
	return time.Time{}, incident.Errorf(incident.NotFound, "There is no such schedule.")
}
