package shift

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
)

// madToSigma makes a median absolute deviation comparable to a standard
// deviation: for normal noise both then agree.
const madToSigma = 1.4826

// median returns NaN for no values.
func median(v []float64) float64 { return quantile(v, 0.5) }

// quantile interpolates linearly between neighbours; NaN for no values.
func quantile(v []float64, q float64) float64 {
	if len(v) == 0 {
		return math.NaN()
	}
	s := slices.Clone(v)
	slices.Sort(s)
	return sortedQuantile(s, q)
}

func sortedQuantile(s []float64, q float64) float64 {
	pos := q * float64(len(s)-1)
	i := int(pos)
	if i+1 >= len(s) {
		return s[len(s)-1]
	}
	return s[i] + (s[i+1]-s[i])*(pos-float64(i))
}

// spread estimates the noise of values around their median in the unit of a
// standard deviation: the larger of the interquartile range and the median
// absolute deviation, so that neither half-constant nor two-humped values
// look quieter than they are. It is 0 for (nearly) constant values.
func spread(v []float64) float64 {
	if len(v) < 2 {
		return 0
	}
	s := slices.Clone(v)
	slices.Sort(s)
	m := sortedQuantile(s, 0.5)
	iqr := (sortedQuantile(s, 0.75) - sortedQuantile(s, 0.25)) / 1.349
	for i := range s {
		s[i] = math.Abs(s[i] - m)
	}
	slices.Sort(s)
	return max(iqr, madToSigma*sortedQuantile(s, 0.5))
}

// differences returns v[i+1]-v[i].
func differences(v []float64) []float64 {
	if len(v) < 2 {
		return nil
	}
	out := make([]float64, len(v)-1)
	for i := range out {
		out[i] = v[i+1] - v[i]
	}
	return out
}

// noise estimates the size of the point-to-point noise from differences, so
// that a shift in the middle does not count as noise. Where most neighbours
// are equal (rare errors, flags) the mean of the differences stands in; it is
// 0 only for a constant series.
func noise(v []float64) float64 {
	d := differences(v)
	sum := 0.0
	for i := range d {
		d[i] = math.Abs(d[i])
		sum += d[i]
	}
	if len(d) == 0 {
		return 0
	}
	if mad := madToSigma * median(d) / math.Sqrt2; mad > 0 {
		return mad
	}
	return sum / float64(len(d))
}

// persistence is the correlation of a value with the one before, never below
// 0: the share of a step that is only memory of the last. Series that wander
// show many "changes" that are none, and are discounted by it.
func persistence(v []float64) float64 {
	if len(v) < 8 {
		return 0
	}
	r := stat.Correlation(v[:len(v)-1], v[1:], nil)
	if math.IsNaN(r) {
		return 0
	}
	if n := float64(len(v)); r > 2/math.Sqrt(n) {
		r += (1 + 3*r) / n // short samples understate it (Kendall 1954)
	}
	return min(max(r, 0), 0.99)
}
