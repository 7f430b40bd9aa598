// Package evidence collects what speaks for or against an incident: the error
// rate and the other metrics, the logs, the changes shortly before, earlier
// incidents, a live probe. The checks run side by side; each reports as soon
// as it is done, says whether what it found is interesting, and names a source
// that is dead or slow in place of waiting for it. Nothing that pages people
// calls this package.
package evidence

import (
	"context"
	"iter"
	"log/slog"
	"sync"
	"time"

	"github.com/sigap-dev/sigap/internal/directory"
	"github.com/sigap-dev/sigap/internal/evidence/probe"
	"github.com/sigap-dev/sigap/internal/evidence/shift"
	"github.com/sigap-dev/sigap/internal/incident"
)

// Metrics is a source of series. Counters come as rates and histograms as
// quantiles.
type Metrics interface {
	Name() string
	Series(ctx context.Context, services []string, w incident.Window) ([]incident.Series, error)
}

// Logs is a source of log lines, the oldest first.
type Logs interface {
	Name() string
	Lines(ctx context.Context, services []string, w incident.Window) iter.Seq2[incident.LogLine, error]
}

// Store is what evidence needs of the store.
type Store interface {
	Services(ctx context.Context) ([]directory.Service, error)
	Changes(ctx context.Context, w incident.Window, limit int) ([]incident.Change, error)
	Incidents(ctx context.Context, f incident.Filter) ([]*incident.Incident, error)
	ProbesOf(ctx context.Context, service string) ([]probe.Watched, error)
	CheckRecords(ctx context.Context) ([]incident.CheckRecord, error)
}

// Sources gives the sources that are set up at the moment.
type Sources func(ctx context.Context) ([]Metrics, []Logs)

// Collector collects evidence.
type Collector struct {
	store   Store
	sources Sources
	prober  *probe.Prober
	now     func() time.Time
	log     *slog.Logger
}

// New makes a collector.
func New(store Store, sources Sources, prober *probe.Prober, now func() time.Time, log *slog.Logger) *Collector {
	return &Collector{store: store, sources: sources, prober: prober, now: now, log: log}
}

const (
	baseline  = 30 * time.Minute // looked at before the incident
	lookback  = 3 * time.Minute  // before the first signal: a rule fires after what it sees
	keepShort = 48               // points of a spark
)

// subject is what one collection is about.
type subject struct {
	incident *incident.Incident
	service  directory.Service
	services []string // the incident's, those that call it or are called by it
	graph    directory.Graph
	detected time.Time
	now      time.Time
	window   incident.Window                 // baseline and incident
	records  map[string]incident.CheckRecord // by check: how it did before

	board *board
}

func (c *Collector) subject(ctx context.Context, i *incident.Incident) (*subject, error) {
	services, err := c.store.Services(ctx)
	if err != nil {
		return nil, err
	}
	s := &subject{incident: i, graph: directory.Graph{}, detected: i.Milestones[incident.Detected], now: c.now()}
	s.service.Name = i.Service
	for _, v := range services {
		s.graph[v.Name] = v.DependsOn
		if v.Name == i.Service {
			s.service = v
		}
	}
	s.records = c.records(ctx)
	s.services = neighbourhood(s.graph, append([]string{i.Service}, i.Affected...))
	to := s.now
	if end := i.Milestones[incident.ResolvedAt]; !end.IsZero() {
		to = end.Add(time.Minute)
	}
	from := s.detected
	if t := i.Milestones[incident.ImpactStarted]; !t.IsZero() && t.Before(from) {
		from = t
	}
	s.window = incident.Window{From: from.Add(-baseline), To: to}
	return s, nil
}

// records gives how the checks did before, by name. Without them all weigh the
// same.
func (c *Collector) records(ctx context.Context) map[string]incident.CheckRecord {
	list, err := c.store.CheckRecords(ctx)
	if err != nil {
		c.log.Warn("how the checks did before cannot be read", "err", err)
	}
	out := map[string]incident.CheckRecord{}
	for _, r := range list {
		out[r.Check] = r
	}
	return out
}

// neighbourhood is the services within two calls of the given ones.
func neighbourhood(g directory.Graph, from []string) []string {
	seen := map[string]bool{}
	var out []string
	edge := from
	for range 3 {
		var next []string
		for _, s := range edge {
			if s == "" || seen[s] {
				continue
			}
			seen[s] = true
			out = append(out, s)
			next = append(next, g[s]...)
			next = append(next, g.Callers(s)...)
		}
		edge = next
	}
	return out
}

// check is one question to one source.
type check struct {
	name   string
	source string
	run    func(ctx context.Context, s *subject) []incident.Evidence
}

// Collect runs all checks side by side and gives each result as it comes. A
// check that is not done when ctx ends is reported as failed.
func (c *Collector) Collect(ctx context.Context, i *incident.Incident, found func(incident.Evidence)) {
	s, err := c.subject(ctx, i)
	if err != nil {
		c.log.Error("evidence was not collected", "incident", i.ID, "err", err)
		return
	}
	var mu sync.Mutex
	report := func(e incident.Evidence) {
		mu.Lock()
		defer mu.Unlock()
		found(e)
	}
	checks := c.checks(ctx)
	s.board = newBoard(checks)
	var wg sync.WaitGroup
	for _, k := range checks {
		wg.Go(func() {
			defer s.board.reported(k.name)
			began := time.Now()
			for _, e := range c.runOne(ctx, k, s) {
				e.Took = time.Since(began).Round(time.Millisecond)
				if e.Window.From.IsZero() {
					e.Window = s.window
				}
				report(e)
			}
		})
	}
	wg.Wait()
}

// runOne keeps a check's panic or tardiness to itself.
func (c *Collector) runOne(ctx context.Context, k check, s *subject) (out []incident.Evidence) {
	done := make(chan []incident.Evidence, 1)
	go func() {
		defer func() {
			if p := recover(); p != nil {
				c.log.Error("a check of the evidence panicked", "check", k.name, "source", k.source, "incident", s.incident.ID, "panic", p)
				done <- []incident.Evidence{dead(k.name, k.source, "internal error")}
			}
		}()
		done <- k.run(ctx, s)
	}()
	select {
	case out = <-done:
		return out
	case <-ctx.Done():
		return []incident.Evidence{{Check: k.name, Source: k.source, State: incident.EvidenceFailed, Code: "sourceSlow", Args: map[string]string{"source": k.source}}}
	}
}

func (c *Collector) checks(ctx context.Context) []check {
	metrics, logs := c.sources(ctx)
	checks := []check{
		{"probe", "sigap", c.probe},
		{"changes", "sigap", c.changes},
		{"recurrence", "sigap", c.recurrence},
		{"suspicions", "sigap", c.suspicions},
	}
	for _, m := range metrics {
		checks = append(checks, check{"errors", m.Name(), func(ctx context.Context, s *subject) []incident.Evidence { return c.metrics(ctx, m, s) }})
	}
	for _, l := range logs {
		checks = append(checks, check{"logs", l.Name(), func(ctx context.Context, s *subject) []incident.Evidence { return c.logs(ctx, l, s) }})
	}
	return checks
}

func dead(check, source, detail string) incident.Evidence {
	return incident.Evidence{Check: check, Source: source, State: incident.EvidenceFailed, Code: "sourceDead", Args: map[string]string{"source": source, "error": detail}}
}

// waitOnset gives the moment of change that the metrics found, and how exact it
// is; without one in time, the first signal's, less what a rule takes to fire.
func (s *subject) waitOnset(ctx context.Context, patience time.Duration) (onset time.Time, within time.Duration) {
	s.board.await(ctx, "errors", patience)
	if at, within, ok := s.board.began(); ok {
		return at, within
	}
	return s.guess(), 0
}

// guess is the onset without any measurement.
func (s *subject) guess() time.Time {
	if t := s.incident.Milestones[incident.ImpactStarted]; !t.IsZero() && t.Before(s.detected) {
		return t
	}
	return s.detected.Add(-30 * time.Second)
}

func (s *subject) shiftGraph() shift.Graph { return shift.Graph(s.graph) }
