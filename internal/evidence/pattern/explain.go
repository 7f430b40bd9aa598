package pattern

import (
	"cmp"
	"maps"
	"math"
	"math/bits"
	"slices"
	"strings"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// Property is one that lines are told apart by: a key and its value.
type Property struct{ Key, Value string }

// Explanation is a property, or a pair of them, that errors have far more
// often than other lines: "region=eu-1: 89 % of the errors, 8 % of the others".
// It says what goes together, not what causes what.
type Explanation struct {
	Where    []Property // one, or two that tell more together than each alone
	Alike    []Property // on the same lines as one of Where: nothing tells them apart
	Outcome  bool       // it says how the lines failed, such as their status, not where
	Errors   int        // lines of the window that have it
	Others   int        // lines that report no error and have it, the baseline's included
	OfErrors float64    // its share of the errors that are more than usual
	OfOthers float64    // its share of the other lines
	P        float64    // chance of it if it said nothing, corrected for all that was tried
}

// Explained is what Explain found, and in how much.
type Explained struct {
	Found    []Explanation // the most telling first, at most five
	Errors   int           // error lines beyond what is usual; 0 if they may be chance
	Compared int           // values with enough lines to tell
}

// What a property must reach to be named.
const (
	minErrors    = 5
	minOthers    = 20   // lines without an error that name the key: without them there is nothing to compare with
	minCoverage  = 0.2  // of the errors
	minOdds      = 3    // of the property among the errors, to those among the others
	maxChance    = 1e-6 // of the G-test, corrected
	minMoments   = 3    // seconds with an error that has it: one stack trace is one event
	minOfService = 0.1  // of the errors, for its lines to be compared
	maxExplained = 5
	maxTried     = 64 // one bit each
)

// Explain finds the properties that hold the errors of a window which its
// baseline does not have: fields of structured lines, the host, the service.
// The share among those errors is compared by a G-test with the share among
// all other lines of the services that err, window and baseline, each among
// the lines that name the key at all. It reads the lines twice and keeps
// counts only.
func Explain(now Span, before []Span) Explained {
	x := explainer{now: now, before: before, bit: map[Property]int{}, named: map[string]uint64{}, counted: map[traits]*counts{}}
	x.findServices()
	x.findCandidates()
	x.count()
	var out Explained
	if more := x.total.excess(); more < minErrors || more < 2*math.Sqrt(x.total.usual) {
		return out
	}
	out.Errors = int(math.Round(x.total.excess()))
	for n := range x.candidates {
		if x.split(1<<n, 0).comparable() {
			out.Compared++
		}
	}
	out.Found = x.explanations()
	return out
}

type explainer struct {
	now    Span
	before []Span

	services   map[string]bool
	candidates []Property
	bit        map[Property]int
	named      map[string]uint64 // by key, the bit of each candidate that has it
	looked     int               // values among the errors, whether candidates or not

	counted map[traits]*counts
	parts   []part // what was counted, in an order of its own: sums must not depend on the map's
	total   counts
	moments [maxTried]int
}

// part is the lines of the same traits.
type part struct {
	traits
	counts
}

// traits is lines that are the same in all that is asked: which candidates they
// have, and which candidates' keys they name with whatever value.
type traits struct{ has, names uint64 }

// findServices picks the services that hold the errors: what others log says
// nothing about them.
func (x *explainer) findServices() {
	errors, all := map[string]int{}, 0
	for l := range x.now.within() {
		if IsError(l) {
			errors[l.Service]++
			all++
		}
	}
	x.services = map[string]bool{}
	for service, n := range errors {
		x.services[service] = float64(n) >= minOfService*float64(all)
	}
}

// findCandidates picks the values on a fifth of the errors or more.
func (x *explainer) findCandidates() {
	seen, errors := map[Property]int{}, 0
	for l := range x.now.within() {
		if !x.services[l.Service] || !IsError(l) {
			continue
		}
		errors++
		for p := range properties(l) {
			if seen[p]++; seen[p] == 1 {
				x.looked++
			}
		}
		if len(seen) > maxProperties {
			maps.DeleteFunc(seen, func(_ Property, n int) bool { return n == 1 })
		}
	}
	least := max(minErrors, int(math.Ceil(minCoverage*float64(errors))))
	maps.DeleteFunc(seen, func(_ Property, n int) bool { return n < least })
	x.candidates = slices.SortedFunc(maps.Keys(seen), func(a, b Property) int {
		return cmp.Or(cmp.Compare(seen[b], seen[a]), byName(a, b))
	})
	x.candidates = x.candidates[:min(len(x.candidates), maxTried)]
	for n, p := range x.candidates {
		x.bit[p] = n
		x.named[p.Key] |= 1 << n
	}
}

// maxProperties bounds the values counted at once. When there are more, those
// seen once are dropped, of which a value on a fifth of the lines loses a line
// or two at most.
const maxProperties = 50_000

// count counts the lines by their traits.
func (x *explainer) count() {
	var last [maxTried]int64
	for l := range x.now.within() {
		if t := x.add(l, counts{errors: 1}); IsError(l) {
			second := l.At.Unix()
			for has := t.has; has != 0; has &= has - 1 {
				if n := bits.TrailingZeros64(has); x.moments[n] == 0 || last[n] != second {
					x.moments[n]++
					last[n] = second
				}
			}
		}
	}
	var length time.Duration
	for _, s := range x.before {
		length += s.Window.To.Sub(s.Window.From)
	}
	scale := x.now.Window.To.Sub(x.now.Window.From).Seconds() / max(1, length.Seconds())
	for _, s := range x.before {
		for l := range s.within() {
			x.add(l, counts{usual: scale})
		}
	}
	for t, n := range x.counted {
		x.parts = append(x.parts, part{t, *n})
	}
	slices.SortFunc(x.parts, func(a, b part) int { return cmp.Or(cmp.Compare(a.has, b.has), cmp.Compare(a.names, b.names)) })
	for _, p := range x.parts {
		x.total.add(p.counts)
	}
}

// add counts a line: one that reports an error as what is given.
func (x *explainer) add(l incident.LogLine, failed counts) traits {
	var t traits
	if !x.services[l.Service] {
		return t
	}
	for p := range properties(l) {
		t.names |= x.named[p.Key]
		if n, ok := x.bit[p]; ok {
			t.has |= 1 << n
		}
	}
	if !IsError(l) {
		failed = counts{others: 1}
	}
	if x.counted[t] == nil {
		x.counted[t] = &counts{}
	}
	x.counted[t].add(failed)
	return t
}

// explanations names what tells, without what only follows from it.
func (x *explainer) explanations() []Explanation {
	var out []Explanation
	left := x.telling()
	for len(left) > 0 && len(out) < maxExplained {
		var e Explanation
		e, left = x.explain(left[0], left[1:])
		out = append(out, e)
	}
	return out
}

// telling gives the candidates that set the errors apart, the most telling first.
func (x *explainer) telling() []int {
	var out []int
	strength := map[int]float64{}
	for n := range x.candidates {
		s := x.split(1<<n, 0)
		most := x.total.excess()
		if s.tells(x.looked) && x.moments[n] >= minMoments && s.errors() >= most/2 && s.with.excess() >= minCoverage*most {
			strength[n] = s.g()
			out = append(out, n)
		}
	}
	slices.SortStableFunc(out, func(a, b int) int {
		switch outcome := isOutcome(x.candidates[a].Key); {
		case outcome == isOutcome(x.candidates[b].Key):
		case outcome:
			return 1
		default:
			return -1
		}
		return cmp.Or(cmp.Compare(strength[b], strength[a]), byName(x.candidates[a], x.candidates[b]))
	})
	return out
}

// explain takes from what is left all that says no more than the first does, or
// only with it.
func (x *explainer) explain(first int, rest []int) (e Explanation, left []int) {
	where := []int{first}
	for _, n := range rest {
		relation := x.relation(first, n)
		switch {
		case relation == same, relation == together && len(where) == 2 && x.sameLines(where[1], n):
			e.Alike = append(e.Alike, x.candidates[n])
		case relation == together && len(where) == 1:
			where = append(where, n)
		case relation != follows:
			left = append(left, n)
		}
	}
	set := uint64(0)
	for _, n := range where {
		e.Where = append(e.Where, x.candidates[n])
		set |= 1 << n
	}
	s := x.split(set, 0)
	e.Outcome = isOutcome(x.candidates[first].Key)
	e.Errors, e.Others = int(s.with.errors), int(s.with.others)
	e.OfErrors, e.OfOthers, e.P = s.ofErrors(), s.ofOthers(), s.chance(x.tries(len(where)))
	return e, left
}

// tries is how many sets of so many values were looked at, at most.
func (x *explainer) tries(size int) int {
	if size == 2 {
		return x.looked * x.looked
	}
	return x.looked
}

// relation of a property to one that tells more.
type relation int

const (
	apart    relation = iota // it tells something of its own
	follows                  // it goes along with the other
	same                     // both are on the same lines
	together                 // each tells where the other holds
)

func (x *explainer) relation(n, m int) relation {
	switch {
	case isOutcome(x.candidates[n].Key) != isOutcome(x.candidates[m].Key):
		return apart
	case x.sameLines(n, m):
		return same
	}
	a, b := uint64(1)<<n, uint64(1)<<m
	bInA, aInB := x.split(b, a), x.split(a, b)
	tries := x.tries(2)
	if bInA.tells(tries) && aInB.tells(tries) {
		return together
	}
	if bInA.comparable() && !bInA.tells(tries) && !x.beside(b, a).tells(x.looked) {
		return follows
	}
	return apart
}

// sameLines reports whether two properties differ on hardly any line.
func (x *explainer) sameLines(n, m int) bool {
	a, b := uint64(1)<<n, uint64(1)<<m
	both, one := 0.0, 0.0
	for _, p := range x.parts {
		switch lines := p.errors + p.others; p.has & (a | b) {
		case a | b:
			both += lines
		case a, b:
			one += lines
		}
	}
	return one <= 0.02*both
}

// isOutcome reports whether a key says how a line failed and not where: that
// errors have the status 503 is what an error is.
func isOutcome(key string) bool {
	k := strings.ToLower(key)
	return slices.ContainsFunc([]string{"status", "error", "exception", "code", "reason", "stack"}, func(part string) bool { return strings.Contains(k, part) })
}

// properties yields what a line can be told apart by. Its level is left out,
// since that errors have the level error explains nothing, and so is what
// names one request.
func properties(l incident.LogLine) func(yield func(Property) bool) {
	return func(yield func(Property) bool) {
		if l.Service != "" && !yield(Property{"service", l.Service}) {
			return
		}
		if l.Host != "" && !yield(Property{"host", l.Host}) {
			return
		}
		for k, v := range l.Attrs {
			switch k {
			case "level", "severity", "severity_text", "severity_number", "detected_level", "log.level", "trace_id", "span_id":
				continue
			case "service", "host":
				if l.Service != "" && k == "service" || l.Host != "" && k == "host" {
					continue
				}
			}
			if v != "" && !strings.HasPrefix(k, "sigap.") && !yield(Property{k, v}) {
				return
			}
		}
	}
}

func byName(a, b Property) int {
	return cmp.Or(cmp.Compare(a.Key, b.Key), cmp.Compare(a.Value, b.Value))
}
