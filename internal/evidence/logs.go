package evidence

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sigap-dev/sigap/internal/evidence/pattern"
	"github.com/sigap-dev/sigap/internal/incident"
)

const (
	maxPatterns = 12
	spans       = 6      // into which the baseline is divided, so that one loud part of it is not all that is read
	maxNow      = 80_000 // lines read of the incident
	maxBefore   = 20_000 // lines read of each span of the baseline
)

// errMore ends the lines of a source that has more than it gives: what comes
// after the last of them was not silent, it was not read.
var errMore = errors.New("there are more lines")

// logs reads the lines once and answers two checks from them: how those of the
// incident differ from those of the time before, and what the errors share.
func (c *Collector) logs(ctx context.Context, src Logs, s *subject) []incident.Evidence {
	e := incident.Evidence{Check: "logs", Source: src.Name(), State: incident.EvidenceSkipped, Code: "noLines"}
	onset, within := s.waitOnset(ctx, liveOnset)
	now, before, err := readLogs(ctx, src, s.services, incident.Window{From: onset.Add(-max(5*slack, within)), To: s.window.To}, s.window.From)
	if err != nil {
		return []incident.Evidence{dead("logs", src.Name(), err.Error())}
	}
	e.Window = now.window
	count := len(now.lines)
	for _, b := range before {
		count += len(b.lines)
	}
	if count == 0 {
		return []incident.Evidence{e}
	}
	baseline := make([]pattern.Span, len(before))
	for n, b := range before {
		baseline[n] = b.span()
	}
	found := pattern.Compare(now.span(), baseline, pattern.CompareOptions{Limit: maxPatterns})
	kinds := map[pattern.Kind]int{}
	var fresh []freshError
	var erring []incident.LogPattern
	for _, f := range found {
		kinds[f.Kind]++
		p := incident.LogPattern{Kind: string(f.Kind), Template: f.Template, Level: f.Level, Service: f.Service, Count: f.Count,
			Factor: finite(f.Factor), First: f.FirstSeen, Samples: f.Samples, Spark: f.Spark}
		e.Patterns = append(e.Patterns, p)
		if isFresh(f) {
			fresh = append(fresh, freshError{service: f.Service, first: firstOf(f, now.window), count: f.Count, samples: strings.Join(f.Samples, "\n")})
			erring = append(erring, p)
		}
	}
	s.board.postLogs(fresh, speakers(now, before), erring)
	apart := attributes(src.Name(), now.span(), baseline)
	bad := kinds[pattern.KindNew] + kinds[pattern.KindSurging]
	if bad == 0 && kinds[pattern.KindStopped] == 0 {
		e.State, e.Code, e.Args = incident.EvidenceNothing, "logsSteady", map[string]string{"lines": strconv.Itoa(count)}
		return []incident.Evidence{e, apart}
	}
	e.State, e.Code = incident.EvidenceFound, "patterns"
	for _, f := range fresh {
		if f.count >= leastFresh && f.first.After(now.window.From) {
			e.Onset = earlier(e.Onset, f.first)
		}
	}
	e.Args = map[string]string{"new": strconv.Itoa(kinds[pattern.KindNew]), "surging": strconv.Itoa(kinds[pattern.KindSurging]), "stopped": strconv.Itoa(kinds[pattern.KindStopped]),
		"template": e.Patterns[0].Template}
	return []incident.Evidence{e, apart}
}

// isFresh reports whether a finding is an error that the baseline lacks or has
// far less of.
func isFresh(f pattern.Finding) bool {
	if f.Errors == 0 || 2*f.Errors < f.Count {
		return false
	}
	return f.Kind == pattern.KindNew || f.Kind == pattern.KindSurging || f.Kind == pattern.KindRare && f.BaselineRate == 0
}

// firstOf is when a finding began in the incident: one that surges was there
// before, and says nothing of the beginning.
func firstOf(f pattern.Finding, w incident.Window) time.Time {
	if f.FirstSeen.Before(w.From) {
		return w.From
	}
	return f.FirstSeen
}

// speakers are the services that log anything.
func speakers(now readSpan, before []readSpan) map[string]bool {
	out := map[string]bool{}
	for _, span := range append(before, now) {
		for _, l := range span.lines {
			out[l.Service] = true
		}
	}
	return out
}

// readSpan is the lines of a span of time, which ends where reading did.
type readSpan struct {
	window incident.Window
	lines  []incident.LogLine
}

func (r readSpan) span() pattern.Span {
	return pattern.Span{Window: r.window, Lines: slices.Values(r.lines)}
}

// readLogs reads a window and the spans before it from a moment on. Each is as
// long as what was really read of it, so that rates compare.
func readLogs(ctx context.Context, src Logs, services []string, w incident.Window, from time.Time) (now readSpan, before []readSpan, err error) {
	if now, err = readOne(ctx, src, services, w, maxNow); err != nil {
		return now, nil, err
	}
	length := w.From.Sub(from) / spans
	if length <= 0 {
		return now, nil, nil
	}
	for n := range spans {
		begin := from.Add(time.Duration(n) * length)
		end := begin.Add(length)
		if n == spans-1 {
			end = w.From
		}
		span, err := readOne(ctx, src, services, incident.Window{From: begin, To: end}, maxBefore)
		if err != nil {
			return now, nil, err
		}
		if len(before) == 0 {
			if len(span.lines) == 0 {
				continue // what was not recorded yet was not silent
			}
			span.window.From = span.lines[0].At
		}
		before = append(before, span)
	}
	return now, before, nil
}

func readOne(ctx context.Context, src Logs, services []string, w incident.Window, limit int) (readSpan, error) {
	out := readSpan{window: w}
	for l, err := range src.Lines(ctx, services, w) {
		switch {
		case errors.Is(err, errMore):
			out.cut()
			return out, nil
		case err != nil:
			return out, err
		}
		if out.lines = append(out.lines, l); len(out.lines) == limit {
			out.cut()
			return out, nil
		}
	}
	return out, nil
}

// cut ends the span with its last line.
func (r *readSpan) cut() {
	if n := len(r.lines); n > 0 {
		r.window.To = r.lines[n-1].At.Add(1)
	}
}
