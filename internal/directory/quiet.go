package directory

import (
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// Quiet are the hours of each day in which somebody is not to be disturbed,
// other than by a page: times on the wall of where they are, "22:00" to
// "06:00". The zero value is none.
type Quiet struct {
	From string `json:"from" maxLength:"5" doc:"HH:MM, in the person's time zone; empty for none"`
	To   string `json:"to" maxLength:"5" doc:"HH:MM, on the next day if it is not after from"`
}

func (q Quiet) validate() error {
	if q == (Quiet{}) {
		return nil
	}
	from, fromOK := minuteOf(q.From)
	to, toOK := minuteOf(q.To)
	if !fromOK || !toOK || from == to {
		return incident.FieldError("quiet", "Quiet hours go from one time to another, such as 22:00 to 06:00.")
	}
	return nil
}

// minuteOf reads HH:MM as minutes since midnight.
func minuteOf(s string) (int, bool) {
	t, err := time.Parse("15:04", s)
	return t.Hour()*60 + t.Minute(), err == nil && len(s) == len("15:04")
}

// QuietAt reports whether a moment lies in somebody's quiet hours, and when
// these began and end. Times are those on the wall: a night in which the
// clocks change is an hour shorter or longer.
func (p *Person) QuietAt(at time.Time) (from, until time.Time, quiet bool) {
	begin, ok := minuteOf(p.Quiet.From)
	end, ends := minuteOf(p.Quiet.To)
	if !ok || !ends || begin == end {
		return time.Time{}, time.Time{}, false
	}
	nights := 0
	if end < begin {
		nights = 1
	}
	here := at.In(p.Location())
	for _, day := range []int{-1, 0} {
		from, until = onWall(here, day, begin), onWall(here, day+nights, end)
		if !at.Before(from) && at.Before(until) {
			return from.UTC(), until.UTC(), true
		}
	}
	return time.Time{}, time.Time{}, false
}

// onWall is the moment at which the clock shows a minute of the day, some days
// from t. Where clocks jump over it, that is the jump.
func onWall(t time.Time, days, minute int) time.Time {
	at := time.Date(t.Year(), t.Month(), t.Day()+days, 0, minute, 0, 0, t.Location())
	switch shown := at.Hour()*60 + at.Minute(); {
	case shown < minute:
		_, jump := at.ZoneBounds()
		return jump
	case shown > minute:
		jump, _ := at.ZoneBounds()
		return jump
	}
	return at
}
