package load

import (
	"slices"
	"time"
)

// Stats sum up what users saw in a span of time.
type Stats struct {
	Requests int
	Failures int
	Median   time.Duration
	P95      time.Duration // 95th percentile of the time to an answer
}

// FailureRatio is between 0 and 1; 0 where nobody came.
func (s Stats) FailureRatio() float64 {
	if s.Requests == 0 {
		return 0
	}
	return float64(s.Failures) / float64(s.Requests)
}

// Recent sums up the requests of one handler (all, if empty) that began in the
// last span of time and have ended.
func (g *Generator) Recent(span time.Duration, handler string) Stats {
	g.mu.Lock()
	results := since(g.results, time.Now().Add(-span))
	g.mu.Unlock()
	return sum(results, handler)
}

// since returns those results that began at t or later.
func since(results []Result, t time.Time) []Result {
	var kept []Result
	for _, r := range results {
		if !r.Began.Before(t) {
			kept = append(kept, r)
		}
	}
	return kept
}

func sum(results []Result, handler string) Stats {
	var s Stats
	var times []time.Duration
	for _, r := range results {
		if handler != "" && r.Handler != handler {
			continue
		}
		s.Requests++
		if r.Failed() {
			s.Failures++
		}
		times = append(times, r.Took)
	}
	if len(times) == 0 {
		return s
	}
	slices.Sort(times)
	s.Median = times[len(times)/2]
	s.P95 = times[len(times)*95/100]
	return s
}
