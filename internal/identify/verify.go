package identify

import (
	"context"
	"fmt"
	"time"

	"github.com/sigap-dev/sigap/internal/directory"
	"github.com/sigap-dev/sigap/internal/incident"
)

// collectLimit is how long evidence is waited for in all. The verdict does not
// wait so long: it goes by what is there after liveChecks.
const collectLimit = 20 * time.Second

// Verify runs the live checks of a record: each piece of evidence is recorded
// as it comes, and after liveChecks, or when all is there, the verdict follows.
func (s *Service) Verify(ctx context.Context, id string) error {
	i, err := s.store.Incident(ctx, id)
	if err != nil || !i.Status.Open() && i.Status != incident.StatusResolved {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, collectLimit)
	defer cancel()
	parts := make(chan incident.Evidence)
	go func() {
		defer close(parts)
		s.evidence.Collect(ctx, i, func(e incident.Evidence) {
			select {
			case parts <- e:
			case <-ctx.Done():
			}
		})
	}()
	verdict := time.NewTimer(liveChecks)
	defer verdict.Stop()
	judged := false
	for {
		select {
		case part, more := <-parts:
			if !more {
				return s.judgeLive(ctx, id)
			}
			if err := s.keep(ctx, id, part); err != nil {
				return err
			}
			if judged { // what came late may still change the verdict
				continue
			}
		case <-verdict.C:
			judged = true
			if err := s.judgeLive(ctx, id); err != nil {
				return err
			}
		}
	}
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
	policy, service, err := s.known(ctx, id)
	if err != nil {
		return err
	}
	alerts, err := s.store.AlertsOf(ctx, id, 50)
	if err != nil {
		return err
	}
	_, err = s.store.Change(ctx, incident.System(), id, func(e *incident.Edit) error {
		i := e.Incident
		if i.Status != incident.Triage {
			return nil
		}
		paged := i.Verdict != nil && Pages(i.Verdict, policy)
		v := judge(Known{Incident: i, Service: service, Alerts: alerts, Live: true}, policy)
		if i.Verdict == nil || !i.Verdict.Live || i.Verdict.Score != v.Score || i.Verdict.Severity != v.Severity {
			e.Record(incident.Judged{Verdict: v})
		}
		if !paged && Pages(&v, policy) {
			e.Enqueue(incident.Page{Incident: id})
		}
		return byPolicy(e, policy)
	})
	return err
}

// Decide goes by the policy with the verdict that there is: the live checks
// had their time.
func (s *Service) Decide(ctx context.Context, id string) error {
	policy, err := s.store.Policy(ctx)
	if err != nil {
		return err
	}
	_, err = s.store.Change(ctx, incident.System(), id, func(e *incident.Edit) error { return byPolicy(e, policy) })
	return err
}

// Unanswered counts a candidate that nobody answered within the limit as real:
// the silence of people means real, never that it was dismissed.
func (s *Service) Unanswered(ctx context.Context, id string) error {
	policy, err := s.store.Policy(ctx)
	if err != nil {
		return err
	}
	_, err = s.store.Change(ctx, incident.System(), id, func(e *incident.Edit) error {
		i := e.Incident
		if i.Status != incident.Triage || len(i.People) > 0 {
			return nil
		}
		if i.Verdict == nil || !Pages(i.Verdict, policy) {
			return nil // it waits for a person by daylight: it never paged anybody
		}
		return declare(e, i.Verdict.Severity, "silence", "")
	})
	return err
}

func byPolicy(e *incident.Edit, policy incident.Policy) error {
	i := e.Incident
	if i.Status != incident.Triage || i.Verdict == nil || !i.Verdict.Production || !i.Verdict.Severity.Major() || i.Verdict.Score < policy.DeclareAt {
		return nil
	}
	return declare(e, i.Verdict.Severity, "score", "")
}

func (s *Service) known(ctx context.Context, id string) (policy incident.Policy, service directory.Service, err error) {
	if policy, err = s.store.Policy(ctx); err != nil {
		return policy, service, err
	}
	i, err := s.store.Incident(ctx, id)
	if err != nil {
		return policy, service, err
	}
	services, err := s.store.Services(ctx)
	return policy, newCatalog(services).services[i.Service], err
}
