package app

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// Pulse is a sign of life to something outside that raises the alarm when it
// stops. It is a job of the paging queue, so that it goes out only if the store
// takes a write and that queue is worked.
type Pulse struct {
	At time.Time `json:"at"`
}

// Kind names the job.
func (Pulse) Kind() string { return "pulse" }

const (
	pulseEvery = time.Minute
	pulseStale = 2 * pulseEvery // what is older says nothing about now
)

// pulses asks for a pulse a minute, until ctx ends.
func (a *App) pulses(ctx context.Context) {
	t := time.NewTicker(pulseEvery)
	defer t.Stop()
	for {
		now := a.now()
		if err := a.Store.Enqueue(ctx, incident.Job{Args: Pulse{now}, At: now}); err != nil && ctx.Err() == nil {
			a.log.Error("no pulse: the store takes no jobs", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
	}
}

// pulse tells that Sigap is well. It is withheld while people may be waiting in
// vain: whoever watches it then raises the alarm in a way that is not ours.
func (a *App) pulse(ctx context.Context, job Pulse) error {
	if a.now().Sub(job.At) > pulseStale {
		return nil
	}
	if fault := a.unwell(ctx); fault != "" {
		a.log.Error("the pulse is withheld", "reason", fault)
		return nil
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, a.config.HeartbeatURL, nil)
	if err != nil {
		return errors.New("the pulse was not sent: heartbeat_url is no address")
	}
	res, err := a.outgoing.Do(req)
	if err != nil {
		if wrapped, ok := errors.AsType[*url.Error](err); ok {
			err = wrapped.Err // without the address, which is a secret
		}
		return fmt.Errorf("the pulse was not sent: %w", err)
	}
	_ = res.Body.Close()
	if res.StatusCode/100 != 2 {
		return fmt.Errorf("the pulse was answered %s", res.Status)
	}
	return nil
}

// unwell says why people may be waiting in vain; nothing if they are not.
func (a *App) unwell(ctx context.Context) string {
	if _, nobody, err := a.Store.OpenCounts(ctx); err != nil {
		return "the store cannot be read"
	} else if nobody > 0 {
		return fmt.Sprintf("a notice of %d open incidents reached nobody", nobody)
	}
	if since, err := a.Store.InboxSince(ctx); err != nil {
		return "the inbox cannot be read"
	} else if waits := a.now().Sub(since); !since.IsZero() && waits > pulseEvery {
		return fmt.Sprintf("an accepted alert has waited for %s", waits.Round(time.Second))
	}
	return ""
}
