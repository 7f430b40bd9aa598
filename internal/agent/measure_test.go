package agent

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	metricspb "go.opentelemetry.io/proto/otlp/metrics/v1"

	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/recorder"
)

// received answers metrics as the recorder reads them, by name and labels.
func received(t *testing.T, metrics []*metricspb.Metric) map[string]float64 {
	t.Helper()
	body, err := newEncoder(Config{Host: "web-1"}).metrics([]serviceMetrics{{metrics: metrics}})
	if err != nil {
		t.Fatal(err)
	}
	series, partial, err := recorder.DecodeMetrics("application/x-protobuf", "gzip", bytes.NewReader(body), recorder.MaxOTLP)
	if err != nil || partial.Rejected > 0 {
		t.Fatalf("%v, %+v", err, partial)
	}
	return flat(series)
}

func flat(series []incident.Series) map[string]float64 {
	values := map[string]float64{}
	for _, s := range series {
		name := s.Name
		for _, label := range []string{"mount", "device", "state", "resource", "process", "certificate", "target", "code", "le", "quantile"} {
			if value, ok := s.Labels[label]; ok {
				name += "{" + label + "=" + value + "}"
			}
		}
		values[name] = s.Points[len(s.Points)-1].Value
	}
	return values
}

func TestTheHostIsMeasured(t *testing.T) {
	t.Parallel()
	h := newHostSampler("/proc")
	first, err := h.sample(t.Context(), noon())
	if err != nil {
		t.Fatal(err)
	}
	h.cpu.User -= 1 // a second of work, whatever this host did meanwhile
	second, err := h.sample(t.Context(), noon().Add(15*time.Second))
	if err != nil {
		t.Fatal(err)
	}
	before, after := received(t, first), received(t, second)
	for _, name := range []string{"host_load_per_core_ratio", "host_memory_available_ratio", "host_open_files_ratio", "host_oom_kills_total"} {
		if _, ok := before[name]; !ok {
			t.Errorf("the first sample lacks %s: %v", name, before)
		}
	}
	for _, name := range []string{"host_cpu_busy_ratio", "host_cpu_iowait_ratio", "host_cpu_steal_ratio", "host_tcp_retransmits_per_second"} {
		if _, ok := before[name]; ok {
			t.Errorf("the first sample cannot know %s", name)
		}
		if _, ok := after[name]; !ok {
			t.Errorf("the second sample lacks %s: %v", name, after)
		}
	}
	if after["host_cpu_busy_ratio"] <= 0 {
		t.Errorf("busy %g", after["host_cpu_busy_ratio"])
	}
	for name, value := range after {
		if strings.Contains(name, "_ratio") && !strings.HasPrefix(name, "host_load") && (value < 0 || value > 1) {
			t.Errorf("%s is %g", name, value)
		}
	}
}

func TestTheKernelIsRead(t *testing.T) {
	t.Parallel()
	proc := t.TempDir()
	for path, text := range map[string]string{
		"vmstat":          "pgpgin 1\noom_kill 3\n",
		"net/snmp":        "Ip: A B\nIp: 1 2\nTcp: RtoAlgorithm RetransSegs InErrs\nTcp: 1 1000 0\n",
		"net/sockstat":    "sockets: used 81\nTCP: inuse 59 orphan 0 tw 75 alloc 59 mem 0\n",
		"sys/fs/file-nr":  "500\t0\t1000\n",
		"pressure/memory": "some avg10=25.00 avg60=1.00 avg300=0.00 total=1\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n",
		"pressure/cpu":    "some avg10=50.00 avg60=1.00 avg300=0.00 total=1\n",
		"pressure/io":     "some avg10=0.00 avg60=1.00 avg300=0.00 total=1\n",
	} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(proc, path)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(proc, path), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	k := kernel{proc: proc, retransmits: 850}
	s := &sampling{now: noon(), elapsed: 15}
	k.sample(s)
	if len(s.errs) > 0 {
		t.Fatal(s.errs)
	}
	want := map[string]float64{
		"host_oom_kills_total":                 3,
		"host_tcp_retransmits_per_second":      10,
		"host_tcp_sockets{state=in_use}":       59,
		"host_tcp_sockets{state=time_wait}":    75,
		"host_open_files_ratio":                0.5,
		"host_pressure_ratio{resource=memory}": 0.25,
		"host_pressure_ratio{resource=cpu}":    0.5,
		"host_pressure_ratio{resource=io}":     0,
	}
	if diff := cmp.Diff(want, received(t, s.metrics)); diff != "" {
		t.Error(diff)
	}

	elsewhere := &sampling{now: noon()}
	(&kernel{proc: t.TempDir()}).sample(elsewhere)
	if len(elsewhere.errs) > 0 || len(elsewhere.metrics) > 0 {
		t.Errorf("a host without /proc: %v, %v", elsewhere.metrics, elsewhere.errs)
	}
}

func TestADiskThatFillsHasATimeToFull(t *testing.T) {
	t.Parallel()
	const gib = float64(1 << 30)
	tests := []struct {
		name string
		step float64 // GiB a minute
		want time.Duration
	}{
		{"it fills", 1, 70 * time.Minute},
		{"it stays", 0, 0},
		{"it empties", -0.5, 0},
		{"it fills in a month", 0.0001, 0},
	}
	for _, tt := range tests {
		d := &diskFill{}
		for minute := range 31 {
			used := 100*gib + float64(minute)*tt.step*gib
			left, ok := d.add(noon().Add(time.Duration(minute)*time.Minute), used, 200*gib-used)
			if minute < 10 && ok {
				t.Errorf("%s: a forecast after %d minutes", tt.name, minute)
			}
			if minute == 30 && (ok != (tt.want > 0) || (left-tt.want).Abs() > time.Second) {
				t.Errorf("%s: got %s, %v", tt.name, left, ok)
			}
		}
	}
	d := &diskFill{}
	for minute := range 600 {
		d.add(noon().Add(time.Duration(minute)*time.Minute), 1, 1)
	}
	if len(d.at) > 61 {
		t.Errorf("%d samples are kept", len(d.at))
	}
}

func TestProcessesAreMeasuredTogether(t *testing.T) {
	t.Parallel()
	s, err := newProcessSampler([]ProcessConfig{
		{Name: "me", Service: "checkout", Match: "^" + regexp.QuoteMeta(os.Args[0])},
		{Name: "nobody", Match: "no such process as this"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.sample(t.Context(), noon()); err != nil {
		t.Fatal(err)
	}
	for pid := range s.groups[0].started { // as if each had been another before
		s.groups[0].started[pid]--
	}
	all, err := s.sample(t.Context(), noon().Add(15*time.Second))
	if err != nil {
		t.Fatal(err)
	}
	me, nobody := received(t, all[0].metrics), received(t, all[1].metrics)
	if all[0].service != "checkout" || me["process_instances{process=me}"] < 1 || me["process_starts_total{process=me}"] < 1 ||
		me["process_memory_resident_bytes{process=me}"] < 1<<20 || me["process_open_files{process=me}"] < 3 {
		t.Errorf("got %v", me)
	}
	if _, ok := me["process_cpu_cores{process=me}"]; !ok {
		t.Errorf("no processor time in %v", me)
	}
	if nobody["process_instances{process=nobody}"] != 0 {
		t.Errorf("got %v", nobody)
	}
}

func TestCertificatesDaysAreCounted(t *testing.T) {
	t.Parallel()
	served := httptest.NewTLSServer(http.NotFoundHandler())
	defer served.Close()
	until := noon().Add(36 * time.Hour)
	file := filepath.Join(t.TempDir(), "chain.pem")
	chain := append(certificate(t, until.AddDate(1, 0, 0)), certificate(t, until)...)
	if err := os.WriteFile(file, chain, 0o600); err != nil {
		t.Fatal(err)
	}
	address := served.Listener.Addr().String()
	c := newCertificateSampler([]string{file, address, "/no/such/file"})
	metrics, err := c.sample(t.Context(), noon())
	if err == nil || !strings.Contains(err.Error(), "/no/such/file") {
		t.Errorf("got %v", err)
	}
	want := map[string]float64{
		"certificate_valid_days{certificate=" + file + "}":    1.5,
		"certificate_valid_days{certificate=" + address + "}": served.Certificate().NotAfter.Sub(noon()).Hours() / 24,
	}
	if diff := cmp.Diff(want, received(t, metrics)); diff != "" {
		t.Error(diff)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if metrics, _ := c.sample(t.Context(), noon().Add(time.Minute)); len(metrics) != 2 {
		t.Errorf("it looks too often: %v", metrics)
	}
	if metrics, _ := c.sample(t.Context(), noon().Add(certificateEvery)); len(metrics) != 1 {
		t.Errorf("it does not look again: %v", metrics)
	}
}

// certificate answers one in PEM that ends at an instant.
func certificate(t *testing.T, until time.Time) []byte {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: until}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

const exposition = `# HELP http_requests_total Requests.
# TYPE http_requests_total counter
http_requests_total{code="200"} 1027
http_requests_total{code="500"} 3 1795518000000
# TYPE queue_depth gauge
queue_depth 12
# TYPE empty gauge
empty NaN
# TYPE latency_seconds histogram
latency_seconds_bucket{le="0.1"} 4
latency_seconds_bucket{le="0.5"} 9
latency_seconds_bucket{le="+Inf"} 10
latency_seconds_sum 1.5
latency_seconds_count 10
# TYPE gc_seconds summary
gc_seconds{quantile="0.5"} 0.125
gc_seconds{quantile="0.99"} NaN
gc_seconds_sum 0.25
gc_seconds_count 3
plain 7
`

func TestAScrapeArrivesAsItWasExposed(t *testing.T) {
	t.Parallel()
	shop := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(exposition)) }))
	defer shop.Close()
	gone := httptest.NewServer(http.NotFoundHandler())
	defer gone.Close()
	s := &scraper{targets: []ScrapeConfig{{"checkout", shop.URL}, {"search", gone.URL}}, client: shop.Client(), timeout: 10 * time.Second, now: noon}
	all, err := s.scrape(t.Context())
	if err == nil || !strings.Contains(err.Error(), gone.URL) || strings.Contains(err.Error(), shop.URL) {
		t.Errorf("got %v", err)
	}
	at := func(url string) string { return "{target=" + url + "}" }
	want := map[string]float64{
		"http_requests_total{code=200}": 1027, "http_requests_total{code=500}": 3, "queue_depth": 12, "plain": 7,
		"latency_seconds_bucket{le=0.1}": 4, "latency_seconds_bucket{le=0.5}": 9, "latency_seconds_bucket{le=+Inf}": 10, "latency_seconds_sum": 1.5, "latency_seconds_count": 10,
		"gc_seconds{quantile=0.5}": 0.125, "gc_seconds_sum": 0.25, "gc_seconds_count": 3,
		"up" + at(shop.URL): 1, "scrape_duration_seconds" + at(shop.URL): 0,
	}
	if diff := cmp.Diff(want, received(t, all[0].metrics)); diff != "" || all[0].service != "checkout" {
		t.Error(diff)
	}
	want = map[string]float64{"up" + at(gone.URL): 0, "scrape_duration_seconds" + at(gone.URL): 0}
	if diff := cmp.Diff(want, received(t, all[1].metrics)); diff != "" || all[1].service != "search" {
		t.Error(diff)
	}
}

func TestAScrapeIsBounded(t *testing.T) {
	t.Parallel()
	var many strings.Builder
	many.WriteString("# TYPE a gauge\na 1\n# TYPE b gauge\n")
	for i := range maxScrapeSeries {
		many.WriteString("b{n=\"" + strconv.Itoa(i) + "\"} 1\n")
	}
	metrics, err := readExposition(strings.NewReader(many.String()), noon())
	if err == nil || len(metrics) != 1 {
		t.Errorf("%d metrics, %v", len(metrics), err)
	}
	slow := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	defer slow.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s := &scraper{targets: []ScrapeConfig{{"slow", slow.URL}}, client: slow.Client(), timeout: time.Second, now: noon}
	if all, err := s.scrape(ctx); err == nil || received(t, all[0].metrics)["up{target="+slow.URL+"}"] != 0 {
		t.Errorf("got %v", err)
	}
}

func TestBucketsThatDoNotAddUpAreLeftOut(t *testing.T) {
	t.Parallel()
	text := "# TYPE h histogram\nh_bucket{le=\"1\"} 9\nh_bucket{le=\"2\"} 4\nh_bucket{le=\"+Inf\"} 9\nh_sum 1\nh_count 9\n"
	metrics, err := readExposition(strings.NewReader(text), noon())
	if err != nil || len(metrics) != 1 || len(metrics[0].GetHistogram().GetDataPoints()) != 0 {
		t.Errorf("got %v, %v", metrics, err)
	}
}

func FuzzExposition(f *testing.F) {
	f.Add(exposition)
	f.Fuzz(func(t *testing.T, text string) {
		metrics, err := readExposition(strings.NewReader(text), noon())
		if err != nil {
			return
		}
		body, err := newEncoder(Config{Host: "web-1"}).metrics([]serviceMetrics{{metrics: metrics}})
		if err != nil {
			return // names that are no UTF-8
		}
		if _, _, err := recorder.DecodeMetrics("application/x-protobuf", "gzip", bytes.NewReader(body), recorder.MaxOTLP); err != nil {
			t.Error(err)
		}
	})
}

func TestWhatTheRecorderStoresOfAScrapeIsItsRate(t *testing.T) {
	t.Parallel()
	var series []incident.Series
	for i, text := range []string{"# TYPE a_total counter\na_total 10\n", "# TYPE a_total counter\na_total 40\n"} {
		metrics, err := readExposition(strings.NewReader(text), noon().Add(time.Duration(i)*15*time.Second))
		if err != nil {
			t.Fatal(err)
		}
		body, err := newEncoder(Config{Host: "web-1"}).metrics([]serviceMetrics{{metrics: metrics}})
		if err != nil {
			t.Fatal(err)
		}
		got, _, err := recorder.DecodeMetrics("application/x-protobuf", "gzip", bytes.NewReader(body), recorder.MaxOTLP)
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			series = got
			continue
		}
		series[0].Points = append(series[0].Points, got[0].Points...)
	}
	want := map[string]float64{"a_per_second": 2}
	if diff := cmp.Diff(want, flat(recorder.Derive(series)), cmpopts.EquateApprox(0, 1e-9)); diff != "" {
		t.Error(diff)
	}
}
