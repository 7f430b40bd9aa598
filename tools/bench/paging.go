package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/sigap-dev/sigap/internal/client"
)

// paging measures the way from an alert to a person: the answer to the sender,
// the first page at the channel, and after it the notice with what was found.
func paging(ctx context.Context, o options) error {
	p, err := newPager(ctx, o)
	if err != nil {
		return err
	}
	defer p.close()
	for n := range o.rounds {
		if err := p.round(ctx, n); err != nil {
			return err
		}
	}
	o.table.note("alert sent to its answer (on disk)", "%v", p.answered)
	o.table.within("alert accepted to the first page at the channel", p.paged, 250*time.Millisecond)
	o.table.within("first page to the notice with what was found", p.noticed, 2*time.Second)
	o.table.add(figure{what: "notices with a plot", bound: "all", measured: fmt.Sprintf("%d of %d", p.plots, o.rounds), mark: mark(p.plots == o.rounds)})
	return nil
}

type pager struct {
	server *server
	admin  *client.Client
	box    *mailbox
	run    int64  // tells this run's names from an earlier one's
	key    string // a sender's
	otlp   string // the recorder's

	answered, paged, noticed times
	plots                    int
}

// newPager starts a server and makes somebody to page.
func newPager(ctx context.Context, o options) (*pager, error) {
	s, err := startServer(ctx, o, o.data)
	if err != nil {
		return nil, err
	}
	p := &pager{server: s, run: time.Now().UnixNano()}
	if p.admin, err = s.admin(ctx); err == nil {
		p.box, err = newMailbox()
	}
	if err == nil {
		err = p.setUp(ctx)
	}
	if err != nil {
		p.close()
		return nil, err
	}
	return p, nil
}

func (p *pager) close() {
	if p.box != nil {
		p.box.close()
	}
	p.server.stop()
}

// setUp makes somebody to page, and a policy that declares by itself.
func (p *pager) setUp(ctx context.Context) error {
	if err := p.hire(ctx, 0); err != nil {
		return err
	}
	var policy map[string]any
	if err := p.admin.Call(ctx, "GET", "/api/policy", nil, &policy); err != nil {
		return err
	}
	policy["declareAt"] = 40
	if err := p.admin.Call(ctx, "PUT", "/api/policy", policy, nil); err != nil {
		return err
	}
	for source, to := range map[string]*string{"alertmanager": &p.key, "otlp": &p.otlp} {
		var made struct {
			Secret string `json:"secret"`
		}
		if err := p.admin.Call(ctx, "POST", "/api/keys", map[string]any{"name": "bench", "source": source}, &made); err != nil {
			return err
		}
		*to = made.Secret
	}
	return nil
}

func (p *pager) name(what string, n int) string {
	return fmt.Sprintf("bench-%s-%d-%d", what, n, p.run)
}

// round lets one service break, with half an hour of metrics before it.
func (p *pager) round(ctx context.Context, n int) error {
	service := p.name("service", n)
	if err := p.admin.Call(ctx, "PUT", "/api/services", map[string]any{"name": service, "environment": "production", "team": p.name("team", 0), "tier": 1, "dependsOn": []string{}, "probe": "", "seen": false}, nil); err != nil {
		return err
	}
	if err := p.admin.Call(ctx, "POST", "/in/"+p.otlp+"/v1/metrics", history(service, time.Now()), nil); err != nil {
		return err
	}
	sent := time.Now()
	if err := p.alert(ctx, service, "CheckoutFails", "critical"); err != nil {
		return err
	}
	accepted := time.Now()
	page, err := p.box.wait(ctx, service, 0)
	if err != nil {
		return err
	}
	notice, err := p.box.wait(ctx, service, 1)
	if err != nil {
		return err
	}
	p.answered = append(p.answered, accepted.Sub(sent))
	p.paged = append(p.paged, max(0, page.at.Sub(accepted)))
	p.noticed = append(p.noticed, notice.at.Sub(page.at))
	if notice.plot {
		p.plots++
	}
	return nil
}

// history is half an hour of a service's error rate as OTLP: well, and since a
// minute not.
func history(service string, now time.Time) any {
	var failed, all float64
	var points, total []any
	for n := range 120 {
		at := now.Add(time.Duration(n-119) * 15 * time.Second)
		all += 300
		failed += 3
		if n > 115 {
			failed += 90
		}
		stamp := fmt.Sprint(at.UnixNano())
		points = append(points, map[string]any{"timeUnixNano": stamp, "asDouble": failed, "attributes": []any{attribute("code", "500")}})
		total = append(total, map[string]any{"timeUnixNano": stamp, "asDouble": all, "attributes": []any{attribute("code", "200")}})
	}
	sum := map[string]any{"aggregationTemporality": 2, "isMonotonic": true, "dataPoints": append(points, total...)}
	return map[string]any{"resourceMetrics": []any{map[string]any{
		"resource":     map[string]any{"attributes": []any{attribute("service.name", service)}},
		"scopeMetrics": []any{map[string]any{"metrics": []any{map[string]any{"name": "http_requests_total", "sum": sum}}}},
	}}}
}

func attribute(key, value string) any {
	return map[string]any{"key": key, "value": map[string]any{"stringValue": value}}
}

// mailbox is a person's webhook.
type mailbox struct {
	url    string
	server *http.Server
	news   chan letter
	kept   []letter
}

type letter struct {
	text string
	plot bool
	at   time.Time
}

// mailboxRoom is for all letters of a run, which nobody may be reading: a full
// mailbox answers nobody.
const mailboxRoom = 100_000

func newMailbox() (*mailbox, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	m := &mailbox{url: "http://" + l.Addr().String() + "/", news: make(chan letter, mailboxRoom)}
	m.server = &http.Server{ReadHeaderTimeout: 5 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		at := time.Now()
		body, err := io.ReadAll(r.Body)
		var in struct {
			Plot json.RawMessage `json:"plot"`
		}
		if err = errors.Join(err, json.Unmarshal(body, &in)); err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		m.news <- letter{text: string(body), plot: len(in.Plot) > 0, at: at}
		w.WriteHeader(http.StatusNoContent)
	})}
	go func() { _ = m.server.Serve(l) }()
	return m, nil
}

func (m *mailbox) close() { _ = m.server.Close() }

// wait gives the nth letter about something, when it is there.
func (m *mailbox) wait(ctx context.Context, about string, nth int) (letter, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		seen := 0
		for _, l := range m.kept {
			if !strings.Contains(l.text, about) {
				continue
			}
			if seen == nth {
				return l, nil
			}
			seen++
		}
		select {
		case l := <-m.news:
			m.kept = append(m.kept, l)
		case <-ctx.Done():
			return letter{}, fmt.Errorf("message %d about %s did not come: %w", nth+1, about, ctx.Err())
		}
	}
}
