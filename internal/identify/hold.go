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

// hold notes on an alert that fires whether a window covers it.
func (b *batch) hold(alert *incident.Alert, drill bool) bool {
	alert.Held = b.rules.windows.Cover(&alert.Signal, b.now, "")
	if alert.Held == nil {
		return false
	}
	alert.Held.Grave, alert.Held.Drill = b.rules.mayPage(&alert.Signal), drill
	if b.release.IsZero() || alert.Held.Until.Before(b.release) {
		b.release = alert.Held.Until
	}
	return true
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
	reason := alert.Held.Reason
	b.touch(alert)
	if !b.hold(alert, a.Key.Drill) {
		b.join(alert, a, reason)
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
			if still != nil && still.Window == a.Held.Window && still.Until.Equal(a.Held.Until) {
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
