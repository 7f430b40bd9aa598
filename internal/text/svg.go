package text

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// Size of the drawn plot and its inner edges, in SVG units.
const (
	plotWidth, plotHeight = 760.0, 250.0
	plotLeft, plotRight   = 56.0, 748.0
	plotTop, plotBottom   = 52.0, 222.0
	flagRows              = 3 // flags on a plot share so many rows
)

// drawing is the main plot as the page draws it: the line, the usual band, and
// the incident's moments.
type drawing struct {
	Title, Alt, Usual                string
	Path                             string
	Left, Right, Top, Bottom         float64
	BandY, BandHeight                float64
	YTicks, XTicks                   []tick
	Flags                            []marker
	Width, Height, TextRight, Labels float64
}

type tick struct {
	At     float64
	Label  string
	Anchor string
}

type marker struct {
	X, Y, TextX float64
	Anchor      string
	Label       string
}

func (r Reader) draw(i *incident.Incident) *drawing {
	p := i.MainPlot()
	if p == nil || len(p.Points) < 2 {
		return nil
	}
	from, to := p.Points[0].At, p.Points[len(p.Points)-1].At
	top := roundUp(max(p.Peak, p.High, highest(p.Points)))
	if !to.After(from) || !(top > 0) {
		return nil
	}
	x := func(t time.Time) float64 {
		return round(plotLeft + (plotRight-plotLeft)*t.Sub(from).Seconds()/to.Sub(from).Seconds())
	}
	y := func(v float64) float64 {
		return round(plotBottom - (plotBottom-plotTop)*min(max(v, 0), top)/top)
	}
	d := &drawing{Title: r.PlotTitle(*p), Alt: r.plotAlt(i), Usual: r.Usual(), Path: path(p.Points, x, y), Left: plotLeft, Right: plotRight, Top: plotTop, Bottom: plotBottom,
		Width: plotWidth, Height: plotHeight, TextRight: plotLeft - 8, Labels: plotBottom + 18}
	d.BandY = y(p.High)
	d.BandHeight = max(2, y(p.Low)-d.BandY)
	for n := range 3 {
		v := top * float64(n) / 2
		d.YTicks = append(d.YTicks, tick{y(v), r.Quantity(v, p.Unit), "end"})
	}
	for n := range 5 {
		t := from.Add(to.Sub(from) * time.Duration(n) / 4)
		d.XTicks = append(d.XTicks, tick{x(t), r.Clock(t), [...]string{"start", "middle", "middle", "middle", "end"}[n]})
	}
	d.flags(r, i, from, to, x)
	return d
}

// flags sets the moments on the plot, in rows so that labels do not meet.
func (d *drawing) flags(r Reader, i *incident.Incident, from, to time.Time, x func(time.Time) float64) {
	for _, m := range i.Moments() {
		if m.At.Before(from) || m.At.After(to) {
			continue
		}
		f := marker{X: x(m.At), Y: 12 + float64(len(d.Flags)%flagRows)*13, Label: cut(r.Moment(m), 24), Anchor: "start"}
		f.TextX = f.X + 4
		if f.X > plotRight-90 {
			f.Anchor, f.TextX = "end", f.X-4
		}
		d.Flags = append(d.Flags, f)
	}
}

func path(points []incident.Point, x func(time.Time) float64, y func(float64) float64) string {
	var b strings.Builder
	step := "M"
	for _, p := range points {
		if math.IsNaN(p.Value) || math.IsInf(p.Value, 0) {
			step = "M" // a gap
			continue
		}
		fmt.Fprintf(&b, "%s%g %g", step, x(p.At), y(p.Value))
		step = "L"
	}
	return b.String()
}

func highest(points []incident.Point) float64 {
	top := 0.0
	for _, p := range points {
		if !math.IsNaN(p.Value) && !math.IsInf(p.Value, 0) {
			top = max(top, p.Value)
		}
	}
	return top
}

// roundUp is the next of 1, 2, 5 times a power of ten.
func roundUp(v float64) float64 {
	if !(v > 0) || math.IsInf(v, 0) {
		return 0
	}
	power := math.Pow(10, math.Floor(math.Log10(v)))
	for _, times := range []float64{1, 2, 5} {
		if v <= times*power {
			return times * power
		}
	}
	return 10 * power
}

// round keeps a tenth of a unit: the file stays small.
func round(v float64) float64 { return math.Round(v*10) / 10 }

// stripWidth is the length of the strip's time axis in SVG units.
const stripWidth = 1000.0

// strip is the scorecard on the incident's own time axis.
type strip struct {
	Ticks []string
	Lanes []lane
}

type lane struct {
	Name, Text string
	Late       bool
	Bars       []stretch
	Marks      []float64
}

type stretch struct {
	X, Width float64
	Kind     string
}

func (r Reader) strip(i *incident.Incident, scores []Score, now time.Time) *strip {
	from, to := began(i), i.Milestones[incident.ResolvedAt]
	if to.IsZero() {
		to = now
	}
	if from.IsZero() || !to.After(from) {
		return nil
	}
	margin := max(30*time.Second, to.Sub(from)/20)
	from, to = from.Add(-margin), to.Add(margin)
	x := func(t time.Time) float64 {
		return round(min(max(stripWidth*t.Sub(from).Seconds()/to.Sub(from).Seconds(), 0), stripWidth))
	}
	s := &strip{}
	for n := range 5 {
		s.Ticks = append(s.Ticks, r.Clock(from.Add(to.Sub(from)*time.Duration(n)/4)))
	}
	for _, score := range scores {
		l := lane{Name: score.Name, Text: score.Text, Late: score.Late}
		for _, b := range score.Bars {
			l.Bars = append(l.Bars, stretch{x(b.From), max(4, round(x(b.To)-x(b.From))), b.Kind})
		}
		for _, m := range score.Marks {
			if !m.Before(from) && !m.After(to) {
				l.Marks = append(l.Marks, x(m))
			}
		}
		s.Lanes = append(s.Lanes, l)
	}
	return s
}
