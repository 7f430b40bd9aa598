package plot

import (
	"slices"
	"time"

	"github.com/go-analyze/charts"

	"github.com/sigap-dev/sigap/internal/incident"
)

// palette holds the colours of the pages' light theme.
type palette struct{ ground, ink, faint, grid, line, usual, usualInk, mark charts.Color }

func light() palette {
	return palette{
		ground:   charts.ColorRGB(255, 255, 255),
		ink:      charts.ColorRGB(24, 29, 38),
		faint:    charts.ColorRGB(76, 83, 94),
		grid:     charts.ColorRGB(224, 227, 231),
		line:     charts.ColorRGB(44, 87, 205),
		usual:    charts.ColorRGB(221, 240, 230),
		usualInk: charts.ColorRGB(20, 103, 66),
		mark:     charts.ColorRGB(206, 14, 26),
	}
}

func font(size float64, color charts.Color) charts.FontStyle {
	return charts.FontStyle{FontSize: size, FontColor: color}
}

// ground paints the background and the title.
func (c *canvas) ground(opts Options) {
	p := light()
	c.painter.FilledRect(0, 0, Width, Height, p.ground, p.ground, 0)
	title := font(14, p.ink)
	c.painter.Text(c.fit(opts.Title, Width-40, title), 20, 30, 0, title)
}

// usual paints the band behind everything else.
func (c *canvas) usual(band *Band) {
	if band == nil || !finite(band.Low) || !finite(band.High) {
		return
	}
	p := light()
	upper, lower := c.y(max(band.Low, band.High)), c.y(min(band.Low, band.High))
	if lower-upper < 2 { // a band as thin as a hair is still seen
		upper = lower - 2
	}
	c.painter.FilledRect(left, upper, right, lower, p.usual, p.usual, 0)
	label := font(11, p.usualInk)
	baseline := upper - 5
	if baseline < top+14 {
		baseline = upper + 16
	}
	width := c.painter.MeasureText(band.Label, 0, label).Width()
	c.painter.Text(band.Label, right-width-4, baseline, 0, label)
}

// axes draws the grid and its labels.
func (c *canvas) axes() {
	p := light()
	label := font(11, p.faint)
	for _, v := range c.values {
		y := c.y(v)
		c.painter.LineStroke([]charts.Point{{X: left, Y: y}, {X: right, Y: y}}, p.grid, 1)
		text := c.unit.format(v, c.values)
		width := c.painter.MeasureText(text, 0, label).Width()
		c.painter.Text(text, left-8-width, y+4, 0, label)
	}
	layout := timeLayout(c.times, c.from.In(c.zone), c.to.In(c.zone))
	for _, at := range c.times {
		text := at.Format(layout)
		x, width := c.x(at), c.painter.MeasureText(text, 0, label).Width()
		c.painter.LineStroke([]charts.Point{{X: x, Y: bottom}, {X: x, Y: bottom + 5}}, p.faint, 1)
		c.painter.Text(text, min(max(x-width/2, 4), Width-width-4), bottom+20, 0, label)
	}
}

// line draws the series.
func (c *canvas) line(points []incident.Point) {
	p := light()
	gap := 3 * spacing(points)
	var segment []charts.Point
	flush := func() {
		if len(segment) == 1 {
			c.painter.Circle(2, segment[0].X, segment[0].Y, p.line, p.line, 1)
		}
		c.stroke(segment, p.line)
		segment = nil
	}
	for i, point := range points {
		if i > 0 && gap > 0 && point.At.Sub(points[i-1].At) > gap {
			flush()
		}
		segment = thin(segment, charts.Point{X: c.x(point.At), Y: c.y(point.Value)})
	}
	flush()
}

// stroke draws a line in pieces that overlap by a segment, so that no joint
// shows: the rasteriser's time grows with the square of a piece's length.
func (c *canvas) stroke(points []charts.Point, color charts.Color) {
	const piece = 24
	for begin := 0; begin < len(points)-1; begin += piece - 2 {
		c.painter.LineStroke(points[begin:min(begin+piece, len(points))], color, 2)
	}
}

// thin appends a point to a segment. Of the points on one column of pixels it
// keeps the first, the extremes and the last, which draw the same line: a day
// of seconds costs no more than an hour of minutes.
func thin(segment []charts.Point, p charts.Point) []charts.Point {
	n := len(segment)
	if n < 4 || segment[n-4].X != p.X || segment[n-1].X != p.X {
		return append(segment, p)
	}
	column := segment[n-3:] // low, high, last – in the order they came
	last := column[2]
	ys := []int{column[0].Y, column[1].Y, last.Y}
	column[0].Y, column[1].Y, column[2] = slices.Min(ys), slices.Max(ys), p
	return segment
}

// spacing is the median distance between two points; 0 if there are too few.
func spacing(points []incident.Point) time.Duration {
	if len(points) < 3 {
		return 0
	}
	steps := make([]time.Duration, 0, len(points)-1)
	for i := 1; i < len(points); i++ {
		steps = append(steps, points[i].At.Sub(points[i-1].At))
	}
	slices.Sort(steps)
	return steps[len(steps)/2]
}

// marks draws the moments, and their labels beside them above the plot.
func (c *canvas) marks(marks []Mark) {
	p := light()
	style := font(11, p.mark)
	var placed []label
	sorted := slices.Clone(marks)
	slices.SortStableFunc(sorted, func(a, b Mark) int { return a.At.Compare(b.At) })
	for _, m := range sorted {
		if m.At.Before(c.from) || m.At.After(c.to) {
			continue
		}
		x, start := c.x(m.At), top
		text := c.fit(m.Label, 220, style)
		if l, ok := place(placed, text, x, c.painter.MeasureText(text, 0, style).Width()); ok {
			placed, start = append(placed, l), l.baseline-11
		}
		c.painter.DashedLineStroke([]charts.Point{{X: x, Y: start}, {X: x, Y: bottom}}, p.mark, 2, []float64{5, 4})
	}
	for _, l := range placed { // last, each on its own ground: a line may pass behind another's label
		c.painter.FilledRect(l.from-2, l.baseline-12, l.to+2, l.baseline+4, p.ground, p.ground, 0)
		c.painter.Text(l.text, l.from, l.baseline, 0, style)
	}
}

// label is a text above the plot.
type label struct {
	text     string
	from, to int
	baseline int
}

// place finds room for a text beside the line at x: left of it or right of it,
// in the lower row or the upper. Where there is none, the line stands alone.
func place(placed []label, text string, x, width int) (label, bool) {
	for _, baseline := range []int{top - 9, top - 26} {
		for _, from := range []int{x - 5 - width, x + 5} {
			l := label{text, from, from + width, baseline}
			taken := slices.ContainsFunc(placed, func(o label) bool {
				return o.baseline == l.baseline && l.from < o.to+10 && o.from < l.to+10
			})
			if text != "" && !taken && l.from >= 8 && l.to <= Width-8 {
				return l, true
			}
		}
	}
	return label{}, false
}

// fit returns text, cut so that it is at most width pixels wide.
func (c *canvas) fit(text string, width int, style charts.FontStyle) string {
	runes := []rune(text)
	for n := len(runes); n > 0; n-- {
		shown := string(runes[:n])
		if n < len(runes) {
			shown += "…"
		}
		if c.painter.MeasureText(shown, 0, style).Width() <= width {
			return shown
		}
	}
	return ""
}
