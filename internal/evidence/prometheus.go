package evidence

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/prometheus/client_golang/api"
	promv1 "github.com/prometheus/client_golang/api/prometheus/v1"
	"github.com/prometheus/common/model"

	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/recorder"
)

// Prometheus is a Prometheus-compatible API as a source.
type Prometheus struct{ api promv1.API }

// NewPrometheus makes a source of the API at address.
func NewPrometheus(address string, client *http.Client) (*Prometheus, error) {
	c, err := api.NewClient(api.Config{Address: address, Client: client})
	if err != nil {
		return nil, fmt.Errorf("prometheus at %s: %w", address, err)
	}
	return &Prometheus{api: promv1.NewAPI(c)}, nil
}

// Name names the source.
func (*Prometheus) Name() string { return "prometheus" }

// serviceLabels are the labels that name a service, in the order of trust.
var serviceLabels = []model.LabelName{"service", "app", "app_kubernetes_io_name", "job"}

const (
	maxSteps = 1000
	leastGap = time.Second
)

// Series gives what Prometheus has of the services, and of their hosts.
// Everything is read as it is stored and derived here, in one request a label:
// what a metric is called is not known beforehand.
func (p *Prometheus) Series(ctx context.Context, services []string, w incident.Window) ([]incident.Series, error) {
	names := make([]string, len(services))
	for n, s := range services {
		names[n] = regexp.QuoteMeta(s)
	}
	any := strings.ReplaceAll(strings.Join(names, "|"), `\`, `\\`)
	var parts []string
	for _, l := range serviceLabels {
		parts = append(parts, fmt.Sprintf(`{%s=~"%s",__name__!~"go_.*|promhttp_.*|.*_created"}`, l, any))
	}
	parts = append(parts, `{__name__=~"node_load1|node_memory_MemAvailable_bytes|node_memory_MemTotal_bytes|node_filesystem_avail_bytes|node_vmstat_oom_kill|node_pressure_.*_waiting_seconds_total"}`)
	step := max(leastGap, (w.To.Sub(w.From) / maxSteps).Round(time.Second))
	value, _, _, err := p.api.QueryRange(ctx, strings.Join(parts, " or "), promv1.Range{Start: w.From, End: w.To, Step: step})
	if err != nil {
		return nil, fmt.Errorf("query Prometheus: %w", err)
	}
	matrix, ok := value.(model.Matrix)
	if !ok {
		return nil, fmt.Errorf("query Prometheus: unexpected answer of type %s", value.Type())
	}
	out := make([]incident.Series, 0, len(matrix))
	for _, stream := range matrix {
		out = append(out, fromStream(stream))
	}
	return recorder.Derive(out), nil
}

func fromStream(stream *model.SampleStream) incident.Series {
	s := incident.Series{Name: string(stream.Metric[model.MetricNameLabel]), Labels: map[string]string{}}
	for _, l := range serviceLabels {
		if v := stream.Metric[l]; v != "" && s.Service == "" {
			s.Service = string(v)
		}
	}
	if strings.HasPrefix(s.Name, "node_") {
		s.Service, s.Host = "", string(stream.Metric["instance"])
	}
	for name, v := range stream.Metric {
		switch name {
		case model.MetricNameLabel, "service", "job", "instance":
		default:
			s.Labels[string(name)] = string(v)
		}
	}
	s.Unit = unitOf(s.Name)
	for _, v := range stream.Values {
		if f := float64(v.Value); !math.IsNaN(f) && !math.IsInf(f, 0) {
			s.Points = append(s.Points, incident.Point{At: v.Timestamp.Time().UTC(), Value: f})
		}
	}
	return s
}

// unitOf reads the unit from a metric's name, as Prometheus has it.
func unitOf(name string) string {
	name = strings.TrimSuffix(strings.TrimSuffix(name, "_bucket"), "_total")
	for _, unit := range []string{"seconds", "bytes", "ratio"} {
		if strings.HasSuffix(name, "_"+unit) {
			return unit
		}
	}
	return ""
}
