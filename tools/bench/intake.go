package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

const (
	connections = 64
	batchOf     = 64 // alerts a request
)

// intake measures how many alerts are taken durably: new ones, and those that
// fire already.
func intake(ctx context.Context, o options) error {
	s, err := startServer(ctx, o, o.data)
	if err != nil {
		return err
	}
	defer s.stop()
	key, err := s.cli(ctx, "key", "create", "--source", "alertmanager", "bench-intake")
	if err != nil {
		return err
	}
	l := &load{table: o.table, server: s, address: s.url + "/in/" + key + "/api/v2/alerts", run: time.Now().Unix() % 100_000,
		http: &http.Client{Timeout: time.Minute, Transport: &http.Transport{MaxIdleConnsPerHost: connections}}}
	if err := l.measure(ctx, o.load, "new alerts in 64s", 10_000, func(n int64) int64 { return n }); err != nil {
		return err
	}
	return l.measure(ctx, o.load, "repeated alerts in 64s", 30_000, func(n int64) int64 { return n % connections })
}

type load struct {
	table   *table
	server  *server
	address string
	run     int64 // tells this run's alerts from an earlier one's
	http    *http.Client
}

// measure sends for a while over all connections and waits until all of it is
// applied.
func (l *load) measure(ctx context.Context, during time.Duration, what string, bound float64, batch func(n int64) int64) error {
	before, err := l.server.processor()
	if err != nil {
		return err
	}
	var sent, accepted atomic.Int64
	var failure atomic.Pointer[error]
	began := time.Now()
	var wg sync.WaitGroup
	for range connections {
		wg.Go(func() {
			for time.Since(began) < during && ctx.Err() == nil && failure.Load() == nil {
				if err := l.post(ctx, batch(sent.Add(1)-1)); err != nil {
					failure.Store(&err)
					return
				}
				accepted.Add(batchOf)
			}
		})
	}
	wg.Wait()
	took := time.Since(began)
	if err := failure.Load(); err != nil {
		return *err
	}
	if err := l.server.drained(); err != nil {
		return err
	}
	applied := time.Since(began)
	after, err := l.server.processor()
	if err != nil {
		return err
	}
	n := float64(accepted.Load())
	l.table.atLeast(what+", accepted to disk while applied", n/took.Seconds(), bound)
	l.table.note(what+", until all are applied", "%.0f/s", n/applied.Seconds())
	l.table.note(what+", by the server's processor time, applied too", "%.0f/s", n/(after-before).Seconds())
	return nil
}

func (l *load) post(ctx context.Context, batch int64) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, l.address, bytes.NewReader(l.body(batch)))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := l.http.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	said, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("an alert was answered with %d: %s", res.StatusCode, said)
	}
	return err
}

// body is what a Prometheus posts.
func (l *load) body(batch int64) []byte {
	type alert struct {
		Labels      map[string]string `json:"labels"`
		Annotations map[string]string `json:"annotations"`
		StartsAt    time.Time         `json:"startsAt"`
		URL         string            `json:"generatorURL"`
	}
	alerts := make([]alert, batchOf)
	for n := range alerts {
		alerts[n] = alert{
			Labels: map[string]string{"alertname": "HighLatency", "service": fmt.Sprintf("bench-%d", batch%100), "env": "production", "severity": "warning",
				"instance": fmt.Sprintf("%d.%d.%d:9100", l.run, batch, n), "job": "node"},
			Annotations: map[string]string{"summary": "p99 latency is above 2 s", "description": "It was 2.41 s over the last five minutes."},
			StartsAt:    time.Now(), URL: "http://prometheus:9090/graph?g0.expr=latency",
		}
	}
	body, err := json.Marshal(alerts)
	if err != nil {
		panic(err) // plain data
	}
	return body
}
