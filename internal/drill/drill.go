// Package drill practises a whole incident on the small broken shop: it starts
// the shop with its monitoring, breaks it, and plays the people who respond.
//
// All that it does to Sigap it does from outside: the monitoring sends to the
// public intake, the players act over the public API with the rights of their
// accounts and answer the messages that they were really sent. What one of the
// players would do and somebody else has done already is left to them, so that
// a newcomer can join at any moment.
package drill

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"github.com/sigap-dev/sigap/internal/client"
	"github.com/sigap-dev/sigap/lab"
	"github.com/sigap-dev/sigap/lab/fault"
	"github.com/sigap-dev/sigap/lab/load"
)

// Options say how a drill goes.
type Options struct {
	Admin      *client.Client // with the right admin
	Executable string         // the sigap program, which runs the shop and the agent
	Dir        string         // a folder for all that the drill writes
	Fault      string         // empty: drawn at random
	Seed       uint64         // of all that is random
	Receiver   string         // host:port where the players' messages arrive
	Warmup     time.Duration  // of ordinary days before the fault
	Lang       string         // in which the players speak: en or id
	Pace       time.Duration  // about how long a player takes for a step
	Out        io.Writer
	Logger     *slog.Logger
}

// patience is how long a player tries again while Sigap starts anew.
const patience = 30 * time.Second

// Drill is one that is under way.
type Drill struct {
	Options
	random *rand.Rand
	words  script
	lab    *lab.Lab
	faults *fault.Switcher
	users  *load.Generator
	cast   *cast
	keys   map[string]string // integration keys by source
	began  time.Time         // when the fault was switched on
	ref    string            // the incident
}

// Knows reports whether there is a fault of that name.
func Knows(name string) bool {
	_, err := fault.Find(name)
	return err == nil
}

// Run plays the drill to its end and gives the post-mortem as Markdown.
func Run(ctx context.Context, o Options) ([]byte, string, error) {
	d := &Drill{Options: o, random: rand.New(rand.NewPCG(o.Seed, 42))}
	var known bool
	if d.words, known = scripts[o.Lang]; !known {
		return nil, "", fmt.Errorf("the players speak en or id, not %q", o.Lang)
	}
	if d.Fault == "" {
		table := fault.Table()
		d.Fault = table[d.random.IntN(len(table))].Name
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if err := d.setUp(ctx); err != nil {
		return nil, "", fmt.Errorf("set the drill up: %w", err)
	}
	defer d.tearDown()
	for _, stage := range []struct {
		name string
		play func(context.Context) error
	}{{"identify", d.identify}, {"inform", d.inform}, {"investigate", d.investigate}, {"act", d.act}, {"update", d.update}, {"learn", d.learn}} {
		if err := stage.play(ctx); err != nil {
			return nil, d.ref, fmt.Errorf("stage %s: %w", stage.name, err)
		}
	}
	var md []byte
	err := d.Admin.Call(ctx, "GET", "/api/incidents/"+d.ref+"/review.md", nil, &md)
	return md, d.ref, err
}

// say prints a line with the time since the fault.
func (d *Drill) say(stage, format string, args ...any) {
	at := "       "
	if !d.began.IsZero() {
		at = fmt.Sprintf("%6.1fs", time.Since(d.began).Seconds())
	}
	fmt.Fprintf(d.Out, "%s  %-11s  %s\n", at, stage, fmt.Sprintf(format, args...))
}

// setUp prepares Sigap and starts the shop, its monitoring, its users and its
// agent.
func (d *Drill) setUp(ctx context.Context) error {
	d.say("setup", "the shop starts: five services, a database, users who buy")
	d.Admin.Patience = patience
	var err error
	if d.cast, err = d.hire(ctx); err != nil {
		return fmt.Errorf("people: %w", err)
	}
	if d.keys, err = d.makeKeys(ctx); err != nil {
		return fmt.Errorf("keys: %w", err)
	}
	prometheus, exporter := lab.FindMonitoring()
	alerts := d.Admin.Server() + "/in/" + d.keys["alertmanager"]
	if d.lab, err = lab.Start(ctx, lab.Options{Dir: filepath.Join(d.Dir, "shop"), Executable: d.Executable, Prometheus: prometheus, NodeExporter: exporter, AlertsURL: alerts}); err != nil {
		return fmt.Errorf("shop: %w", err)
	}
	if err := d.describe(ctx); err != nil {
		return fmt.Errorf("services: %w", err)
	}
	if err := d.startAgent(ctx); err != nil {
		return fmt.Errorf("agent: %w", err)
	}
	d.users = load.Start(ctx, load.Options{URL: d.lab.URL(), Seed: d.Seed, ReportsURL: d.Admin.Server() + "/in/" + d.keys["report"] + "/reports"})
	d.faults = fault.New(d.lab, fault.Options{ChangesURL: d.Admin.Server() + "/in/" + d.keys["change"], Seed: d.Seed})
	if prometheus == "" {
		d.say("setup", "no Prometheus on this machine: the agent and the probe from outside watch the shop")
	} else {
		d.say("setup", "Prometheus watches the shop at %s", d.lab.Prometheus())
	}
	go d.watchFromOutside(ctx)
	return d.ordinaryDay(ctx)
}

// ordinaryDay lets the shop run well for a while, with harmless changes as on
// any day, and then breaks it.
func (d *Drill) ordinaryDay(ctx context.Context) error {
	f, err := fault.Find(d.Fault)
	if err != nil {
		return err
	}
	d.say("setup", "an ordinary day for %s", d.Warmup)
	half := d.Warmup / 2
	for n := range 2 {
		if err := sleep(ctx, half); err != nil {
			return err
		}
		if err := d.faults.Decoy(ctx, f.Cause.Service); err != nil && !errors.Is(err, fault.ErrNoDecoy) {
			return fmt.Errorf("harmless change %d: %w", n+1, err)
		}
	}
	if err := sleep(ctx, 2*time.Second); err != nil {
		return err
	}
	if err := d.faults.Inject(ctx, d.Fault); err != nil {
		return fmt.Errorf("break the shop: %w", err)
	}
	d.began = time.Now()
	d.say("setup", "the shop is broken now; nobody was told how")
	return nil
}

func (d *Drill) tearDown() {
	if d.users != nil {
		d.users.Stop()
	}
	if d.lab != nil {
		d.lab.Stop()
	}
	if d.cast != nil {
		d.cast.stop()
	}
	d.restore()
	if err := os.RemoveAll(d.Dir); err != nil {
		d.Logger.Warn("the drill's folder was not removed", "err", err)
	}
}

// sleep waits, unless ctx ends first.
func sleep(ctx context.Context, t time.Duration) error {
	timer := time.NewTimer(t)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// think is the time that a player takes for a step.
func (d *Drill) think(ctx context.Context) error {
	return sleep(ctx, d.Pace/2+time.Duration(d.random.Int64N(int64(d.Pace)+1)))
}
