package recorder

import (
	"io"
	"math"
	"strconv"
	"strings"

	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	metricspb "go.opentelemetry.io/proto/otlp/metrics/v1"

	"github.com/sigap-dev/sigap/internal/incident"
)

// DecodeMetrics reads an OTLP/HTTP metrics request (ExportMetricsServiceRequest)
// as protobuf or JSON, plain or gzip, of at most limit bytes decompressed
// (MaxOTLP). Names become Prometheus' (see metricName). What each kind becomes:
//
//   - gauge, and a sum that may fall: a series as it is;
//   - monotonic cumulative sum: a counter, its name ending in _total;
//   - cumulative histogram: counters _count, _sum and _bucket with label le, as
//     in Prometheus; of an exponential one _count and _sum only;
//   - delta sum: its rate over the interval it names, _per_second;
//     delta histogram: its quantiles over that interval, label quantile, and
//     _count_per_second;
//   - summary: quantiles with label quantile, _count and _sum.
//
// SeriesQuery.Derive makes one thing of these. Points without a value or a time
// are rejected and counted.
func DecodeMetrics(contentType, encoding string, body io.Reader, limit int64) ([]incident.Series, Partial, error) {
	var data metricspb.MetricsData
	if _, err := decodeOTLP(contentType, encoding, body, limit, &data); err != nil {
		return nil, Partial{}, err
	}
	d := metricsDecoder{}
	for _, resource := range data.GetResourceMetrics() {
		d.from = readResource(resource.GetResource())
		for _, scope := range resource.GetScopeMetrics() {
			for _, metric := range scope.GetMetrics() {
				d.read(metric)
			}
		}
	}
	return d.series.items(), d.partial, nil
}

type metricsDecoder struct {
	from    origin
	series  seriesSet
	partial Partial
}

func (d *metricsDecoder) read(m *metricspb.Metric) {
	if m.GetName() == "" {
		d.partial.reject(1, "metric without a name")
		return
	}
	switch data := m.GetData().(type) {
	case *metricspb.Metric_Gauge:
		d.numbers(m, gauge, data.Gauge.GetDataPoints())
	case *metricspb.Metric_Sum:
		d.sum(m, data.Sum)
	case *metricspb.Metric_Histogram:
		for _, p := range data.Histogram.GetDataPoints() {
			d.histogram(m, p, data.Histogram.GetAggregationTemporality() == metricspb.AggregationTemporality_AGGREGATION_TEMPORALITY_DELTA)
		}
	case *metricspb.Metric_ExponentialHistogram:
		if data.ExponentialHistogram.GetAggregationTemporality() == metricspb.AggregationTemporality_AGGREGATION_TEMPORALITY_DELTA {
			d.partial.reject(len(data.ExponentialHistogram.GetDataPoints()), "delta exponential histogram")
			return
		}
		for _, p := range data.ExponentialHistogram.GetDataPoints() {
			d.totals(m, p.GetTimeUnixNano(), p.GetFlags(), p.GetAttributes(), float64(p.GetCount()), p.GetSum())
		}
	case *metricspb.Metric_Summary:
		for _, p := range data.Summary.GetDataPoints() {
			d.summary(m, p)
		}
	default:
		d.partial.reject(1, "metric without data of a known kind")
	}
}

func (d *metricsDecoder) numbers(m *metricspb.Metric, kind metricKind, points []*metricspb.NumberDataPoint) {
	for _, p := range points {
		d.add(metricName(m.GetName(), m.GetUnit(), kind), m.GetUnit(), p.GetAttributes(), "", "", p.GetTimeUnixNano(), p.GetFlags(), number(p))
	}
}

func (d *metricsDecoder) sum(m *metricspb.Metric, sum *metricspb.Sum) {
	if sum.GetAggregationTemporality() != metricspb.AggregationTemporality_AGGREGATION_TEMPORALITY_DELTA {
		kind := gauge
		if sum.GetIsMonotonic() {
			kind = counter
		}
		d.numbers(m, kind, sum.GetDataPoints())
		return
	}
	name := metricName(m.GetName(), m.GetUnit(), plain) + "_per_second"
	for _, p := range sum.GetDataPoints() {
		seconds, ok := interval(p.GetStartTimeUnixNano(), p.GetTimeUnixNano())
		if !ok {
			d.partial.reject(1, "delta sum without an interval")
			continue
		}
		d.add(name, "1/s", p.GetAttributes(), "", "", p.GetTimeUnixNano(), p.GetFlags(), number(p)/seconds)
	}
}

func (d *metricsDecoder) histogram(m *metricspb.Metric, p *metricspb.HistogramDataPoint, delta bool) {
	bounds, counts := p.GetExplicitBounds(), p.GetBucketCounts()
	if len(counts) > 0 && len(counts) != len(bounds)+1 {
		d.partial.reject(1, "histogram whose buckets and bounds do not fit")
		return
	}
	name := metricName(m.GetName(), m.GetUnit(), plain)
	if delta {
		d.deltaHistogram(name, m.GetUnit(), p)
		return
	}
	d.totals(m, p.GetTimeUnixNano(), p.GetFlags(), p.GetAttributes(), float64(p.GetCount()), p.GetSum())
	for _, b := range cumulate(bounds, counts) {
		d.add(name+"_bucket", "", p.GetAttributes(), "le", strconv.FormatFloat(b.bound, 'g', -1, 64), p.GetTimeUnixNano(), p.GetFlags(), b.count)
	}
}

func (d *metricsDecoder) deltaHistogram(name, unit string, p *metricspb.HistogramDataPoint) {
	seconds, ok := interval(p.GetStartTimeUnixNano(), p.GetTimeUnixNano())
	if !ok {
		d.partial.reject(1, "delta histogram without an interval")
		return
	}
	d.add(name+"_count_per_second", "1/s", p.GetAttributes(), "", "", p.GetTimeUnixNano(), p.GetFlags(), float64(p.GetCount())/seconds)
	buckets := cumulate(p.GetExplicitBounds(), p.GetBucketCounts())
	for _, q := range derivedQuantiles() {
		if value := quantile(q, buckets); finite(value) {
			d.add(name, unit, p.GetAttributes(), "quantile", strconv.FormatFloat(q, 'g', -1, 64), p.GetTimeUnixNano(), p.GetFlags(), value)
		}
	}
}

func (d *metricsDecoder) summary(m *metricspb.Metric, p *metricspb.SummaryDataPoint) {
	d.totals(m, p.GetTimeUnixNano(), p.GetFlags(), p.GetAttributes(), float64(p.GetCount()), p.GetSum())
	name := metricName(m.GetName(), m.GetUnit(), plain)
	for _, q := range p.GetQuantileValues() {
		if finite(q.GetValue()) { // nothing observed in the summary's window is NaN
			d.add(name, m.GetUnit(), p.GetAttributes(), "quantile", strconv.FormatFloat(q.GetQuantile(), 'g', -1, 64), p.GetTimeUnixNano(), p.GetFlags(), q.GetValue())
		}
	}
}

// totals adds the count and the sum that every distribution has.
func (d *metricsDecoder) totals(m *metricspb.Metric, at uint64, flags uint32, attrs []*commonpb.KeyValue, count, sum float64) {
	name := metricName(m.GetName(), m.GetUnit(), plain)
	d.add(name+"_count", "", attrs, "", "", at, flags, count)
	d.add(name+"_sum", m.GetUnit(), attrs, "", "", at, flags, sum)
}

func (d *metricsDecoder) add(name, unit string, attrs []*commonpb.KeyValue, label, labelValue string, at uint64, flags uint32, value float64) {
	const noValue = uint32(metricspb.DataPointFlags_DATA_POINT_FLAGS_NO_RECORDED_VALUE_MASK)
	when := instant(at)
	if when.IsZero() || flags&noValue != 0 || !finite(value) {
		d.partial.reject(1, "data point without a value or a time")
		return
	}
	labels := d.from.withAttrs(attrs)
	if label != "" {
		if labels == nil {
			labels = map[string]string{}
		}
		labels[label] = labelValue
	}
	d.series.add([]incident.Series{{
		Name:    name,
		Service: d.from.Service,
		Host:    d.from.Host,
		Labels:  labels,
		Unit:    unitWord(unit),
		Points:  []incident.Point{{At: when, Value: value}},
	}})
}

func number(p *metricspb.NumberDataPoint) float64 {
	if v, ok := p.GetValue().(*metricspb.NumberDataPoint_AsInt); ok {
		return float64(v.AsInt)
	}
	return p.GetAsDouble()
}

// interval answers the seconds between two instants, if they are in order.
func interval(start, end uint64) (seconds float64, ok bool) {
	if start == 0 || start >= end {
		return 0, false
	}
	return float64(end-start) / 1e9, true
}

// cumulate turns OTLP's counts a bucket into Prometheus' counts up to a bound.
func cumulate(bounds []float64, counts []uint64) []bucket {
	var total float64
	buckets := make([]bucket, 0, len(counts))
	for i, count := range counts {
		total += float64(count)
		bound := math.Inf(1)
		if i < len(bounds) {
			bound = bounds[i]
		}
		buckets = append(buckets, bucket{bound, total})
	}
	return buckets
}

type metricKind int

const (
	plain   metricKind = iota // of a distribution
	gauge                     //
	counter                   // only grows
)

// metricName makes a Prometheus name of an OpenTelemetry one, by the rules of
// "Prometheus and OpenMetrics Compatibility" in the OpenTelemetry specification:
// other characters become underscores, the unit is appended unless the name has
// it, a gauge of unit 1 is a ratio, a counter ends in _total. A name that is
// Prometheus' already stays as it is.
func metricName(name, unit string, kind metricKind) string {
	clean := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '_', r == ':':
			return r
		}
		return '_'
	}, name)
	for strings.Contains(clean, "__") {
		clean = strings.ReplaceAll(clean, "__", "_")
	}
	clean = strings.Trim(clean, "_")
	stem, isTotal := strings.CutSuffix(clean, "_total")
	suffix := unitWord(unit)
	if unit == "1" && kind != gauge {
		suffix = ""
	}
	suffix = strings.ReplaceAll(suffix, "/", "_per_")
	if suffix != "" && !strings.HasSuffix(stem, "_"+suffix) && !strings.Contains(stem, "_"+suffix+"_") && stem != suffix && wellFormed(suffix) {
		stem += "_" + suffix
	}
	if kind == counter || isTotal {
		return stem + "_total"
	}
	return stem
}

// wellFormed reports whether a unit can be part of a name.
func wellFormed(unit string) bool {
	return strings.Trim(unit, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_") == ""
}

// unitWord spells a UCUM unit as Prometheus does; annotations such as {request}
// say nothing and go.
func unitWord(unit string) string {
	for {
		open := strings.IndexByte(unit, '{')
		end := strings.IndexByte(unit, '}')
		if open < 0 || end < open {
			break
		}
		unit = unit[:open] + unit[end+1:]
	}
	switch unit {
	case "1":
		return "ratio"
	case "s":
		return "seconds"
	case "ms":
		return "milliseconds"
	case "us":
		return "microseconds"
	case "ns":
		return "nanoseconds"
	case "min":
		return "minutes"
	case "h":
		return "hours"
	case "d":
		return "days"
	case "By":
		return "bytes"
	case "KiBy":
		return "kibibytes"
	case "MiBy":
		return "mebibytes"
	case "kBy":
		return "kilobytes"
	case "MBy":
		return "megabytes"
	case "Cel":
		return "celsius"
	case "%":
		return "percent"
	case "Hz":
		return "hertz"
	case "By/s":
		return "bytes/second"
	}
	return unit
}
