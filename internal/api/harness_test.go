package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/app"
	"github.com/sigap-dev/sigap/internal/directory"
	"github.com/sigap-dev/sigap/internal/incident"
)

const password = "correct horse battery"

// server is a whole Sigap that answers on loopback, and what it logged.
type server struct {
	*app.App
	t       *testing.T
	address string
	log     *journal
}

// journal keeps what is logged, at all levels.
type journal struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.b.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.b.String()
}

// start runs a server on an empty store until the test ends.
func start(t *testing.T, dsn string, set ...func(*app.Config)) *server {
	t.Helper()
	c := app.Config{Listen: "127.0.0.1:0", Data: t.TempDir(), AllowOutgoing: []string{"127.0.0.1"}}
	c.Recorder.MaxBytes, c.Recorder.MaxAge = 64<<20, time.Hour
	if folder, embedded := strings.CutPrefix(dsn, "sqlite:"); embedded {
		c.Data = folder
	} else {
		c.Database = dsn
	}
	for _, s := range set {
		s(&c)
	}
	j := &journal{}
	a, err := app.New(t.Context(), c, time.Now, slog.New(slog.NewJSONHandler(j, &slog.HandlerOptions{Level: slog.LevelDebug})))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	ready, done := make(chan struct{}), make(chan error, 1)
	go func() { done <- a.Serve(ctx, func() { close(ready) }) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("the server ended with: %v", err)
		}
		if err := a.Close(); err != nil {
			t.Errorf("close the server: %v", err)
		}
	})
	select {
	case <-ready:
	case err := <-done:
		done <- err
		t.Fatalf("the server ended at once: %v", err)
	}
	// A listener of its own, since the app tells its public address only.
	web := httptest.NewServer(a.API)
	t.Cleanup(web.CloseClientConnections)
	t.Cleanup(web.Close)
	return &server{App: a, t: t, address: web.URL, log: j}
}

// user makes an account; its address is its name at example.com.
func (s *server) user(name string, right incident.Right) *directory.Person {
	s.t.Helper()
	p := &directory.Person{Name: name, Email: name + "@example.com", Right: right, Lang: "en"}
	if err := s.Accounts.AddUser(s.t.Context(), p, password); err != nil {
		s.t.Fatal(err)
	}
	return p
}

func (s *server) key(source string) string {
	s.t.Helper()
	secret, err := s.Accounts.IssueKey(s.t.Context(), source+"-sender", source, false)
	if err != nil {
		s.t.Fatal(err)
	}
	return secret
}

func (s *server) token(right incident.Right) string {
	s.t.Helper()
	secret, err := s.Accounts.IssueToken(s.t.Context(), "script", right)
	if err != nil {
		s.t.Fatal(err)
	}
	return secret
}

func (s *server) incidents(f incident.Filter) []*incident.Incident {
	s.t.Helper()
	f.Limit = 100
	list, err := s.Store.Incidents(s.t.Context(), f)
	if err != nil {
		s.t.Fatal(err)
	}
	return list
}

// with changes a request before it is sent.
type with func(*http.Request)

func bearer(token string) with {
	return func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token) }
}

func cookie(secret string) with {
	return func(r *http.Request) { r.AddCookie(&http.Cookie{Name: "sigap_session", Value: secret}) }
}

func header(name, value string) with {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

// answer is what came back, its body read.
type answer struct {
	*http.Response
	body []byte
}

// do sends a request: body is JSON text, bytes as they are, or any value to be
// written as JSON.
func (s *server) do(method, path string, body any, opts ...with) answer {
	s.t.Helper()
	var b []byte
	switch v := body.(type) {
	case nil:
	case string:
		b = []byte(v)
	case []byte:
		b = v
	default:
		var err error
		if b, err = json.Marshal(v); err != nil {
			s.t.Fatal(err)
		}
	}
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.address+path, bytes.NewReader(b))
	if err != nil {
		s.t.Fatal(err)
	}
	if b != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	for _, o := range opts {
		o(r)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		s.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer res.Body.Close()
	if strings.HasPrefix(res.Header.Get("Content-Type"), "text/event-stream") {
		return answer{Response: res} // it does not end
	}
	read, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatalf("%s %s: read the answer: %v", method, path, err)
	}
	return answer{res, read}
}

// must sends a request that succeeds, and reads its answer into out.
func (s *server) must(out any, method, path string, body any, opts ...with) answer {
	s.t.Helper()
	a := s.do(method, path, body, opts...)
	if a.StatusCode/100 != 2 {
		s.t.Fatalf("%s %s: %d %s", method, path, a.StatusCode, a.body)
	}
	if out != nil {
		if err := json.Unmarshal(a.body, out); err != nil {
			s.t.Fatalf("%s %s: %v in %s", method, path, err, a.body)
		}
	}
	return a
}

// signIn gives the session of an account that user made.
func (s *server) signIn(name string) string {
	s.t.Helper()
	a := s.must(nil, "POST", "/api/session", map[string]any{"email": name + "@example.com", "password": password})
	return a.session(s.t)
}

func (a answer) session(t *testing.T) string {
	t.Helper()
	for _, c := range a.Cookies() {
		if c.Name == "sigap_session" && c.Value != "" {
			return c.Value
		}
	}
	t.Fatalf("no session was begun: %d %s", a.StatusCode, a.body)
	return ""
}

// problem is an RFC 9457 document.
type problem struct {
	Status           int
	Title, Detail    string
	Errors, Rejected []struct{ Message, Location, Error string }
}

func (a answer) problem(t *testing.T) problem {
	t.Helper()
	var p problem
	if got := a.Header.Get("Content-Type"); !strings.HasPrefix(got, "application/problem+json") {
		t.Errorf("%s %s: a %d is a %q, want application/problem+json: %s", a.Request.Method, a.Request.URL.Path, a.StatusCode, got, a.body)
		return p
	}
	if err := json.Unmarshal(a.body, &p); err != nil {
		t.Errorf("%s %s: %v in %s", a.Request.Method, a.Request.URL.Path, err, a.body)
	}
	if p.Status != a.StatusCode || p.Title == "" {
		t.Errorf("%s %s: the problem says %d %q, the answer is %d", a.Request.Method, a.Request.URL.Path, p.Status, p.Title, a.StatusCode)
	}
	return p
}

// wait asks until it is so, without sleeping: each look is a request of its
// own, and the server has a bound to get there.
func (s *server) wait(what string, so func() bool) {
	s.t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	late := time.After(20 * time.Second)
	for !so() {
		select {
		case <-tick.C:
		case <-late:
			s.t.Fatalf("waited in vain: %s\n%s", what, s.log)
		}
	}
}
