package evidence

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// prometheus answers as its HTTP API documents it: an instant query of a range
// gives a matrix of the samples as they are stored, one of a span beyond what
// it takes is refused.
func prometheus(t *testing.T, answer func(path, query string) (status int, body string)) (*Prometheus, func() []string) {
	t.Helper()
	var mu sync.Mutex
	var asked []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			t.Error(err)
		}
		mu.Lock()
		asked = append(asked, r.Form.Get("query"))
		mu.Unlock()
		status, body := answer(r.URL.Path, r.Form.Get("query"))
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}))
	t.Cleanup(server.Close)
	p, err := NewPrometheus(server.URL, server.Client())
	if err != nil {
		t.Fatal(err)
	}
	return p, func() []string {
		mu.Lock()
		defer mu.Unlock()
		return slices.Sorted(slices.Values(asked))
	}
}

// matrix is an answer with the series given, a sample every 15 seconds.
func matrix(t *testing.T, series ...map[string]any) string {
	t.Helper()
	result := []any{}
	for _, s := range series {
		values := [][]any{}
		for n, v := range s["values"].([]float64) {
			values = append(values, []any{detected.Add(time.Duration(n) * 15 * time.Second).Unix(), strconv.FormatFloat(v, 'g', -1, 64)})
		}
		result = append(result, map[string]any{"metric": s["metric"], "values": values})
	}
	b, err := json.Marshal(map[string]any{"status": "success", "data": map[string]any{"resultType": "matrix", "result": result}})
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

var halfHour = incident.Window{From: detected, To: detected.Add(30 * time.Minute)}

func TestPrometheusGivesTheSamplesAsTheyAreStored(t *testing.T) {
	t.Parallel()
	requests := map[string]any{"metric": map[string]string{"__name__": "http_requests_total", "service": "payment", "job": "shop", "code": "200", "instance": "10.0.0.5:8080"},
		"values": []float64{100, 250, 400, 10}}
	source, asked := prometheus(t, func(path, query string) (int, string) {
		if path != "/api/v1/query" || !strings.HasSuffix(query, "[30m]") {
			return http.StatusBadRequest, `{"status":"error","errorType":"bad_data","error":"not asked for samples"}`
		}
		if strings.HasPrefix(query, `{service=~`) || strings.HasPrefix(query, `{job=~`) { // it carries both labels
			return http.StatusOK, matrix(t, requests)
		}
		return http.StatusOK, matrix(t)
	})
	got, err := source.Series(t.Context(), []string{"payment", "cart.v2"}, halfHour)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 1 || got[0].Name != "http_requests_per_second" || got[0].Service != "payment" || got[0].Host != "10.0.0.5" {
		t.Fatalf("the series are %+v, want the rate of payment's requests on 10.0.0.5, once", got)
	}
	var rates []string
	for _, p := range got[0].Points {
		rates = append(rates, fmt.Sprintf("%.3g", p.Value))
	}
	if want := []string{"10", "10", "0.667"}; !slices.Equal(rates, want) { // the last: it was restarted
		t.Errorf("the rates are %v, want %v", rates, want)
	}
	if q := asked(); len(q) != 1+len(serviceLabels) || !slices.ContainsFunc(q, func(s string) bool { return strings.Contains(s, `{service=~"payment|cart\\.v2"`) }) {
		t.Errorf("asked was %v", q)
	}
}

func TestPrometheusIsNotAskedForAllThatNamesNoService(t *testing.T) {
	t.Parallel()
	source, asked := prometheus(t, func(string, string) (int, string) { return http.StatusOK, matrix(t) })
	for _, services := range [][]string{nil, {""}} {
		if _, err := source.Series(t.Context(), services, halfHour); err != nil {
			t.Fatal(err)
		}
	}
	for _, q := range asked() {
		if !strings.HasPrefix(q, hostSelector) {
			t.Errorf("asked was %s", q)
		}
	}
}

func TestALongWindowIsReadInSteps(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	paths := map[string]bool{}
	source, _ := prometheus(t, func(path, _ string) (int, string) {
		mu.Lock()
		defer mu.Unlock()
		paths[path] = true
		return http.StatusOK, matrix(t)
	})
	if _, err := source.Series(t.Context(), []string{"payment"}, incident.Window{From: detected.Add(-48 * time.Hour), To: detected}); err != nil {
		t.Fatal(err)
	}
	if len(paths) != 1 || !paths["/api/v1/query_range"] {
		t.Errorf("asked was %v, want ranges", paths)
	}
}

func TestPrometheusRefusalIsPassedOnInItsWords(t *testing.T) {
	t.Parallel()
	source, _ := prometheus(t, func(string, string) (int, string) {
		return http.StatusUnprocessableEntity, `{"status":"error","errorType":"execution","error":"query processing would load too many samples into memory in query execution"}`
	})
	_, err := source.Series(t.Context(), []string{"payment"}, halfHour)
	if err == nil || !strings.Contains(err.Error(), "too many samples") {
		t.Errorf("the refusal reads %v", err)
	}
}

func TestAnAnswerWithoutEndCostsItsCheckOnly(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for {
			if _, err := w.Write([]byte(strings.Repeat("[", 64<<10))); err != nil {
				return
			}
		}
	}))
	t.Cleanup(server.Close)
	res, err := bounded(server.Client(), 1<<20).Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	n := 0
	for err == nil {
		var k int
		k, err = res.Body.Read(make([]byte, 4096))
		n += k
	}
	if n != 1<<20 || !strings.Contains(err.Error(), "longer than 1 MiB") {
		t.Errorf("%d bytes were read, then: %v", n, err)
	}
}
