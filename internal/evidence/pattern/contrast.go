package pattern

import "math"

// counts are of lines. Usual is how many errors the baseline leads to
// expect in the window.
type counts struct{ errors, usual, others float64 }

func (c counts) excess() float64 { return max(0, c.errors-c.usual) }

func (c *counts) add(o counts) {
	c.errors, c.usual, c.others = c.errors+o.errors, c.usual+o.usual, c.others+o.others
}

// split is the lines that name the keys of a set of candidates and have those
// of another set, with and without what is asked.
type split struct{ with, without counts }

func (x *explainer) split(ask, given uint64) split {
	var s split
	for _, p := range x.parts {
		switch {
		case p.names&ask != ask || p.has&given != given:
		case p.has&ask == ask:
			s.with.add(p.counts)
		default:
			s.without.add(p.counts)
		}
	}
	return s
}

// beside is split among the lines that name the other's key and lack its value.
func (x *explainer) beside(ask, other uint64) split {
	all, given := x.split(ask, 0), x.split(ask, other)
	return split{with: minus(all.with, given.with), without: minus(all.without, given.without)}
}

func minus(a, b counts) counts {
	return counts{a.errors - b.errors, a.usual - b.usual, a.others - b.others}
}

func (s split) errors() float64 { return s.with.excess() + s.without.excess() }
func (s split) others() float64 { return s.with.others + s.without.others }

func (s split) ofErrors() float64 { return s.with.excess() / max(1, s.errors()) }
func (s split) ofOthers() float64 { return s.with.others / max(1, s.others()) }

// comparable reports whether there is enough on both sides to tell anything.
func (s split) comparable() bool { return s.errors() >= minErrors && s.others() >= minOthers }

func (s split) g() float64 {
	with, without := int(math.Round(s.with.excess())), int(math.Round(s.without.excess()))
	others, all := int(s.with.others), int(s.others())
	return gTest(with, with+without, with+others, with+without+all)
}

// chance is that of the G-test after so many tries.
func (s split) chance(tries int) float64 { return min(1, chance(s.g())*float64(tries)) }

// tells reports whether the split sets the errors apart from the others.
func (s split) tells(tries int) bool {
	const half = 0.5 // in each cell, so that none is empty
	odds := (s.with.excess() + half) / (s.without.excess() + half) / ((s.with.others + half) / (s.without.others + half))
	return s.comparable() && odds >= minOdds && s.chance(tries) < maxChance
}

// gTest is the G statistic (twice the log of the likelihood ratio) of the
// table errors and other lines by with and without the property.
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
