package app

import (
	"context"
	"errors"
	"iter"
	"net/http"
	"time"

	"github.com/sigap-dev/sigap/internal/api"
	"github.com/sigap-dev/sigap/internal/evidence"
	"github.com/sigap-dev/sigap/internal/identify"
	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/inform/channel"
	"github.com/sigap-dev/sigap/internal/recorder"
)

// insideNetworks are the networks in which an admin's own sources and probes
// lie: private ones and this machine, not the addresses where clouds keep
// their machines' credentials.
var insideNetworks = []string{"127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "100.64.0.0/10"}

// forbidden reports whether the guard of outgoing connections refused one.
func forbidden(err error) bool {
	_, is := errors.AsType[*channel.ForbiddenError](err)
	return is
}

// evidenceSources gives the sources as they are set up at the moment.
func (a *App) evidenceSources(client *http.Client) evidence.Sources {
	recorded := evidence.NewRecorded(a.recorder)
	return func(ctx context.Context) ([]evidence.Metrics, []evidence.Logs) {
		metrics, logs := []evidence.Metrics{recorded}, []evidence.Logs{recorded}
		var set api.Sources
		if err := a.Store.Setting(ctx, "sources", &set); err != nil {
			a.log.Warn("the sources of evidence cannot be read", "err", err)
			return metrics, logs
		}
		if set.Prometheus != "" {
			if p, err := evidence.NewPrometheus(set.Prometheus, client); err == nil {
				metrics = append(metrics, p)
			}
		}
		if set.Loki != "" {
			logs = append(logs, evidence.NewLoki(set.Loki, client))
		}
		if set.Elasticsearch != "" {
			if e, err := evidence.NewElasticsearch(set.Elasticsearch, client); err == nil {
				logs = append(logs, e)
			}
		}
		if set.VictoriaLogs != "" {
			if v, err := evidence.NewVictoriaLogs(set.VictoriaLogs, client); err == nil {
				logs = append(logs, v)
			}
		}
		return metrics, logs
	}
}

// watchLogs makes signals of errors in the recorder that were not there before,
// until ctx ends. It runs beside everything: what it costs no page waits for.
func (a *App) watchLogs(ctx context.Context) {
	lines := func(ctx context.Context, w incident.Window, limit int) iter.Seq2[incident.LogLine, error] {
		return a.recorder.QueryLogs(ctx, recorder.LogQuery{Window: w, MinLevel: "error", Limit: limit})
	}
	signal := func(ctx context.Context, drill bool, s incident.Signal) error {
		key := identify.Key{ID: "logs", Name: "Sigap", Source: "logs", Drill: drill}
		if drill {
			key.ID = "logs-of-drills"
		}
		return a.identify.Accept(ctx, key, []incident.Signal{s}, nil, nil)
	}
	watch := evidence.NewWatch(lines, signal, a.now, a.log)
	t := time.NewTicker(evidence.WatchEvery)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		var set api.Sources
		if err := a.Store.Setting(ctx, "sources", &set); err != nil || set.IgnoreErrors {
			continue
		}
		var services []string
		for _, seen := range a.recorder.Services() {
			services = append(services, seen.Service)
		}
		a.look(ctx, watch, services)
	}
}

// look keeps a look's panic to itself, and its time bounded.
func (a *App) look(ctx context.Context, watch *evidence.Watch, services []string) {
	defer func() {
		if p := recover(); p != nil {
			a.log.Error("looking for new errors in the logs panicked", "panic", p)
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, evidence.WatchEvery)
	defer cancel()
	watch.Look(ctx, services)
}
