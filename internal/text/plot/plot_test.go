package plot

import (
	"bytes"
	"errors"
	"image"
	"image/png"
	"math"
	"testing"
	"time"

	"github.com/go-analyze/charts"

	"github.com/sigap-dev/sigap/internal/incident"
)

var night = time.Date(2026, 11, 24, 1, 30, 0, 0, time.UTC)

// errorRate is an hour of an error rate that breaks after 44 minutes.
func errorRate(points int) incident.Series {
	s := incident.Series{Name: "http_error_ratio", Service: "checkout", Unit: "ratio"}
	step := time.Hour / time.Duration(points)
	for i := range points {
		v := 0.004 + 0.003*math.Sin(float64(i)/3)
		if float64(i) > 0.73*float64(points) {
			v = 0.46 + 0.03*math.Sin(float64(i)/2)
		}
		s.Points = append(s.Points, incident.Point{At: night.Add(time.Duration(i) * step), Value: v})
	}
	return s
}

func moments() []Mark {
	return []Mark{
		{At: night.Add(41 * time.Minute), Label: "deploy checkout 2.4.1"},
		{At: night.Add(45 * time.Minute), Label: "first alert"},
		{At: night.Add(47 * time.Minute), Label: "declared"},
	}
}

func usual() Options {
	return Options{Title: "Error rate of checkout", Band: &Band{Low: 0, High: 0.01, Label: "usual"}}
}

func decode(t testing.TB, raw []byte) image.Image {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

func draw(t *testing.T, s incident.Series, marks []Mark, opts Options) ([]byte, image.Image) {
	t.Helper()
	raw, err := PNG(s, marks, opts)
	if err != nil {
		t.Fatal(err)
	}
	return raw, decode(t, raw)
}

// shows reports whether a pixel has nearly a colour; edges are smoothed.
func shows(img image.Image, x, y int, c charts.Color) bool {
	r, g, b, _ := img.At(x, y).RGBA()
	near := func(a uint32, b uint8) bool { return math.Abs(float64(a>>8)-float64(b)) < 40 }
	return near(r, c.R) && near(g, c.G) && near(b, c.B)
}

func TestThePictureIsSmallEnoughForChatAndMail(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]incident.Series{"an incident": errorRate(360), "noise": noise(3600)} {
		raw, img := draw(t, s, moments(), usual())
		if size := img.Bounds().Size(); size.X != 800 || size.Y != 360 || len(raw) > 60_000 {
			t.Errorf("%s: %v, %d bytes", name, size, len(raw))
		}
	}
}

func TestTheSameSeriesGivesTheSamePicture(t *testing.T) {
	t.Parallel()
	first, _ := draw(t, errorRate(60), moments(), usual())
	second, _ := draw(t, errorRate(60), moments(), usual())
	if !bytes.Equal(first, second) {
		t.Error("two pictures differ")
	}
}

func TestLineBandAndMarksAreWhereTheyBelong(t *testing.T) {
	t.Parallel()
	s := incident.Series{Unit: "ratio", Points: []incident.Point{{At: night, Value: 0.5}, {At: night.Add(30 * time.Minute), Value: 0.5}, {At: night.Add(time.Hour), Value: 0.5}}}
	_, img := draw(t, s, []Mark{{At: night.Add(15 * time.Minute)}, {At: night.Add(2 * time.Hour), Label: "outside"}},
		Options{Band: &Band{Low: 0, High: 0.25}})
	p := light()
	middle := (top + bottom) / 2 // 0.25 of 0 to 0.5
	for what, c := range map[string]struct {
		x, y  int
		color charts.Color
	}{
		"the line at 50 %":      {left + 300, top, p.line},
		"the band below 25 %":   {left + 300, middle + 10, p.usual},
		"the ground above 25 %": {left + 300, middle - 10, p.ground},
		"the ground outside":    {left - 3, middle + 10, p.ground},
	} {
		if !shows(img, c.x, c.y, c.color) {
			t.Errorf("%s: %v", what, img.At(c.x, c.y))
		}
	}
	for x, want := range map[int]bool{left + (right-left)/4: true, left + (right-left)/3: false, right - 1: false} {
		marked := false
		for y := top + 3; y < middle; y++ { // the line is dashed
			marked = marked || shows(img, x, y, p.mark)
		}
		if marked != want {
			t.Errorf("marked at %d: %t", x, marked)
		}
	}
}

func TestAHoleInTheSeriesIsNotBridged(t *testing.T) {
	t.Parallel()
	s := incident.Series{Points: nil}
	for i := range 60 {
		if value := 1.0; i < 20 || i > 40 {
			s.Points = append(s.Points, incident.Point{At: night.Add(time.Duration(i) * time.Minute), Value: value})
		}
	}
	_, img := draw(t, s, nil, Options{})
	at := func(share float64) int { return left + int(share*(right-left)) }
	if p := light(); !shows(img, at(0.2), top, p.line) || shows(img, at(0.5), top, p.line) || !shows(img, at(0.8), top, p.line) {
		t.Errorf("before %v, within %v, after %v", img.At(at(0.2), top), img.At(at(0.5), top), img.At(at(0.8), top))
	}
}

func TestOnlyTheWindowIsDrawn(t *testing.T) {
	t.Parallel()
	s := errorRate(60)
	calm := Options{Window: incident.Window{From: night, To: night.Add(40 * time.Minute)}}
	whole, _ := draw(t, s, nil, Options{})
	part, _ := draw(t, s, nil, calm)
	s.Points = s.Points[:40]
	same, _ := draw(t, s, nil, calm)
	if bytes.Equal(whole, part) || !bytes.Equal(part, same) {
		t.Error("points outside of the window show")
	}
}

func TestOddSeriesAreDrawnOrRefused(t *testing.T) {
	t.Parallel()
	point := func(v float64) incident.Point { return incident.Point{At: night, Value: v} }
	for name, c := range map[string]struct {
		points []incident.Point
		empty  bool
	}{
		"none":                {nil, true},
		"nothing finite":      {[]incident.Point{point(math.NaN()), point(math.Inf(1)), point(-math.MaxFloat64)}, true},
		"one":                 {[]incident.Point{point(3)}, false},
		"zero":                {[]incident.Point{point(0), point(0)}, false},
		"negative":            {[]incident.Point{point(-5), {At: night.Add(time.Hour), Value: -7}}, false},
		"out of order":        {[]incident.Point{{At: night.Add(time.Hour), Value: 2}, point(1)}, false},
		"as large as it gets": {[]incident.Point{point(1e300), {At: night.Add(time.Hour), Value: -1e300}}, false},
		"as small as it gets": {[]incident.Point{point(math.SmallestNonzeroFloat64)}, false},
	} {
		marks := []Mark{{At: night, Label: "at the left edge"}, {At: night.Add(time.Hour), Label: "at the right edge, with far too many words to be shown in one line of a plot"}}
		_, err := PNG(incident.Series{Name: "x", Points: c.points}, marks, Options{Title: name, Band: &Band{Low: math.NaN(), High: 1}})
		if errors.Is(err, ErrEmpty) != c.empty || (err != nil) != c.empty {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestLabelsStayInThePictureAndApart(t *testing.T) {
	t.Parallel()
	var placed []label
	for x := left; x <= right; x += 40 {
		l, ok := place(placed, "declared", x, 60)
		if !ok {
			continue
		}
		for _, o := range placed {
			if o.baseline == l.baseline && l.from < o.to && o.from < l.to {
				t.Errorf("%+v lies on %+v", l, o)
			}
		}
		if l.from < 0 || l.to > Width {
			t.Errorf("%+v leaves the picture", l)
		}
		placed = append(placed, l)
	}
	if len(placed) < 15 {
		t.Errorf("only %d labels found room", len(placed))
	}
}

// noise is the worst that a line can look: up and down between any two points.
func noise(points int) incident.Series {
	s := errorRate(points)
	for i := range s.Points {
		s.Points[i].Value = float64(i * 7919 % 1000)
	}
	return s
}

func BenchmarkPNG(b *testing.B) {
	for name, s := range map[string]incident.Series{"hour-of-minutes": errorRate(60), "hour-of-10s": errorRate(360), "noise-3600": noise(3600)} {
		b.Run(name, func(b *testing.B) {
			var raw []byte
			var err error
			for b.Loop() {
				if raw, err = PNG(s, moments(), usual()); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(len(raw)), "bytes/picture")
		})
	}
}
