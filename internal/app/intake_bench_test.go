package app

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"
)

const (
	batchOf = 64 // alerts a request: what Prometheus sends at once
	senders = 32 // that wait for an answer at the same time, for each processor
)

// BenchmarkNewAlerts accepts alerts that Sigap has not heard of, over the
// whole of its HTTP handler: each answer leaves after its alerts are on disk.
// The work of applying them is part of the time.
func BenchmarkNewAlerts(b *testing.B) { benchmarkIntake(b, true) }

// BenchmarkRepeatedAlerts accepts alerts that fire already, as a Prometheus
// sends them again every minute.
func BenchmarkRepeatedAlerts(b *testing.B) { benchmarkIntake(b, false) }

func benchmarkIntake(b *testing.B, fresh bool) {
	a, key := benchApp(b)
	ctx, cancel := context.WithCancel(b.Context())
	applied := make(chan struct{})
	go func() { defer close(applied); a.identify.Run(ctx) }()
	defer func() { cancel(); <-applied }()

	var requests atomic.Int64
	post := func(batch int64) {
		r := httptest.NewRequest(http.MethodPost, "/in/"+key+"/api/v2/alerts", bytes.NewReader(alertBatch(batch)))
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		a.API.ServeHTTP(w, r)
		if w.Code != http.StatusOK {
			b.Errorf("status %d: %s", w.Code, w.Body)
		}
	}
	post(0)
	drained(b, a)
	b.SetParallelism(senders)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			batch := int64(0)
			if fresh {
				batch = requests.Add(1)
			}
			post(batch)
		}
	})
	accepted := b.Elapsed()
	drained(b, a)
	b.ReportMetric(float64(b.N*batchOf)/accepted.Seconds(), "accepted/s")
	b.ReportMetric(float64(b.N*batchOf)/b.Elapsed().Seconds(), "applied/s")
}

// benchApp is a Sigap on an empty embedded store, with a sender's key.
func benchApp(b *testing.B) (*App, string) {
	b.Helper()
	config := Config{Listen: "127.0.0.1:0", Data: b.TempDir()}
	config.Recorder.MaxBytes, config.Recorder.MaxAge = 1<<20, time.Hour
	a, err := New(b.Context(), config, time.Now, slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := a.Close(); err != nil {
			b.Error(err)
		}
	})
	key, err := a.Accounts.IssueKey(b.Context(), "bench", "alertmanager", false)
	if err != nil {
		b.Fatal(err)
	}
	return a, key
}

// drained waits until all that was accepted is applied.
func drained(b *testing.B, a *App) {
	b.Helper()
	for {
		waiting, aside, err := a.Store.InboxSize(b.Context())
		switch {
		case err != nil:
			b.Fatal(err)
		case aside > 0:
			b.Fatalf("%d bodies could not be applied", aside)
		case waiting == 0:
			return
		}
		time.Sleep(time.Millisecond)
	}
}

// alertBatch is one of Prometheus' bodies. The alerts of a batch are about one
// of a hundred services.
func alertBatch(batch int64) []byte {
	type alert struct {
		Labels      map[string]string `json:"labels"`
		Annotations map[string]string `json:"annotations"`
		StartsAt    time.Time         `json:"startsAt"`
		URL         string            `json:"generatorURL"`
	}
	alerts := make([]alert, batchOf)
	for n := range alerts {
		alerts[n] = alert{
			Labels: map[string]string{"alertname": "HighLatency", "service": fmt.Sprintf("service-%d", batch%100), "env": "production", "severity": "warning",
				"instance": fmt.Sprintf("10.0.%d.%d:9100", batch, n), "job": "node"},
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
