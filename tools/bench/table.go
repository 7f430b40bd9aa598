package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"
)

// table collects the figures as docs/performance.md shows them.
type table struct{ rows []figure }

// figure is one line: what was measured, against which bound, and on how busy
// a machine.
type figure struct{ what, bound, measured, load, mark string }

const (
	kept   = "kept"
	missed = "**missed**"
)

// mark words whether a bound was kept.
func mark(ok bool) string {
	if ok {
		return kept
	}
	return missed
}

// add notes a figure, and says it at once: the whole takes minutes.
func (t *table) add(f figure) {
	f.load = loadAverage()
	t.rows = append(t.rows, f)
	said := f.measured
	if f.bound != "" {
		said += fmt.Sprintf(" (bound %s: %s)", f.bound, strings.Trim(f.mark, "*"))
	}
	fmt.Printf("  %-62s %s\n", f.what, said)
}

// note is a figure that has no bound.
func (t *table) note(what, format string, args ...any) {
	t.add(figure{what: what, measured: fmt.Sprintf(format, args...)})
}

// within is a time that must not be over a limit, by the median.
func (t *table) within(what string, took times, limit time.Duration) {
	t.add(figure{what: what, bound: limit.String(), measured: took.String(), mark: mark(len(took) > 0 && took.median() <= limit)})
}

// atLeast is a rate that must not be under a limit.
func (t *table) atLeast(what string, rate, limit float64) {
	t.add(figure{what: what, bound: fmt.Sprintf("%.0f/s", limit), measured: fmt.Sprintf("%.0f/s", rate), mark: mark(rate >= limit)})
}

// below is a size that must not be over a limit, in MiB.
func (t *table) below(what string, size, limit float64) {
	t.add(figure{what: what, bound: fmt.Sprintf("%.0f MiB", limit), measured: fmt.Sprintf("%.1f MiB", size), mark: mark(size <= limit)})
}

// write gives all of it as Markdown, and says how many bounds were missed.
func (t *table) write(w io.Writer) {
	fmt.Fprint(w, "\n| what | bound | measured | load | |\n|---|---|---|---|---|\n")
	over := 0
	for _, f := range t.rows {
		fmt.Fprintf(w, "| %s | %s | %s | %s | %s |\n", f.what, f.bound, f.measured, f.load, f.mark)
		if f.mark == missed {
			over++
		}
	}
	fmt.Fprintf(w, "\n%d bounds missed.\n", over)
}

// times are measurements of one thing.
type times []time.Duration

func (t times) median() time.Duration { return slices.Sorted(slices.Values(t))[len(t)/2] }

// String gives the median and the worst.
func (t times) String() string {
	if len(t) == 0 {
		return "nothing measured"
	}
	return fmt.Sprintf("%v, worst of %d %v", round(t.median()), len(t), round(slices.Max(t)))
}

func round(d time.Duration) time.Duration {
	if d < 10*time.Millisecond {
		return d.Round(10 * time.Microsecond)
	}
	return d.Round(100 * time.Microsecond)
}

func loadAverage() string {
	b, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	first, _, _ := strings.Cut(string(b), " ")
	return first
}
