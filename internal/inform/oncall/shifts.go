package oncall

import "time"

// Shift is one person's time on call without a break; without a person it is a
// gap, in which nobody is.
type Shift struct {
	Person   string    `json:"person"` // empty: a gap
	From     time.Time `json:"from"`
	Until    time.Time `json:"until"`
	Override bool      `json:"override,omitempty"`
}

// maxShifts bounds what one question gives: a year of hourly turns.
const maxShifts = 10_000

// Shifts are who is on call from one moment to another, without a hole: the
// gaps are among them. A change of the override without a change of the person
// begins a shift of its own.
func (p *Plan) Shifts(from, until time.Time) []Shift {
	var out []Shift
	for at := from; at.Before(until) && len(out) < maxShifts; {
		s := Shift{From: at, Until: until}
		s.Person, s.Override = p.at(at)
		if next := p.next(at); !next.IsZero() && next.Before(until) {
			s.Until = next
		}
		if last := len(out) - 1; last >= 0 && out[last].Person == s.Person && out[last].Override == s.Override {
			out[last].Until = s.Until
		} else {
			out = append(out, s)
		}
		at = s.Until
	}
	return out
}

// Gaps are the times in which nobody is on call.
func (p *Plan) Gaps(from, until time.Time) []Shift {
	var out []Shift
	for _, s := range p.Shifts(from, until) {
		if s.Person == "" {
			out = append(out, s)
		}
	}
	return out
}

// horizon is how far ahead the next person is looked for.
const horizon = 100 * 24 * time.Hour

// Now is who is on call at a moment, until when, and who is next: the first
// somebody else, or a gap. A shift that does not end within a hundred days ends
// there. What comes after never ends is the zero shift.
func (p *Plan) Now(t time.Time) (now, next Shift) {
	now.Person, now.Override = p.at(t)
	now.From = t
	until := t.Add(horizon)
	for at := p.next(t); ; at = p.next(at) {
		if at.IsZero() || !at.Before(until) {
			now.Until = until
			return now, Shift{}
		}
		if who, override := p.at(at); who != now.Person {
			now.Until = at
			next = Shift{Person: who, Override: override, From: at}
			break
		}
	}
	for at := p.next(now.Until); ; at = p.next(at) {
		if at.IsZero() || !at.Before(until) {
			next.Until = until
			return now, next
		}
		if p.At(at) != next.Person {
			next.Until = at
			return now, next
		}
	}
}
