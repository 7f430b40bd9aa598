package pattern

import (
	"cmp"
	"maps"
	"math"
	"slices"

	"github.com/sigap-dev/sigap/internal/incident"
)

// Attribute is a property of log lines that errors have far more often than
// lines in general: "region is eu-1 in 89 % of the errors, 8 % of all lines".
type Attribute struct {
	Key      string  `json:"key"`
	Value    string  `json:"value"`
	Errors   int     `json:"errors"`   // error lines that have it
	All      int     `json:"all"`      // lines that have it, errors included
	Coverage float64 `json:"coverage"` // share of the errors that have it
	Share    float64 `json:"share"`    // share of all lines that have it
	Lift     float64 `json:"lift"`     // Coverage over Share
	P        float64 `json:"p"`        // of the G-test, corrected for the number of values looked at
}

// What an attribute must reach to be named.
const (
	minLift     = 3
	minCoverage = 0.2
	maxChance   = 1e-6
	minErrors   = 5
)

// Explain returns the attributes that set the errors apart from all lines,
// the most telling first. The service and the host count as attributes; all
// includes the errors. It finds what goes together, not what causes what.
func Explain(errors, all []incident.LogLine) []Attribute {
	if len(errors) < minErrors || len(all) <= len(errors) {
		return nil
	}
	inErrors, tested := countProperties(errors)
	least := max(minErrors, int(math.Ceil(minCoverage*float64(len(errors)))))
	maps.DeleteFunc(inErrors, func(_ property, n int) bool { return n < least })
	inAll := make(map[property]int, len(inErrors))
	for _, l := range all {
		for p := range properties(l) {
			if _, ok := inErrors[p]; ok {
				inAll[p]++
			}
		}
	}
	found := make([]Attribute, 0)
	for p, n := range inErrors {
		a := Attribute{Key: p.key, Value: p.value, Errors: n, All: max(n, inAll[p])}
		a.Coverage = float64(n) / float64(len(errors))
		a.Share = float64(a.All) / float64(len(all))
		a.Lift = a.Coverage / a.Share
		a.P = min(1, chance(gTest(n, len(errors), a.All, len(all)))*float64(tested))
		if a.Lift >= minLift && a.P < maxChance {
			found = append(found, a)
		}
	}
	slices.SortFunc(found, func(a, b Attribute) int {
		ga, gb := gTest(a.Errors, len(errors), a.All, len(all)), gTest(b.Errors, len(errors), b.All, len(all))
		return cmp.Or(cmp.Compare(gb, ga), cmp.Compare(a.Key, b.Key), cmp.Compare(a.Value, b.Value))
	})
	return found
}

type property struct{ key, value string }

// properties yields what a line can be told apart by. Its level is left out:
// that errors have the level error explains nothing.
func properties(l incident.LogLine) func(yield func(property) bool) {
	return func(yield func(property) bool) {
		if l.Service != "" && !yield(property{"service", l.Service}) {
			return
		}
		if l.Host != "" && !yield(property{"host", l.Host}) {
			return
		}
		for k, v := range l.Attrs {
			switch k {
			case "level", "severity", "severity_text", "severity_number":
				continue
			case "service", "host":
				if l.Service != "" && k == "service" || l.Host != "" && k == "host" {
					continue
				}
			}
			if v != "" && !yield(property{k, v}) {
				return
			}
		}
	}
}

// maxProperties bounds the values counted at once. When there are more, those
// seen once are dropped, of which a value on a fifth of the lines loses a line
// or two at most.
const maxProperties = 50_000

// countProperties counts the lines that have each property, and how many were looked at.
func countProperties(lines []incident.LogLine) (counts map[property]int, tested int) {
	counts = make(map[property]int)
	for _, l := range lines {
		for p := range properties(l) {
			if counts[p]++; counts[p] == 1 {
				tested++
			}
		}
		if len(counts) > maxProperties {
			maps.DeleteFunc(counts, func(_ property, n int) bool { return n == 1 })
		}
	}
	return counts, tested
}

// gTest is the G statistic (twice the log of the likelihood ratio) of the
// table errors and other lines by with and without the attribute.
func gTest(errorsWith, errors, allWith, all int) float64 {
	g := 0.0
	for _, cell := range [...]struct{ observed, row, column int }{
		{errorsWith, errors, allWith},
		{errors - errorsWith, errors, all - allWith},
		{allWith - errorsWith, all - errors, allWith},
		{all - errors - allWith + errorsWith, all - errors, all - allWith},
	} {
		if cell.observed > 0 {
			o := float64(cell.observed)
			g += 2 * o * math.Log(o*float64(all)/(float64(cell.row)*float64(cell.column)))
		}
	}
	return g
}

// chance is the tail of the chi-squared distribution with one degree of freedom.
func chance(g float64) float64 { return math.Erfc(math.Sqrt(max(0, g) / 2)) }
