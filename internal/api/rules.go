package api

import (
	"context"
	"net/http"

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
	route(s, incident.Manager, http.MethodGet, "/api/rules", "The team's rules about its alerts, in their order", func(ctx context.Context, _ *nothing) (*body[list[rule.Kept]], error) {
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
}
