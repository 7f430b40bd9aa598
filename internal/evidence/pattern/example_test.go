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
	var all, errors []incident.LogLine
	for i := range 1000 {
		l := incident.LogLine{Service: "checkout", Body: "x", Attrs: map[string]string{"tenant": fmt.Sprint(i % 10)}}
		all = append(all, l)
		if i%10 == 3 && i%20 == 3 {
			errors = append(errors, l)
		}
	}
	for _, a := range pattern.Explain(errors, all) {
		fmt.Printf("%s is %s in %.0f %% of the errors, %.0f %% of all lines\n", a.Key, a.Value, 100*a.Coverage, 100*a.Share)
	}
	// Output:
	// tenant is 3 in 100 % of the errors, 10 % of all lines
}
