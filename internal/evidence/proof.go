package evidence

import (
	"context"
	"slices"
	"time"

	"github.com/sigap-dev/sigap/internal/evidence/shift"
	"github.com/sigap-dev/sigap/internal/incident"
)

// proofWindow is how much is read to see how a measure stands now.
const proofWindow = 2 * time.Minute

// Proofs gives the measures that showed the problem as they are now. What
// users feel comes first, then the first suspect that is a state.
func (c *Collector) Proofs(ctx context.Context, i *incident.Incident) ([]incident.Proof, error) {
	watched := watchedOf(i)
	if len(watched) == 0 {
		return nil, nil
	}
	about, err := c.subject(ctx, i)
	if err != nil {
		return nil, err
	}
	sources, _ := c.sources(ctx)
	w := incident.Window{From: about.now.Add(-proofWindow), To: about.now}
	read := map[string][]incident.Series{}
	for _, src := range sources {
		series, err := src.Series(ctx, about.services, w)
		if err != nil {
			c.log.Warn("recovery is not watched: a source does not answer", "source", src.Name(), "incident", i.ID, "err", err)
			continue
		}
		read[src.Name()] = series
	}
	for n := range watched {
		measure(&watched[n], read[watched[n].Source])
	}
	return watched, nil
}

// watchedOf is what is to be watched: what is already, and what the evidence
// has shown since. Of states that changed the first is enough: the others
// follow it, or have nothing to do with it.
func watchedOf(i *incident.Incident) []incident.Proof {
	out := slices.Clone(i.Proofs)
	add := func(p incident.Proof) {
		if !slices.ContainsFunc(out, func(o incident.Proof) bool { return o.ID == p.ID }) {
			out = append(out, p)
		}
	}
	if e := i.EvidenceOf("errors"); e != nil && e.State == incident.EvidenceFound {
		for _, p := range e.Plots {
			limit := max(p.High*1.5, p.Before+(p.Peak-p.Before)*0.1)
			if p.Title == "errors" {
				limit = max(limit, 0.005)
			}
			if p.Peak > limit {
				add(incident.Proof{ID: p.Title + "/" + p.Service, Title: p.Title, Service: p.Service, Unit: p.Unit, Source: e.Source, Limit: limit})
			}
		}
	}
	e := i.EvidenceOf("metrics")
	if e == nil || slices.ContainsFunc(out, func(p incident.Proof) bool { return !isSymptom(p.Title) }) {
		return out
	}
	for _, s := range e.Suspects {
		if s.Kind == "origin" && s.Service != "" && s.Before != s.After && comesBack(s) {
			add(incident.Proof{ID: s.Metric + "/" + s.Service, Title: s.Metric, Service: s.Service, Unit: s.Unit, Source: e.Source, Labels: s.Labels,
				Limit: s.Before + (s.After-s.Before)*0.3, Above: s.After < s.Before})
			return out
		}
	}
	return out
}

// isSymptom reports whether a metric is what users feel, which is watched
// already.
func isSymptom(metric string) bool { return metric == "errors" || metric == "latency" }

// comesBack reports whether a measure is back when all is well: something that
// was full, or a certificate that had ended. A version stays the new one, a
// start time never returns, and what merely moved may stay where it is.
func comesBack(s incident.Suspect) bool {
	return len(s.Reasons) > 0 && (s.Reasons[0].Code == "saturated" || s.Reasons[0].Code == "certificateEnds")
}

// measure reads how a watched measure stands now.
func measure(p *incident.Proof, series []incident.Series) {
	s, ok := find(p, series)
	p.Unknown = !ok || len(s.Points) == 0
	p.Good, p.Since, p.Spark = false, time.Time{}, nil
	if p.Unknown {
		return
	}
	p.Now = recent(s.Points)
	p.Good = p.Now <= p.Limit
	if p.Above {
		p.Good = p.Now >= p.Limit
	}
	for _, pt := range thin(s.Points, keepShort) {
		p.Spark = append(p.Spark, pt.Value)
	}
}

func find(p *incident.Proof, series []incident.Series) (incident.Series, bool) {
	switch p.Title {
	case "errors":
		return errorRatio(series, p.Service)
	case "latency":
		return slowness(series, p.Service)
	}
	for _, s := range series {
		// A service that does not speak for itself is measured by its callers.
		here := s.Service == p.Service || shift.Callee(s) == p.Service
		if here && s.Name == p.Title && sameLabels(s.Labels, p.Labels) {
			return s, true
		}
	}
	return incident.Series{}, false
}
