package docs

import (
	"io/fs"
	"net/http"
	"net/http/httptest"
	"path"
	"regexp"
	"strings"
	"testing"
)

func get(t *testing.T, where, languages string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, where, nil)
	r.Header.Set("Accept-Language", languages)
	w := httptest.NewRecorder()
	Handler().ServeHTTP(w, r)
	return w.Result()
}

func TestTheManualOpensInTheLanguageOfTheBrowser(t *testing.T) {
	t.Parallel()
	for languages, want := range map[string]string{
		"":                  "/docs/README.md",
		"id-ID,id;q=0.9":    "/docs/README.id.md",
		"en-GB,id;q=0.5":    "/docs/README.md",
		"nl,id;q=0.8":       "/docs/README.id.md",
		"not a language;;,": "/docs/README.md",
	} {
		if got := get(t, "/docs/", languages).Header.Get("Location"); got != want {
			t.Errorf("for %q it opens at %s, want %s", languages, got, want)
		}
	}
}

// onlyEnglish are pages for those who work on Sigap rather than with it.
func onlyEnglish(name string) bool {
	return name == "performance.md" || strings.HasPrefix(name, "decisions/")
}

func TestEveryPageOfTheManualIsThereInBothLanguages(t *testing.T) {
	t.Parallel()
	pages, err := render()
	if err != nil {
		t.Fatal(err)
	}
	for name := range pages {
		other := strings.TrimSuffix(name, ".md") + ".id.md"
		if english, isIndonesian := strings.CutSuffix(name, ".id.md"); isIndonesian {
			other = english + ".md"
		}
		if pages[other] == nil && !onlyEnglish(name) {
			t.Errorf("%s has no %s", name, other)
		}
	}
}

var (
	links  = regexp.MustCompile(`<a href="([^"]*)"`)
	images = regexp.MustCompile(`<img src="([^"]*)"`)
)

// TestEveryLinkOfTheManualLeadsSomewhere follows each link between pages, to
// the heading that it names.
func TestEveryLinkOfTheManualLeadsSomewhere(t *testing.T) {
	t.Parallel()
	pages, err := render()
	if err != nil {
		t.Fatal(err)
	}
	followed := 0
	for name, page := range pages {
		for _, m := range images.FindAllSubmatch(page, -1) {
			if _, err := fs.Stat(files, path.Join(path.Dir(name), string(m[1]))); err != nil {
				t.Errorf("%s shows %s, which is not there", name, m[1])
			}
		}
		for _, m := range links.FindAllSubmatch(page, -1) {
			target := string(m[1])
			if strings.Contains(target, ":") || target == "/" {
				continue // elsewhere, or Sigap's own pages
			}
			to, heading, _ := strings.Cut(target, "#")
			switch {
			case strings.HasPrefix(to, "/"):
				to = strings.TrimPrefix(to, "/docs/")
			case to == "":
				to = name
			default:
				to = path.Join(path.Dir(name), to)
			}
			followed++
			if pages[to] == nil {
				t.Errorf("%s links to %s, which is no page", name, target)
			} else if heading != "" && !strings.Contains(string(pages[to]), `id="`+heading+`"`) {
				t.Errorf("%s links to %s, which has no such heading", name, target)
			}
		}
	}
	if followed < 200 {
		t.Errorf("%d links were followed; there are more", followed)
	}
}

func TestThereIsNothingBesideTheManual(t *testing.T) {
	t.Parallel()
	for where, status := range map[string]int{
		"/docs/start.md":                  http.StatusOK,
		"/docs/img/incident.png":          http.StatusOK,
		"/docs/docs.go":                   http.StatusNotFound,
		"/docs/img/../docs.go":            http.StatusNotFound,
		"/docs/img/":                      http.StatusNotFound,
		"/docs/../../../../etc/passwd":    http.StatusNotFound,
		"/docs/integrations/nobody.md":    http.StatusNotFound,
		"/docs/integrations/README.md":    http.StatusOK,
		"/docs/channels/slack.id.md":      http.StatusOK,
		"/docs/decisions/README.md":       http.StatusOK,
		"/docs/integrations/github.id.md": http.StatusOK,
	} {
		if got := get(t, where, "").StatusCode; got != status {
			t.Errorf("%s: %d, want %d", where, got, status)
		}
	}
}
