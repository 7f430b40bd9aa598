package evidence

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/sigap-dev/sigap/internal/evidence/shift"
	"github.com/sigap-dev/sigap/internal/incident"
)

const (
	ranking     = 1600 * time.Millisecond // how long the ranking waits for what it ranks
	maxRanked   = 5
	follows     = 15 * time.Minute // what changes so soon after a change may be its doing
	leastRanked = 0.1
)

// suspicions ranks, in one list, all that may be the cause: changes, measures
// and errors, each by what it shows itself and by how likely the trouble
// begins where it is. It says which to look at first; only a person confirms.
func (c *Collector) suspicions(ctx context.Context, s *subject) []incident.Evidence {
	e := incident.Evidence{Check: "suspicions", Source: "sigap", State: incident.EvidenceNothing, Code: "noSuspicion"}
	end := time.Now().Add(ranking)
	for _, name := range []string{"errors", "logs", "changes"} {
		s.board.await(ctx, name, time.Until(end))
	}
	e.Suspicions = s.board.rank(s)
	if len(e.Suspicions) == 0 {
		return []incident.Evidence{e}
	}
	top := e.Suspicions[0]
	e.State, e.Code = incident.EvidenceFound, "suspicion"
	e.Args = map[string]string{"count": strconv.Itoa(len(e.Suspicions)), "of": string(top.Of), "service": cmp.Or(top.Service, top.Host), "text": top.Text}
	return []incident.Evidence{e}
}

// rank makes the list.
func (b *board) rank(s *subject) []incident.Suspicion {
	origins := b.originsBy(s.graph)
	b.mu.Lock()
	defer b.mu.Unlock()
	most := 0.0
	for _, likely := range origins {
		most = max(most, likely)
	}
	here := func(service string) float64 { // 0 to 1; half where nothing tells
		if most == 0 {
			return 0.5
		}
		return origins[service] / most
	}
	var out []incident.Suspicion
	for _, ch := range b.changes {
		out = append(out, incident.Suspicion{Of: incident.SuspectedChange, Service: ch.Change.Service, Change: ch.Change.ID, Text: ch.Change.Summary, At: ch.Change.StartedAt, Score: ch.Score, Reasons: ch.Reasons})
	}
	for _, m := range b.suspects {
		weight := measureWeight(m)
		switch {
		case m.Service != "":
			weight *= 0.4 + 0.6*here(m.Service)
		case !plain(m): // all that waits on a machine moves its sockets, threads and load
			weight *= 0.5
		}
		out = append(out, incident.Suspicion{Of: incident.SuspectedMeasure, Service: m.Service, Host: m.Host, Text: m.Metric, Labels: m.Labels, At: m.At, Score: b.unlessFollows(m.Service, m.At, weight), Reasons: m.Reasons})
	}
	for _, p := range b.patterns {
		n := float64(p.Count)
		weight := 0.55 * n / (n + 3) * (0.3 + 0.7*here(p.Service))
		out = append(out, incident.Suspicion{Of: incident.SuspectedError, Service: p.Service, Text: p.Template, At: p.First, Score: b.unlessFollows(p.Service, p.First, weight)})
	}
	return firstFew(s.weighed(out))
}

// checkOf is whose word each kind of suspicion is.
var checkOf = map[incident.SuspicionKind]string{
	incident.SuspectedChange: "changes", incident.SuspectedMeasure: "metrics", incident.SuspectedError: "logs",
}

// weighed leaves out what is hardly suspected, and lets the rest weigh by how
// the check whose word it is did before: it comes later, and says so.
func (s *subject) weighed(all []incident.Suspicion) []incident.Suspicion {
	all = slices.DeleteFunc(all, func(x incident.Suspicion) bool { return x.Score < leastRanked })
	for n := range all {
		record, x := s.records[checkOf[all[n].Of]], &all[n]
		x.Score *= record.Weight()
		if record.Poor() {
			x.Reasons = append(slices.Clip(x.Reasons), incident.Reason{Code: "poorRecord",
				Args: map[string]string{"value": strconv.Itoa(record.Right), "limit": strconv.Itoa(record.Claimed())}})
		}
	}
	return all
}

// measureWeight is how far a measure by itself may be a cause. A state that is
// plainly wrong needs no more; what merely moved needs to be where it begins;
// an effect of something else is none.
func measureWeight(m incident.Suspect) float64 {
	switch {
	case m.Kind != string(shift.KindOrigin):
		return 0.25 * m.Score
	case plain(m):
		return 0.8 * m.Score
	default:
		return 0.9 * m.Score
	}
}

// unlessFollows lowers what came right after a change of the same service that
// is suspected itself: it is then what the change did.
func (b *board) unlessFollows(service string, at time.Time, weight float64) float64 {
	for _, ch := range b.changes {
		if since := at.Sub(ch.Change.StartedAt); ch.Change.Service == service && service != "" && ch.Score >= 0.5 && since > -5*slack && since < follows {
			return weight * 0.7
		}
	}
	return weight
}

// firstFew sorts and keeps, of each service, the best of a kind: three measures
// of one pool are one suspicion.
func firstFew(all []incident.Suspicion) []incident.Suspicion {
	slices.SortStableFunc(all, func(a, b incident.Suspicion) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), a.At.Compare(b.At), cmp.Compare(a.Service, b.Service), cmp.Compare(a.Text, b.Text))
	})
	type place struct {
		of            incident.SuspicionKind
		service, host string
		change        string
	}
	seen := map[place]bool{}
	out := all[:0]
	for _, x := range all {
		p := place{of: x.Of, service: x.Service, change: x.Change}
		if x.Service == "" {
			p.host = x.Host
		}
		if seen[p] || len(out) == maxRanked {
			continue
		}
		seen[p] = true
		out = append(out, x)
	}
	return out
}
