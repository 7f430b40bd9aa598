package evidence

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// hour is the window of these tests.
var hour = incident.Window{From: detected, To: detected.Add(time.Hour)}

// elastic answers _search as Elasticsearch documents it: an API key or nothing,
// at most 10,000 hits (index.max_result_window), a range with its format, a
// sort; errors as {"error": …, "status": …}.
func elastic(t *testing.T, key string, documents []map[string]any) (address string, client *http.Client) {
	t.Helper()
	refuse := func(w http.ResponseWriter, status int, kind, reason string) {
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(map[string]any{"error": map[string]any{"root_cause": []any{}, "type": kind, "reason": reason}, "status": status})
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var q struct {
			Size  int `json:"size"`
			Sort  []map[string]struct{ Order string }
			Query struct {
				Bool struct {
					Filter []struct {
						Range map[string]struct{ Gte, Lt, Format string }
					}
					Should []struct {
						Terms map[string][]string
					}
					Minimum int `json:"minimum_should_match"`
				}
			}
		}
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("Content-Type", "application/json")
		switch err := json.Unmarshal(body, &q); {
		case r.Header.Get("Authorization") != key:
			refuse(w, http.StatusUnauthorized, "security_exception", "missing authentication credentials for REST request ["+r.URL.Path+"]")
			return
		case r.Method != http.MethodPost || r.URL.Path != "/logs-*/_search" || r.Header.Get("Content-Type") != "application/json" || err != nil:
			refuse(w, http.StatusBadRequest, "parsing_exception", fmt.Sprintf("%s %s: %v", r.Method, r.URL.Path, err))
			return
		case q.Size > 10_000:
			refuse(w, http.StatusBadRequest, "search_phase_execution_exception", "Result window is too large, from + size must be less than or equal to: [10000]")
			return
		case len(q.Sort) != 1 || q.Sort[0]["@timestamp"].Order != "asc" || q.Query.Bool.Minimum != 1 || q.Query.Bool.Filter[0].Range["@timestamp"].Format != "strict_date_optional_time_nanos":
			refuse(w, http.StatusBadRequest, "illegal_argument_exception", string(body))
			return
		}
		between := q.Query.Bool.Filter[0].Range["@timestamp"]
		hits := []any{}
		for n, d := range documents {
			at := d["@timestamp"].(string)
			if at >= between.Gte && at < between.Lt && len(hits) < q.Size {
				hits = append(hits, map[string]any{"_index": "logs-1", "_id": strconv.Itoa(n), "_source": d, "sort": []any{at}})
			}
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"took": 3, "timed_out": false, "_shards": map[string]int{"total": 1, "failed": 0}, "hits": map[string]any{"hits": hits}})
	}))
	t.Cleanup(server.Close)
	return server.URL, server.Client()
}

func documents(n int, apart time.Duration) []map[string]any {
	var out []map[string]any
	for k := range n {
		out = append(out, map[string]any{"@timestamp": detected.Add(time.Duration(k) * apart).Format(elasticTime), "message": "line " + strconv.Itoa(k),
			"log": map[string]any{"level": "ERROR"}, "service": map[string]any{"name": "payment"}, "host": map[string]any{"name": "shop-1"}, "http": map[string]any{"response": map[string]any{"status_code": 502}}})
	}
	return out
}

func TestElasticsearchIsReadPageByPage(t *testing.T) {
	t.Parallel()
	// Lines share moments, also where a page ends.
	all := documents(12_000, time.Millisecond)
	for k := range all {
		all[k]["@timestamp"] = detected.Add(time.Duration(k/7) * time.Millisecond).Format(elasticTime)
	}
	address, client := elastic(t, "", all)
	source, err := NewElasticsearch(address+"/logs-*", client)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for l, err := range source.Lines(t.Context(), []string{"payment"}, hour) {
		if err != nil {
			t.Fatal(err)
		}
		if l.Body != "line "+strconv.Itoa(n) || l.Service != "payment" || l.Host != "shop-1" || l.Level != "error" || l.Attrs["http.response.status_code"] != "502" {
			t.Fatalf("line %d is %+v", n, l)
		}
		n++
	}
	if n != len(all) {
		t.Errorf("%d lines of %d", n, len(all))
	}
}

func TestMoreLinesAtOneMomentThanAPageHoldsAreSaidToBeMore(t *testing.T) {
	t.Parallel()
	address, client := elastic(t, "", documents(logsPage+10, 0))
	source, err := NewElasticsearch(address+"/logs-*", client)
	if err != nil {
		t.Fatal(err)
	}
	span, err := readOne(t.Context(), source, []string{"payment"}, hour, maxNow)
	if err != nil || len(span.lines) != logsPage || span.window.To.After(detected.Add(time.Second)) {
		t.Errorf("%d lines until %s, %v", len(span.lines), span.window.To, err)
	}
}

func TestCredentialsGoWhereTheSourceExpectsThemAndIntoNoError(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ user, header string }{
		"an API key": {"apikey:S3CRET", "ApiKey S3CRET"}, "a token": {"bearer:S3CRET", "Bearer S3CRET"}, "a password": {"sigap:S3CRET", "Basic c2lnYXA6UzNDUkVU"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			address, client := elastic(t, tt.header, documents(3, time.Second))
			source, err := NewElasticsearch(strings.Replace(address, "http://", "http://"+tt.user+"@", 1)+"/logs-*", client)
			if err != nil {
				t.Fatal(err)
			}
			if span, err := readOne(t.Context(), source, []string{"payment"}, hour, maxNow); err != nil || len(span.lines) != 3 {
				t.Errorf("%d lines, %v", len(span.lines), err)
			}
			other, err := NewElasticsearch(strings.Replace(address, "http://", "http://"+tt.user+"X@", 1)+"/logs-*", client)
			if err != nil {
				t.Fatal(err)
			}
			_, err = readOne(t.Context(), other, []string{"payment"}, hour, maxNow)
			if err == nil || !strings.Contains(err.Error(), "security_exception") || strings.Contains(err.Error(), "S3CRET") {
				t.Errorf("the refusal reads %v", err)
			}
		})
	}
}

// victoria answers /select/logsql/query as VictoriaLogs documents it: a form,
// JSON lines, every field a string, errors as plain text.
func victoria(t *testing.T, total int) (*VictoriaLogs, *atomic.Int32) {
	t.Helper()
	asked := &atomic.Int32{}
	sorted := regexp.MustCompile(`^\("service\.name":in\("payment","cart\.v2"\) or .*\) \| sort by \(_time\) limit (\d+)$`)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		if err := r.ParseForm(); err != nil || r.URL.Path != "/select/logsql/query" {
			http.Error(w, "unsupported path", http.StatusBadRequest)
			return
		}
		m := sorted.FindStringSubmatch(r.Form.Get("query"))
		from, err := time.Parse(time.RFC3339Nano, r.Form.Get("start"))
		if m == nil || err != nil || r.Form.Get("end") == "" {
			http.Error(w, "cannot parse query ["+r.Form.Get("query")+"]", http.StatusBadRequest)
			return
		}
		limit, _ := strconv.Atoi(m[1])
		w.Header().Set("Content-Type", "application/stream+json")
		for n := 0; n < total && limit > 0; n++ {
			if at := detected.Add(time.Duration(n) * time.Millisecond); !at.Before(from) {
				limit--
				fmt.Fprintf(w, `{"_time":%q,"_stream":"{app=\"payment\"}","_msg":"line %d","app":"payment","level":"warn","host":"shop-1","region":"jkt"}`+"\n", at.Format(time.RFC3339Nano), n)
			}
		}
	}))
	t.Cleanup(server.Close)
	source, err := NewVictoriaLogs(server.URL+"/", server.Client())
	if err != nil {
		t.Fatal(err)
	}
	return source, asked
}

func TestVictoriaLogsIsReadPageByPage(t *testing.T) {
	t.Parallel()
	source, asked := victoria(t, 12_000)
	n := 0
	for l, err := range source.Lines(t.Context(), []string{"payment", "cart.v2"}, hour) {
		if err != nil {
			t.Fatal(err)
		}
		if l.Body != "line "+strconv.Itoa(n) || l.Service != "payment" || l.Host != "shop-1" || l.Level != "warn" || l.Attrs["region"] != "jkt" || l.Attrs["_msg"] != "" {
			t.Fatalf("line %d is %+v", n, l)
		}
		n++
	}
	if n != 12_000 || asked.Load() != 3 {
		t.Errorf("%d lines in %d requests, want 12000 in 3", n, asked.Load())
	}
}

func TestARefusalOfVictoriaLogsIsPassedOnInItsWords(t *testing.T) {
	t.Parallel()
	source, _ := victoria(t, 1)
	if _, err := readOne(t.Context(), source, []string{"other"}, hour, maxNow); err == nil || !strings.Contains(err.Error(), "cannot parse query") {
		t.Errorf("the refusal reads %v", err)
	}
}

func TestNoSourceOfLogsIsAskedForEverything(t *testing.T) {
	t.Parallel()
	source, asked := victoria(t, 10)
	address, client := elastic(t, "a key that nobody has", nil)
	es, err := NewElasticsearch(address, client)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []Logs{source, es} {
		if span, err := readOne(t.Context(), s, nil, hour, maxNow); err != nil || len(span.lines) != 0 {
			t.Errorf("%s gave %d lines of no service, %v", s.Name(), len(span.lines), err)
		}
	}
	if asked.Load() != 0 {
		t.Error("VictoriaLogs was asked for the logs of no service")
	}
}

// FuzzAnswersOfLogSources feeds what a source may answer, however wrong: it ends
// in lines or an error.
func FuzzAnswersOfLogSources(f *testing.F) {
	for _, seed := range []string{`{"hits":{"hits":[{"_id":"1","_source":{"@timestamp":"2027-03-02T02:00:00Z","message":"x","a":{"b":[1,{"c":null}]}}}]}}`, `{"_time":"2027-03-02T02:00:00Z","_msg":"x"}`,
		`{"data":{"result":[{"stream":{"app":"x"},"values":[["1","x"],["y"]]}]},"status":"success"}`, `{"hits":null}`, "\x00", `[]`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, answer string) {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, answer) }))
		defer server.Close()
		es, err := NewElasticsearch(server.URL, server.Client())
		if err != nil {
			t.Fatal(err)
		}
		vl, err := NewVictoriaLogs(server.URL, server.Client())
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range []Logs{es, vl, NewLoki(server.URL, server.Client())} {
			if span, err := readOne(t.Context(), s, []string{"x"}, hour, 100); err == nil && len(span.lines) > 100 {
				t.Errorf("%s gave %d lines", s.Name(), len(span.lines))
			}
		}
	})
}
