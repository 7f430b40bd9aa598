package identify

import (
	"context"
	"slices"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// shadowMost bounds the candidates that a policy in shadow is judged by: the
// newest so many of those that came since it began.
const shadowMost = 300

// ShadowOutcome is a decision of the policy in shadow beside that of people.
type ShadowOutcome string

const (
	ShadowOpen       ShadowOutcome = "open"       // people have not decided yet
	ShadowAgreed     ShadowOutcome = "agreed"     // both declared, or both did not
	ShadowFalseAlarm ShadowOutcome = "falseAlarm" // it would have declared, a person dismissed it
	ShadowMissed     ShadowOutcome = "missed"     // it would not have declared, and it was an incident
	ShadowUnclear    ShadowOutcome = "unclear"    // it would have declared what ended by itself before anybody said
)

// ShadowCase is a candidate of which the policy in shadow decided.
type ShadowCase struct {
	Incident *incident.Incident
	Outcome  ShadowOutcome
	// Lead is by how much it would have declared earlier than was done, if both
	// did and rightly; negative: later.
	Lead *time.Duration
}

// ShadowReport is what a policy in shadow would have done, beside what was done.
type ShadowReport struct {
	Shadow *incident.ShadowPolicy
	Cases  []ShadowCase // the newest first
	Counts map[ShadowOutcome]int
	// Unpaged counts the missed of which it would have asked nobody, either.
	Unpaged int
	Lead    *time.Duration // the median
	Cut     bool           // there were more candidates
}

// Shadow tells what the policy in shadow would have done; its Shadow is nil if
// there is none. Drills and what was merged are none of it.
func (s *Service) Shadow(ctx context.Context) (*ShadowReport, error) {
	p, err := s.store.Shadow(ctx)
	if err != nil || p == nil {
		return &ShadowReport{}, err
	}
	list, err := s.store.Incidents(ctx, incident.Filter{After: p.Since, Limit: shadowMost})
	if err != nil {
		return nil, err
	}
	out := &ShadowReport{Shadow: p, Counts: map[ShadowOutcome]int{}, Cut: len(list) == shadowMost}
	var leads []time.Duration
	for _, i := range list {
		if i.Shadow == nil || i.Shadow.Shadow != p.ID || i.Drill || i.Status == incident.Merged {
			continue
		}
		c := besidePeople(i)
		out.Cases = append(out.Cases, c)
		out.Counts[c.Outcome]++
		count(&out.Unpaged, c.Outcome == ShadowMissed && !i.Shadow.Pages)
		if c.Lead != nil {
			leads = append(leads, *c.Lead)
		}
	}
	out.Lead = median(leads)
	return out, nil
}

// besidePeople holds a decision of the policy in shadow against what people, or
// the policy in force, made of the candidate; by the arithmetic of a replay.
func besidePeople(i *incident.Incident) ShadowCase {
	declares := i.Shadow.Declares
	o := &outcome{record: i, recorded: map[string]*incident.Incident{i.ID: i}, declared: declares}
	falseAlarms, missed := against([]*outcome{o}, []*incident.Incident{i}, func(o *outcome) bool { return o.declared })
	c := ShadowCase{Incident: i, Outcome: ShadowAgreed}
	switch {
	case i.Status == incident.Triage:
		c.Outcome = ShadowOpen
	case falseAlarms > 0:
		c.Outcome = ShadowFalseAlarm
	case len(missed) > 0:
		c.Outcome = ShadowMissed
	case declares && !real(i):
		c.Outcome = ShadowUnclear
	case declares:
		lead := i.Milestones[incident.DeclaredAt].Sub(i.Shadow.At)
		c.Lead = &lead
	}
	return c
}

// median is the one in the middle, of two the earlier; nil of none.
func median(of []time.Duration) *time.Duration {
	if len(of) == 0 {
		return nil
	}
	slices.Sort(of)
	return &of[(len(of)-1)/2]
}

// PutShadow has a policy run in shadow, in place of the one before; what that
// one decided no longer counts.
func (s *Service) PutShadow(ctx context.Context, actor incident.Actor, p incident.Policy) error {
	if err := p.Validate(); err != nil {
		return err
	}
	return s.store.PutShadow(ctx, &incident.ShadowPolicy{ID: s.newID(), Policy: p, Since: s.now().UTC(), By: incident.Person{ID: actor.ID, Name: actor.Name}})
}

// DropShadow throws the policy in shadow away.
func (s *Service) DropShadow(ctx context.Context) error { return s.store.PutShadow(ctx, nil) }

// AdoptShadow puts the policy in shadow in force. It must be the one that was
// looked at.
func (s *Service) AdoptShadow(ctx context.Context, id string) error {
	return s.store.AdoptShadow(ctx, id)
}
