// Command bench measures a whole Sigap, as a process and over HTTP, against
// the bounds of docs/performance.md. Run it on a store that tools/fill made
// up; it writes to it.
//
//	go run ./tools/fill --data DIR
//	go run ./tools/bench --data DIR
//
// The load runs on the same processors as the server. Figures per processor
// count the server's own time only, so that they hold on a busy machine too. A
// bound that was missed is marked, and stands so in the table at the end, which
// docs/performance.md takes over.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"time"
)

func main() {
	var o options
	flag.StringVar(&o.binary, "binary", "bin/sigap", "the program to measure")
	flag.StringVar(&o.data, "data", "", "a store made by tools/fill")
	flag.StringVar(&o.only, "only", "", "start, memory, page, paging, steady, storm, tide, crowd or intake; all of them but tide and crowd without")
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
	table              *table
}

func run(ctx context.Context, o options) error {
	if o.data == "" {
		return errors.New("name a store with --data; make one with: go run ./tools/fill --data DIR")
	}
	binary, err := filepath.Abs(o.binary)
	if err != nil {
		return err
	}
	o.binary, o.table = binary, &table{}
	for _, m := range []struct {
		name string
		run  func(context.Context, options) error
	}{{"start", starts}, {"memory", memory}, {"page", pages}, {"paging", paging}, {"steady", steady}, {"storm", storm}, {"tide", tide}, {"crowd", crowd}, {"intake", intake}} {
		if o.only != m.name && (o.only != "" || m.name == "tide" || m.name == "crowd") {
			continue
		}
		fmt.Printf("%s (load average %s)\n", m.name, loadAverage())
		if err := m.run(ctx, o); err != nil {
			return fmt.Errorf("measure %s: %w", m.name, err)
		}
	}
	o.table.write(os.Stdout)
	return nil
}
