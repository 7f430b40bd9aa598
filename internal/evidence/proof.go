package evidence

import (
	"context"
	"slices"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// proofWindow is how much is read to see how a measure stands now.
const proofWindow = 2 * time.Minute

// measure is one series that showed the problem, and the limit behind which it
// counts as recovered.
type measure struct {
	proof   incident.Proof
	source  string
	service string
	metric  string // errors, latency or a metric's name
	labels  map[string]string
}

// Proofs gives the measures that showed the problem as they are now. What
// users feel comes first, then the first suspect that is a state.
func (c *Collector) Proofs(ctx context.Context, i *incident.Incident) ([]incident.Proof, error) {
	measures := measuresOf(i)
	if len(measures) == 0 {
		return nil, nil
	}
	sources, _ := c.sources(ctx)
	now := c.now()
	w := incident.Window{From: now.Add(-proofWindow), To: now}
	var services []string
	for _, m := range measures {
		services = append(services, m.service)
	}
	read := map[string][]incident.Series{}
	for _, src := range sources {
		series, err := src.Series(ctx, services, w)
		if err != nil {
			c.log.Warn("recovery is not watched: a source does not answer", "source", src.Name(), "incident", i.ID, "err", err)
			continue
		}
		read[src.Name()] = series
	}
	out := make([]incident.Proof, len(measures))
	for n, m := range measures {
		out[n] = m.now(read[m.source])
	}
	return out, nil
}

// measuresOf reads from the evidence what is to be watched.
func measuresOf(i *incident.Incident) []measure {
	var out []measure
	if e := i.EvidenceOf("errors"); e != nil && e.State == incident.EvidenceFound {
		for _, p := range e.Plots {
			limit := max(p.High*1.5, p.Before+(p.Peak-p.Before)*0.1)
			if p.Title == "errors" {
				limit = max(limit, 0.005)
			}
			if p.Peak <= limit {
				continue
			}
			out = append(out, measure{source: e.Source, service: p.Service, metric: p.Title,
				proof: incident.Proof{ID: p.Title + "/" + p.Service, Title: p.Title, Service: p.Service, Unit: p.Unit, Limit: limit}})
		}
	}
	if e := i.EvidenceOf("metrics"); e != nil {
		for _, s := range e.Suspects {
			if s.Kind != "origin" || s.Service == "" || s.Before == s.After || isSymptom(s.Metric) || oneWay(s) {
				continue
			}
			limit := s.Before + (s.After-s.Before)*0.3
			out = append(out, measure{source: e.Source, service: s.Service, metric: s.Metric, labels: s.Labels,
				proof: incident.Proof{ID: s.Metric + "/" + s.Service, Title: s.Metric, Service: s.Service, Unit: s.Unit, Limit: limit, Above: s.After < s.Before}})
			break
		}
	}
	return out
}

// isSymptom reports whether a metric is what users feel, which is watched
// already.
func isSymptom(metric string) bool { return metric == "errors" || metric == "latency" }

// oneWay reports whether a measure does not come back when all is well: a
// version stays the new one, a start time never returns.
func oneWay(s incident.Suspect) bool {
	return slices.ContainsFunc(s.Reasons, func(r incident.Reason) bool {
		return slices.Contains([]string{"versionChanged", "restarted", "trafficDropped", "stoppedReporting"}, r.Code)
	})
}

func (m measure) now(series []incident.Series) incident.Proof {
	p := m.proof
	s, ok := m.find(series)
	if !ok || len(s.Points) == 0 {
		p.Unknown = true
		return p
	}
	p.Now = recent(s.Points)
	p.Good = p.Now <= p.Limit
	if p.Above {
		p.Good = p.Now >= p.Limit
	}
	for _, pt := range thin(s.Points, keepShort) {
		p.Spark = append(p.Spark, pt.Value)
	}
	return p
}

func (m measure) find(series []incident.Series) (incident.Series, bool) {
	switch m.metric {
	case "errors":
		return errorRatio(series, m.service)
	case "latency":
		return slowness(series, m.service)
	}
	for _, s := range series {
		if s.Name == m.metric && s.Service == m.service && sameLabels(s.Labels, m.labels) {
			return s, true
		}
	}
	return incident.Series{}, false
}
