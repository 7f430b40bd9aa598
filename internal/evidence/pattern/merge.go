package pattern

import (
	"cmp"
	"math/bits"
	"slices"
)

// generalise merges templates that differ only where evidence says that a
// word is a variable. It runs when the number of templates has grown by half,
// so that its cost per line stays bounded, and before ids are resolved.
func (m *Miner) generalise() {
	if m.fresh == 0 {
		return
	}
	m.fresh = 0
	merged := false
	for range maxRounds {
		if !m.mergeColumns(one) && !m.mergeColumns(two) && !m.mergeColumns(values) {
			break
		}
		merged = true
	}
	if merged {
		m.indexMasks()
		m.forgetMerged()
	}
}

// maxRounds bounds the rounds of one generalisation: a merge can make another
// one possible.
const maxRounds = 8

// width says how many words are masked at once to find templates that are
// equal but for those.
type width int

const (
	one    width = iota // each word
	two                 // each pair of words
	values              // all words that look like values, if they are more than two
)

// cell is a template as it looks with some of its words masked.
type cell struct {
	key  uint64
	mask uint64
	t    *template
}

// column is a set of templates that are equal but for the words at the
// positions of mask.
type column struct {
	key     uint64
	mask    uint64
	members []*template
	general *template // the template that has variables in all of these places, if there is one
}

// mergeColumns merges what differs in so many words, and reports whether
// there was anything.
func (m *Miner) mergeColumns(w width) bool {
	merged := false
	for _, c := range m.columns(w) {
		// An earlier merge of this round may have taken or changed some.
		c.members = slices.DeleteFunc(c.members, func(t *template) bool {
			return m.byID[t.id] != t || t.wild&c.mask != 0 || t.masked(c.mask) != c.key
		})
		if c.general = m.table[c.key]; c.general == nil {
			c.narrow()
			c.general = m.table[c.key]
		}
		if len(c.members) == 0 || len(c.members) == 1 && c.general == nil || !c.varies() {
			continue
		}
		m.join(c)
		merged = true
	}
	return merged
}

// columns finds the sets worth looking at, the largest first.
func (m *Miner) columns(w width) []*column {
	alike := make(map[uint64]int, len(m.byID)) // templates by skeleton: only those can merge
	for _, t := range m.byID {
		alike[t.skeleton]++
	}
	var cells []cell
	for _, t := range m.byID {
		if alike[t.skeleton] > 1 {
			cells = t.cells(cells, w)
		}
	}
	cells = m.shared(cells)
	slices.SortFunc(cells, func(a, b cell) int {
		return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.mask, b.mask), cmp.Compare(a.t.id, b.t.id))
	})
	var found []*column
	for len(cells) > 0 {
		n := 1
		for n < len(cells) && cells[n].key == cells[0].key && cells[n].mask == cells[0].mask {
			n++
		}
		if n > 1 || m.table[cells[0].key] != nil {
			c := &column{key: cells[0].key, mask: cells[0].mask}
			for _, x := range cells[:n] {
				c.members = append(c.members, x.t)
			}
			found = append(found, c)
		}
		cells = cells[n:]
	}
	slices.SortFunc(found, func(a, b *column) int {
		return cmp.Or(cmp.Compare(len(b.members), len(a.members)), cmp.Compare(a.members[0].id, b.members[0].id), cmp.Compare(a.mask, b.mask))
	})
	return found
}

// shared leaves the cells whose key another cell or a template has as well,
// and a few more: most have not, and need not be sorted.
func (m *Miner) shared(cells []cell) []cell {
	size := bits.Len(uint(4 * len(cells)))
	once, twice := make([]bool, 1<<size), make([]bool, 1<<size)
	for _, c := range cells {
		i := c.key >> (64 - size)
		twice[i] = twice[i] || once[i]
		once[i] = true
	}
	return slices.DeleteFunc(cells, func(c cell) bool {
		return !twice[c.key>>(64-size)] && m.table[c.key] == nil
	})
}

// maxPairWords bounds the words of a template that are tried in pairs.
const maxPairWords = 12

// cells appends the template with words masked in every way that w asks for.
func (t *template) cells(to []cell, w width) []cell {
	var words [maxTokens]int
	n, all := 0, uint64(0)
	for i := range t.toks {
		if t.isWord(i) {
			words[n] = i
			n++
			if w == values && t.prior(i) >= valueLike {
				all |= 1 << i
			}
		}
	}
	switch {
	case w == values && bits.OnesCount64(all) > 2:
		to = append(to, cell{t.masked(all), all, t})
	case w == one:
		for _, i := range words[:n] {
			to = append(to, cell{t.masked(1 << i), 1 << i, t})
		}
	case w == two && n <= maxPairWords:
		for a, i := range words[:n] {
			for _, j := range words[a+1 : n] {
				mask := uint64(1<<i | 1<<j)
				to = append(to, cell{t.masked(mask), mask, t})
			}
		}
	}
	return to
}

// masked is the key that the template has if the words of mask are variables.
func (t *template) masked(mask uint64) uint64 {
	k := t.key
	for f := mask; f != 0; f &= f - 1 {
		i := bits.TrailingZeros64(f)
		k += mix(i, variableHash) - mix(i, t.toks[i].hash)
	}
	return k
}

// narrow takes the positions out of the mask at which all members agree.
func (c *column) narrow() {
	if len(c.members) < 2 {
		return
	}
	for f := c.mask; f != 0; f &= f - 1 {
		i := bits.TrailingZeros64(f)
		h := c.members[0].toks[i].hash
		if !slices.ContainsFunc(c.members, func(t *template) bool { return t.toks[i].hash != h }) {
			c.mask &^= 1 << i
		}
	}
	c.key = c.members[0].masked(c.mask)
}

// varies weighs the evidence that every position of the column is a variable:
// the more different values, and the more they look like values, the better.
func (c *column) varies() bool {
	need := 1.0
	if c.general == nil && bits.OnesCount64(c.mask) > 1 {
		need = 1.5
	}
	for f := c.mask; f != 0; f &= f - 1 {
		i := bits.TrailingZeros64(f)
		sum := 0.0
		if c.general != nil {
			sum = c.members[0].kinship(c.general, i)
		}
		seen := map[uint64]bool{}
		for _, t := range c.members {
			if h := t.toks[i].hash; !seen[h] {
				seen[h] = true
				sum += t.weight(i, c.mask)
			}
		}
		if sum < need {
			return false
		}
	}
	return true
}

// join makes one template of a column.
func (m *Miner) join(c *column) {
	into := c.general
	if into == nil {
		into = slices.MinFunc(c.members, func(a, b *template) int { return cmp.Compare(a.id, b.id) })
		delete(m.table, into.key)
		into.key = c.key
		m.table[c.key] = into
	}
	into.wild |= c.mask
	for _, t := range c.members {
		if t == into {
			continue
		}
		into.absorb(t)
		delete(m.table, t.key)
		delete(m.byID, t.id)
		m.merged[t.id] = into.id
	}
}

// absorb adds the lines of another template of the same shape.
func (t *template) absorb(o *template) {
	t.wild |= o.wild
	t.count += o.count
	t.last = max(t.last, o.last)
	for i := range t.toks {
		if t.fixed>>i&1 != 0 && (o.fixed>>i&1 == 0 || o.toks[i].val != t.toks[i].val) {
			t.fixed &^= 1 << i
		}
		if t.toks[i].kind > calendar && o.toks[i].kind > calendar {
			t.toks[i].kind = blend(t.toks[i].kind, o.toks[i].kind)
		}
	}
}

// indexMasks notes for every skeleton which words of a line may be variables.
func (m *Miner) indexMasks() {
	clear(m.masks)
	for _, t := range m.byID {
		if t.wild != 0 && !slices.Contains(m.masks[t.skeleton], t.wild) {
			m.masks[t.skeleton] = append(m.masks[t.skeleton], t.wild)
		}
	}
	for _, masks := range m.masks { // the most exact first
		slices.SortFunc(masks, func(a, b uint64) int {
			return cmp.Or(cmp.Compare(bits.OnesCount64(a), bits.OnesCount64(b)), cmp.Compare(a, b))
		})
	}
}
