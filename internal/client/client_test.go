package client_test

import (
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/client"
)

func serve(t *testing.T, h http.HandlerFunc) *client.Client {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return client.New(s.URL+"/", "sgp_token")
}

func TestACallSendsJSONWithTheTokenAndReadsTheAnswer(t *testing.T) {
	t.Parallel()
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if got := r.Header.Get("Authorization"); got != "Bearer sgp_token" {
			t.Errorf("Authorization is %q", got)
		}
		_ = json.NewEncoder(w).Encode(map[string]string{"said": r.Method + " " + r.URL.Path + " " + string(body)})
	})
	var out struct{ Said string }
	if err := c.Call(t.Context(), "POST", "/api/x", map[string]int{"n": 1}, &out); err != nil {
		t.Fatal(err)
	}
	if want := `POST /api/x {"n":1}`; out.Said != want {
		t.Errorf("the server got %q, want %q", out.Said, want)
	}
	var raw []byte
	if err := c.Call(t.Context(), "GET", "/api/x", nil, &raw); err != nil || !strings.Contains(string(raw), "GET /api/x ") {
		t.Errorf("as it is, the answer is %q (%v)", raw, err)
	}
	if err := c.Call(t.Context(), "GET", "/api/x", nil, nil); err != nil {
		t.Errorf("an answer that nobody wants: %v", err)
	}
}

func TestARefusalIsWhatTheServerSaid(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ body, want string }{
		"a problem with its detail": {`{"status":403,"title":"Forbidden","detail":"This needs the right admin."}`, "This needs the right admin."},
		"a problem without one":     {`{"status":403,"title":"Not today"}`, "Not today"},
		"no problem document":       {`<html>`, "403 Forbidden"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(http.StatusForbidden)
				_, _ = io.WriteString(w, tt.body)
			})
			err := c.Call(t.Context(), "GET", "/api/x", nil, nil)
			p, ok := errors.AsType[*client.Problem](err)
			if !ok || p.Status != http.StatusForbidden || p.Error() != tt.want {
				t.Errorf("the error is %v, want a problem that says %q", err, tt.want)
			}
		})
	}
}

func TestASessionThatBeganIsUsedFromThenOn(t *testing.T) {
	t.Parallel()
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			http.SetCookie(w, &http.Cookie{Name: "sigap_session", Value: "s3cret"})
			http.SetCookie(w, &http.Cookie{Name: "other", Value: "x"})
			return
		}
		if k, err := r.Cookie("sigap_session"); err != nil || k.Value != "s3cret" || len(r.Cookies()) != 1 {
			w.WriteHeader(http.StatusUnauthorized)
		}
	})
	if err := c.Call(t.Context(), "POST", "/api/session", nil, nil); err != nil {
		t.Fatal(err)
	}
	if err := c.Call(t.Context(), "GET", "/api/home", nil, nil); err != nil {
		t.Errorf("the session is not sent: %v", err)
	}
}

func TestAServerThatDoesNotAnswerIsNamed(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.NotFoundHandler())
	s.Close()
	err := client.New(s.URL, "").Call(t.Context(), "GET", "/api/home", nil, nil)
	if err == nil || !strings.HasPrefix(err.Error(), s.URL+" does not answer: ") {
		t.Errorf("the error is %v", err)
	}
}

func TestAnAnswerThatIsNoJSONIsAnError(t *testing.T) {
	t.Parallel()
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ready") })
	var out struct{}
	if err := c.Call(t.Context(), "GET", "/readyz", nil, &out); err == nil || !strings.Contains(err.Error(), "read the answer") {
		t.Errorf("the error is %v", err)
	}
}

func TestAPatientCallIsSentAgainUnderItsKeyUntilItIsAnswered(t *testing.T) {
	t.Parallel()
	under := http.Header{"Retry-After": {"1"}}
	for _, tt := range []struct {
		name    string
		answers []int // 0: the connection breaks
		header  http.Header
		wrong   bool
	}{
		{"the connection broke twice", []int{0, 0, 204}, nil, false},
		{"it was done, and the answer was lost", []int{0, 409}, nil, false},
		{"it is under way", []int{0, 409, 204}, under, false},
		{"it conflicts with what others did", []int{409}, nil, true},
		{"it is refused when the server is back", []int{0, 422}, nil, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var mu sync.Mutex
			keys := map[string]bool{}
			n := 0
			c := serve(t, func(w http.ResponseWriter, r *http.Request) {
				mu.Lock()
				defer mu.Unlock()
				keys[r.Header.Get("Idempotency-Key")] = true
				n++
				status := tt.answers[min(n, len(tt.answers))-1]
				if status == 0 {
					panic(http.ErrAbortHandler)
				}
				maps.Copy(w.Header(), tt.header)
				w.WriteHeader(status)
			})
			c.Patience = time.Minute
			if err := c.Call(t.Context(), "POST", "/api/x", nil, nil); (err != nil) != tt.wrong {
				t.Errorf("the call gave %v", err)
			}
			mu.Lock()
			defer mu.Unlock()
			if n != len(tt.answers) || len(keys) != 1 || keys[""] {
				t.Errorf("it was sent %d times under the keys %v, want %d under one", n, keys, len(tt.answers))
			}
		})
	}
}

func TestACallWithoutPatienceIsSentOnce(t *testing.T) {
	t.Parallel()
	var n atomic.Int32
	c := serve(t, func(http.ResponseWriter, *http.Request) { n.Add(1); panic(http.ErrAbortHandler) })
	if err := c.Call(t.Context(), "POST", "/api/x", nil, nil); err == nil || n.Load() != 1 {
		t.Errorf("it was sent %d times, and gave %v", n.Load(), err)
	}
}
