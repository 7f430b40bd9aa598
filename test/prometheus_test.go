package test

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/storetest"
)

// TestARealPrometheusFiresARealRuleAtSigap points the alerting of a Prometheus
// at Sigap as at an Alertmanager, and breaks what it watches.
func TestARealPrometheusFiresARealRuleAtSigap(t *testing.T) {
	t.Parallel()
	s := install(t, storetest.SQLite(t))
	p := s.launch()
	var broken atomic.Bool
	exporter := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		errors := 0
		if broken.Load() {
			errors = 1
		}
		fmt.Fprintf(w, "shop_failing{service=\"payment\"} %d\n", errors)
	}))
	t.Cleanup(exporter.Close)
	startPrometheus(t, p.url+"/in/"+s.key("alertmanager"), exporter.URL)

	broken.Store(true)
	eventually(t, 60*time.Second, "the person on call is paged", func() bool { return len(s.phone.about("Payments fail")) > 0 })
	var signals struct {
		Candidates []struct {
			Ref, Service string
			Joined       []struct{ Source, Service, State string }
		}
	}
	p.call("GET", "/api/signals", nil, &signals)
	if len(signals.Candidates) != 1 || signals.Candidates[0].Service != "payment" || len(signals.Candidates[0].Joined) != 1 {
		t.Fatalf("the candidates are %+v, want the one of payment", signals.Candidates)
	}
	broken.Store(false)
	eventually(t, 60*time.Second, "Prometheus says that it ended", func() bool {
		p.call("GET", "/api/signals", nil, &signals)
		return len(signals.Candidates) == 0 || signals.Candidates[0].Joined[0].State == "resolved"
	})
}

// startPrometheus runs Debian's Prometheus on a target, with a rule that fires
// at an Alertmanager's address.
func startPrometheus(t *testing.T, alerts, target string) {
	t.Helper()
	to, err := url.Parse(alerts)
	if err != nil {
		t.Fatal(err)
	}
	from, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	rules := write("rules.yml", `groups:
- name: shop
  interval: 1s
  rules:
  - alert: PaymentsFail
    expr: shop_failing > 0
    labels: {severity: critical, environment: production}
    annotations: {summary: Payments fail}
`)
	config := write("prometheus.yml", fmt.Sprintf(`global: {scrape_interval: 1s, evaluation_interval: 1s}
rule_files: [%q]
scrape_configs:
- job_name: shop
  honor_labels: true
  static_configs: [{targets: [%q]}]
alerting:
  alertmanagers:
  - path_prefix: %s
    api_version: v2
    static_configs: [{targets: [%q]}]
`, rules, from.Host, to.Path, to.Host))
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	_ = l.Close()
	var said bytes.Buffer
	cmd := exec.Command("prometheus", "--config.file="+config, "--storage.tsdb.path="+filepath.Join(dir, "data"), "--web.listen-address="+address)
	cmd.Stdout, cmd.Stderr, cmd.SysProcAttr = &said, &said, endsWithTest()
	if err := cmd.Start(); err != nil {
		t.Fatalf("start prometheus, which scripts/setup-test installs: %v", err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("prometheus said: %s", said.String())
		}
	})
}

// TestAmtoolTakesSigapForAnAlertmanager uses Alertmanager's own client, which
// scripts/setup-test installs.
func TestAmtoolTakesSigapForAnAlertmanager(t *testing.T) {
	t.Parallel()
	s := install(t, storetest.SQLite(t))
	p := s.launch()
	at := "--alertmanager.url=" + p.url + "/in/" + s.key("alertmanager")
	ask := func(args ...string) (string, error) {
		out, err := exec.Command("amtool", append([]string{at}, args...)...).CombinedOutput()
		return string(out), err
	}
	run := func(args ...string) string {
		t.Helper()
		out, err := ask(args...)
		if err != nil {
			t.Fatalf("amtool %s: %v\n%s", strings.Join(args, " "), err, out)
		}
		return out
	}
	run("alert", "add", "alertname=DiskFull", "service=db", "severity=critical", "--annotation=summary=The disk is full")
	eventually(t, 20*time.Second, "amtool sees the alert", func() bool { return strings.Contains(run("alert", "query", "service=db"), "DiskFull") })
	for _, other := range [][]string{{"service=other"}, {"--receiver=nobody"}, {"--silenced"}} {
		if got := run(append([]string{"alert", "query"}, other...)...); strings.Contains(got, "DiskFull") {
			t.Errorf("amtool alert query %s shows %s", other, got)
		}
	}
	run("silence", "query")
	run("config", "show")
	run("cluster", "show")
	if out, err := ask("alert", "add", "summary=nameless", "--end=never"); err == nil {
		t.Errorf("an alert without a readable end was taken: %s", out)
	}
	if out, err := ask("silence", "add", "service=db", "--author=rina", "--comment=migration"); err == nil || !strings.Contains(out, "keeps no silences") {
		t.Errorf("amtool silence add: %v, and it says %s", err, out)
	}
}
