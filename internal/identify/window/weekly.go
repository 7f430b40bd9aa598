package window

import (
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// Weekly is a time of the week, by the clock on the wall of a zone.
type Weekly struct {
	Zone string `json:"zone" doc:"Of the IANA database: Asia/Jakarta"`
	Days []int  `json:"days" doc:"The days on which it begins; 0 is Sunday"`
	From string `json:"from" doc:"Time of day: 02:00"`
	To   string `json:"to" doc:"Time of day; not after from: on the next day"`
}

const timeOfDay = "15:04"

// week is a Weekly that was read.
type week struct {
	loc      *time.Location
	on       [7]bool
	from, to time.Time // of a day, in UTC
	over     int       // days from the beginning to the end: 1 if midnight lies between
}

// read names the first field that cannot be.
func (w *Weekly) read() (r week, err error) {
	if r.loc, err = time.LoadLocation(w.Zone); err != nil || w.Zone == "" || w.Zone == "Local" {
		return r, incident.FieldError("weekly.zone", "Name a time zone such as Asia/Jakarta.")
	}
	days := 0
	for _, d := range w.Days {
		if d < 0 || d > 6 {
			return r, incident.FieldError("weekly.days", "A day of the week is 0 for Sunday to 6.")
		}
		if !r.on[d] {
			r.on[d], days = true, days+1
		}
	}
	if days == 0 {
		return r, incident.FieldError("weekly.days", "Name the days of the week on which it begins, 0 for Sunday to 6.")
	}
	if r.from, err = time.Parse(timeOfDay, w.From); err != nil {
		return r, incident.FieldError("weekly.from", "A time of day is written 02:30.")
	}
	if r.to, err = time.Parse(timeOfDay, w.To); err != nil {
		return r, incident.FieldError("weekly.to", "A time of day is written 02:30.")
	}
	if !r.from.Before(r.to) {
		r.over = 1
	}
	if days == 7 && r.from.Equal(r.to) {
		return r, incident.FieldError("weekly.to", "This would never end. Leave at least a minute of the week in which what fires is heard of.")
	}
	return r, nil
}

// span gives the time of the week that holds at a moment, of two that overlap
// the one that ends later; if none does, the next one.
func (r *week) span(at time.Time) (s Span) {
	year, month, day := at.In(r.loc).Date()
	for d := day - 2; d <= day+8; d++ {
		if !r.on[time.Date(year, month, d, 0, 0, 0, 0, time.UTC).Weekday()] {
			continue
		}
		one := Span{wall(year, month, d, r.from, r.loc, false), wall(year, month, d+r.over, r.to, r.loc, true)}
		switch {
		case !one.From.Before(one.Until) || !at.Before(one.Until): // the clock left it out, or it is over
		case one.Holds(at):
			s = one // a later day ends later
		case s.Until.IsZero():
			return one
		}
	}
	return s
}

// wall is the moment at which a zone's clock shows a time. When it shows it
// twice that is the first, or for last the last, so that a window neither
// reopens nor ends early; when it leaves the time out, the moment of the leap.
func wall(year int, month time.Month, day int, clock time.Time, loc *time.Location, last bool) time.Time {
	shown := time.Date(year, month, day, clock.Hour(), clock.Minute(), 0, 0, time.UTC)
	_, before := shown.Add(-24 * time.Hour).In(loc).Zone()
	_, after := shown.Add(24 * time.Hour).In(loc).Zone()
	// The same wall time by either side's offset: the greater one is earlier.
	early, late := shown.Add(-time.Duration(max(before, after))*time.Second), shown.Add(-time.Duration(min(before, after))*time.Second)
	isEarly, isLate := shows(early, shown, loc), shows(late, shown, loc)
	switch {
	case isEarly && (!last || !isLate):
		return early.UTC()
	case isLate:
		return late.UTC()
	}
	leap, _ := late.In(loc).ZoneBounds()
	return leap.UTC()
}

// shows reports whether the clock in a zone shows, at a moment, the date and
// time that another moment has in UTC.
func shows(at, shown time.Time, loc *time.Location) bool {
	_, offset := at.In(loc).Zone()
	return at.Add(time.Duration(offset) * time.Second).Equal(shown)
}
