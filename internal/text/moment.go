package text

import (
	"strconv"
	"strings"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

func (r Reader) in(t time.Time) time.Time {
	if r.Location == nil {
		return t.UTC()
	}
	return t.In(r.Location)
}

// Clock writes the time of day: 14:03, in Indonesian 14.03.
func (r Reader) Clock(t time.Time) string { return r.in(t).Format(r.say("time.clock")) }

// Date writes the day: 23 November 2026.
func (r Reader) Date(t time.Time) string {
	t = r.in(t)
	month := strings.Fields(r.say("time.months"))[t.Month()-1]
	return strconv.Itoa(t.Day()) + " " + month + " " + strconv.Itoa(t.Year())
}

// DateTime writes day, time of day and zone: 23 November 2026, 14:03 WIB.
func (r Reader) DateTime(t time.Time) string { return r.Date(t) + ", " + r.zoned(t) }

// zoned is Clock with the zone, for those who may be elsewhere.
func (r Reader) zoned(t time.Time) string { return r.Clock(t) + " " + r.in(t).Format("MST") }

// when is Clock on the day of now, and the date before it on any other.
func (r Reader) when(t, now time.Time) string {
	if y, m, d := r.in(t).Date(); true {
		if ny, nm, nd := r.in(now).Date(); y == ny && m == nm && d == nd {
			return r.Clock(t)
		}
	}
	return r.Date(t) + ", " + r.Clock(t)
}

// Moment is the flag of a moment on a plot.
func (r Reader) Moment(m incident.Moment) string {
	if m.Label != "" {
		return oneLine(m.Label)
	}
	return r.say("moment." + m.Code)
}
