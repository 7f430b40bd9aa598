package evidence

import (
	"context"
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/sigap-dev/sigap/internal/evidence/pattern"
	"github.com/sigap-dev/sigap/internal/incident"
)

const (
	maxPatterns = 12
	maxLines    = 400_000 // mined at most in one collection
)

// logs mines the lines of the incident against those of the time before.
func (c *Collector) logs(ctx context.Context, src Logs, s *subject) []incident.Evidence {
	e := incident.Evidence{Check: "logs", Source: src.Name(), State: incident.EvidenceSkipped, Code: "noLines"}
	onset := s.waitOnset(ctx, liveOnset)
	now := incident.Window{From: onset.Add(-5 * slack), To: s.window.To}
	before := incident.Window{From: s.window.From, To: now.From}
	e.Window = now
	var errs, all []incident.LogLine
	count := 0
	var failed error
	lines := func(w incident.Window, keep bool) iter.Seq[incident.LogLine] {
		return func(yield func(incident.LogLine) bool) {
			for l, err := range src.Lines(ctx, s.services, w) {
				if err != nil {
					failed = err
					return
				}
				if count++; count > maxLines {
					return
				}
				if keep {
					all = append(all, l)
					if pattern.IsError(l) {
						errs = append(errs, l)
					}
				}
				if !yield(l) {
					return
				}
			}
		}
	}
	usual := slices.Collect(lines(before, false))
	if len(usual) > 0 && usual[0].At.After(before.From) {
		before.From = usual[0].At // what was not recorded yet was not silent
	}
	found := pattern.Compare(pattern.Span{Window: now, Lines: lines(now, true)}, []pattern.Span{{Window: before, Lines: slices.Values(usual)}}, pattern.CompareOptions{Limit: maxPatterns})
	if failed != nil {
		return []incident.Evidence{dead("logs", src.Name(), failed.Error())}
	}
	if count == 0 {
		return []incident.Evidence{e}
	}
	kinds := map[pattern.Kind]int{}
	var fresh []errorOnset
	for _, f := range found {
		kinds[f.Kind]++
		e.Patterns = append(e.Patterns, incident.LogPattern{Kind: string(f.Kind), Template: f.Template, Level: f.Level, Service: f.Service, Count: f.Count,
			Factor: finite(f.Factor), First: f.FirstSeen, Samples: f.Samples, Spark: f.Spark})
		if f.Kind == pattern.KindNew && (f.Level == "error" || f.Level == "fatal") {
			fresh = append(fresh, errorOnset{first: f.FirstSeen, service: f.Service, sample: strings.Join(f.Samples, "\n")})
		}
	}
	select { // of several sources the first that has lines is listened to
	case s.novelty <- fresh:
	default:
	}
	for _, a := range pattern.Explain(errs, all) {
		if len(e.Apart) == 5 {
			break
		}
		e.Apart = append(e.Apart, incident.Attribute{Key: a.Key, Value: a.Value, OfErrors: a.Coverage, OfAll: a.Share})
	}
	bad := kinds[pattern.KindNew] + kinds[pattern.KindSurging]
	if bad == 0 && kinds[pattern.KindStopped] == 0 {
		e.State, e.Code, e.Args = incident.EvidenceNothing, "logsSteady", map[string]string{"lines": strconv.Itoa(count)}
		return []incident.Evidence{e}
	}
	e.State, e.Code = incident.EvidenceFound, "patterns"
	e.Args = map[string]string{"new": strconv.Itoa(kinds[pattern.KindNew]), "surging": strconv.Itoa(kinds[pattern.KindSurging]), "stopped": strconv.Itoa(kinds[pattern.KindStopped]),
		"template": e.Patterns[0].Template}
	return []incident.Evidence{e}
}
