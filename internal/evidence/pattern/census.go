package pattern

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/sigap-dev/sigap/internal/incident"
)

const (
	sparkParts = 48
	maxSamples = 3
	maxSample  = 4 << 10 // bytes
	maxGroups  = 16 << 10
)

// census counts the lines of every template and service in the incident's
// window and in each window of the baseline.
type census struct {
	miner         *Miner
	byKey         map[groupKey]*group
	length        time.Duration   // of the incident's window
	lengths       []time.Duration // of the baseline's windows
	baselineLines int
	sparkSpan     incident.Window
}

type groupKey struct {
	id      ID
	service string
}

// group is the lines of one template and service.
type group struct {
	groupKey

	now         int
	before      []int // for each window of the baseline
	level       int   // index into levels, the most severe
	errors      int   // lines of the incident that report an error
	first, last time.Time
	samples     []string // of the incident, or of the baseline while it has none
	old         bool     // the samples are of the baseline
	spark       []float64
	slots       []slot // the variables' values
}

func newCensus(now Span, baseline []Span) *census {
	c := &census{
		miner:  New(Options{}),
		byKey:  make(map[groupKey]*group),
		length: now.Window.To.Sub(now.Window.From),
	}
	c.sparkSpan = sparkSpan(now.Window, baseline)
	for _, b := range baseline {
		c.lengths = append(c.lengths, b.Window.To.Sub(b.Window.From))
	}
	for i, b := range baseline {
		c.count(b, i)
	}
	c.count(now, -1)
	return c
}

// sparkSpan is the time that sparks cover: the incident and the windows of
// the baseline just before it. Yesterday's would press the incident into a
// single point.
func sparkSpan(now incident.Window, baseline []Span) incident.Window {
	span := now
	reach := now.From.Add(-6 * now.To.Sub(now.From))
	for _, b := range baseline {
		if b.Window.From.Before(span.From) && !b.Window.From.Before(reach) {
			span.From = b.Window.From
		}
	}
	return span
}

// count reads the lines of one window; i is its place in the baseline, or
// negative for the incident.
func (c *census) count(s Span, i int) {
	for l := range s.within() {
		if i >= 0 {
			c.baselineLines++
		}
		key := groupKey{c.miner.Add(l.Body), l.Service}
		g := c.byKey[key]
		if g == nil {
			if len(c.byKey) == maxGroups {
				c.settle()
			}
			if len(c.byKey) == maxGroups {
				continue // nothing can be said of so many kinds of lines
			}
			g = &group{groupKey: key, old: i >= 0, before: make([]int, len(c.lengths)), spark: make([]float64, sparkParts), first: l.At, last: l.At}
			c.byKey[key] = g
		}
		g.count(l, i, c.sparkSpan)
		if t := c.miner.byID[key.id]; t != nil {
			g.observe(&c.miner.line, t.wild, i >= 0)
		}
	}
}

func (g *group) count(l incident.LogLine, i int, span incident.Window) {
	if i >= 0 {
		g.before[i]++
	} else {
		g.now++
	}
	level := levelOf(l)
	g.level = max(g.level, level)
	if i < 0 && level >= severeLevel {
		g.errors++
	}
	if l.At.Before(g.first) {
		g.first = l.At
	}
	if l.At.After(g.last) {
		g.last = l.At
	}
	if at := l.At.Sub(span.From); at >= 0 && l.At.Before(span.To) {
		g.spark[int(float64(at)/float64(span.To.Sub(span.From))*sparkParts)]++
	}
	g.sample(l.Body, i >= 0)
}

// sample keeps the event if it is one of the first that differ. Those of the
// incident take the place of those of the baseline.
func (g *group) sample(body string, old bool) {
	if g.old && !old {
		g.samples, g.old = nil, false
	}
	if old && len(g.samples) > 0 || len(g.samples) == maxSamples || slices.Contains(g.samples, body) {
		return
	}
	if s := clip(body); len(s) == len(body) || !slices.Contains(g.samples, s) {
		g.samples = append(g.samples, s)
	}
}

// settle joins the groups whose templates turned out to be one.
func (c *census) settle() {
	for _, key := range slices.SortedFunc(maps.Keys(c.byKey), groupKey.compare) {
		g := c.byKey[key]
		to := groupKey{c.miner.Resolve(key.id), key.service}
		if t := c.miner.byID[to.id]; t != nil {
			first := head(g.samples[0])
			if key == to {
				first = t.text
			}
			c.miner.line.scan(first)
			g.complete(t, &c.miner.line)
		}
		if to == key {
			continue
		}
		into := c.byKey[to]
		delete(c.byKey, key)
		if into == nil {
			g.groupKey = to
			c.byKey[to] = g
			continue
		}
		into.add(g)
	}
}

func (k groupKey) compare(o groupKey) int {
	return cmp.Or(cmp.Compare(k.id, o.id), strings.Compare(k.service, o.service))
}

func (g *group) add(o *group) {
	g.now += o.now
	g.errors += o.errors
	for i, n := range o.before {
		g.before[i] += n
	}
	for i, n := range o.spark {
		g.spark[i] += n
	}
	g.level = max(g.level, o.level)
	if o.first.Before(g.first) {
		g.first = o.first
	}
	if o.last.After(g.last) {
		g.last = o.last
	}
	for i := range min(len(g.slots), len(o.slots)) {
		g.slots[i].merge(o.slots[i])
	}
	switch {
	case g.old && !o.old:
		g.samples, g.old = o.samples, false
	case g.old == o.old:
		g.samples = append(g.samples, o.samples[:min(len(o.samples), maxSamples-len(g.samples))]...)
	}
}

// groups returns all groups in the order in which their templates were first seen.
func (c *census) groups() []*group {
	c.settle()
	return slices.SortedFunc(maps.Values(c.byKey), func(a, b *group) int { return a.compare(b.groupKey) })
}

// clip cuts a log event to the length of a sample.
func clip(s string) string {
	if len(s) <= maxSample {
		return strings.Clone(s)
	}
	end := maxSample - len("…")
	for end > maxSample-8 && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + "…"
}
