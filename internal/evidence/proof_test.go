package evidence

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/evidence/probe"
	"github.com/sigap-dev/sigap/internal/incident"
)

// deadMetrics is a source that does not answer.
type deadMetrics struct{}

func (deadMetrics) Name() string { return "dead" }
func (deadMetrics) Series(context.Context, []string, incident.Window) ([]incident.Series, error) {
	return nil, errors.New("connection refused")
}

// hurt is an incident whose evidence showed errors of cart at 40 % and a full
// disk.
func hurt(source string) *incident.Incident {
	return &incident.Incident{ID: "i1", Service: "cart", Evidence: []incident.Evidence{
		{Check: "errors", Source: source, State: incident.EvidenceFound, Code: "errorsUp", Plots: []incident.Plot{{Title: "errors", Service: "cart", Unit: "ratio", High: 0.002, Before: 0.001, Peak: 0.4}}},
		{Check: "metrics", Source: source, State: incident.EvidenceFound, Suspects: []incident.Suspect{
			{Service: "cart", Metric: "process_start_time_seconds", Kind: "origin", Before: 1, After: 2, Reasons: []incident.Reason{{Code: "restarted"}}},
			{Service: "cart", Metric: "disk_used_bytes", Kind: "origin", Before: 100, After: 1000, Reasons: []incident.Reason{{Code: "saturated"}}},
			{Service: "cart", Metric: "other_used_bytes", Kind: "origin", Before: 100, After: 1000, Reasons: []incident.Reason{{Code: "saturated"}}},
		}},
	}}
}

func proofs(t *testing.T, src Metrics, i *incident.Incident) map[string]incident.Proof {
	t.Helper()
	c := New(shelf{}, func(context.Context) ([]Metrics, []Logs) { return []Metrics{src}, nil }, &probe.Prober{}, func() time.Time { return detected.Add(5 * time.Second) }, slog.New(slog.DiscardHandler))
	list, err := c.Proofs(t.Context(), i)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]incident.Proof{}
	for _, p := range list {
		out[p.ID] = p
	}
	return out
}

func TestRecoveryIsProvenByWhatUsersFeelAndByTheFirstStateThatComesBack(t *testing.T) {
	t.Parallel()
	disk := func(v float64) incident.Series {
		return level(incident.Series{Service: "cart", Name: "disk_used_bytes"}, v, v)
	}
	for name, tt := range map[string]struct {
		share, disk float64
		errors, ok  bool
	}{
		"still bad":               {0.4, 1000, false, false},
		"errors back, disk full":  {0.001, 1000, true, false},
		"both back":               {0.001, 110, true, true},
		"a tenth of the way left": {0.03, 300, true, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := proofs(t, append(gauges(rates("cart", "", tt.share, tt.share)), disk(tt.disk)), hurt("gauges"))
			if len(got) != 2 || got["errors/cart"].Good != tt.errors || got["disk_used_bytes/cart"].Good != tt.ok || got["errors/cart"].Unknown {
				t.Errorf("the proofs are %+v", got)
			}
		})
	}
}

// What is outside tells us nothing: those that call it measure it.
func TestRecoveryOfWhatIsOutsideIsProvenByItsCallers(t *testing.T) {
	t.Parallel()
	outside := map[string]string{"dependency": "bank"}
	i := &incident.Incident{ID: "i1", Service: "payment", Evidence: []incident.Evidence{
		{Check: "metrics", Source: "gauges", State: incident.EvidenceFound, Suspects: []incident.Suspect{
			{Service: "bank", Metric: "tls_peer_not_after_timestamp_seconds", Labels: outside, Kind: "origin", Before: 2e9, After: 1e9, Reasons: []incident.Reason{{Code: "certificateEnds"}}},
		}},
	}}
	for ends, good := range map[float64]bool{1e9: false, 2e9: true} {
		renewed := level(incident.Series{Service: "payment", Name: "tls_peer_not_after_timestamp_seconds", Labels: outside}, ends, ends)
		got := proofs(t, gauges{renewed}, i)["tls_peer_not_after_timestamp_seconds/bank"]
		if got.Unknown || got.Good != good {
			t.Errorf("with a certificate until %g the proof is %+v, want good: %t", ends, got, good)
		}
	}
}

func TestWhatCannotBeMeasuredIsNoProof(t *testing.T) {
	t.Parallel()
	for name, src := range map[string]Metrics{"dead": deadMetrics{}, "gauges": gauges{}} {
		for id, p := range proofs(t, src, hurt(name)) {
			if p.Good || !p.Unknown {
				t.Errorf("%s of a source that is silent: %+v", id, p)
			}
		}
	}
	if got := proofs(t, gauges{}, &incident.Incident{}); len(got) != 0 {
		t.Errorf("of an incident without evidence is watched %+v", got)
	}
}

func TestTheErrorRatioCountsTheServersFailuresAlone(t *testing.T) {
	t.Parallel()
	at := detected
	rate := func(name string, v float64, labels map[string]string) incident.Series {
		return incident.Series{Service: "cart", Name: name, Unit: "1/s", Labels: labels, Points: []incident.Point{{At: at, Value: v}}}
	}
	series := []incident.Series{
		rate("http_requests_per_second", 90, map[string]string{"code": "200"}), rate("http_requests_per_second", 5, map[string]string{"code": "404"}), rate("http_requests_per_second", 5, map[string]string{"code": "503"}),
		rate("dependency_requests_per_second", 1000, map[string]string{"code": "500", "dependency": "bank"}), // what it asks of others
		rate("http_request_duration_seconds_sum_per_second", 1000, map[string]string{"code": "500"}),         // seconds
	}
	ratio, ok := errorRatio(series, "cart")
	if !ok || len(ratio.Points) != 1 || ratio.Points[0].Value != 0.05 {
		t.Errorf("the ratio is %+v, want 5 of 100", ratio.Points)
	}
	if _, ok := errorRatio(series, "front"); ok {
		t.Error("a service without requests has a ratio")
	}
	outside, ok := calleeRatio(series, "bank")
	if !ok || outside.Points[0].Value != 1 {
		t.Errorf("the bank, as cart sees it, fails %+v, want all", outside.Points)
	}
}
