package evidence

import (
	"context"
	"fmt"
	"math"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/api"
	promv1 "github.com/prometheus/client_golang/api/prometheus/v1"
	"github.com/prometheus/common/model"
	"golang.org/x/sync/errgroup"

	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/recorder"
)

// Prometheus is a Prometheus-compatible API as a source.
type Prometheus struct{ api promv1.API }

// NewPrometheus makes a source of the API at address.
func NewPrometheus(address string, client *http.Client) (*Prometheus, error) {
	c, err := api.NewClient(api.Config{Address: address, Client: bounded(client, promAnswer)})
	if err != nil {
		return nil, fmt.Errorf("prometheus at %s: %w", address, err)
	}
	return &Prometheus{api: promv1.NewAPI(c)}, nil
}

// Name names the source.
func (*Prometheus) Name() string { return "prometheus" }

// serviceLabels are the labels that name a service, in the order of trust.
var serviceLabels = []model.LabelName{"service", "app", "app_kubernetes_io_name", "job"}

// hostSelector picks what tells how the machines do, by the names of the node
// exporter.
const hostSelector = `{__name__=~"node_load1|node_memory_MemAvailable_bytes|node_memory_MemTotal_bytes|node_filesystem_avail_bytes|node_vmstat_oom_kill|node_pressure_.*_waiting_seconds_total"}`

const (
	rawSpan    = 4 * time.Hour // of which samples are read as they are stored
	maxSteps   = 1000          // of a longer one
	leastStep  = time.Minute   // of a longer one: a step below the scrapes' makes rates of nothing and bursts
	promAnswer = 64 << 20      // bytes of one answer
)

// Series gives what Prometheus has of the services, and of the hosts.
// Everything is read as it is stored and derived here, in one request a label:
// what a metric is called is not known beforehand.
func (p *Prometheus) Series(ctx context.Context, services []string, w incident.Window) ([]incident.Series, error) {
	selectors := []string{hostSelector}
	if names := alternatives(services); names != "" { // an empty one would match all that lacks the label
		for _, l := range serviceLabels {
			selectors = append(selectors, fmt.Sprintf(`{%s=~%s,__name__!~"go_.*|promhttp_.*|.*_created"}`, l, strconv.Quote(names)))
		}
	}
	read := make([]model.Matrix, len(selectors))
	group, ctx := errgroup.WithContext(ctx)
	for n, selector := range selectors {
		group.Go(func() (err error) {
			read[n], err = p.samples(ctx, selector, w)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	var out []incident.Series
	seen := map[model.Fingerprint]bool{} // a series may carry several of the labels
	for _, stream := range slices.Concat(read...) {
		if f := stream.Metric.Fingerprint(); !seen[f] {
			seen[f] = true
			out = append(out, fromStream(stream))
		}
	}
	return recorder.Derive(out), nil
}

// alternatives is the regular expression of any of the names; empty if there is
// none.
func alternatives(names []string) string {
	var quoted []string
	for _, n := range names {
		if n != "" {
			quoted = append(quoted, regexp.QuoteMeta(n))
		}
	}
	return strings.Join(quoted, "|")
}

// samples reads the stored samples themselves where the window allows it: a
// counter that is sampled more often than it is scraped stands still and jumps.
func (p *Prometheus) samples(ctx context.Context, selector string, w incident.Window) (model.Matrix, error) {
	span := w.To.Sub(w.From).Round(time.Millisecond)
	var value model.Value
	var err error
	if span <= rawSpan {
		value, _, _, err = p.api.Query(ctx, selector+"["+model.Duration(span).String()+"]", w.To)
	} else {
		step := max(leastStep, (span / maxSteps).Round(time.Second))
		value, _, _, err = p.api.QueryRange(ctx, selector, promv1.Range{Start: w.From, End: w.To, Step: step})
	}
	if err != nil {
		return nil, fmt.Errorf("query Prometheus: %w", err)
	}
	matrix, ok := value.(model.Matrix)
	if !ok {
		return nil, fmt.Errorf("query Prometheus: unexpected answer of type %s", value.Type())
	}
	return matrix, nil
}

func fromStream(stream *model.SampleStream) incident.Series {
	s := incident.Series{Name: string(stream.Metric[model.MetricNameLabel]), Labels: map[string]string{}}
	for _, l := range serviceLabels {
		if v := stream.Metric[l]; v != "" && s.Service == "" {
			s.Service = string(v)
		}
	}
	s.Host = string(stream.Metric["instance"])
	if host, _, err := net.SplitHostPort(s.Host); err == nil {
		s.Host = host // so that a service and the exporter beside it are on one
	}
	if strings.HasPrefix(s.Name, "node_") {
		s.Service = ""
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
