package agent

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/recorder"
)

// sigap is a real recorder behind real HTTP, as the server has it.
type sigap struct {
	*httptest.Server
	recorder *recorder.Recorder
	arrived  chan struct{} // after each request
}

func newSigap(t *testing.T) *sigap {
	r, err := recorder.Open(t.TempDir(), recorder.Options{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	s := &sigap{recorder: r, arrived: make(chan struct{}, 100)}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /in/key/v1/logs", func(w http.ResponseWriter, req *http.Request) {
		lines, _, err := recorder.DecodeLogs(req.Header.Get("Content-Type"), req.Header.Get("Content-Encoding"), req.Body, recorder.MaxOTLP)
		if err == nil {
			err = r.Logs(req.Context(), lines)
		}
		s.answer(w, err)
	})
	mux.HandleFunc("POST /in/key/v1/metrics", func(w http.ResponseWriter, req *http.Request) {
		series, _, err := recorder.DecodeMetrics(req.Header.Get("Content-Type"), req.Header.Get("Content-Encoding"), req.Body, recorder.MaxOTLP)
		if err == nil {
			err = r.Metrics(req.Context(), series)
		}
		s.answer(w, err)
	})
	s.Server = httptest.NewServer(mux)
	t.Cleanup(func() {
		s.Close()
		_ = r.Close()
	})
	return s
}

func (s *sigap) answer(w http.ResponseWriter, err error) {
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
	}
	s.arrived <- struct{}{}
}

func (s *sigap) lines(t *testing.T) []incident.LogLine {
	t.Helper()
	var lines []incident.LogLine
	window := incident.Window{From: time.Now().Add(-time.Hour), To: time.Now().Add(time.Hour)}
	for line, err := range s.recorder.QueryLogs(t.Context(), recorder.LogQuery{Window: window, Services: []string{"checkout"}}) {
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line)
	}
	return lines
}

// until waits for requests until the condition holds.
func (s *sigap) until(t *testing.T, holds func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for !holds() {
		select {
		case <-s.arrived:
		case <-ctx.Done():
			t.Fatal("it never came")
		}
	}
}

func runAgent(t *testing.T, c Config) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- Run(ctx, c, Deps{Logger: slog.New(slog.DiscardHandler)}) }()
	return func() {
		t.Helper()
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

func appendTo(t *testing.T, path, text string) {
	t.Helper()
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.WriteString(text); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
}

// The whole way: files and an exposition on a host, through the agent and HTTP,
// into the recorder of a server, with a restart of the agent in between.
func TestWhatHappensOnAHostIsFoundInTheRecorder(t *testing.T) {
	t.Parallel()
	shop := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, "# TYPE orders_total counter\norders_total{city=\"Bandung\"} 17\n")
	}))
	defer shop.Close()
	server := newSigap(t)
	dir := t.TempDir()
	log := filepath.Join(dir, "checkout.log")
	buffer := filepath.Join(dir, "buffer")
	if err := os.Mkdir(buffer, 0o700); err != nil {
		t.Fatal(err)
	}
	appendTo(t, filepath.Join(buffer, "positions.json"), "{}") // not the first start: new files are read from their beginning
	appendTo(t, log, "")
	c := Config{
		Server:  server.URL,
		Key:     "key",
		Host:    "web-1",
		Logs:    []LogConfig{{Service: "checkout", Files: []string{log}}},
		Metrics: MetricsConfig{Scrape: []ScrapeConfig{{Service: "checkout", URL: shop.URL}}},
		Buffer:  BufferConfig{Dir: buffer},
	}
	found := func(names ...string) func() bool {
		return func() bool {
			window := incident.Window{From: time.Now().Add(-time.Hour), To: time.Now().Add(time.Hour)}
			series, err := server.recorder.QuerySeries(t.Context(), recorder.SeriesQuery{Window: window, Names: names})
			if err != nil {
				t.Fatal(err)
			}
			return len(series) == len(names)
		}
	}

	stop := runAgent(t, c)
	server.until(t, found("host_memory_available_ratio", "orders_total", "up"))
	appendTo(t, log, "ERROR charge failed, password=hunter2\npanic: kaput\n\ngoroutine 1 [running]:\nmain.main()\n\t/srv/main.go:3\n")
	server.until(t, func() bool { return len(server.lines(t)) >= 2 })
	stop()

	appendTo(t, log, "INFO written while the agent was down\n")
	stop = runAgent(t, c)
	server.until(t, func() bool {
		return slices.ContainsFunc(server.lines(t), func(line incident.LogLine) bool { return strings.HasPrefix(line.Body, "INFO") })
	})
	stop()

	want := map[string]string{
		"ERROR charge failed, password=[masked]":                                "error",
		"panic: kaput\n\ngoroutine 1 [running]:\nmain.main()\n\t/srv/main.go:3": "fatal",
		"INFO written while the agent was down":                                 "info",
	}
	for _, line := range server.lines(t) {
		if level, ok := want[line.Body]; !ok || line.Level != level || line.Host != "web-1" || line.Attrs["environment"] != "production" {
			t.Errorf("unexpected %+v", line)
		}
	}
}

func TestRunRefusesAConfigurationThatIsWrong(t *testing.T) {
	t.Parallel()
	err := Run(t.Context(), Config{Server: "nowhere", Host: "h", Logs: []LogConfig{{Format: "odd"}}}, Deps{})
	if err == nil {
		t.Fatal("no error")
	}
	for _, place := range []string{"server:", "key:", "logs[0].service:", "logs[0].format:", "logs[0].files:"} {
		if !strings.Contains(err.Error(), place) {
			t.Errorf("%q does not name %s", err, place)
		}
	}
}
