package shift

import (
	"math"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// minBefore is how many points must come before a change: with fewer there is
// no telling what was normal (RobustScorer asks for as many).
const minBefore = 4

// Direction says which way a series moved.
type Direction string

const (
	Up   Direction = "up"
	Down Direction = "down"
)

// Shift is a change of level of one series.
type Shift struct {
	At        time.Time `json:"at"`        // the first point at the new level
	Before    float64   `json:"before"`    // median before, at this time of day if that is known
	After     float64   `json:"after"`     // median after
	Factor    float64   `json:"factor"`    // After/Before; 0 where that has no meaning (from zero, across zero)
	Direction Direction `json:"direction"` //
	Score     float64   `json:"score"`     // distance of After from Before in spreads of the time before
	P         float64   `json:"p"`         // chance of seeing such a change anywhere in a series without one
}

// Options says what is normal and what is asked. The zero value searches the
// whole series and takes what came before the change as normal.
type Options struct {
	// Baseline is the same quantity in normal operation, earlier. Two days
	// or more of it teach the daily pattern, which is then no change. A
	// series that reaches back three days or more teaches itself.
	Baseline []incident.Point
	// Between bounds the moment of change, where it is known roughly.
	// Either end may be zero.
	Between incident.Window
	// MinScore is the least Score of a change; 0 means 3.
	MinScore float64
	// MaxP is the largest P of a change; 0 means 0.01.
	MaxP float64
}

// Detect finds the moment at which the level of a series changed most
// clearly, and whether it did. A change may have ended since: the search is
// for a stretch that stands out from all that came before it.
//
// It maximises a likelihood ratio of two levels over every start and a few
// lengths (a CUSUM with unknown moment), on values compressed by asinh so that
// single spikes weigh little and large jumps still more than small ones. The
// strength is then measured on the plain values as BARO's RobustScorer does:
// the deviation from the median before in units of the spread before. Values
// that are not finite are ignored and raw counters are read as rates. The
// result does not depend on unit or offset of the values.
func Detect(s incident.Series, o Options) (Shift, bool) {
	points := rate(s.Name, clean(s.Points))
	baseline := rate(s.Name, clean(o.Baseline))
	if len(baseline) == 0 {
		baseline = ownBaseline(points)
	}
	points = thin(points, maxPoints)
	if len(points) <= minBefore {
		return Shift{}, false
	}
	level := dailyPattern(baseline).subtract(points)
	seg, ok := search(points, level, o.Between)
	if !ok {
		return Shift{}, false
	}
	seg.walkBack(level, points, o.Between)
	out, ok := measure(points, level, seg)
	if !ok {
		return Shift{}, false
	}
	minScore, maxP := 3.0, 0.01
	if o.MinScore > 0 {
		minScore = o.MinScore
	}
	if o.MaxP > 0 {
		maxP = o.MaxP
	}
	if seg.end-seg.start < 2 {
		minScore *= 2 // one point is a spike until the next one agrees
	}
	return out, out.Score >= minScore && out.P <= maxP
}

// measure describes the change to a segment.
func measure(points []incident.Point, level []float64, seg segment) (Shift, bool) {
	before, after := level[:seg.start], level[seg.start:seg.end]
	delta := rise(before, after)
	if delta == 0 {
		return Shift{}, false
	}
	out := Shift{
		At:        points[seg.start].At,
		After:     median(values(points[seg.start:seg.end])),
		Direction: Up,
		Score:     math.Abs(delta) / quiet(before, delta),
		P:         max(seg.p, surprise(before, after, delta, len(level))),
	}
	if delta < 0 {
		out.Direction = Down
	}
	out.Before = median(before) + out.After - median(after) // what this time of day usually has
	out.Factor = factor(out.Before, out.After)
	return out, true
}

// segment is a stretch of points, start included, end not, that stands out
// from all points before it.
type segment struct {
	start, end int
	p          float64
}

// search finds the segment with the largest likelihood ratio.
func search(points []incident.Point, level []float64, between incident.Window) (segment, bool) {
	unit := noise(level)
	if unit <= 0 || math.IsInf(unit, 0) {
		return segment{}, false
	}
	n := len(level)
	y := make([]float64, n)
	sum := make([]float64, n+1) // sum[i] is the sum of y before i
	middle := median(level)
	for i, v := range level {
		y[i] = math.Asinh((v - middle) / unit)
		sum[i+1] = sum[i] + y[i]
	}
	best, bestRatio := segment{}, 0.0
	for i := minBefore; i < n; i++ {
		if !within(points[i].At, between) {
			continue
		}
		before := sum[i] / float64(i)
		for length := min(2, n-i); ; length = min(2*length, n-i) {
			jump := (sum[i+length]-sum[i])/float64(length) - before
			ratio := math.Abs(jump) * math.Sqrt(float64(i*length)/float64(i+length))
			if ratio > bestRatio {
				best, bestRatio = segment{start: i, end: i + length}, ratio
			}
			if length == n-i {
				break
			}
		}
	}
	if bestRatio == 0 {
		return segment{}, false
	}
	best.p = significance(bestRatio, y[:best.start], y[best.start:best.end], n)
	return best, true
}

// walkBack moves the start to the first of the points before it that are
// already out of the normal range in the same direction: the likelihood
// ratio finds the middle of a ramp, an investigator wants its beginning.
func (s *segment) walkBack(level []float64, points []incident.Point, between incident.Window) {
	before := level[:s.start]
	normal := median(before)
	delta := median(level[s.start:s.end]) - normal
	reach := 3 * quiet(before, delta)
	for s.start > minBefore && within(points[s.start-1].At, between) {
		d := level[s.start-1] - normal
		if d*delta <= 0 || math.Abs(d) <= reach {
			return
		}
		s.start--
	}
}

func factor(before, after float64) float64 {
	if before == 0 || before*after < 0 {
		return 0
	}
	if f := after / before; !math.IsInf(f, 0) {
		return f
	}
	return 0
}

// within says whether t lies in the window, whose zero ends are open.
func within(t time.Time, w incident.Window) bool {
	return (w.From.IsZero() || !t.Before(w.From)) && (w.To.IsZero() || t.Before(w.To))
}
