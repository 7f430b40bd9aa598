package inform

import (
	"context"
	"slices"

	"github.com/sigap-dev/sigap/internal/directory"
	"github.com/sigap-dev/sigap/internal/incident"
)

// Page asks the person of a team whose turn it is to take the incident. It
// does nothing if somebody of the team has answered already, if the incident no
// longer pages, or if the team is being paged already.
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
		team = r.pager(service)
	}
	_, err = s.store.Change(ctx, incident.System(), job.Incident, func(e *incident.Edit) error {
		i := e.Incident
		if i.Status.Pages() && !teamKnows(i, team) && newestPage(i, team.Name) == job.After {
			s.pageStep(e, &r, team, job, policy)
		}
		return nil
	})
	return err
}

// byName marks the page of one person by name: it is not a team's, and nobody
// comes next.
const byName = "byName"

// newestPage is the id of the newest notice that paged a team; empty if none
// did since the incident was opened or reopened.
func newestPage(i *incident.Incident, team string) string {
	for _, n := range slices.Backward(i.Notices) {
		if n.Purpose == incident.PurposePage && n.Code != byName && len(n.To) > 0 && n.To[0].Team == team && !n.At.Before(i.Reopened) {
			return n.ID
		}
	}
	return ""
}

// teamKnows reports whether somebody of a team has it: by acknowledging what
// they were sent for this team or another, or by taking part without having
// declined.
func teamKnows(i *incident.Incident, team directory.Team) bool {
	return i.TeamKnows(team.Name) || slices.ContainsFunc(team.Members, func(id string) bool {
		return i.Acknowledged(id) || takesPart(i, id)
	})
}

// takesPart reports whether somebody came by themselves. After a reopening it
// is not known who is still there.
func takesPart(i *incident.Incident, person string) bool {
	here := slices.ContainsFunc(i.People, func(p incident.Person) bool { return p.ID == person })
	return here && i.Reopened.IsZero() && !slices.ContainsFunc(i.Receipts, func(r incident.Receipt) bool {
		return r.To.ID == person && r.State == incident.DeclinedBy
	})
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
		if len(ways) == 0 && unreachable(e.Incident, to.ID) {
			job.Code = "failed"
			continue // said once: it does not change with every round
		}
		if step > 0 || job.Code != "" {
			e.Record(incident.Escalated{Team: team.Name, To: to, Step: step, Code: job.Code})
		}
		n := incident.Notice{ID: s.newID(), Purpose: incident.PurposePage, To: []incident.Recipient{to}}
		e.Record(n)
		if len(ways) == 0 {
			e.Record(noMethod(n, to))
			job.Code = "failed"
			continue
		}
		s.deliver(e, n, to, team.Does, ways, nil)
		e.EnqueueAt(e.Now.Add(policy.AckLimit), Escalate{Incident: e.Incident.ID, Notice: n.ID, Team: team.ID, To: to, Code: "timeout"})
		return
	}
	u := incident.Unreached{Team: team.Name, Code: whyNobody(e.Incident, team)}
	switch have := e.Incident.NobodyYet; {
	case have == nil || *have != u:
		e.Record(u)
	case job.Code == "":
		return // asked for twice: the next round is on its way
	}
	e.EnqueueAt(e.Now.Add(policy.AckLimit), incident.Page{Incident: e.Incident.ID, Team: team.ID, Code: "timeout", After: newestPage(e.Incident, team.Name)})
}

func noMethod(n incident.Notice, to incident.Recipient) incident.Receipt {
	return incident.Receipt{Notice: n.ID, Purpose: n.Purpose, To: to, Channel: "none", Method: "none", State: incident.FailedToSend, Detail: "no-method"}
}

// unreachable reports whether the record says already that a person has no
// contact method.
func unreachable(i *incident.Incident, person string) bool {
	return slices.ContainsFunc(i.Receipts, func(r incident.Receipt) bool {
		return r.To.ID == person && r.Purpose == incident.PurposePage && r.Method == "none"
	})
}

// whyNobody says why a team could not be reached: it has nobody, nobody of it
// has a contact method, every message failed, or nobody answered.
func whyNobody(i *incident.Incident, team directory.Team) string {
	if len(team.Members) == 0 {
		return "nobody"
	}
	code := "no-method"
	for _, r := range i.Receipts {
		switch {
		case r.Purpose != incident.PurposePage || r.To.Team != team.Name || r.Method == "none":
		case r.State != incident.FailedToSend:
			return "exhausted"
		default:
			code = "all-failed"
		}
	}
	return code
}

// deliver asks for one message.
func (s *Service) deliver(e *incident.Edit, n incident.Notice, to incident.Recipient, does directory.TeamKind, ways []string, args map[string]string) {
	e.Enqueue(Deliver{Incident: e.Incident.ID, Notice: n.ID, To: to, Does: does, Methods: ways, Args: args})
}

// Escalate passes a page on that was not answered within the limit, that was
// declined, or that cannot be delivered; unless it was passed on already.
func (s *Service) Escalate(ctx context.Context, job Escalate) error {
	r, err := s.rosterFor(ctx, job.Incident)
	if err != nil {
		return err
	}
	team, known := r.team(job.Team)
	if !known { // of the administrators, who are nobody's team
		team = r.admins()
	}
	_, err = s.store.Change(ctx, incident.System(), job.Incident, func(e *incident.Edit) error {
		i := e.Incident
		if i.Status.Pages() && !teamKnows(i, team) && newestPage(i, team.Name) == job.Notice && !passedOn(i, job) {
			e.Enqueue(incident.Page{Incident: i.ID, Team: job.Team, Step: 1 + slices.Index(team.Members, job.To.ID), Code: job.Code, After: job.Notice})
		}
		return nil
	})
	return err
}

// passedOn reports whether a page whose limit passed went on before: it was
// declined, or it failed.
func passedOn(i *incident.Incident, job Escalate) bool {
	failed, other := false, false
	for _, r := range i.Receipts {
		if r.Notice == job.Notice {
			failed, other = failed || r.State == incident.FailedToSend, other || r.State != incident.FailedToSend
		}
	}
	return job.Code == "timeout" && (declined(i, job.Notice, job.To.ID) || failed && !other)
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
	team := r.teamOf(personID)
	if team.ID == "" {
		team = directory.Team{Name: p.Name, Does: directory.EngineeringTeam}
	}
	to, ways, _ := r.recipient(team, personID)
	if len(ways) == 0 {
		return nil, incident.Errorf(incident.Conflict, "%s has no verified contact method. Reach them another way, or add one under Settings, People.", p.Name)
	}
	return s.store.Change(ctx, actor, id, func(e *incident.Edit) error {
		n := incident.Notice{ID: s.newID(), Purpose: incident.PurposePage, Code: byName, To: []incident.Recipient{to}}
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
