package pattern_test

import (
	"fmt"
	"slices"
	"time"

	"github.com/sigap-dev/sigap/internal/evidence/pattern"
	"github.com/sigap-dev/sigap/internal/incident"
)

func ExampleMiner() {
	m := pattern.New(pattern.Options{})
	first := m.Add("connect to 10.0.0.7:5432 took 1200 ms")
	second := m.Add("connect to 10.0.0.9:5432 took 3 s")
	fmt.Println(m.Resolve(first) == m.Resolve(second))
	fmt.Println(m.Template(first))
	// Output:
	// true
	// connect to <ip> took <duration>
}

func ExampleCompare() {
	onset := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	lines := func(from time.Time, level, format string, n int) (out []incident.LogLine) {
		for i := range n {
			out = append(out, incident.LogLine{
				At: from.Add(time.Duration(i) * time.Second), Service: "checkout", Level: level, Body: fmt.Sprintf(format, i),
			})
		}
		return out
	}
	hourBefore := onset.Add(-time.Hour)
	before := pattern.Span{
		Window: incident.Window{From: hourBefore, To: onset},
		Lines:  slices.Values(lines(hourBefore, "info", "order %d placed", 600)),
	}
	now := pattern.Span{
		Window: incident.Window{From: onset, To: onset.Add(10 * time.Minute)},
		Lines: slices.Values(append(
			lines(onset, "info", "order %d placed", 90),
			lines(onset, "error", "order %d: payment gateway timed out", 40)...)),
	}
	for _, f := range pattern.Compare(now, []pattern.Span{before}, pattern.CompareOptions{}) {
		fmt.Printf("%s, %s: %s (%d lines, usually %.0f)\n", f.Kind, f.Level, f.Template, f.Count, f.BaselineRate)
	}
	// Output:
	// new, error: order <n>: payment gateway timed out (40 lines, usually 0)
}

func ExampleExplain() {
	at := time.Date(2027, 3, 2, 2, 0, 0, 0, time.UTC)
	var lines []incident.LogLine
	for i := range 1000 {
		l := incident.LogLine{At: at.Add(time.Duration(i) * 100 * time.Millisecond), Service: "checkout", Level: "info", Body: "x", Attrs: map[string]string{"tenant": fmt.Sprint(i % 10)}}
		if i%20 == 3 {
			l.Level = "error"
		}
		lines = append(lines, l)
	}
	window := incident.Window{From: at, To: at.Add(100 * time.Second)}
	for _, e := range pattern.Explain(pattern.Span{Window: window, Lines: slices.Values(lines)}, nil).Found {
		fmt.Printf("%.0f %% of the errors have %v, %.0f %% of the other lines\n", 100*e.OfErrors, e.Where, 100*e.OfOthers)
	}
	// Output:
	// 100 % of the errors have [{tenant 3}], 5 % of the other lines
}
