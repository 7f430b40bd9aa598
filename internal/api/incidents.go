package api

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/sigap-dev/sigap/internal/identify"
	"github.com/sigap-dev/sigap/internal/incident"
)

// at is a request about one incident.
type at struct {
	Ref string `path:"ref" doc:"Id, INC-142 or C-1a2b3c"`
}

// on is a request that does something to one incident.
type on[T any] struct {
	Ref  string `path:"ref" doc:"Id, INC-142 or C-1a2b3c"`
	Body T
}

// onItem is a request that does something to one item of an incident.
type onItem[T any] struct {
	Ref  string `path:"ref" doc:"Id, INC-142 or C-1a2b3c"`
	Item string `path:"item"`
	Body T
}

// answered is an incident after an operation, as its viewer sees it.
type answered = body[View]

// work registers an operation on one incident, which answers with its view.
func work[T any](s *Server, right incident.Right, name, summary string, do func(ctx context.Context, a incident.Actor, id string, in T) (*incident.Incident, error)) {
	route(s, right, http.MethodPost, "/api/incidents/{ref}/"+name, summary, func(ctx context.Context, in *on[T]) (*answered, error) {
		i, err := s.Store.Incident(ctx, in.Ref)
		if err != nil {
			return nil, err
		}
		if i, err = do(ctx, viewerOf(ctx).actor, i.ID, in.Body); err != nil {
			return nil, err
		}
		return s.answer(ctx, i)
	})
}

// workItem is work on one item of an incident: a task, an option, …
func workItem[T any](s *Server, right incident.Right, name, summary string, do func(ctx context.Context, a incident.Actor, id, item string, in T) (*incident.Incident, error)) {
	route(s, right, http.MethodPost, "/api/incidents/{ref}/"+name, summary, func(ctx context.Context, in *onItem[T]) (*answered, error) {
		i, err := s.Store.Incident(ctx, in.Ref)
		if err != nil {
			return nil, err
		}
		if i, err = do(ctx, viewerOf(ctx).actor, i.ID, in.Item, in.Body); err != nil {
			return nil, err
		}
		return s.answer(ctx, i)
	})
}

func (s *Server) answer(ctx context.Context, i *incident.Incident) (*answered, error) {
	v, err := s.view(ctx, viewerOf(ctx), i)
	return &answered{v}, err
}

func (s *Server) registerIncidents() {
	route(s, incident.Viewer, http.MethodGet, "/api/home", "What is open, what waits for me, who is on call", func(ctx context.Context, _ *nothing) (*body[Home], error) {
		h, err := s.home(ctx, viewerOf(ctx))
		return &body[Home]{h}, err
	})
	type search struct {
		Status   string    `query:"status" doc:"Statuses, separated by commas"`
		Severity int       `query:"severity" minimum:"0" maximum:"4"`
		Service  string    `query:"service"`
		Q        string    `query:"q" doc:"Words that must all occur in the title, the reference, the timeline; each may be cut short at its end"`
		Drill    string    `query:"drill" enum:"true,false,"`
		Before   time.Time `query:"before" doc:"Opened before"`
		Limit    int       `query:"limit" minimum:"1" maximum:"200" default:"50"`
	}
	type found struct {
		Items []Card     `json:"items"`
		Next  *time.Time `json:"next,omitempty" doc:"Pass as before for the next page"`
	}
	route(s, incident.Viewer, http.MethodGet, "/api/incidents", "Search incidents", func(ctx context.Context, in *search) (*body[found], error) {
		f := incident.Filter{Severity: incident.Severity(in.Severity), Service: in.Service, Text: in.Q, Before: in.Before, Limit: in.Limit}
		for st := range strings.SplitSeq(in.Status, ",") {
			if st != "" {
				f.Statuses = append(f.Statuses, incident.Status(st))
			}
		}
		if in.Drill != "" {
			drill := in.Drill == "true"
			f.Drill = &drill
		}
		list, err := s.Store.Briefs(ctx, f)
		if err != nil {
			return nil, err
		}
		out := found{Items: s.cards(viewerOf(ctx), list)}
		if len(list) == in.Limit {
			next := list[len(list)-1].Milestones[incident.Detected]
			out.Next = &next
		}
		return &body[found]{out}, nil
	})
	type declaration struct {
		Title       string `json:"title" maxLength:"255"`
		Service     string `json:"service,omitempty" maxLength:"100"`
		Environment string `json:"environment,omitempty" maxLength:"100"`
		Severity    int    `json:"severity" minimum:"1" maximum:"4"`
		Text        string `json:"text,omitempty" maxLength:"16384"`
		Drill       bool   `json:"drill,omitempty"`
	}
	route(s, incident.Responder, http.MethodPost, "/api/incidents", "Declare an incident", func(ctx context.Context, in *body[declaration]) (*answered, error) {
		i, err := s.Identify.DeclareNew(ctx, viewerOf(ctx).actor, identify.Declaration{Title: in.Body.Title, Service: in.Body.Service,
			Environment: in.Body.Environment, Severity: incident.Severity(in.Body.Severity), Text: in.Body.Text, Drill: in.Body.Drill})
		if err != nil {
			return nil, err
		}
		return s.answer(ctx, i)
	})
	route(s, incident.Viewer, http.MethodGet, "/api/incidents/{ref}", "One incident", func(ctx context.Context, in *at) (*answered, error) {
		i, err := s.Store.Incident(ctx, in.Ref)
		if err != nil {
			return nil, err
		}
		return s.answer(ctx, i)
	})
	s.registerEntries()
}

func (s *Server) registerEntries() {
	type page struct {
		Ref    string `path:"ref"`
		Before int    `query:"before" minimum:"0" doc:"Entries before this one"`
		After  int    `query:"after" minimum:"-1" default:"-1" doc:"Entries after this one"`
		Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"100"`
	}
	type entries struct {
		Items []EntryView `json:"items"`
		First int         `json:"first" doc:"The oldest entry's number, 1"`
		Last  int         `json:"last" doc:"The newest entry's number"`
	}
	route(s, incident.Viewer, http.MethodGet, "/api/incidents/{ref}/entries", "The timeline, the newest part unless asked otherwise", func(ctx context.Context, in *page) (*body[entries], error) {
		i, err := s.Store.Incident(ctx, in.Ref)
		if err != nil {
			return nil, err
		}
		var list []incident.Entry
		switch {
		case in.After >= 0:
			list, err = s.Store.Entries(ctx, i.ID, in.After, in.Limit)
		case in.Before > 0:
			list, err = s.Store.EntriesBefore(ctx, i.ID, in.Before, in.Limit)
		default:
			list, err = s.Store.EntriesBefore(ctx, i.ID, i.Seq+1, in.Limit)
		}
		if err != nil {
			return nil, err
		}
		return &body[entries]{entries{Items: s.entryViews(viewerOf(ctx), i, list), First: 1, Last: i.Seq}}, nil
	})
}
