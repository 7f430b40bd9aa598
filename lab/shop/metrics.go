package shop

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics are one process's instruments. Those of a part that a service does
// not have (a pool, a quota) are never set and so never exported.
type metrics struct {
	registry *prometheus.Registry

	requests  *prometheus.CounterVec   // http_requests_total{code,handler}
	durations *prometheus.HistogramVec // http_request_duration_seconds{handler}

	calls     *prometheus.CounterVec   // dependency_requests_total{dependency,code}
	callTimes *prometheus.HistogramVec // dependency_request_duration_seconds{dependency}

	poolInUse, poolMax     *prometheus.GaugeVec
	poolWait               *prometheus.HistogramVec
	quotaUsed, quotaLimit  *prometheus.GaugeVec
	cacheEntries           *prometheus.GaugeVec
	notAfter, peerNotAfter *prometheus.GaugeVec
	buildInfo, memoryLimit *prometheus.GaugeVec
}

func newMetrics() *metrics {
	registry := prometheus.NewRegistry()
	gauge := func(name, help string, labels ...string) *prometheus.GaugeVec {
		vec := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: name, Help: help}, labels)
		registry.MustRegister(vec)
		return vec
	}
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		vec := prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
		registry.MustRegister(vec)
		return vec
	}
	histogram := func(name, help string, labels ...string) *prometheus.HistogramVec {
		vec := prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: name, Help: help,
			Buckets: []float64{.005, .01, .025, .05, .1, .2, .3, .5, .8, 1, 1.5, 2, 3, 5, 10},
		}, labels)
		registry.MustRegister(vec)
		return vec
	}
	registry.MustRegister(
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	)
	return &metrics{
		registry:     registry,
		requests:     counter("http_requests_total", "Requests answered, by status code and handler.", "code", "handler"),
		durations:    histogram("http_request_duration_seconds", "Time to answer a request.", "handler"),
		calls:        counter("dependency_requests_total", "Requests made to other services; code is error where none came back.", "dependency", "code"),
		callTimes:    histogram("dependency_request_duration_seconds", "Time that other services took to answer.", "dependency"),
		poolInUse:    gauge("db_pool_in_use", "Database connections in use."),
		poolMax:      gauge("db_pool_max", "Database connections at most."),
		poolWait:     histogram("db_pool_wait_seconds", "Time that requests waited for a database connection."),
		quotaUsed:    gauge("disk_quota_used_bytes", "Bytes in the data folder."),
		quotaLimit:   gauge("disk_quota_limit_bytes", "Bytes that the data folder may hold."),
		cacheEntries: gauge("cache_entries", "Listings held in memory."),
		notAfter:     gauge("tls_not_after_timestamp_seconds", "When the served certificate ends."),
		peerNotAfter: gauge("tls_peer_not_after_timestamp_seconds", "When the certificate shown by a dependency ends.", "dependency"),
		buildInfo:    gauge("build_info", "1 for the version in force.", "version"),
		memoryLimit:  gauge("process_memory_limit_bytes", "Resident memory at which the platform ends the process."),
	}
}

// base exports what every service's configuration says.
func (m *metrics) base(config Base) {
	m.buildInfo.Reset()
	m.buildInfo.WithLabelValues(config.Version).Set(1)
	m.memoryLimit.WithLabelValues().Set(float64(config.MemoryLimit))
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// measured counts and times the requests of one handler.
func (m *metrics) measured(name string, next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		answer := &recorder{ResponseWriter: w, code: http.StatusOK}
		next(answer, r)
		m.requests.WithLabelValues(strconv.Itoa(answer.code), name).Inc()
		m.durations.WithLabelValues(name).Observe(time.Since(began).Seconds())
	}
}

// recorder remembers the status and size of an answer.
type recorder struct {
	http.ResponseWriter
	code  int
	bytes int64
}

func (r *recorder) WriteHeader(code int) {
	r.code = code
	r.ResponseWriter.WriteHeader(code)
}

func (r *recorder) Write(p []byte) (int, error) {
	n, err := r.ResponseWriter.Write(p)
	r.bytes += int64(n)
	return n, err
}
