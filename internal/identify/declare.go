package identify

import (
	"context"
	"strings"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// declare makes a candidate an incident and starts all that follows.
func declare(e *incident.Edit, severity incident.Severity, policy, reason string) error {
	n, err := e.NextNumber()
	if err != nil {
		return err
	}
	i := e.Incident
	e.Record(incident.Declared{Number: n, Severity: severity, Policy: policy, Reason: reason})
	e.Enqueue(incident.SendNotice{Incident: i.ID})
	e.Enqueue(incident.StartClocks{Incident: i.ID})
	e.Enqueue(incident.OpenRoom{Incident: i.ID})
	e.Enqueue(incident.WatchRecovery{Incident: i.ID})
	for _, later := range lookAgain {
		e.EnqueueAt(e.Now.Add(later), incident.Verify{Incident: i.ID})
	}
	return nil
}

// lookAgain is when evidence is collected anew after the declaration: in the
// first seconds of a failure there is little of it yet.
var lookAgain = []time.Duration{8 * time.Second, 30 * time.Second, 3 * time.Minute}

// Declaration is what a person says when they declare without an alert.
type Declaration struct {
	Title       string
	Service     string
	Environment string
	Severity    incident.Severity
	Text        string
	Drill       bool
}

// DeclareNew opens and declares an incident that no signal announced.
func (s *Service) DeclareNew(ctx context.Context, actor incident.Actor, d Declaration) (*incident.Incident, error) {
	d.Title = strings.TrimSpace(d.Title)
	switch {
	case d.Title == "" || len(d.Title) > 255:
		return nil, incident.FieldError("title", "Say in one line of at most 255 characters what users cannot do.")
	case !d.Severity.Valid():
		return nil, incident.FieldError("severity", "A severity is 1 (worst) to 4.")
	}
	if d.Environment == "" {
		d.Environment = "production"
	}
	return s.store.Create(ctx, actor, s.newID(), func(e *incident.Edit) error {
		i := e.Incident
		e.Record(incident.Opened{ID: i.ID, Title: d.Title, Service: d.Service, Environment: d.Environment, Drill: d.Drill})
		if d.Text != "" {
			e.Record(incident.Note{Text: d.Text})
		}
		if actor.Kind == incident.PersonActor {
			e.Record(incident.Joined{})
		}
		if err := declare(e, d.Severity, "", ""); err != nil {
			return err
		}
		if d.Severity.Major() {
			e.Enqueue(incident.Page{Incident: i.ID})
		}
		e.Enqueue(incident.Verify{Incident: i.ID})
		return nil
	})
}

// Declare makes a candidate an incident by a person's word. Without a severity
// it takes the verdict's.
func (s *Service) Declare(ctx context.Context, actor incident.Actor, id string, severity incident.Severity, reason string) (*incident.Incident, error) {
	return s.store.Change(ctx, actor, id, func(e *incident.Edit) error {
		i := e.Incident
		if i.Status != incident.Triage {
			return incident.Errorf(incident.Conflict, "It is %s: only a candidate can be declared.", i.Status)
		}
		if severity == 0 {
			severity = incident.SEV2
			if i.Verdict != nil {
				severity = i.Severity
			}
		}
		if !severity.Valid() {
			return incident.FieldError("severity", "A severity is 1 (worst) to 4.")
		}
		if actor.Kind == incident.PersonActor {
			e.Record(incident.Joined{})
		}
		if err := declare(e, severity, "", reason); err != nil {
			return err
		}
		if severity.Major() && !pagedBefore(i) {
			e.Enqueue(incident.Page{Incident: id})
		}
		return nil
	})
}

func pagedBefore(i *incident.Incident) bool {
	for _, n := range i.Notices {
		if n.Purpose == incident.PurposePage {
			return true
		}
	}
	return false
}

// Dismiss ends a candidate: a person says, with a reason, that it is none.
func (s *Service) Dismiss(ctx context.Context, actor incident.Actor, id, reason string) (*incident.Incident, error) {
	if reason = strings.TrimSpace(reason); reason == "" {
		return nil, incident.FieldError("reason", "Say why it is no incident: the next verdict learns from it.")
	}
	return s.store.Change(ctx, actor, id, func(e *incident.Edit) error {
		i := e.Incident
		if !i.Status.Open() {
			return incident.Errorf(incident.Conflict, "It is %s already.", i.Status)
		}
		e.Record(incident.DismissedAs{Reason: reason})
		e.Enqueue(incident.FollowUp{Incident: id, Code: "dismissed", Args: map[string]string{"reason": reason}})
		return nil
	})
}

// SetSeverity changes the severity, with a reason. Raised to a major one it
// pages; the audiences' clocks follow.
func (s *Service) SetSeverity(ctx context.Context, actor incident.Actor, id string, to incident.Severity, reason string) (*incident.Incident, error) {
	if !to.Valid() {
		return nil, incident.FieldError("severity", "A severity is 1 (worst) to 4.")
	}
	return s.store.Change(ctx, actor, id, func(e *incident.Edit) error {
		i := e.Incident
		if i.Severity == to {
			return incident.Errorf(incident.Conflict, "It is %s already.", to)
		}
		setSeverity(e, to, reason)
		return nil
	})
}

func setSeverity(e *incident.Edit, to incident.Severity, reason string) {
	i, from := e.Incident, e.Incident.Severity
	e.Record(incident.SeveritySet{From: from, To: to, Reason: reason})
	if to < from && to.Major() && i.Status.Pages() {
		e.Enqueue(incident.Page{Incident: i.ID})
	}
	if i.Status.Declared() {
		e.Enqueue(incident.StartClocks{Incident: i.ID})
		e.Enqueue(incident.OpenRoom{Incident: i.ID}) // if this severity has one and it has none yet
		e.Enqueue(incident.FollowUp{Incident: i.ID, Code: "severity", Args: map[string]string{"from": from.String(), "to": to.String(), "reason": reason}})
	}
}

// Retitle gives an incident better words.
func (s *Service) Retitle(ctx context.Context, actor incident.Actor, id, title string) (*incident.Incident, error) {
	if title = strings.TrimSpace(title); title == "" || len(title) > 255 {
		return nil, incident.FieldError("title", "A title is one line of 1 to 255 characters.")
	}
	return s.store.Change(ctx, actor, id, func(e *incident.Edit) error {
		e.Record(incident.Retitled{Title: title})
		return nil
	})
}

// JudgeChange confirms or clears a suspected change. Only a person may: a
// machine's suspect is not a person's culprit.
func (s *Service) JudgeChange(ctx context.Context, actor incident.Actor, id, change, state, why string) (*incident.Incident, error) {
	if state != "confirmed" && state != "cleared" {
		return nil, incident.FieldError("state", "A suspected change is confirmed or cleared.")
	}
	return s.store.Change(ctx, actor, id, func(e *incident.Edit) error {
		e.Record(incident.ChangeJudged{Change: change, Summary: summaryOf(e.Incident, change), State: state, Why: why})
		return nil
	})
}

// summaryOf is what a suspected change is called; empty if it is none of the
// incident's.
func summaryOf(i *incident.Incident, change string) string {
	for n := range i.Evidence {
		for _, c := range i.Evidence[n].Changes {
			if c.Change.ID == change {
				return c.Change.Summary
			}
		}
	}
	return ""
}
