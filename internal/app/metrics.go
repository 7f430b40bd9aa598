package app

import (
	"context"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/riverqueue/river"

	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/version"
)

// metrics is what Sigap tells a Prometheus of itself.
func (a *App) metrics() http.Handler {
	r := prometheus.NewRegistry()
	info := prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "sigap_build_info", Help: "The build that runs.",
		ConstLabels: prometheus.Labels{"version": version.Get().Version}}, func() float64 { return 1 })
	r.MustRegister(info, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	r.MustRegister(state{a})
	return promhttp.HandlerFor(r, promhttp.HandlerOpts{})
}

// state reads figures from the store when they are asked for.
type state struct{ app *App }

var (
	descOpen     = prometheus.NewDesc("sigap_incidents_open", "Incidents that people work on, by status.", []string{"status"}, nil)
	descNobody   = prometheus.NewDesc("sigap_notices_that_reached_nobody", "Open incidents of which a notice reached nobody.", nil, nil)
	descInbox    = prometheus.NewDesc("sigap_inbox_waiting", "Accepted bodies that are not applied yet.", nil, nil)
	descAside    = prometheus.NewDesc("sigap_inbox_set_aside", "Accepted bodies that could not be applied.", nil, nil)
	descJobs     = prometheus.NewDesc("sigap_jobs_waiting", "Jobs that are due and not begun, by queue; those of paging are pages and notices.", []string{"queue"}, nil)
	descAltered  = prometheus.NewDesc("sigap_timelines_altered", "Timelines that are not what was written.", nil, nil)
	descDropped  = prometheus.NewDesc("sigap_recorder_dropped_records_total", "Records that the flight recorder let go to stay within its bounds.", nil, nil)
	descRecorder = prometheus.NewDesc("sigap_recorder_bytes", "What the flight recorder holds on disk.", nil, nil)
)

// Describe implements prometheus.Collector.
func (s state) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{descOpen, descNobody, descInbox, descAside, descJobs, descAltered, descDropped, descRecorder} {
		ch <- d
	}
}

// Collect implements prometheus.Collector.
func (s state) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	if count, nobody, err := s.app.Store.OpenCounts(ctx); err == nil {
		for _, st := range incident.OpenStatuses() {
			ch <- prometheus.MustNewConstMetric(descOpen, prometheus.GaugeValue, float64(count[st]), string(st))
		}
		ch <- prometheus.MustNewConstMetric(descNobody, prometheus.GaugeValue, float64(nobody))
	}
	if waiting, aside, err := s.app.Store.InboxSize(ctx); err == nil {
		ch <- prometheus.MustNewConstMetric(descInbox, prometheus.GaugeValue, float64(waiting))
		ch <- prometheus.MustNewConstMetric(descAside, prometheus.GaugeValue, float64(aside))
	}
	if waiting, err := s.app.Store.JobsWaiting(ctx); err == nil {
		for _, queue := range []string{queuePaging, queueClever, river.QueueDefault} {
			ch <- prometheus.MustNewConstMetric(descJobs, prometheus.GaugeValue, float64(waiting[queue]), queue)
		}
	}
	ch <- prometheus.MustNewConstMetric(descAltered, prometheus.GaugeValue, float64(s.app.altered.Load()))
	kept := s.app.recorder.Stats()
	ch <- prometheus.MustNewConstMetric(descDropped, prometheus.CounterValue, float64(kept.Logs.Dropped+kept.Metrics.Dropped))
	ch <- prometheus.MustNewConstMetric(descRecorder, prometheus.GaugeValue, float64(kept.Logs.Bytes+kept.Metrics.Bytes))
}
