package intake

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/common/model"
	"pgregory.net/rapid"

	"github.com/sigap-dev/sigap/internal/incident"
)

func TestFingerprintIsThatOfPrometheus(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		labels := rapid.MapOf(rapid.String(), rapid.String()).Draw(t, "labels")
		theirs := model.LabelSet{}
		for name, value := range labels {
			theirs[model.LabelName(name)] = model.LabelValue(value)
		}
		if got, want := formatFingerprint(Fingerprint(labels)), theirs.Fingerprint().String(); got != want {
			t.Fatalf("got %s, want %s", got, want)
		}
	})
}

func TestAnAlertLastsUntilItsEndOrForFiveMinutes(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, endsAt string
		want         incident.SignalState
		expires      time.Time
	}{
		{"no end", ``, incident.Firing, now.Add(5 * time.Minute)},
		{"Go's zero time", `"0001-01-01T00:00:00Z"`, incident.Firing, now.Add(5 * time.Minute)},
		{"null", `null`, incident.Firing, now.Add(5 * time.Minute)},
		{"unreadable", `"tomorrow"`, incident.Firing, now.Add(5 * time.Minute)},
		{"in the future", `"2026-11-24T03:04:00Z"`, incident.Firing, now.Add(4 * time.Minute)},
		{"in another zone", `"2026-11-24T10:04:00+07:00"`, incident.Firing, now.Add(4 * time.Minute)},
		{"just now", `"2026-11-24T03:00:00Z"`, incident.Resolved, time.Time{}},
		{"in the past", `"2026-11-24T02:59:59.999Z"`, incident.Resolved, time.Time{}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			end := ""
			if test.endsAt != "" {
				end = `,"endsAt":` + test.endsAt
			}
			batch, err := parse(t, "prometheus", Request{Body: []byte(`[{"labels":{"alertname":"A"}` + end + `}]`)})
			if err != nil || len(batch.Signals) != 1 {
				t.Fatalf("got %+v, %v", batch, err)
			}
			if s := batch.Signals[0]; s.State != test.want || !s.ExpiresAt.Equal(test.expires) {
				t.Errorf("got %s until %v, want %s until %v", s.State, s.ExpiresAt, test.want, test.expires)
			}
		})
	}
}

// TestTheCursorReadsWhatEncodingJSONReads compares the hand-made decoder with
// the standard library's on label sets of all kinds.
func TestTheCursorReadsWhatEncodingJSONReads(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		labels := rapid.MapOfN(rapid.String(), rapid.StringN(1, -1, -1), 1, 20).Draw(t, "labels")
		body, err := json.Marshal([]any{map[string]any{"labels": labels, "x": rapid.SliceOf(rapid.String()).Draw(t, "other")}})
		if err != nil {
			t.Fatal(err)
		}
		if rapid.Bool().Draw(t, "indented") {
			var b bytes.Buffer
			if err := json.Indent(&b, body, " ", "\t"); err != nil {
				t.Fatal(err)
			}
			body = b.Bytes()
		}
		var want []struct{ Labels map[string]string }
		if err := json.Unmarshal(body, &want); err != nil {
			t.Fatal(err)
		}
		alerts, _, ok := scanArray(body)
		if !ok || len(alerts) != 1 {
			t.Fatalf("got %v, %v", alerts, ok)
		}
		alert := cursor{b: body[alerts[0].from:alerts[0].to], s: string(body[alerts[0].from:alerts[0].to])}
		alert.enter('{')
		for alert.more() {
			if alert.text() != "labels" {
				alert.skip()
				continue
			}
			if diff := cmp.Diff(want[0].Labels, alert.labels(8)); diff != "" {
				t.Fatalf("(-encoding/json +cursor):\n%s", diff)
			}
		}
	})
}

func TestInvalidAlertsAreNamedAndTheRestIsKept(t *testing.T) {
	t.Parallel()
	batch, err := parse(t, "prometheus", Request{Body: []byte(`[{"labels":{}},{"labels":{"alertname":"Kept"}},[]]`)})
	if err != nil {
		t.Fatal(err)
	}
	if len(batch.Signals) != 1 || batch.Signals[0].Title != "Kept" {
		t.Errorf("got %+v", batch.Signals)
	}
	answer := acceptedPrometheus(batch)
	body, ok := answer.Body.(string)
	if answer.Status != 400 || !ok || !strings.Contains(body, "alert 0: at least one label pair required") || !strings.Contains(body, "alert 2: ") {
		t.Errorf("got %+v", answer)
	}
}

func TestSignalsDoNotPointIntoTheBody(t *testing.T) {
	t.Parallel()
	body := postedBatch(1)
	batch, err := parse(t, "prometheus", Request{Body: body})
	if err != nil {
		t.Fatal(err)
	}
	before := fmt.Sprint(batch)
	for i := range body {
		body[i] = '#'
	}
	if after := fmt.Sprint(batch); before != after {
		t.Errorf("changed with the body:\n%s\n%s", before, after)
	}
}

// postedBatch is a body of n alerts of the size Prometheus sends: ten labels,
// two annotations.
func postedBatch(n int) []byte {
	alerts := make([]map[string]any, n)
	for i := range alerts {
		alerts[i] = map[string]any{
			"labels": map[string]string{
				"alertname": "HighErrorRate", "cluster": "prod-jkt-1", "container": "app", "endpoint": "http",
				"instance": fmt.Sprintf("10.0.3.%d:8080", i), "job": "checkout", "namespace": "shop",
				"pod": fmt.Sprintf("checkout-7d9c5b6f4-%05d", i), "severity": "critical", "team": "payments",
			},
			"annotations": map[string]string{
				"summary":     "checkout answers 12.4% of requests with 5xx",
				"description": "The error rate of checkout has been above 5% for 5 minutes.",
			},
			"startsAt": "2026-11-24T02:13:07.412Z", "endsAt": "2026-11-24T03:04:07.412Z",
			"generatorURL": "http://prometheus.example.com:9090/graph?g0.expr=rate%28http_requests_total%5B5m%5D%29&g0.tab=1",
		}
	}
	body, err := json.Marshal(alerts)
	if err != nil {
		panic(err)
	}
	return body
}

func BenchmarkPrometheus(b *testing.B) {
	for _, n := range []int{1, 64} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			req := Request{Body: postedBatch(n), Now: now}
			b.SetBytes(int64(len(req.Body)))
			b.ReportAllocs()
			for b.Loop() {
				if batch, err := parsePrometheus(req); err != nil || len(batch.Signals) != n {
					b.Fatalf("%d signals, %v", len(batch.Signals), err)
				}
			}
			b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "alerts/s")
		})
	}
}

func BenchmarkAlertmanager(b *testing.B) {
	const n = 64
	req := Request{Body: []byte(`{"version":"4","groupKey":"{}:{}","status":"firing","alerts":` + string(postedBatch(n)) + `}`), Now: now}
	b.SetBytes(int64(len(req.Body)))
	b.ReportAllocs()
	for b.Loop() {
		if batch, err := parseAlertmanager(req); err != nil || len(batch.Signals) != n {
			b.Fatalf("%d signals, %v", len(batch.Signals), err)
		}
	}
	b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "alerts/s")
}

func BenchmarkFingerprint(b *testing.B) {
	batch, err := parsePrometheus(Request{Body: postedBatch(1), Now: now})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		Fingerprint(batch.Signals[0].Labels)
	}
}
