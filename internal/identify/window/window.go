// Package window knows the times in which alerts are held: silences and
// maintenance windows, once or weekly, and what they cover. It is arithmetic
// over the clock and labels, and does no I/O.
package window

import (
	"slices"
	"strings"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// Window is a time in which some alerts page nobody and open no candidate: they
// are recorded, and shown as held with the window's reason. One that fires still
// when the window ends is new then, so nothing is lost. A window that is over
// stays for the record.
type Window struct {
	ID       string            `json:"id"`
	Kind     incident.HoldKind `json:"kind" enum:"silence,maintenance"`
	Matchers []string          `json:"matchers" doc:"All must be met: service=checkout, environment!=staging, instance=~web-.*"`
	From     time.Time         `json:"from,omitzero"`
	Until    time.Time         `json:"until,omitzero" doc:"Missing: until somebody ends it, which only a weekly one may"`
	Weekly   *Weekly           `json:"weekly,omitempty"`
	Reason   string            `json:"reason"`
	By       incident.Person   `json:"by"`
	MadeAt   time.Time         `json:"madeAt"`
	EditedBy *incident.Person  `json:"editedBy,omitempty" doc:"Who changed it last"`
	EndedBy  *incident.Person  `json:"endedBy,omitempty" doc:"Who ended it before its time"`
	Change   string            `json:"change,omitempty" doc:"Id of the change that announced it"`
}

// Span is a time in which a window holds: from a moment until before another.
type Span struct {
	From  time.Time `json:"from"`
	Until time.Time `json:"until"`
}

// Holds reports whether a moment lies in it.
func (s Span) Holds(at time.Time) bool { return !at.Before(s.From) && at.Before(s.Until) }

const (
	// MaxReason is how many characters a reason has at most.
	MaxReason = 500
	// maxResponderWindow is how long the silence of a responder may be: till the
	// same hour of the next day, when somebody has slept over it.
	maxResponderWindow = 24 * time.Hour
	maxWindow          = 366 * 24 * time.Hour
)

// Normalize fills in what was left out: a window begins now.
func (w *Window) Normalize(now time.Time) {
	if w.From.IsZero() {
		w.From = now
	}
	w.From, w.Until = w.From.UTC().Truncate(time.Microsecond), w.Until.UTC().Truncate(time.Microsecond)
	w.Reason = strings.TrimSpace(w.Reason)
}

// Validate names the first field that cannot be.
func (w *Window) Validate() error {
	_, err := w.read()
	return err
}

func (w *Window) read() (c compiled, err error) {
	switch {
	case w.Kind != incident.Silence && w.Kind != incident.Maintenance:
		return c, incident.FieldError("kind", "A window is a silence or a maintenance.")
	case w.Reason == "" || len(w.Reason) > MaxReason:
		return c, incident.FieldError("reason", "Say why in 1 to %d characters: it stands beside each alert that is held.", MaxReason)
	case w.Until.IsZero() && w.Weekly == nil:
		return c, incident.FieldError("until", "Say until when. Only a weekly window may go on until somebody ends it.")
	case !w.Until.IsZero() && !w.From.Before(w.Until):
		return c, incident.FieldError("until", "A window ends after it began.")
	case !w.Until.IsZero() && w.Until.Sub(w.From) > maxWindow:
		return c, incident.FieldError("until", "A window is at most a year long.")
	}
	c.Window = *w
	if w.Weekly != nil {
		if c.week, err = w.Weekly.read(); err != nil {
			return c, err
		}
	}
	c.matchers, err = readMatchers(w.Matchers)
	return c, err
}

// MayMake reports, as an error if not, whether somebody may make the window, or
// end it for good: a responder silences for a day at most, a manager plans as
// they like.
func (w *Window) MayMake(a incident.Actor) error {
	short := w.Kind == incident.Silence && w.Weekly == nil && w.Until.Sub(w.From) <= maxResponderWindow
	if a.Right.Includes(incident.Manager) || short && a.Right.Includes(incident.Responder) {
		return nil
	}
	return incident.Errorf(incident.Forbidden, "A responder may silence for 24 hours at most. Longer silences, weekly ones and maintenance need the right manager.")
}

// Next gives the time that holds at a moment or, if none does, the next one;
// false when the window is over.
func (w *Window) Next(at time.Time) (Span, bool) {
	c, err := w.read()
	if err != nil {
		return Span{}, false
	}
	s := c.span(at)
	return s, s.From.Before(s.Until) && at.Before(s.Until)
}

// End ends the window before its time. Of a weekly one that goes on only the
// time that is under way, or the next one, is left out.
func (w *Window) End(now time.Time, by incident.Person, goesOn bool) error {
	now = now.UTC().Truncate(time.Microsecond)
	s, ok := w.Next(now)
	switch {
	case !ok:
		return incident.Errorf(incident.Conflict, "It is over already.")
	case goesOn && w.Weekly != nil:
		w.From = s.Until
	default:
		w.Until, w.EndedBy = now, &by
	}
	return nil
}

// Set is windows that are ready to be asked.
type Set []compiled

// compiled is a window that was read.
type compiled struct {
	Window
	matchers matchers
	week     week // if it is weekly
}

// Compile makes a set. It leaves out what cannot be read: such a window holds
// nothing.
func Compile(all []Window) Set {
	var out Set
	for n := range all {
		if c, err := all[n].read(); err == nil {
			out = append(out, c)
		}
	}
	return out
}

// span gives the time that holds at a moment, or else the next one; it is empty
// if there is none.
func (c *compiled) span(at time.Time) Span {
	s := Span{c.From, c.Until}
	if c.Weekly == nil {
		return s
	}
	if at.Before(c.From) {
		at = c.From
	}
	s = c.week.span(at)
	if s.From.Before(c.From) {
		s.From = c.From
	}
	if !c.Until.IsZero() && c.Until.Before(s.Until) {
		s.Until = c.Until
	}
	return s
}

// Cover gives the window that holds a signal at a moment, of several the one
// that ends last; nil if none does. Of a kind only those of that kind count.
func (ws Set) Cover(s *incident.Signal, at time.Time, kind incident.HoldKind) *incident.Held {
	var held *incident.Held
	var labels map[string]string
	for n := range ws {
		w := &ws[n]
		if kind != "" && w.Kind != kind {
			continue
		}
		span := w.span(at)
		if !span.Holds(at) || held != nil && !span.Until.After(held.Until) {
			continue
		}
		if labels == nil {
			labels = labelsOf(s)
		}
		if w.matchers.match(labels) {
			held = &incident.Held{Window: w.ID, Kind: w.Kind, Reason: w.Reason, Until: span.Until}
		}
	}
	return held
}

// Has reports whether a window is among them.
func (ws Set) Has(id string) bool {
	return slices.ContainsFunc(ws, func(c compiled) bool { return c.ID == id })
}
