package shift

import (
	"math"
	"slices"
	"strings"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// symptom is how one service did in one respect (latency or errors) around
// the onset, on a grid of equal steps of time that all services share, as
// far more than usual: time spent waiting or requests failed.
type symptom struct {
	service string
	excess  []float64 // more than before, for each answer; by step after the onset, NaN where unknown
	calls   []float64 // answers in that step; nil where unknown
	usual   float64   // level before
	noise   float64   // what excess reaches by chance, as a standard deviation
}

// grid is the common time axis: steps before the onset and after it.
type grid struct {
	onset  time.Time
	step   time.Duration
	before int
	after  int
}

// gridFor lays a grid over the points near the onset. Its step is the usual
// one of the series, the largest of them, so that each has a point a step.
func gridFor(series []incident.Series, onset time.Time, horizon time.Duration) grid {
	g := grid{onset: onset, step: time.Second}
	first, last := onset, onset
	for _, s := range series {
		if len(s.Points) < 2 {
			continue
		}
		g.step = max(g.step, step(clean(s.Points)))
		if f := s.Points[0].At; f.Before(first) {
			first = f
		}
		if l := s.Points[len(s.Points)-1].At; l.After(last) {
			last = l
		}
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

// rows is everything that is known of one service in one respect.
type rows struct {
	now, normal []float64 // combined over its series, now on the grid
	calls       []float64 // on the grid, nil if unknown
}

// symptomOf measures a service's symptom, or says that it cannot.
func (g grid) symptomOf(service string, r rows, fraction bool) (symptom, bool) {
	before, after := finite(r.now[:g.before]), r.now[g.before:]
	if len(finite(after)) == 0 {
		return symptom{}, false
	}
	usual := median(before)
	if len(before) == 0 {
		if len(r.normal) == 0 {
			return symptom{}, false
		}
		usual = median(r.normal)
	}
	s := symptom{service: service, usual: usual, excess: make([]float64, len(after))}
	for i, v := range after {
		s.excess[i] = v - usual
	}
	if r.calls != nil {
		s.calls = r.calls[g.before:]
	}
	s.noise = g.noise(r, usual, len(before), fraction)
	return s, true
}

// noise is how far a step strays from the median of the few steps before the
// onset when nothing is wrong. It is read from normal operation in just that
// way, with the tails taken as seriously as the middle, and scaled to the
// present level; without normal operation it is the spread before the onset.
func (g grid) noise(r rows, usual float64, k int, fraction bool) float64 {
	floor := 0.02 * math.Abs(usual) // nothing in production is steadier
	if fraction {
		floor = 0.002
		if calls := median(finite(r.calls)); calls > 0 {
			floor = max(floor, 1/calls) // one failure more or less is chance
		}
	}
	k = min(max(k, 1), 4)
	strays := make([]float64, 0, len(r.normal))
	for i := k; i < len(r.normal); i++ {
		for _, lag := range []int{0, 2} {
			if i+lag < len(r.normal) {
				strays = append(strays, math.Abs(r.normal[i+lag]-median(r.normal[i-k:i])))
			}
		}
	}
	if len(strays) < 20 {
		before := finite(r.now[:g.before])
		if len(before) < minBefore {
			return max(floor, 0.1*math.Abs(usual))
		}
		return max(floor, quiet(before, 0))
	}
	slices.Sort(strays)
	s := max(madToSigma*sortedQuantile(strays, 0.5), sortedQuantile(strays, 0.99)/2.58)
	if level := median(r.normal); !fraction && level > 0 && usual > 0 {
		s *= min(max(usual/level, 0.2), 5)
	}
	return max(floor, s)
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
	text := strings.Join(parts(s.Name), " ")
	for _, key := range []string{"stat", "statistic", "quantile", "percentile"} {
		text += " " + strings.Join(parts(s.Labels[key]), " ")
	}
	best := 2 // nothing said: taken for a mean
	for _, w := range strings.Fields(text) {
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
