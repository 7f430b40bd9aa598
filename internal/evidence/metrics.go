package evidence

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sigap-dev/sigap/internal/evidence/shift"
	"github.com/sigap-dev/sigap/internal/incident"
)

const (
	plotPoints  = 180
	maxSuspects = 8
	leastErrors = 0.01 // a share of failures below it is nobody's incident
	leastSlower = 2.0  // times slower than usual
	leastWait   = 250 * time.Millisecond
)

// metrics reads the series once and answers two checks from them: what users
// feel (errors, waiting), and which measures changed and may be the cause.
func (c *Collector) metrics(ctx context.Context, src Metrics, s *subject) []incident.Evidence {
	series, err := src.Series(ctx, s.services, s.window)
	if err != nil {
		e := dead("errors", src.Name(), err.Error())
		m := e
		m.Check = "metrics"
		return []incident.Evidence{e, m}
	}
	series = slices.DeleteFunc(series, ofRuntime)
	if len(series) == 0 {
		e := incident.Evidence{Check: "errors", Source: src.Name(), State: incident.EvidenceSkipped, Code: "errorsNone"}
		m := incident.Evidence{Check: "metrics", Source: src.Name(), State: incident.EvidenceSkipped, Code: "noSeries"}
		return []incident.Evidence{e, m}
	}
	felt := symptom(series, s)
	felt.Source = src.Name()
	onset := cmp.Or(felt.Onset, s.guess())
	ranked := suspects(series, s, src.Name(), onset)
	if ranked.State == incident.EvidenceFound {
		ranked.Onset = felt.Onset // a guess is none
	}
	var origins map[string]metricOrigin
	if !felt.Onset.IsZero() {
		origins = originsByMetrics(series, s, onset)
	}
	s.board.postMetrics(felt, ranked, series, origins)
	return []incident.Evidence{felt, ranked}
}

// ofRuntime reports whether a series is a language runtime's own housekeeping,
// which moves with every change of load and is nobody's cause.
func ofRuntime(s incident.Series) bool {
	for _, prefix := range []string{"go_", "promhttp_", "python_gc_", "jvm_gc_", "nodejs_gc_"} {
		if strings.HasPrefix(s.Name, prefix) {
			return true
		}
	}
	for _, suffix := range []string{"_created", "_sum_per_second", "_count_per_second"} { // of a histogram the quantiles say it
		if strings.HasSuffix(s.Name, suffix) && (suffix == "_created" || !isRequestRate(s)) {
			return true
		}
	}
	return false
}

// symptom says what users feel: the share of failures of the incident's
// service and of those that call it, else how long they wait.
func symptom(series []incident.Series, s *subject) incident.Evidence {
	e := incident.Evidence{Check: "errors", State: incident.EvidenceSkipped, Code: "errorsNone"}
	worst := 0.0
	for _, service := range s.services {
		ratio, ok := errorRatio(series, service)
		if !ok {
			continue
		}
		sh, changed := shift.Detect(ratio, shift.Options{Between: near(s)})
		if !changed || sh.Direction != shift.Up || sh.After < leastErrors {
			if e.State != incident.EvidenceFound && (service == s.incident.Service || e.State == incident.EvidenceSkipped) {
				e.State, e.Code = incident.EvidenceNothing, "errorsNormal"
				e.Args = map[string]string{"now": decimal(recent(ratio.Points)), "service": service}
				e.Plots = []incident.Plot{plotOf(ratio, s.guess())}
			}
			continue
		}
		p := plotOf(ratio, sh.At)
		weight := p.Peak
		if service == s.incident.Service {
			weight *= 1.5 // what was reported comes first unless another hurts much more
		}
		if weight <= worst {
			e.Plots = append(e.Plots, p)
			continue
		}
		worst = weight
		if e.State != incident.EvidenceFound {
			e.Plots = nil
		}
		e.State, e.Code, e.Onset = incident.EvidenceFound, "errorsUp", earlier(e.Onset, sh.At)
		e.Args = map[string]string{"before": decimal(sh.Before), "now": decimal(sh.After), "factor": factor(sh.Before, sh.After, 0.001), "service": service}
		e.Plots = append([]incident.Plot{p}, e.Plots...)
	}
	if e.State != incident.EvidenceFound {
		waiting(series, s, &e)
	}
	if len(e.Plots) > 4 {
		e.Plots = e.Plots[:4]
	}
	return e
}

// waiting looks for answers that got slow where none fail.
func waiting(series []incident.Series, s *subject, e *incident.Evidence) {
	for _, service := range s.services {
		slow, ok := slowness(series, service)
		if !ok {
			continue
		}
		sh, changed := shift.Detect(slow, shift.Options{Between: near(s)})
		if !changed || sh.Direction != shift.Up || sh.After < sh.Before*leastSlower || sh.After-sh.Before < leastWait.Seconds() {
			continue
		}
		p := plotOf(slow, sh.At)
		if e.State == incident.EvidenceFound {
			e.Plots = append(e.Plots, p)
			e.Onset = earlier(e.Onset, sh.At)
			continue
		}
		e.State, e.Code, e.Onset = incident.EvidenceFound, "slowUp", sh.At
		e.Args = map[string]string{"before": decimal(sh.Before), "now": decimal(sh.After), "factor": factor(sh.Before, sh.After, 0.001), "service": service}
		e.Plots = []incident.Plot{p}
	}
}

// near bounds the moment of change: shortly before the first signal until now.
func near(s *subject) incident.Window {
	from := s.guess().Add(-lookback)
	return incident.Window{From: from, To: s.window.To}
}

func earlier(a, b time.Time) time.Time {
	if a.IsZero() || b.Before(a) {
		return b
	}
	return a
}

// suspects ranks the series that changed about the onset.
func suspects(series []incident.Series, s *subject, source string, onset time.Time) incident.Evidence {
	e := incident.Evidence{Check: "metrics", Source: source, State: incident.EvidenceNothing, Code: "steady", Args: map[string]string{"count": strconv.Itoa(len(series))}}
	ranked := shift.Suspects(withRatios(series, s.services), s.shiftGraph(), onset, shift.SuspectOptions{Service: s.incident.Service, Until: s.window.To, Limit: maxSuspects, SparkLen: keepShort})
	for _, r := range ranked {
		if r.Class == shift.Traffic && r.Shift.Before == 0 {
			continue // that something is used for the first time is no surge
		}
		if strings.HasSuffix(r.Metric, "_info") && len(r.Reasons) > 0 && r.Reasons[0].Code == shift.StoppedReporting {
			continue // the old version's label went with it: the new one says so
		}
		e.Suspects = append(e.Suspects, incident.Suspect{Service: r.Service, Host: r.Host, Metric: r.Metric, Kind: string(r.Kind), At: r.Shift.At, Before: finite(r.Shift.Before),
			After: finite(r.Shift.After), Unit: r.Unit, Score: finite(r.Score), Labels: r.Labels, Reasons: reasons(r.Reasons), Spark: r.Spark})
	}
	if len(e.Suspects) == 0 {
		return e
	}
	top := e.Suspects[0]
	e.State, e.Code = incident.EvidenceFound, "shifted"
	e.Args = map[string]string{"count": strconv.Itoa(len(ranked)), "service": top.Service, "metric": top.Metric, "before": decimal(top.Before), "after": decimal(top.After), "unit": top.Unit}
	if top.Service == "" {
		e.Args["service"] = top.Host
	}
	for _, x := range series { // the first suspect is drawn
		if x.Name == top.Metric && x.Service == top.Service && x.Host == top.Host && sameLabels(x.Labels, top.Labels) {
			e.Plots = []incident.Plot{plotOf(x, top.At)}
			break
		}
	}
	return e
}

func sameLabels(a, b map[string]string) bool {
	if len(a) != len(b) {
		return false
	}
	for k, v := range a {
		if b[k] != v {
			return false
		}
	}
	return true
}

// reasons gives a shift's reasons as codes with their figures as texts.
func reasons(list []shift.Reason) []incident.Reason {
	out := make([]incident.Reason, 0, len(list))
	for _, r := range list {
		args := map[string]string{"value": decimal(r.Value), "limit": decimal(r.Limit), "seconds": decimal(r.Seconds)}
		for k, v := range map[string]string{"service": r.Service, "host": r.Host, "metric": r.Metric, "words": strings.Join(r.Words, ", ")} {
			if v != "" {
				args[k] = v
			}
		}
		out = append(out, incident.Reason{Code: string(r.Code), Args: args})
	}
	return out
}

func decimal(f float64) string { return strconv.FormatFloat(finite(f), 'g', 6, 64) }

// finite keeps what JSON cannot carry out of the record.
func finite(f float64) float64 {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return 0
	}
	return f
}

// factor is how many times more after is than before, which may be all but zero.
func factor(before, after, floor float64) string {
	return fmt.Sprintf("%.3g", after/max(before, floor))
}
