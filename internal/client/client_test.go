package client_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

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
