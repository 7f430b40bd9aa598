package oncall

import "time"

// Hours is time on call by what kind of time it is, in the schedule's zone. The
// kinds do not overlap: what lies on a holiday counts as that alone, then what
// lies on a Saturday or Sunday; of the rest, night is from 22:00 to 06:00.
type Hours struct {
	Weekday time.Duration
	Night   time.Duration
	Weekend time.Duration
	Holiday time.Duration
}

// Total is the sum of all kinds.
func (h Hours) Total() time.Duration { return h.Weekday + h.Night + h.Weekend + h.Holiday }

func (h *Hours) add(o Hours) {
	h.Weekday += o.Weekday
	h.Night += o.Night
	h.Weekend += o.Weekend
	h.Holiday += o.Holiday
}

const (
	nightEnds   = 6 * hour
	nightBegins = 22 * hour
)

// Hours says how long each person is on call from one moment to another; under
// the empty name how long nobody is. In a night in which the clocks change
// there are as many hours as there really were.
func (p *Plan) Hours(from, until time.Time) map[string]Hours {
	out := map[string]Hours{}
	for _, sh := range p.Shifts(from, until) {
		h := out[sh.Person]
		h.add(p.kinds(sh.From, sh.Until))
		out[sh.Person] = h
	}
	return out
}

// kinds tells the time between two moments apart by its kind.
func (p *Plan) kinds(from, until time.Time) (h Hours) {
	for d := wallOf(from, p.loc).midnight() - day; d.in(p.loc).Before(until); d += day {
		night, morning, evening, end := d.in(p.loc), (d + nightEnds).in(p.loc), (d + nightBegins).in(p.loc), (d + day).in(p.loc)
		whole := shared(night, end, from, until)
		switch weekday := d.weekday(); {
		case p.holidays[d]:
			h.Holiday += whole
		case weekday == time.Saturday || weekday == time.Sunday:
			h.Weekend += whole
		default:
			daylight := shared(morning, evening, from, until)
			h.Weekday += daylight
			h.Night += whole - daylight
		}
	}
	return h
}

// shared is how long two spans of time overlap.
func shared(a, b, from, until time.Time) time.Duration {
	if a.Before(from) {
		a = from
	}
	if b.After(until) {
		b = until
	}
	return max(0, b.Sub(a))
}

// OutOfHours reports whether a moment lies at night, on a weekend or on a
// holiday.
func (p *Plan) OutOfHours(t time.Time) bool {
	return p.kinds(t, t.Add(1)).Weekday == 0
}
