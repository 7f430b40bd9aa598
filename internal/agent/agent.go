package agent

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"time"

	"golang.org/x/sync/errgroup"
)

// Deps are what the agent takes from outside; each has a default.
type Deps struct {
	Now    func() time.Time // default time.Now
	Logger *slog.Logger     // default slog.Default()
	Client *http.Client     // to reach the server and what is scraped; default a new one
}

func (d *Deps) complete() {
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.Logger == nil {
		d.Logger = slog.Default()
	}
	if d.Client == nil {
		d.Client = &http.Client{}
	}
}

const (
	pollEvery  = 200 * time.Millisecond
	watchEvery = 10 * time.Second
)

// Run does what the configuration says until the context ends, and answers nil
// then: what was not sent yet is in the buffer for the next start. It answers an
// error only if it cannot begin.
func Run(ctx context.Context, c Config, d Deps) error {
	d.complete()
	if err := c.complete(); err != nil {
		return err
	}
	if err := c.Validate(); err != nil {
		return fmt.Errorf("agent configuration: %w", err)
	}
	if err := os.MkdirAll(c.Buffer.Dir, 0o700); err != nil {
		return fmt.Errorf("create the agent's buffer: %w", err)
	}
	positions, err := openPositions(c.Buffer.Dir)
	if err != nil {
		return err
	}
	spool, err := openSpool(c.Buffer.Dir, c.Buffer.MaxBytes)
	if err != nil {
		return err
	}
	out := newOutbox(c, spool, positions, d)
	logs, err := newLogCollector(c, positions, out.put, d)
	if err != nil {
		return err
	}
	meter, err := newMeter(c, out, d)
	if err != nil {
		return err
	}
	watch, err := newWatcher(c, out.put, d)
	if err != nil {
		return err
	}
	d.Logger.Info("agent started", "server", c.Server, "host", c.Host, "logs", len(c.Logs), "scrapes", len(c.Metrics.Scrape), "buffered_batches", len(spool.entries))

	sending := make(chan error, 1)
	go func() { sending <- out.run(ctx) }()
	var collecting errgroup.Group
	collecting.Go(func() error { return logs.run(ctx) })
	for _, units := range c.Journal {
		follow := newJournal(units, c, positions, out.put, d)
		collecting.Go(func() error { return follow.run(ctx) })
	}
	collecting.Go(func() error { every(ctx, c.Metrics.Interval, meter.measure); return nil })
	collecting.Go(func() error { every(ctx, watchEvery, watch.look); return nil })
	err = collecting.Wait()
	close(out.queue)
	return errors.Join(err, <-sending)
}

// every does something at once and then each interval, until the context ends.
func every(ctx context.Context, interval time.Duration, do func(context.Context)) {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		do(ctx)
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// logCollector reads the log files of all services into batches.
type logCollector struct {
	followers []*follower
	batcher   *batcher
	logger    *slog.Logger
}

func newLogCollector(c Config, p *positions, send func(context.Context, batch) error, d Deps) (*logCollector, error) {
	l := &logCollector{batcher: &batcher{encoder: newEncoder(c), now: d.Now, send: send}, logger: d.Logger}
	mask := newMasker(c.Mask)
	for _, config := range c.Logs {
		f, err := newFollower(config, c.Host, mask, p, l.batcher.add, d.Logger, d.Now)
		if err != nil {
			return nil, fmt.Errorf("follow the logs of %s: %w", config.Service, err)
		}
		l.followers = append(l.followers, f)
	}
	return l, nil
}

// run reads until the context ends, then ends the open events and hands over
// the last batch.
func (l *logCollector) run(ctx context.Context) error {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		for l.step(ctx) && ctx.Err() == nil {
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return l.close()
		}
	}
}

// step reads what was written to the files, and reports whether there is more.
// Batches go out between files, so that memory holds no more than what one file
// may give at a time.
func (l *logCollector) step(ctx context.Context) (more bool) {
	between := func() {
		if l.batcher.full() {
			l.flush(ctx)
		}
	}
	for _, f := range l.followers {
		more = f.poll(between) || more
	}
	if l.batcher.due() {
		l.flush(ctx)
	}
	return more
}

func (l *logCollector) flush(ctx context.Context) {
	if err := l.batcher.flush(ctx); err != nil && ctx.Err() == nil {
		l.logger.Error("log batch could not be handed over", "error", err)
	}
}

// close ends what is open. The last batch still finds room in the queue, since
// the outbox takes from it until it is closed.
func (l *logCollector) close() error {
	var errs []error
	for _, f := range l.followers {
		errs = append(errs, f.close())
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return errors.Join(append(errs, l.batcher.flush(ctx))...)
}
