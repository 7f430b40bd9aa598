package identify

import (
	"context"
	"time"

	"github.com/sigap-dev/sigap/internal/identify/window"
	"github.com/sigap-dev/sigap/internal/incident"
)

// MakeWindow makes a silence or a maintenance window. What has a candidate
// already goes on: a window holds what is news.
func (s *Service) MakeWindow(ctx context.Context, actor incident.Actor, w window.Window) (*window.Window, error) {
	now := s.now()
	w.ID, w.By, w.MadeAt, w.EndedBy, w.Change = s.newID(), incident.Person{ID: actor.ID, Name: actor.Name}, now.UTC(), nil, ""
	if err := mayHold(actor, &w, now); err != nil {
		return nil, err
	}
	return &w, s.store.PutWindow(ctx, w)
}

// mayHold completes a window, and names what speaks against it.
func mayHold(actor incident.Actor, w *window.Window, now time.Time) error {
	w.Normalize(now)
	if err := w.Validate(); err != nil {
		return err
	}
	if _, ok := w.Next(now); !ok {
		return incident.FieldError("until", "This window would be over already.")
	}
	return w.MayMake(actor)
}

// EditWindow changes a window that is not over: what it covers, when, and why.
// What it held and covers no more pages within seconds if it fires still. Whoever
// changes one must be allowed to make it, as it was and as it becomes.
func (s *Service) EditWindow(ctx context.Context, actor incident.Actor, id string, to window.Window) (*window.Window, error) {
	return s.store.ChangeWindow(ctx, id, func(w *window.Window) error {
		now := s.now()
		if _, ok := w.Next(now); !ok {
			return incident.Errorf(incident.Conflict, "It is over already: make a new one like it.")
		}
		if err := w.MayMake(actor); err != nil {
			return err
		}
		w.Kind, w.Matchers, w.From, w.Until, w.Weekly, w.Reason = to.Kind, to.Matchers, to.From, to.Until, to.Weekly, to.Reason
		w.EditedBy = &incident.Person{ID: actor.ID, Name: actor.Name}
		return mayHold(actor, w, now)
	})
}

// EndWindow ends a window before its time: what it held and fires still pages
// within seconds. Of a weekly one that goes on only this time is left out.
// Whoever may answer a page may do so, since it hides nothing; a weekly one
// ends for good by who may make it.
func (s *Service) EndWindow(ctx context.Context, actor incident.Actor, id string, goesOn bool) (*window.Window, error) {
	return s.store.ChangeWindow(ctx, id, func(w *window.Window) error {
		if w.Weekly != nil && !goesOn {
			if err := w.MayMake(actor); err != nil {
				return err
			}
		}
		return w.End(s.now(), incident.Person{ID: actor.ID, Name: actor.Name}, goesOn)
	})
}

// Matched gives of some alerts those that conditions cover, and notes on each
// whether it would page at once. It changes nothing.
func (s *Service) Matched(ctx context.Context, conditions []string, alerts []*incident.Alert) ([]*incident.Alert, error) {
	r, err := s.rules(ctx)
	if err != nil {
		return nil, err
	}
	now := s.now()
	w := window.Window{Kind: incident.Silence, Matchers: conditions, Reason: "tried", From: now, Until: now.Add(1)}
	if err := w.Validate(); err != nil {
		return nil, err
	}
	set := window.Compile([]window.Window{w})
	var out []*incident.Alert
	for _, a := range alerts {
		if held := set.Cover(&a.Signal, now, ""); held != nil {
			held.Grave = r.mayPage(&a.Signal)
			a.Held = held
			out = append(out, a)
		}
	}
	return out, nil
}
