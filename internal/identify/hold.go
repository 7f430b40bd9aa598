package identify

import (
	"context"
	"fmt"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

const (
	lookHeld = time.Minute // how often the alerts that are held are looked through at least
	heldPage = 500         // how many of them at once
)

// held is when the alerts that are held are looked through next. Only who
// applies looks.
type held struct {
	version int64
	next    time.Time
}

// hold notes on an alert that fires whether a window covers it, or else its own
// past says to wait. News is that it fires since just now.
func (b *batch) hold(alert *incident.Alert, a arrival, news bool) bool {
	before, grave := alert.Held, b.rules.mayPage(&alert.Signal)
	alert.Held = b.rules.windows.Cover(&alert.Signal, b.now, "")
	if alert.Held == nil && !grave {
		alert.Held = b.wait(alert, a, before, news)
	}
	if alert.Held == nil {
		return false
	}
	alert.Held.Grave, alert.Held.Drill = grave, a.Key.Drill
	if b.release.IsZero() || alert.Held.Until.Before(b.release) {
		b.release = alert.Held.Until
	}
	return true
}

// wait gives why a mild alert is held for its own past; nil if it is not. What
// is open already it joins at once, since there it may tell something.
func (b *batch) wait(alert *incident.Alert, a arrival, before *incident.Held, news bool) *incident.Held {
	held := before
	if news {
		held = rhythm(alert, before, b.now)
	}
	if held == nil || held.Window != "" || !b.now.Before(held.Until) {
		return nil
	}
	if alert.WasReal > 0 { // people said that it is real
		return nil
	}
	if i, _, _ := b.choose(alert, a); i != nil {
		return nil
	}
	return held
}

// lookAt brings the next look forward to when the first of what was just held
// is to be released.
func (h *held) lookAt(release time.Time) {
	if !release.IsZero() && release.Before(h.next) {
		h.next = release
	}
}

// released applies that the window which held an alert may be over: an alert
// that has not ended is new then, one that is no longer reported too, since
// silence is not recovery.
func (b *batch) released(alert *incident.Alert, a arrival) {
	if alert == nil || alert.Held == nil || alert.State == incident.AlertResolved {
		return // it ended or was released meanwhile
	}
	was := alert.Held
	b.touch(alert)
	if !b.hold(alert, a, false) {
		b.join(alert, a, was)
	}
}

// Release looks through the alerts that are held, if it is time to, and puts
// those whose window ended into the inbox: they are applied in their turn, as
// what is accepted is. It gives when to look next; zero if nothing is held and
// no window is set up.
func (s *Service) Release(ctx context.Context) (next time.Time, err error) {
	r, err := s.rules(ctx)
	if err != nil {
		return time.Time{}, err
	}
	now := s.now()
	if r.version == s.held.version && now.Before(s.held.next) {
		return s.held.next, nil
	}
	next = now.Add(lookHeld)
	some := false
	for after := ""; ; {
		alerts, err := s.store.Held(ctx, after, heldPage)
		if err != nil {
			return time.Time{}, err
		}
		over := map[Key][]incident.Signal{}
		for _, a := range alerts {
			after, some = a.ID, true
			still := r.windows.Cover(&a.Signal, now, "")
			if still == nil && a.Held.Window == "" && now.Before(a.Held.Until) {
				still = a.Held
			}
			if still != nil && still.Window == a.Held.Window && still.Until.Equal(a.Held.Until) && still.Reason == a.Held.Reason && still.Kind == a.Held.Kind {
				next = earlier(next, still.Until)
				continue
			}
			k := Key{ID: a.Key, Name: a.Signal.Sender, Source: a.Signal.Source, Drill: a.Held.Drill}
			over[k] = append(over[k], a.Signal)
		}
		if err := s.putBack(ctx, over, now); err != nil {
			return time.Time{}, err
		}
		if len(alerts) < heldPage {
			break
		}
	}
	s.held = held{r.version, next}
	if !some && len(r.windows) == 0 {
		return time.Time{}, nil
	}
	return next, nil
}

// putBack accepts signals that are released, in a body a key.
func (s *Service) putBack(ctx context.Context, over map[Key][]incident.Signal, now time.Time) error {
	for k, signals := range over {
		body, ahead, err := s.bodies(ctx, arrival{Key: k, At: now, Signals: signals, Released: true})
		if err == nil {
			err = s.store.Accept(ctx, body, ahead)
		}
		if err != nil {
			return fmt.Errorf("release %d alerts: %w", len(signals), err)
		}
		s.look()
	}
	return nil
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// heldTill is why an alert that joins now was held till now; nil if it was not,
// or if it joins for something else.
func (b *batch) heldTill(h *incident.Held, news, graver bool) *incident.Held {
	flaps := h != nil && h.Kind == incident.Flapping && b.now.Before(h.Until)
	if h == nil || news && !flaps || graver && h.Window == "" {
		return nil
	}
	return h
}

// afterHold is why an alert that was held opens a candidate.
func afterHold(h *incident.Held) (why incident.JoinReason, with string) {
	switch h.Kind {
	case incident.Transient:
		return incident.Lasting, ""
	case incident.Flapping:
		return incident.Unsteady, ""
	default:
		return incident.AfterWindow, h.Reason
	}
}
