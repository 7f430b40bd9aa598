package recorder

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// Stats says what the recorder holds and what it let go since it was opened.
type Stats struct {
	Logs    KindStats
	Metrics KindStats
}

// KindStats are the figures of one kind of record.
type KindStats struct {
	Bytes        int64     // on disk
	Records      int64     // sealed lines or points; the open block's are not counted
	Oldest       time.Time // zero if there is nothing
	Newest       time.Time
	Dropped      int64 // records removed by retention
	DroppedBytes int64
	Damaged      int64 // blocks that a query could not read
}

// Stats answers the present figures.
func (r *Recorder) Stats() Stats {
	return Stats{Logs: r.lines.figures(), Metrics: r.points.figures()}
}

func (s *stream[T]) figures() KindStats {
	s.mu.RLock()
	defer s.mu.RUnlock()
	f := s.stats
	f.Bytes = s.archive.bytes() + s.journal.size
	covered := s.describe(s.open.items())
	for _, seg := range s.archive.segments {
		f.Records += int64(seg.count)
		for _, b := range seg.blocks {
			covered.cover(b.from)
			covered.cover(b.to)
		}
	}
	if covered.to != 0 {
		f.Oldest, f.Newest = time.Unix(0, covered.from).UTC(), time.Unix(0, covered.to).UTC()
	}
	return f
}

// Seen is a service, as its records name it, and where it was seen.
type Seen struct {
	Service string // empty for what belongs to a host only
	Hosts   []string
	Last    time.Time // of its newest record, to the precision of a block
}

// Services lists what sent logs or metrics within retention, by name.
func (r *Recorder) Services() []Seen {
	hosts := map[string]map[string]bool{}
	last := map[string]int64{}
	note := func(h *header) {
		for _, o := range h.origins {
			if hosts[o.Service] == nil {
				hosts[o.Service] = map[string]bool{}
			}
			if o.Host != "" {
				hosts[o.Service][o.Host] = true
			}
			last[o.Service] = max(last[o.Service], h.to)
		}
	}
	r.lines.eachHeader(note)
	r.points.eachHeader(note)

	seen := make([]Seen, 0, len(hosts))
	for service, on := range hosts {
		seen = append(seen, Seen{
			Service: service,
			Hosts:   slices.Sorted(maps.Keys(on)),
			Last:    time.Unix(0, last[service]).UTC(),
		})
	}
	slices.SortFunc(seen, func(a, b Seen) int { return cmp.Compare(a.Service, b.Service) })
	return seen
}

// eachHeader visits the header of each sealed block and that of the open one.
func (s *stream[T]) eachHeader(visit func(*header)) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	open := s.describe(s.open.items())
	visit(&open)
	for _, seg := range s.archive.segments {
		for _, b := range seg.blocks {
			visit(&b.header)
		}
	}
}
