package api_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/sigap-dev/sigap/internal/api"
	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/storetest"
)

// A probe is tried, made, and looked at by the running server; what it sees is
// said in the reader's language.
func TestAProbeIsMadeAndLookedAt(t *testing.T) {
	t.Parallel()
	ill := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) }))
	defer ill.Close()
	s := start(t, storetest.SQLite(t))
	admin := bearer(s.token(incident.Admin))
	page := map[string]any{"name": "Checkout page", "service": "checkout", "kind": "http", "target": ill.URL, "failures": 1}

	var saw struct{ Say string }
	s.must(&saw, "POST", "/api/probes/try", page, admin, header("Accept-Language", "id"))
	if !strings.Contains(saw.Say, "503") {
		t.Errorf("a look at what is ill says %q", saw.Say)
	}
	var made api.ProbeView
	s.must(&made, "POST", "/api/probes", page, admin)
	s.wait("the probe has signalled", func() bool {
		all := s.incidents(incident.Filter{})
		return len(all) == 1 && all[0].Service == "checkout" && all[0].Title == "Checkout page: status 503 instead of 2xx"
	})
	var listed struct{ Items []api.ProbeView }
	s.must(&listed, "GET", "/api/probes", nil, admin)
	if len(listed.Items) != 1 || !listed.Items[0].State.Firing || listed.Items[0].Say == "" {
		t.Errorf("listed are %+v", listed.Items)
	}
	s.must(nil, "DELETE", "/api/probes/"+made.ID, nil, admin)
	if a := s.do("DELETE", "/api/probes/"+made.ID, nil, admin); a.StatusCode != http.StatusNotFound {
		t.Errorf("removing it again: %d", a.StatusCode)
	}
	page["target"] = "shop"
	if p := s.do("POST", "/api/probes", page, admin).problem(t); p.Status != http.StatusUnprocessableEntity {
		t.Errorf("a target that is none: %+v", p)
	}
}

// The addresses where clouds keep their machines' credentials are out of reach.
func TestAProbeReachesNoCredentials(t *testing.T) {
	t.Parallel()
	s := start(t, storetest.SQLite(t))
	admin := bearer(s.token(incident.Admin))
	for _, target := range []string{"http://169.254.169.254/latest/meta-data/", "http://[fe80::1]/"} {
		var saw api.ProbeView
		s.must(&saw, "POST", "/api/probes/try", map[string]any{"name": "x", "service": "x", "kind": "http", "target": target, "timeout": 1}, admin)
		if saw.Say != "Sigap may not reach this address" {
			t.Errorf("%s: %q", target, saw.Say)
		}
	}
}
