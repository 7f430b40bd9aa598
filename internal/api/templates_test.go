package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/sigap-dev/sigap/internal/api"
	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/storetest"
)

func TestAManagerWritesATemplateTriesItAndPutsItBack(t *testing.T) {
	t.Parallel()
	s := start(t, storetest.SQLite(t))
	manager := bearer(s.token(incident.Manager))
	s.must(nil, "POST", "/in/"+s.key("generic"), map[string]any{"title": "Checkout fails", "service": "checkout", "severity": "critical"})
	s.wait("it is a candidate", func() bool { return len(s.incidents(incident.Filter{})) == 1 })
	ref := s.incidents(incident.Filter{})[0].ID

	var said api.Letter
	try := map[string]any{"kind": "support", "lang": "id", "text": "Pakai makro GANGGUAN: {title}", "incident": ref}
	s.must(&said, "POST", "/api/templates/try", try, manager)
	if len(said.Lines) != 1 || said.Lines[0] != "Pakai makro GANGGUAN: Checkout fails" || len(said.Fields) == 0 || len(said.Actions) != 1 {
		t.Errorf("it would say %+v", said)
	}
	try["kind"], try["text"] = "update", "{status}" // none is sent yet: what one would say now
	s.must(&said, "POST", "/api/templates/try", try, manager)
	if len(said.Lines) != 1 || said.Lines[0] == "" {
		t.Errorf("an update would say %+v", said)
	}

	var v api.TemplateView
	path := "/api/templates/support/id"
	s.must(&v, "PUT", path, map[string]any{"text": "Pakai makro GANGGUAN: {title}"}, manager)
	if !v.Own || len(v.Changes) != 1 || len(v.Uses) == 0 || v.Uses[0].Says == "" {
		t.Errorf("it is %+v", v)
	}
	if p := s.do("PUT", path, map[string]any{"text": "{tilte}"}, manager).problem(t); p.Status != http.StatusUnprocessableEntity || len(p.Errors) == 0 || !strings.Contains(p.Errors[0].Location, "text") || !strings.Contains(p.Errors[0].Message, "there is no {tilte}") {
		t.Errorf("a placeholder that is none: %+v", p)
	}
	if a := s.do("PUT", "/api/templates/page/id", map[string]any{"text": "x"}, manager); a.StatusCode != http.StatusNotFound {
		t.Errorf("a page has no template: %d", a.StatusCode)
	}
	s.must(&v, "PUT", path, map[string]any{"text": ""}, manager)
	if v.Own || v.Text != v.Default || len(v.Changes) != 2 {
		t.Errorf("put back it is %+v", v)
	}
	var all struct{ Items []api.TemplateView }
	s.must(&all, "GET", "/api/templates", nil, manager)
	if len(all.Items) != 8 {
		t.Errorf("%d templates", len(all.Items))
	}
}
