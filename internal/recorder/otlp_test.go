package recorder

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/json"
	"errors"
	"maps"
	"math"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"
	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	logspb "go.opentelemetry.io/proto/otlp/logs/v1"
	metricspb "go.opentelemetry.io/proto/otlp/metrics/v1"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/sigap-dev/sigap/internal/incident"
)

const (
	protobuf = "application/x-protobuf"
	jsonType = "application/json"
)

func text(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func deflate(t *testing.T, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zlib.NewWriter(&out)
	if _, err := w.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func squeeze(t *testing.T, b []byte) []byte {
	t.Helper()
	w, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	return w.EncodeAll(b, nil)
}

func zip(t *testing.T, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// inProtobuf turns a JSON request into the protobuf one. Ids differ, because
// only OTLP writes bytes as hex in JSON.
func inProtobuf(t *testing.T, jsonBody []byte, message proto.Message) []byte {
	t.Helper()
	if err := protojson.Unmarshal(jsonBody, message); err != nil {
		t.Fatal(err)
	}
	if logs, ok := message.(*logspb.LogsData); ok {
		for _, record := range logs.GetResourceLogs()[0].GetScopeLogs()[0].GetLogRecords() {
			if len(record.GetTraceId()) > 0 {
				record.TraceId = []byte{0x5b, 0x8e, 0xff, 0xf7, 0x98, 0x03, 0x81, 0x03, 0xd2, 0x69, 0xb6, 0x33, 0x81, 0x3f, 0xc6, 0x0c}
				record.SpanId = []byte{0xee, 0xe1, 0x9b, 0x7e, 0xc3, 0xc1, 0xb1, 0x74}
			}
		}
	}
	body, err := proto.Marshal(message)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func TestDecodeLogsReadsEveryEncodingAlike(t *testing.T) {
	t.Parallel()
	resource := map[string]string{"environment": "production", "service.version": "1.4.2"}
	with := func(more map[string]string) map[string]string {
		all := map[string]string{}
		maps.Copy(all, resource)
		maps.Copy(all, more)
		return all
	}
	want := []incident.LogLine{
		{
			At: time.Unix(1763985600, 123).UTC(), Service: "checkout", Host: "web-1", Level: "error", Body: "charge failed",
			Attrs: with(map[string]string{"http.status": "502", "retry": "true", "tags": `["a",1]`, "trace_id": "5b8efff798038103d269b633813fc60c", "span_id": "eee19b7ec3c1b174"}),
		},
		{
			At: time.Unix(1763985601, 0).UTC(), Service: "checkout", Host: "web-1", Level: "fatal",
			Body:  "unhandled\njava.lang.IllegalStateException: no card\n\tat shop.Charge.run(Charge.java:17)",
			Attrs: with(map[string]string{"exception.message": "no card"}),
		},
		{At: time.Unix(1763985602, 0).UTC(), Service: "checkout", Host: "web-1", Level: "warn", Body: `{"msg":"structured","n":1.5}`, Attrs: resource},
	}
	body := text(t, "testdata/logs.json")
	binary := inProtobuf(t, body, &logspb.LogsData{})
	tests := []struct {
		name, contentType, encoding string
		body                        []byte
	}{
		{"JSON", jsonType, "", body},
		{"JSON with a charset", "application/json; charset=utf-8", "identity", body},
		{"JSON, gzip", jsonType, "gzip", zip(t, body)},
		{"protobuf", protobuf, "", binary},
		{"protobuf, gzip", protobuf, "GZIP", zip(t, binary)},
		{"protobuf, deflate", protobuf, "deflate", deflate(t, binary)},
		{"protobuf, zstd", protobuf, "zstd", squeeze(t, binary)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			lines, partial, err := DecodeLogs(tt.contentType, tt.encoding, bytes.NewReader(tt.body), MaxOTLP)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, lines); diff != "" {
				t.Error(diff)
			}
			if partial.Rejected != 1 || partial.Message == "" {
				t.Errorf("the record with nothing to say: %+v", partial)
			}
		})
	}
}

func TestDecodeRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, contentType, encoding, body string
		want                              error // nil: any
	}{
		{"an unknown type", "text/plain", "", "hello", ErrContentType},
		{"no type", "", "", "", ErrContentType},
		{"an unknown encoding", jsonType, "br", "{}", ErrEncoding},
		{"a body over the limit", jsonType, "", `{"resourceLogs":[` + strings.Repeat(" ", 1000) + `]}`, ErrTooLarge},
		{"a body over the limit once decompressed", jsonType, "gzip", string(zip(t, bytes.Repeat([]byte(" "), 10_000))), ErrTooLarge},
		{"a body over the limit in zstd", jsonType, "zstd", string(squeeze(t, bytes.Repeat([]byte(" "), 10_000))), ErrTooLarge},
		{"deflate that is none", jsonType, "deflate", "{}", nil},
		{"zstd that is none", jsonType, "zstd", "{}", nil},
		{"gzip that is none", jsonType, "gzip", "{}", nil},
		{"JSON that is none", jsonType, "", "{", nil},
		{"protobuf that is none", protobuf, "", "\xff\xff\xff", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, _, err := DecodeLogs(tt.contentType, tt.encoding, strings.NewReader(tt.body), 1000)
			if err == nil || tt.want != nil && !errors.Is(err, tt.want) {
				t.Errorf("logs: got %v, want %v", err, tt.want)
			}
			_, _, err = DecodeMetrics(tt.contentType, tt.encoding, strings.NewReader(tt.body), 1000)
			if err == nil || tt.want != nil && !errors.Is(err, tt.want) {
				t.Errorf("metrics: got %v, want %v", err, tt.want)
			}
		})
	}
}

func TestABodyOfExactlyTheLimitIsTaken(t *testing.T) {
	t.Parallel()
	if _, _, err := DecodeLogs(jsonType, "", strings.NewReader("{}"), 2); err != nil {
		t.Error(err)
	}
}

func TestReadLevel(t *testing.T) {
	t.Parallel()
	tests := []struct {
		number logspb.SeverityNumber
		text   string
		want   string
	}{
		{1, "", "trace"}, {4, "", "trace"}, {5, "", "debug"}, {9, "", "info"}, {13, "", "warn"}, {16, "", "warn"},
		{17, "INFO", "error"}, {20, "", "error"}, {21, "", "fatal"}, {24, "", "fatal"},
		{25, "", ""}, {-1, "", ""}, {0, "", ""}, {0, "WARNING", "warn"}, {0, " Err ", "error"}, {0, "CRITICAL", "fatal"}, {0, "notice", "info"}, {0, "purple", ""},
	}
	for _, tt := range tests {
		if got := readLevel(tt.number, tt.text); got != tt.want {
			t.Errorf("severity %d %q: got %q, want %q", tt.number, tt.text, got, tt.want)
		}
	}
}

func TestARecordIsCutToBounds(t *testing.T) {
	t.Parallel()
	record := &logspb.LogRecord{Body: stringValue(strings.Repeat("ü", maxBody))}
	for i := range 100 {
		record.Attributes = append(record.Attributes, &commonpb.KeyValue{Key: string(rune('a' + i)), Value: stringValue(strings.Repeat("v", 5000))})
	}
	line := readRecord(&origin{}, record, false)
	if len(line.Body) > maxBody || !strings.HasSuffix(line.Body, "ü [cut]") {
		t.Errorf("body of %d bytes ends in %q", len(line.Body), line.Body[len(line.Body)-20:])
	}
	if len(line.Attrs) != maxAttrs || len(line.Attrs["a"]) != maxAttrValue {
		t.Errorf("%d attributes, the first of %d bytes", len(line.Attrs), len(line.Attrs["a"]))
	}
}

func TestNestedValuesEnd(t *testing.T) {
	t.Parallel()
	value := stringValue("deep")
	for range 1000 {
		value = &commonpb.AnyValue{Value: &commonpb.AnyValue_ArrayValue{ArrayValue: &commonpb.ArrayValue{Values: []*commonpb.AnyValue{value}}}}
	}
	if got := valueText(value, 0); len(got) > 100 {
		t.Errorf("got %d bytes", len(got))
	}
}

func stringValue(s string) *commonpb.AnyValue {
	return &commonpb.AnyValue{Value: &commonpb.AnyValue_StringValue{StringValue: s}}
}

func TestDecodeMetricsReadsEveryKind(t *testing.T) {
	t.Parallel()
	at := time.Unix(1763985600, 0).UTC()
	one := func(name, unit string, value float64, labels ...string) incident.Series {
		s := incident.Series{Name: name, Service: "checkout", Host: "web-1", Unit: unit, Points: []incident.Point{{At: at, Value: value}}}
		for i := 0; i < len(labels); i += 2 {
			if s.Labels == nil {
				s.Labels = map[string]string{}
			}
			s.Labels[labels[i]] = labels[i+1]
		}
		return s
	}
	want := []incident.Series{
		one("queue_depth", "", 12, "queue", "mail"),
		one("memory_used_ratio", "ratio", 0.5),
		one("http_requests_total", "", 1027, "code", "500"),
		one("connections", "", 8),
		one("jobs_per_second", "1/s", 0.5),
		one("latency_seconds_count", "", 10),
		one("latency_seconds_sum", "seconds", 1.5),
		one("latency_seconds_bucket", "", 4, "le", "0.1"),
		one("latency_seconds_bucket", "", 9, "le", "0.5"),
		one("latency_seconds_bucket", "", 10, "le", "+Inf"),
		one("burst_seconds_count_per_second", "1/s", 1),
		one("burst_seconds", "seconds", 0.05, "quantile", "0.5"),
		one("burst_seconds", "seconds", 0.095, "quantile", "0.95"),
		one("burst_seconds", "seconds", 0.099, "quantile", "0.99"),
		one("gc_seconds_count", "", 3),
		one("gc_seconds_sum", "seconds", 0.25),
		one("gc_seconds", "seconds", 0.125, "quantile", "0.5"),
		one("sizes_bytes_count", "", 2),
		one("sizes_bytes_sum", "bytes", 2048),
	}
	var set seriesSet
	set.add(want)
	body := text(t, "testdata/metrics.json")
	for name, contentType := range map[string]string{"JSON": jsonType, "protobuf": protobuf} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sent := body
			if contentType == protobuf {
				sent = inProtobuf(t, body, &metricspb.MetricsData{})
			}
			got, partial, err := DecodeMetrics(contentType, "", bytes.NewReader(sent), MaxOTLP)
			if err != nil {
				t.Fatal(err)
			}
			near := cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) < 1e-9 })
			if diff := cmp.Diff(set.items(), got, near); diff != "" {
				t.Error(diff)
			}
			if partial.Rejected != 4 {
				t.Errorf("partial %+v", partial)
			}
		})
	}
}

func TestMetricName(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, unit string
		kind       metricKind
		want       string
	}{
		{"http.server.request.duration", "s", plain, "http_server_request_duration_seconds"},
		{"http_request_duration_seconds", "s", plain, "http_request_duration_seconds"},
		{"http_request_duration_seconds", "", plain, "http_request_duration_seconds"},
		{"http_requests_total", "", counter, "http_requests_total"},
		{"http.requests", "{request}", counter, "http_requests_total"},
		{"system.cpu.time", "s", counter, "system_cpu_time_seconds_total"},
		{"process_cpu_seconds_total", "s", counter, "process_cpu_seconds_total"},
		{"system.memory.utilization", "1", gauge, "system_memory_utilization_ratio"},
		{"errors", "1", counter, "errors_total"},
		{"network io", "By", counter, "network_io_bytes_total"},
		{"odd--name", "{x}/y z", gauge, "odd_name"},
		{"rate", "By/s", gauge, "rate_bytes_per_second"},
	}
	for _, tt := range tests {
		if got := metricName(tt.name, tt.unit, tt.kind); got != tt.want {
			t.Errorf("%s %q: got %s, want %s", tt.name, tt.unit, got, tt.want)
		}
	}
}

func TestResponsesSayWhatWasRejected(t *testing.T) {
	t.Parallel()
	if body, media := EncodeLogsResponse(protobuf, Partial{}); len(body) != 0 || media != protobuf {
		t.Errorf("full success: %q of %s", body, media)
	}
	if body, media := EncodeMetricsResponse("application/json; charset=utf-8", Partial{}); string(body) != "{}" || media != jsonType {
		t.Errorf("full success: %q of %s", body, media)
	}
	p := Partial{Rejected: 3, Message: "why"}
	for field, encode := range map[string]func(string, Partial) ([]byte, string){"rejectedLogRecords": EncodeLogsResponse, "rejectedDataPoints": EncodeMetricsResponse} {
		body, _ := encode(jsonType, p)
		var response struct{ PartialSuccess map[string]string }
		if err := json.Unmarshal(body, &response); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(map[string]string{field: "3", "errorMessage": "why"}, response.PartialSuccess); diff != "" {
			t.Error(diff)
		}
		// field 1 of the response: {field 1: 3, field 2: "why"}
		if body, _ := encode(protobuf, p); string(body) != "\x0a\x07\x08\x03\x12\x03why" {
			t.Errorf("got %q", body)
		}
	}
	if body, _ := EncodeStatus(jsonType, 3, "bad"); string(body) != `{"code":3,"message":"bad"}` {
		t.Errorf("got %s", body)
	}
	if body, _ := EncodeStatus(protobuf, 3, "bad"); string(body) != "\x08\x03\x12\x03bad" {
		t.Errorf("got %q", body)
	}
}
