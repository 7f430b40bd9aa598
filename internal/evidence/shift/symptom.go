package shift

import (
	"math"
	"slices"
	"strings"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// symptom is how one service did in one respect (latency or errors) from the
// onset on, on a grid of steps of time that all services share, as far as it
// is more than usual.
type symptom struct {
	excess  []float64 // more than before, for each answer, by step; NaN where unknown
	mass    []float64 // the same in all answers of the step, never negative: seconds waited, requests failed
	rate    float64   // usual answers in a step, 1 if unknown
	counted bool      // rate is known
	noise   float64   // what excess reaches by chance, as a standard deviation
	visible float64   // the least excess that would be seen above chance
	worst   float64   // mean of the two largest excesses: two that agree say more than the larger; never negative
	sigmas  float64   // how far worst is beyond chance, at most maxScore
}

// grid is the common time axis: steps before the onset and after it.
type grid struct {
	onset  time.Time
	step   time.Duration
	before int
	after  int
}

// gridFor lays a grid over the points near the onset. Its step is the usual one
// of most series; a point without a value still tells the step.
func gridFor(series map[string][]incident.Series, onset time.Time, horizon time.Duration) grid {
	first, last := onset, onset
	var steps []float64
	for _, siblings := range series {
		for _, s := range siblings {
			n := len(s.Points)
			if n < 2 {
				continue
			}
			if d := step(s.Points); d > 0 {
				steps = append(steps, float64(d))
			}
			if f := s.Points[0].At; f.Before(first) {
				first = f
			}
			if l := s.Points[n-1].At; l.After(last) {
				last = l
			}
		}
	}
	g := grid{onset: onset, step: time.Minute}
	if len(steps) > 0 {
		g.step = max(time.Duration(median(steps)), time.Second)
	}
	span := func(d time.Duration) int { return int(min(d, horizon)/g.step) + 1 }
	g.before, g.after = span(onset.Sub(first)), span(last.Sub(onset))
	return g
}

// cell is the step in which a point lies; negative ones are before the onset.
// A point speaks for the step that begins with it: one whose middle is before
// the onset is before it.
func (g grid) cell(t time.Time) int {
	return int(math.Floor(float64(t.Sub(g.onset))/float64(g.step) + 0.5))
}

// lay returns the mean of the points in each cell, NaN where there is none,
// beginning g.before cells ahead of the onset.
func (g grid) lay(points []incident.Point) []float64 {
	sum, n := make([]float64, g.before+g.after), make([]int, g.before+g.after)
	for _, p := range points {
		if i := g.cell(p.At) + g.before; i >= 0 && i < len(sum) {
			sum[i] += p.Value
			n[i]++
		}
	}
	for i := range sum {
		if n[i] == 0 {
			sum[i] = math.NaN()
		} else {
			sum[i] /= float64(n[i])
		}
	}
	return sum
}

// rows is what is known of one service in one respect.
type rows struct {
	now, normal []float64 // of its series together; now on the grid
	calls       []float64 // on the grid, nil if unknown
	fraction    bool      // now and normal are shares of calls
}

// symptomOf measures a service's symptom, or says that it cannot.
func (g grid) symptomOf(r rows) (*symptom, bool) {
	before, after := finite(r.now[:g.before]), r.now[g.before:]
	usual := median(before)
	if len(before) == 0 {
		usual = median(r.normal)
	}
	if math.IsNaN(usual) || len(finite(after)) == 0 {
		return nil, false
	}
	s := &symptom{rate: 1, excess: make([]float64, len(after)), mass: make([]float64, len(after))}
	if m := median(finite(r.calls)); m > 0 {
		s.rate, s.counted = m, true
	}
	first, second := -1, -1 // steps with the largest excess
	for i, v := range after {
		s.excess[i] = v - usual
		if math.IsNaN(v) {
			continue
		}
		s.mass[i] = max(0, s.excess[i]) * s.callsIn(r, g.before+i)
		switch {
		case first < 0 || s.excess[i] > s.excess[first]:
			first, second = i, first
		case second < 0 || s.excess[i] > s.excess[second]:
			second = i
		}
	}
	if second < 0 {
		second = first
	}
	s.noise = g.noise(r, usual, len(before))
	s.visible = 3 * s.noise
	if r.fraction && r.calls != nil {
		s.visible = max(s.visible, 2/s.rate)
	}
	if s.worst = max(0, (s.excess[first]+s.excess[second])/2); s.worst == 0 {
		return s, true
	}
	s.sigmas = min(s.worst/s.noise, maxScore) // a noise of 0 gives the most
	if r.fraction && r.calls != nil {
		calls := s.callsIn(r, g.before+first)
		failed := after[first] * calls
		if second != first {
			more := s.callsIn(r, g.before+second)
			calls, failed = calls+more, failed+after[second]*more
		}
		s.sigmas = min(s.sigmas, failures(failed, calls*r.usualShare(usual, s.rate)))
	}
	return s, true
}

// callsIn is how many answers a step had, the usual number if that is unknown.
func (s *symptom) callsIn(r rows, cell int) float64 {
	if r.calls == nil || math.IsNaN(r.calls[cell]) {
		return s.rate
	}
	return r.calls[cell]
}

// usualShare is the share of calls that fail in normal operation, never 0:
// what was never seen to fail in n calls may still fail once in 2n.
func (r rows) usualShare(before, rate float64) float64 {
	calls := rate * float64(len(r.normal)+2)
	return max(before, (sum(r.normal)/float64(max(len(r.normal), 1))*calls+0.5)/(calls+1))
}

// failures is how surprising n failures are where so many are expected, in
// sigmas: the signed root of the deviance of a Poisson count. One failure
// where there is never any says more than one of a dozen.
func failures(n, expected float64) float64 {
	if n <= expected {
		return 0
	}
	return min(math.Sqrt(2*(n*math.Log(n/expected)-(n-expected))), maxScore)
}

// noise is how far a step strays from the median of the few steps before the
// onset when nothing is wrong. It is read from normal operation in just that
// way, with the tails taken as seriously as the middle, and scaled to the
// present level; without normal operation it is the spread before the onset.
func (g grid) noise(r rows, usual float64, k int) float64 {
	floor := 0.02 * math.Abs(usual) // nothing in production is steadier
	if r.fraction {
		floor = 0.001
		if r.calls == nil {
			floor = 0.01
		}
	}
	strays := straysOf(r.normal, min(max(k, 1), 4))
	if len(strays) < 20 {
		before := finite(r.now[:g.before])
		if len(before) < minBefore {
			return max(floor, 0.1*math.Abs(usual))
		}
		return max(floor, quiet(before, 0))
	}
	slices.Sort(strays)
	s := max(madToSigma*sortedQuantile(strays, 0.5), sortedQuantile(strays, 0.99)/2.58)
	if level := median(r.normal); !r.fraction && level > 0 && usual > 0 {
		s *= min(max(usual/level, 0.2), 5)
	}
	return max(floor, s)
}

// straysOf is how far each value and the second after it are from the median of
// the k values (at most 4) before.
func straysOf(v []float64, k int) []float64 {
	if len(v) <= k {
		return nil
	}
	out := make([]float64, 0, 2*(len(v)-k))
	var last [4]float64
	for i := k; i < len(v); i++ {
		copy(last[:k], v[i-k:i])
		slices.Sort(last[:k])
		usual := sortedQuantile(last[:k], 0.5)
		out = append(out, math.Abs(v[i]-usual))
		if i+2 < len(v) {
			out = append(out, math.Abs(v[i+2]-usual))
		}
	}
	return out
}

func finite(v []float64) []float64 {
	out := make([]float64, 0, len(v))
	for _, x := range v {
		if !math.IsNaN(x) && !math.IsInf(x, 0) {
			out = append(out, x)
		}
	}
	return out
}

// preferred says how well a series stands for the whole of a service: the
// mean adds up along calls, a median less so, a far percentile hardly.
func preferred(s incident.Series) int {
	var text strings.Builder
	text.WriteString(strings.Join(parts(s.Name), " "))
	for _, key := range []string{"stat", "statistic", "quantile", "percentile"} {
		text.WriteString(" " + strings.Join(parts(s.Labels[key]), " "))
	}
	best := 2 // nothing said: taken for a mean
	for w := range strings.FieldsSeq(text.String()) {
		switch w {
		case "mean", "avg", "average", "sum":
			return 3
		case "p50", "50", "median":
			best = 1
		case "p75", "p90", "p95", "p99", "90", "95", "99", "max", "min", "999":
			best = 0
		}
	}
	return best
}
