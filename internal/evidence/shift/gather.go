package shift

import (
	"math"
	"strings"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// gather measures the asked symptom of every service that has a series of it,
// and says on which grid.
func gather(series []incident.Series, o OriginOptions) (best map[string]*symptom, on grid) {
	if o.Horizon <= 0 {
		o.Horizon = time.Hour
	}
	classes := []Class{o.Symptom}
	if o.Symptom == "" {
		classes = []Class{Latency, Errors}
	}
	now, normal := sortOut(series), sortOut(o.Baseline)
	most := math.Inf(-1)
	for _, c := range classes {
		found, g := gatherClass(now, normal, c, o)
		if strength := loudest(found, o.Target); len(found) > 0 && strength > most {
			best, on, most = found, g, strength
		}
	}
	return best, on
}

// loudest is how many sigmas the target strays, or the strongest of all.
func loudest(symptoms map[string]*symptom, target string) float64 {
	if s := symptoms[target]; s != nil {
		return s.sigmas
	}
	most := 0.0
	for _, s := range symptoms {
		most = max(most, s.sigmas)
	}
	return most
}

func gatherClass(now, normal shelves, c Class, o OriginOptions) (map[string]*symptom, grid) {
	chosen, calls, history := now[c], now[Traffic], normal[c]
	g := gridFor(chosen, o.Onset, o.Horizon)
	h := historyGrid(history, g.step)
	out := make(map[string]*symptom, len(chosen))
	for service, siblings := range chosen {
		var r rows
		r.now, r.fraction = g.combine(siblings, c)
		if n := history[service]; len(n) > 0 {
			row, _ := h.combine(n, c)
			r.normal = finite(row)
		}
		if t := calls[service]; len(t) > 0 {
			r.calls, _ = g.combine(t, Traffic)
		}
		if s, ok := g.symptomOf(r); ok {
			out[service] = s
		}
	}
	return out, g
}

// shelves holds, by class and service, the series that add up best.
type shelves map[Class]map[string][]incident.Series

func sortOut(series []incident.Series) shelves {
	out := shelves{}
	known := map[string]Class{} // reading a name costs more than all the rest
	for _, s := range series {
		if callee := Callee(s); s.Service == "" || callee != "" && callee != s.Service {
			continue // what somebody measures of another's answers is not how its own are
		}
		c, ok := known[s.Name]
		if !ok {
			c = classOfName(s.Name)
			known[s.Name] = c
		}
		if c == Traffic && failingStatus(s.Labels) {
			c = Errors
		}
		if out[c] == nil {
			out[c] = map[string][]incident.Series{}
		}
		have := out[c][s.Service]
		if len(have) > 0 {
			if d := preferred(s) - preferred(have[0]); d < 0 {
				continue
			} else if d > 0 {
				have = nil
			}
		}
		out[c][s.Service] = append(have, s)
	}
	return out
}

// combine lays sibling series on the grid as one: rates and counts add up,
// latencies and fractions are averaged. It says whether the result is a
// fraction, which is then that of failures, 0 to 1.
func (g grid) combine(siblings []incident.Series, c Class) (row []float64, fraction bool) {
	row = make([]float64, g.before+g.after)
	n := make([]float64, len(row))
	for _, s := range siblings {
		points, isFraction := harm(s, c)
		fraction = fraction || isFraction
		for i, v := range g.lay(points) {
			if !math.IsNaN(v) {
				row[i] += v
				n[i]++
			}
		}
	}
	for i := range row {
		if n[i] == 0 {
			row[i] = math.NaN()
		} else if c == Latency || fraction {
			row[i] /= n[i]
		}
	}
	return row, fraction
}

// historyGrid lies over the whole of normal operation, whenever that was.
func historyGrid(series map[string][]incident.Series, step time.Duration) grid {
	var first, last time.Time
	for _, siblings := range series {
		for _, s := range siblings {
			for _, p := range s.Points {
				if first.IsZero() || p.At.Before(first) {
					first = p.At
				}
				if p.At.After(last) {
					last = p.At
				}
			}
		}
	}
	const most = 20_000 // ten weeks of five minutes
	return grid{onset: first, step: step, after: min(int(last.Sub(first)/step)+1, most)}
}

// harm returns the points of a series so that more is worse: an availability
// or success becomes the fraction of failures.
func harm(s incident.Series, c Class) (points []incident.Point, fraction bool) {
	points = rate(s.Name, clean(s.Points))
	if c != Errors || !isFraction(s) {
		return points, false
	}
	scale := 1.0
	for _, p := range points {
		if p.Value > 1.5 {
			scale = 100
		}
	}
	inverted := inverse(s, c)
	out := make([]incident.Point, len(points))
	for i, p := range points {
		out[i] = incident.Point{At: p.At, Value: p.Value / scale}
		if inverted {
			out[i].Value = 1 - out[i].Value
		}
	}
	return out, true
}

// isFraction says whether a series of errors is a share of all answers.
func isFraction(s incident.Series) bool {
	switch s.Unit {
	case "ratio", "percent", "%":
		return true
	}
	for _, p := range parts(s.Name) {
		switch p {
		case "ratio", "percent", "percentage", "availability", "success", "share":
			return !strings.HasSuffix(s.Name, "_total")
		}
	}
	return false
}
