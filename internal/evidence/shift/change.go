package shift

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// minSuspicion is the score below which a change is no suspect: "no change
// found near the onset" is a valid answer and better than a bad guess.
const minSuspicion = 0.35

// clockSkew is how far a change may seem to start after the onset that it
// caused, by clocks that differ and onsets that are estimates.
const clockSkew = 2 * time.Minute

// ChangeOptions says what is known of the incident. Only Onset is needed;
// what is not known adds nothing to any score.
type ChangeOptions struct {
	Onset   time.Time
	Service string              // on which the incident is noticed
	Origins map[string]float64  // by service, how likely it begins there, 0 to 1; nil if nothing tells
	Graph   Graph               // who calls whom
	Hosts   map[string][]string // service → hosts it runs on

	// Novelty is, by change, the share of the error templates in the window
	// that were first seen after the change.
	Novelty map[string]float64
	// VersionZ is, by change, the log-odds z of the new version's error rate
	// against the old one's.
	VersionZ map[string]float64
	// Text is the alert's title and description and the frames of stack
	// traces, for words that it shares with a change.
	Text string
	// Past tells how often changes like one were confirmed as causes.
	Past func(incident.Change) (culprits, total int)
}

// Parts are the parts of a change's score, each 0 to 1.
type Parts struct {
	Time     float64 `json:"time"`
	Distance float64 `json:"distance"`
	Errors   float64 `json:"errors"`
	Version  float64 `json:"version"`
	Risk     float64 `json:"risk"`
	Text     float64 `json:"text"`
	History  float64 `json:"history"`
}

// score weighs the parts; the weights are a proposal to be tuned on replayed
// incidents, and add up to 1.
func (p Parts) score() float64 {
	return 0.30*p.Time + 0.20*p.Distance + 0.20*p.Errors + 0.10*p.Version +
		0.08*p.Risk + 0.07*p.Text + 0.05*p.History
}

// ChangeSuspect is a change that may have caused the incident.
type ChangeSuspect struct {
	Change  incident.Change `json:"change"`
	Score   float64         `json:"score"` // 0 to 1
	Parts   Parts           `json:"parts"`
	Reasons []Reason        `json:"reasons"`
}

// Changes ranks what somebody did to production by how likely it caused an
// incident that began at the onset. A change that began after it cannot have;
// one below the least suspicion is left out. Services that all changed at once,
// or that change all the time, say less by it.
func Changes(changes []incident.Change, o ChangeOptions) []ChangeSuspect {
	words := newVocabulary(changes, o.Text)
	crowd := newCrowd(changes, o)
	var out []ChangeSuspect
	for _, c := range changes {
		s := ChangeSuspect{Change: c}
		if c.StartedAt.IsZero() || c.StartedAt.After(o.Onset.Add(clockSkew)) {
			continue
		}
		s.time(o.Onset)
		s.distance(o)
		crowd.discount(&s)
		s.errors(o)
		s.risk()
		s.text(words)
		s.history(o)
		if s.Score = s.Parts.score(); s.Score >= minSuspicion {
			out = append(out, s)
		}
	}
	slices.SortStableFunc(out, func(a, b ChangeSuspect) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), b.Change.StartedAt.Compare(a.Change.StartedAt), cmp.Compare(a.Change.ID, b.Change.ID))
	})
	return out
}

func (s *ChangeSuspect) because(r Reason) { s.Reasons = append(s.Reasons, r) }

// ended is when the change was done; one without an end is taken as instant.
func ended(c incident.Change) time.Time {
	if c.EndedAt.Before(c.StartedAt) {
		return c.StartedAt
	}
	return c.EndedAt
}

// patience is how long after its end a kind of change still causes trouble:
// code fails at once, machines when load comes, data when its jobs run.
func patience(k incident.ChangeKind) time.Duration {
	switch k {
	case incident.Infrastructure:
		return 4 * time.Hour
	case incident.Migration:
		return 24 * time.Hour
	default:
		return 30 * time.Minute
	}
}

// atOnce is how soon most changes that break something do so.
const atOnce = 2 * time.Minute

func (s *ChangeSuspect) time(onset time.Time) {
	since := onset.Sub(ended(s.Change))
	if since <= 0 {
		s.Parts.Time = 1
		s.because(Reason{Code: UnderWay})
		return
	}
	s.Parts.Time = 0.85*math.Exp(-since.Seconds()/patience(s.Change.Kind).Seconds()) + 0.15*math.Exp(-since.Seconds()/atOnce.Seconds())
	s.because(Reason{Code: EndedBefore, Seconds: since.Seconds()})
}

// distance is how near the changed service is to where the trouble begins: to
// the one on which it was noticed, or, where something tells, to each that may
// be the origin, by how likely that is.
func (s *ChangeSuspect) distance(o ChangeOptions) {
	service := s.Change.Service
	if service == "" {
		return
	}
	origins, most := map[string]float64{o.Service: 1}, 1.0
	if len(o.Origins) > 0 {
		origins, most = o.Origins, slices.Max(slices.Collect(maps.Values(o.Origins)))
	}
	var because Reason
	for _, origin := range slices.Sorted(maps.Keys(origins)) {
		near, reason := o.near(service, origin)
		if near *= origins[origin] / most; near > s.Parts.Distance {
			s.Parts.Distance, because = near, reason
		}
	}
	if s.Parts.Distance > 0 {
		s.because(because)
	}
	for _, h := range o.Hosts[service] {
		if s.Parts.Distance < 0.5 && slices.Contains(o.Hosts[o.Service], h) {
			s.Parts.Distance = 0.5
			s.because(Reason{Code: SameHost, Host: h})
		}
	}
}

// near is how near a changed service is to where the trouble begins, 0 to 1.
func (o *ChangeOptions) near(service, origin string) (float64, Reason) {
	if origin == "" {
		return 0, Reason{}
	}
	if service == origin {
		return 1, Reason{Code: SameService, Service: service}
	}
	hops, reached := o.Graph.reachable(origin)[service]
	if !reached || hops > 2 {
		return 0, Reason{}
	}
	near := map[int]float64{1: 0.7, 2: 0.4}[hops]
	if len(o.Origins) > 0 {
		near = map[int]float64{1: 0.4, 2: 0.2}[hops] // it would show there
	}
	return near, Reason{Code: DependencyOf, Service: origin, Value: float64(hops)}
}

func (s *ChangeSuspect) errors(o ChangeOptions) {
	if n := unit(o.Novelty[s.Change.ID]); n > 0 {
		s.Parts.Errors = n
		s.because(Reason{Code: NewErrors, Value: n})
	}
	if z := o.VersionZ[s.Change.ID]; z > 3 {
		s.Parts.Version = 1
		s.because(Reason{Code: VersionFails, Value: z})
	}
}

// urgent are the words by which people admit a hurry.
var urgent = []string{"hotfix", "emergency", "urgent", "rollback", "revert", "untested", "no tests", "skip ci", "force", "darurat", "mendesak"}

func (s *ChangeSuspect) risk() {
	c, risk := s.Change, 0.0
	add := func(weight float64, r Reason) {
		risk += weight
		s.because(r)
	}
	if c.Kind == incident.Migration || c.Kind == incident.Config {
		add(0.4, Reason{Code: RiskyKind})
	}
	if lines := diffLines(c.Diff); lines >= 100 {
		add(min(0.4, float64(lines)/1000), Reason{Code: LargeDiff, Value: float64(lines)})
	}
	summary := strings.ToLower(c.Summary)
	if slices.ContainsFunc(urgent, func(w string) bool { return strings.Contains(summary, w) }) {
		add(0.3, Reason{Code: Emergency})
	}
	hour, weekday := c.StartedAt.Hour(), c.StartedAt.Weekday()
	if hour < 7 || hour >= 19 || weekday == time.Saturday || weekday == time.Sunday {
		add(0.2, Reason{Code: OutOfHours})
	}
	s.Parts.Risk = min(risk, 1)
}

// diffLines counts the lines that a unified diff adds or takes away.
func diffLines(diff string) int {
	n := 0
	for line := range strings.Lines(diff) {
		if (line[0] == '+' && !strings.HasPrefix(line, "+++")) || (line[0] == '-' && !strings.HasPrefix(line, "---")) {
			n++
		}
	}
	return n
}

func (s *ChangeSuspect) text(v *vocabulary) {
	likeness, words := v.likeness(s.Change)
	if likeness > 0.1 {
		s.Parts.Text = likeness
		s.because(Reason{Code: SharedWords, Words: words})
	}
}

// history is the rate of past culprits, smoothed: without any history one in
// ten, so that a first offence counts a little and a long record more.
func (s *ChangeSuspect) history(o ChangeOptions) {
	culprits, total := 0, 0
	if o.Past != nil {
		culprits, total = o.Past(s.Change)
	}
	s.Parts.History = unit(float64(culprits+1) / float64(total+10))
	if culprits > 0 {
		s.because(Reason{Code: OftenToBlame, Value: float64(culprits), Limit: float64(total)})
	}
}

// unit clamps to 0..1; NaN becomes 0.
func unit(v float64) float64 {
	if !(v > 0) {
		return 0
	}
	return min(v, 1)
}
