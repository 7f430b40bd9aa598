package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/sigap-dev/sigap/internal/identify"
	"github.com/sigap-dev/sigap/internal/identify/rule"
	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/storetest"
)

// A rule is made, decides about the next alert in the reader's own language, is
// changed and removed.
func TestAManagerKeepsTheRules(t *testing.T) {
	t.Parallel()
	s := start(t, storetest.SQLite(t))
	manager := bearer(s.token(incident.Manager))
	regions := map[string]any{"name": "Regions", "does": "join", "when": `has(labels.region)`, "key": "region", "minutes": 30}
	var made rule.Kept
	s.must(&made, "POST", "/api/rules", regions, manager)
	path := "/in/" + s.key("generic")
	for _, service := range []string{"checkout", "search"} {
		s.must(nil, "POST", path, map[string]any{"title": "Errors of " + service, "service": service, "severity": "critical", "labels": map[string]any{"region": "eu-west"}})
	}
	s.wait("both have joined", func() bool {
		all := s.incidents(incident.Filter{})
		return len(all) == 1 && len(all[0].Alerts) == 2
	})
	id := s.incidents(incident.Filter{})[0].ID
	for lang, want := range map[string]string{"en": "joined by the rule Regions: region eu-west", "id": "bergabung menurut aturan Regions: region eu-west"} {
		if a := s.do("GET", "/api/incidents/"+id+"/entries", nil, manager, header("Accept-Language", lang)); !strings.Contains(string(a.body), want) {
			t.Errorf("no entry says %q: %s", want, a.body)
		}
	}
	var tried identify.Trial
	s.must(&tried, "POST", "/api/rules/try", map[string]any{"rules": []any{}, "days": 7}, manager)
	if tried.Before.Candidates != 1 || tried.After.Candidates != 2 || len(tried.Rules) != 0 {
		t.Errorf("without the rule: %+v", tried)
	}
	var replayed identify.Replayed
	s.must(&replayed, "POST", "/api/replay", map[string]any{"days": 7}, manager)
	if replayed != tried.Before {
		t.Errorf("a replay gives %+v, the trial %+v", replayed, tried.Before)
	}
	regions["off"] = true
	s.must(&made, "PUT", "/api/rules/"+made.ID, regions, manager)
	s.must(nil, "PUT", "/api/rules/order", map[string]any{"ids": []string{made.ID}}, manager)
	var listed struct{ Items []rule.Kept }
	s.must(&listed, "GET", "/api/rules", nil, bearer(s.token(incident.Viewer))) // everybody may read them
	if len(listed.Items) != 1 || !listed.Items[0].Off {
		t.Errorf("listed are %+v", listed.Items)
	}
	regions["when"] = "labels.region =="
	if p := s.do("POST", "/api/rules", regions, manager).problem(t); p.Status != http.StatusUnprocessableEntity || len(p.Errors) == 0 || !strings.Contains(p.Errors[0].Location, "when") {
		t.Errorf("an expression that is none: %+v", p)
	}
	s.must(nil, "DELETE", "/api/rules/"+made.ID, nil, manager)
	if a := s.do("PUT", "/api/rules/"+made.ID, map[string]any{"name": "x", "does": "apart", "when": "true"}, manager); a.StatusCode != http.StatusNotFound {
		t.Errorf("changing one that is gone: %d", a.StatusCode)
	}
}
