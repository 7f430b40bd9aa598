package web

import (
	"bytes"
	"compress/gzip"
	"io"
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
