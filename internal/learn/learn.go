// Package learn is stage 6: the same thing does not hurt twice. When an
// incident resolves its post-mortem is drafted from the record; people edit it
// together, meet, promise actions with an owner and a date, and publish it.
package learn

import (
	"context"
	"slices"
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"

	"github.com/sigap-dev/sigap/internal/directory"
	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/text"
)

// Store is what stage 6 needs of the store.
type Store interface {
	Incident(ctx context.Context, ref string) (*incident.Incident, error)
	AllEntries(ctx context.Context, id string) ([]incident.Entry, error)
	Change(ctx context.Context, actor incident.Actor, id string, fn func(*incident.Edit) error) (*incident.Incident, error)
	People(ctx context.Context) ([]directory.Person, error)
	Person(ctx context.Context, idOrEmail string) (*directory.Person, error)
}

// Service is stage 6.
type Service struct {
	store Store
	newID func() string
	now   func() time.Time
}

// New makes stage 6.
func New(store Store, newID func() string, now func() time.Time) *Service {
	return &Service{store: store, newID: newID, now: now}
}

// Draft composes the first draft when an incident resolves, as its commander
// reads. What people wrote already stays.
func (s *Service) Draft(ctx context.Context, job incident.DraftReview) error {
	i, err := s.store.Incident(ctx, job.Incident)
	if err != nil || i.Review != nil {
		return err
	}
	r, err := s.Compose(ctx, i, s.commander(ctx, i))
	if err != nil {
		return err
	}
	_, err = s.store.Change(ctx, incident.System(), i.ID, func(e *incident.Edit) error {
		if e.Incident.Review == nil {
			e.Record(incident.ReviewDrafted{Review: r})
		}
		return nil
	})
	return err
}

// Compose words a draft from the record as it is.
func (s *Service) Compose(ctx context.Context, i *incident.Incident, r text.Reader) (incident.Review, error) {
	entries, err := s.store.AllEntries(ctx, i.ID)
	if err != nil {
		return incident.Review{}, err
	}
	return r.ReviewDraft(i, entries), nil
}

// commander is the reader that the commander is; without one, English and UTC.
func (s *Service) commander(ctx context.Context, i *incident.Incident) text.Reader {
	if p, err := s.store.Person(ctx, i.Roles[incident.Commander].ID); err == nil {
		return text.Reader{Lang: p.Lang, Location: p.Location()}
	}
	return text.Reader{Lang: "en", Location: time.UTC}
}

// Edit changes parts of the post-mortem.
func (s *Service) Edit(ctx context.Context, actor incident.Actor, id string, parts map[string]string) (*incident.Incident, error) {
	for name, words := range parts {
		if len(words) > 64<<10 {
			return nil, incident.FieldError(name, "A part of the post-mortem holds at most 64 KiB.")
		}
	}
	return s.store.Change(ctx, actor, id, func(e *incident.Edit) error {
		r := e.Incident.Review
		switch {
		case r == nil:
			return incident.Errorf(incident.Conflict, "The draft is made when the incident resolves.")
		case r.State == incident.ReviewPublished:
			return incident.Errorf(incident.Conflict, "It is published. What comes after goes on the timeline.")
		}
		for name := range parts {
			if !r.HasPart(name) {
				return incident.FieldError(name, "A post-mortem has no part %q.", name)
			}
		}
		if title, given := parts["title"]; given && strings.TrimSpace(title) == "" {
			return incident.FieldError("title", "The title says what happened and for how long.")
		}
		e.Record(incident.ReviewEdited{Parts: parts})
		return nil
	})
}

// Meet plans the review meeting. Without attendees it is everyone who took part.
func (s *Service) Meet(ctx context.Context, actor incident.Actor, id string, m incident.MeetingSet) (*incident.Incident, error) {
	if m.At.Before(s.now()) {
		return nil, incident.FieldError("at", "The meeting lies in the future.")
	}
	if m.Minutes == 0 {
		m.Minutes = 45
	}
	if m.Minutes < 5 || m.Minutes > 480 {
		return nil, incident.FieldError("minutes", "A meeting lasts 5 to 480 minutes.")
	}
	return s.store.Change(ctx, actor, id, func(e *incident.Edit) error {
		i := e.Incident
		if i.Review == nil {
			return incident.Errorf(incident.Conflict, "The draft is made when the incident resolves.")
		}
		m.ID = s.newID()
		if i.Review.Meeting != nil {
			m.ID, m.Moved = i.Review.Meeting.ID, i.Review.Meeting.Moved+1 // calendars move the event that they know
		}
		if len(m.Attendees) == 0 {
			m.Attendees = i.People
		}
		e.Record(m)
		return nil
	})
}

// Invitation is the meeting as an iCalendar file (RFC 5545), to be opened or
// attached to a mail.
func (s *Service) Invitation(ctx context.Context, i *incident.Incident, link string) (string, error) {
	if i.Review == nil || i.Review.Meeting == nil {
		return "", incident.Errorf(incident.NotFound, "No meeting is planned yet.")
	}
	m := i.Review.Meeting
	people, err := s.store.People(ctx)
	if err != nil {
		return "", err
	}
	cal := ics.NewCalendarFor("Sigap")
	cal.SetMethod(ics.MethodRequest)
	ev := cal.AddEvent(m.ID + "@sigap")
	ev.SetDtStampTime(s.now())
	ev.SetStartAt(m.At)
	ev.SetEndAt(m.At.Add(time.Duration(m.Minutes) * time.Minute))
	ev.SetSummary(i.Ref() + " · " + i.Review.Title)
	ev.SetDescription(s.commander(ctx, i).Agenda(i) + "\n\n" + link)
	ev.SetURL(link)
	ev.SetSequence(m.Moved)
	if m.Where != "" {
		ev.SetLocation(m.Where)
	}
	for _, p := range people {
		if p.ID == m.By.ID {
			ev.SetOrganizer("mailto:"+p.Email, ics.WithCN(parameter(p.Name)))
		}
		if slices.ContainsFunc(m.Attendees, func(a incident.Person) bool { return a.ID == p.ID }) {
			ev.AddAttendee("mailto:"+p.Email, ics.WithCN(parameter(p.Name)), ics.ParticipationStatusNeedsAction, ics.WithRSVP(true))
		}
	}
	return cal.Serialize(ics.WithNewLineWindows), nil // RFC 5545, 3.1: lines end with CRLF
}

// parameter is a name as a parameter of a property can hold it, where quotes
// cannot be written and the others would need them (RFC 5545, 3.2).
func parameter(name string) string {
	return strings.Join(strings.FieldsFunc(name, func(r rune) bool { return strings.ContainsRune("\";:,\\ ", r) }), " ")
}

// Promise adds an action: a code fix, monitoring or an SOP, with an owner and
// a date.
func (s *Service) Promise(ctx context.Context, actor incident.Actor, id string, a incident.Action) (*incident.Incident, error) {
	a.Title = strings.TrimSpace(a.Title)
	switch {
	case a.Title == "" || len(a.Title) > 255:
		return nil, incident.FieldError("title", "Say in one line what will be different.")
	case !slices.Contains([]incident.ActionKind{incident.CodeFix, incident.MonitoringKind, incident.StandardProcess}, a.What):
		return nil, incident.FieldError("what", "An action is a code fix (code), monitoring, or an SOP (sop).")
	case a.Due.IsZero():
		return nil, incident.FieldError("due", "An action without a date is a wish. Give it one.")
	}
	owner, err := s.store.Person(ctx, a.Owner.ID)
	if err != nil {
		return nil, incident.FieldError("owner", "An action needs one owner: there is nobody with this id.")
	}
	a.ID, a.Owner, a.Done = s.newID(), owner.Ref(), time.Time{}
	return s.store.Change(ctx, actor, id, func(e *incident.Edit) error {
		if !e.Incident.Status.Declared() {
			return incident.Errorf(incident.Conflict, "Actions belong to declared incidents.")
		}
		e.Record(a)
		if owner.ID != actor.ID {
			e.Enqueue(incident.FollowUp{Incident: id, Code: "action", Only: owner.ID, Args: map[string]string{"title": a.Title, "by": actor.Name}})
		}
		e.EnqueueAt(a.Due, Overdue{Incident: id, Action: a.ID})
		return nil
	})
}

// Settle ends an action with its proof, or opens it again.
func (s *Service) Settle(ctx context.Context, actor incident.Actor, id, action string, done bool, proof string) (*incident.Incident, error) {
	return s.store.Change(ctx, actor, id, func(e *incident.Edit) error {
		a, err := e.Incident.Action(action)
		if err != nil {
			return err
		}
		if done && strings.TrimSpace(proof) == "" {
			return incident.FieldError("proof", "Say what shows that it is done: a link to the change, the alert, the document.")
		}
		e.Record(incident.ActionSet{Action: action, Title: a.Title, Done: done, Proof: strings.TrimSpace(proof)})
		return nil
	})
}

// Overdue is the job that asks after an action on its date.
type Overdue struct {
	Incident string `json:"incident"`
	Action   string `json:"action"`
}

// Kind names the job.
func (Overdue) Kind() string { return "action_overdue" }

// askAgain is how long after its date an action is asked after again.
const askAgain = 7 * 24 * time.Hour

// Remind asks the owner of an action that is not done, and again a week later.
func (s *Service) Remind(ctx context.Context, job Overdue) error {
	_, err := s.store.Change(ctx, incident.System(), job.Incident, func(e *incident.Edit) error {
		a, err := e.Incident.Action(job.Action)
		if err != nil || !a.Done.IsZero() {
			return nil //nolint:nilerr // an action that is gone is asked after no more
		}
		e.Enqueue(incident.FollowUp{Incident: job.Incident, Code: "actionDue", Only: a.Owner.ID, Args: map[string]string{"title": a.Title}})
		e.EnqueueAt(e.Now.Add(askAgain), job)
		return nil
	})
	return err
}

// Publish makes the post-mortem final. It needs at least one action, or a
// reason on the page why there is none: the improvement is what it is for. What
// people agreed on then grades the checks of the evidence.
func (s *Service) Publish(ctx context.Context, actor incident.Actor, id string) (*incident.Incident, error) {
	return s.store.Change(ctx, actor, id, func(e *incident.Edit) error {
		i := e.Incident
		switch {
		case i.Review == nil:
			return incident.Errorf(incident.Conflict, "The draft is made when the incident resolves.")
		case i.Review.State == incident.ReviewPublished:
			return incident.Errorf(incident.Conflict, "It is published already.")
		case len(i.Actions) == 0 && strings.TrimSpace(i.Review.Improve) == "":
			return incident.Errorf(incident.Conflict, "Promise an action first, or write under what to improve why there is none.")
		}
		if grades := guessed(i); len(grades) > 0 {
			e.Record(incident.Graded{Grades: grades})
		}
		e.Record(incident.Published{At: e.Now})
		if i.Status == incident.StatusResolved {
			e.Record(incident.StatusSet{From: i.Status, To: incident.Reviewing})
		}
		return nil
	})
}

// Close ends the incident. Its actions go on by themselves.
func (s *Service) Close(ctx context.Context, actor incident.Actor, id string) (*incident.Incident, error) {
	return s.store.Change(ctx, actor, id, func(e *incident.Edit) error {
		i := e.Incident
		switch {
		case i.Status == incident.Closed:
			return incident.Errorf(incident.Conflict, "It is closed already.")
		case i.Status.Open():
			return incident.Errorf(incident.Conflict, "Resolve it first.")
		case i.Review == nil || i.Review.State != incident.ReviewPublished:
			return incident.Errorf(incident.Conflict, "Publish the post-mortem first.")
		}
		e.Record(incident.StatusSet{From: i.Status, To: incident.Closed})
		return nil
	})
}
