package identify

import (
	"context"
	"fmt"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// collectLimit is how long evidence is waited for in all. The verdict does not
// wait so long: it goes by what is there after liveChecks.
const collectLimit = 20 * time.Second

// lookSoon is when evidence on a candidate is collected again: with the first
// signal most measures were not read since the trouble began. An agent's were
// seconds later, those that are scraped once in 15 or 30 s with the last look.
var lookSoon = []time.Duration{4 * time.Second, 40 * time.Second}

// knownAlerts is of how many alerts of a record the past goes into its verdict.
const knownAlerts = 50

// lastWords is how long checks that were cut off have to say so.
const lastWords = 500 * time.Millisecond

// Verify runs the live checks of a record: each piece of evidence is recorded
// as it comes, and after liveChecks, or when all is there, the verdict follows.
// What has not come when collectLimit is over does not come any more.
func (s *Service) Verify(ctx context.Context, id string) error {
	i, err := s.store.Incident(ctx, id)
	if err != nil || !i.Status.Open() && i.Status != incident.StatusResolved {
		return err
	}
	collecting, cancel := context.WithTimeout(ctx, collectLimit)
	defer cancel()
	left := make(chan struct{})
	defer close(left)
	parts := s.collect(collecting, i, left)
	verdict := time.NewTimer(liveChecks)
	defer verdict.Stop()
	cutOff := collecting.Done()
	var over <-chan time.Time
	for {
		select {
		case part, more := <-parts:
			if !more {
				return s.judgeLive(ctx, id)
			}
			if err := s.keep(ctx, id, part); err != nil {
				return err
			}
		case <-verdict.C: // what comes later may still change it
			if err := s.judgeLive(ctx, id); err != nil {
				return err
			}
		case <-cutOff: // the checks that are not done say so; one that hangs does not
			cutOff, over = nil, time.After(lastWords)
		case <-over:
			s.log.Error("the collection of evidence hangs and was left behind", "incident", id)
			return s.judgeLive(ctx, id)
		}
	}
}

// collect runs the collector and gives its parts as they come, until it is
// done or whoever asked has left. Its panic ends the collection and nothing else.
func (s *Service) collect(ctx context.Context, i *incident.Incident, left <-chan struct{}) <-chan incident.Evidence {
	parts := make(chan incident.Evidence)
	go func() {
		defer close(parts)
		defer func() {
			if p := recover(); p != nil {
				s.log.Error("the collection of evidence panicked", "incident", i.ID, "panic", p)
			}
		}()
		s.evidence.Collect(ctx, i, func(e incident.Evidence) {
			select {
			case parts <- e:
			case <-left:
			}
		})
	}()
	return parts
}

func (s *Service) keep(ctx context.Context, id string, part incident.Evidence) error {
	_, err := s.store.Change(ctx, incident.System(), id, func(e *incident.Edit) error {
		if part.Says(e.Incident) {
			e.Record(part)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("keep evidence %s: %w", part.Check, err)
	}
	return nil
}

// judgeLive gives the verdict from live checks and goes by the policy.
func (s *Service) judgeLive(ctx context.Context, id string) error {
	ctx = context.WithoutCancel(ctx) // a slow source must not cost the verdict
	r, err := s.rules(ctx)
	if err != nil {
		return err
	}
	alerts, err := s.store.AlertsOf(ctx, id, knownAlerts)
	if err != nil {
		return err
	}
	_, err = s.store.Change(ctx, incident.System(), id, func(e *incident.Edit) error { return r.judgeLive(e, alerts, s.now()) })
	return err
}

func (r *rules) judgeLive(e *incident.Edit, alerts []*incident.Alert, now time.Time) error {
	i := e.Incident
	r.inShadow(e, alerts, now, true)
	declared := i.Status != incident.Triage
	if declared && (!i.Status.Open() || i.Verdict == nil || i.Verdict.Live) {
		return nil
	}
	paged := i.Verdict != nil && pages(i, i.Verdict, r.policy)
	v := judge(r.view(i, alerts, now, true), r.policy)
	if i.Verdict == nil || !i.Verdict.Live || i.Verdict.Score != v.Score || i.Verdict.Severity != v.Severity {
		e.Record(incident.Judged{Verdict: v})
	}
	if declared { // before the checks came: they say what they found, and change nothing
		return nil
	}
	if !paged && pages(i, &v, r.policy) {
		page(e, r.policy)
	}
	return byPolicy(e, r.policy)
}

// Decide goes by the policy with the verdict that there is: the live checks
// had their time.
func (s *Service) Decide(ctx context.Context, id string) error {
	r, err := s.rules(ctx)
	if err != nil {
		return err
	}
	var alerts []*incident.Alert
	if r.shadow != nil {
		if alerts, err = s.store.AlertsOf(ctx, id, knownAlerts); err != nil {
			return err
		}
	}
	_, err = s.store.Change(ctx, incident.System(), id, func(e *incident.Edit) error {
		if r.shadowOf(e.Incident) == nil {
			r.inShadow(e, alerts, s.now(), false)
		}
		return byPolicy(e, r.policy)
	})
	return err
}

// Unanswered counts a candidate that nobody answered within the limit as real:
// the silence of people means real, never that it was dismissed.
func (s *Service) Unanswered(ctx context.Context, id string) error {
	r, err := s.rules(ctx)
	if err != nil {
		return err
	}
	return s.store.InTx(ctx, func(tx Tx) error {
		fires, err := tx.Fires(id)
		if err != nil {
			return err
		}
		_, err = tx.Change(incident.System(), id, func(e *incident.Edit) error { return r.unanswered(e, fires) })
		return err
	})
}

func (r *rules) unanswered(e *incident.Edit, fires bool) error {
	i := e.Incident
	switch {
	case i.Status != incident.Triage || len(i.People) > 0 || i.Verdict == nil:
		return nil
	case !pagedBefore(i) && !pages(i, i.Verdict, r.policy):
		return nil // it waits for a person by daylight: nobody was asked
	case !fires && len(i.Alerts) > 0 && alone(i):
		e.EnqueueAt(e.Now.Add(settleAfter), Unanswered{Incident: i.ID}) // it is about to end by itself
		return nil
	}
	return declare(e, i.Severity, "silence", "")
}

func byPolicy(e *incident.Edit, policy incident.Policy) error {
	i := e.Incident
	if i.Status != incident.Triage || i.Verdict == nil || !i.Verdict.Production || !i.Severity.Major() || i.Verdict.Score < policy.DeclareAt || quiet(i) {
		return nil
	}
	return declare(e, i.Severity, "score", "")
}
