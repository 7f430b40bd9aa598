package agent

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/klauspost/compress/gzip"
	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	logspb "go.opentelemetry.io/proto/otlp/logs/v1"
	metricspb "go.opentelemetry.io/proto/otlp/metrics/v1"
	resourcepb "go.opentelemetry.io/proto/otlp/resource/v1"
	"google.golang.org/protobuf/proto"

	"github.com/sigap-dev/sigap/internal/incident"
)

// encoder makes compressed OTLP request bodies. LogsData and MetricsData are the
// collector's requests field for field.
type encoder struct {
	host        string
	environment string
	zip         *gzip.Writer
}

func newEncoder(c Config) *encoder {
	return &encoder{host: c.Host, environment: c.Environment, zip: gzip.NewWriter(nil)}
}

func (e *encoder) logs(lines []incident.LogLine) ([]byte, error) {
	scopes := map[string]*logspb.ScopeLogs{}
	for i := range lines {
		line := &lines[i]
		if scopes[line.Service] == nil {
			scopes[line.Service] = &logspb.ScopeLogs{}
		}
		scopes[line.Service].LogRecords = append(scopes[line.Service].LogRecords, logRecord(line))
	}
	data := &logspb.LogsData{}
	for _, service := range slices.Sorted(maps.Keys(scopes)) {
		data.ResourceLogs = append(data.ResourceLogs, &logspb.ResourceLogs{
			Resource:  e.resource(service),
			ScopeLogs: []*logspb.ScopeLogs{scopes[service]},
		})
	}
	return e.compress(data)
}

func logRecord(line *incident.LogLine) *logspb.LogRecord {
	record := &logspb.LogRecord{
		TimeUnixNano: uint64(line.At.UnixNano()),
		SeverityText: line.Level,
		Body:         text(line.Body),
	}
	if n := rank(line.Level); n > 0 { // each level is four numbers, the first is the plain one
		record.SeverityNumber = logspb.SeverityNumber(4*n - 3)
	}
	for name, value := range line.Attrs {
		record.Attributes = append(record.Attributes, attribute(name, value))
	}
	return record
}

// serviceMetrics are measurements of one service, or with no name of the host.
type serviceMetrics struct {
	service string
	metrics []*metricspb.Metric
}

func (e *encoder) metrics(all []serviceMetrics) ([]byte, error) {
	data := &metricspb.MetricsData{}
	for _, of := range all {
		data.ResourceMetrics = append(data.ResourceMetrics, &metricspb.ResourceMetrics{
			Resource:     e.resource(of.service),
			ScopeMetrics: []*metricspb.ScopeMetrics{{Metrics: of.metrics}},
		})
	}
	return e.compress(data)
}

func (e *encoder) resource(service string) *resourcepb.Resource {
	attrs := []*commonpb.KeyValue{attribute("host.name", e.host), attribute("deployment.environment.name", e.environment)}
	if service != "" {
		attrs = append(attrs, attribute("service.name", service))
	}
	return &resourcepb.Resource{Attributes: attrs}
}

func (e *encoder) compress(message proto.Message) ([]byte, error) {
	raw, err := proto.Marshal(message)
	if err != nil {
		return nil, fmt.Errorf("encode OTLP: %w", err)
	}
	return e.pack(raw)
}

func (e *encoder) pack(raw []byte) ([]byte, error) {
	var out bytes.Buffer
	e.zip.Reset(&out)
	if _, err := e.zip.Write(raw); err != nil {
		return nil, fmt.Errorf("compress a batch: %w", err)
	}
	if err := e.zip.Close(); err != nil {
		return nil, fmt.Errorf("compress a batch: %w", err)
	}
	return out.Bytes(), nil
}

func text(s string) *commonpb.AnyValue {
	return &commonpb.AnyValue{Value: &commonpb.AnyValue_StringValue{StringValue: s}}
}

func attribute(name, value string) *commonpb.KeyValue {
	return &commonpb.KeyValue{Key: name, Value: text(value)}
}

func attributes(labels map[string]string) []*commonpb.KeyValue {
	attrs := make([]*commonpb.KeyValue, 0, len(labels))
	for _, name := range slices.Sorted(maps.Keys(labels)) {
		attrs = append(attrs, attribute(name, labels[name]))
	}
	return attrs
}

// gauge makes a measurement that may rise and fall.
func gauge(name string, at time.Time, value float64, labels map[string]string) *metricspb.Metric {
	return &metricspb.Metric{Name: name, Data: &metricspb.Metric_Gauge{Gauge: &metricspb.Gauge{
		DataPoints: []*metricspb.NumberDataPoint{numberPoint(at, value, labels)},
	}}}
}

// counter makes a measurement that only grows, but for restarts.
func counter(name string, at time.Time, value float64, labels map[string]string) *metricspb.Metric {
	return &metricspb.Metric{Name: name, Data: &metricspb.Metric_Sum{Sum: &metricspb.Sum{
		AggregationTemporality: metricspb.AggregationTemporality_AGGREGATION_TEMPORALITY_CUMULATIVE,
		IsMonotonic:            true,
		DataPoints:             []*metricspb.NumberDataPoint{numberPoint(at, value, labels)},
	}}}
}

func numberPoint(at time.Time, value float64, labels map[string]string) *metricspb.NumberDataPoint {
	return &metricspb.NumberDataPoint{
		TimeUnixNano: uint64(at.UnixNano()),
		Attributes:   attributes(labels),
		Value:        &metricspb.NumberDataPoint_AsDouble{AsDouble: value},
	}
}
