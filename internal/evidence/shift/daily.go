package shift

import (
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

const (
	day = 24 * time.Hour
	// slots divide the day: half-hours smooth enough and follow a morning rise.
	slots = 48
)

// pattern is the usual deviation from the overall level by time of day. A nil
// pattern, where there is too little history to tell, takes nothing out.
type pattern struct {
	overall float64
	usual   [slots]float64
}

// ownBaseline is the part of a long series that can teach its daily pattern:
// all but its last day, if that leaves two days or more.
func ownBaseline(points []incident.Point) []incident.Point {
	if len(points) == 0 || points[len(points)-1].At.Sub(points[0].At) < 3*day {
		return nil
	}
	end := points[len(points)-1].At.Add(-day)
	for i, p := range points {
		if p.At.After(end) {
			return points[:i]
		}
	}
	return nil
}

// dailyPattern learns from two days or more of history. Medians over days
// keep one bad afternoon from becoming the custom.
func dailyPattern(history []incident.Point) *pattern {
	if len(history) < 2*slots || history[len(history)-1].At.Sub(history[0].At) < 2*day-time.Hour {
		return nil
	}
	var in [slots][]float64
	for _, p := range history {
		i := slotOf(p.At)
		in[i] = append(in[i], p.Value)
	}
	out := &pattern{overall: median(values(history))}
	for i, v := range in {
		if len(v) == 0 {
			return nil // hours never seen: better no pattern than half of one
		}
		out.usual[i] = median(v) - out.overall
	}
	return out
}

// subtract returns the values with the daily pattern taken out. Where the day
// is steep, the pattern's own moment is uncertain by a slot; there the nearest
// of the usual values of the slot and its neighbours is what a value is held
// against, so that a rise at 8:55 instead of 9:00 is no change.
func (p *pattern) subtract(points []incident.Point) []float64 {
	out := values(points)
	if p == nil {
		return out
	}
	for i, v := range out {
		slot := slotOf(points[i].At)
		a, b, c := p.usual[(slot+slots-1)%slots], p.usual[slot], p.usual[(slot+1)%slots]
		out[i] = v - min(max(v-p.overall, min(a, b, c)), max(a, b, c))
	}
	return out
}

func slotOf(t time.Time) int { return int(sinceMidnight(t) * slots / day) }

func sinceMidnight(t time.Time) time.Duration {
	return t.Sub(t.Truncate(day)) // Truncate counts from year 1 in UTC: the same every day
}
