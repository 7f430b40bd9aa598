package inform

import (
	"context"

	"github.com/sigap-dev/sigap/internal/directory"
	"github.com/sigap-dev/sigap/internal/incident"
)

// Page asks the person of a team whose turn it is to take the incident. It
// does nothing if somebody of the team has answered already, or if the
// incident no longer pages.
func (s *Service) Page(ctx context.Context, job incident.Page) error {
	i, err := s.store.Incident(ctx, job.Incident)
	if err != nil {
		return err
	}
	r, err := s.roster(ctx, i.Drill)
	if err != nil {
		return err
	}
	policy, err := s.store.Policy(ctx)
	if err != nil {
		return err
	}
	team, known := r.team(job.Team)
	if !known {
		service, err := s.store.Service(ctx, i.Service)
		if err != nil && !notFound(err) {
			return err
		}
		team = r.owner(service)
	}
	_, err = s.store.Change(ctx, incident.System(), job.Incident, func(e *incident.Edit) error {
		if !e.Incident.Status.Pages() || e.Incident.TeamKnows(team.Name) {
			return nil
		}
		s.pageStep(e, &r, team, job, policy)
		return nil
	})
	return err
}

// pageStep pages the first member from the step on who can be reached. When
// there is nobody left, that is said as loudly as can be, and the page starts
// anew after the limit: a page never just stops.
func (s *Service) pageStep(e *incident.Edit, r *roster, team directory.Team, job incident.Page, policy incident.Policy) {
	for step := job.Step; step < len(team.Members); step++ {
		to, ways, ok := r.recipient(team, team.Members[step])
		if !ok {
			continue
		}
		if step > 0 || job.Code != "" {
			e.Record(incident.Escalated{Team: team.Name, To: to, Step: step, Code: job.Code})
		}
		n := incident.Notice{ID: s.newID(), Purpose: incident.PurposePage, To: []incident.Recipient{to}}
		e.Record(n)
		if len(ways) == 0 {
			e.Record(incident.Receipt{Notice: n.ID, Purpose: n.Purpose, To: to, Channel: "none", Method: "none", State: incident.FailedToSend, Detail: "no-method"})
			job.Code = "failed"
			continue
		}
		s.deliver(e, n, to, team.Does, ways, nil)
		e.EnqueueAt(e.Now.Add(policy.AckLimit), Escalate{Incident: e.Incident.ID, Notice: n.ID, Team: team.ID, To: to, Step: step})
		return
	}
	code := "exhausted"
	if len(team.Members) == 0 {
		code = "nobody"
	}
	e.Record(incident.Unreached{Team: team.Name, Code: code})
	e.EnqueueAt(e.Now.Add(policy.AckLimit), incident.Page{Incident: e.Incident.ID, Team: team.ID, Code: "timeout"})
}

// deliver asks for one message and leaves its first receipt.
func (s *Service) deliver(e *incident.Edit, n incident.Notice, to incident.Recipient, does directory.TeamKind, ways []string, args map[string]string) {
	e.Enqueue(Deliver{Incident: e.Incident.ID, Notice: n.ID, To: to, Does: does, Methods: ways, Args: args})
}

// Escalate passes a page on that nobody answered within the limit.
func (s *Service) Escalate(ctx context.Context, job Escalate) error {
	r, err := s.rosterFor(ctx, job.Incident)
	if err != nil {
		return err
	}
	team, _ := r.team(job.Team)
	_, err = s.store.Change(ctx, incident.System(), job.Incident, func(e *incident.Edit) error {
		i := e.Incident
		if !i.Status.Pages() || i.TeamKnows(team.Name) || passedOn(i, job.Notice) {
			return nil
		}
		e.Enqueue(incident.Page{Incident: i.ID, Team: job.Team, Step: job.Step + 1, Code: "timeout"})
		return nil
	})
	return err
}

// passedOn reports whether a page was declined: then it went on at once.
func passedOn(i *incident.Incident, notice string) bool {
	for _, r := range i.Receipts {
		if r.Notice == notice && r.State == incident.DeclinedBy {
			return true
		}
	}
	return false
}

// PagePerson asks one person by name, because somebody wants them here.
func (s *Service) PagePerson(ctx context.Context, actor incident.Actor, id, personID string) (*incident.Incident, error) {
	r, err := s.rosterFor(ctx, id)
	if err != nil {
		return nil, err
	}
	p, ok := r.people[personID]
	if !ok {
		return nil, incident.FieldError("person", "There is nobody with this id.")
	}
	team := directory.Team{Name: p.Name, Does: directory.EngineeringTeam}
	for _, t := range r.teams {
		for _, m := range t.Members {
			if m == personID {
				team = t
			}
		}
	}
	to, ways, _ := r.recipient(team, personID)
	if len(ways) == 0 {
		return nil, incident.Errorf(incident.Conflict, "%s has no verified contact method. Reach them another way, or add one under Settings, People.", p.Name)
	}
	return s.store.Change(ctx, actor, id, func(e *incident.Edit) error {
		n := incident.Notice{ID: s.newID(), Purpose: incident.PurposePage, To: []incident.Recipient{to}}
		e.Record(n)
		s.deliver(e, n, to, team.Does, ways, nil)
		return nil
	})
}

// Waive says that somebody need not be reached.
func (s *Service) Waive(ctx context.Context, actor incident.Actor, id string, person, reason string) (*incident.Incident, error) {
	if reason == "" {
		return nil, incident.FieldError("reason", "Say why this person need not know.")
	}
	p, err := s.store.Person(ctx, person)
	if err != nil {
		return nil, err
	}
	return s.store.Change(ctx, actor, id, func(e *incident.Edit) error {
		if err := e.Incident.MayAssign(actor); err != nil {
			return err
		}
		e.Record(incident.Waived{Person: p.Ref(), Reason: reason})
		return nil
	})
}
