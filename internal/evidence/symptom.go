package evidence

import (
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/sigap-dev/sigap/internal/evidence/shift"
	"github.com/sigap-dev/sigap/internal/incident"
)

// statusLabels are the labels in which HTTP metrics carry the status.
var statusLabels = []string{"code", "status", "status_code", "statuscode", "http_status_code", "http_response_status_code", "response_code", "http_status"}

// errorRatio computes, from a service's request rates by status, the share of
// requests that failed (5xx) at each moment; false if it has none.
func errorRatio(series []incident.Series, service string) (incident.Series, bool) {
	all, failed := map[int64]float64{}, map[int64]float64{}
	for _, s := range series {
		if s.Service != service || !isRequestRate(s) {
			continue
		}
		status := statusOf(s)
		if status == "" {
			continue
		}
		for _, p := range s.Points {
			k := p.At.Truncate(time.Second).Unix()
			all[k] += p.Value
			if status[0] == '5' {
				failed[k] += p.Value
			}
		}
	}
	out := incident.Series{Name: "errors", Service: service, Unit: "ratio"}
	for k, total := range all {
		if total > 0 {
			out.Points = append(out.Points, incident.Point{At: time.Unix(k, 0).UTC(), Value: min(1, failed[k]/total)})
		}
	}
	sort.Slice(out.Points, func(a, b int) bool { return out.Points[a].At.Before(out.Points[b].At) })
	return out, len(out.Points) > 0
}

func isRequestRate(s incident.Series) bool {
	if strings.HasSuffix(s.Name, "_sum_per_second") || shift.Callee(s) != "" {
		return false // seconds, and what it asks of others
	}
	return s.Unit == "1/s" && strings.Contains(s.Name, "request") || strings.HasSuffix(s.Name, "_per_second") && strings.Contains(s.Name, "http")
}

func statusOf(s incident.Series) string {
	for _, l := range statusLabels {
		if v := s.Labels[l]; len(v) == 3 && v[0] >= '1' && v[0] <= '5' {
			return v
		}
	}
	return ""
}

// slowness is a service's time to answer: its slowest handler's 95th
// percentile where it has histograms.
func slowness(series []incident.Series, service string) (incident.Series, bool) {
	worst := map[int64]float64{}
	for _, s := range series {
		if s.Service != service || s.Labels["quantile"] != "0.95" || !strings.Contains(s.Name, "duration") && !strings.Contains(s.Name, "latency") {
			continue
		}
		if h := s.Labels["handler"]; h == "/metrics" || h == "/healthz" || h == "metrics" || h == "healthz" {
			continue
		}
		for _, p := range s.Points {
			k := p.At.Truncate(time.Second).Unix()
			worst[k] = max(worst[k], p.Value)
		}
	}
	out := incident.Series{Name: "latency", Service: service, Unit: "seconds"}
	for k, v := range worst {
		out.Points = append(out.Points, incident.Point{At: time.Unix(k, 0).UTC(), Value: v})
	}
	sort.Slice(out.Points, func(a, b int) bool { return out.Points[a].At.Before(out.Points[b].At) })
	return out, len(out.Points) > 0
}

// withRatios adds, to the series of each service that counts its requests by
// status, the share of them that failed: a status that never came before has no
// series before, and would seem to have no past. What callers count of a
// service that does not speak for itself stands for it.
func withRatios(series []incident.Series, services []string) []incident.Series {
	out := slices.Clone(series)
	for _, service := range services {
		ratio, ok := errorRatio(series, service)
		ratio.Labels = map[string]string{"stat": "mean"}
		if !ok {
			ratio, ok = calleeRatio(series, service)
			ratio.Labels = map[string]string{"stat": "mean", "callee": service}
		}
		if ok {
			out = append(out, ratio)
		}
	}
	return out
}

// calleeRatio is the share of the calls to a service that failed, as its
// callers count them.
func calleeRatio(series []incident.Series, callee string) (incident.Series, bool) {
	var calls []incident.Series
	for _, s := range series {
		if shift.Callee(s) != callee || s.Unit != "1/s" || !strings.Contains(s.Name, "request") || strings.HasSuffix(s.Name, "_sum_per_second") {
			continue
		}
		for _, l := range statusLabels {
			switch v := s.Labels[l]; v {
			case "":
			case "error", "failed", "timeout":
				s.Labels = map[string]string{l: "500"}
			default:
				s.Labels = map[string]string{l: v}
			}
		}
		calls = append(calls, incident.Series{Service: callee, Name: "http_requests_per_second", Unit: s.Unit, Labels: s.Labels, Points: s.Points})
	}
	return errorRatio(calls, callee)
}

// plotOf draws a series with its usual band: what nine tenths of the points
// before the onset were within.
func plotOf(s incident.Series, onset time.Time) incident.Plot {
	var before []float64
	p := incident.Plot{Title: s.Name, Service: s.Service, Unit: s.Unit}
	for _, pt := range s.Points {
		if pt.At.Before(onset) {
			before = append(before, pt.Value)
		} else {
			p.Peak = max(p.Peak, pt.Value)
		}
	}
	if len(before) > 0 {
		slices.Sort(before)
		p.Low, p.Before, p.High = before[len(before)/20], before[len(before)/2], before[len(before)-1-len(before)/20]
	}
	if n := len(s.Points); n > 0 {
		p.Last = recent(s.Points)
	}
	p.Points = thin(s.Points, plotPoints)
	return p
}

// recent is the median of the last few points, so that one odd scrape says
// nothing.
func recent(points []incident.Point) float64 {
	var last []float64
	for _, p := range points[max(0, len(points)-5):] {
		last = append(last, p.Value)
	}
	slices.Sort(last)
	return last[len(last)/2]
}

// thin keeps at most n points: of each bucket the one farthest from the median
// of all, so that peaks stay.
func thin(points []incident.Point, n int) []incident.Point {
	if len(points) <= n {
		return points
	}
	out := make([]incident.Point, 0, n)
	for k := range n {
		bucket := points[k*len(points)/n : (k+1)*len(points)/n]
		best := bucket[0]
		for _, p := range bucket {
			if p.Value > best.Value {
				best = p
			}
		}
		out = append(out, best)
	}
	return out
}
