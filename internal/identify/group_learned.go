package identify

import (
	"maps"
	"slices"
	"strconv"

	"github.com/sigap-dev/sigap/internal/incident"
)

// Grouping learns from people: two classes of alerts that they merged twice
// join by themselves the next time, and a split ends that. What they split twice
// does not join even by its service. (ServiceNow and PagerDuty learn so; see
// "merge feedback" there.)
const (
	mergedEnough = 2
	splitEnough  = 2
	taughtAtOnce = 5 // classes of each side that one merge or split speaks of
)

// learned is what people taught, as grouping looks at it.
type learned struct {
	pairs    map[[2]string]incident.ClassPair
	partners map[string][]string // of a class, those that its alerts join
}

func newLearned(pairs []incident.ClassPair, began []together) learned {
	l := learned{map[[2]string]incident.ClassPair{}, map[string][]string{}}
	for _, p := range pairs {
		l.pairs[[2]string{p.A, p.B}] = p
	}
	for _, t := range began {
		k := [2]string{t.A, t.B}
		p := l.pairs[k]
		p.A, p.B, p.Began = t.A, t.B, t.Times
		l.pairs[k] = p
	}
	for _, p := range l.pairs {
		if p.Split == 0 && (p.Merged >= mergedEnough || p.Began > 0) {
			l.partners[p.A] = append(l.partners[p.A], p.B)
			l.partners[p.B] = append(l.partners[p.B], p.A)
		}
	}
	return l
}

func pairOf(a, b string) [2]string { return [2]string{min(a, b), max(a, b)} }

// pairsOf are the pairs of a class of the one side and a class of the other.
func pairsOf(one, other []string) [][2]string {
	out := map[[2]string]bool{}
	for _, a := range one[:min(len(one), taughtAtOnce)] {
		for _, b := range other[:min(len(other), taughtAtOnce)] {
			out[pairOf(a, b)] = true
		}
	}
	return slices.SortedFunc(maps.Keys(out), func(x, y [2]string) int { return slices.Compare(x[:], y[:]) })
}

// services are those whose open records an alert may join by what people
// taught; empty for records without one.
func (l learned) services(sig *incident.Signal) []string {
	if len(l.partners) == 0 {
		return nil
	}
	var out []string
	for _, c := range l.partners[incident.AlertClass(sig.Service, sig.Title)] {
		out = append(out, incident.ClassService(c))
	}
	return out
}

// apart reports whether people split such alerts, again and again, off such as
// an open record has.
func (b *batch) apart(i *incident.Incident, sig *incident.Signal) bool {
	pairs := b.rules.learned.pairs
	if len(pairs) == 0 {
		return false
	}
	class := incident.AlertClass(sig.Service, sig.Title)
	return slices.ContainsFunc(b.classes[i], func(c string) bool { return pairs[pairOf(class, c)].Split >= splitEnough })
}

// chooseLearned finds the open record with alerts such as people merged with
// alerts like this one; else one with alerts such as began together with those
// before, of which the newest just began.
func (b *batch) chooseLearned(sig *incident.Signal, a arrival) (*incident.Incident, incident.JoinReason, string) {
	if len(b.rules.learned.partners) == 0 {
		return nil, "", ""
	}
	class := incident.AlertClass(sig.Service, sig.Title)
	if len(b.rules.learned.partners[class]) == 0 {
		return nil, "", ""
	}
	var with *incident.Incident
	most := 0
	for _, i := range b.open {
		if !b.takes(i, a) || !b.recent(i, a) || !sameEnvironment(i, sig) || b.apart(i, sig) {
			continue
		}
		merged, began := b.knownOf(class, i)
		if merged >= mergedEnough {
			return i, incident.Taught, strconv.Itoa(merged)
		}
		if began > most && a.At.Sub(lastAlert(i)) <= togetherWindow {
			with, most = i, began
		}
	}
	return with, incident.Together, strconv.Itoa(most)
}

// knownOf is how often people merged alerts of a class with such as a record
// has, and how often they began together.
func (b *batch) knownOf(class string, i *incident.Incident) (merged, began int) {
	for _, c := range b.classes[i] {
		p := b.rules.learned.pairs[pairOf(class, c)]
		if p.Split == 0 {
			merged, began = max(merged, p.Merged), max(began, p.Began)
		}
	}
	return merged, began
}

// recent reports whether the newest alert of a record is within the window: a
// guess that it is the same problem holds no longer.
func (b *batch) recent(i *incident.Incident, a arrival) bool {
	return a.At.Sub(lastAlert(i)) <= b.policy.GroupWindow
}

// noteClass remembers the class of an alert that joined, for those that come in the
// same batch.
func (b *batch) noteClass(i *incident.Incident, sig *incident.Signal) {
	if len(b.classes[i]) < taughtAtOnce {
		b.classes[i] = append(b.classes[i], incident.AlertClass(sig.Service, sig.Title))
	}
}
