package shift

import (
	"maps"
	"slices"
	"strings"

	"github.com/sigap-dev/sigap/internal/incident"
)

// limitKey is the thing of which one series says how much is used and another
// how much there is.
type limitKey struct{ service, host, stem, labels string }

// limitWords end the name of a series that says how much there is.
var limitWords = []string{"max", "limit", "size", "capacity", "total", "maximum"}

// levelWords end the name of a series that says how much is used or left.
var levelWords = []string{"used", "usage", "use", "in", "active", "acquired", "busy", "open", "current", "resident", "free", "available", "avail", "idle"}

// unitWords may stand at the end of either.
var unitWords = []string{"bytes", "count", "connections", "conns"}

// stem cuts the last words of a name as far as they are among ends or units.
func stem(name string, ends []string) (string, bool) {
	p := parts(name)
	cut := false
	for len(p) > 1 {
		last := p[len(p)-1]
		switch {
		case slices.Contains(ends, last):
			cut = true
		case !slices.Contains(unitWords, last):
			return strings.Join(p, "_"), cut
		}
		p = p[:len(p)-1]
	}
	return strings.Join(p, "_"), cut
}

// limitsOf finds the series that say how much there is of something.
func limitsOf(series []incident.Series) map[limitKey]float64 {
	out := map[limitKey]float64{}
	for _, s := range series {
		name, is := stem(s.Name, limitWords)
		points := clean(s.Points)
		if !is || len(points) == 0 {
			continue
		}
		out[limitKey{s.Service, s.Host, name, labelKey(s.Labels)}] = points[len(points)-1].Value
	}
	return out
}

// limitFor is the limit of a level, 0 if none is known.
func (in *inquiry) limitFor(s incident.Series) float64 {
	switch {
	case slices.Contains(parts(s.Name), "pressure"), slices.Contains(parts(s.Name), "load"):
		return 0 // a share of time in which something waits, or how many do: nothing that can be used up
	case s.Unit == "ratio" || strings.HasSuffix(s.Name, "_ratio"):
		return 1
	case s.Unit == "percent" || s.Unit == "%" || strings.HasSuffix(s.Name, "_percent"):
		return 100
	}
	name, is := stem(s.Name, levelWords)
	if !is {
		return 0
	}
	return in.limits[limitKey{s.Service, s.Host, name, labelKey(s.Labels)}]
}

func labelKey(labels map[string]string) string {
	var b strings.Builder
	for _, k := range slices.Sorted(maps.Keys(labels)) {
		b.WriteString(k)
		b.WriteByte('=')
		b.WriteString(labels[k])
		b.WriteByte(0)
	}
	return b.String()
}

// identity tells a series from its siblings, across windows of time.
func identity(s incident.Series) string {
	return s.Name + "\x00" + s.Service + "\x00" + s.Host + "\x00" + labelKey(s.Labels)
}
