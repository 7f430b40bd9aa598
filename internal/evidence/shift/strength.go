package shift

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// rise is how far a stretch of values stands from the median before it,
// carefully: the lower of the two middle deviations, so that of two points
// the weaker one counts and a spike next to a normal value is none.
func rise(before, after []float64) float64 {
	normal := median(before)
	s := slices.Clone(after)
	slices.Sort(s)
	lower, upper := s[(len(s)-1)/2]-normal, s[len(s)/2]-normal
	switch {
	case lower*upper <= 0:
		return 0
	case lower > 0:
		return lower
	default:
		return upper
	}
}

// quiet is the unit in which a deviation delta from the values before is
// measured: their spread, with floors where that is zero. Rare ones among
// zeros have the root mean square of all but the extremes. A constant has no
// spread at all; then the score is 3·sqrt(n), growing with how long it was
// constant and not with the unit of the values.
func quiet(before []float64, delta float64) float64 {
	s := spread(before)
	if s == 0 {
		hi, lo, m := quantile(before, 0.98), quantile(before, 0.02), median(before)
		for _, v := range before {
			d := min(max(v, lo), hi) - m
			s += d * d / float64(len(before))
		}
		s = math.Sqrt(s)
	}
	if s == 0 {
		return math.Abs(delta) / (3 * math.Sqrt(float64(len(before))))
	}
	return max(s, math.Abs(delta)/maxScore)
}

// maxScore bounds scores: beyond it "stronger" has no meaning.
const maxScore = 1000

// significance turns the likelihood ratio of the best of about tests places
// into a probability, by Student's t, which knows that four points before
// tell little about the noise.
func significance(ratio float64, before, after []float64, tests int) float64 {
	squares := float64(len(before)) * stat.PopVariance(before, nil)
	squares += float64(len(after)) * stat.PopVariance(after, nil)
	degrees := max(float64(len(before)+len(after)-2), 1)
	sigma := max(math.Sqrt(squares/degrees), 0.3) // asinh of noise has about 0.75; a constant has 0
	share := independent(before)
	t := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: max(degrees*share, 1)}
	return min(1, float64(tests)*2*t.Survival(ratio/sigma*math.Sqrt(share)))
}

// surprise is the chance that a stretch goes as far as delta by the tail of
// the values before it alone, whatever their distribution: how many of them
// went as far and, beyond the farthest, a tail that falls with the square of
// the distance. It is what keeps bursty series, for which any normal theory
// is too sure, from changing all the time.
func surprise(before, after []float64, delta float64, tests int) float64 {
	normal, sign := median(before), math.Copysign(1, delta)
	size, farthest, exceeding := math.Abs(delta), 0.0, 0
	for _, v := range before {
		d := (v - normal) * sign
		farthest = max(farthest, d)
		if d >= size {
			exceeding++
		}
	}
	chance := float64(1+exceeding) / float64(1+len(before))
	if exceeding == 0 {
		unit := max(farthest, quiet(before, delta))
		chance *= min(1, (unit/size)*(unit/size))
	}
	agree := 0
	for _, v := range after {
		if (v-normal)*sign >= size {
			agree++
		}
	}
	// At least agree of the points of the stretch exceed size, each with this
	// chance; neighbours that only repeat one another count for less.
	share := independent(before)
	n := max(1, math.Round(float64(len(after))*share))
	k := max(1, math.Round(float64(agree)*share))
	return min(1, float64(tests)*mathext.RegIncBeta(k, n-k+1, chance))
}

// independent is the share of the values that is news: (1-r)/(1+r) of them
// for a correlation r of neighbours (AR(1)).
func independent(v []float64) float64 {
	r := persistence(v)
	return (1 - r) / (1 + r)
}
