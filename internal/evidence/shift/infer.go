package shift

import (
	"math"
	"slices"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// inferGraph guesses who calls whom from latencies in normal operation, for
// teams that have not said. What a dependency's answers take longer, its
// callers' take longer too, one for one, times the calls: so a caller's time
// follows a dependency's with a slope near one, and by more than chance. What
// two services have in common for another reason seldom has that slope. A
// service and one that merely passes its answers on follow each other both
// ways; then the one that is called more often (retries) is the dependency.
func inferGraph(baseline []incident.Series, step time.Duration) Graph {
	kinds := sortOut(baseline)
	latency, traffic := kinds[Latency], kinds[Traffic]
	h := historyGrid(latency, step)
	var all []strays
	for service, siblings := range latency {
		row, _ := h.combine(siblings, Latency)
		s := strays{service: service, calls: 1}
		if t := traffic[service]; len(t) > 0 {
			calls, _ := h.combine(t, Traffic)
			if c := median(finite(calls)); c > 0 {
				s.calls = c
			}
		}
		if s.read(row) {
			all = append(all, s)
		}
	}
	graph := Graph{}
	for i := range all {
		for j := i + 1; j < len(all); j++ {
			a, b := &all[i], &all[j]
			ab, ba := follows(a, b), follows(b, a)
			switch {
			case ab && (!ba || b.calls > a.calls):
				graph[a.service] = append(graph[a.service], b.service)
			case ba && (!ab || a.calls > b.calls):
				graph[b.service] = append(graph[b.service], a.service)
			}
		}
	}
	for _, to := range graph {
		slices.Sort(to)
	}
	return graph
}

// strays is a service's time spent, step by step, as deviations from its
// usual, with the extremes cut so that one bad hour does not decide.
type strays struct {
	service string
	calls   float64
	mass    []float64 // NaN where unknown
}

func (s *strays) read(row []float64) bool {
	known := finite(row)
	if len(known) < 100 {
		return false
	}
	usual, width := median(known), 4*spread(known)
	if width == 0 {
		return false
	}
	s.mass = make([]float64, len(row))
	for i, v := range row {
		s.mass[i] = min(max(v-usual, -width), width) * s.calls
	}
	return true
}

// follows says whether a's time follows b's as a caller's does.
func follows(a, b *strays) bool {
	var n, sa, sb, saa, sbb, sab float64
	for i, x := range a.mass {
		y := b.mass[i]
		if math.IsNaN(x) || math.IsNaN(y) {
			continue
		}
		n++
		sa, sb, saa, sbb, sab = sa+x, sb+y, saa+x*x, sbb+y*y, sab+x*y
	}
	if n < 100 {
		return false
	}
	vb, va, cov := sbb-sb*sb/n, saa-sa*sa/n, sab-sa*sb/n
	if vb <= 0 || va <= 0 {
		return false
	}
	slope := cov / vb
	residual := max(va-slope*cov, 0) / (n - 2)
	return slope > 0.5 && slope < 1.5 && slope > 8*math.Sqrt(residual/vb)
}
