// Package investigate is stage 3: one room, two views, nothing lost. Engineers
// look at code, configuration and infrastructure, support brings what users
// report, and together they confirm a root cause with its evidence.
package investigate

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/sigap-dev/sigap/internal/directory"
	"github.com/sigap-dev/sigap/internal/incident"
)

// Store is what stage 3 needs of the store.
type Store interface {
	Change(ctx context.Context, actor incident.Actor, id string, fn func(*incident.Edit) error) (*incident.Incident, error)
	Person(ctx context.Context, idOrEmail string) (*directory.Person, error)
}

// Service is stage 3.
type Service struct {
	store Store
	newID func() string
}

// New makes stage 3.
func New(store Store, newID func() string) *Service { return &Service{store: store, newID: newID} }

// maxText bounds what one entry holds, in bytes.
const maxText = 16 << 10

// words checks a text that somebody wrote.
func words(field, s string) (string, error) {
	s = strings.TrimSpace(s)
	if s == "" || len(s) > maxText {
		return "", incident.FieldError(field, "Write something, at most 16 KiB of it.")
	}
	return s, nil
}

// change runs one operation that records facts on an incident.
func (s *Service) change(ctx context.Context, actor incident.Actor, id string, facts ...incident.Fact) (*incident.Incident, error) {
	return s.store.Change(ctx, actor, id, func(e *incident.Edit) error {
		for _, f := range facts {
			e.Record(f)
		}
		return nil
	})
}

// Join says that somebody takes part.
func (s *Service) Join(ctx context.Context, actor incident.Actor, id string) (*incident.Incident, error) {
	return s.store.Change(ctx, actor, id, func(e *incident.Edit) error {
		if !slices.ContainsFunc(e.Incident.People, func(p incident.Person) bool { return p.ID == actor.ID }) {
			e.Record(incident.Joined{})
		}
		return nil
	})
}

// TakeRole gives a role to a person: anyone may take a free one, to give one
// away needs the right to assign.
func (s *Service) TakeRole(ctx context.Context, actor incident.Actor, id string, role incident.Role, personID string) (*incident.Incident, error) {
	if !slices.Contains(incident.Roles(), role) {
		return nil, incident.FieldError("role", "A role is commander, engineering, support, communications or scribe.")
	}
	p, err := s.store.Person(ctx, personID)
	if err != nil {
		return nil, err
	}
	return s.store.Change(ctx, actor, id, func(e *incident.Edit) error {
		if holder := e.Incident.Roles[role]; holder.ID != "" || p.ID != actor.ID {
			if err := e.Incident.MayAssign(actor); err != nil && holder.ID != actor.ID {
				return err
			}
		}
		e.Record(incident.RoleTaken{Role: role, Person: p.Ref()})
		return nil
	})
}

// Write puts a note on the timeline.
func (s *Service) Write(ctx context.Context, actor incident.Actor, id, text string) (*incident.Incident, error) {
	text, err := words("text", text)
	if err != nil {
		return nil, err
	}
	return s.change(ctx, actor, id, incident.Note{Text: text})
}

// Find records a finding.
func (s *Service) Find(ctx context.Context, actor incident.Actor, id string, f incident.Finding) (*incident.Incident, error) {
	var err error
	if f.Text, err = words("text", f.Text); err != nil {
		return nil, err
	}
	if f.Says == "" {
		f.Says = incident.Observation
	}
	if f.Area == "" {
		f.Area = incident.AreaInfrastructure
	}
	if !slices.Contains([]incident.FindingKind{incident.Observation, incident.RuledOut, incident.CauseFound, incident.ImpactFound}, f.Says) {
		return nil, incident.FieldError("says", "A finding is an observation, ruledOut, cause or impact.")
	}
	if err := area(f.Area); err != nil {
		return nil, err
	}
	f.ID = s.newID()
	return s.change(ctx, actor, id, f)
}

func area(a incident.Area) error {
	if !slices.Contains([]incident.Area{incident.AreaCode, incident.AreaConfiguration, incident.AreaInfrastructure, incident.AreaUser}, a) {
		return incident.FieldError("area", "An area is code, configuration, infrastructure or user.")
	}
	return nil
}

// Propose puts a hypothesis on the board.
func (s *Service) Propose(ctx context.Context, actor incident.Actor, id, text string) (*incident.Incident, error) {
	text, err := words("text", text)
	if err != nil {
		return nil, err
	}
	return s.change(ctx, actor, id, incident.Hypothesis{ID: s.newID(), Text: text})
}

// Judge moves a hypothesis on. Refuting one needs a reason: at a hand-over the
// refuted ideas save the most time.
func (s *Service) Judge(ctx context.Context, actor incident.Actor, id, hypothesis string, state incident.HypothesisState, why string) (*incident.Incident, error) {
	switch state {
	case incident.Testing, incident.Supported, incident.Inconclusive:
	case incident.Refuted:
		if strings.TrimSpace(why) == "" {
			return nil, incident.FieldError("why", "Say what refutes it.")
		}
	default:
		return nil, incident.FieldError("state", "A hypothesis becomes testing, supported, refuted or inconclusive; confirm it as the cause.")
	}
	return s.store.Change(ctx, actor, id, func(e *incident.Edit) error {
		h, err := e.Incident.Hypothesis(hypothesis)
		if err != nil {
			return err
		}
		e.Record(incident.HypothesisJudged{ID: hypothesis, Text: h.Text, State: state, Why: why})
		return nil
	})
}

// Link lays a piece of evidence for or against a hypothesis.
func (s *Service) Link(ctx context.Context, actor incident.Actor, id string, link incident.EvidenceLinked) (*incident.Incident, error) {
	var err error
	if link.Text, err = words("text", link.Text); err != nil {
		return nil, err
	}
	return s.store.Change(ctx, actor, id, func(e *incident.Edit) error {
		if _, err := e.Incident.Hypothesis(link.Hypothesis); err != nil {
			return err
		}
		e.Record(link)
		return nil
	})
}

// Report adds what users report; count is how many they are.
func (s *Service) Report(ctx context.Context, actor incident.Actor, id string, r incident.Report, count int) (*incident.Incident, error) {
	var err error
	if r.Words, err = words("words", r.Words); err != nil {
		return nil, err
	}
	if count < 0 || count > 1_000_000 {
		return nil, incident.FieldError("count", "How many users this stands for is 1 to a million.")
	}
	return s.store.Change(ctx, actor, id, func(e *incident.Edit) error {
		r.ID, r.At, r.By = s.newID(), e.Now, actor.Name
		if r.Noticed.IsZero() || r.Noticed.After(e.Now) {
			r.Noticed = e.Now
		}
		e.Record(incident.Reported{Report: r, Count: max(1, count)})
		return nil
	})
}

// Confirm states the root cause.
func (s *Service) Confirm(ctx context.Context, actor incident.Actor, id string, c incident.CauseConfirmed) (*incident.Incident, error) {
	var err error
	if c.Text, err = words("text", c.Text); err != nil {
		return nil, err
	}
	if c.Area == "" {
		c.Area = incident.AreaInfrastructure
	}
	if err := area(c.Area); err != nil {
		return nil, err
	}
	return s.store.Change(ctx, actor, id, func(e *incident.Edit) error {
		if c.Hypothesis != "" {
			if _, err := e.Incident.Hypothesis(c.Hypothesis); err != nil {
				return err
			}
		}
		c.By, c.At = incident.Person{}, time.Time{}
		e.Record(c)
		return nil
	})
}

// Pin marks an entry as a key moment, or takes the mark away.
func (s *Service) Pin(ctx context.Context, actor incident.Actor, id string, seq int, off bool) (*incident.Incident, error) {
	return s.store.Change(ctx, actor, id, func(e *incident.Edit) error {
		if seq < 1 || seq > e.Incident.Seq {
			return incident.FieldError("seq", "There is no entry %d.", seq)
		}
		e.Record(incident.Pinned{Seq: seq, Off: off})
		return nil
	})
}

// Correct gives an entry better words; both stay visible.
func (s *Service) Correct(ctx context.Context, actor incident.Actor, id string, seq int, text string) (*incident.Incident, error) {
	text, err := words("text", text)
	if err != nil {
		return nil, err
	}
	return s.store.Change(ctx, actor, id, func(e *incident.Edit) error {
		if seq < 1 || seq > e.Incident.Seq {
			return incident.FieldError("seq", "There is no entry %d.", seq)
		}
		e.Record(incident.Corrected{Seq: seq, Text: text})
		return nil
	})
}
