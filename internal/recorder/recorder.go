package recorder

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"path/filepath"
	"sync"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// Options bound a Recorder. The zero value of each field has a default.
type Options struct {
	MaxBytes int64            // on disk; default 1 GiB, of which a quarter is for metrics
	MaxAge   time.Duration    // default 72 hours
	Now      func() time.Time // default time.Now
	Logger   *slog.Logger     // default slog.Default()
}

// Recorder stores and finds log lines and metrics. It is safe for use by many
// goroutines at once.
type Recorder struct {
	lines  *stream[incident.LogLine]
	points *stream[incident.Series]
	now    func() time.Time
	maxAge time.Duration
	close  func() error
}

// chunkSize bounds what one journal frame holds, in bytes.
const chunkSize = 1 << 20

// Open opens or creates the recorder in a folder that no other process uses.
func Open(dir string, opts Options) (*Recorder, error) {
	if opts.MaxBytes <= 0 {
		opts.MaxBytes = 1 << 30
	}
	if opts.MaxAge <= 0 {
		opts.MaxAge = 72 * time.Hour
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.Logger == nil {
		opts.Logger = slog.Default()
	}
	r := &Recorder{now: opts.Now, maxAge: opts.MaxAge}
	r.lines = newStream(filepath.Join(dir, "logs"), opts.MaxBytes-opts.MaxBytes/4, opts, encodeLines, describeLines)
	r.lines.open = &lineBuffer{}
	if err := r.lines.start(allLines); err != nil {
		return nil, fmt.Errorf("open recorder logs in %s: %w", dir, err)
	}
	r.points = newStream(filepath.Join(dir, "metrics"), opts.MaxBytes/4, opts, encodeSeries, describeSeries)
	r.points.open = &seriesSet{}
	if err := r.points.start(allSeries); err != nil {
		return nil, errors.Join(fmt.Errorf("open recorder metrics in %s: %w", dir, err), r.lines.close())
	}
	r.close = sync.OnceValue(func() error { return errors.Join(r.lines.close(), r.points.close()) })
	return r, nil
}

func newStream[T any](dir string, limit int64, opts Options, encode func([]T) []byte, describe func([]T) header) *stream[T] {
	return &stream[T]{
		dir:      dir,
		limit:    limit,
		maxAge:   opts.MaxAge,
		now:      opts.Now,
		logger:   opts.Logger,
		encode:   encode,
		describe: describe,
	}
}

// Close stops the recorder. What was accepted is on the disk already.
func (r *Recorder) Close() error { return r.close() }

// Logs stores lines and returns when they are durable. A line without a time
// gets the present one, a level that is not one of incident.LogLine's is
// stored as unknown. Many lines are stored in parts: after an error some of
// them may be kept.
func (r *Recorder) Logs(ctx context.Context, lines []incident.LogLine) error {
	now := r.now()
	for len(lines) > 0 {
		n, size := 0, 0
		for n < len(lines) && (n == 0 || size < chunkSize) {
			size += linesSize(lines[n : n+1])
			n++
		}
		chunk := make([]incident.LogLine, n)
		for i, line := range lines[:n] {
			if line.At.Unix() <= 0 {
				line.At = now
			}
			line.Level = levels()[levelNumber(line.Level)]
			chunk[i] = line
		}
		if err := r.lines.put(ctx, chunk); err != nil {
			return fmt.Errorf("store log lines: %w", err)
		}
		lines = lines[n:]
	}
	return nil
}

// Metrics stores points and returns when they are durable. Points of one series
// accumulate over calls; values that are not finite, and points without a time,
// are left out.
func (r *Recorder) Metrics(ctx context.Context, series []incident.Series) error {
	for len(series) > 0 {
		var chunk []incident.Series
		n, size := 0, 0
		for n < len(series) && (n == 0 || size < chunkSize) {
			s := series[n]
			s.Points = storable(s.Points)
			if len(s.Points) > 0 {
				chunk = append(chunk, s)
			}
			size += 200 + 16*len(s.Points)
			n++
		}
		if len(chunk) > 0 {
			if err := r.points.put(ctx, chunk); err != nil {
				return fmt.Errorf("store metrics: %w", err)
			}
		}
		series = series[n:]
	}
	return nil
}

func storable(points []incident.Point) []incident.Point {
	out := make([]incident.Point, 0, len(points))
	for _, p := range points {
		if p.At.Unix() > 0 && finite(p.Value) {
			out = append(out, p)
		}
	}
	return out
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// Trim lets go what is over size or age. Storing does so by itself; call it
// now and then (each ten minutes, say) so that it happens without traffic too.
func (r *Recorder) Trim(ctx context.Context) error {
	return errors.Join(r.lines.requestTrim(ctx), r.points.requestTrim(ctx))
}

// window clips a query to what retention promises, so that what is due to be
// removed is not seen any more.
func (r *Recorder) window(w incident.Window) (from, to int64) {
	oldest := r.now().Add(-r.maxAge)
	if w.From.Before(oldest) {
		w.From = oldest
	}
	if w.To.Before(w.From) {
		w.To = w.From
	}
	return w.From.UnixNano(), w.To.UnixNano()
}

func allLines(payload []byte) ([]incident.LogLine, error) {
	var lines []incident.LogLine
	err := decodeLines(payload, &lineFilter{from: math.MinInt64, to: math.MaxInt64}, func(line incident.LogLine) bool {
		lines = append(lines, line)
		return true
	})
	return lines, err
}

func allSeries(payload []byte) ([]incident.Series, error) {
	var series []incident.Series
	err := decodeSeries(payload, &seriesFilter{from: math.MinInt64, to: math.MaxInt64}, func(s incident.Series) {
		series = append(series, s)
	})
	return series, err
}
