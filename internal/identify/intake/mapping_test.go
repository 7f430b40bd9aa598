package intake

import (
	"net/http"
	"strings"
	"testing"

	"github.com/sigap-dev/sigap/internal/incident"
)

func TestAMappingReadsABodyOfItsOwnForm(t *testing.T) {
	t.Parallel()
	body := `{"site":"Jakarta","results":[
		{"probe":"login","ok":false,"ms":4210.5,"at":1764000000,"quiet":false},
		{"probe":"pay","ok":true,"at":"2026-11-24T02:00:00Z"},
		{"probe":"debug","ok":false,"quiet":true},
		{"probe":""}]}`
	m := Mapping{Entries: "results", Ignore: "has(entry.quiet) && entry.quiet", Title: `entry.probe == '' ? '' : entry.probe + ' in ' + body.site`,
		Identity: "probe", Service: "probe", Resolved: "ok", Value: "ms", StartedAt: "at", Severity: `"critical"`}
	r, err := m.Compile()
	if err != nil {
		t.Fatal(err)
	}
	batch, err := parse(t, "generic", Request{Body: []byte(body), Mapping: r})
	if err != nil || len(batch.Signals) != 2 || len(batch.Rejected) != 1 || batch.Rejected[0].Index != 3 {
		t.Fatalf("got %+v, %v", batch, err)
	}
	first, second := batch.Signals[0], batch.Signals[1]
	if first.Title != "login in Jakarta" || first.State != incident.Firing || first.Value != "4210.5" || first.Severity != "critical" || first.StartedAt.IsZero() {
		t.Errorf("the first is %+v", first)
	}
	if second.State != incident.Resolved || second.Identity != "pay" {
		t.Errorf("the second is %+v", second)
	}
	if len(batch.Notes) == 0 || !strings.Contains(strings.Join(batch.Notes, "\n"), "ms") {
		t.Errorf("what was not found is not noted: %q", batch.Notes)
	}
	holds(t, batch)
}

func TestAMappingThatCannotBeReadNamesItsMember(t *testing.T) {
	t.Parallel()
	for name, m := range map[string]Mapping{
		"title":    {Title: "entry."},
		"resolved": {Resolved: "unknown(entry)"},
		"severity": {Severity: "1 +"},
		"entries":  {Entries: "body.[0]"},
	} {
		_, err := m.Compile()
		if err == nil || !strings.Contains(err.Error(), "expression") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAnExpressionThatCostsTooMuchFindsNothing(t *testing.T) {
	t.Parallel()
	r, err := Mapping{Title: `entry.all.map(a, entry.all.map(b, entry.all.map(c, a + b + c))).size() > 0 ? 'x' : 'y'`, Identity: `"i"`}.Compile()
	if err != nil {
		t.Fatal(err)
	}
	body := `{"all":[` + strings.Repeat("1,", 500) + `1],"name":"kept"}`
	batch, err := parse(t, "generic", Request{Body: []byte(body), Mapping: r})
	if err != nil || len(batch.Signals) != 1 || batch.Signals[0].Title != "kept" || len(batch.Notes) != 1 {
		t.Errorf("got %+v, %v", batch, err)
	}
}

func FuzzMapping(f *testing.F) {
	f.Add("check.name", "entry.ok == false", []byte(`{"check":{"name":"x"},"ok":true}`))
	f.Add("a[0].b", "size(entry)", []byte(`[{"a":[{"b":1e400}]}]`))
	f.Add("body", "entry.map(x, x)", []byte(`"x"`))
	f.Fuzz(func(t *testing.T, title, resolved string, body []byte) {
		if len(title)+len(resolved) > 1000 {
			return
		}
		r, err := Mapping{Title: title, Resolved: resolved}.Compile()
		if err != nil {
			return
		}
		batch, err := parseGeneric(Request{Header: http.Header{}, Body: body, Mapping: r, Now: now})
		if err == nil {
			holds(t, batch)
		}
	})
}
