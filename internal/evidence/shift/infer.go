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
			if from, to := caller(a, b); from != "" {
				graph[from] = append(graph[from], to)
			}
		}
	}
	for _, to := range graph {
		slices.Sort(to)
	}
	return graph
}

// caller says which of two services calls the other, if either seems to.
func caller(a, b *strays) (from, to string) {
	ab, ba := follows(a, b), follows(b, a)
	switch {
	case ab == 0 && ba == 0:
		return "", ""
	case ba == 0, ab > 0 && b.calls > a.calls, ab > ba && b.calls == a.calls:
		return a.service, b.service
	case ab == 0, a.calls > b.calls, ba > ab:
		return b.service, a.service
	default:
		return "", "" // they follow each other and nothing tells them apart
	}
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

// follows says whether a's time follows b's as a caller's does: 0 not, 1 about
// so, 2 with a slope of one as exactly as can be told.
func follows(a, b *strays) int {
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
		return 0
	}
	vb, va, cov := sbb-sb*sb/n, saa-sa*sa/n, sab-sa*sb/n
	if vb <= 0 || va <= 0 {
		return 0
	}
	slope := cov / vb
	residual := max(va-slope*cov, 0) / (n - 2)
	chance := math.Sqrt(residual / vb)
	switch off := math.Abs(slope - 1); {
	case off > 0.5 || slope < 8*chance:
		return 0
	case off > max(3*chance, 0.05):
		return 1
	default:
		return 2
	}
}
