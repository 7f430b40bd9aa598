package pattern

import (
	"cmp"
	"iter"
	"math"
	"slices"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// Kind says how a template's lines differ from what is usual.
type Kind string

// The kinds in order of interest.
const (
	KindNew      Kind = "new"      // none in the baseline
	KindSurging  Kind = "surging"  // far more than in the baseline
	KindShifted  Kind = "shifted"  // as many as usual, with other values: see Finding.Shifts
	KindStopped  Kind = "stopped"  // usual in the baseline, all but gone now
	KindRare     Kind = "rare"     // errors that the baseline has seldom or never, too few to be new or surging
	KindUnjudged Kind = "unjudged" // errors, and no baseline to compare them with
)

// Span is the log of a span of time. Lines outside the window are left out.
type Span struct {
	Window incident.Window
	Lines  iter.Seq[incident.LogLine]
}

// within gives the lines of the span's window.
func (s Span) within() iter.Seq[incident.LogLine] {
	return func(yield func(incident.LogLine) bool) {
		if s.Lines == nil {
			return
		}
		for l := range s.Lines {
			if !l.At.Before(s.Window.From) && l.At.Before(s.Window.To) && !yield(l) {
				return
			}
		}
	}
}

// Finding is a template whose lines in the incident differ from its baseline.
type Finding struct {
	Kind         Kind            `json:"kind"`
	Fingerprint  string          `json:"fingerprint"`       // of the template; the same in another incident, unless words were found to vary in only one
	Template     string          `json:"template"`          // variables as <n>, <ip>, <path>, …; <*> if they have no type
	Service      string          `json:"service,omitempty"` //
	Level        string          `json:"level,omitempty"`   // the most severe of its lines
	Count        int             `json:"count"`             // lines in the incident's window
	Errors       int             `json:"errors"`            // of those, the lines that report an error: an access log's template has both
	BaselineRate float64         `json:"baselineRate"`      // lines that a window of the same length usually has
	Factor       float64         `json:"factor,omitzero"`   // Count over BaselineRate; left out if the baseline has none
	P            float64         `json:"p"`                 // chance of so many lines, or so few, if nothing had changed
	Shifts       []Shift         `json:"shifts,omitempty"`  // values of its variables that are more frequent than usual
	Score        float64         `json:"score"`             // 0 to 100, what the findings are ranked by
	FirstSeen    time.Time       `json:"firstSeen"`         // in baseline or incident
	LastSeen     time.Time       `json:"lastSeen"`          //
	Samples      []string        `json:"samples"`           // at most 3 events in one piece, each at most 4 KiB
	Spark        []float64       `json:"spark"`             // lines in each of 48 equal parts of SparkSpan
	SparkSpan    incident.Window `json:"sparkSpan"`         //
}

// CompareOptions are the thresholds of [Compare]. The zero value has the
// documented defaults.
type CompareOptions struct {
	P         float64 // chance below which a change is one; 1e-4
	Ratio     float64 // least factor of a surge; 3
	Lines     int     // least lines of a surge or of a new template; 10
	NewErrors int     // least lines of a new template that reports errors; 3
	Limit     int     // most findings returned; 100
}

func (o CompareOptions) withDefaults() CompareOptions {
	return CompareOptions{
		P:         cmp.Or(o.P, 1e-4),
		Ratio:     cmp.Or(o.Ratio, 3),
		Lines:     cmp.Or(o.Lines, 10),
		NewErrors: cmp.Or(o.NewErrors, 3),
		Limit:     cmp.Or(o.Limit, 100),
	}
}

// Compare mines the lines of the incident and of its baseline together and
// returns the templates that differ, the most telling first: those that
// report errors before the rest, new before surging before shifted before stopped.
//
// The baseline is best several windows as long as the incident's: those just
// before it, and the same hours of yesterday and last week. How many lines a
// window usually has is estimated with its uncertainty, so that a short
// baseline makes it harder, not easier, for a change to count.
func Compare(now Span, baseline []Span, o CompareOptions) []Finding {
	o = o.withDefaults()
	c := newCensus(now, baseline)
	found := make([]Finding, 0)
	for _, g := range c.groups() {
		if f, ok := c.judge(g, o); ok {
			found = append(found, f)
		}
	}
	slices.SortStableFunc(found, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(b.Count, a.Count), cmp.Compare(a.Template, b.Template), cmp.Compare(a.Service, b.Service))
	})
	return found[:min(len(found), o.Limit)]
}

// judge says what is remarkable about a group, if anything is.
func (c *census) judge(g *group, o CompareOptions) (Finding, bool) {
	f := Finding{
		Fingerprint: c.miner.Fingerprint(g.id), Template: cmp.Or(c.miner.Template(g.id), head(g.samples[0])), Service: g.service, Level: levels[g.level], Count: g.now, Errors: g.errors,
		FirstSeen: g.first, LastSeen: g.last, Samples: g.samples, Spark: g.spark, SparkSpan: c.sparkSpan,
	}
	severe := g.level >= severeLevel
	if c.baselineLines == 0 {
		f.Kind, f.P = KindUnjudged, 1
		f.Score = score(f, severe)
		return f, severe && g.now > 0
	}
	e := expect(g.before, c.lengths, c.length)
	f.BaselineRate = e.observed
	if e.observed > 0 {
		f.Factor = float64(g.now) / e.observed
	}
	f.P = e.atLeast(g.now)
	f.Shifts = g.shifts(c.miner.byID[c.miner.Resolve(g.id)])
	switch total := sum(g.before); {
	case total == 0 && (g.now >= o.Lines || severe && g.now >= o.NewErrors):
		f.Kind = KindNew
	case total > 0 && g.now >= o.Lines && f.Factor >= o.Ratio && f.P < o.P:
		f.Kind = KindSurging
	case total > 0 && f.Factor <= 0.1 && e.atMost(g.now) < o.P:
		f.Kind, f.P = KindStopped, e.atMost(g.now)
	case len(f.Shifts) > 0:
		f.Kind, f.P = KindShifted, f.Shifts[0].P
	case severe && g.now > 0 && e.observed <= 0.5:
		f.Kind = KindRare
	default:
		return Finding{}, false
	}
	f.Score = score(f, severe)
	return f, true
}

// score ranks findings: severe before the rest, then by kind, then by how
// many lines there are and how much that differs from what is usual.
func score(f Finding, severe bool) float64 {
	s := map[Kind]float64{KindNew: 30, KindSurging: 20, KindShifted: 15, KindStopped: 10, KindUnjudged: 10}[f.Kind]
	if severe {
		s += 50
	}
	lines, change := math.Log10(1+float64(f.Count)), math.Abs(math.Log10((1+float64(f.Count))/(1+f.BaselineRate)))
	return s + min(9.9, 1.5*lines+1.5*change)
}

func sum(counts []int) (total int) {
	for _, n := range counts {
		total += n
	}
	return total
}
