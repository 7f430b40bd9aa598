package app

import (
	"context"
	"net/http"

	"github.com/sigap-dev/sigap/internal/api"
	"github.com/sigap-dev/sigap/internal/evidence"
)

// insideNetworks are the networks in which an admin's own sources and probes
// lie: private ones and this machine, not the addresses where clouds keep
// their machines' credentials.
var insideNetworks = []string{"127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "100.64.0.0/10"}

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
