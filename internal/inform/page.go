package inform

import (
	"context"
	"slices"
	"time"

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
		if err != nil && !incident.Is(err, incident.NotFound) {
			return err
		}
		team = r.pager(service)
	}
	c, err := s.climb(ctx, &r, team, i.Severity, s.now(), policy.AckLimit)
	if err != nil {
		return err
	}
	goesOut := func(i *incident.Incident) bool {
		newest := newestPage(i, team.Name)
		return i.Asks() && (newest == job.After || begins(job) && lapsed(i, newest, c.rungs, policy.AckLimit, s.now()))
	}
	if goesOut(i) && !teamKnows(i, team) { // a page that does not go out uses up nobody's turn
		if err := s.takeTurn(ctx, &r, team, &c, job.Step); err != nil {
			return err
		}
	}
	_, err = s.store.Change(ctx, incident.System(), job.Incident, func(e *incident.Edit) error {
		i := e.Incident
		if !goesOut(i) {
			return nil
		}
		if begins(job) {
			beginBeside(e, r.beside(team, c))
		}
		if !teamKnows(i, team) {
			s.pageStep(e, &r, team, c, job, policy.AckLimit)
		}
		return nil
	})
	return err
}

// begins reports whether a page is the first of a climb, not one that goes on.
func begins(job incident.Page) bool { return job.After == "" && job.Code == "" }

// beside are a ladder's own team and those that are paged beside it; none if it
// is alone.
func (r *roster) beside(team directory.Team, c climb) []directory.Team {
	teams := []directory.Team{team}
	for _, id := range c.beside {
		if t, ok := r.team(id); ok && !slices.ContainsFunc(teams, func(o directory.Team) bool { return o.ID == t.ID }) {
			teams = append(teams, t)
		}
	}
	if len(teams) == 1 {
		return nil
	}
	return teams
}

// beginBeside pages those that a ladder names beside its own team, which is the
// first, and says that each must answer.
func beginBeside(e *incident.Edit, teams []directory.Team) {
	var required []incident.RequiredTeam
	for n, t := range teams {
		if n > 0 {
			e.Enqueue(incident.Page{Incident: e.Incident.ID, Team: t.ID})
		}
		required = append(required, incident.RequiredTeam{Name: t.Name, Members: t.Members})
	}
	required = slices.DeleteFunc(required, func(t incident.RequiredTeam) bool { // said before
		return slices.ContainsFunc(e.Incident.Required, func(o incident.RequiredTeam) bool {
			return o.Name == t.Name && slices.Equal(o.Members, t.Members)
		})
	})
	if len(required) > 0 {
		e.Record(incident.Required{Teams: required})
	}
}

// byName marks the page of one person by name: it is not a team's, and nobody
// comes next.
const byName = "byName"

// lapsed reports whether nothing follows a page any more: its limit passed, or
// a summary left it out, while the incident asked nobody. Raised again it is
// paged anew.
func lapsed(i *incident.Incident, page string, rungs []rung, limit time.Duration, now time.Time) bool {
	at := slices.IndexFunc(i.Notices, func(n incident.Notice) bool { return n.ID == page })
	if at < 0 {
		return false
	}
	if slices.ContainsFunc(i.Receipts, func(r incident.Receipt) bool { return r.Notice == page && r.Detail == incident.NotNeeded }) {
		return true
	}
	if step := i.Notices[at].Step; step < len(rungs) {
		limit = rungs[step].limit
	}
	return now.After(i.Notices[at].At.Add(limit))
}

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

// teamKnows reports whether somebody of a team has it.
func teamKnows(i *incident.Incident, team directory.Team) bool {
	return i.Answered(team.Name, team.Members)
}

// pageStep pages the first rung from the step on of which somebody can be
// reached. When there is nobody left, that is said as loudly as can be, and the
// page starts anew after the limit: a page never just stops, unless its ladder
// was climbed as often as it says.
func (s *Service) pageStep(e *incident.Edit, r *roster, team directory.Team, c climb, job incident.Page, limit time.Duration) {
	for step := job.Step; step < len(c.rungs); step++ {
		g := c.rungs[step]
		if g.gap && len(g.people) == 0 {
			job.Code = "gap"
		}
		asked := r.asked(e.Incident, team, g)
		if len(asked) == 0 {
			if len(g.people) > 0 && job.Code == "" {
				job.Code = "failed"
			}
			continue
		}
		if step > 0 || job.Code != "" {
			e.Record(incident.Escalated{Team: team.Name, To: asked[0].to, Step: step, Code: job.Code})
		}
		n := incident.Notice{ID: s.newID(), Purpose: incident.PurposePage, Step: step, Round: job.Round}
		reachable := s.page(e, n, asked)
		if !reachable {
			job.Code = "failed"
			continue
		}
		s.tellAlong(e, r, team, g.shadows, asked[0].to)
		e.EnqueueAt(e.Now.Add(g.limit), Escalate{Incident: e.Incident.ID, Notice: n.ID, Team: team.ID, To: asked[0].to, Code: "timeout"})
		return
	}
	u := incident.Unreached{Team: team.Name, Code: whyNobody(e.Incident, team, c.rungs)}
	if u.Code == "exhausted" && c.rounds > 0 && job.Round+1 >= c.rounds {
		u.Code = "stopped"
	}
	switch have := e.Incident.NobodyYet; {
	case have == nil || *have != u:
		e.Record(u)
	case job.Code == "":
		return // asked for twice: the next round is on its way
	}
	if u.Code == "stopped" {
		return
	}
	e.EnqueueAt(e.Now.Add(limit), incident.Page{Incident: e.Incident.ID, Team: team.ID, Round: job.Round + 1, Code: "timeout", After: newestPage(e.Incident, team.Name)})
}

// tellAlong tells those who learn that somebody whom they shadow is paged, once
// for an incident. It asks nothing of them.
func (s *Service) tellAlong(e *incident.Edit, r *roster, team directory.Team, shadows []string, paged incident.Recipient) {
	i := e.Incident
	for _, id := range shadows {
		to, ways, ok := r.recipient(team, id)
		told := slices.ContainsFunc(i.Notices, func(n incident.Notice) bool {
			return (n.Code == incident.ToldAlong || n.Purpose == incident.PurposePage) && !n.At.Before(i.Reopened) && isTo(n, id)
		})
		if !ok || len(ways) == 0 || told {
			continue
		}
		n := incident.Notice{ID: s.newID(), Purpose: incident.PurposeFollow, Code: incident.ToldAlong, To: []incident.Recipient{to}}
		e.Record(n)
		s.deliver(e, n, to, team.Does, ways, map[string]string{"name": paged.Name})
	}
}

// asked are those of a rung who have an account, without those of whom the
// record says already that nothing reaches them: it does not change with every
// round.
func (r *roster) asked(i *incident.Incident, team directory.Team, g rung) []addressee {
	var out []addressee
	for _, id := range g.people {
		to, ways, ok := r.recipient(team, id)
		if ok && (len(ways) > 0 || !unreachable(i, id)) {
			out = append(out, addressee{to, team.Does, ways})
		}
	}
	return out
}

// page records a page to those asked together and asks for each message;
// reachable reports whether there is a way to any of them.
func (s *Service) page(e *incident.Edit, n incident.Notice, asked []addressee) (reachable bool) {
	for _, a := range asked {
		n.To = append(n.To, a.to)
	}
	e.Record(n)
	for _, a := range asked {
		if len(a.ways) == 0 {
			e.Record(noMethod(n, a.to))
			continue
		}
		s.deliver(e, n, a.to, a.does, a.ways, nil)
		reachable = true
	}
	return reachable
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

// whyNobody says why a team could not be reached: there is nobody to ask,
// nobody has a contact method, every message failed, or nobody answered.
func whyNobody(i *incident.Incident, team directory.Team, rungs []rung) string {
	if !slices.ContainsFunc(rungs, func(g rung) bool { return len(g.people) > 0 }) {
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
func (s *Service) deliver(e *incident.Edit, n incident.Notice, to incident.Recipient, does directory.TeamKind, ways []directory.Contact, args map[string]string) {
	e.Enqueue(Deliver{Incident: e.Incident.ID, Notice: n.ID, To: to, Does: does, Methods: methods(ways, urgent(e.Incident, n, args)), Args: args, Pages: n.Purpose == incident.PurposePage})
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
		at := slices.IndexFunc(i.Notices, func(n incident.Notice) bool { return n.ID == job.Notice })
		if at < 0 || !i.Asks() || teamKnows(i, team) || newestPage(i, team.Name) != job.Notice {
			return nil
		}
		// Of several who are asked together all must have passed it on. When they
		// had and nobody was left, the next round is on its way already.
		n, goesOn := i.Notices[at], true
		switch spent := spent(i, i.Notices[at]); {
		case job.Code != "timeout":
			goesOn = spent
		case spent:
			goesOn = i.NobodyYet == nil || i.NobodyYet.Team != team.Name
		}
		if goesOn {
			e.Enqueue(incident.Page{Incident: i.ID, Team: job.Team, Step: n.Step + 1, Round: n.Round, Code: job.Code, After: job.Notice})
		}
		return nil
	})
	return err
}

// spent reports whether nothing more is to be expected of a page: everyone
// asked declined it, or could not be reached.
func spent(i *incident.Incident, n incident.Notice) bool {
	for _, to := range n.To {
		failed, other := false, false
		for _, r := range i.Receipts {
			if r.Notice == n.ID && r.To.ID == to.ID {
				failed, other = failed || r.State == incident.FailedToSend, other || r.State != incident.FailedToSend
			}
		}
		if !declined(i, n.ID, to.ID) && (!failed || other) {
			return false
		}
	}
	return true
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
