package agent

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	metricspb "go.opentelemetry.io/proto/otlp/metrics/v1"
)

// meter measures everything once an interval and hands it to the outbox.
type meter struct {
	host         *hostSampler // nil if the host is not to be measured
	processes    *processSampler
	certificates *certificateSampler
	scraper      *scraper
	out          *outbox
	encoder      *encoder
	logger       *slog.Logger
	now          func() time.Time
	troubles     map[string]string // by part, as last logged
}

func newMeter(c Config, out *outbox, d Deps) (*meter, error) {
	m := &meter{
		certificates: newCertificateSampler(c.Certificates),
		scraper:      &scraper{targets: c.Metrics.Scrape, client: d.Client, timeout: min(c.Metrics.Interval, 10*time.Second), now: d.Now},
		out:          out,
		encoder:      newEncoder(c),
		logger:       d.Logger,
		now:          d.Now,
		troubles:     map[string]string{},
	}
	if *c.Metrics.Host {
		m.host = newHostSampler("/proc")
	}
	var err error
	m.processes, err = newProcessSampler(c.Metrics.Processes)
	return m, err
}

// measure takes one measurement of everything. Parts that fail are logged when
// the trouble is new and never keep the others back.
func (m *meter) measure(ctx context.Context) {
	now := m.now()
	var scraped []serviceMetrics
	var scrapeErr error
	var scraping sync.WaitGroup
	scraping.Go(func() { scraped, scrapeErr = m.scraper.scrape(ctx) })

	own := serviceMetrics{metrics: m.ownFigures(now)}
	if m.host != nil {
		metrics, err := m.host.sample(ctx, now)
		m.note("host", err)
		own.metrics = append(own.metrics, metrics...)
	}
	byService, err := m.processes.sample(ctx, now)
	m.note("processes", err)
	metrics, err := m.certificates.sample(ctx, now)
	m.note("certificates", err)
	own.metrics = append(own.metrics, metrics...)
	m.send(ctx, append(byService, own)...)

	scraping.Wait()
	m.note("scrape", scrapeErr)
	for _, target := range scraped { // each may be large
		m.send(ctx, target)
	}
}

// ownFigures are what one has to know about the agent itself.
func (m *meter) ownFigures(now time.Time) []*metricspb.Metric {
	return []*metricspb.Metric{
		counter("sigap_agent_records_sent_total", now, float64(m.out.sent.Load()), nil),
		counter("sigap_agent_records_lost_total", now, float64(m.out.lost.Load()), nil),
	}
}

func (m *meter) send(ctx context.Context, all ...serviceMetrics) {
	count := 0
	for _, of := range all {
		count += len(of.metrics)
	}
	if count == 0 {
		return
	}
	body, err := m.encoder.metrics(all)
	if err == nil {
		err = m.out.put(ctx, batch{kind: metricBatch, body: body, count: count})
	}
	if err != nil && ctx.Err() == nil {
		m.logger.Error("measurements could not be handed over", "error", err)
	}
}

// note logs a part's trouble when it begins, changes or ends.
func (m *meter) note(part string, err error) {
	trouble := ""
	if err != nil {
		trouble = fmt.Sprint(err)
	}
	if trouble == m.troubles[part] {
		return
	}
	m.troubles[part] = trouble
	if err != nil {
		m.logger.Warn("measurement is incomplete", "part", part, "error", err)
		return
	}
	m.logger.Info("measurement is complete again", "part", part)
}
