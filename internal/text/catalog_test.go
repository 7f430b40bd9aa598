package text

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func TestBothCatalogsHaveTheSameMessages(t *testing.T) {
	t.Parallel()
	for key := range english {
		if _, ok := indonesian[key]; !ok {
			t.Errorf("%s is not in Indonesian", key)
		}
	}
	for key := range indonesian {
		if _, ok := english[key]; !ok {
			t.Errorf("%s is not in English", key)
		}
	}
}

// same are the messages that are alike in both languages and meant to be: they
// are names, signs, or words that both use.
var same = regexp.MustCompile(`^(unit\.hour|time\.precise|stage\.learn|channel\..*|entry\.(where|signal|evidence|evidenceFrom|note|finding|reportMore|proofHold|follow)|` +
	`found\.patterns|suspect\..*|plot\.title|action\.(monitoring|sop)|letter\.(since|where|value)|draft\.reports|follow\.changed|moments\.(corrected|detail)|field\.state|template\.update|doc\.suspect|doc\.change|doc\.state|chat\.marked)$`)

func TestOnlyNamesAndSignsAreTheSameInBothLanguages(t *testing.T) {
	t.Parallel()
	for _, key := range slices.Sorted(maps.Keys(english)) {
		if english[key] == indonesian[key] && !same.MatchString(key) {
			t.Errorf("%s is %q in both languages", key, english[key])
		}
	}
}

var placeholder = regexp.MustCompile(`\{([a-zA-Z]+)[|}]`)

func TestMessagesAreWhole(t *testing.T) {
	t.Parallel()
	for lang, messages := range map[string]catalog{"en": english, "id": indonesian} {
		for key, message := range messages {
			if strings.TrimSpace(message) == "" {
				t.Errorf("%s: %s is empty", lang, key)
			}
			if strings.Count(message, "[") != strings.Count(message, "]") || strings.Count(message, "{") != strings.Count(message, "}") {
				t.Errorf("%s: %s has brackets that are not closed: %q", lang, key, message)
			}
			if strings.Count(message, "**")%2 != 0 {
				t.Errorf("%s: %s has a mark that is not closed: %q", lang, key, message)
			}
			for _, name := range placeholder.FindAllStringSubmatch(message, -1) {
				if !strings.Contains(english[key], "{"+name[1]) {
					t.Errorf("%s: %s uses {%s}, which English does not", lang, key, name[1])
				}
			}
		}
	}
}

// TestEveryMessageIsSaid reads the package's own source: every key that is said
// is in the catalog, and every message in the catalog has a line that says it.
func TestEveryMessageIsSaid(t *testing.T) {
	t.Parallel()
	said := literals(t)
	for key := range said {
		if _, ok := english[key]; !ok && strings.HasPrefix(key, "!") {
			t.Errorf("%s is said and not in the catalog", key[1:])
		}
	}
	for _, key := range slices.Sorted(maps.Keys(english)) {
		if !said[key] && !slices.ContainsFunc(prefixes(key), func(p string) bool { return said[p] }) {
			t.Errorf("%s is never said", key)
		}
	}
}

// prefixes are the beginnings of a key that code may complete.
func prefixes(key string) (out []string) {
	for n := range key {
		if key[n] == '.' {
			out = append(out, key[:n+1])
		}
	}
	return append(out, strings.TrimSuffix(key, ".more"), strings.TrimSuffix(key, "Before"), strings.TrimSuffix(key, "Share"))
}

var saidInTemplate = regexp.MustCompile(`say "([^"]+)"`)

// literals are all string constants outside the catalogs. A key that is given
// to say or mark as it is, and is in no catalog, is marked with !.
func literals(t *testing.T) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if name == "en.go" || name == "id.go" || strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.BasicLit:
				if s, err := strconv.Unquote(n.Value); n.Kind == token.STRING && err == nil {
					out[s] = true
				}
			case *ast.CallExpr:
				if key, ok := keyOf(n); ok && english[key] == "" {
					out["!"+key] = true
				}
			}
			return true
		})
	}
	page, err := os.ReadFile("postmortem.html")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range saidInTemplate.FindAllSubmatch(page, -1) {
		key := string(m[1])
		if out[key] = true; english[key] == "" {
			out["!"+key] = true
		}
	}
	return out
}

// keyOf is the constant key of a call of say or mark.
func keyOf(call *ast.CallExpr) (string, bool) {
	fn, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || (fn.Sel.Name != "say" && fn.Sel.Name != "mark") || len(call.Args) == 0 {
		return "", false
	}
	lit, ok := call.Args[0].(*ast.BasicLit)
	if !ok {
		return "", false
	}
	key, err := strconv.Unquote(lit.Value)
	return key, err == nil
}
