package agent

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"net/http"
	"slices"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	metricspb "go.opentelemetry.io/proto/otlp/metrics/v1"
	"golang.org/x/sync/errgroup"
)

const (
	maxScrape       = 8 << 20 // bytes of one answer
	maxScrapeSeries = 5000    // of one target; more would drown the recorder, and are named in an error
	scrapesAtOnce   = 4
)

// scraper reads the metrics that services expose for Prometheus.
type scraper struct {
	targets []ScrapeConfig
	client  *http.Client
	timeout time.Duration
	now     func() time.Time
}

// scrape answers the metrics of each target, and of one that fails at least up
// with value 0, which is evidence too.
func (s *scraper) scrape(ctx context.Context) ([]serviceMetrics, error) {
	all := make([]serviceMetrics, len(s.targets))
	errs := make([]error, len(s.targets))
	var group errgroup.Group
	group.SetLimit(scrapesAtOnce)
	for i, target := range s.targets {
		group.Go(func() error {
			began := s.now()
			metrics, err := s.one(ctx, target.URL)
			labels := map[string]string{"target": target.URL}
			up := 1.0
			if err != nil {
				up, errs[i] = 0, fmt.Errorf("scrape %s: %w", target.URL, err)
			}
			all[i] = serviceMetrics{service: target.Service, metrics: append(metrics,
				gauge("up", began, up, labels),
				gauge("scrape_duration_seconds", began, s.now().Sub(began).Seconds(), labels),
			)}
			return nil
		})
	}
	return all, errors.Join(group.Wait(), errors.Join(errs...))
}

func (s *scraper) one(ctx context.Context, address string) ([]*metricspb.Metric, error) {
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept", "text/plain;version=0.0.4")
	request.Header.Set("X-Prometheus-Scrape-Timeout-Seconds", fmt.Sprintf("%g", s.timeout.Seconds()))
	response, err := s.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("it answered %s", response.Status)
	}
	body := &io.LimitedReader{R: response.Body, N: maxScrape}
	metrics, err := readExposition(body, s.now())
	if err == nil && body.N == 0 {
		err = fmt.Errorf("its answer is larger than %d MiB", maxScrape>>20)
	}
	return metrics, err
}

// readExposition reads Prometheus' text format. It answers what could be read
// together with the error that ended it.
func readExposition(r io.Reader, now time.Time) ([]*metricspb.Metric, error) {
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(r)
	var metrics []*metricspb.Metric
	series := 0
	for _, name := range slices.Sorted(maps.Keys(families)) {
		family := families[name]
		if series += seriesOf(family); series > maxScrapeSeries {
			return metrics, errors.Join(err, fmt.Errorf("it has more than %d series, the rest from %s on is left out", maxScrapeSeries, name))
		}
		if metric := convert(family, now); metric != nil {
			metrics = append(metrics, metric)
		}
	}
	return metrics, err
}

// seriesOf counts what a family becomes in the recorder.
func seriesOf(family *dto.MetricFamily) int {
	n := 0
	for _, m := range family.GetMetric() {
		n += 1 + len(m.GetHistogram().GetBucket()) + len(m.GetSummary().GetQuantile())
	}
	return n
}

func convert(family *dto.MetricFamily, now time.Time) *metricspb.Metric {
	const cumulative = metricspb.AggregationTemporality_AGGREGATION_TEMPORALITY_CUMULATIVE
	metric := &metricspb.Metric{Name: family.GetName()}
	switch family.GetType() {
	case dto.MetricType_COUNTER:
		metric.Data = &metricspb.Metric_Sum{Sum: &metricspb.Sum{
			AggregationTemporality: cumulative,
			IsMonotonic:            true,
			DataPoints:             numbers(family, now, func(m *dto.Metric) float64 { return m.GetCounter().GetValue() }),
		}}
	case dto.MetricType_GAUGE:
		metric.Data = &metricspb.Metric_Gauge{Gauge: &metricspb.Gauge{
			DataPoints: numbers(family, now, func(m *dto.Metric) float64 { return m.GetGauge().GetValue() }),
		}}
	case dto.MetricType_UNTYPED:
		metric.Data = &metricspb.Metric_Gauge{Gauge: &metricspb.Gauge{
			DataPoints: numbers(family, now, func(m *dto.Metric) float64 { return m.GetUntyped().GetValue() }),
		}}
	case dto.MetricType_HISTOGRAM:
		histogram := &metricspb.Histogram{AggregationTemporality: cumulative}
		for _, m := range family.GetMetric() {
			if point := histogramPoint(m, now); point != nil {
				histogram.DataPoints = append(histogram.DataPoints, point)
			}
		}
		metric.Data = &metricspb.Metric_Histogram{Histogram: histogram}
	case dto.MetricType_SUMMARY:
		summary := &metricspb.Summary{}
		for _, m := range family.GetMetric() {
			summary.DataPoints = append(summary.DataPoints, summaryPoint(m, now))
		}
		metric.Data = &metricspb.Metric_Summary{Summary: summary}
	default: // native histograms are not part of the text format
		return nil
	}
	return metric
}

func numbers(family *dto.MetricFamily, now time.Time, value func(*dto.Metric) float64) []*metricspb.NumberDataPoint {
	var points []*metricspb.NumberDataPoint
	for _, m := range family.GetMetric() {
		v := value(m)
		if math.IsNaN(v) || math.IsInf(v, 0) {
			continue // says "nothing to say" in Prometheus
		}
		points = append(points, &metricspb.NumberDataPoint{
			TimeUnixNano: at(m, now),
			Attributes:   labelAttributes(m),
			Value:        &metricspb.NumberDataPoint_AsDouble{AsDouble: v},
		})
	}
	return points
}

// histogramPoint turns Prometheus' counts up to a bound into OTLP's counts
// between bounds; nil if they do not add up.
func histogramPoint(m *dto.Metric, now time.Time) *metricspb.HistogramDataPoint {
	h := m.GetHistogram()
	sum := h.GetSampleSum()
	point := &metricspb.HistogramDataPoint{
		TimeUnixNano: at(m, now),
		Attributes:   labelAttributes(m),
		Count:        h.GetSampleCount(),
		Sum:          &sum,
	}
	before := uint64(0)
	for _, b := range h.GetBucket() {
		if b.GetCumulativeCount() < before || b.GetCumulativeCount() > h.GetSampleCount() {
			return nil
		}
		if math.IsInf(b.GetUpperBound(), 1) {
			break
		}
		point.ExplicitBounds = append(point.ExplicitBounds, b.GetUpperBound())
		point.BucketCounts = append(point.BucketCounts, b.GetCumulativeCount()-before)
		before = b.GetCumulativeCount()
	}
	point.BucketCounts = append(point.BucketCounts, h.GetSampleCount()-before)
	return point
}

func summaryPoint(m *dto.Metric, now time.Time) *metricspb.SummaryDataPoint {
	point := &metricspb.SummaryDataPoint{
		TimeUnixNano: at(m, now),
		Attributes:   labelAttributes(m),
		Count:        m.GetSummary().GetSampleCount(),
		Sum:          m.GetSummary().GetSampleSum(),
	}
	for _, q := range m.GetSummary().GetQuantile() {
		if !math.IsNaN(q.GetValue()) {
			point.QuantileValues = append(point.QuantileValues, &metricspb.SummaryDataPoint_ValueAtQuantile{Quantile: q.GetQuantile(), Value: q.GetValue()})
		}
	}
	return point
}

func at(m *dto.Metric, now time.Time) uint64 {
	if ms := m.GetTimestampMs(); ms > 0 {
		return uint64(ms) * uint64(time.Millisecond)
	}
	return uint64(now.UnixNano())
}

func labelAttributes(m *dto.Metric) []*commonpb.KeyValue {
	attrs := make([]*commonpb.KeyValue, 0, len(m.GetLabel()))
	for _, label := range m.GetLabel() {
		attrs = append(attrs, attribute(label.GetName(), label.GetValue()))
	}
	return attrs
}
