// Command bench measures a whole Sigap, as a process and over HTTP, against
// the bounds of docs/performance.md. Run it on a store that tools/fill made
// up; it writes to it.
//
//	go run ./tools/fill --data DIR
//	go run ./tools/bench --data DIR
//
// The load runs on the same processors as the server. Figures per processor
// count the server's own time only, so that they hold on a busy machine too.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

func main() {
	var o options
	flag.StringVar(&o.binary, "binary", "bin/sigap", "the program to measure")
	flag.StringVar(&o.data, "data", "", "a store made by tools/fill")
	flag.StringVar(&o.only, "only", "", "start, memory, page, paging or intake; all of them without")
	flag.IntVar(&o.rounds, "rounds", 20, "how often what is short is measured")
	flag.DurationVar(&o.load, "load", 10*time.Second, "how long alerts are sent")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, o)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench: "+err.Error())
		os.Exit(1)
	}
}

type options struct {
	binary, data, only string
	rounds             int
	load               time.Duration
}

func run(ctx context.Context, o options) error {
	if o.data == "" {
		return errors.New("name a store with --data; make one with: go run ./tools/fill --data DIR")
	}
	binary, err := filepath.Abs(o.binary)
	if err != nil {
		return err
	}
	o.binary = binary
	for _, m := range []struct {
		name string
		run  func(context.Context, options) error
	}{{"start", starts}, {"memory", memory}, {"page", pages}, {"paging", paging}, {"intake", intake}} {
		if o.only != "" && o.only != m.name {
			continue
		}
		fmt.Printf("%s (load average %s)\n", m.name, loadAverage())
		if err := m.run(ctx, o); err != nil {
			return fmt.Errorf("measure %s: %w", m.name, err)
		}
	}
	return nil
}

// report prints one figure.
func report(what string, format string, args ...any) {
	fmt.Printf("  %-58s %s\n", what, fmt.Sprintf(format, args...))
}

// times are measurements of one thing.
type times []time.Duration

// String gives the median and the worst.
func (t times) String() string {
	if len(t) == 0 {
		return "nothing measured"
	}
	s := slices.Sorted(slices.Values(t))
	return fmt.Sprintf("median %v, worst of %d %v", round(s[len(s)/2]), len(s), round(s[len(s)-1]))
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
