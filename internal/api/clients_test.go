package api_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/PagerDuty/go-pagerduty"
	opsalert "github.com/opsgenie/opsgenie-go-sdk-v2/alert"
	opsgenie "github.com/opsgenie/opsgenie-go-sdk-v2/client"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlplog/otlploghttp"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetrichttp"
	otellog "go.opentelemetry.io/otel/log"
	sdklog "go.opentelemetry.io/otel/sdk/log"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"

	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/storetest"
)

// state gives the state of the alert with an identity; empty if there is none.
func (s *server) state(identity string) incident.AlertState {
	s.t.Helper()
	alerts, err := s.Store.RecentAlerts(s.t.Context(), 100)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, a := range alerts {
		if a.Signal.Identity == identity {
			return a.State
		}
	}
	return ""
}

func TestPagerDutysOwnClientTriggersAndResolves(t *testing.T) {
	t.Parallel()
	s := start(t, storetest.SQLite(t))
	key := s.key("pagerduty")
	client := pagerduty.NewClient("", pagerduty.WithV2EventsAPIEndpoint(s.address))
	event := &pagerduty.V2Event{RoutingKey: key, Action: "trigger", Payload: &pagerduty.V2Payload{Summary: "Disk full", Source: "db-1", Severity: "critical"}}
	res, err := client.ManageEventWithContext(t.Context(), event)
	if err != nil || res.Status != "success" || res.DedupKey == "" {
		t.Fatalf("trigger: %+v, %v", res, err)
	}
	s.wait("the alert fires", func() bool { return s.state(res.DedupKey) == incident.AlertFiring })
	if _, err := client.ManageEventWithContext(t.Context(), &pagerduty.V2Event{RoutingKey: key, Action: "resolve", DedupKey: res.DedupKey}); err != nil {
		t.Fatalf("resolve: %v", err)
	}
	s.wait("the alert has ended", func() bool { return s.state(res.DedupKey) == incident.AlertResolved })
	event.Payload.Summary = ""
	if _, err := client.ManageEventWithContext(t.Context(), event); err == nil || !strings.Contains(err.Error(), "400") {
		t.Errorf("an event without a summary: the client says %v", err)
	}
}

// plainly sends what is meant for https to a server without TLS.
type plainly struct{}

func (plainly) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.URL.Scheme = "http"
	return http.DefaultTransport.RoundTrip(r)
}

func TestOpsgeniesOwnClientCreatesAndCloses(t *testing.T) {
	t.Parallel()
	s := start(t, storetest.SQLite(t))
	at, err := url.Parse(s.address)
	if err != nil {
		t.Fatal(err)
	}
	client, err := opsalert.NewClient(&opsgenie.Config{ApiKey: s.key("opsgenie"), OpsGenieAPIURL: opsgenie.ApiUrl(at.Host), HttpClient: &http.Client{Transport: plainly{}}})
	if err != nil {
		t.Fatal(err)
	}
	res, err := client.Create(t.Context(), &opsalert.CreateAlertRequest{Message: "Cart is slow", Alias: "cart-slow", Priority: opsalert.P1})
	if err != nil || res.RequestId == "" {
		t.Fatalf("create: %+v, %v", res, err)
	}
	s.wait("the alert fires", func() bool { return s.state("cart-slow") == incident.AlertFiring })
	if _, err := client.Close(t.Context(), &opsalert.CloseAlertRequest{IdentifierType: opsalert.ALIAS, IdentifierValue: "cart-slow"}); err != nil {
		t.Fatalf("close: %v", err)
	}
	s.wait("the alert has ended", func() bool { return s.state("cart-slow") == incident.AlertResolved })
}

func TestTheOpenTelemetrySDKSendsLogsAndMetrics(t *testing.T) {
	t.Parallel()
	s := start(t, storetest.SQLite(t))
	base := s.address + "/in/" + s.key("otlp")
	logs, err := otlploghttp.New(t.Context(), otlploghttp.WithEndpointURL(base+"/v1/logs"), otlploghttp.WithCompression(otlploghttp.GzipCompression))
	if err != nil {
		t.Fatal(err)
	}
	logging := sdklog.NewLoggerProvider(sdklog.WithProcessor(sdklog.NewBatchProcessor(logs)))
	var record otellog.Record
	record.SetSeverity(otellog.SeverityError)
	record.SetBody(attribute.StringValue("connection refused"))
	logging.Logger("shop").Emit(t.Context(), record)
	if err := logging.Shutdown(t.Context()); err != nil {
		t.Errorf("logs: %v", err)
	}
	metrics, err := otlpmetrichttp.New(t.Context(), otlpmetrichttp.WithEndpointURL(base+"/v1/metrics"))
	if err != nil {
		t.Fatal(err)
	}
	metering := sdkmetric.NewMeterProvider(sdkmetric.WithReader(sdkmetric.NewPeriodicReader(metrics)))
	gauge, err := metering.Meter("shop").Float64Gauge("pool.used")
	if err != nil {
		t.Fatal(err)
	}
	gauge.Record(t.Context(), 0.5)
	if err := metering.Shutdown(t.Context()); err != nil {
		t.Errorf("metrics: %v", err)
	}
}
