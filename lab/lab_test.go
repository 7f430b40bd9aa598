package lab_test

import (
	"encoding/json"
	"flag"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/fstest"
	"time"

	"github.com/sigap-dev/sigap/lab"
	"github.com/sigap-dev/sigap/lab/internal/labtest"
	"github.com/sigap-dev/sigap/lab/load"
)

// TestMain lets more tests run at the same time than there are processors:
// they wait more than they compute.
func TestMain(m *testing.M) {
	flag.Parse()
	_ = flag.Set("test.parallel", "3") // cannot fail: the testing package defines it
	labtest.Main(m)
}

func TestTheShopLogsAsProductionServicesDo(t *testing.T) {
	t.Parallel()
	l := labtest.Start(t, lab.Options{})
	users := load.Start(t.Context(), load.Options{URL: l.URL(), Rate: 40, Seed: 7})
	labtest.Eventually(t, 20*time.Second, "120 users are served", func() bool {
		return users.Recent(time.Minute, "").Requests >= 120 && users.Recent(time.Minute, "checkout").Requests >= 40
	})
	users.Stop()

	forms := map[string]*regexp.Regexp{
		"access.log":    regexp.MustCompile(`^203\.0\.113\.\d+ - - \[\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d \+0000\] "(GET|POST) /\S* HTTP/1\.1" \d{3} \d+ "[^"]*" "Mozilla/[^"]+"$`),
		"cart.log":      regexp.MustCompile(`^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} (INFO |WARN |ERROR) \[cart\] .+$`),
		"catalogue.log": regexp.MustCompile(`^time=\S+ level=(INFO|ERROR) msg="[^"]+" service=catalogue version=\S+( \w+=(\S+|".*"))*$`),
		"payment.log":   regexp.MustCompile(`^\{"time":"[^"]+","level":"(INFO|WARN|ERROR)","msg":"[^"]+","service":"payment".*\}$`),
	}
	for _, service := range l.Services() {
		for _, log := range service.Logs {
			content, err := os.ReadFile(log.Path)
			if err != nil {
				t.Fatal(err)
			}
			name := filepath.Base(log.Path)
			if name == "error.log" {
				continue // a shop that works has no errors
			}
			lines := strings.Split(strings.TrimSpace(string(content)), "\n")
			if len(lines) < 30 {
				t.Errorf("%s has %d lines only", log.Path, len(lines))
			}
			for _, line := range lines {
				if !forms[name].MatchString(line) {
					t.Errorf("%s, which should be %s: %s", name, log.Format, line)
					break
				}
			}
		}
	}
}

func TestEveryServiceExposesWhatWatchesIt(t *testing.T) {
	t.Parallel()
	l := labtest.Start(t, lab.Options{})
	users := load.Start(t.Context(), load.Options{URL: l.URL(), Rate: 40, Seed: 7})
	defer users.Stop()
	labtest.Eventually(t, 20*time.Second, "users have bought", func() bool {
		return users.Recent(time.Minute, "checkout").Requests >= 10
	})
	all := []string{
		`http_requests_total{code="200",handler="`, `http_request_duration_seconds_bucket{handler="`, `build_info{version="`,
		"process_memory_limit_bytes ", "process_resident_memory_bytes ", "process_start_time_seconds ", "go_goroutines ",
	}
	own := map[string][]string{
		"front":     {`dependency_requests_total{code="201",dependency="payment"}`, `dependency_request_duration_seconds_bucket{dependency="cart"`},
		"catalogue": {"cache_entries 1"},
		"cart":      {"disk_quota_used_bytes ", "disk_quota_limit_bytes 8.388608e+06"},
		"payment":   {"db_pool_in_use ", "db_pool_max 16", "db_pool_wait_seconds_bucket", `tls_peer_not_after_timestamp_seconds{dependency="bank"}`},
	}
	for _, service := range l.Services() {
		if service.Outside {
			if service.Metrics != "" || service.Logs != nil {
				t.Errorf("%s is another company's, yet shows metrics or logs", service.Name)
			}
			continue
		}
		metrics := get(t, service.Metrics)
		for _, want := range append(all, own[service.Name]...) {
			if service.Name == "cart" || service.Name == "payment" {
				want = strings.ReplaceAll(want, `code="200",handler`, `code="201",handler`) // they create things
			}
			if !strings.Contains(metrics, "\n"+want) {
				t.Errorf("%s exposes no %s", service.Name, want)
			}
		}
	}
}

func TestAChangeOfReleaseOrConfigurationDropsNoRequest(t *testing.T) {
	t.Parallel()
	l := labtest.Start(t, lab.Options{})
	users := load.Start(t.Context(), load.Options{URL: l.URL(), Rate: load.PeakRate, Seed: 3})
	defer users.Stop()
	page := fstest.MapFS{"home.html": {Data: []byte("<h1>Toko</h1>\n")}}
	diff, err := l.Deploy(t.Context(), "front", "13.0.0", page)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(diff, "+++ b/front/home.html") || !strings.Contains(diff, "\n+<h1>Toko</h1>\n") {
		t.Errorf("the diff of the release: %s", diff)
	}
	if got := get(t, l.URL()); got != "<h1>Toko</h1>\n" {
		t.Errorf("after the deploy the home page is %q", got)
	}
	if diff, err = l.Configure(t.Context(), "payment", "pool_max", 20); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(diff, "\n-  \"pool_max\": 16,\n+  \"pool_max\": 20,\n") {
		t.Errorf("the diff of the configuration: %s", diff)
	}
	if err := l.Rollback(t.Context(), "front", "12.4.1"); err != nil {
		t.Fatal(err)
	}
	if got := get(t, l.URL()); !strings.Contains(got, "Kopi arabika no. 1") {
		t.Errorf("after the rollback the home page is %q", got)
	}
	labtest.Eventually(t, 20*time.Second, "the peak is served", func() bool {
		return users.Recent(time.Minute, "").Requests >= 150
	})
	t.Logf("the peak: %+v", users.Recent(time.Minute, ""))
	if failed := labtest.Failures(t, l); failed != nil {
		t.Errorf("requests of the peak failed: %v", failed)
	}
}

func TestAServiceThatDiesIsStartedAgain(t *testing.T) {
	t.Parallel()
	l := labtest.Start(t, lab.Options{})
	if err := syscall.Kill(l.PID("cart"), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	labtest.Eventually(t, 15*time.Second, "cart is started again", func() bool {
		return l.Restarts("cart") == 1 && l.PID("cart") != 0
	})
	said, err := os.ReadFile(l.PlatformLog())
	if err != nil || !strings.Contains(string(said), "process=cart error=\"signal: killed\"") {
		t.Errorf("the platform says: %s, %v", said, err)
	}
}

func TestStopEndsEveryProcessAndWritesNothingElsewhere(t *testing.T) {
	t.Parallel()
	prometheus, nodeExporter := lab.FindMonitoring()
	l := labtest.Start(t, lab.Options{Prometheus: prometheus, NodeExporter: nodeExporter})
	pids := l.PIDs()
	if len(pids) < 5 {
		t.Fatalf("only %d processes run", len(pids))
	}
	l.Stop()
	for _, pid := range pids {
		if err := syscall.Kill(pid, 0); err != syscall.ESRCH {
			t.Errorf("process %d is there after Stop: %v", pid, err)
		}
	}
	if left := l.PIDs(); left != nil {
		t.Errorf("the lab counts %v as running", left)
	}
}

// Where Debian's Prometheus is installed its alerts must reach the intake;
// where it is not, the lab says that nobody watches.
func TestPrometheusSendsTheAlertsOfAShopInTrouble(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	got := make(map[string]map[string]string) // labels by alert and service
	intake := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var alerts []struct{ Labels map[string]string }
		if err := json.NewDecoder(r.Body).Decode(&alerts); err != nil || r.URL.Path != "/in/KEY/api/v2/alerts" {
			t.Errorf("%s was sent what is no list of alerts: %v", r.URL.Path, err)
		}
		mu.Lock()
		defer mu.Unlock()
		for _, alert := range alerts {
			got[alert.Labels["alertname"]+" "+alert.Labels["service"]] = alert.Labels
		}
	}))
	defer intake.Close()
	prometheus, nodeExporter := lab.FindMonitoring()
	l := labtest.Start(t, lab.Options{Prometheus: prometheus, NodeExporter: nodeExporter, AlertsURL: intake.URL + "/in/KEY"})
	if prometheus == "" {
		if l.Prometheus() != "" {
			t.Errorf("no Prometheus is installed, yet one is at %s", l.Prometheus())
		}
		return
	}
	users := load.Start(t.Context(), load.Options{URL: l.URL(), Seed: 5})
	defer users.Stop()
	if _, err := l.Configure(t.Context(), "payment", "merchant", "nobody"); err != nil {
		t.Fatal(err)
	}
	labtest.Eventually(t, 30*time.Second, "an alert for front and payment", func() bool {
		mu.Lock()
		defer mu.Unlock()
		return got["HighErrorRatio front"] != nil && got["HighErrorRatio payment"] != nil
	})
	mu.Lock()
	defer mu.Unlock()
	labels := got["HighErrorRatio payment"]
	if labels["severity"] != "critical" || labels["environment"] != lab.Environment || labels["team"] != "payments" {
		t.Errorf("the alert's labels are %v", labels)
	}
}

func get(t *testing.T, url string) string {
	t.Helper()
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("GET %s: %s %v", url, response.Status, err)
	}
	return string(body)
}
