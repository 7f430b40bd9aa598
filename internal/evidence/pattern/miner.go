package pattern

import (
	"cmp"
	"fmt"
	"maps"
	"math/bits"
	"slices"
	"strings"
)

// ID names a template within one Miner. Zero is no template.
type ID uint64

// Options of a Miner. The zero value is what Sigap uses for all logs.
type Options struct {
	// MaxTemplates is how many templates are kept; beyond it the least
	// recently seen are forgotten. 4,096 if zero or less, which takes 32 MiB
	// at worst and usually less than one.
	MaxTemplates int
}

// Miner learns templates from lines, one line at a time, in bounded memory.
// It is not safe for concurrent use.
type Miner struct {
	max    int
	next   ID
	seq    uint64
	fresh  int                  // templates made since the last generalisation
	table  map[uint64]*template // by key
	masks  map[uint64][]uint64  // by skeleton: the words of a line that may be variables
	byID   map[ID]*template
	merged map[ID]ID // a template that became part of another
	line   line      // the line being read
}

// template is a set of lines that are alike but for their variables.
type template struct {
	id       ID
	key      uint64 // of its lines, with the variables masked
	skeleton uint64 // of their punctuation
	wild     uint64 // positions of words that turned out to be variables
	fixed    uint64 // positions of variables that had one value so far
	count    uint64 // lines
	last     uint64 // sequence number of the last line
	text     string // the first line, as far as it was read
	toks     []token
}

// isWord says whether position i is a word that is not known to vary.
func (t *template) isWord(i int) bool {
	k := &t.toks[i]
	return k.kind <= calendar && t.wild>>i&1 == 0 && hasLetter(t.text[k.start:k.end])
}

// New makes an empty Miner.
func New(o Options) *Miner {
	if o.MaxTemplates <= 0 {
		o.MaxTemplates = 4096
	}
	return &Miner{
		max:    o.MaxTemplates,
		table:  make(map[uint64]*template),
		masks:  make(map[uint64][]uint64),
		byID:   make(map[ID]*template),
		merged: make(map[ID]ID),
	}
}

// Add learns from one log event and returns its template. A line of a known
// template costs one pass over its bytes and no allocation. Templates that
// turn out to be one are merged later: [Miner.Resolve] an id before it is
// compared with others.
func (m *Miner) Add(body string) ID {
	m.seq++
	key, skeleton := m.read(body)
	t := m.find(key, skeleton)
	if t == nil {
		return m.create(key, skeleton)
	}
	t.count++
	t.last = m.seq
	for f := t.fixed; f != 0; f &= f - 1 {
		i := bits.TrailingZeros64(f)
		known, now := &t.toks[i], &m.line.toks[i]
		if known.val != now.val {
			t.fixed &^= 1 << i
			known.kind = blend(known.kind, now.kind)
		}
	}
	return t.id
}

// Match returns the template of a log event without learning from it.
func (m *Miner) Match(body string) (ID, bool) {
	key, skeleton := m.read(body)
	if t := m.find(key, skeleton); t != nil {
		return t.id, true
	}
	return 0, false
}

// Resolve returns the template that id has become part of, or id itself.
func (m *Miner) Resolve(id ID) ID {
	m.generalise()
	for {
		into, ok := m.merged[id]
		if !ok {
			return id
		}
		id = into
	}
}

// Template returns the text of a template with its variables as typed
// placeholders; a variable that had one value in all lines is shown as that
// value. It is empty for an id that is unknown or was forgotten.
func (m *Miner) Template(id ID) string {
	t := m.byID[m.Resolve(id)]
	if t == nil {
		return ""
	}
	var b strings.Builder
	at := int32(0)
	for i := range t.toks {
		k := &t.toks[i]
		b.WriteString(t.text[at:k.start])
		switch {
		case t.wild>>i&1 != 0:
			b.WriteString(placeholders[mixed])
		case k.kind > calendar && t.fixed>>i&1 == 0:
			b.WriteString(placeholders[k.kind])
		default:
			b.WriteString(t.text[k.start:k.end])
		}
		at = k.end
	}
	b.WriteString(t.text[at:])
	return b.String()
}

// Fingerprint identifies the template across miners and processes, as long as
// the same of its words were found to vary. It is empty like Template.
func (m *Miner) Fingerprint(id ID) string {
	t := m.byID[m.Resolve(id)]
	if t == nil {
		return ""
	}
	return fmt.Sprintf("%016x", t.key)
}

// Len is the number of templates known.
func (m *Miner) Len() int { return len(m.byID) }

// read tokenises the head of a log event. The key is a sum over positions, so
// that one position can be exchanged for a variable without reading again.
func (m *Miner) read(body string) (key, skeleton uint64) {
	l := &m.line
	l.scan(head(body))
	for i := range l.n {
		t := &l.toks[i]
		key += mix(i, t.hash)
		skeleton += mix(i+maxTokens, t.sep)
	}
	skeleton += mix(l.n+maxTokens, l.tail+1)
	return key + skeleton, skeleton
}

// find looks the line up as it is, then with the words masked that are
// variables in templates of the same punctuation.
func (m *Miner) find(key, skeleton uint64) *template {
	if t := m.table[key]; t != nil {
		return t
	}
	for _, mask := range m.masks[skeleton] {
		k := key
		for f := mask; f != 0; f &= f - 1 {
			i := bits.TrailingZeros64(f)
			k += mix(i, variableHash) - mix(i, m.line.toks[i].hash)
		}
		if t := m.table[k]; t != nil {
			return t
		}
	}
	return nil
}

// create makes a template of the line just read.
func (m *Miner) create(key, skeleton uint64) ID {
	l := &m.line
	end := len(l.text)
	if l.n == maxTokens {
		end = int(l.toks[l.n-1].end)
	}
	m.next++
	t := &template{
		id: m.next, key: key, skeleton: skeleton, count: 1, last: m.seq,
		text: strings.Clone(l.text[:end]), toks: slices.Clone(l.toks[:l.n]),
	}
	for i := range t.toks {
		if t.toks[i].kind > calendar {
			t.fixed |= 1 << i
		}
	}
	m.table[key], m.byID[t.id] = t, t
	m.fresh++
	if m.fresh > 64+len(m.byID)/2 {
		m.generalise()
	}
	if len(m.byID) > m.max {
		m.evict()
	}
	return t.id
}

// evict forgets the eighth of the templates that was not seen for longest.
func (m *Miner) evict() {
	old := slices.SortedFunc(maps.Values(m.byID), func(a, b *template) int { return cmp.Compare(a.last, b.last) })
	for _, t := range old[:len(old)-m.max*7/8] {
		delete(m.byID, t.id)
		delete(m.table, t.key)
	}
	m.indexMasks()
}

// forgetMerged keeps the memory of merges within bounds: beyond four times
// the templates kept, the oldest ids resolve to themselves.
func (m *Miner) forgetMerged() {
	for id, into := range m.merged { // shorten the paths
		for next, ok := m.merged[into]; ok; next, ok = m.merged[into] {
			into = next
		}
		m.merged[id] = into
	}
	if len(m.merged) <= 4*m.max {
		return
	}
	ids := slices.Sorted(maps.Keys(m.merged))
	for _, id := range ids[:len(ids)-2*m.max] {
		delete(m.merged, id)
	}
}
