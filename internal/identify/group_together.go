package identify

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// What began together again and again is taken for one problem. Two classes of
// alerts belong together when they began within five minutes of one another at
// least three times, on more than one day, in half of the times that either
// began, and five times as often as chance would have it:
//
//	lift = P(a and b in a window) / (P(a) · P(b))
//
// The figures are ServiceNow's way of learning with pair counts (methods.md 2);
// the half and the days guard against pairs of what fires all the time, and
// against learning from one bad afternoon.
const (
	togetherWindow  = 5 * time.Minute
	togetherSupport = 3
	togetherShare   = 0.5
	togetherLift    = 5
	togetherDays    = 24 * time.Hour // between the first time and the last
	stormClasses    = 30             // so many at once say nothing of any two
)

// together is a pair of classes, A before B, and how often they began together.
type together struct {
	A     string `json:"a"`
	B     string `json:"b"`
	Times int    `json:"times"`
}

// start is a moment in which alerts of a class began.
type start struct {
	class string
	at    time.Time
}

// common is what was counted of a pair.
type common struct {
	times       int
	first, last time.Time
}

// together finds the pairs that belong together, the most frequent first.
func (t *tally) together(now time.Time) []together {
	var starts []start
	for class, all := range t.starts {
		for _, at := range all {
			starts = append(starts, start{class, at})
		}
	}
	slices.SortFunc(starts, func(a, b start) int { return cmp.Or(a.at.Compare(b.at), strings.Compare(a.class, b.class)) })
	if len(starts) == 0 {
		return nil
	}
	windows := max(1, float64(now.Sub(starts[0].at)/togetherWindow))
	var out []together
	for pair, c := range pairsWithin(starts) {
		a, b := float64(len(t.starts[pair[0]])), float64(len(t.starts[pair[1]]))
		n := float64(c.times)
		if c.times >= togetherSupport && c.last.Sub(c.first) >= togetherDays && n >= togetherShare*max(a, b) && n*windows/(a*b) >= togetherLift {
			out = append(out, together{pair[0], pair[1], c.times})
		}
	}
	slices.SortFunc(out, func(x, y together) int {
		return cmp.Or(y.Times-x.Times, strings.Compare(x.A, y.A), strings.Compare(x.B, y.B))
	})
	return out[:min(len(out), keptPairs)]
}

// pairsWithin counts, of starts in the order of time, the pairs of classes that
// began within the window.
func pairsWithin(starts []start) map[[2]string]*common {
	counts, from := map[[2]string]*common{}, 0
	for n, s := range starts {
		for s.at.Sub(starts[from].at) > togetherWindow {
			from++
		}
		if n-from >= stormClasses {
			continue
		}
		for _, other := range starts[from:n] {
			if other.class == s.class {
				continue
			}
			pair := pairOf(s.class, other.class)
			c := counts[pair]
			if c == nil {
				c = &common{first: s.at}
				counts[pair] = c
			}
			c.times++
			c.last = s.at
		}
	}
	return counts
}
