package inform

import (
	"context"
	"slices"
	"time"

	"github.com/sigap-dev/sigap/internal/directory"
	"github.com/sigap-dev/sigap/internal/incident"
)

// addressee is one recipient with the ways to reach them and whose wording
// they get.
type addressee struct {
	to   incident.Recipient
	does directory.TeamKind
	ways []directory.Contact
}

// Notice sends the initial notice to everyone in support and engineering who
// must know: the members and rooms of the team that owns the service and of
// every support team.
func (s *Service) Notice(ctx context.Context, job incident.SendNotice) error {
	i, err := s.store.Incident(ctx, job.Incident)
	if err != nil {
		return err
	}
	r, err := s.roster(ctx, i.Drill)
	if err != nil {
		return err
	}
	service, err := s.store.Service(ctx, i.Service)
	if err != nil && !incident.Is(err, incident.NotFound) {
		return err
	}
	told := r.told(service)
	_, err = s.store.Change(ctx, incident.System(), i.ID, func(e *incident.Edit) error {
		if !e.Incident.Status.Declared() || slices.ContainsFunc(e.Incident.Notices, func(n incident.Notice) bool { return n.Purpose == incident.PurposeNotice }) {
			return nil // withdrawn meanwhile, or it is out: the job ran before
		}
		s.send(e, incident.Notice{ID: s.newID(), Purpose: incident.PurposeNotice}, r.addressees(told, nil, nil), nil)
		for _, t := range told[1:] { // the owner's person on call was paged already
			if e.Incident.Severity.Major() && askable(t) {
				e.Enqueue(incident.Page{Incident: i.ID, Team: t.ID})
			}
		}
		return nil
	})
	return err
}

// told are the teams that the initial notice goes to: the one that owns the
// service, and every support team.
func (r *roster) told(service *directory.Service) []directory.Team {
	owner := r.owner(service)
	told := []directory.Team{owner}
	for _, t := range r.teams {
		if t.Does == directory.SupportTeam && t.ID != owner.ID {
			told = append(told, t)
		}
	}
	return told
}

// addressees are the members and rooms of teams, and people by themselves,
// each once.
func (r *roster) addressees(teams []directory.Team, people []string, rooms []directory.Contact) []addressee {
	var out []addressee
	seen := map[string]bool{}
	add := func(a addressee) {
		if !seen[a.to.ID] {
			seen[a.to.ID] = true
			out = append(out, a)
		}
	}
	for _, t := range teams {
		for _, id := range t.Members {
			if to, ways, ok := r.recipient(t, id); ok {
				add(addressee{to, t.Does, ways})
			}
		}
		for _, c := range t.Rooms {
			add(addressee{room(t.Name, c), t.Does, []directory.Contact{c}})
		}
	}
	for _, id := range people {
		if to, ways, ok := r.recipient(directory.Team{}, id); ok {
			add(addressee{to, directory.ManagementTeam, ways})
		}
	}
	for _, c := range rooms {
		add(addressee{room("", c), directory.ManagementTeam, []directory.Contact{c}})
	}
	return out
}

// send records a notice to the addressees and asks for each message.
func (s *Service) send(e *incident.Edit, n incident.Notice, list []addressee, args map[string]string) {
	reachable := 0
	for _, a := range list {
		n.To = append(n.To, a.to)
		if len(a.ways) > 0 {
			reachable++
		}
	}
	e.Record(n)
	for _, a := range list {
		if len(a.ways) == 0 {
			e.Record(noMethod(n, a.to))
			continue
		}
		s.deliver(e, n, a.to, a.does, a.ways, args)
	}
	if reachable == 0 && n.Purpose == incident.PurposeNotice {
		code := "no-method"
		if len(list) == 0 {
			code = "nobody"
		}
		e.Record(incident.Unreached{Code: code})
	}
}

// reopened is the follow-up that goes out beside pages.
const reopened = "reopened"

// pagesFirst is how long a follow-up beside pages waits for them: a page is
// asked for in milliseconds, and longer only behind a backlog.
const pagesFirst = 5 * time.Second

// FollowUp tells those who were told that something material changed. One that
// runs twice tells once. Whoever is paged anew for the same reason is told by
// the page: so pages go first.
func (s *Service) FollowUp(ctx context.Context, job incident.FollowUp) error {
	if job.Code != reopened {
		return s.followUp(ctx, job)
	}
	_, err := s.store.Change(ctx, incident.System(), job.Incident, func(e *incident.Edit) error {
		e.EnqueueAt(e.Now.Add(pagesFirst), AfterPages{job})
		return nil
	})
	return err
}

// AfterPages follows up when the pages that go out beside it are known, unless
// the incident is closed again: that was said meanwhile.
func (s *Service) AfterPages(ctx context.Context, job AfterPages) error {
	i, err := s.store.Incident(ctx, job.Incident)
	if err != nil || !i.Status.Pages() {
		return err
	}
	return s.followUp(ctx, job.FollowUp)
}

func (s *Service) followUp(ctx context.Context, job incident.FollowUp) error {
	r, err := s.rosterFor(ctx, job.Incident)
	if err != nil {
		return err
	}
	_, err = s.store.Change(ctx, incident.System(), job.Incident, func(e *incident.Edit) error {
		if followed(e.Incident, job) {
			return nil
		}
		var list []addressee
		seen := map[string]bool{}
		for _, n := range e.Incident.Notices {
			if !hears(n, job.Code) {
				continue
			}
			for _, to := range n.To {
				if seen[to.ID] || job.Code == reopened && pagedAnew(e.Incident, to.ID) || (job.Only != "" && to.ID != job.Only) {
					continue
				}
				seen[to.ID] = true
				list = append(list, r.addressee(to))
			}
		}
		if job.Only != "" && !seen[job.Only] {
			if p, ok := r.people[job.Only]; ok {
				list = append(list, r.addressee(incident.Recipient{Person: p.Ref()}))
			}
		}
		if len(list) > 0 {
			s.send(e, incident.Notice{ID: s.newID(), Purpose: incident.PurposeFollow, Code: job.Code, Entry: job.Entry}, list, job.Args)
		}
		return nil
	})
	return err
}

// hears reports whether those whom a notice told are told what follows: whoever
// was asked or had to know, and, when it goes on elsewhere, its audiences too,
// since no update of theirs comes from here any more.
func hears(n incident.Notice, code string) bool {
	return n.Purpose == incident.PurposePage || n.Purpose == incident.PurposeNotice || n.Purpose == incident.PurposeUpdate && code == "merged"
}

// pagedAnew reports whether somebody was paged since the incident was reopened.
func pagedAnew(i *incident.Incident, person string) bool {
	return slices.ContainsFunc(i.Notices, func(n incident.Notice) bool {
		return n.Purpose == incident.PurposePage && !n.At.Before(i.Reopened) && isTo(n, person)
	})
}

// followed reports whether a follow-up is out already: the job ran before.
func followed(i *incident.Incident, job incident.FollowUp) bool {
	return job.Entry != 0 && slices.ContainsFunc(i.Notices, func(n incident.Notice) bool {
		return n.Purpose == incident.PurposeFollow && n.Entry == job.Entry && n.Code == job.Code && (job.Only == "" || isTo(n, job.Only))
	})
}

// addressee finds the ways to reach a recipient of an earlier notice.
func (r *roster) addressee(to incident.Recipient) addressee {
	a := addressee{to: to, does: directory.ManagementTeam}
	if t, ok := r.team(to.Team); ok {
		a.does = t.Does
	}
	if to.Room {
		a.ways = []directory.Contact{{ID: to.ID}}
	} else {
		a.ways = directory.Verified(r.people[to.ID].Contacts)
	}
	return a
}

// Update sends a regular update to its audience.
func (s *Service) Update(ctx context.Context, job incident.SendUpdate) error {
	r, err := s.rosterFor(ctx, job.Incident)
	if err != nil {
		return err
	}
	_, err = s.store.Change(ctx, incident.System(), job.Incident, func(e *incident.Edit) error {
		i := e.Incident
		if slices.ContainsFunc(i.Notices, func(n incident.Notice) bool { return n.Update == job.Update }) {
			return nil
		}
		at := slices.IndexFunc(i.Updates, func(u incident.UpdateSent) bool { return u.ID == job.Update })
		if at < 0 {
			return nil
		}
		var list []addressee
		for _, a := range r.audiences {
			if a.ID != i.Updates[at].Audience {
				continue
			}
			var teams []directory.Team
			for _, id := range a.Teams {
				if t, ok := r.team(id); ok {
					teams = append(teams, t)
				}
			}
			list = r.addressees(teams, a.People, a.Rooms)
		}
		s.send(e, incident.Notice{ID: s.newID(), Purpose: incident.PurposeUpdate, Update: job.Update}, list, nil)
		return nil
	})
	return err
}
