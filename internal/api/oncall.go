package api

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/sigap-dev/sigap/internal/directory"
	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/inform"
	"github.com/sigap-dev/sigap/internal/inform/oncall"
)

// ShiftView is one person's time on call; without a person it is a gap.
type ShiftView struct {
	Person   *incident.Person `json:"person,omitempty" doc:"Missing: nobody is on call"`
	Left     bool             `json:"left,omitempty" doc:"The person has no account any more: a page passes them over"`
	From     time.Time        `json:"from"`
	Until    time.Time        `json:"until"`
	Override bool             `json:"override,omitempty"`
}

// Duty is who is on call in a schedule now and next.
type Duty struct {
	ID    string     `json:"id"`
	Name  string     `json:"name"`
	Teams []string   `json:"teams" doc:"Names of the teams that page by it"`
	Now   ShiftView  `json:"now"`
	Next  *ShiftView `json:"next,omitempty"`
	Gap   *ShiftView `json:"gap,omitempty" doc:"The first time within two weeks in which nobody is on call"`
}

const (
	gapsAhead  = 14 * 24 * time.Hour
	maxSpan    = 400 * 24 * time.Hour // of shifts that are asked for at once
	feedBehind = 14 * 24 * time.Hour
	feedAhead  = 120 * 24 * time.Hour
)

// names are the people that shifts name.
type names map[string]directory.Person

func (s *Server) names(ctx context.Context) (names, error) {
	people, err := s.Store.People(ctx)
	if err != nil {
		return nil, err
	}
	out := make(names, len(people))
	for _, p := range people {
		out[p.ID] = p
	}
	return out, nil
}

func (n names) view(s oncall.Shift) ShiftView {
	v := ShiftView{From: s.From, Until: s.Until, Override: s.Override}
	if s.Person == "" {
		return v
	}
	p, known := n[s.Person]
	v.Left = !known || p.Disabled
	ref := n.ref(s.Person)
	v.Person = &ref
	return v
}

func (n names) ref(id string) incident.Person { return incident.Person{ID: id, Name: n[id].Name} }

func (n names) views(shifts []oncall.Shift) []ShiftView {
	out := make([]ShiftView, 0, len(shifts))
	for _, s := range shifts {
		out = append(out, n.view(s))
	}
	return out
}

func (s *Server) registerOncall() {
	kept(s, "/api/schedules", "the on-call schedules", func(ctx context.Context) ([]oncall.Schedule, error) { return s.Store.Schedules(ctx) },
		func(ctx context.Context, v *oncall.Schedule) error { return s.Store.PutSchedule(ctx, identified(v)) }, "schedules")
	kept(s, "/api/ladders", "the ladders that a page climbs", func(ctx context.Context) ([]oncall.Ladder, error) { return s.Store.Ladders(ctx) },
		func(ctx context.Context, v *oncall.Ladder) error { return s.Store.PutLadder(ctx, v) }, "ladders")
	type dutyMoment struct {
		At time.Time `query:"at" doc:"Default: now"`
	}
	route(s, incident.Viewer, http.MethodGet, "/api/oncall", "Who is on call now and next, and the gaps ahead", func(ctx context.Context, in *dutyMoment) (*body[list[Duty]], error) {
		duties, err := s.duties(ctx, s.moment(in.At))
		return &body[list[Duty]]{list[Duty]{orEmpty(duties)}}, err
	})
	type shiftSpan struct {
		ID    string    `path:"id"`
		From  time.Time `query:"from" doc:"Default: now"`
		Until time.Time `query:"until" doc:"Default: four weeks later"`
	}
	route(s, incident.Viewer, http.MethodGet, "/api/schedules/{id}/shifts", "Who is on call when; gaps are among the shifts", func(ctx context.Context, in *shiftSpan) (*body[list[ShiftView]], error) {
		plan, err := s.Inform.Plan(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		return s.shifts(ctx, plan, in.From, in.Until)
	})
	type scheduleDraft struct {
		Schedule oncall.Schedule `json:"schedule"`
		From     time.Time       `json:"from,omitzero"`
		Until    time.Time       `json:"until,omitzero"`
	}
	route(s, incident.Viewer, http.MethodPost, "/api/schedules/preview", "Who would be on call by a schedule that is not written yet", func(ctx context.Context, in *body[scheduleDraft]) (*body[list[ShiftView]], error) {
		in.Body.Schedule.Normalize()
		if err := in.Body.Schedule.Validate(); err != nil {
			return nil, err
		}
		plan, err := oncall.NewPlan(in.Body.Schedule)
		if err != nil {
			return nil, err
		}
		return s.shifts(ctx, plan, in.Body.From, in.Body.Until)
	})
	s.registerOverrides()
	s.registerSwaps()
	s.registerHolidays()
	s.registerLoadReport()
	s.registerShadows()
	type dryRun struct {
		Service  string    `query:"service" required:"true"`
		Severity int       `query:"severity" minimum:"1" maximum:"4" default:"1"`
		At       time.Time `query:"at" doc:"Default: now"`
	}
	route(s, incident.Viewer, http.MethodGet, "/api/paging/preview", "Who would get what, when and over which channel if a service broke; nothing is sent", func(ctx context.Context, in *dryRun) (*body[inform.Preview], error) {
		p, err := s.Inform.Preview(ctx, in.Service, incident.Severity(in.Severity), s.moment(in.At))
		if err != nil {
			return nil, err
		}
		return &body[inform.Preview]{*p}, nil
	})
	s.registerFeeds()
}

// identified gives new overrides their ids.
func identified(v *oncall.Schedule) *oncall.Schedule {
	for n := range v.Overrides {
		if v.Overrides[n].ID == "" {
			v.Overrides[n].ID = uuid.Must(uuid.NewV7()).String()
		}
	}
	return v
}

func (s *Server) moment(at time.Time) time.Time {
	if at.IsZero() {
		return s.Now()
	}
	return at
}

func (s *Server) shifts(ctx context.Context, plan *oncall.Plan, from, until time.Time) (*body[list[ShiftView]], error) {
	from = s.moment(from)
	if until.IsZero() {
		until = from.AddDate(0, 0, 28)
	}
	if !from.Before(until) || until.Sub(from) > maxSpan {
		return nil, incident.FieldError("until", "It is after the beginning, and at most 400 days after.")
	}
	known, err := s.names(ctx)
	if err != nil {
		return nil, err
	}
	return &body[list[ShiftView]]{list[ShiftView]{known.views(plan.Shifts(from, until))}}, nil
}

func (s *Server) duties(ctx context.Context, at time.Time) ([]Duty, error) {
	schedules, err := s.Store.Schedules(ctx)
	if err != nil {
		return nil, err
	}
	teams, err := s.Store.Teams(ctx)
	if err != nil {
		return nil, err
	}
	known, err := s.names(ctx)
	if err != nil {
		return nil, err
	}
	var out []Duty
	for _, v := range schedules {
		plan, err := s.Inform.Plan(ctx, v.ID)
		if err != nil {
			return nil, err
		}
		now, next := plan.Now(at)
		d := Duty{ID: v.ID, Name: v.Name, Teams: []string{}, Now: known.view(now)}
		if !next.From.IsZero() {
			view := known.view(next)
			d.Next = &view
		}
		if gaps := plan.Gaps(at, at.Add(gapsAhead)); len(gaps) > 0 {
			view := known.view(gaps[0])
			d.Gap = &view
		}
		for _, t := range teams {
			if t.Schedule == v.ID {
				d.Teams = append(d.Teams, t.Name)
			}
		}
		out = append(out, d)
	}
	slices.SortFunc(out, func(a, b Duty) int { return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)) })
	return out, nil
}

func (s *Server) registerOverrides() {
	type standIn struct {
		ID   string `path:"id"`
		Body struct {
			Person string    `json:"person"`
			For    string    `json:"for,omitempty" doc:"Only where this person would be on call; empty: whoever it is"`
			From   time.Time `json:"from"`
			Until  time.Time `json:"until"`
			Reason string    `json:"reason,omitempty" maxLength:"500"`
		}
	}
	route(s, incident.Responder, http.MethodPost, "/api/schedules/{id}/overrides", "Put somebody on call for a time; oneself, or as a manager anybody", func(ctx context.Context, in *standIn) (*body[oncall.Schedule], error) {
		b := in.Body
		if err := s.mayPut(ctx, b.Person); err != nil {
			return nil, err
		}
		return s.changeSchedule(ctx, in.ID, func(v *oncall.Schedule) error {
			v.Overrides = append(v.Overrides, oncall.Override{Person: b.Person, For: b.For, From: b.From.UTC(), Until: b.Until.UTC(), Reason: b.Reason})
			identified(v)
			return nil
		})
	})
	type oneOverride struct {
		ID       string `path:"id"`
		Override string `path:"override"`
	}
	route(s, incident.Responder, http.MethodDelete, "/api/schedules/{id}/overrides/{override}", "Take an override back; one's own, or as a manager any", func(ctx context.Context, in *oneOverride) (*body[oncall.Schedule], error) {
		return s.changeSchedule(ctx, in.ID, func(v *oncall.Schedule) error {
			at := slices.IndexFunc(v.Overrides, func(o oncall.Override) bool { return o.ID == in.Override })
			if at < 0 {
				return incident.Errorf(incident.NotFound, "There is no such override.")
			}
			if err := mayPutOnCall(viewerOf(ctx), v.Overrides[at].Person); err != nil {
				return err
			}
			v.Overrides = slices.Delete(v.Overrides, at, at+1)
			return nil
		})
	})
}

// mayPut checks that the viewer may put a person on call, and that there is
// such a person.
func (s *Server) mayPut(ctx context.Context, person string) error {
	if err := mayPutOnCall(viewerOf(ctx), person); err != nil {
		return err
	}
	if p, err := s.Store.Person(ctx, person); err != nil || p.Disabled || p.ID != person {
		return incident.FieldError("person", "There is nobody with this id.")
	}
	return nil
}

func mayPutOnCall(v viewer, person string) error {
	if v.actor.ID == person || v.actor.Right.Includes(incident.Manager) {
		return nil
	}
	return incident.Errorf(incident.Forbidden, "You may put yourself on call. A manager may put others.")
}

func (s *Server) changeSchedule(ctx context.Context, id string, fn func(*oncall.Schedule) error) (*body[oncall.Schedule], error) {
	v, err := s.Store.ChangeSchedule(ctx, id, fn)
	if err != nil {
		return nil, err
	}
	return &body[oncall.Schedule]{*v}, nil
}

func (s *Server) registerFeeds() {
	type feedAsked struct {
		Schedule string `json:"schedule,omitempty" doc:"Empty: my own shifts in all schedules"`
	}
	type feedLink struct {
		Link string `json:"link" doc:"For a calendar to read; whoever has it sees the shifts. It is shown once, and ends the one before"`
	}
	route(s, incident.Viewer, http.MethodPost, "/api/oncall/feed", "Make a secret link to a calendar of shifts", func(ctx context.Context, in *body[feedAsked]) (*body[feedLink], error) {
		v := viewerOf(ctx)
		if v.person == nil {
			return nil, incident.Errorf(incident.Forbidden, "A calendar is a person's. Sign in.")
		}
		if in.Body.Schedule != "" {
			if _, err := s.Inform.Plan(ctx, in.Body.Schedule); err != nil {
				return nil, err
			}
		}
		secret, err := s.Store.IssueFeed(ctx, v.person.ID, in.Body.Schedule)
		return &body[feedLink]{feedLink{s.PublicURL + "/feed/" + secret + "/oncall.ics"}}, err
	})
	s.own(public, "GET /feed/{secret}/oncall.ics", func(w http.ResponseWriter, r *http.Request) {
		calendar, err := s.feed(r.Context(), r.PathValue("secret"))
		if err != nil {
			s.writeError(w, r, err)
			return
		}
		w.Header().Set("Content-Type", "text/calendar; charset=utf-8")
		_, _ = w.Write([]byte(calendar))
	})
}

// feed is the calendar behind a secret link: one schedule's shifts, or one
// person's in all of them.
func (s *Server) feed(ctx context.Context, secret string) (string, error) {
	person, schedule, err := s.Store.Feed(ctx, secret)
	if err != nil {
		return "", err
	}
	schedules, err := s.Store.Schedules(ctx)
	if err != nil {
		return "", err
	}
	known, err := s.names(ctx)
	if err != nil {
		return "", err
	}
	if p, ok := known[person]; !ok || p.Disabled {
		return "", incident.Errorf(incident.NotFound, "This link is not valid any more.")
	}
	name, turns := "Sigap: "+known[person].Name, []oncall.Turn{}
	for _, v := range schedules {
		if schedule != "" && v.ID != schedule {
			continue
		}
		if schedule != "" {
			name = "Sigap: " + v.Name
		}
		plan, err := s.Inform.Plan(ctx, v.ID)
		if err != nil {
			return "", err
		}
		for _, sh := range plan.Shifts(s.Now().Add(-feedBehind).Truncate(24*time.Hour), s.Now().Add(feedAhead)) {
			if sh.Person == "" || schedule == "" && sh.Person != person {
				continue
			}
			turns = append(turns, oncall.Turn{Shift: sh, Schedule: v.ID, Title: v.Name + ": " + known[sh.Person].Name})
		}
	}
	return oncall.Calendar(name, turns, s.Now()), nil
}
