package recorder

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// deriveLookBack is how far before a window counters are read, so that its
// first point has one before it to be a rate against.
const deriveLookBack = 5 * time.Minute

// Derive turns what only grows into what can be compared over time, the way one
// asks Prometheus for it:
//
//   - a counter (name ending in _total, or _count and _sum of a histogram)
//     becomes its rate per second between two points, named with _per_second in
//     place of _total and unit 1/s; a fall is a restart, counted from zero;
//   - the buckets of a histogram become its quantiles 0.5, 0.95 and 0.99 between
//     two points, under the histogram's name with label quantile, interpolated
//     within a bucket as histogram_quantile does.
//
// Everything else is answered as it is.
//
// A counter of one status that appears while its siblings are counted already
// began at zero when they were last read: the first failures count too.
func Derive(series []incident.Series) []incident.Series {
	series = sinceBirth(series)
	var out []incident.Series
	buckets := map[string][]incident.Series{} // by the series without le
	histograms := map[string]bool{}           // names that have buckets or quantiles
	for _, s := range series {
		if s.Labels["quantile"] != "" { // a summary's; it has _count and _sum too
			histograms[s.Name] = true
		}
		if name, ok := strings.CutSuffix(s.Name, "_bucket"); ok && s.Labels["le"] != "" {
			s.Name = name
			s.Labels = maps.Clone(s.Labels)
			key := s
			key.Labels = maps.Clone(s.Labels)
			delete(key.Labels, "le")
			buckets[seriesKey(&key)] = append(buckets[seriesKey(&key)], s)
			histograms[name] = true
		}
	}
	for _, s := range series {
		switch {
		case strings.HasSuffix(s.Name, "_bucket") && s.Labels["le"] != "":
		case isCounter(s.Name, histograms):
			if rate := perSecond(s); len(rate.Points) > 0 {
				out = append(out, rate)
			}
		default:
			out = append(out, s)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(buckets)) {
		out = append(out, quantiles(buckets[key])...)
	}
	return out
}

func isCounter(name string, histograms map[string]bool) bool {
	if strings.HasSuffix(name, "_total") {
		return true
	}
	for _, suffix := range []string{"_count", "_sum"} {
		if stem, ok := strings.CutSuffix(name, suffix); ok && histograms[stem] {
			return true
		}
	}
	return false
}

// statusLabels tell the counters of one thing apart by how it ended.
var statusLabels = []string{"code", "status", "status_code", "statuscode", "http_status_code", "http_response_status_code", "response_code", "http_status"}

// sinceBirth gives each counter of a status that appeared later than its
// siblings a zero at the moment before, when those were read and it was not.
func sinceBirth(series []incident.Series) []incident.Series {
	family := func(s *incident.Series) string {
		sibling, found := *s, false
		sibling.Labels = maps.Clone(s.Labels)
		for _, l := range statusLabels {
			if _, ok := sibling.Labels[l]; ok {
				delete(sibling.Labels, l)
				found = true
			}
		}
		if !found || !strings.HasSuffix(s.Name, "_total") || len(s.Points) == 0 {
			return ""
		}
		return seriesKey(&sibling)
	}
	eldest := map[string]*incident.Series{}
	for i := range series {
		if f := family(&series[i]); f != "" && (eldest[f] == nil || series[i].Points[0].At.Before(eldest[f].Points[0].At)) {
			eldest[f] = &series[i]
		}
	}
	out := slices.Clone(series)
	for i := range out {
		f := family(&out[i])
		if f == "" {
			continue
		}
		read := eldest[f].Points
		n, _ := slices.BinarySearchFunc(read, out[i].Points[0].At, func(p incident.Point, t time.Time) int { return p.At.Compare(t) })
		if n > 0 {
			out[i].Points = append([]incident.Point{{At: read[n-1].At}}, out[i].Points...)
		}
	}
	return out
}

// underived lists the stored names that a series of a derived name may come from.
func underived(names []string) []string {
	var stored []string
	for _, name := range names {
		stored = append(stored, name, name+"_bucket")
		if stem, ok := strings.CutSuffix(name, "_per_second"); ok {
			stored = append(stored, stem+"_total", stem)
			for _, suffix := range []string{"_count", "_sum"} {
				if histogram, ok := strings.CutSuffix(stem, suffix); ok {
					stored = append(stored, histogram, histogram+"_bucket")
				}
			}
		}
	}
	return stored
}

func perSecond(s incident.Series) incident.Series {
	s.Name = strings.TrimSuffix(s.Name, "_total") + "_per_second"
	s.Unit = "1/s"
	s.Points = increases(s.Points, func(increase, seconds float64) float64 { return increase / seconds })
	return s
}

// increases maps each step of a counter to a point at its end.
func increases(points []incident.Point, value func(increase, seconds float64) float64) []incident.Point {
	var out []incident.Point
	for i := 1; i < len(points); i++ {
		increase := points[i].Value - points[i-1].Value
		if increase < 0 { // restarted: all it counts came since
			increase = points[i].Value
		}
		seconds := points[i].At.Sub(points[i-1].At).Seconds()
		out = append(out, incident.Point{At: points[i].At, Value: value(increase, seconds)})
	}
	return out
}

func derivedQuantiles() []float64 { return []float64{0.5, 0.95, 0.99} }

// bucket is one bucket of a histogram at one instant.
type bucket struct{ bound, count float64 }

// quantiles answers the three quantile series of one histogram's buckets.
func quantiles(buckets []incident.Series) []incident.Series {
	steps := map[time.Time][]bucket{}
	for _, s := range buckets {
		bound, err := strconv.ParseFloat(s.Labels["le"], 64)
		if err != nil {
			continue
		}
		for _, p := range increases(s.Points, func(increase, _ float64) float64 { return increase }) {
			steps[p.At] = append(steps[p.At], bucket{bound, p.Value})
		}
	}
	instants := slices.SortedFunc(maps.Keys(steps), time.Time.Compare)
	var out []incident.Series
	for _, q := range derivedQuantiles() {
		s := buckets[0]
		s.Labels = maps.Clone(s.Labels)
		delete(s.Labels, "le")
		s.Labels["quantile"] = strconv.FormatFloat(q, 'g', -1, 64)
		s.Points = nil
		for _, at := range instants {
			if value := quantile(q, steps[at]); !math.IsNaN(value) {
				s.Points = append(s.Points, incident.Point{At: at, Value: value})
			}
		}
		if len(s.Points) > 0 {
			out = append(out, s)
		}
	}
	return out
}

// quantile is Prometheus' bucketQuantile (promql/quantile.go): linear within
// the bucket, the highest finite bound for what lies beyond it, NaN if nothing
// was observed or the bucket +Inf is missing.
func quantile(q float64, buckets []bucket) float64 {
	slices.SortFunc(buckets, func(a, b bucket) int { return cmp.Compare(a.bound, b.bound) })
	for i := 1; i < len(buckets); i++ { // buckets read at a restart may not add up
		buckets[i].count = max(buckets[i].count, buckets[i-1].count)
	}
	last := len(buckets) - 1
	if last < 1 || !math.IsInf(buckets[last].bound, 1) || buckets[last].count <= 0 {
		return math.NaN()
	}
	rank := q * buckets[last].count
	i, _ := slices.BinarySearchFunc(buckets[:last], rank, func(b bucket, rank float64) int {
		return cmp.Compare(b.count, rank)
	})
	if i == last {
		return buckets[last-1].bound
	}
	end, count, start := buckets[i].bound, buckets[i].count, 0.0
	if i == 0 && end <= 0 {
		return end
	}
	if i > 0 {
		start = buckets[i-1].bound
		rank -= buckets[i-1].count
		count -= buckets[i-1].count
	}
	return start + (end-start)*(rank/count)
}
