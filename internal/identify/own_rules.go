package identify

import (
	"context"
	"slices"

	"github.com/sigap-dev/sigap/internal/identify/rule"
	"github.com/sigap-dev/sigap/internal/incident"
)

var errNoRule = incident.Errorf(incident.NotFound, "There is no such rule.")

// Rules are the team's rules about its alerts, in their order.
func (s *Service) Rules(ctx context.Context) ([]rule.Kept, error) { return s.store.RuleList(ctx) }

// PutRule writes a rule, which counts from the next signal on. One without an
// id is new, and comes last. What has a candidate already stays there.
func (s *Service) PutRule(ctx context.Context, r rule.Rule) (*rule.Kept, error) {
	kept, err := s.store.RuleList(ctx)
	if err != nil {
		return nil, err
	}
	switch known := slices.ContainsFunc(kept, func(k rule.Kept) bool { return k.ID == r.ID }); {
	case r.ID != "" && !known:
		return nil, errNoRule
	case r.ID == "" && len(kept) >= rule.Most:
		return nil, incident.Errorf(incident.Conflict, "There are %d rules, and no more may be: take one away first.", rule.Most)
	case r.ID == "":
		r.ID = s.newID()
	}
	if err := s.checkRule(ctx, &r); err != nil {
		return nil, err
	}
	return &rule.Kept{Rule: r}, s.store.PutRule(ctx, r)
}

// checkRule names the first field of a rule that cannot be.
func (s *Service) checkRule(ctx context.Context, r *rule.Rule) error {
	r.Normalize()
	if err := r.Validate(); err != nil || r.Service == "" {
		return err
	}
	known, err := s.rules(ctx)
	if err != nil {
		return err
	}
	if _, ok := known.catalog.services[r.Service]; !ok {
		return incident.FieldError("service", "There is no service %q: make it first, so that somebody is paged for it.", r.Service)
	}
	return nil
}

// RemoveRule takes a rule away.
func (s *Service) RemoveRule(ctx context.Context, id string) error {
	if was, err := s.store.RemoveRule(ctx, id); err != nil || was {
		return err
	}
	return errNoRule
}

// OrderRules puts the rules in an order, by all of their ids.
func (s *Service) OrderRules(ctx context.Context, ids []string) error {
	return s.store.OrderRules(ctx, ids)
}

// noteRules writes what became of the rules since it was written last.
func (s *Service) noteRules(ctx context.Context) {
	r := s.known.Load()
	if r == nil {
		return
	}
	became := r.own.Take()
	if len(became) == 0 {
		return
	}
	for id, st := range became {
		if st.Error != "" {
			st.ErrorAt = s.now()
			became[id] = st
		}
	}
	if err := s.store.NoteRules(ctx, became); err != nil {
		s.log.Warn("what became of the rules was not written", "rules", len(became), "err", err)
	}
}

func justRules(kept []rule.Kept) []rule.Rule {
	out := make([]rule.Rule, len(kept))
	for n := range kept {
		out[n] = kept[n].Rule
	}
	return out
}
