package recorder

import (
	"encoding/binary"
	"slices"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// encodeLines writes lines in the given order: a dictionary of services, hosts
// and attribute names, then one record a line. Times are differences in
// nanoseconds, which for ordered lines are small numbers.
func encodeLines(lines []incident.LogLine) []byte {
	var (
		words dictionary
		rows  = make([]byte, 0, linesSize(lines))
		attrs []byte
		last  int64
	)
	rows = binary.AppendUvarint(rows, uint64(len(lines)))
	for i := range lines {
		line := &lines[i]
		at := line.At.UnixNano()
		rows = binary.AppendVarint(rows, at-last)
		last = at
		rows = binary.AppendUvarint(rows, words.number(line.Service))
		rows = binary.AppendUvarint(rows, words.number(line.Host))
		rows = append(rows, levelNumber(line.Level))
		rows = appendString(rows, line.Body)

		attrs = attrs[:0]
		for name, value := range line.Attrs {
			attrs = binary.AppendUvarint(attrs, words.number(name))
			attrs = appendString(attrs, value)
		}
		rows = binary.AppendUvarint(rows, uint64(len(attrs)))
		rows = append(rows, attrs...)
	}
	return append(words.append(make([]byte, 0, len(rows)+256)), rows...)
}

// decodeLines calls yield for each line that the filter wants, in the order
// written, until yield answers false. Lines not wanted are not built.
func decodeLines(payload []byte, filter *lineFilter, yield func(incident.LogLine) bool) error {
	c := &cursor{b: payload}
	words, last := c.words(), int64(0)
	names := levels()
	for range c.count() {
		last += c.varint()
		service, host, level := c.word(words), c.word(words), c.byte()
		body := c.bytes(c.uvarint())
		attrs := cursor{b: c.bytes(c.uvarint())}
		if int(level) >= len(names) {
			c.fail()
		}
		if c.bad {
			break
		}
		if !filter.wants(last, service, level) {
			continue
		}
		line := incident.LogLine{
			At:      time.Unix(0, last).UTC(),
			Service: service,
			Host:    host,
			Level:   names[level],
			Body:    string(body),
		}
		for len(attrs.b) > 0 {
			if line.Attrs == nil {
				line.Attrs = map[string]string{}
			}
			line.Attrs[attrs.word(words)] = attrs.string()
		}
		if attrs.bad {
			return errMalformed
		}
		if !yield(line) {
			return nil
		}
	}
	return c.err()
}

// lineFilter is a LogQuery in the terms of the disk.
type lineFilter struct {
	from, to int64 // Unix nanoseconds, to excluded
	services []string
	level    byte
}

func (f *lineFilter) wants(at int64, service string, level byte) bool {
	return at >= f.from && at < f.to && level >= f.level &&
		(len(f.services) == 0 || slices.Contains(f.services, service))
}

// mayHave reports whether a block with this header can hold a wanted line.
func (f *lineFilter) mayHave(h *header) bool {
	if h.to < f.from || h.from >= f.to || !h.levels.reaches(f.level) {
		return false
	}
	return len(f.services) == 0 || slices.ContainsFunc(h.origins, func(o Origin) bool {
		return slices.Contains(f.services, o.Service)
	})
}

// linesSize estimates the bytes that lines take in a payload.
func linesSize(lines []incident.LogLine) int {
	size := 0
	for i := range lines {
		size += len(lines[i].Body) + 16
		for name, value := range lines[i].Attrs {
			size += len(name) + len(value) + 4
		}
	}
	return size
}

// lineBuffer holds the lines of the open block, in the order they came.
type lineBuffer struct {
	lines []incident.LogLine
	size  int
}

func (b *lineBuffer) add(lines []incident.LogLine) {
	b.lines = append(b.lines, lines...)
	b.size += linesSize(lines)
}

func (b *lineBuffer) bytes() int { return b.size }

// items answers the lines by time; the buffer keeps them until clear.
func (b *lineBuffer) items() []incident.LogLine {
	sorted := slices.Clone(b.lines)
	sortLines(sorted)
	return sorted
}

func (b *lineBuffer) clear() { b.lines, b.size = nil, 0 }

func sortLines(lines []incident.LogLine) {
	slices.SortStableFunc(lines, func(a, b incident.LogLine) int { return a.At.Compare(b.At) })
}

// describeLines fills what a block's header says about its lines.
func describeLines(lines []incident.LogLine) header {
	h := header{count: len(lines)}
	seen := map[Origin]bool{}
	for i := range lines {
		line := &lines[i]
		h.cover(line.At.UnixNano())
		h.levels |= 1 << levelNumber(line.Level)
		seen[Origin{line.Service, line.Host}] = true
	}
	h.setOrigins(seen)
	return h
}
