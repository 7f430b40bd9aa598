package main

import (
	"context"
	"fmt"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/store"
)

// alerts makes alerts of the last weeks: most ended, one in a thousand fires.
func (f *filler) alerts(ctx context.Context, count int) error {
	const each = 50 * eachCommit
	f.now = time.Now()
	for done := 0; done < count; {
		list := make([]*incident.Alert, min(each, count-done))
		for n := range list {
			list[n] = f.alert()
			done++
		}
		if err := f.st.InTx(ctx, func(tx *store.Tx) error { return tx.PutAlerts(list) }); err != nil {
			return err
		}
	}
	return nil
}

func (f *filler) alert() *incident.Alert {
	first := f.now.Add(-time.Duration(f.random.Int64N(int64(60 * 24 * time.Hour))))
	last := first.Add(time.Duration(f.random.Int64N(int64(time.Hour))))
	service, title := f.service(), f.pick(titles)
	a := &incident.Alert{ID: store.NewID(), Key: "fill", State: incident.AlertResolved, First: first, Last: last, Count: 1 + f.random.IntN(60),
		Signal: incident.Signal{Source: "prometheus", Sender: "prometheus-jkt", Identity: fmt.Sprintf("%016x", f.random.Uint64()), State: incident.Resolved,
			Title: title, Service: service, Environment: "production", Severity: "warning", StartedAt: first, EndedAt: last,
			URL: "http://prometheus:9090/graph?g0.expr=up", Labels: map[string]string{"alertname": title, "service": service, "env": "production",
				"severity": "warning", "job": "node", "instance": fmt.Sprintf("10.%d.%d.%d:9100", f.random.IntN(256), f.random.IntN(256), f.random.IntN(256))}}}
	if len(f.ids) > 0 {
		a.Incident = f.ids[f.random.IntN(len(f.ids))]
	}
	if f.random.IntN(1000) == 0 {
		a.State, a.Signal.State, a.Last, a.Signal.EndedAt = incident.AlertFiring, incident.Firing, f.now, time.Time{}
	}
	return a
}
