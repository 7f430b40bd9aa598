package shift

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// Kind says which part a series plays in the failure.
type Kind string

const (
	KindOrigin   Kind = "origin"   // the failure begins here
	KindEffect   Kind = "effect"   // what the failure looks like
	KindAffected Kind = "affected" // suffers from a dependency
)

// Suspect is a series that changed around the onset.
type Suspect struct {
	Service string            `json:"service,omitempty"`
	Host    string            `json:"host,omitempty"`
	Metric  string            `json:"metric"`
	Labels  map[string]string `json:"labels,omitempty"`
	Unit    string            `json:"unit,omitempty"`
	Class   Class             `json:"class"`
	Kind    Kind              `json:"kind"`
	Shift   Shift             `json:"shift"`
	Score   float64           `json:"score"`           // ranks, 0 to 1
	Reasons []Reason          `json:"reasons"`         // the first one decided
	Alike   int               `json:"alike,omitempty"` // further series of the same metric here that changed too
	Spark   []float64         `json:"spark"`
}

// SuspectOptions says what is known of the incident. The zero value is usable.
type SuspectOptions struct {
	Service  string            // on which the incident was noticed; empty if unknown
	Until    time.Time         // when the series were read; zero: the last point of all
	Baseline []incident.Series // the same series in normal operation, if there is any
	Limit    int               // most suspects returned; 0 means 20
	SparkLen int               // points of a spark; 0 means 48
}

// Suspects ranks series by how likely they show the cause of a failure that
// began at the onset; a zero onset is estimated with [Onset].
//
// Only changes of state can be causes: something full, restarted, expired,
// another version. Latency and errors are effects, and where a dependency
// explains them their service is merely affected; even its pools that fill are.
// The strongest effect of a service that is bad by itself stands for the
// unknown cause there when no state of it changed.
func Suspects(series []incident.Series, graph Graph, onset time.Time, o SuspectOptions) []Suspect {
	if onset.IsZero() {
		var ok bool
		if onset, ok = Onset(series, o.Service); !ok {
			onset = time.Time{}
		}
	}
	if o.Limit == 0 {
		o.Limit = 20
	}
	if o.SparkLen == 0 {
		o.SparkLen = 48
	}
	for _, s := range series {
		if n := len(s.Points); o.Until.IsZero() && n > 0 && s.Points[n-1].At.After(o.Until) {
			o.Until = s.Points[n-1].At
		}
	}
	series, graph = seenByCallers(series, graph)
	in := newInquiry(series, graph, onset, o)
	var out []Suspect
	for _, s := range series {
		if found, ok := in.examine(s); ok {
			out = append(out, found)
		}
	}
	in.nameOrigins(out)
	out = strongestOfEach(out)
	slices.SortStableFunc(out, func(a, b Suspect) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(b.Shift.Score, a.Shift.Score),
			cmp.Compare(a.Service, b.Service), cmp.Compare(a.Host, b.Host), cmp.Compare(a.Metric, b.Metric))
	})
	return out[:min(len(out), o.Limit)]
}

// Onset estimates when a failure began from the series alone: the moment of
// the strongest change of an effect (latency or errors) of the service, else
// of any service, else of anything. It is false if nothing changed.
func Onset(series []incident.Series, service string) (time.Time, bool) {
	best, rank, found := Shift{}, 0, false
	for _, s := range series {
		r := 1
		if c := ClassOf(s); c == Latency || c == Errors {
			r = 2
			if service != "" && s.Service == service {
				r = 3
			}
		}
		if r < rank {
			continue
		}
		if d, ok := Detect(s, Options{}); ok && (r > rank || d.Score > best.Score) {
			best, rank, found = d, r, true
		}
	}
	return best.At, found
}

// inquiry is what is known of the whole while single series are examined.
type inquiry struct {
	SuspectOptions
	graph    Graph
	onset    time.Time
	origins  map[string]Origin // by service, of its stronger symptom
	reach    map[string]int    // from the incident's service
	runsOn   map[string][]string
	limits   map[limitKey]float64
	baseline map[string][]incident.Point
}

func newInquiry(series []incident.Series, graph Graph, onset time.Time, o SuspectOptions) *inquiry {
	in := &inquiry{
		SuspectOptions: o, graph: graph, onset: onset,
		origins: map[string]Origin{}, runsOn: map[string][]string{},
		limits: limitsOf(series), baseline: map[string][]incident.Point{},
	}
	if o.Service != "" {
		in.reach = graph.reachable(o.Service)
	}
	for _, s := range o.Baseline {
		in.baseline[identity(s)] = s.Points
	}
	for _, s := range series {
		if s.Host != "" && s.Service != "" && !slices.Contains(in.runsOn[s.Host], s.Service) {
			in.runsOn[s.Host] = append(in.runsOn[s.Host], s.Service)
		}
	}
	for _, c := range []Class{Latency, Errors} {
		for _, r := range Origins(series, graph, OriginOptions{Onset: onset, Target: o.Service, Symptom: c, Baseline: o.Baseline}) {
			if r.Sigmas >= badSigmas && r.Sigmas > in.origins[r.Service].Sigmas {
				in.origins[r.Service] = r
			}
		}
	}
	return in
}

// badSigmas is how far beyond its usual noise a service is bad.
const badSigmas = 3

// examine judges one series.
func (in *inquiry) examine(s incident.Series) (Suspect, bool) {
	class := ClassOf(s)
	found := Suspect{
		Service: s.Service, Host: s.Host, Metric: s.Name, Labels: s.Labels, Unit: s.Unit,
		Class: class, Kind: KindEffect,
	}
	sign, reasons, ok := in.sign(s, class)
	if !ok {
		return Suspect{}, false
	}
	found.Shift, found.Reasons = sign.Shift, reasons
	role := in.role(s)
	found.Kind = kindOf(class, role.kind, sign)
	if role.reason.Code != "" && (!class.Cause() || found.Kind != KindOrigin) {
		found.Reasons = append([]Reason{role.reason}, found.Reasons...)
	}
	found.Reasons = append(found.Reasons, in.timing(sign.At)...)
	found.Score = unit(sign.strength * classWeight(class, sign) * role.weight * in.nearness(sign.At))
	if found.Kind == KindAffected {
		found.Score *= 0.5
	}
	found.Spark = Spark(rate(s.Name, clean(s.Points)), in.SparkLen)
	return found, true
}

// role is what the graph and the symptoms say of the place that a series is of.
type role struct {
	kind   Kind // "" if nothing is known
	weight float64
	reason Reason
}

func (in *inquiry) role(s incident.Series) role {
	if s.Service == "" {
		return in.hostRole(s.Host)
	}
	if r, bad := in.origins[s.Service]; bad {
		if r.Own >= 0.5 || r.By == "" {
			return role{KindOrigin, 1, Reason{Code: BadByItself, Value: r.Own, Service: s.Service}}
		}
		return role{KindAffected, 0.9, Reason{Code: DependencyBad, Value: 1 - r.Own, Service: r.By}}
	}
	hops, reached := in.reach[s.Service]
	switch {
	case in.Service == "" || s.Service == in.Service:
		return role{weight: 0.8}
	case reached:
		return role{weight: 0.8, reason: Reason{Code: ServesTheAffected, Service: in.Service, Value: float64(hops)}}
	default:
		return role{weight: 0.4}
	}
}

// hostRole takes a host for as involved as the worst service on it, and for as
// suspect as many of them are bad: a machine in trouble spares few of those
// that run on it.
func (in *inquiry) hostRole(host string) role {
	best := role{weight: 0.7}
	bad := 0
	for _, service := range in.runsOn[host] {
		r := in.role(incident.Series{Service: service})
		if r.kind != "" {
			bad++
		}
		if r.kind != "" && (best.kind == "" || r.kind == KindOrigin) {
			best = role{kind: r.kind, weight: r.weight}
		}
	}
	if n := len(in.runsOn[host]); n > 0 {
		best.weight *= 0.2 + 0.8*float64(bad)/float64(n)
	}
	return best
}

func kindOf(c Class, role Kind, s sign) Kind {
	switch {
	case role == KindAffected:
		return KindAffected
	case c.Cause() && !s.better:
		return KindOrigin
	case c == Traffic && s.Direction == Up:
		return KindOrigin
	default:
		return KindEffect
	}
}

func classWeight(c Class, s sign) float64 {
	w := 0.4
	switch {
	case c.Cause():
		w = 1
	case c == Latency, c == Errors:
		w = 0.6
	case c == Traffic && s.Direction == Up:
		w = 0.7
	}
	if s.better {
		w *= 0.3 // what got better is rarely the trouble
	}
	return w
}

// nearness is 1 for a change from ten minutes before the onset to a little
// after it. Older ones may still be causes (a disk that fills); later ones
// are consequences.
func (in *inquiry) nearness(at time.Time) float64 {
	switch d := at.Sub(in.onset); {
	case in.onset.IsZero():
		return 1
	case d > clockSkew:
		return max(0.2, math.Exp(-(d-clockSkew).Minutes()/10))
	case d < -10*time.Minute:
		return max(0.3, math.Exp((d+10*time.Minute).Hours()/2))
	default:
		return 1
	}
}

func (in *inquiry) timing(at time.Time) []Reason {
	switch d := at.Sub(in.onset); {
	case in.onset.IsZero() || at.IsZero():
		return nil
	case d > clockSkew:
		return []Reason{{Code: ChangedAfter, Seconds: d.Seconds()}}
	default:
		return []Reason{{Code: ChangedBefore, Seconds: max(0, -d.Seconds())}}
	}
}

// nameOrigins gives each service that is bad by itself an origin: where no
// state of it or of its host changed, its strongest effect stands for one.
func (in *inquiry) nameOrigins(found []Suspect) {
	state := map[string]string{}
	strongest := map[string]int{}
	for i, f := range found {
		if f.Kind == KindOrigin && f.Service != "" {
			state[f.Service] = f.Metric
		}
		if j, ok := strongest[f.Service]; f.Kind == KindEffect && f.Class != Traffic && (!ok || f.Score > found[j].Score) {
			strongest[f.Service] = i
		}
	}
	for service := range in.origins {
		i, ok := strongest[service]
		if !ok || len(found[i].Reasons) == 0 || found[i].Reasons[0].Code != BadByItself {
			continue
		}
		if state[service] == "" {
			found[i].Kind = KindOrigin
			continue
		}
		found[i].Reasons = append([]Reason{{Code: FollowsState, Metric: state[service], Service: service}}, found[i].Reasons...)
	}
}

// strongestOfEach keeps, of the series of one metric in one place, the most
// suspicious, and counts the others.
func strongestOfEach(found []Suspect) []Suspect {
	type place struct{ service, host, metric string }
	at := map[place]int{}
	out := found[:0]
	for _, f := range found {
		p := place{f.Service, f.Host, f.Metric}
		i, seen := at[p]
		if !seen {
			at[p] = len(out)
			out = append(out, f)
			continue
		}
		f.Alike = out[i].Alike + 1
		if f.Score > out[i].Score || f.Score == out[i].Score && f.Kind == KindOrigin && out[i].Kind != KindOrigin {
			out[i] = f
		} else {
			out[i].Alike = f.Alike
		}
	}
	return out
}
