package test

import (
	"strings"
	"testing"
)

// importRule says which packages of ours some packages may import. Paths are
// relative to the module; "x/..." means x and everything below it. What a
// package may import besides these is its own sub-packages.
type importRule struct {
	who   string
	may   []string
	never []string // exceptions from may
	why   string
}

// The record and what it looks at, which the stages may use.
var (
	record = []string{"internal/incident", "internal/directory"}
	shared = append(record[:2:2], "internal/evidence/...", "internal/text/...")
	stages = []string{
		"internal/identify/...", "internal/inform/...", "internal/investigate/...",
		"internal/act/...", "internal/update/...", "internal/learn/...",
	}
)

// importRules holds the first rule that fits a package; each package needs one.
var importRules = []importRule{
	{who: "internal/incident", why: "the record knows its own rules and nothing else"},
	{who: "internal/directory", may: []string{"internal/incident"}, why: "people and services need only the record's words for rights and errors"},

	{who: "internal/evidence/pattern", may: record, why: "a method turns data into data and does no I/O"},
	{who: "internal/evidence/shift", may: record, why: "a method turns data into data and does no I/O"},
	{who: "internal/identify/intake", may: record, why: "a parser turns bytes into signals and does no I/O"},
	{who: "internal/identify/window", may: append(record[:2:2], "internal/identify/intake"), why: "what a window covers is arithmetic over the clock and labels"},
	{who: "internal/identify/rule", may: record, why: "what a rule says of a signal is arithmetic over its fields"},
	{who: "internal/inform/oncall", may: record, why: "who is on call is arithmetic over the directory"},

	{who: "internal/evidence/...", may: append(record[:2:2], "internal/recorder"), why: "evidence is what the stages look at; it does not know them"},
	{who: "internal/text/...", may: record, why: "texts are rendered from the record alone"},
	{who: "internal/recorder/...", may: []string{"internal/incident"}, why: "the flight recorder serves any reader"},
	{who: "internal/agent/...", may: []string{"internal/incident"}, why: "the agent runs on servers that have no Sigap"},

	{who: "internal/identify/...", may: shared, why: stagesStandAlone},
	{who: "internal/inform/...", may: shared, why: stagesStandAlone},
	{who: "internal/investigate/...", may: shared, why: stagesStandAlone},
	{who: "internal/act/...", may: shared, why: stagesStandAlone},
	{who: "internal/update/...", may: shared, why: stagesStandAlone},
	{who: "internal/learn/...", may: shared, why: stagesStandAlone},

	{who: "internal/store/...", may: append(shared[:4:4], stages...), why: "the store imports the types that it stores"},
	{who: "internal/storetest", why: "an empty store for a test needs no code of ours"},
	{who: "internal/live/...", may: record, why: "it hands on timeline entries and does not judge them"},
	{who: "internal/version", why: "everything may import it"},

	{who: "internal/app", may: []string{"internal/...", "docs/...", "web"}, why: "it alone knows everything, except the lab"},
	{who: "internal/api/...", may: []string{"internal/...", "docs/...", "web"}, never: notStore, why: throughOperations},
	{who: "internal/chat/...", may: []string{"internal/..."}, never: notStore, why: throughOperations},
	{who: "internal/mcp/...", may: []string{"internal/..."}, never: notStore, why: throughOperations},
	{who: "cmd/...", may: []string{"internal/...", "lab/...", "docs/...", "web"}, never: notStore, why: throughOperations},
	{who: "internal/client", may: []string{"internal/incident"}, why: "it is what a command knows of a server: its API and the record's types"},
	{who: "internal/drill/...", may: []string{"internal/client", "internal/incident", "lab/..."}, why: "a drill works the lab and Sigap from outside, as people do"},
	{who: "tools/fill", may: []string{"internal/..."}, why: "it makes up the store of years, which operations would take a day for"},
	{who: "tools/...", may: []string{"internal/..."}, never: notStore, why: throughOperations},

	{who: "lab/...", may: []string{"lab/..."}, why: "the lab is somebody else's shop; it knows Sigap by its addresses only"},
	{who: "docs/...", why: "it embeds the pages of the manual"},
	{who: "web", why: "it embeds the built page"},
	{who: "test/...", may: []string{"internal/...", "lab/...", "cmd/...", "web"}, why: "it tests the whole"},
}

const (
	stagesStandAlone  = "what one stage causes in another goes through the record and the queue"
	throughOperations = "an incident is changed by the stages' operations only, so that its timeline stays true"
)

var notStore = []string{"internal/store/..."}

// testsMay is what the tests of any package may import besides: the real parts
// at the other end of what they test.
var testsMay = []string{"internal/store/...", "internal/storetest", "internal/recorder"}

func TestEachPackageImportsOnlyWhatItMay(t *testing.T) {
	t.Parallel()
	for _, pkg := range packages(t) {
		rule, ok := ruleFor(pkg.path)
		if !ok {
			t.Errorf("%s has no rule: say in importRules (test/imports_test.go) what it may import, and why", pkg.path)
			continue
		}
		for _, imported := range pkg.imports {
			if !rule.allows(pkg.path, imported) {
				t.Errorf("%s must not import %s: %s. Move the code, or declare an interface where it is used",
					pkg.path, imported, rule.why)
			}
		}
		for _, imported := range pkg.testImports {
			if !rule.allows(pkg.path, imported) && !matchesAny(testsMay, imported) {
				t.Errorf("the tests of %s must not import %s: %s. A test that needs several stages belongs below test/",
					pkg.path, imported, rule.why)
			}
		}
	}
}

func TestTheImportRulesTellRightFromWrong(t *testing.T) {
	t.Parallel()
	tests := []struct {
		importer, imported string
		want               bool
	}{
		{"internal/incident", "internal/directory", false},
		{"internal/directory", "internal/incident", true},
		{"internal/directory", "internal/text", false},
		{"internal/evidence/pattern", "internal/incident", true},
		{"internal/evidence/pattern", "internal/evidence", false},
		{"internal/evidence", "internal/evidence/shift", true},
		{"internal/evidence", "internal/recorder", true},
		{"internal/evidence", "internal/identify", false},
		{"internal/identify", "internal/identify/intake", true},
		{"internal/identify", "internal/evidence/pattern", true},
		{"internal/identify", "internal/inform", false},
		{"internal/identify", "internal/store", false},
		{"internal/identify/intake", "internal/text", false},
		{"internal/store", "internal/inform", true},
		{"internal/store", "internal/api", false},
		{"internal/api", "internal/inform/oncall", true},
		{"internal/api", "internal/store", false},
		{"internal/app", "internal/store", true},
		{"internal/app", "lab", false},
		{"cmd/sigap", "internal/store", false},
		{"cmd/sigap", "lab/shop", true},
		{"lab", "internal/incident", false},
		{"lab/fault", "lab/shop", true},
		{"tools/eval", "internal/evidence/pattern", true},
		{"tools/eval", "lab", false},
	}
	for _, tt := range tests {
		rule, ok := ruleFor(tt.importer)
		if !ok {
			t.Errorf("no rule for %s", tt.importer)
			continue
		}
		if got := rule.allows(tt.importer, tt.imported); got != tt.want {
			t.Errorf("%s importing %s: allowed is %t, want %t", tt.importer, tt.imported, got, tt.want)
		}
	}
}

// ruleFor returns the first rule that fits a package.
func ruleFor(path string) (importRule, bool) {
	for _, rule := range importRules {
		if matches(rule.who, path) {
			return rule, true
		}
	}
	return importRule{}, false
}

// allows reports whether the rule lets one of our packages import another.
func (r importRule) allows(importer, imported string) bool {
	if matches(importer+"/...", imported) {
		return true
	}
	return matchesAny(r.may, imported) && !matchesAny(r.never, imported)
}

func matchesAny(patterns []string, path string) bool {
	for _, pattern := range patterns {
		if matches(pattern, path) {
			return true
		}
	}
	return false
}

// matches reports whether a path is the pattern's, or below it where the
// pattern ends in "/...".
func matches(pattern, path string) bool {
	folder, all := strings.CutSuffix(pattern, "/...")
	return path == folder || all && strings.HasPrefix(path, folder+"/")
}
