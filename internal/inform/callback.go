package inform

import (
	"context"
	"net/url"
	"slices"

	"github.com/sigap-dev/sigap/internal/directory"
	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/inform/channel"
	"github.com/sigap-dev/sigap/internal/text"
)

// Report takes what a service says of a message at its callback: how far it
// got, or the key that the called person pressed. What is to be said in a call
// comes back as the document that the service expects; nil is nothing.
//
// The token in the address is the proof: it was given to the service with the
// message, is signed, and is one person's.
func (s *Service) Report(ctx context.Context, token string, form url.Values) ([]byte, error) {
	return s.take(ctx, token, func(kind string) channel.Report { return channel.ReadReport(kind, form) })
}

// Reported takes a report that a channel has read already.
func (s *Service) Reported(ctx context.Context, token string, report channel.Report) error {
	_, err := s.take(ctx, token, func(string) channel.Report { return report })
	return err
}

// take takes a report, which is read by the kind of the contact that it is of.
func (s *Service) take(ctx context.Context, token string, read func(kind string) channel.Report) ([]byte, error) {
	p, expired, err := s.links.Read(token, s.now())
	if err != nil {
		return nil, err
	}
	person, err := s.store.Person(ctx, p.Person)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(person.Contacts, func(c directory.Contact) bool { return c.ID == p.Method })
	if at < 0 {
		return nil, incident.Errorf(incident.NotFound, "The contact method was removed.")
	}
	report := read(person.Contacts[at].Kind)
	switch {
	case report.Key != "":
		return s.pressed(ctx, person, report.Key, token, expired)
	case report.AckedBy != "":
		return nil, s.ackedThere(ctx, token, report.AckedBy, person.Contacts[at], expired)
	case report.State != "" && !p.Summary.IsZero():
		return nil, s.summaryReported(ctx, p, person.Contacts, report)
	case report.State != "":
		return nil, s.reported(ctx, p, person.Contacts, report)
	}
	return nil, nil
}

// pressed takes a keypress as the answer to a page, and words what is said.
func (s *Service) pressed(ctx context.Context, person *directory.Person, key, token string, expired bool) ([]byte, error) {
	reader := text.Reader{Lang: person.Lang}
	answer, code := map[string]Answer{"1": Acknowledge, "2": Decline}[key], map[string]string{"1": "taken", "2": "passed"}[key]
	switch {
	case answer == "":
		return channel.Spoken(person.Lang, reader.CallAnswer("unknown"), s.links.base+"/hook/"+token), nil
	case expired:
		return channel.Spoken(person.Lang, reader.CallAnswer("late"), ""), nil
	}
	if _, err := s.AnswerLink(ctx, token, answer); err != nil {
		return nil, err
	}
	return channel.Spoken(person.Lang, reader.CallAnswer(code), ""), nil
}

// ackedThere takes an acknowledgement that was given in the service's own app.
// Of somebody else, who shares a group's address, it is none: nobody answers
// for another.
func (s *Service) ackedThere(ctx context.Context, token, by string, contact directory.Contact, expired bool) error {
	if expired || by != contact.Address {
		return nil
	}
	_, err := s.AnswerLink(ctx, token, Acknowledge)
	return err
}

// reported records how far a message got. One that came back is tried over the
// person's next method at once, as if it had never been taken.
func (s *Service) reported(ctx context.Context, p Pass, contacts []directory.Contact, report channel.Report) error {
	i, err := s.store.Incident(ctx, p.Incident)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(i.Receipts, func(r incident.Receipt) bool {
		return r.Notice == p.Notice && r.To.ID == p.Person && r.Method == p.Method
	})
	if at < 0 {
		return incident.Errorf(incident.NotFound, "Nothing was sent that this could be about.")
	}
	receipt := i.Receipts[at]
	if report.State == channel.Failed {
		if receipt.State != incident.Accepted {
			return nil // told already, or somebody has read what is said to have failed
		}
		r, err := s.roster(ctx, i.Drill)
		if err != nil {
			return err
		}
		receipt.Bounced = true
		team, _ := r.team(receipt.To.Team)
		n := slices.IndexFunc(i.Notices, func(n incident.Notice) bool { return n.ID == p.Notice })
		ways := methods(directory.Verified(contacts), n >= 0 && urgent(i, i.Notices[n], nil))
		if at := slices.Index(ways, p.Method); at >= 0 {
			ways = ways[at:]
		} else { // it is used for something else since
			ways = slices.Insert(ways, 0, p.Method)
		}
		return s.failed(ctx, Deliver{Incident: p.Incident, Notice: p.Notice, To: receipt.To, Does: team.Does, Methods: ways}, receipt, report.Detail, true)
	}
	if receipt.Reached(report.State) {
		return nil // told again, or in another order than it happened
	}
	receipt.State, receipt.Detail = report.State, report.Detail
	_, err = s.store.Change(ctx, incident.System(), p.Incident, func(e *incident.Edit) error {
		e.Record(receipt)
		return nil
	})
	return err
}
