// Command fill makes up a store as it looks after years of use, for the
// figures of docs/performance.md: closed incidents with their whole timelines,
// a few that are open, one of them long, and alerts.
//
//	go run ./tools/fill --data DIR
//
// It is the one tool that writes to the store itself: the operations that
// users have would take a day for it. The same seed makes the same store, but
// for ids and hashes.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/signal"
	"time"

	"github.com/sigap-dev/sigap/internal/store"
)

func main() {
	var o options
	flag.StringVar(&o.data, "data", "", "an empty folder, or a postgres:// address")
	flag.IntVar(&o.incidents, "incidents", 10_000, "how many incidents")
	flag.IntVar(&o.alerts, "alerts", 1_000_000, "how many alerts")
	flag.IntVar(&o.long, "long", 500, "how many notes the long one of the open incidents has")
	flag.Uint64Var(&o.seed, "seed", 1, "of all that is random")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := fill(ctx, o)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "fill: "+err.Error())
		os.Exit(1)
	}
}

type options struct {
	data              string
	incidents, alerts int
	long              int
	seed              uint64
}

// years is how long the store looks to have been in use.
const years = 3 * 365 * 24 * time.Hour

// filler makes things up, on a clock of its own.
type filler struct {
	st     *store.Store
	random *rand.Rand
	now    time.Time
	ids    []string // of the incidents made
}

func fill(ctx context.Context, o options) error {
	if o.data == "" {
		return errors.New("name a folder with --data")
	}
	began := time.Now()
	f := &filler{random: rand.New(rand.NewPCG(o.seed, 0)), now: began.Add(-years)}
	var err error
	if f.st, err = store.Open(ctx, o.data, store.Options{Now: func() time.Time { return f.now }, Logger: slog.New(slog.DiscardHandler)}); err != nil {
		return err
	}
	err = f.incidents(ctx, o)
	if err == nil {
		err = f.alerts(ctx, o.alerts)
	}
	if err = errors.Join(err, f.st.Close()); err != nil {
		return err
	}
	fmt.Printf("%d incidents and %d alerts in %s\n", o.incidents, o.alerts, time.Since(began).Round(time.Second))
	return nil
}
