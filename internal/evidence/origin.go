package evidence

import (
	"maps"
	"time"

	"github.com/sigap-dev/sigap/internal/directory"
	"github.com/sigap-dev/sigap/internal/evidence/shift"
	"github.com/sigap-dev/sigap/internal/incident"
)

// metricOrigin is what the metrics say of one service as the place where it
// begins.
type metricOrigin struct {
	likely float64 // 0 to 1
	own    float64 // share of its trouble that no dependency explains, 0 to 1
}

// originsByMetrics says of each service that is bad how likely latency or
// errors begin in it.
func originsByMetrics(series []incident.Series, s *subject, onset time.Time) map[string]metricOrigin {
	series = withRatios(series, s.services)
	by := func(symptom shift.Class) map[string]metricOrigin {
		out := map[string]metricOrigin{}
		for _, o := range shift.Origins(series, s.shiftGraph(), shift.OriginOptions{Onset: onset, Target: s.incident.Service, Symptom: symptom}) {
			if o.Sigmas >= 3 {
				out[o.Service] = metricOrigin{o.Score, o.Own}
			}
		}
		return out
	}
	waiting, failing := by(shift.Latency), by(shift.Errors)
	out := maps.Clone(waiting)
	for service, m := range failing {
		if w, waits := waiting[service]; waits && w.own < 0.5 { // it waits for another until it gives up
			m.likely, m.own = m.likely*w.own, w.own
		}
		out[service] = out[service].or(m)
	}
	return out
}

// or joins two views of one service, the stronger one deciding.
func (m metricOrigin) or(o metricOrigin) metricOrigin {
	return metricOrigin{max(m.likely, o.likely), max(m.own, o.own)}
}

// blame says whose errors a service's error lines are, by their words: its own,
// or of those that it calls and names. One that is named has a share, most of
// it if it logs nothing itself and so cannot speak.
func (f freshError) blame(graph directory.Graph, speaks map[string]bool) (own float64, named map[string]float64) {
	named, own = map[string]float64{}, 1
	for _, callee := range graph[f.service] {
		if !incident.Mentions(f.samples, callee) {
			continue
		}
		if own = min(own, 0.5); !speaks[callee] {
			own = 0.2
		}
		named[callee] = 1
	}
	for callee := range named {
		named[callee] = (1 - own) / float64(len(named))
	}
	return own, named
}

// originsByLogs says of each service how likely the errors begin in it, 0 to
// 1: as far as it has errors that the baseline lacks, or is named in those of
// others, and none that it calls has its own.
func originsByLogs(fresh []freshError, speaks map[string]bool, graph directory.Graph) map[string]float64 {
	all, own, share := map[string]float64{}, map[string]float64{}, map[string]float64{}
	for _, f := range fresh {
		n := float64(f.count)
		mine, named := f.blame(graph, speaks)
		all[f.service] += n
		own[f.service] += n
		share[f.service] += n * mine
		for callee, part := range named {
			all[callee] += n * part
			share[callee] += n * part
		}
	}
	out := map[string]float64{}
	for service, n := range share {
		explained := 0.0
		for _, callee := range graph[service] {
			explained += own[callee]
		}
		out[service] = n / (n + 2) * max(0, 1-explained/all[service])
	}
	return out
}

// originsBy joins what metrics and logs say: two that agree say more than one.
func (b *board) originsBy(graph directory.Graph) map[string]float64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	out := map[string]float64{}
	add := func(service string, likely float64) {
		if service != "" && likely > 0 {
			out[service] = 1 - (1-out[service])*(1-min(likely, 0.95))
		}
	}
	for service, m := range b.origins {
		add(service, m.likely)
	}
	for service, likely := range originsByLogs(b.fresh, b.speaks, graph) {
		switch m, bad := b.origins[service]; {
		case bad:
			likely *= 0.3 + 0.7*m.own // its errors are those of what it waits for
		case len(b.origins) > 0 && b.measured[service]:
			likely *= 0.4 // it is named, and does well where others do not
		}
		add(service, likely)
	}
	said := map[string]bool{}
	for _, m := range b.suspects { // a state that is plainly wrong
		if m.Kind == string(shift.KindOrigin) && plain(m) && !said[m.Service] {
			said[m.Service] = true
			add(m.Service, 0.5*m.Score)
		}
	}
	return out
}

// plain reports whether a measure needs no comparison to be called wrong:
// something is full, has ended, or was started anew.
func plain(m incident.Suspect) bool {
	if len(m.Reasons) == 0 {
		return false
	}
	for _, r := range m.Reasons {
		switch shift.Code(r.Code) {
		case shift.Saturated, shift.CertificateEnds, shift.Restarted:
			return true
		}
	}
	return false
}
