package shift

import (
	"math"
	"slices"
	"strings"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// sign is what a series shows, before its place is considered.
type sign struct {
	Shift
	strength float64 // 0 to 1
	better   bool    // it moved to the good side
}

// sign looks for a change near the onset, then anywhere, then for limits that
// were crossed without a jump: a certificate that ended, a disk that filled
// steadily, a series that stopped.
func (in *inquiry) sign(s incident.Series, c Class) (sign, []Reason, bool) {
	if c == Certificate {
		return in.certificate(s)
	}
	if found, reasons, ok := in.full(s, c); ok {
		return found, reasons, true
	}
	o := Options{Baseline: in.baseline[identity(s)]}
	if !in.onset.IsZero() {
		o.Between = incident.Window{From: in.onset.Add(-30 * time.Minute), To: in.onset.Add(15 * time.Minute)}
	}
	found, ok := Detect(s, o)
	if !ok && !in.onset.IsZero() {
		o.Between = incident.Window{}
		found, ok = Detect(s, o)
	}
	if !ok {
		return in.stopped(s)
	}
	out := sign{Shift: found, strength: strength(found)}
	if c == Restarts || c == Version {
		out.strength = max(out.strength, 0.8) // events: the size of the step says little
	}
	out.better = (found.Direction == Up) == inverse(s, c) && c != Version && c != Traffic && c != Other
	return out, []Reason{reasonFor(s.Name, c, found)}, true
}

// strength joins how clear and how large a change is. Fifty spreads are as
// clear as any more, and any number of them is no trouble where the level moved
// by a thousandth.
func strength(s Shift) float64 {
	relative := 1.0
	if larger := max(math.Abs(s.Before), math.Abs(s.After)); larger > 0 {
		relative = min(1, math.Abs(s.After-s.Before)/larger)
	}
	return min(1, math.Log1p(s.Score)/math.Log1p(50)) * min(1, relative/0.2)
}

func reasonFor(metric string, c Class, s Shift) Reason {
	switch {
	case c == Restarts && (strings.Contains(metric, "start_time") || strings.Contains(metric, "boot_time")):
		return Reason{Code: Restarted, Value: 1} // a moment moved: once at least
	case c == Restarts:
		return Reason{Code: Restarted, Value: max(0, s.After-s.Before), Limit: s.Before}
	case c == Version:
		return Reason{Code: VersionChanged, Value: s.After, Limit: s.Before}
	case c == Traffic && s.Direction == Up:
		return Reason{Code: TrafficSurged, Value: s.Factor}
	case c == Traffic:
		return Reason{Code: TrafficDropped, Value: s.Factor}
	case s.Direction == Up:
		return Reason{Code: Rose, Value: s.After, Limit: s.Before}
	default:
		return Reason{Code: Fell, Value: s.After, Limit: s.Before}
	}
}

// nearlyFull is the share of a limit at which things begin to fail.
const nearlyFull = 0.9

// full recognises a level at its limit. The limit is 1 for a ratio, 100 for
// percent, or a sibling series that says so (pool_max beside pool_used).
func (in *inquiry) full(s incident.Series, c Class) (sign, []Reason, bool) {
	if c != Saturation {
		return sign{}, nil, false
	}
	limit := in.limitFor(s)
	points := clean(s.Points)
	if limit <= 0 || len(points) <= minBefore {
		return sign{}, nil, false
	}
	level := func(p incident.Point) float64 {
		if inverse(s, c) {
			return 1 - p.Value/limit
		}
		return p.Value / limit
	}
	levels := make([]float64, len(points))
	for i, p := range points {
		levels[i] = level(p)
	}
	now := min(levels[len(levels)-1], levels[len(levels)-2]) // one point is a spike until the next one agrees
	crossed := slices.IndexFunc(levels, func(l float64) bool { return l >= nearlyFull })
	if now < nearlyFull || crossed < minBefore {
		return sign{}, nil, false // or it was so all along
	}
	before, after := median(levels[:crossed]), median(levels[crossed:])
	if jitter := noise(levels[:crossed]); after-before < 3*jitter || after-slices.Max(levels[:crossed]) < jitter/2 {
		return sign{}, nil, false // it is as restless as ever, and touched the limit for once
	}
	// In the measure's own unit, as Detect gives it.
	value := func(level float64) float64 { return level * limit }
	direction := Up
	if inverse(s, c) {
		value = func(level float64) float64 { return (1 - level) * limit }
		direction = Down
	}
	out := sign{strength: 0.9, Shift: Shift{
		At: points[crossed].At, Before: value(before), After: value(after), Factor: factor(value(before), value(after)),
		Direction: direction, Score: math.Abs(after-before) / quiet(levels[:crossed], after-before),
	}}
	if d, ok := Detect(s, Options{}); ok && (d.Direction == Up) != inverse(s, c) {
		out.Shift = d
	}
	out.strength = max(out.strength, strength(out.Shift))
	return out, []Reason{{Code: Saturated, Value: now * limit, Limit: limit}}, true
}

// certificate tells whether a certificate was past its end, even if it was
// renewed since.
func (in *inquiry) certificate(s incident.Series) (sign, []Reason, bool) {
	points := clean(s.Points)
	if len(points) == 0 {
		return sign{}, nil, false
	}
	ended := slices.IndexFunc(points, func(p incident.Point) bool {
		end, ok := endOf(s, p)
		return ok && !end.After(p.At)
	})
	if ended < 0 {
		return sign{}, nil, false // valid all along: a duty, not a cause
	}
	end, _ := endOf(s, points[ended])
	reference := in.onset
	if reference.IsZero() {
		reference = points[ended].At
	}
	out := sign{strength: 1, Shift: Shift{At: end, Before: points[0].Value, After: points[ended].Value, Direction: Down, Score: maxScore}}
	return out, []Reason{{Code: CertificateEnds, Seconds: end.Sub(reference).Seconds()}}, true
}

// endOf is when a certificate ends by one point: a moment as Unix seconds, or
// the seconds or days that are left.
func endOf(s incident.Series, p incident.Point) (time.Time, bool) {
	switch days := strings.Contains(strings.ToLower(s.Name), "days") || s.Unit == "days" || s.Unit == "d"; {
	case p.Value > 1e12: // beyond what a time can be
		return time.Time{}, false
	case p.Value > 1e9:
		return time.Unix(int64(p.Value), 0).UTC(), true
	case days:
		return p.At.Add(time.Duration(p.Value * float64(day))), true
	default:
		return p.At.Add(time.Duration(p.Value * float64(time.Second))), true
	}
}

// stopped recognises a series that has no points any more while others do.
func (in *inquiry) stopped(s incident.Series) (sign, []Reason, bool) {
	points := clean(s.Points)
	if len(points) <= minBefore {
		return sign{}, nil, false
	}
	last := points[len(points)-1]
	silence := in.Until.Sub(last.At)
	if usual := step(points); usual <= 0 || silence < 5*usual || silence < time.Minute {
		return sign{}, nil, false
	}
	at := last.At.Add(step(points))
	out := sign{strength: 0.5, Shift: Shift{At: at, Before: median(values(points)), Direction: Down}}
	return out, []Reason{{Code: StoppedReporting, Seconds: at.Sub(in.onset).Seconds()}}, true
}
