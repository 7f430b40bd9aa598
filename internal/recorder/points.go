package recorder

import (
	"cmp"
	"encoding/binary"
	"maps"
	"math"
	"math/bits"
	"slices"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// encodeSeries writes each series as its key and its points. A time is the
// difference of differences to the ones before (0 for a regular scrape), a value
// the bits in which it differs from the one before, reversed so that the common
// case, a whole number that moved a little, is short: the idea of Gorilla
// (Pelkonen et al., VLDB 2015) without its bit packing, which the block's
// compression makes up for.
func encodeSeries(series []incident.Series) []byte {
	var words dictionary
	rows := binary.AppendUvarint(nil, uint64(len(series)))
	for i := range series {
		s := &series[i]
		for _, word := range []string{s.Name, s.Service, s.Host, s.Unit} {
			rows = binary.AppendUvarint(rows, words.number(word))
		}
		rows = binary.AppendUvarint(rows, uint64(len(s.Labels)))
		for name, value := range s.Labels {
			rows = binary.AppendUvarint(rows, words.number(name))
			rows = binary.AppendUvarint(rows, words.number(value))
		}
		points := encodePoints(s.Points)
		rows = binary.AppendUvarint(rows, uint64(len(s.Points)))
		rows = binary.AppendUvarint(rows, uint64(len(points)))
		rows = append(rows, points...)
	}
	return append(words.append(nil), rows...)
}

func encodePoints(points []incident.Point) []byte {
	b := make([]byte, 0, len(points)*4+16)
	var at, step int64
	var value uint64
	for _, p := range points {
		nextAt, nextValue := p.At.UnixNano(), math.Float64bits(p.Value)
		b = binary.AppendVarint(b, nextAt-at-step)
		b = binary.AppendUvarint(b, bits.ReverseBytes64(nextValue^value))
		at, step, value = nextAt, nextAt-at, nextValue
	}
	return b
}

// decodeSeries calls yield for each series that the filter wants, with the
// points of its window only, and not at all if there are none.
func decodeSeries(payload []byte, filter *seriesFilter, yield func(incident.Series)) error {
	c := &cursor{b: payload}
	words := c.words()
	for range c.count() {
		s := incident.Series{Name: c.word(words), Service: c.word(words), Host: c.word(words), Unit: c.word(words)}
		labels := c.count()
		for range labels {
			if s.Labels == nil {
				s.Labels = make(map[string]string, min(labels, 64))
			}
			s.Labels[c.word(words)] = c.word(words)
		}
		count := c.uvarint()
		points := c.bytes(c.uvarint())
		if c.bad {
			break
		}
		if !filter.wants(&s) {
			continue
		}
		var err error
		if s.Points, err = decodePoints(points, count, filter); err != nil {
			return err
		}
		if len(s.Points) > 0 {
			yield(s)
		}
	}
	return c.err()
}

func decodePoints(b []byte, count uint64, filter *seriesFilter) ([]incident.Point, error) {
	c := &cursor{b: b}
	var points []incident.Point
	var at, step int64
	var value uint64
	for range count {
		delta := c.varint() + step
		at, step = at+delta, delta
		value ^= bits.ReverseBytes64(c.uvarint())
		if c.bad {
			break
		}
		if at >= filter.from && at < filter.to {
			points = append(points, incident.Point{At: time.Unix(0, at).UTC(), Value: math.Float64frombits(value)})
		}
	}
	return points, c.err()
}

// seriesFilter is a SeriesQuery in the terms of the disk.
type seriesFilter struct {
	from, to               int64 // Unix nanoseconds, to excluded
	services, hosts, names []string
	serviceHosts           []string // of which to take what belongs to no service too
}

func (f *seriesFilter) wants(s *incident.Series) bool {
	return f.wantsOrigin(s.Service, s.Host) && among(f.names, s.Name)
}

func (f *seriesFilter) wantsOrigin(service, host string) bool {
	return among(f.services, service) && among(f.hosts, host) || service == "" && slices.Contains(f.serviceHosts, host)
}

func (f *seriesFilter) mayHave(h *header) bool {
	return h.to >= f.from && h.from < f.to && slices.ContainsFunc(h.origins, func(o Origin) bool {
		return f.wantsOrigin(o.Service, o.Host)
	})
}

// among reports whether value is one of allowed; nothing named allows all.
func among(allowed []string, value string) bool {
	return len(allowed) == 0 || slices.Contains(allowed, value)
}

// seriesSet gathers the points of many scrapes under their series.
type seriesSet struct {
	byKey map[string]*incident.Series
	size  int
}

// add copies the points; the set shares the labels with its caller, who no
// longer changes them.
func (s *seriesSet) add(series []incident.Series) {
	if s.byKey == nil {
		s.byKey = map[string]*incident.Series{}
	}
	for i := range series {
		key := seriesKey(&series[i])
		known, ok := s.byKey[key]
		if !ok {
			fresh := series[i]
			fresh.Points = nil
			known, s.byKey[key] = &fresh, &fresh
			s.size += len(key)
		}
		known.Points = append(known.Points, series[i].Points...)
		s.size += len(series[i].Points) * 16
	}
}

func (s *seriesSet) bytes() int { return s.size }

// items answers the series by name, service, host and labels, each with its
// points by time and one point an instant: the one that came last.
func (s *seriesSet) items() []incident.Series {
	out := make([]incident.Series, 0, len(s.byKey))
	for _, key := range slices.Sorted(maps.Keys(s.byKey)) {
		series := *s.byKey[key]
		series.Points = orderPoints(series.Points)
		out = append(out, series)
	}
	slices.SortStableFunc(out, func(a, b incident.Series) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Service, b.Service), cmp.Compare(a.Host, b.Host))
	})
	return out
}

func (s *seriesSet) clear() { s.byKey, s.size = nil, 0 }

func orderPoints(points []incident.Point) []incident.Point {
	sorted := slices.Clone(points)
	slices.SortStableFunc(sorted, func(a, b incident.Point) int { return a.At.Compare(b.At) })
	out := sorted[:0]
	for _, p := range sorted {
		if n := len(out); n > 0 && out[n-1].At.Equal(p.At) {
			out[n-1] = p
			continue
		}
		out = append(out, p)
	}
	return out
}

// seriesKey is equal for two series exactly if they are the same quantity.
func seriesKey(s *incident.Series) string {
	b := make([]byte, 0, 128)
	for _, word := range []string{s.Name, s.Service, s.Host} {
		b = appendString(b, word)
	}
	for _, name := range slices.Sorted(maps.Keys(s.Labels)) {
		b = appendString(appendString(b, name), s.Labels[name])
	}
	return string(b)
}

// describeSeries fills what a block's header says about its points.
func describeSeries(series []incident.Series) header {
	var h header
	seen := map[Origin]bool{}
	for i := range series {
		for _, p := range series[i].Points {
			h.cover(p.At.UnixNano())
		}
		h.count += len(series[i].Points)
		seen[Origin{series[i].Service, series[i].Host}] = true
	}
	h.setOrigins(seen)
	return h
}
