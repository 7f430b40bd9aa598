package shift

import (
	"cmp"
	"math"
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
// Without a graph every excess counts as own, and the order is by noise and
// match alone.
func Origins(series []incident.Series, graph Graph, o OriginOptions) []Origin {
	symptoms := gather(series, o)
	if len(symptoms) == 0 {
		return nil
	}
	target := symptoms[o.Target]
	var reach map[string]int
	if o.Target != "" && len(graph[o.Target]) > 0 {
		reach = graph.reachable(o.Target)
	}
	out := make([]Origin, 0, len(symptoms))
	for name, s := range symptoms {
		r := Origin{Service: name, Own: 1, Share: 1}
		mass := s.mass()
		r.Excess, r.Sigmas = s.strength()
		r.Own, r.By = own(mass, graph[name], symptoms)
		match := 1.0
		if target != nil && name != o.Target {
			r.Share, match = overlap(mass, target.mass())
		}
		r.Score = math.Log1p(r.Sigmas*r.Sigmas) * r.Own * math.Sqrt(match)
		if name == o.Target {
			r.Score *= targetPrior
		}
		if reach != nil {
			if _, ok := reach[name]; !ok {
				r.Score *= unrelated
			}
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
	// unrelated weighs services that the target does not depend on, as far as
	// the graph knows; graphs are rarely complete.
	unrelated = 0.2
)

// mass is the excess in all answers of each step, never negative: seconds
// waited or requests failed more than usual.
func (s *symptom) mass() []float64 {
	out := make([]float64, len(s.excess))
	for i, e := range s.excess {
		if math.IsNaN(e) || e <= 0 {
			continue
		}
		out[i] = e
		if s.calls != nil && !math.IsNaN(s.calls[i]) {
			out[i] *= s.calls[i]
		}
	}
	return out
}

// strength is the mean of the two largest excesses, and the same in units of
// noise: two steps that agree say more than the larger of them.
func (s *symptom) strength() (excess, sigmas float64) {
	v := finite(s.excess)
	slices.SortFunc(v, func(a, b float64) int { return cmp.Compare(b, a) })
	if len(v) > 1 {
		v[0] = (v[0] + v[1]) / 2
	}
	if excess = max(v[0], 0); excess == 0 {
		return 0, 0
	}
	return excess, min(excess/s.noise, maxScore) // a noise of 0 gives the most
}

// own is the share of a service's mass that its dependencies do not explain,
// step by step, and the dependency that explains most.
func own(mass []float64, dependencies []string, symptoms map[string]*symptom) (share float64, by string) {
	rest := slices.Clone(mass)
	most := 0.0
	for _, d := range dependencies {
		s := symptoms[d]
		if s == nil {
			continue
		}
		if _, sigmas := s.strength(); sigmas < 1.5 {
			continue // its noise is no explanation
		}
		explained := 0.0
		for i, m := range s.mass() {
			explained += min(m, mass[i])
			rest[i] = max(0, rest[i]-m)
		}
		if explained > most {
			most, by = explained, d
		}
	}
	total := sum(mass)
	if total == 0 {
		return 0, ""
	}
	return sum(rest) / total, by
}

// overlap compares two masses step by step: the share of the target's that
// this one covers, and how alike they are (the harmonic mean of the shares
// that each has of the other), both 0 to 1.
func overlap(mass, target []float64) (share, match float64) {
	common := 0.0
	for i := range mass {
		common += min(mass[i], target[i])
	}
	a, b := sum(mass), sum(target)
	if b == 0 {
		return 0, 1 // nothing to compare with
	}
	if a == 0 {
		return 0, 0
	}
	return common / b, 2 * common / (a + b)
}

func sum(v []float64) float64 {
	s := 0.0
	for _, x := range v {
		s += x
	}
	return s
}
