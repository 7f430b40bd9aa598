package oncall

import (
	"fmt"
	"slices"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// Plan is a schedule made ready to be asked. It is immutable and may be asked
// by many goroutines at once.
type Plan struct {
	layers    []layer // the one that covers the others first
	overrides []Override
	shadows   []Shadow
	loc       *time.Location // of the schedule
	holidays  map[wall]bool  // by their midnight
}

// layer is a rotation by the clock on the wall.
type layer struct {
	loc        *time.Location
	people     []string
	start      wall
	end        wall // 0: never
	turn       wall
	hours      []window
	holidays   map[wall]bool // by their midnight
	begins     time.Time
	terminates time.Time // zero: never
}

// window is a span of some days; to is after from, and may lie on the next day.
type window struct {
	days     [7]bool
	from, to wall // since midnight
}

// NewPlan makes a schedule ready; the error names the first field that cannot
// be, as an [incident.Error].
func NewPlan(s Schedule) (*Plan, error) {
	p := &Plan{}
	var err error
	if p.holidays, err = newHolidays(s.Holidays); err != nil {
		return nil, err
	}
	for n, l := range s.Layers {
		ready, err := newLayer(fmt.Sprintf("layers.%d", n), l, s.Timezone)
		if err != nil {
			return nil, err
		}
		ready.holidays = p.holidays
		p.layers = append(p.layers, ready)
	}
	if p.loc, err = time.LoadLocation(s.Timezone); err != nil || s.Timezone == "" {
		return nil, incident.FieldError("timezone", "%q is no time zone; use a name such as Asia/Jakarta.", s.Timezone)
	}
	slices.Reverse(p.layers)
	for n, o := range s.Overrides {
		if o.Person == "" || !o.From.Before(o.Until) {
			return nil, incident.FieldError(fmt.Sprintf("overrides.%d", n), "An override needs a person, and ends after it begins.")
		}
	}
	for n, o := range s.Shadows {
		if o.Person == "" || o.Until.IsZero() || o.Person == o.Of || n == maxShadows {
			return nil, incident.FieldError(fmt.Sprintf("shadows.%d", n), "Who learns is a person, shadows somebody else, and does so until a time; at most %d do.", maxShadows)
		}
	}
	p.shadows = slices.Clone(s.Shadows)
	p.overrides = slices.Clone(s.Overrides)
	slices.Reverse(p.overrides) // the one that was made last counts
	return p, nil
}

func newLayer(field string, l Layer, zone string) (out layer, err error) {
	if l.Timezone != "" {
		zone = l.Timezone
	}
	if out.loc, err = time.LoadLocation(zone); err != nil || zone == "" {
		return out, incident.FieldError(field+".timezone", "%q is no time zone; use a name such as Asia/Jakarta.", zone)
	}
	switch {
	case len(l.People) == 0 || len(l.People) > maxPeople || slices.Contains(l.People, ""):
		return out, incident.FieldError(field+".people", "A rotation has 1 to %d people.", maxPeople)
	case l.Unit.hours() == 0:
		return out, incident.FieldError(field+".unit", "A turn is counted in hours, days or weeks: hour, day, week.")
	case l.Turn < 1 || l.Turn > maxTurn:
		return out, incident.FieldError(field+".turn", "A turn lasts 1 to %d of its units.", maxTurn)
	case len(l.Hours) > maxWindows:
		return out, incident.FieldError(field+".hours", "A rotation has at most %d windows of hours.", maxWindows)
	}
	if out.start, err = parseWall(l.Start); err != nil {
		return out, incident.FieldError(field+".start", "%q is no time such as 2027-03-01T09:00.", l.Start)
	}
	if l.End != "" {
		if out.end, err = parseWall(l.End); err != nil || out.end <= out.start {
			return out, incident.FieldError(field+".end", "%q is no time after the start, such as 2027-03-01T09:00.", l.End)
		}
		out.terminates = out.end.in(out.loc)
	}
	for n, w := range l.Hours {
		ready, err := newWindow(fmt.Sprintf("%s.hours.%d", field, n), w)
		if err != nil {
			return out, err
		}
		out.hours = append(out.hours, ready)
	}
	out.people, out.turn, out.begins = slices.Clone(l.People), wall(l.Turn*l.Unit.hours())*hour, out.start.in(out.loc)
	return out, nil
}

func newWindow(field string, w Times) (out window, err error) {
	if out.from, err = clock(w.From); err != nil || out.from == day {
		return out, incident.FieldError(field+".from", "%q is no time of day such as 09:00.", w.From)
	}
	if out.to, err = clock(w.To); err != nil {
		return out, incident.FieldError(field+".to", "%q is no time of day such as 17:00.", w.To)
	}
	if out.to <= out.from {
		out.to += day
	}
	for _, d := range w.Days {
		if d < time.Sunday || d > time.Saturday {
			return out, incident.FieldError(field+".days", "A day of the week is 0 (Sunday) to 6.")
		}
		out.days[d] = true
	}
	if len(w.Days) == 0 {
		out.days = [7]bool{true, true, true, true, true, true, true}
	}
	return out, nil
}

// clock reads a time of day as seconds since midnight.
func clock(s string) (wall, error) {
	if s == "24:00" {
		return day, nil
	}
	t, err := time.Parse("15:04", s)
	return wall(t.Hour())*hour + wall(t.Minute())*60, err
}

// At is who is on call at a moment; empty if nobody is.
func (p *Plan) At(t time.Time) string {
	person, _ := p.at(t)
	return person
}

// at is who is on call, and whether by an override.
func (p *Plan) at(t time.Time) (person string, override bool) {
	for n := range p.layers {
		if person = p.layers[n].at(t); person != "" {
			break
		}
	}
	for n := range p.overrides {
		if o := &p.overrides[n]; o.covers(t) && (o.For == "" || o.For == person) {
			return o.Person, true
		}
	}
	return person, false
}

// Shadows are those who learn at a moment: of whoever is on call, or of that
// person. Nobody shadows themselves, or a gap.
func (p *Plan) Shadows(t time.Time) []string {
	if len(p.shadows) == 0 {
		return nil
	}
	on := p.At(t)
	var out []string
	for _, o := range p.shadows {
		if on != "" && t.Before(o.Until) && o.Person != on && (o.Of == "" || o.Of == on) {
			out = append(out, o.Person)
		}
	}
	return out
}

func (o *Override) covers(t time.Time) bool { return !t.Before(o.From) && t.Before(o.Until) }

// at is whose turn it is; empty outside of the rotation and of its hours.
func (l *layer) at(t time.Time) string {
	if t.Before(l.begins) || !l.terminates.IsZero() && !t.Before(l.terminates) || !l.open(t) {
		return ""
	}
	return l.people[int(l.turnAt(t)%wall(len(l.people)))]
}

// turnAt is the number of the turn at a moment not before the first.
func (l *layer) turnAt(t time.Time) wall {
	n := max(0, floorDiv(wallOf(t, l.loc)-l.start, l.turn))
	for l.turnBegins(n+1).Compare(t) <= 0 { // the clock was set back and shows the hour before again
		n++
	}
	for n > 0 && l.turnBegins(n).After(t) {
		n--
	}
	return n
}

func (l *layer) turnBegins(n wall) time.Time { return (l.start + n*l.turn).in(l.loc) }

// open reports whether a moment lies within the hours.
func (l *layer) open(t time.Time) bool {
	if len(l.hours) == 0 {
		return true
	}
	for from, to := range l.spans(t, 1) {
		if !t.Before(from) && t.Before(to) {
			return true
		}
	}
	return false
}

// spans gives the windows of the days around a moment, from the day before to
// some days ahead: at least one, since clocks may be set back over midnight.
func (l *layer) spans(t time.Time, ahead wall) func(yield func(from, to time.Time) bool) {
	return func(yield func(from, to time.Time) bool) {
		today := wallOf(t, l.loc).midnight()
		for d := today - day; d <= today+ahead*day; d += day {
			for n := range l.hours {
				w := &l.hours[n]
				if w.days[l.weekday(d)] && !yield((d+w.from).in(l.loc), (d+w.to).in(l.loc)) {
					return
				}
			}
		}
	}
}

// weekday of a midnight as the hours have it: a holiday is a Sunday.
func (l *layer) weekday(d wall) time.Weekday {
	if l.holidays[d] {
		return time.Sunday
	}
	return d.weekday()
}

// daysAhead is how far next looks for hours: every window comes once a week.
const daysAhead = 8

// next is the first moment after t at which something may change; zero if
// nothing ever does.
func (p *Plan) next(t time.Time) time.Time {
	var first time.Time
	take := func(at time.Time) {
		if at.After(t) && (first.IsZero() || at.Before(first)) {
			first = at
		}
	}
	for n := range p.layers {
		l := &p.layers[n]
		take(l.begins)
		if t.Before(l.begins) {
			continue
		}
		take(l.terminates)
		if !l.terminates.IsZero() && !t.Before(l.terminates) {
			continue
		}
		for turn := l.turnAt(t) + 1; ; turn++ {
			if at := l.turnBegins(turn); at.After(t) {
				take(at)
				break
			}
		}
		for from, to := range l.spans(t, daysAhead) {
			take(from)
			take(to)
		}
		if len(l.hours) > 0 && len(l.holidays) > 0 { // which may leave out all windows of these days
			take((wallOf(t, l.loc).midnight() + daysAhead*day).in(l.loc))
		}
	}
	for n := range p.overrides {
		take(p.overrides[n].From)
		take(p.overrides[n].Until)
	}
	return first
}
