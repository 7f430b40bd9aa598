package pattern

import (
	"cmp"
	"slices"
	"strings"
)

// Shift is a value of one of a template's variables that is far more frequent
// in the incident than in the baseline: "status 500 in 40 % of the lines,
// usually 0.2 %".
type Shift struct {
	Key           string  `json:"key,omitempty"` // the word before the variable
	Value         string  `json:"value"`
	Count         int     `json:"count"`         // lines of the incident that have it
	Share         float64 `json:"share"`         // of the template's lines in the incident
	BaselineShare float64 `json:"baselineShare"` // of its lines in the baseline
	P             float64 `json:"p"`             // of the G-test, corrected for the values looked at
}

const (
	maxValues    = 32  // different values of a variable that are counted; with more it is no category
	maxValue     = 64  // bytes of a value that are kept
	minShift     = 10  // least lines of a shift
	minShare     = 0.1 // least share of a shift
	minShareLift = 3   // least factor of its share
)

// slot counts the values of one variable of a template.
type slot struct {
	values map[string]*tally
	full   bool // there were too many
}

// tally is how many lines of the incident and of its baseline have a value.
type tally struct{ now, before int }

// isCategory says whether variables of a type may be categories. Times and
// quantities are not: they change from line to line, and with the hour.
func isCategory(k kind) bool {
	switch k {
	case number, address, hex, path, url, ident, host, list:
		return true
	}
	return false
}

// observe counts the values of the line that was just read.
func (g *group) observe(l *line, wild uint64, old bool) {
	if g.slots == nil {
		g.slots = make([]slot, l.n)
	}
	for i := range min(l.n, len(g.slots)) {
		k := &l.toks[i]
		if wild>>i&1 == 0 && !isCategory(k.elem) || g.slots[i].full {
			continue
		}
		v := l.text[k.start:k.end]
		if k.kind == list {
			v, _, _ = strings.Cut(v, " ") // "200 2326": the first says more than both
		}
		var t tally
		if old {
			t.before = 1
		} else {
			t.now = 1
		}
		g.slots[i].add(v[:min(len(v), maxValue)], t)
	}
}

func (s *slot) add(v string, n tally) {
	t := s.values[v]
	if t == nil {
		if len(s.values) == maxValues {
			s.values, s.full = nil, true
			return
		}
		if s.values == nil {
			s.values = make(map[string]*tally)
		}
		t = new(tally)
		s.values[strings.Clone(v)] = t
	}
	t.now += n.now
	t.before += n.before
}

func (s *slot) merge(o slot) {
	if s.full = s.full || o.full; s.full {
		s.values = nil
		return
	}
	for v, n := range o.values {
		if s.add(v, *n); s.full {
			return
		}
	}
}

// complete counts the lines that came while a variable of t still was taken
// for a word: in all of them it was the word that l, a line of theirs, has.
func (g *group) complete(t *template, l *line) {
	for i := range g.slots {
		s := &g.slots[i]
		if t.wild>>i&1 == 0 || s.full || i >= l.n {
			continue
		}
		missing := tally{g.now, sum(g.before)}
		for _, n := range s.values {
			missing.now -= n.now
			missing.before -= n.before
		}
		if v := l.text[l.toks[i].start:l.toks[i].end]; missing.now+missing.before > 0 {
			s.add(v[:min(len(v), maxValue)], missing)
		}
	}
}

// shifts finds the values whose share has grown, the strongest first.
func (g *group) shifts(t *template) []Shift {
	tested := 0
	for _, s := range g.slots {
		tested += len(s.values)
	}
	var found []Shift
	for i, s := range g.slots {
		var total tally
		for _, n := range s.values {
			total.now += n.now
			total.before += n.before
		}
		if total.before < minShift {
			continue
		}
		for v, n := range s.values {
			f := Shift{Key: t.before(i), Value: v, Count: n.now, Share: ratio(n.now, total.now), BaselineShare: ratio(n.before, total.before)}
			if n.now < minShift || f.Share < minShare || f.Share < minShareLift*f.BaselineShare {
				continue
			}
			f.P = min(1, float64(tested)*chance(gTest(n.now, total.now, n.now+n.before, total.now+total.before)))
			if f.P < maxChance {
				found = append(found, f)
			}
		}
	}
	slices.SortFunc(found, func(a, b Shift) int {
		return cmp.Or(cmp.Compare(a.P, b.P), cmp.Compare(b.Count, a.Count), strings.Compare(a.Key, b.Key), strings.Compare(a.Value, b.Value))
	})
	return found
}

func ratio(n, of int) float64 { return float64(n) / float64(max(1, of)) }

// before is the word before position i, empty if there is none.
func (t *template) before(i int) string {
	if t == nil || i == 0 || i > len(t.toks) || !t.isWord(i-1) {
		return ""
	}
	return t.text[t.toks[i-1].start:t.toks[i-1].end]
}
