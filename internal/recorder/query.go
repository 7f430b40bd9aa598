package recorder

import (
	"cmp"
	"container/heap"
	"context"
	"errors"
	"io/fs"
	"iter"
	"slices"

	"github.com/sigap-dev/sigap/internal/incident"
)

// LogQuery says which lines are asked for.
type LogQuery struct {
	Window   incident.Window
	Services []string // none: of all
	MinLevel string   // a level of incident.LogLine; empty: all, lines of unknown level too
	Limit    int      // 0: no limit
}

// QueryLogs answers the lines oldest first. Lines of unknown level are left out
// when MinLevel is set. A block that turns out damaged is skipped, logged and
// counted in Stats: an incident is better served by the rest than by an error.
// The error of a pair ends the sequence; it is the context's or the disk's.
func (r *Recorder) QueryLogs(ctx context.Context, q LogQuery) iter.Seq2[incident.LogLine, error] {
	from, to := r.window(q.Window)
	filter := &lineFilter{from: from, to: to, services: q.Services, level: levelNumber(q.MinLevel)}
	return func(yield func(incident.LogLine, error) bool) {
		merge := r.beginMerge(filter)
		for n := 0; q.Limit <= 0 || n < q.Limit; n++ {
			line, ok, err := merge.next(ctx)
			if err != nil {
				yield(incident.LogLine{}, err)
				return
			}
			if !ok || !yield(line, nil) {
				return
			}
		}
	}
}

// merge reads blocks that overlap in time as one sequence. A block is read when
// its first line's turn has come, so memory holds only what overlaps.
type merge struct {
	recorder *Recorder
	filter   *lineFilter
	ahead    []*block // not read yet, by their first line
	runs     runs
}

func (r *Recorder) beginMerge(filter *lineFilter) *merge {
	m := &merge{recorder: r, filter: filter}
	var open []incident.LogLine
	r.lines.mu.RLock()
	m.ahead = r.lines.archive.candidates(filter.mayHave)
	for _, line := range r.lines.open.items() {
		if filter.wants(line.At.UnixNano(), line.Service, levelNumber(line.Level)) {
			open = append(open, line)
		}
	}
	r.lines.mu.RUnlock()
	slices.SortStableFunc(m.ahead, func(a, b *block) int { return cmp.Compare(a.from, b.from) })
	m.add(open)
	return m
}

func (m *merge) next(ctx context.Context) (incident.LogLine, bool, error) {
	for len(m.ahead) > 0 && (len(m.runs) == 0 || m.ahead[0].from < m.runs[0][0].At.UnixNano()) {
		if err := ctx.Err(); err != nil {
			return incident.LogLine{}, false, err
		}
		lines, err := m.read(m.ahead[0])
		if err != nil {
			return incident.LogLine{}, false, err
		}
		m.ahead = m.ahead[1:]
		m.add(lines)
	}
	if len(m.runs) == 0 {
		return incident.LogLine{}, false, nil
	}
	line := m.runs[0][0]
	if m.runs[0] = m.runs[0][1:]; len(m.runs[0]) == 0 {
		heap.Pop(&m.runs)
	} else {
		heap.Fix(&m.runs, 0)
	}
	return line, true, nil
}

func (m *merge) read(b *block) ([]incident.LogLine, error) {
	var lines []incident.LogLine
	err := m.recorder.lines.readBlock(b, func(payload []byte) error {
		return decodeLines(payload, m.filter, func(line incident.LogLine) bool {
			lines = append(lines, line)
			return true
		})
	})
	return lines, err
}

func (m *merge) add(lines []incident.LogLine) {
	if len(lines) > 0 {
		heap.Push(&m.runs, lines)
	}
}

// runs is a heap of ordered, non-empty lists of lines by their first one.
type runs [][]incident.LogLine

func (r runs) Len() int           { return len(r) }
func (r runs) Less(i, j int) bool { return r[i][0].At.Before(r[j][0].At) }
func (r runs) Swap(i, j int)      { r[i], r[j] = r[j], r[i] }
func (r *runs) Push(run any)      { *r = append(*r, run.([]incident.LogLine)) }
func (r *runs) Pop() any {
	last := (*r)[len(*r)-1]
	*r = (*r)[:len(*r)-1]
	return last
}

// readBlock decodes a block. One that retention removed since it was found has
// nothing to say, and a damaged one is counted and skipped.
func (s *stream[T]) readBlock(b *block, decode func([]byte) error) error {
	payload, err := s.archive.read(b)
	if err == nil {
		err = decode(payload)
	}
	switch {
	case err == nil, errors.Is(err, fs.ErrNotExist):
		return nil
	case errors.Is(err, errTorn), errors.Is(err, errMalformed):
		s.logger.Error("recorder block is damaged, its records are left out", "file", b.path, "offset", b.offset, "records", b.count, "error", err)
		s.mu.Lock()
		s.stats.Damaged++
		s.mu.Unlock()
		return nil
	}
	return err
}

// SeriesQuery says which series are asked for; an empty list asks for all.
type SeriesQuery struct {
	Window   incident.Window
	Services []string // "" is what belongs to a host only
	Hosts    []string
	Names    []string // with Derive, of what is derived

	WithHosts bool // add what belongs to the hosts only on which the services were seen
	Derive    bool // answer rates and quantiles in place of counters and buckets, see Derive
}

// QuerySeries answers each series once, with its points in the window by time;
// series without a point there are left out.
func (r *Recorder) QuerySeries(ctx context.Context, q SeriesQuery) ([]incident.Series, error) {
	from, to := r.window(q.Window)
	filter := &seriesFilter{from: from, to: to, services: q.Services, hosts: q.Hosts, names: q.Names}
	if q.WithHosts {
		filter.serviceHosts = r.hostsOf(q.Services)
	}
	if q.Derive {
		filter.from -= deriveLookBack.Nanoseconds()
		filter.names = underived(q.Names)
	}
	var found seriesSet
	collect := func(s incident.Series) { found.add([]incident.Series{s}) }

	r.points.mu.RLock()
	blocks := r.points.archive.candidates(filter.mayHave)
	open := r.points.open.items()
	r.points.mu.RUnlock()

	for _, b := range blocks {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := r.points.readBlock(b, func(payload []byte) error { return decodeSeries(payload, filter, collect) }); err != nil {
			return nil, err
		}
	}
	for i := range open {
		if filter.wants(&open[i]) {
			collect(clip(open[i], filter.from, filter.to))
		}
	}
	series := slices.DeleteFunc(found.items(), func(s incident.Series) bool { return len(s.Points) == 0 })
	if !q.Derive {
		return series, nil
	}
	derived := Derive(series)
	for i := range derived {
		derived[i] = clip(derived[i], from, to)
	}
	return slices.DeleteFunc(derived, func(s incident.Series) bool {
		return len(s.Points) == 0 || !among(q.Names, s.Name)
	}), nil
}

// hostsOf lists the hosts on which the services were seen, by logs or metrics.
func (r *Recorder) hostsOf(services []string) []string {
	var hosts []string
	for _, seen := range r.Services() {
		if seen.Service != "" && among(services, seen.Service) {
			hosts = append(hosts, seen.Hosts...)
		}
	}
	return hosts
}

// clip answers the series with only its points in the window; they are ordered.
func clip(s incident.Series, from, to int64) incident.Series {
	first, _ := slices.BinarySearchFunc(s.Points, from, func(p incident.Point, at int64) int {
		return cmp.Compare(p.At.UnixNano(), at)
	})
	last, _ := slices.BinarySearchFunc(s.Points, to, func(p incident.Point, at int64) int {
		return cmp.Compare(p.At.UnixNano(), at)
	})
	s.Points = s.Points[first:last]
	return s
}
