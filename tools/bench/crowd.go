package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// open is how many incidents are open at once while pages are measured.
const open = 5000

// crowd declares thousands of incidents that nobody closes, each about one of
// sixty services with somebody to answer for it, and measures what pages and
// the page take with all of them open. It takes minutes, and so runs only by
// its name.
func crowd(ctx context.Context, o options) error {
	p, err := newCrew(ctx, o)
	if err != nil {
		return err
	}
	defer p.close()
	for n := range people {
		service := map[string]any{"name": p.name("part", n+1), "environment": "production", "team": p.name("team", n+1), "tier": 2, "dependsOn": []string{}, "probe": "", "seen": false}
		if err := p.admin.Call(ctx, "PUT", "/api/services", service, nil); err != nil {
			return err
		}
	}
	began := time.Now()
	if err := p.declareAll(ctx); err != nil {
		return err
	}
	took := time.Since(began)
	o.table.note("5,000 incidents declared, one a request", "%v, %.0f a second, none refused", took.Round(time.Second), open/took.Seconds())
	if err := p.server.told(ctx); err != nil {
		return err
	}
	o.table.note("until all who answer for them were told", "%v", time.Since(began).Round(time.Second))
	if err := p.measure(ctx, o, "with 5,000 incidents open", stream{rate: 10, services: 10, every: time.Second, during: time.Minute, limit: 5 * time.Second}); err != nil {
		return err
	}
	resident, err := p.server.resident()
	if err != nil {
		return err
	}
	o.table.note("with 5,000 incidents open: resident", "%d MiB", resident>>20)
	for what, path := range map[string]string{"home": "/api/home", "list of incidents": "/api/incidents?limit=50"} {
		t, err := asks(ctx, p.admin, path, o.rounds)
		if err != nil {
			return err
		}
		o.table.within("with 5,000 incidents open: "+what+", API", t, pageLimit)
	}
	return nil
}

// declareAll declares them, eight at a time.
func (p *pager) declareAll(ctx context.Context) error {
	next := make(chan int)
	var errs [8]error
	var wg sync.WaitGroup
	for w := range errs {
		wg.Go(func() {
			for n := range next {
				v := map[string]any{"title": fmt.Sprintf("Requests to part %d fail", n), "service": p.name("part", n%people+1), "severity": 2}
				errs[w] = errors.Join(errs[w], p.admin.Call(ctx, "POST", "/api/incidents", v, nil))
			}
		})
	}
	for n := range open {
		next <- n
	}
	close(next)
	wg.Wait()
	return errors.Join(errs[:]...)
}
