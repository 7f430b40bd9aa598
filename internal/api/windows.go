package api

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/sigap-dev/sigap/internal/identify/window"
	"github.com/sigap-dev/sigap/internal/incident"
)

const (
	pastWindows = 30 * 24 * time.Hour // how long a window that is over is listed
	manyHeld    = 200                 // alerts that are held are listed up to this many, the grave ones first
	manyTried   = 1000                // alerts that conditions are tried on
	shownTried  = 20
)

// WindowView is a silence or a maintenance window with where it stands.
type WindowView struct {
	window.Window
	State   string       `json:"state" enum:"open,coming,over"`
	Next    *window.Span `json:"next,omitempty" doc:"When it holds: the time under way, or the next one"`
	MayEnd  bool         `json:"mayEnd" doc:"You may end it for good"`
	MayEdit bool         `json:"mayEdit" doc:"You may change it"`
}

// HeldCount is how many alerts are held at the moment.
type HeldCount struct {
	All   int `json:"all"`
	Grave int `json:"grave" doc:"Those that would have paged at once"`
}

// Windows are the silences and maintenance windows, and what they hold.
type Windows struct {
	Items []WindowView `json:"items" doc:"Those that are over for no more than 30 days"`
	Held  []SignalView `json:"held" doc:"What is held now, the grave first; at most 200"`
	Count HeldCount    `json:"count"`
}

func (s *Server) registerWindows() {
	route(s, incident.Viewer, http.MethodGet, "/api/windows", "Silences, maintenance windows and what they hold", func(ctx context.Context, _ *nothing) (*body[Windows], error) {
		out, err := s.windows(ctx, viewerOf(ctx))
		return &body[Windows]{out}, err
	})
	type newWindow struct {
		Kind     incident.HoldKind `json:"kind" enum:"silence,maintenance"`
		Matchers []string          `json:"matchers" doc:"All must be met: service=checkout, environment!=staging, instance=~web-.*"`
		From     time.Time         `json:"from,omitzero" doc:"Missing: now"`
		Until    time.Time         `json:"until,omitzero" doc:"May be missing of a weekly one alone"`
		Minutes  int               `json:"minutes,omitempty" minimum:"1" maximum:"527040" doc:"How long, instead of until"`
		Weekly   *window.Weekly    `json:"weekly,omitempty"`
		Reason   string            `json:"reason"`
	}
	windowOf := func(n newWindow) window.Window {
		if n.Minutes > 0 {
			n.From = s.moment(n.From)
			n.Until = n.From.Add(time.Duration(n.Minutes) * time.Minute)
		}
		return window.Window{Kind: n.Kind, Matchers: n.Matchers, From: n.From, Until: n.Until, Weekly: n.Weekly, Reason: n.Reason}
	}
	route(s, incident.Responder, http.MethodPost, "/api/windows", "Silence alerts, or announce maintenance", func(ctx context.Context, in *body[newWindow]) (*body[WindowView], error) {
		v := viewerOf(ctx)
		w, err := s.Identify.MakeWindow(ctx, v.actor, windowOf(in.Body))
		if err != nil {
			return nil, err
		}
		return &body[WindowView]{s.windowView(v, w)}, nil
	})
	type edit struct {
		ID   string `path:"id"`
		Body newWindow
	}
	route(s, incident.Responder, http.MethodPut, "/api/windows/{id}", "Change a window that is not over; what it held and covers no more pages if it fires still", func(ctx context.Context, in *edit) (*body[WindowView], error) {
		v := viewerOf(ctx)
		w, err := s.Identify.EditWindow(ctx, v.actor, in.ID, windowOf(in.Body))
		if err != nil {
			return nil, err
		}
		return &body[WindowView]{s.windowView(v, w)}, nil
	})
	type end struct {
		ID   string `path:"id"`
		Body struct {
			Once bool `json:"once,omitempty" doc:"A weekly one goes on: only the time under way, or the next, is left out"`
		}
	}
	route(s, incident.Responder, http.MethodPost, "/api/windows/{id}/end", "End a window before its time", func(ctx context.Context, in *end) (*body[WindowView], error) {
		v := viewerOf(ctx)
		w, err := s.Identify.EndWindow(ctx, v.actor, in.ID, in.Body.Once)
		if err != nil {
			return nil, err
		}
		return &body[WindowView]{s.windowView(v, w)}, nil
	})
	s.registerConditions()
}

// registerConditions registers what helps to write a window's conditions.
func (s *Server) registerConditions() {
	type conditions struct {
		Matchers []string `json:"matchers"`
		Others   []string `json:"others" doc:"They hold for the alert too, and would narrow it"`
	}
	type id struct {
		ID string `path:"id"`
	}
	route(s, incident.Viewer, http.MethodGet, "/api/alerts/{id}/conditions", "The conditions of a window that holds an alert", func(ctx context.Context, in *id) (*body[conditions], error) {
		a, err := s.Store.Alert(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		all, others := window.For(&a.Signal)
		return &body[conditions]{conditions{orEmpty(all), orEmpty(others)}}, nil
	})
	type conditionsTrial struct {
		Matchers []string `json:"matchers"`
	}
	type conditionsTried struct {
		Count  HeldCount    `json:"count"`
		Of     int          `json:"of" doc:"How many alerts were looked at: those heard in the last day, at most 1000"`
		Alerts []SignalView `json:"alerts" doc:"The first of them"`
	}
	route(s, incident.Responder, http.MethodPost, "/api/windows/try", "Which alerts of the last day conditions would have held; nothing is held", func(ctx context.Context, in *body[conditionsTrial]) (*body[conditionsTried], error) {
		v := viewerOf(ctx)
		recent, err := s.Store.RecentAlerts(ctx, manyTried)
		if err != nil {
			return nil, err
		}
		recent = slices.DeleteFunc(recent, func(a *incident.Alert) bool { return a.Last.Before(s.Now().Add(-24 * time.Hour)) })
		matched, err := s.Identify.Matched(ctx, in.Body.Matchers, recent)
		if err != nil {
			return nil, err
		}
		out := conditionsTried{Of: len(recent), Count: HeldCount{All: len(matched)}, Alerts: []SignalView{}}
		for _, a := range matched {
			if a.Held.Grave {
				out.Count.Grave++
			}
			if len(out.Alerts) < shownTried {
				x := s.signalView(v, a)
				x.Held = "" // it is not
				out.Alerts = append(out.Alerts, x)
			}
		}
		return &body[conditionsTried]{out}, nil
	})
}

func (s *Server) windows(ctx context.Context, v viewer) (Windows, error) {
	out := Windows{Items: []WindowView{}, Held: []SignalView{}}
	all, err := s.Store.Windows(ctx, s.Now().Add(-pastWindows))
	if err != nil {
		return out, err
	}
	for n := range all {
		out.Items = append(out.Items, s.windowView(v, &all[n]))
	}
	held, err := s.Store.GravestHeld(ctx, manyHeld)
	if err != nil {
		return out, err
	}
	for _, a := range held {
		out.Held = append(out.Held, s.signalView(v, a))
	}
	out.Count, err = s.heldCount(ctx)
	return out, err
}

func (s *Server) heldCount(ctx context.Context) (c HeldCount, err error) {
	c.All, c.Grave, err = s.Store.CountHeld(ctx)
	return c, err
}

func (s *Server) windowView(v viewer, w *window.Window) WindowView {
	out := WindowView{Window: *w, State: "over"}
	out.Matchers = orEmpty(out.Matchers)
	now := s.Now()
	if next, ok := w.Next(now); ok {
		out.Next, out.State = &next, "coming"
		if next.Holds(now) {
			out.State = "open"
		}
		out.MayEdit = w.MayMake(v.actor) == nil
		out.MayEnd = w.Weekly == nil && v.actor.Right.Includes(incident.Responder) || out.MayEdit
	}
	return out
}

func (s *Server) signalView(as viewer, a *incident.Alert) SignalView {
	v := SignalView{ID: a.ID, Title: a.Signal.Title, Source: a.Signal.Source, Sender: a.Signal.Sender, Service: a.Signal.Service, Severity: a.Signal.Severity,
		State: a.State, First: a.First, Last: a.Last, Count: a.Count, Value: a.Signal.Value, URL: a.Signal.URL}
	if a.Held != nil {
		v.Held, v.Window, v.Grave = as.reader().Held(a.Held, a.State == incident.AlertResolved, s.Now()), a.Held.Window, a.Held.Grave
	}
	return v
}
