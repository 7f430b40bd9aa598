package web

import (
	"bytes"
	"compress/gzip"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
)

var built = fstest.MapFS{
	"index.html":         {Data: []byte("<!doctype html><title>Sigap</title>" + strings.Repeat(" ", 2000))},
	"theme.js":           {Data: []byte("1")},
	"assets/index-1a.js": {Data: []byte(strings.Repeat("go();", 1000))},
	"assets/i-2b.woff2":  {Data: bytes.Repeat([]byte{7}, 5000)},
	".gitkeep":           {Data: nil},
}

func get(t *testing.T, h http.Handler, path string, header ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for n := 0; n+1 < len(header); n += 2 {
		r.Header.Set(header[n], header[n+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func TestEveryOtherPathIsThePage(t *testing.T) {
	t.Parallel()
	h := newServer(built)
	for _, path := range []string{"/", "/incidents/INC-142/act", "/a/token", "/.gitkeep", "/../etc/passwd"} {
		res := get(t, h, path)
		body, _ := io.ReadAll(res.Body)
		if res.StatusCode != http.StatusOK || !bytes.Contains(body, []byte("<title>Sigap</title>")) {
			t.Errorf("GET %s: %d %.60q, want the page", path, res.StatusCode, body)
		}
		if got := res.Header.Get("Cache-Control"); got != "no-cache" {
			t.Errorf("GET %s: Cache-Control %q, want no-cache", path, got)
		}
	}
}

func TestHashedFilesAreKeptForGoodAndCompressed(t *testing.T) {
	t.Parallel()
	h := newServer(built)
	res := get(t, h, "/assets/index-1a.js", "Accept-Encoding", "br, gzip")
	if got := res.Header.Get("Cache-Control"); !strings.Contains(got, "immutable") {
		t.Errorf("Cache-Control %q, want immutable", got)
	}
	z, err := gzip.NewReader(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if body, _ := io.ReadAll(z); string(body) != string(built["assets/index-1a.js"].Data) {
		t.Errorf("the compressed file reads %.40q", body)
	}
	if res := get(t, h, "/assets/i-2b.woff2", "Accept-Encoding", "gzip"); res.Header.Get("Content-Encoding") != "" || res.Header.Get("Content-Type") != "font/woff2" {
		t.Errorf("a font came with %v, want it as it is", res.Header)
	}
	if res := get(t, h, "/assets/index-0f.js"); res.StatusCode != http.StatusNotFound {
		t.Errorf("a file of another build: %d, want 404", res.StatusCode)
	}
}

func TestAnUnchangedPageIsNotSentAgain(t *testing.T) {
	t.Parallel()
	h := newServer(built)
	for _, encoding := range []string{"identity", "gzip"} {
		etag := get(t, h, "/", "Accept-Encoding", encoding).Header.Get("Etag")
		if res := get(t, h, "/", "Accept-Encoding", encoding, "If-None-Match", etag); res.StatusCode != http.StatusNotModified {
			t.Errorf("%s with %s: %d, want 304", encoding, etag, res.StatusCode)
		}
	}
}

func TestABinaryWithoutThePageSaysWhatToDo(t *testing.T) {
	t.Parallel()
	res := get(t, newServer(fstest.MapFS{".gitkeep": {}}), "/")
	if body, _ := io.ReadAll(res.Body); res.StatusCode != http.StatusServiceUnavailable || !bytes.Contains(body, []byte("make web")) {
		t.Errorf("got %d %q", res.StatusCode, body)
	}
}

func TestOnlyReadingIsAllowed(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	newServer(built).ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/", nil))
	if w.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST: %d, want 405", w.Code)
	}
}

func TestAPageBringsAlongWhatItShowsFirst(t *testing.T) {
	t.Parallel()
	build := maps.Clone(drawn)
	build[".vite/manifest.json"] = &fstest.MapFile{Data: []byte(`{
		"index.html": {"file": "assets/index-1a.js", "imports": ["_shared.js"]},
		"src/pages/Review.svelte": {"file": "assets/R.js", "imports": ["_shared.js"]},
		"_shared.js": {"file": "assets/S.js", "imports": ["src/pages/Review.svelte"]},
		"src/lib/i18n/id.ts": {"file": "assets/id.js"}}`)}
	h := newServer(build)
	var asked []string
	ask := func(address string) []byte {
		asked = append(asked, address)
		return map[string][]byte{
			"/session":                []byte(`{"person":{"lang":"id"}}`),
			"/incidents/INC-1/review": []byte(`{"title":"</script><script>alert(1)"}`),
		}[address]
	}
	w := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodGet, "/incidents/INC-1/review", nil)
	h.ServeHTTP(w, r.WithContext(WithAsk(r.Context(), ask)))
	body := w.Body.String()
	for _, want := range []string{
		`<link rel="modulepreload" crossorigin href="/assets/R.js">`, `href="/assets/S.js">`, `href="/assets/id.js">`, "<style>b{color:red}i{color:blue}</style>",
		`<script type="application/json" data-answer="/incidents/INC-1/review">{"title":"\u003c/script>\u003cscript>alert(1)"}</script>`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the page has no %s:\n%s", want, body)
		}
	}
	if strings.Count(body, "S.js") != 1 {
		t.Error("a file is named twice")
	}
	if got := strings.Join(asked, " "); got != "/session /incidents/INC-1/review" {
		t.Errorf("asked for %s", got)
	}
	if got := w.Header().Get("Cache-Control"); got != "no-store" {
		t.Errorf("Cache-Control %q: a page with one person's data is kept nowhere", got)
	}
}

func TestAPageHoldsNoAnswerThatWasRefused(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodGet, "/incidents/INC-1/act", nil)
	newServer(drawn).ServeHTTP(w, r.WithContext(WithAsk(r.Context(), func(string) []byte { return nil })))
	if body := w.Body.String(); strings.Contains(body, "data-answer") || strings.Contains(body, `id="first"`) || !strings.Contains(body, `<div id="app">`) {
		t.Errorf("got %s", body)
	}
}
