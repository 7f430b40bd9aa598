package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/inform"
	"github.com/sigap-dev/sigap/internal/text"
)

// PageView is what the link of a message opens: what, how bad, what is known,
// who, and what one can do.
type PageView struct {
	Ref        string            `json:"ref"`
	Severity   incident.Severity `json:"severity"`
	Title      string            `json:"title"`
	StatusText string            `json:"statusText"`
	Drill      bool              `json:"drill"`
	Since      time.Time         `json:"since"`
	Ended      *time.Time        `json:"ended,omitempty"`
	Fields     []text.Field      `json:"fields" doc:"Where, how bad, what is known, who"`
	Plot       *incident.Plot    `json:"plot,omitempty"`
	Moments    []MomentView      `json:"moments"`
	Lang       string            `json:"lang" enum:"en,id"`
	Theme      string            `json:"theme"`
	Timezone   string            `json:"timezone"`
	State      string            `json:"state" enum:"open,acknowledged,declined,expired,over"`
	By         string            `json:"by,omitempty" doc:"Who is on it"`
	Next       *NextPerson       `json:"next,omitempty" doc:"Who is asked next, and when"`
	Person     incident.Person   `json:"person"`
	Waiting    []WaitingView     `json:"waiting,omitempty" doc:"Behind the link of a summary: what waits still, the worst first; an answer is for all of it"`
	Now        time.Time         `json:"now"`
}

// WaitingView is one incident of a summary.
type WaitingView struct {
	Ref      string            `json:"ref"`
	Severity incident.Severity `json:"severity"`
	Title    string            `json:"title"`
	Service  string            `json:"service"`
	Since    time.Time         `json:"since"`
	Link     string            `json:"link" doc:"To its own page"`
}

// NextPerson is who is asked when this one does not answer.
type NextPerson struct {
	Name string    `json:"name"`
	At   time.Time `json:"at"`
}

func (s *Server) registerPages() {
	type token struct {
		Token string `path:"token"`
	}
	route(s, public, http.MethodGet, "/api/pages/{token}", "The page behind a message's link; reading it does nothing", func(ctx context.Context, in *token) (*body[PageView], error) {
		v, err := s.pageBehind(ctx, in.Token)
		return &body[PageView]{v}, err
	})
	type act struct {
		Token string `path:"token"`
		Body  struct {
			Act inform.Answer `json:"act" enum:"acknowledge,decline,opened"`
		}
	}
	route(s, public, http.MethodPost, "/api/pages/{token}", "Acknowledge a page or pass it on", func(ctx context.Context, in *act) (*body[PageView], error) {
		if _, err := s.Inform.AnswerLink(ctx, in.Token, in.Body.Act); err != nil {
			return nil, err
		}
		v, err := s.pageBehind(ctx, in.Token)
		return &body[PageView]{v}, err
	})
	s.registerReportForm()
	s.registerMyPages()
}

// pageBehind is what a message's link shows now.
func (s *Server) pageBehind(ctx context.Context, token string) (PageView, error) {
	p, expired, err := s.Links.Read(token, s.Now())
	if err != nil {
		return PageView{}, err
	}
	if !p.Summary.IsZero() {
		return s.summaryPage(ctx, p, expired)
	}
	i, err := s.Store.Incident(ctx, p.Incident)
	if err != nil {
		return PageView{}, err
	}
	return s.page(ctx, p, i, expired)
}

// summaryPage lists what a summary told of and waits for an answer still.
func (s *Server) summaryPage(ctx context.Context, p inform.Pass, expired bool) (PageView, error) {
	person, err := s.Store.Person(ctx, p.Person)
	if err != nil {
		return PageView{}, err
	}
	waiting, err := s.Inform.Waiting(ctx, p)
	if err != nil {
		return PageView{}, err
	}
	reader := text.Reader{Lang: person.Lang, Location: person.Location()}
	out := PageView{Title: reader.SummaryTitle(len(waiting)), Since: p.Summary, Fields: []text.Field{}, Moments: []MomentView{},
		Lang: person.Lang, Theme: person.Theme, Timezone: person.Timezone, State: "over", Person: person.Ref(), Now: s.Now()}
	for _, w := range waiting {
		i := w.Incident
		out.Waiting = append(out.Waiting, WaitingView{Ref: i.Ref(), Severity: i.Severity, Title: i.Title, Service: i.Service, Since: impactFrom(i), Link: w.Link})
		out.Drill = out.Drill || i.Drill
	}
	switch {
	case expired:
		out.State = "expired"
	case len(waiting) > 0:
		out.State, out.Severity = "open", waiting[0].Incident.Severity
	}
	return out, nil
}

func (s *Server) page(ctx context.Context, p inform.Pass, i *incident.Incident, expired bool) (PageView, error) {
	person, err := s.Store.Person(ctx, p.Person)
	if err != nil {
		return PageView{}, err
	}
	v := viewer{actor: person.Actor(), person: person, lang: person.Lang, loc: person.Location()}
	words := v.reader().Letter(text.Letter{Incident: i, Purpose: incident.PurposePage, Now: s.Now()})
	out := PageView{Ref: i.Ref(), Severity: i.Severity, Title: i.Title, StatusText: v.reader().Status(i.Status), Drill: i.Drill, Since: impactFrom(i), Ended: impactTo(i),
		Fields: orEmpty(words.Fields), Plot: mainPlot(v.reader(), i), Moments: s.moments(v, i), Lang: person.Lang, Theme: person.Theme, Timezone: person.Timezone,
		State: "open", Person: person.Ref(), Now: s.Now()}
	for _, r := range i.Receipts {
		if r.State == incident.AckedBy && r.Purpose != incident.PurposeUpdate && out.By == "" {
			out.By = r.To.Name
		}
		if r.To.ID == person.ID && (r.Notice == p.Notice || r.State == incident.AckedBy) {
			switch r.State {
			case incident.AckedBy:
				out.State = "acknowledged"
			case incident.DeclinedBy:
				out.State = "declined"
			}
		}
	}
	switch {
	case expired && out.State == "open":
		out.State = "expired"
	case !i.Status.Pages() && out.State == "open":
		out.State = "over"
	}
	if out.State == "open" {
		out.Next, err = s.nextPerson(ctx, p, i)
	}
	return out, err
}

// nextPerson is who the page goes to when this person does not answer.
func (s *Server) nextPerson(ctx context.Context, p inform.Pass, i *incident.Incident) (*NextPerson, error) {
	teams, err := s.Store.Teams(ctx)
	if err != nil {
		return nil, err
	}
	policy, err := s.Store.Policy(ctx)
	if err != nil {
		return nil, err
	}
	for _, n := range i.Notices {
		if n.ID != p.Notice || n.Purpose != incident.PurposePage || len(n.To) == 0 {
			continue
		}
		for _, t := range teams {
			if t.Name != n.To[0].Team {
				continue
			}
			for k, id := range t.Members {
				if id == p.Person && k+1 < len(t.Members) {
					next, err := s.Store.Person(ctx, t.Members[k+1])
					if err != nil {
						return nil, nil //nolint:nilerr // the next one left the company: nobody is named
					}
					return &NextPerson{Name: next.Name, At: n.At.Add(policy.AckLimit)}, nil
				}
			}
		}
	}
	return nil, nil
}

func (s *Server) registerReportForm() {
	type form struct {
		Services []string `json:"services"`
	}
	type key struct {
		Key string `path:"key"`
	}
	route(s, public, http.MethodGet, "/api/report/{key}", "What the public form to report a problem offers", func(ctx context.Context, in *key) (*body[form], error) {
		if err := s.reportKey(ctx, in.Key); err != nil {
			return nil, err
		}
		services, err := s.Store.Services(ctx)
		out := form{Services: []string{}}
		for _, v := range services {
			out.Services = append(out.Services, v.Name)
		}
		return &body[form]{out}, err
	})
	type report struct {
		Key  string `path:"key"`
		Body struct {
			Words    string    `json:"words" minLength:"1" maxLength:"4096"`
			Service  string    `json:"service,omitempty" maxLength:"100"`
			Reporter string    `json:"reporter,omitempty" maxLength:"200"`
			Segment  string    `json:"segment,omitempty" maxLength:"200"`
			Noticed  time.Time `json:"noticed,omitzero"`
		}
	}
	type thanks struct {
		Received time.Time `json:"received"`
	}
	route(s, public, http.MethodPost, "/api/report/{key}", "Report a problem", func(ctx context.Context, in *report) (*body[thanks], error) {
		if !s.limit.allow("report " + viewerOf(ctx).remote) {
			return nil, huma.Error429TooManyRequests("Thank you, we heard you several times. Please wait a minute.")
		}
		k, err := s.Store.SenderKey(ctx, in.Key)
		if err != nil || k.Source != "report" {
			return nil, incident.Errorf(incident.NotFound, "This form is not known.")
		}
		now := s.Now()
		r := incident.Report{Words: in.Body.Words, Service: in.Body.Service, Reporter: in.Body.Reporter, Segment: in.Body.Segment, Channel: "form", Noticed: in.Body.Noticed, At: now}
		if r.Noticed.IsZero() || r.Noticed.After(now) {
			r.Noticed = now
		}
		return &body[thanks]{thanks{now}}, s.Identify.Accept(ctx, k.Key, nil, []incident.Report{r}, nil)
	})
}

func (s *Server) reportKey(ctx context.Context, secret string) error {
	if k, err := s.Store.SenderKey(ctx, secret); err != nil || k.Source != "report" {
		return incident.Errorf(incident.NotFound, "This form is not known.")
	}
	return nil
}

// MyPage is one time that somebody was called, and what they did.
type MyPage struct {
	Ref      string            `json:"ref"`
	Title    string            `json:"title"`
	Purpose  incident.Purpose  `json:"purpose"`
	At       time.Time         `json:"at"`
	Channel  string            `json:"channel"`
	State    incident.Reach    `json:"state"`
	StateAt  time.Time         `json:"stateAt"`
	Text     string            `json:"text"`
	Severity incident.Severity `json:"severity"`
}

func (s *Server) registerMyPages() {
	type pages struct {
		Items []MyPage `json:"items"`
	}
	route(s, incident.Viewer, http.MethodGet, "/api/me/pages", "Who called me when, and what I did", func(ctx context.Context, _ *nothing) (*body[pages], error) {
		v := viewerOf(ctx)
		list, err := s.Store.Incidents(ctx, incident.Filter{After: s.Now().Add(-90 * 24 * time.Hour), Limit: 200})
		if err != nil {
			return nil, err
		}
		out := pages{Items: []MyPage{}}
		for _, i := range list {
			for _, r := range i.Receipts {
				if r.To.ID != v.actor.ID {
					continue
				}
				p := MyPage{Ref: i.Ref(), Title: i.Title, Purpose: r.Purpose, At: r.At, Channel: r.Channel, State: r.State, StateAt: r.At, Text: v.reader().Reach(r.State), Severity: i.Severity}
				for _, n := range i.Notices {
					if n.ID == r.Notice {
						p.At = n.At
					}
				}
				out.Items = append(out.Items, p)
			}
		}
		return &body[pages]{out}, nil
	})
}
