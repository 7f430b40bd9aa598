package shift

import (
	"cmp"
	"slices"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// OriginOptions says which symptom is to be explained.
type OriginOptions struct {
	// Onset is when the symptom began.
	Onset time.Time
	// Target is the service on which the symptom was noticed. Empty: any.
	Target string
	// Symptom is Latency or Errors; empty takes the one in which the target,
	// or the whole, changed more.
	Symptom Class
	// Baseline holds series of normal operation, from any earlier time, from
	// which the usual noise of each service is learned. It may be empty.
	Baseline []incident.Series
	// Horizon bounds what is looked at on either side of the onset; 0 means
	// an hour.
	Horizon time.Duration
}

// Origin is how likely a symptom begins in a service.
type Origin struct {
	Service string  `json:"service"`
	Score   float64 `json:"score"`        // ranks; 0 and above, no unit
	Excess  float64 `json:"excess"`       // seconds, or failures, more than usual for each answer
	Sigmas  float64 `json:"sigmas"`       // Excess in units of the usual noise
	Own     float64 `json:"own"`          // share of the excess that its dependencies do not explain, 0 to 1
	By      string  `json:"by,omitempty"` // the dependency that explains most of the rest
	Share   float64 `json:"share"`        // part of the target's excess that passes through here, 0 to 1
}

// Origins ranks services by how much of a symptom begins in them.
//
// Waiting and failing add up along calls: what a service's answers take longer
// is what its dependencies take longer, times how often it calls them, and what
// is its own. So the excess of each service, in seconds (or failures) a step of
// time, is compared with the sum of its dependencies'; what they do not explain
// is its own. A service is a suspect as far as its excess is beyond its usual
// noise, its own, and matches the target's in size and moment. The target
// itself gets no credit for being anomalous: that is why it is the target.
//
// Without a graph, who calls whom is guessed from the latencies of normal
// operation, if there are any, and trusted half; without those either, every
// excess counts as own.
func Origins(series []incident.Series, graph Graph, o OriginOptions) []Origin {
	series, graph = seenByCallers(series, graph)
	symptoms, g := gather(series, o)
	if len(symptoms) == 0 {
		return nil
	}
	target := symptoms[o.Target]
	carried := carriage(graph, o.Target, symptoms)
	guessed := len(graph) == 0
	if guessed {
		graph = inferGraph(o.Baseline, g.step)
	}
	out := make([]Origin, 0, len(symptoms))
	for name, s := range symptoms {
		r := Origin{Service: name, Own: 1, Share: 1}
		r.Excess, r.Sigmas = s.worst, s.sigmas
		r.Own, r.By = s.own(graph[name], symptoms)
		if guessed {
			r.Own = max(r.Own, 1-guessTrust)
		}
		r.Score = evidence(r.Sigmas) * r.Own
		switch {
		case name == o.Target:
			r.Score *= targetPrior
		case target != nil:
			var match float64
			r.Share, match = s.overlap(target)
			r.Score *= match
		}
		if carried != nil {
			r.Score *= max(carried[name], unrelated)
		}
		out = append(out, r)
	}
	slices.SortFunc(out, func(a, b Origin) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(b.Sigmas, a.Sigmas), cmp.Compare(a.Service, b.Service))
	})
	return out
}

const (
	// targetPrior weighs the target as its own origin: it was chosen for being
	// anomalous, so that says nothing.
	targetPrior = 0.3
	// guessTrust is how much of a service's excess a dependency that was only
	// inferred may explain.
	guessTrust = 0.5
	// unrelated weighs services that the target does not depend on, as far as
	// the graph knows; graphs are rarely complete.
	unrelated = 0.5
)

// evidence turns a distance in sigmas into how far it is more than noise,
// 0 to 1: an even chance at two.
func evidence(sigmas float64) float64 { return sigmas * sigmas / (sigmas*sigmas + 4) }

// carriage says, for each service, how far the symptom can have come from it
// to the target: 1 unless, on every way, a service between shows much less than
// what would have passed through it and would have been seen above its noise.
// It is nil without a target that has dependencies.
func carriage(graph Graph, target string, symptoms map[string]*symptom) map[string]float64 {
	if target == "" || len(graph[target]) == 0 {
		return nil
	}
	out := map[string]float64{}
	for name := range graph.reachable(target) {
		out[name] = passage(graph, target, name, symptoms)
	}
	return out
}

func passage(graph Graph, target, from string, symptoms map[string]*symptom) float64 {
	origin := symptoms[from]
	best := map[string]float64{target: 1}
	for queue := []string{target}; len(queue) > 0; queue = queue[1:] {
		at := queue[0]
		through := best[at]
		if s := symptoms[at]; s != nil && origin != nil && at != target && at != from {
			through = min(through, s.lets(origin))
		}
		for _, next := range graph[at] {
			if have, seen := best[next]; !seen || through > have {
				best[next] = through
				queue = append(queue, next)
			}
		}
	}
	return best[from]
}

// lets says how well what a service shows agrees with the origin's excess
// having passed through it. Where that would drown in its noise, it agrees.
func (s *symptom) lets(origin *symptom) float64 {
	expected := origin.worst * origin.rate / s.rate
	if expected <= s.visible {
		return 1
	}
	return min(1, 3*s.worst/expected)
}

// own is the share of a service's mass that its dependencies do not explain,
// and the dependency that explains most.
func (s *symptom) own(dependencies []string, symptoms map[string]*symptom) (share float64, by string) {
	total, explained, most := sum(s.mass), 0.0, 0.0
	if total == 0 {
		return 0, ""
	}
	for _, name := range dependencies {
		d := symptoms[name]
		if d == nil || d == s || d.sigmas < 1.5 { // noise is no explanation
			continue
		}
		m := sum(d.mass)
		explained += m
		if m > most {
			most, by = m, name
		}
	}
	return max(0, 1-explained/total), by
}

// overlap compares a service's mass with the target's, step by step: the share
// of the target's that it covers, and how alike they are (the harmonic mean of
// the shares that each has of the other), both 0 to 1. Where the answers of one
// of them were not counted only the shapes can be compared.
func (s *symptom) overlap(target *symptom) (share, match float64) {
	a, b := sum(s.mass), sum(target.mass)
	switch {
	case b == 0:
		return 0, 1 // nothing to compare with
	case a == 0:
		return 0, 0
	}
	scale := 1.0
	if !s.counted || !target.counted {
		scale = b / a
	}
	common := 0.0
	for i, m := range s.mass {
		common += min(m*scale, target.mass[i])
	}
	return common / b, 2 * common / (a*scale + b)
}

func sum(v []float64) float64 {
	s := 0.0
	for _, x := range v {
		s += x
	}
	return s
}
