package api_test

import (
	"net/http"
	"testing"

	"github.com/sigap-dev/sigap/internal/api"
	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/storetest"
)

func TestAManagerTriesAPolicyInShadow(t *testing.T) {
	t.Parallel()
	s := start(t, storetest.SQLite(t))
	manager, viewer := bearer(s.token(incident.Manager)), bearer(s.token(incident.Viewer))
	var none api.ShadowView
	s.must(&none, "GET", "/api/policy/shadow", nil, viewer)
	if none.Policy != nil || none.Cases == nil {
		t.Errorf("without one: %+v", none)
	}
	draft := incident.DefaultPolicy()
	draft.DeclareAt = 45
	s.must(nil, "PUT", "/api/policy/shadow", draft, manager)
	s.must(nil, "POST", "/in/"+s.key("generic"), map[string]any{"title": "Nobody can pay", "service": "checkout", "severity": "critical"})
	var got api.ShadowView
	s.wait("it has decided", func() bool {
		s.must(&got, "GET", "/api/policy/shadow", nil, viewer, header("Accept-Language", "id"))
		return len(got.Cases) == 1
	})
	if c := got.Cases[0]; !c.Declares || c.Outcome != "open" || c.Done != "Menunggu keputusan" || got.Policy.Policy.DeclareAt != 45 {
		t.Errorf("it says %+v", got)
	}
	if a := s.do("POST", "/api/policy/shadow/adopt", map[string]any{"id": "another"}, manager); a.StatusCode != http.StatusConflict {
		t.Errorf("another one is put in force: %d", a.StatusCode)
	}
	s.must(nil, "POST", "/api/policy/shadow/adopt", map[string]any{"id": got.Policy.ID}, manager)
	var now incident.Policy
	s.must(&now, "GET", "/api/policy", nil, viewer)
	if now.DeclareAt != 45 {
		t.Errorf("in force is %+v", now)
	}
	s.must(nil, "DELETE", "/api/policy/shadow", nil, manager)
}
