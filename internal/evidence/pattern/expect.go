package pattern

import (
	"math"
	"time"

	"gonum.org/v1/gonum/mathext"
)

// expectation is what a window of the incident's length would have if nothing
// had changed: a negative binomial distribution, which is a Poisson one whose
// rate is not known exactly.
type expectation struct {
	observed float64 // lines a window, as counted
	mean     float64 // of the distribution
	shape    float64 // the smaller, the wider
}

// expect estimates it from the counts of the baseline's windows. Two things
// widen it: that the rate was estimated from few lines (with Jeffreys' prior,
// the shape is half a line more than were counted), and that the windows
// differ by more than chance (the shape is then found by moments).
func expect(counts []int, lengths []time.Duration, length time.Duration) expectation {
	var total, time float64
	for i, n := range counts {
		total += float64(n)
		time += lengths[i].Seconds()
	}
	if time <= 0 || length <= 0 {
		return expectation{mean: 0.5, shape: 0.5}
	}
	share := length.Seconds() / time
	e := expectation{observed: total * share, mean: (total + 0.5) * share, shape: total + 0.5}
	if len(counts) >= 3 {
		var spread float64
		for i, n := range counts {
			d := float64(n)*length.Seconds()/lengths[i].Seconds() - e.observed
			spread += d * d
		}
		spread /= float64(len(counts) - 1)
		if extra := spread - e.observed; extra > 0 {
			e.shape = min(e.shape, e.observed*e.observed/extra)
		}
	}
	return e
}

// atLeast is the chance of n lines or more.
func (e expectation) atLeast(n int) float64 {
	if n <= 0 {
		return 1
	}
	return clamp(mathext.RegIncBeta(float64(n), e.shape, e.mean/(e.mean+e.shape)))
}

// atMost is the chance of n lines or fewer.
func (e expectation) atMost(n int) float64 {
	if n < 0 {
		return 0
	}
	return clamp(mathext.RegIncBeta(e.shape, float64(n)+1, e.shape/(e.mean+e.shape)))
}

func clamp(p float64) float64 {
	if math.IsNaN(p) {
		return 1
	}
	return min(1, max(0, p))
}
