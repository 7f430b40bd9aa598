package store_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/store"
)

// BenchmarkPutAlerts writes new alerts, as applying the inbox does.
func BenchmarkPutAlerts(b *testing.B) {
	st := openBench(b)
	const each = 1024
	made := 0
	for b.Loop() {
		alerts := make([]*incident.Alert, each)
		for n := range alerts {
			alerts[n] = alert(made)
			made++
		}
		if err := st.InTx(b.Context(), func(tx *store.Tx) error { return tx.PutAlerts(alerts) }); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(made)/b.Elapsed().Seconds(), "alerts/s")
}

// BenchmarkChange appends an entry to an incident by as many callers as wait
// for a commit: each returns when its entry is on disk.
func BenchmarkChange(b *testing.B) {
	st := openBench(b)
	i, err := st.Create(b.Context(), incident.System(), store.NewID(), func(e *incident.Edit) error {
		e.Record(incident.Opened{ID: e.Incident.ID, Title: "Checkout fails", Service: "payment", Environment: "production"})
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	b.SetParallelism(16)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := st.Change(context.Background(), incident.System(), i.ID, func(e *incident.Edit) error {
				e.Record(incident.Note{Text: "Looking."})
				return nil
			}); err != nil {
				b.Error(err)
			}
		}
	})
}

func openBench(b *testing.B) *store.Store {
	b.Helper()
	st, err := store.Open(b.Context(), "sqlite:"+b.TempDir(), store.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := st.Close(); err != nil {
			b.Error(err)
		}
	})
	return st
}

// alert is the nth of many, with labels as a Prometheus sends them.
func alert(n int) *incident.Alert {
	now := time.Now()
	return &incident.Alert{ID: store.NewID(), Key: "key", State: incident.AlertFiring, First: now, Last: now, Count: 1, Incident: "incident",
		Signal: incident.Signal{Source: "alertmanager", Sender: "bench", Identity: fmt.Sprintf("%016x", uint64(n)*0x9e3779b97f4a7c15), State: incident.Firing,
			Title: "p99 latency is above 2 s", Service: "payment", Environment: "production", Severity: "warning", StartedAt: now, ExpiresAt: now.Add(5 * time.Minute),
			Labels: map[string]string{"alertname": "HighLatency", "service": "payment", "env": "production", "severity": "warning", "instance": fmt.Sprintf("10.0.0.1:%d", n)}}}
}
