package api

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/sigap-dev/sigap/internal/directory"
	"github.com/sigap-dev/sigap/internal/incident"
)

// Card is an incident in a list.
type Card struct {
	ID          string            `json:"id"`
	Ref         string            `json:"ref"`
	Title       string            `json:"title"`
	Service     string            `json:"service"`
	Affected    []string          `json:"affected"`
	Environment string            `json:"environment"`
	Status      incident.Status   `json:"status"`
	StatusText  string            `json:"statusText"`
	Severity    incident.Severity `json:"severity"`
	Drill       bool              `json:"drill"`
	Declared    bool              `json:"declared"`
	Since       time.Time         `json:"since"`
	Ended       *time.Time        `json:"ended,omitempty"`
	Rail        []StageView       `json:"rail"`
	StageText   string            `json:"stageText"`
	Commander   *incident.Person  `json:"commander,omitempty"`
	NextUpdate  *NextUpdate       `json:"nextUpdate,omitempty"`
	Spark       []float64         `json:"spark"`
	Score       int               `json:"score"`
	Say         string            `json:"say,omitempty"`
	Checks      string            `json:"checks,omitempty" doc:"The verdict's reasons on one line"`
	Firing      int               `json:"firing"`
	Alerts      int               `json:"alerts"`
	Nobody      bool              `json:"nobody" doc:"A notice reached nobody"`
}

// Owed is something that waits for the viewer.
type Owed struct {
	Kind  string         `json:"kind" enum:"page,task,update,assign,decide,action,candidate,nobody"`
	Title string         `json:"title"`
	Ref   string         `json:"ref"`
	Of    string         `json:"of,omitempty" doc:"The incident's title"`
	Due   *time.Time     `json:"due,omitempty"`
	Hot   bool           `json:"hot"`
	Stage incident.Stage `json:"stage"`
	Item  string         `json:"item,omitempty"`
}

// OnCall is who a team asks first.
type OnCall struct {
	Team      string             `json:"team"`
	Does      directory.TeamKind `json:"does"`
	Person    *incident.Person   `json:"person,omitempty"`
	Reachable bool               `json:"reachable"`
	Channels  []string           `json:"channels"`
}

// Stats are the last fourteen days against the fourteen before.
type Stats struct {
	Inform   *Stat `json:"inform,omitempty" doc:"Median seconds from the first signal until somebody of each team knew"`
	Mitigate *Stat `json:"mitigate,omitempty" doc:"Median seconds to the end of impact"`
	OnTime   *Stat `json:"onTime,omitempty" doc:"Share of updates on time"`
	Actions  *Stat `json:"actions,omitempty" doc:"Share of actions done"`
}

// Stat is a figure and what it was.
type Stat struct {
	Now float64  `json:"now"`
	Was *float64 `json:"was,omitempty"`
	Of  int      `json:"of"`
}

// Home is the first page.
type Home struct {
	Open       []Card    `json:"open"`
	Candidates []Card    `json:"candidates"`
	Recent     []Card    `json:"recent" doc:"Resolved in the last days, whose learning is not done"`
	Owed       []Owed    `json:"owed"`
	OnCall     []OnCall  `json:"onCall"`
	Stats      Stats     `json:"stats"`
	SetUp      SetUp     `json:"setUp"`
	Held       HeldCount `json:"held"`
}

// SetUp is what a fresh installation still lacks.
type SetUp struct {
	Channels int `json:"channels"`
	Sources  int `json:"sources"`
	People   int `json:"people"`
	Teams    int `json:"teams"`
}

func (s *Server) home(ctx context.Context, v viewer) (Home, error) {
	h := Home{Open: []Card{}, Candidates: []Card{}, Recent: []Card{}, Owed: []Owed{}, OnCall: []OnCall{}}
	open, err := s.Store.Briefs(ctx, incident.Filter{Statuses: incident.OpenStatuses(), Limit: 200})
	if err != nil {
		return h, err
	}
	later, err := s.Store.Briefs(ctx, incident.Filter{Statuses: []incident.Status{incident.StatusResolved, incident.Reviewing}, Limit: 20})
	if err != nil {
		return h, err
	}
	slices.SortStableFunc(open, func(a, b *incident.Brief) int {
		if a.Severity != b.Severity {
			return int(a.Severity) - int(b.Severity)
		}
		return impactFrom(a.Incident).Compare(impactFrom(b.Incident))
	})
	for _, i := range open {
		c := s.card(v, i)
		if i.Status == incident.Triage {
			h.Candidates = append(h.Candidates, c)
		} else {
			h.Open = append(h.Open, c)
		}
		h.Owed = append(h.Owed, s.owed(v, i.Incident)...)
	}
	for _, i := range later {
		h.Recent = append(h.Recent, s.card(v, i))
		h.Owed = append(h.Owed, s.owed(v, i.Incident)...)
	}
	if err := s.owedActions(ctx, v, &h); err != nil {
		return h, err
	}
	slices.SortStableFunc(h.Owed, func(a, b Owed) int {
		if a.Hot != b.Hot {
			if a.Hot {
				return -1
			}
			return 1
		}
		return 0
	})
	if h.OnCall, err = s.onCall(ctx); err != nil {
		return h, err
	}
	if h.Stats, err = s.stats(ctx); err != nil {
		return h, err
	}
	if h.Held, err = s.heldCount(ctx); err != nil {
		return h, err
	}
	h.SetUp, err = s.setUp(ctx)
	return h, err
}

func (s *Server) cards(v viewer, list []*incident.Brief) []Card {
	out := make([]Card, len(list))
	for n, i := range list {
		out[n] = s.card(v, i)
	}
	return out
}

func (s *Server) card(v viewer, b *incident.Brief) Card {
	i := b.Incident
	now, r := s.Now(), v.reader()
	c := Card{ID: i.ID, Ref: i.Ref(), Title: i.Title, Service: i.Service, Affected: orEmpty(i.Affected), Environment: i.Environment,
		Status: i.Status, StatusText: r.Status(i.Status), Severity: i.Severity, Drill: i.Drill, Declared: i.Number > 0,
		Since: impactFrom(i), Ended: impactTo(i), Rail: s.rail(v, i), Spark: orEmpty(b.Spark), Firing: b.Fires, Alerts: b.Joined, Nobody: i.NobodyYet != nil}
	for _, st := range c.Rail {
		if st.Progress == incident.UnderWay || st.Progress == incident.Late {
			c.StageText = st.Name
			if st.Stage >= incident.Act {
				break
			}
		}
	}
	if p := i.Roles[incident.Commander]; p.ID != "" {
		c.Commander = &p
	}
	if u := i.NextUpdate(); u != nil {
		c.NextUpdate = &NextUpdate{Audience: u.Audience, Name: u.Name, Due: u.Due, Late: now.After(u.Due)}
	}
	if i.Verdict != nil {
		c.Score = i.Verdict.Score
		c.Say, _ = r.Verdict(i.Verdict, i)
		var reasons []string
		for _, k := range i.Verdict.Checks {
			if k.State != incident.CheckUnknown {
				reasons = append(reasons, r.Check(k))
			}
		}
		c.Checks = strings.Join(reasons, " · ")
	}
	return c
}

// owed is what one incident waits for from the viewer.
func (s *Server) owed(v viewer, i *incident.Incident) []Owed {
	var out []Owed
	now := s.Now()
	add := func(o Owed) { o.Ref, o.Of = i.Ref(), i.Title; out = append(out, o) }
	me, mayAssign := v.actor.ID, i.MayAssign(v.actor) == nil
	if i.Status.Pages() {
		for _, k := range i.WhoKnows() {
			if k.ID == me && !k.Knows && !k.Waived {
				add(Owed{Kind: "page", Title: i.Title, Hot: true, Stage: incident.Inform})
			}
		}
	}
	if i.NobodyYet != nil && i.Status.Open() {
		add(Owed{Kind: "nobody", Title: i.Title, Hot: true, Stage: incident.Inform})
	}
	if i.Status == incident.Triage && v.actor.Right.Includes(incident.Responder) {
		add(Owed{Kind: "candidate", Title: i.Title, Hot: i.Severity.Major(), Stage: incident.Identify})
	}
	for _, t := range i.Tasks {
		if t.To.ID == me && (t.State == incident.TaskOffered || t.State == incident.TaskAccepted) {
			add(Owed{Kind: "task", Title: t.Title, Due: due(t.Due), Hot: t.State == incident.TaskOffered, Stage: incident.Act, Item: t.ID})
		}
	}
	keeps := i.Roles[incident.Commander].ID == me || i.Roles[incident.Communications].ID == me
	if c := i.NextUpdate(); c != nil && keeps {
		add(Owed{Kind: "update", Title: c.Name, Due: due(c.Due), Hot: now.After(c.Due), Stage: incident.Update, Item: c.Audience})
	}
	if d := i.Decision(incident.Fix); mayAssign && d != nil && !slices.ContainsFunc(i.Tasks, func(t incident.Task) bool { return t.Track == incident.Fix }) {
		add(Owed{Kind: "assign", Title: d.Title, Stage: incident.Act})
	}
	return out
}

func due(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func (s *Server) owedActions(ctx context.Context, v viewer, h *Home) error {
	actions, err := s.Store.OwedBy(ctx, v.actor.ID, 200)
	if err != nil {
		return err
	}
	for _, a := range actions {
		h.Owed = append(h.Owed, Owed{Kind: "action", Title: a.Action.Title, Ref: a.Ref, Of: a.Title, Due: due(a.Action.Due),
			Hot: s.Now().After(a.Action.Due), Stage: incident.Learn, Item: a.Action.ID})
	}
	return nil
}

func (s *Server) onCall(ctx context.Context) ([]OnCall, error) {
	teams, err := s.Store.Teams(ctx)
	if err != nil {
		return nil, err
	}
	people, err := s.Store.People(ctx)
	if err != nil {
		return nil, err
	}
	out := []OnCall{}
	for _, t := range teams {
		o := OnCall{Team: t.Name, Does: t.Does, Channels: []string{}}
		first, err := s.Inform.First(ctx, teams, t, s.Now())
		if err != nil {
			return nil, err
		}
		for _, p := range people {
			if len(first) > 0 && p.ID == first[0] {
				ref := p.Ref()
				o.Person = &ref
				for _, c := range directory.For(directory.Verified(p.Contacts), true) {
					o.Reachable = true
					o.Channels = append(o.Channels, c.Kind)
				}
			}
		}
		out = append(out, o)
	}
	return out, nil
}

func (s *Server) setUp(ctx context.Context) (u SetUp, err error) {
	channels, err := s.Channels.List(ctx)
	if err != nil {
		return u, err
	}
	for _, c := range channels {
		if c.Set {
			u.Channels++
		}
	}
	keys, err := s.Store.ListKeys(ctx)
	if err != nil {
		return u, err
	}
	people, err := s.Store.People(ctx)
	if err != nil {
		return u, err
	}
	teams, err := s.Store.Teams(ctx)
	u.Sources, u.People, u.Teams = len(keys), len(people), len(teams)
	return u, err
}
