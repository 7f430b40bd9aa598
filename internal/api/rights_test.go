package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/sigap-dev/sigap/internal/api"
	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/storetest"
)

// publicRoutes need no account, each for a reason.
var publicRoutes = map[string]string{
	"GET /api/session":             "says whether one is signed in",
	"POST /api/session":            "one signs in with it",
	"DELETE /api/session":          "ends the session that it is sent with, or nothing",
	"POST /api/setup":              "the one-time link's token is the proof",
	"POST /api/invitations/accept": "the invitation's token is the proof",
	"POST /api/password/forgot":    "asked by who cannot sign in; says nothing about accounts",
	"POST /api/password/reset":     "the mailed token is the proof",
	"GET /api/pages/{token}":       "the link is signed for one person",
	"POST /api/pages/{token}":      "the link is signed for one person",
	"GET /api/report/{key}":        "the form's key is the proof",
	"POST /api/report/{key}":       "the form's key is the proof",

	"POST /in/{key}":                       "the key is the proof",
	"GET /in/{key}":                        "the key is the proof",
	"POST /in/{key}/api/v2/silences":       "does nothing and says so",
	"GET /in/{key}/api/v2/silence/{id}":    "does nothing and says so",
	"DELETE /in/{key}/api/v2/silence/{id}": "does nothing and says so",
	"POST /in/{key}/api/v2/alerts":         "the key is the proof",
	"POST /in/{key}/v2/enqueue":            "the key is the proof",
	"POST /in/{key}/v2/change/enqueue":     "the key is the proof",
	"POST /in/{key}/changes":               "the key is the proof",
	"POST /in/{key}/reports":               "the key is the proof",
	"POST /in/{key}/heartbeat/{rest...}":   "the key is the proof",
	"GET /in/{key}/heartbeat/{rest...}":    "the key is the proof",
	"POST /in/{key}/v1/logs":               "the key is the proof",
	"POST /in/{key}/v1/metrics":            "the key is the proof",
	"GET /in/{key}/api/v2/status":          "the key is the proof",
	"GET /in/{key}/api/v2/receivers":       "the key is the proof",
	"GET /in/{key}/api/v2/silences":        "the key is the proof",
	"GET /in/{key}/api/v2/alerts":          "the key is the proof",
	"GET /in/{key}/api/v2/alerts/groups":   "the key is the proof",
	"POST /v2/enqueue":                     "the key is in the body",
	"POST /v2/change/enqueue":              "the key is in the body",
	"POST /v2/alerts":                      "the key is in the header",
	"POST /v2/alerts/{rest...}":            "the key is in the header",

	"POST /hook/{token}":            "the link's token is the proof, as a service was given it",
	"POST /chat/slack":              "Slack's signature is the proof",
	"GET /chat/whatsapp":            "the token to verify is the proof",
	"POST /chat/whatsapp":           "Meta's signature is the proof",
	"GET /feed/{secret}/oncall.ics": "the secret is the proof",

	"GET /healthz":  "asked by what keeps the process alive",
	"GET /readyz":   "asked by what sends traffic to it",
	"GET /metrics":  "asked by a Prometheus; holds counts only",
	"GET /api/docs": "how the API is used is no secret",
	"GET /docs/":    "nor is the manual",
	"/api/":         "says that there is no such operation",
}

// ownRule are operations that may be forbidden to who has the right, by a rule
// that looks at who asks about whom.
var ownRule = []string{"/api/me", "/api/people/{id}/contacts"}

// caller is one who asks, and the right that they have.
type caller struct {
	name  string
	right incident.Right // empty: nobody
	as    []with
}

func (s *server) callers() []caller {
	s.t.Helper()
	out := []caller{{name: "nobody"}, {name: "a made-up token", as: []with{bearer("sgp_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")}},
		{name: "a made-up session", as: []with{cookie("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")}},
		{name: "a sender's key as token", as: []with{bearer(s.key("generic"))}},
		{name: "a sender's key as session", as: []with{cookie(s.key("generic"))}},
		{name: "an API token as session", as: []with{cookie(s.token(incident.Admin))}}}
	for _, right := range []incident.Right{incident.Viewer, incident.Responder, incident.Manager, incident.Admin} {
		s.user(string(right), right)
		out = append(out, caller{"the " + string(right), right, []with{cookie(s.signIn(string(right)))}},
			caller{"a token of scope " + string(right), right, []with{bearer(s.token(right))}})
	}
	return out
}

func TestEveryRouteHasARightOrAReasonToBePublic(t *testing.T) {
	t.Parallel()
	s := start(t, storetest.SQLite(t))
	seen := map[string]bool{}
	look := func(route string, right incident.Right) {
		seen[route] = true
		if _, listed := publicRoutes[route]; listed != (right == "") {
			t.Errorf("%s has the right %q; listed as public: %t", route, right, listed)
		}
		if right != "" && !right.Valid() {
			t.Errorf("%s has the right %q, which nobody has", route, right)
		}
	}
	for _, op := range s.API.Operations() {
		look(op.Method+" "+op.Path, op.Right)
	}
	for _, own := range s.API.OwnRoutes() {
		look(own.Pattern, own.Right)
	}
	for route := range publicRoutes {
		if !seen[route] {
			t.Errorf("publicRoutes lists %s, which does not exist", route)
		}
	}
	if len(seen) < 80 {
		t.Errorf("%d routes were looked at; there are more", len(seen))
	}
}

func TestEveryOperationIsRefusedExactlyToThoseWithoutItsRight(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, dsn string) {
		s := start(t, dsn)
		callers := s.callers()
		ref := s.declared(callers[len(callers)-1].as...)
		for _, c := range callers {
			for _, op := range s.API.Operations() {
				if op.Method == http.MethodDelete && op.Path == "/api/session" {
					continue // it would end the caller's session
				}
				// An unknown field is refused after the right is checked and
				// before anything is done.
				var body any
				if op.Method != http.MethodGet && op.Method != http.MethodDelete {
					body = `{"noSuchField":1}`
				}
				a := s.do(op.Method, fill(op.Path, ref), body, c.as...)
				checkRight(t, c, op, a)
			}
		}
	})
}

func checkRight(t *testing.T, c caller, op api.Operation, a answer) {
	t.Helper()
	refused := a.StatusCode == http.StatusUnauthorized || a.StatusCode == http.StatusForbidden
	switch {
	case a.StatusCode >= 500:
		t.Errorf("%s: %s %s: %d %s", c.name, op.Method, op.Path, a.StatusCode, a.body)
	case op.Right == "":
		if refused {
			t.Errorf("%s: %s %s is public and answers %d %s", c.name, op.Method, op.Path, a.StatusCode, a.body)
		}
	case c.right == "":
		if a.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s: %s %s: %d, want 401", c.name, op.Method, op.Path, a.StatusCode)
		}
	case !c.right.Includes(op.Right):
		if a.StatusCode != http.StatusForbidden {
			t.Errorf("%s: %s %s: %d, want 403", c.name, op.Method, op.Path, a.StatusCode)
		}
	case refused && !hasOwnRule(op.Path):
		t.Errorf("%s has the right to %s %s and gets %d %s", c.name, op.Method, op.Path, a.StatusCode, a.body)
	}
	if a.StatusCode >= 400 {
		a.problem(t)
	}
}

func hasOwnRule(path string) bool {
	for _, prefix := range ownRule {
		if strings.HasPrefix(path, prefix) {
			return true
		}
	}
	return false
}

func TestEveryPlainRouteIsRefusedExactlyToThoseWithoutItsRight(t *testing.T) {
	t.Parallel()
	s := start(t, storetest.SQLite(t))
	callers := s.callers()
	ref := s.declared(callers[len(callers)-1].as...)
	for _, own := range s.API.OwnRoutes() {
		if own.Right == "" {
			continue // its key is its proof: intake_test.go
		}
		method, path, _ := strings.Cut(own.Pattern, " ")
		for _, c := range callers {
			allowed := c.right != "" && c.right.Includes(own.Right)
			if allowed && (strings.HasSuffix(path, "/profile") || strings.HasSuffix(path, "/trace")) {
				continue // only one can run in a process
			}
			a := s.do(method, fill(path, ref), nil, c.as...)
			want := http.StatusOK
			switch {
			case c.right == "":
				want = http.StatusUnauthorized
			case !allowed:
				want = http.StatusForbidden
			case strings.HasSuffix(path, ".ics"):
				want = http.StatusNotFound // no meeting is planned
			}
			if a.StatusCode != want {
				t.Errorf("%s: %s: %d, want %d: %.200s", c.name, own.Pattern, a.StatusCode, want, a.body)
			}
		}
	}
}

// fill puts an incident and made-up names into a path.
func fill(path, ref string) string {
	return strings.NewReplacer("{ref}", ref, "{kind}", "webhook", "{", "no-such-", "}", "").Replace(path)
}

// declared declares an incident and gives its reference.
func (s *server) declared(as ...with) string {
	s.t.Helper()
	var made struct{ Ref string }
	s.must(&made, "POST", "/api/incidents", map[string]any{"title": "Checkout fails", "severity": 2, "service": "checkout"}, as...)
	return made.Ref
}
