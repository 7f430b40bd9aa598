package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"
)

// stream is an even flow of alerts, with one of its own now and then that pages.
type stream struct {
	rate     int           // alerts a second, one a request
	services int           // that they are about: so many candidates are open in the end
	every    time.Duration // between two that page
	during   time.Duration
	limit    time.Duration // for all but one in a hundred of the pages
}

// people is how many are paged in turn. Three new incidents within a minute to
// one person are a storm to them, of which they get a summary.
const people = 60

// steady measures the way to a page while alerts come as on a bad day.
func steady(ctx context.Context, o options) error {
	return flow(ctx, o, "at 100 alerts a second", stream{rate: 100, services: 100, every: time.Second, during: 2 * time.Minute, limit: 250 * time.Millisecond})
}

// tide measures it through ten minutes of 10,000 alerts a minute about 5,000
// services. It takes as long, and so runs only by its name.
func tide(ctx context.Context, o options) error {
	return flow(ctx, o, "through ten minutes of 10,000 a minute", stream{rate: 167, services: 5000, every: 5 * time.Second, during: 10 * time.Minute, limit: 5 * time.Second})
}

func flow(ctx context.Context, o options, when string, s stream) error {
	p, err := newCrew(ctx, o)
	if err != nil {
		return err
	}
	defer p.close()
	return p.measure(ctx, o, when, s)
}

// newCrew starts a server, and makes all the people to page.
func newCrew(ctx context.Context, o options) (*pager, error) {
	p, err := newPager(ctx, o)
	if err != nil {
		return nil, err
	}
	for n := range people {
		if err := p.hire(ctx, n+1); err != nil {
			p.close()
			return nil, err
		}
	}
	return p, nil
}

// measure has a stream flow, and says how long its pages took.
func (p *pager) measure(ctx context.Context, o options, when string, s stream) error {
	accepted, paged, err := p.flow(ctx, s)
	if err == nil {
		err = p.server.drained()
	}
	if err != nil {
		return err
	}
	aside, err := p.server.metric("sigap_inbox_set_aside")
	if err != nil {
		return err
	}
	slices.Sort(paged)
	p99 := paged[len(paged)*99/100]
	o.table.note(when+": alerts accepted, and set aside", "%d, %.0f", accepted, aside)
	o.table.add(figure{what: when + ": accepted to the first page, 99 of 100", bound: s.limit.String(),
		measured: fmt.Sprintf("%v, median %v, worst of %d %v", round(p99), round(paged.median()), len(paged), round(slices.Max(paged))), mark: mark(p99 <= s.limit && aside == 0)})
	return nil
}

// hire makes somebody with a team and what they answer for.
func (p *pager) hire(ctx context.Context, n int) error {
	var invited struct {
		Person struct {
			ID string `json:"id"`
		} `json:"person"`
	}
	who := map[string]any{"name": fmt.Sprintf("Bench %d", n), "email": fmt.Sprintf("bench-%d-%d@example.com", n, p.run), "right": "responder", "lang": "en"}
	if err := p.admin.Call(ctx, "POST", "/api/people", who, &invited); err != nil {
		return err
	}
	if err := p.admin.Call(ctx, "POST", "/api/people/"+invited.Person.ID+"/contacts", map[string]any{"kind": "webhook", "address": p.box.url}, nil); err != nil {
		return err
	}
	team := p.name("team", n)
	return p.admin.Call(ctx, "PUT", "/api/teams", map[string]any{"id": team, "name": team, "kind": "engineering", "members": []string{invited.Person.ID}, "rooms": []any{}}, nil)
}

// flow sends, and gives how many alerts were accepted and how long each page
// took from the answer on.
func (p *pager) flow(ctx context.Context, s stream) (int, times, error) {
	calls := int(s.during / s.every)
	for n := range calls {
		service := map[string]any{"name": p.name("critical", n), "environment": "production", "team": p.name("team", n%people+1), "tier": 1, "dependsOn": []string{}, "probe": "", "seen": false}
		if err := p.admin.Call(ctx, "PUT", "/api/services", service, nil); err != nil {
			return 0, nil, err
		}
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	background := make(chan error, 1)
	sent := 0
	go func() { background <- p.pour(ctx, s, &sent) }()
	at := make([]time.Time, calls)
	tick := time.NewTicker(s.every)
	defer tick.Stop()
	for n := range calls {
		<-tick.C
		if err := p.alert(ctx, p.name("critical", n), "CheckoutFails", "critical"); err != nil {
			return 0, nil, err
		}
		at[n] = time.Now()
	}
	cancel()
	if err := <-background; err != nil {
		return 0, nil, err
	}
	var paged times
	for n := range calls {
		l, err := p.box.wait(context.WithoutCancel(ctx), p.name("critical", n), 0)
		if err != nil {
			return 0, nil, err
		}
		paged = append(paged, max(0, l.at.Sub(at[n])))
	}
	return sent + calls, paged, nil
}

// pour sends warnings at the stream's rate until ctx ends.
func (p *pager) pour(ctx context.Context, s stream, sent *int) error {
	const senders = 32
	next := make(chan int)
	errs := make([]error, senders)
	var wg sync.WaitGroup
	for w := range senders {
		wg.Go(func() {
			for n := range next {
				name := p.name("busy", n%s.services)
				errs[w] = errors.Join(errs[w], p.alert(context.WithoutCancel(ctx), name, fmt.Sprintf("Slow%d", n), "warning"))
			}
		})
	}
	began := time.Now()
	tick := time.NewTicker(time.Second / time.Duration(s.rate))
	defer tick.Stop()
	for ctx.Err() == nil {
		select {
		case <-tick.C: // a slow answer makes it skip some, which are made good
			for due := int(time.Since(began).Seconds() * float64(s.rate)); *sent < due; *sent++ {
				next <- *sent
			}
		case <-ctx.Done():
		}
	}
	close(next)
	wg.Wait()
	return errors.Join(errs...)
}

func (p *pager) alert(ctx context.Context, service, name, severity string) error {
	alert := []any{map[string]any{"labels": map[string]string{"alertname": name, "service": service, "severity": severity, "env": "production"}}}
	return p.admin.Call(ctx, http.MethodPost, "/in/"+p.key+"/api/v2/alerts", alert, nil)
}
