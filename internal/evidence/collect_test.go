package evidence

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/directory"
	"github.com/sigap-dev/sigap/internal/evidence/probe"
	"github.com/sigap-dev/sigap/internal/incident"
)

var detected = time.Date(2027, 3, 2, 2, 0, 0, 0, time.UTC)

// shelf is a store with what a test puts there.
type shelf struct {
	services []directory.Service
	changes  []incident.Change
	past     []*incident.Incident
}

func (s shelf) Services(context.Context) ([]directory.Service, error) { return s.services, nil }
func (s shelf) Changes(context.Context, incident.Window, int) ([]incident.Change, error) {
	return s.changes, nil
}
func (s shelf) Incidents(context.Context, incident.Filter) ([]*incident.Incident, error) {
	return s.past, nil
}

func (shelf) CheckRecords(context.Context) ([]incident.CheckRecord, error) { return nil, nil }

func (s shelf) ProbesOf(context.Context, string) ([]probe.Watched, error) { return nil, nil }

// lines is a source of logs.
type lines struct {
	name string
	give func(ctx context.Context, w incident.Window, yield func(incident.LogLine, error) bool)
}

func (l lines) Name() string { return l.name }
func (l lines) Lines(ctx context.Context, _ []string, w incident.Window) iter.Seq2[incident.LogLine, error] {
	return func(yield func(incident.LogLine, error) bool) { l.give(ctx, w, yield) }
}

// failingFrom gives a steady log, and errors from a moment on.
func failingFrom(at time.Time) func(context.Context, incident.Window, func(incident.LogLine, error) bool) {
	return func(_ context.Context, w incident.Window, yield func(incident.LogLine, error) bool) {
		for now := w.From; now.Before(w.To); now = now.Add(time.Second) {
			if !yield(incident.LogLine{At: now, Service: "payment", Level: "info", Body: "served a request"}, nil) {
				return
			}
			if now.After(at) && !yield(incident.LogLine{At: now, Service: "payment", Level: "error", Body: "pool exhausted after 30 s"}, nil) {
				return
			}
		}
	}
}

func collect(t *testing.T, ctx context.Context, store Store, metrics []Metrics, logs []Logs) map[string]incident.Evidence {
	t.Helper()
	c := New(store, func(context.Context) ([]Metrics, []Logs) { return metrics, logs }, &probe.Prober{HTTP: http.DefaultClient, Now: time.Now},
		func() time.Time { return detected.Add(2 * time.Minute) }, slog.New(slog.DiscardHandler))
	i := &incident.Incident{ID: "i1", Title: "Checkout fails", Service: "payment", Status: incident.Triage,
		Milestones: map[incident.Milestone]time.Time{incident.Detected: detected}}
	out := map[string]incident.Evidence{}
	c.Collect(ctx, i, func(e incident.Evidence) {
		if _, err := json.Marshal(e); err != nil {
			t.Errorf("evidence %s cannot be kept: %v", e.Check, err)
		}
		out[e.Check+"/"+e.Source] = e
	})
	return out
}

func TestEachSourceOfLogsReportsByItself(t *testing.T) {
	t.Parallel()
	empty := func(context.Context, incident.Window, func(incident.LogLine, error) bool) {}
	dead := func(_ context.Context, _ incident.Window, yield func(incident.LogLine, error) bool) {
		yield(incident.LogLine{}, errors.New("connection refused"))
	}
	got := collect(t, t.Context(), shelf{}, nil, []Logs{
		lines{"recorder", empty}, lines{"loki", failingFrom(detected.Add(-20 * time.Second))}, lines{"second", failingFrom(detected.Add(-20 * time.Second))},
		lines{"gone", dead}, lines{"broken", func(context.Context, incident.Window, func(incident.LogLine, error) bool) { panic("boom") }},
	})
	for source, want := range map[string]incident.EvidenceState{
		"recorder": incident.EvidenceSkipped, "loki": incident.EvidenceFound, "second": incident.EvidenceFound,
		"gone": incident.EvidenceFailed, "broken": incident.EvidenceFailed,
	} {
		if e := got["logs/"+source]; e.State != want {
			t.Errorf("logs of %s: %q %v, want %s", source, e.State, e.Args, want)
		}
	}
	if e := got["logs/gone"]; e.Args["source"] != "gone" || !strings.Contains(e.Args["error"], "refused") {
		t.Errorf("the dead source is not named: %v", e.Args)
	}
	if p := got["logs/loki"].Patterns; len(p) == 0 || !strings.Contains(p[0].Template, "pool exhausted") || p[0].Kind != "new" {
		t.Errorf("the new pattern is not the first: %+v", p)
	}
}

func TestASlowSourceIsNamedAndHoldsUpNobody(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	slow := func(context.Context, incident.Window, func(incident.LogLine, error) bool) { select {} }
	got := collect(t, ctx, shelf{}, nil, []Logs{lines{"slow", slow}})
	if e := got["logs/slow"]; e.State != incident.EvidenceFailed || e.Code != "sourceSlow" || e.Args["source"] != "slow" {
		t.Errorf("the slow source: %+v", e)
	}
	if _, ok := got["recurrence/sigap"]; !ok {
		t.Error("the other checks did not report")
	}
}

func TestAProbeIsDownWhenMostOfItsRequestsFail(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		fails int32
		want  incident.EvidenceState
	}{{0, incident.EvidenceNothing}, {2, incident.EvidenceNothing}, {3, incident.EvidenceFound}, {5, incident.EvidenceFound}} {
		t.Run(fmt.Sprint(tt.fails), func(t *testing.T) {
			t.Parallel()
			var asked atomic.Int32
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				if asked.Add(1) <= tt.fails {
					w.WriteHeader(http.StatusServiceUnavailable)
				}
			}))
			defer server.Close()
			got := collect(t, t.Context(), shelf{services: []directory.Service{{Name: "payment", Probe: server.URL}}}, nil, nil)
			if e := got["probe/sigap"]; e.State != tt.want {
				t.Errorf("%d of 5 fail: %+v, want %s", tt.fails, e, tt.want)
			}
		})
	}
}

// loki answers as its HTTP API documents it: a limit of lines, the direction
// forward from start (included) to end (not), errors as plain text.
func loki(t *testing.T, total, most int) (*Loki, *atomic.Int32) {
	t.Helper()
	asked := &atomic.Int32{}
	mux := http.NewServeMux()
	mux.HandleFunc("/loki/api/v1/labels", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"status":"success","data":["app","filename"]}`)
	})
	mux.HandleFunc("/loki/api/v1/query_range", func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		q := r.URL.Query()
		from, _ := strconv.ParseInt(q.Get("start"), 10, 64)
		to, _ := strconv.ParseInt(q.Get("end"), 10, 64)
		limit, _ := strconv.Atoi(q.Get("limit"))
		switch {
		case limit > most:
			http.Error(w, fmt.Sprintf("max entries limit per query exceeded, limit > max_entries_limit_per_query (%d > %d)", limit, most), http.StatusBadRequest)
			return
		case q.Get("direction") != "forward" || q.Get("query") != `{app=~"payment|cart\\.v2"}`:
			http.Error(w, "parse error: "+q.Get("query"), http.StatusBadRequest)
			return
		}
		values := [][]string{}
		for n := range total {
			if at := detected.Add(time.Duration(n) * time.Millisecond).UnixNano(); at >= from && at < to && len(values) < limit {
				values = append(values, []string{strconv.FormatInt(at, 10), fmt.Sprintf("line %d", n)})
			}
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"status": "success", "data": map[string]any{"resultType": "streams",
			"result": []any{map[string]any{"stream": map[string]string{"app": "payment", "detected_level": "ERROR"}, "values": values}}}})
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return NewLoki(server.URL+"/", server.Client()), asked
}

func TestLokiIsReadPageByPage(t *testing.T) {
	t.Parallel()
	source, asked := loki(t, 12_000, 5000)
	n := 0
	for l, err := range source.Lines(t.Context(), []string{"payment", "cart.v2"}, incident.Window{From: detected, To: detected.Add(time.Hour)}) {
		if err != nil {
			t.Fatal(err)
		}
		if want := fmt.Sprintf("line %d", n); l.Body != want || l.Service != "payment" || l.Level != "error" {
			t.Fatalf("line %d is %+v", n, l)
		}
		n++
	}
	if n != 12_000 || asked.Load() != 3 {
		t.Errorf("%d lines in %d requests, want 12000 in 3", n, asked.Load())
	}
}

func TestLokisRefusalIsPassedOnInItsWords(t *testing.T) {
	t.Parallel()
	source, _ := loki(t, 10, 100)
	var failed error
	for _, err := range source.Lines(t.Context(), []string{"payment", "cart.v2"}, incident.Window{From: detected, To: detected.Add(time.Hour)}) {
		failed = err
	}
	if failed == nil || !strings.Contains(failed.Error(), "max entries limit per query exceeded") {
		t.Errorf("the refusal reads %v", failed)
	}
}

func TestLokiIsNotAskedForEverything(t *testing.T) {
	t.Parallel()
	source, asked := loki(t, 10, 5000)
	for range source.Lines(t.Context(), nil, incident.Window{From: detected, To: detected.Add(time.Hour)}) {
		t.Error("a line of no service")
	}
	if asked.Load() != 0 {
		t.Error("Loki was asked for the logs of no service")
	}
}
