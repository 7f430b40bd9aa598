package shift

import (
	"math"
	"slices"
	"strings"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// maxPoints bounds the work on one series: a day at ten seconds is reduced
// to this many points before the search, each the median of its bucket.
const maxPoints = 720

// largest bounds the values that are taken for measurements; infinities and
// what overflows when squared and summed are none.
const largest = 1e100

// clean returns the finite points in order of time, the last of several at
// the same moment winning. The input is not modified.
func clean(points []incident.Point) []incident.Point {
	out := make([]incident.Point, 0, len(points))
	sorted := true
	for _, p := range points {
		if math.IsNaN(p.Value) || math.Abs(p.Value) > largest {
			continue
		}
		if n := len(out); n > 0 && !p.At.After(out[n-1].At) {
			sorted = false
		}
		out = append(out, p)
	}
	if sorted {
		return out
	}
	slices.SortStableFunc(out, func(a, b incident.Point) int { return a.At.Compare(b.At) })
	kept := out[:0]
	for i, p := range out {
		if i+1 < len(out) && out[i+1].At.Equal(p.At) {
			continue
		}
		kept = append(kept, p)
	}
	return kept
}

// counterEnds are how Prometheus' conventions end the names of counters.
func counterEnds() []string { return []string{"_total", "_count", "_sum", "_bucket"} }

// rate turns a raw counter into its rate per second. A series counts as a
// raw counter when its name says so and most of its steps rise; a drop is a
// restart of the process that counted and starts from zero, as Prometheus
// takes it. Anything else is returned as it is.
func rate(name string, points []incident.Point) []incident.Point {
	if len(points) < 3 || !slices.ContainsFunc(counterEnds(), func(end string) bool { return strings.HasSuffix(name, end) }) {
		return points
	}
	rises, drops := 0, 0
	for i := 1; i < len(points); i++ {
		switch d := points[i].Value - points[i-1].Value; {
		case d > 0:
			rises++
		case d < 0:
			drops++
		}
	}
	steps := len(points) - 1
	if rises*2 < steps || drops*20 > steps {
		return points
	}
	out := make([]incident.Point, 0, steps)
	for i := 1; i < len(points); i++ {
		d := points[i].Value - points[i-1].Value
		if d < 0 {
			d = points[i].Value
		}
		dt := points[i].At.Sub(points[i-1].At).Seconds()
		out = append(out, incident.Point{At: points[i].At, Value: d / dt})
	}
	return out
}

// thin reduces points to at most limit, each the median of a run of
// neighbours at the time of the first, so that single spikes do not survive
// and the moment of a change is late by no more than a run.
func thin(points []incident.Point, limit int) []incident.Point {
	if len(points) <= limit || limit < 1 {
		return points
	}
	run := (len(points) + limit - 1) / limit
	out := make([]incident.Point, 0, limit)
	for part := range slices.Chunk(points, run) {
		out = append(out, incident.Point{At: part[0].At, Value: median(values(part))})
	}
	return out
}

// step is the usual distance between two points.
func step(points []incident.Point) time.Duration {
	if len(points) < 2 {
		return 0
	}
	gaps := make([]float64, 0, len(points)-1)
	for i := 1; i < len(points); i++ {
		gaps = append(gaps, float64(points[i].At.Sub(points[i-1].At)))
	}
	return time.Duration(median(gaps))
}

func values(points []incident.Point) []float64 {
	out := make([]float64, len(points))
	for i, p := range points {
		out[i] = p.Value
	}
	return out
}

// Spark returns at most n values that draw the series small: medians of equal
// spans of time, a span without points repeating the one before. It returns
// nil for a series without finite points.
func Spark(points []incident.Point, n int) []float64 {
	points = clean(points)
	if len(points) == 0 || n < 1 {
		return nil
	}
	if len(points) <= n {
		return values(points)
	}
	from := points[0].At
	span := points[len(points)-1].At.Sub(from)/time.Duration(n) + 1
	out := make([]float64, 0, n)
	for i, last := 0, points[0].Value; len(out) < n; {
		end := from.Add(span * time.Duration(len(out)+1))
		start := i
		for i < len(points) && points[i].At.Before(end) {
			i++
		}
		if i > start {
			last = median(values(points[start:i]))
		}
		out = append(out, last)
	}
	return out
}
