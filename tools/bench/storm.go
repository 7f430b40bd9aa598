package main

import (
	"context"
	"net/http"
	"sync"
	"time"
)

const (
	stormRounds = 5
	stormBodies = 500 // of 64 new alerts each: three minutes of a storm of 10,000 a minute, at once
)

// storm measures how long a page waits that is asked for when a storm of others
// has just been accepted and is still being applied.
func storm(ctx context.Context, o options) error {
	p, err := newPager(ctx, o)
	if err != nil {
		return err
	}
	defer p.close()
	l := &load{server: p.server, address: p.server.url + "/in/" + p.key + "/api/v2/alerts",
		http: &http.Client{Timeout: time.Minute, Transport: &http.Transport{MaxIdleConnsPerHost: connections}}}
	fewest := float64(stormBodies)
	for n := range stormRounds {
		l.run = time.Now().UnixNano() % 1_000_000_000
		if err := l.pour(ctx, stormBodies); err != nil {
			return err
		}
		waiting, err := p.server.metric("sigap_inbox_waiting")
		if err != nil {
			return err
		}
		fewest = min(fewest, waiting)
		if err := p.round(ctx, n); err != nil {
			return err
		}
		if err := p.server.drained(); err != nil {
			return err
		}
	}
	o.table.note("in a storm: bodies of 64 that waited when the alert was sent", "%.0f or more", fewest)
	o.table.within("in a storm: alert accepted to the first page at the channel", p.paged, 5*time.Second)
	o.table.within("in a storm: first page to the notice with what was found", p.noticed, 2*time.Second)
	return nil
}

// pour sends new alerts over all connections at once.
func (l *load) pour(ctx context.Context, bodies int64) error {
	next := make(chan int64, bodies)
	for n := range bodies {
		next <- n
	}
	close(next)
	errs := make([]error, connections)
	var wg sync.WaitGroup
	for c := range connections {
		wg.Go(func() {
			for n := range next {
				if errs[c] = l.post(ctx, n); errs[c] != nil {
					return
				}
			}
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
