package api_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	"github.com/sigap-dev/sigap/internal/directory"
	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/storetest"
)

func disable(p *directory.Person) error { p.Disabled = true; return nil }

func TestEveryAnswerCarriesTheHeadersThatKeepTheBrowserSafe(t *testing.T) {
	t.Parallel()
	s := start(t, storetest.SQLite(t))
	for _, path := range []string{"/", "/incidents/INC-1", "/api/session", "/api/home", "/api/nothing", "/api/openapi.json", "/api/docs", "/healthz", "/readyz",
		"/metrics", "/a/made-up", "/in/made-up/api/v2/alerts", "/no/such/page.js", "/debug/pprof/"} {
		a := s.do("GET", path, nil)
		csp := a.Header.Get("Content-Security-Policy")
		for _, must := range []string{"default-src 'none'", "script-src 'self'", "base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'"} {
			if !strings.Contains(csp, must) {
				t.Errorf("GET %s: the policy lacks %s: %q", path, must, csp)
			}
		}
		if strings.Contains(csp, "unsafe") || strings.Contains(csp, "*") {
			t.Errorf("GET %s: the policy is open: %q", path, csp)
		}
		for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin"} {
			if got := a.Header.Get(name); got != want {
				t.Errorf("GET %s: %s is %q, want %q", path, name, got, want)
			}
		}
		if a.StatusCode >= 500 {
			t.Errorf("GET %s: %d %s", path, a.StatusCode, a.body)
		}
	}
}

func TestABadBodyIsAClearRefusalAndNothingIsDone(t *testing.T) {
	t.Parallel()
	s := start(t, storetest.SQLite(t))
	in := bearer(s.token(incident.Responder))
	tests := []struct {
		name   string
		body   any
		status int
		says   string // somewhere in the problem document
	}{
		{"no body", nil, http.StatusBadRequest, "body"},
		{"no JSON", `title=x`, http.StatusBadRequest, ""},
		{"half of it", `{"title":"x","severity":`, http.StatusBadRequest, ""},
		{"another type", `["x"]`, http.StatusUnprocessableEntity, "object"},
		{"an unknown field", `{"title":"x","severity":2,"urgency":1}`, http.StatusUnprocessableEntity, "urgency"},
		{"a missing field", `{"title":"x"}`, http.StatusUnprocessableEntity, "severity"},
		{"a number out of range", `{"title":"x","severity":9}`, http.StatusUnprocessableEntity, "severity"},
		{"a word for a number", `{"title":"x","severity":"high"}`, http.StatusUnprocessableEntity, "severity"},
		{"no title", `{"title":"  ","severity":2}`, http.StatusUnprocessableEntity, "title"},
		{"too long a title", `{"title":"` + strings.Repeat("x", 300) + `","severity":2}`, http.StatusUnprocessableEntity, "title"},
		{"a megabyte and more", bytes.Repeat([]byte("x"), 2<<20), http.StatusRequestEntityTooLarge, ""},
		{"nested without end", strings.Repeat(`[`, 100_000), http.StatusBadRequest, ""},
		{"a zero byte in it", "{\"title\":\"a\\u0000b\",\"severity\":2}", http.StatusBadRequest, "nul"},
	}
	for _, tt := range tests {
		a := s.do("POST", "/api/incidents", tt.body, in)
		if a.StatusCode != tt.status {
			t.Errorf("%s: %d, want %d: %.300s", tt.name, a.StatusCode, tt.status, a.body)
		}
		a.problem(t)
		if !strings.Contains(strings.ToLower(string(a.body)), tt.says) {
			t.Errorf("%s: the problem does not name %q: %.300s", tt.name, tt.says, a.body)
		}
	}
	if list, err := s.Store.Incidents(t.Context(), incident.Filter{Limit: 10}); err != nil || len(list) != 0 {
		t.Errorf("%d incidents were declared (%v)", len(list), err)
	}
}

func TestATextThatNoEngineCanKeepIsRefusedOrKeptOnBoth(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, dsn string) {
		s := start(t, dsn)
		in := bearer(s.token(incident.Responder))
		ref := s.declared(in)
		for name, text := range map[string]string{"a zero byte": `a\u0000b`, "half a surrogate": `\ud800`, "right to left": `\u202eabc`, "emoji": `🔥`} {
			a := s.do("POST", "/api/incidents/"+ref+"/notes", `{"text":"`+text+`"}`, in)
			if a.StatusCode >= 500 {
				t.Errorf("%s: %d %s", name, a.StatusCode, a.body)
			}
		}
		if a := s.do("GET", "/api/incidents?q=%00%25_'%22--", nil, in); a.StatusCode >= 500 {
			t.Errorf("a hostile search: %d %s", a.StatusCode, a.body)
		}
		for _, ref := range []string{"%00", "INC-99999999999999999999", "INC--1", "'", "..%2f..%2fetc"} {
			if a := s.do("GET", "/api/incidents/"+ref, nil, in); a.StatusCode/100 != 4 {
				t.Errorf("GET /api/incidents/%s: %d %s", ref, a.StatusCode, a.body)
			}
		}
	})
}

func TestWhatPeopleWriteCannotRunInAnothersBrowser(t *testing.T) {
	t.Parallel()
	s := start(t, storetest.SQLite(t))
	in := bearer(s.token(incident.Admin))
	ref := s.declared(in)
	hostile := "**bold**\n\n<script>alert(1)</script><img src=x onerror=alert(2)> [click](javascript:alert(3)) <a href=\"data:text/html,x\">y</a> <iframe src=//evil.example></iframe>"
	s.must(nil, "POST", "/api/incidents/"+ref+"/notes", map[string]any{"text": hostile}, in)
	s.must(nil, "POST", "/api/incidents/"+ref+"/status", map[string]any{"to": "resolved", "reason": "it was nothing"}, in)
	s.wait("the draft is made", func() bool {
		return s.do("PATCH", "/api/incidents/"+ref+"/review", `{"parts":{"well":"**bold**"}}`, in).StatusCode == http.StatusOK
	})
	s.must(nil, "PATCH", "/api/incidents/"+ref+"/review", map[string]any{"parts": map[string]string{"summary": hostile, "lucky": hostile}}, in)
	var review struct{ Parts map[string]string }
	s.must(&review, "GET", "/api/incidents/"+ref+"/review", nil, in)
	for _, name := range []string{"summary", "lucky"} {
		html := strings.ToLower(review.Parts[name])
		if !strings.Contains(html, "<strong>bold</strong>") {
			t.Errorf("%s is not rendered: %q", name, html)
		}
		for _, bad := range []string{"<script", "<img", "\"javascript:", "data:text", "<iframe"} {
			if strings.Contains(html, bad) {
				t.Errorf("%s is rendered with %q: %s", name, bad, html)
			}
		}
	}
	page := s.must(nil, "GET", "/api/incidents/"+ref+"/review.html", nil, in)
	if strings.Contains(string(page.body), "<script") || strings.Contains(string(page.body), "<img src=x") {
		t.Errorf("the review's page holds a script")
	}
	if csp := page.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "sandbox") {
		t.Errorf("the review's page runs with the policy %q, want a sandbox", csp)
	}
}

func TestTheSpecificationIsServedAndNamesEveryOperation(t *testing.T) {
	t.Parallel()
	s := start(t, storetest.SQLite(t))
	var spec struct {
		OpenAPI string
		Paths   map[string]map[string]struct{ OperationID string }
	}
	s.must(&spec, "GET", "/api/openapi.json", nil)
	if !strings.HasPrefix(spec.OpenAPI, "3.1") {
		t.Errorf("it is OpenAPI %q, want 3.1", spec.OpenAPI)
	}
	ids := map[string]string{}
	for path, item := range spec.Paths {
		for method, op := range item {
			if other := ids[op.OperationID]; other != "" || op.OperationID == "" {
				t.Errorf("%s %s and %s share the id %q", method, path, other, op.OperationID)
			}
			ids[op.OperationID] = method + " " + path
		}
	}
	if len(ids) != len(s.API.Operations()) {
		t.Errorf("it names %d operations of %d", len(ids), len(s.API.Operations()))
	}
}
