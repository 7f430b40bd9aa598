package oncall

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"

	"github.com/sigap-dev/sigap/internal/incident"
)

// Holiday is a day on which a schedule's hours are those of a Sunday: a
// rotation of weekdays does not hold, one of weekends does. Hours that name no
// days, and rotations without hours, are as on any other day. It is the whole
// day by the clock on the wall of each rotation's zone.
type Holiday struct {
	Date string `json:"date"` // 2027-03-10
	Name string `json:"name"`
}

// Bounds of what one calendar may bring.
const (
	maxHolidays    = 400
	maxHolidayRun  = 31 // days of one entry
	maxHolidayName = 100
)

func (h Holiday) day() (wall, error) {
	t, err := time.Parse(time.DateOnly, h.Date)
	return wall(t.Unix()), err
}

// ParseHolidays reads the days that an iCalendar (RFC 5545) holds, from one day
// to another: each day of each entry that is not cancelled, by its date alone.
// Entries that repeat by a rule count once. The days come in order, each once.
func ParseHolidays(calendar []byte, from, until time.Time) ([]Holiday, error) {
	c, err := ics.ParseCalendar(bytes.NewReader(calendar))
	if err != nil {
		return nil, incident.FieldError("calendar", "This is no iCalendar file: it begins with BEGIN:VCALENDAR.")
	}
	var out []Holiday
	for _, e := range c.Events() {
		first, last, ok := eventDays(e)
		if !ok {
			continue
		}
		for d := first; !d.After(last); d = d.AddDate(0, 0, 1) {
			if !d.Before(from) && d.Before(until) {
				out = append(out, Holiday{Date: d.Format(time.DateOnly), Name: eventName(e)})
			}
		}
	}
	if out = distinct(out); len(out) > maxHolidays {
		return nil, incident.FieldError("calendar", "The calendar holds %d days; at most %d.", len(out), maxHolidays)
	}
	return out, nil
}

// eventDays are the first and the last day of an entry; its end is the day
// after, or any moment of the last.
func eventDays(e *ics.VEvent) (first, last time.Time, ok bool) {
	if p := e.GetProperty(ics.ComponentPropertyStatus); p != nil && strings.EqualFold(p.Value, "CANCELLED") {
		return first, last, false
	}
	first, ok = dateOf(e.GetProperty(ics.ComponentPropertyDtStart))
	last = first
	if end := e.GetProperty(ics.ComponentPropertyDtEnd); ok && end != nil {
		if day, fine := dateOf(end); fine && day.After(first) {
			last = day
			if len(end.Value) == len("20060102") || strings.HasSuffix(strings.TrimSuffix(end.Value, "Z"), "T000000") {
				last = day.AddDate(0, 0, -1)
			}
		}
	}
	if farthest := first.AddDate(0, 0, maxHolidayRun-1); last.After(farthest) {
		last = farthest
	}
	return first, last, ok
}

func dateOf(p *ics.IANAProperty) (time.Time, bool) {
	if p == nil || len(p.Value) < len("20060102") {
		return time.Time{}, false
	}
	t, err := time.Parse("20060102", p.Value[:len("20060102")])
	return t, err == nil && t.Year() > 1900
}

func eventName(e *ics.VEvent) string {
	p := e.GetProperty(ics.ComponentPropertySummary)
	if p == nil {
		return ""
	}
	name := []rune(strings.Join(strings.Fields(strings.ToValidUTF8(p.Value, "")), " "))
	return string(name[:min(len(name), maxHolidayName)])
}

// distinct sorts holidays and keeps the first of each day.
func distinct(list []Holiday) []Holiday {
	slices.SortStableFunc(list, func(a, b Holiday) int { return cmp.Compare(a.Date, b.Date) })
	return slices.CompactFunc(list, func(a, b Holiday) bool { return a.Date == b.Date })
}

// AddHolidays adds days to those that a schedule has; of two on one day the
// first stays.
func (s *Schedule) AddHolidays(days []Holiday) { s.Holidays = distinct(append(s.Holidays, days...)) }

// newHolidays are the midnights with which holidays begin.
func newHolidays(list []Holiday) (map[wall]bool, error) {
	if len(list) > maxHolidays {
		return nil, incident.FieldError("holidays", "A schedule has at most %d holidays.", maxHolidays)
	}
	out := make(map[wall]bool, len(list))
	for _, h := range list {
		day, err := h.day()
		if err != nil {
			return nil, incident.FieldError("holidays", "%q is no day such as 2027-03-10.", h.Date)
		}
		out[day] = true
	}
	return out, nil
}
