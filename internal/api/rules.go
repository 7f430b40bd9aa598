package api

import (
	"context"
	"net/http"
	"time"

	"github.com/sigap-dev/sigap/internal/identify"
	"github.com/sigap-dev/sigap/internal/identify/rule"
	"github.com/sigap-dev/sigap/internal/incident"
)

// registerRules registers the team's own rules: which alerts belong together,
// and whose they are.
func (s *Server) registerRules() {
	type byID struct {
		ID string `path:"id"`
	}
	type change struct {
		ID   string `path:"id"`
		Body rule.Rule
	}
	type order struct {
		IDs []string `json:"ids" doc:"The ids of all rules, in their new order"`
	}
	route(s, incident.Viewer, http.MethodGet, "/api/rules", "The team's rules about its alerts, in their order", func(ctx context.Context, _ *nothing) (*body[list[rule.Kept]], error) {
		all, err := s.Identify.Rules(ctx)
		return &body[list[rule.Kept]]{list[rule.Kept]{orEmpty(all)}}, err
	})
	put := func(ctx context.Context, id string, r rule.Rule) (*body[rule.Kept], error) {
		r.ID = id
		kept, err := s.Identify.PutRule(ctx, r)
		if err != nil {
			return nil, err
		}
		return &body[rule.Kept]{*kept}, nil
	}
	route(s, incident.Manager, http.MethodPost, "/api/rules", "Make a rule, behind all others", func(ctx context.Context, in *body[rule.Rule]) (*body[rule.Kept], error) {
		return put(ctx, "", in.Body)
	})
	route(s, incident.Manager, http.MethodPut, "/api/rules/order", "Put the rules in another order", func(ctx context.Context, in *body[order]) (*nothing, error) {
		return nil, s.Identify.OrderRules(ctx, in.Body.IDs)
	})
	route(s, incident.Manager, http.MethodPut, "/api/rules/{id}", "Change a rule, turn it off or on", func(ctx context.Context, in *change) (*body[rule.Kept], error) {
		return put(ctx, in.ID, in.Body)
	})
	route(s, incident.Manager, http.MethodDelete, "/api/rules/{id}", "Remove a rule; what it grouped stays together", func(ctx context.Context, in *byID) (*nothing, error) {
		return nil, s.Identify.RemoveRule(ctx, in.ID)
	})
	s.registerReplay()
}

// registerReplay registers what applies recorded signals anew and keeps nothing.
func (s *Server) registerReplay() {
	type trial struct {
		Rules []rule.Rule `json:"rules" maxItems:"100" doc:"All rules as they would be, in their order"`
		Days  int         `json:"days" minimum:"1" maximum:"90" doc:"How far back"`
	}
	route(s, incident.Manager, http.MethodPost, "/api/rules/try", "What rules would have made of the last days; nothing is kept", func(ctx context.Context, in *body[trial]) (*body[identify.Trial], error) {
		t, err := s.Identify.Try(ctx, in.Body.Rules, days(in.Body.Days))
		if err != nil {
			return nil, err
		}
		return &body[identify.Trial]{*t}, nil
	})
	type since struct {
		Days int `json:"days" minimum:"1" maximum:"90" doc:"How far back"`
	}
	type replayed struct {
		identify.Replayed
		From time.Time `json:"from"`
		To   time.Time `json:"to"`
		Cut  bool      `json:"cut,omitempty" doc:"There was more than is looked at"`
	}
	route(s, incident.Manager, http.MethodPost, "/api/replay", "What today's rules and policy make of the last days, in numbers", func(ctx context.Context, in *body[since]) (*body[replayed], error) {
		out, past, err := s.Identify.Replay(ctx, days(in.Body.Days))
		return &body[replayed]{replayed{out, past.From, past.To, past.Cut}}, err
	})
}

func days(n int) time.Duration { return time.Duration(n) * 24 * time.Hour }
