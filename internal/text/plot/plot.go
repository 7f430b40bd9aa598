// Package plot draws a series as a picture for chat and mail: the line, the
// band that is usual for it, and the moments of the incident as labelled marks.
//
// The picture is made for a phone at night: light ground, few and large words,
// nothing that needs a legend. It has no state and reads no clock; the same
// input gives the same bytes.
package plot

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/go-analyze/charts"

	"github.com/sigap-dev/sigap/internal/incident"
)

// Size of a picture in pixels: wide enough for a mail's column on a dense
// screen, and whole in a chat's preview, which cuts what is taller than 1:2.
const (
	Width  = 800
	Height = 360
)

// Mark is a moment drawn as a vertical line: a deploy, the declaration.
type Mark struct {
	At    time.Time
	Label string // a word or two
}

// Band is the range that is usual for the series.
type Band struct {
	Low, High float64
	Label     string // "usual", in the reader's language
}

// Options say how a series is drawn. The zero value draws all points in UTC,
// without title and band.
type Options struct {
	Title    string
	Band     *Band
	Window   incident.Window // what to show; zero: from the first point to the last
	Location *time.Location  // of the times on the axis; nil: UTC
	Lang     string          // "id" writes 0,5 for 0.5
}

// ErrEmpty says that a series has nothing to draw in the window.
var ErrEmpty = errors.New("no points to draw")

// PNG draws series with its marks. Points that are not numbers leave a gap, as
// do holes of more than three times the usual distance between two points.
func PNG(series incident.Series, marks []Mark, opts Options) ([]byte, error) {
	points := visible(series.Points, opts.Window)
	if len(points) == 0 {
		return nil, fmt.Errorf("plotting %s: %w", series.Name, ErrEmpty)
	}
	if opts.Location == nil {
		opts.Location = time.UTC
	}
	c := newCanvas(points, series.Unit, opts)
	c.ground(opts)
	c.usual(opts.Band)
	c.axes()
	c.line(points)
	c.marks(marks)
	png, err := c.painter.Bytes()
	if err != nil {
		return nil, fmt.Errorf("encoding the plot of %s: %w", series.Name, err)
	}
	return png, nil
}

// visible returns the finite points within window, in order of time.
func visible(points []incident.Point, window incident.Window) []incident.Point {
	shown := make([]incident.Point, 0, len(points))
	for _, p := range points {
		inside := window == (incident.Window{}) || !p.At.Before(window.From) && p.At.Before(window.To)
		if inside && finite(p.Value) {
			shown = append(shown, p)
		}
	}
	slices.SortStableFunc(shown, func(a, b incident.Point) int { return a.At.Compare(b.At) })
	return shown
}

// Inner edges of the plot, in pixels from the left and the top.
const (
	left, right = 68, Width - 20
	top, bottom = 74, Height - 36
)

// canvas knows where a moment and a value are on the picture.
type canvas struct {
	painter  *charts.Painter
	from, to time.Time
	low      float64
	high     float64
	values   []float64 // ticks
	times    []time.Time
	unit     unit
	zone     *time.Location
}

func newCanvas(points []incident.Point, unitName string, opts Options) *canvas {
	c := &canvas{
		painter: charts.NewPainter(charts.PainterOptions{OutputFormat: charts.ChartOutputPNG, Width: Width, Height: Height}),
		from:    points[0].At,
		to:      points[len(points)-1].At,
		zone:    opts.Location,
	}
	if opts.Window != (incident.Window{}) {
		c.from, c.to = opts.Window.From, opts.Window.To
	}
	if !c.to.After(c.from) { // a single moment
		c.from, c.to = c.from.Add(-time.Minute), c.to.Add(time.Minute)
	}
	low, high := points[0].Value, points[0].Value
	for _, p := range points {
		low, high = min(low, p.Value), max(high, p.Value)
	}
	if b := opts.Band; b != nil && finite(b.Low) && finite(b.High) {
		low, high = min(low, b.Low), max(high, b.High)
	}
	c.unit = unitOf(unitName, max(math.Abs(low), math.Abs(high)), opts.Lang)
	c.values = valueTicks(low, high, c.unit.binary)
	c.low, c.high = c.values[0], c.values[len(c.values)-1]
	c.times = timeTicks(c.from.In(c.zone), c.to.In(c.zone))
	return c
}

// finite reports whether v can be drawn: a number, and not one so large that
// the difference of two is none.
func finite(v float64) bool { return math.Abs(v) <= 1e300 } // false for NaN

// x returns where a moment is, within the plot's edges.
func (c *canvas) x(at time.Time) int {
	share := float64(at.Sub(c.from)) / float64(c.to.Sub(c.from))
	return left + int(math.Round(min(max(share, 0), 1)*(right-left)))
}

// y returns where a value is, within the plot's edges.
func (c *canvas) y(value float64) int {
	share := (value - c.low) / (c.high - c.low)
	return bottom - int(math.Round(min(max(share, 0), 1)*(bottom-top)))
}
