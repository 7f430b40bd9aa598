// Package web holds the built page and serves it. The build is made by
// `npm run build`; without one the binary still builds, and says what is missing.
package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"
)

//go:embed all:dist
var dist embed.FS

// Handler serves the page: a file of the build by its path, and index.html for
// every other path, because the page routes by itself. Names below /assets/
// carry a hash of their content, so browsers may keep them for good; everything
// else is asked for again, and answered 304 if it has not changed.
func Handler() http.Handler {
	files, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // the folder is in the binary, or it would not have been built
	}
	return newServer(files)
}

type server struct {
	assets map[string]*asset // by URL path
	index  *asset            // nil: the page was not built
	routes http.Handler      // the page by its address
}

// asset is one file, ready to be sent.
type asset struct {
	body   []byte
	zipped func() []byte // nil where compression does not pay
	kind   string        // Content-Type
	etag   string
	cache  string // Cache-Control
}

func newServer(files fs.FS) *server {
	s := &server{assets: map[string]*asset{}}
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(d.Name(), ".") {
			return err
		}
		body, err := fs.ReadFile(files, name)
		if err == nil {
			s.assets["/"+name] = newAsset(name, body)
		}
		return err
	})
	if err != nil {
		panic(err) // reading from memory does not go wrong
	}
	if s.index = s.assets["/index.html"]; s.index != nil {
		s.routes = s.router(files)
	}
	return s
}

func newAsset(name string, body []byte) *asset {
	sum := sha256.Sum256(body)
	a := &asset{body: body, kind: contentType(name), etag: `"` + hex.EncodeToString(sum[:8]) + `"`, cache: "no-cache"}
	if strings.HasPrefix(name, "assets/") {
		a.cache = "public, max-age=31536000, immutable"
	}
	if !strings.HasPrefix(a.kind, "font/") && len(body) > 1024 {
		a.zipped = sync.OnceValue(func() []byte { return zip(body) })
	}
	return a
}

// contentType is fixed for what the build makes: the host's own table of types
// differs from machine to machine.
func contentType(name string) string {
	switch path.Ext(name) {
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".html":
		return "text/html; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".woff2":
		return "font/woff2"
	case ".webmanifest":
		return "application/manifest+json"
	}
	if t := mime.TypeByExtension(path.Ext(name)); t != "" {
		return t
	}
	return "application/octet-stream"
}

func zip(body []byte) []byte {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		panic(err) // the level is one of the package's own
	}
	_, _ = w.Write(body) // a buffer takes everything
	_ = w.Close()
	return b.Bytes()
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "Method Not Allowed", http.StatusMethodNotAllowed)
		return
	}
	a := s.assets[path.Clean(r.URL.Path)]
	switch {
	case a != nil && a != s.index:
	case strings.HasPrefix(r.URL.Path, "/assets/"): // of another build: HTML would not run as a script
		http.NotFound(w, r)
		return
	case s.index == nil:
		http.Error(w, "The page is not in this binary: run `make web`, then build again. The API works.", http.StatusServiceUnavailable)
		return
	default:
		s.servePage(w, r)
		return
	}
	a.send(w, r)
}

func (a *asset) send(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", a.kind)
	h.Set("Cache-Control", a.cache)
	body, etag := a.body, a.etag
	if a.zipped != nil {
		h.Add("Vary", "Accept-Encoding")
		if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") && r.Header.Get("Range") == "" {
			h.Set("Content-Encoding", "gzip")
			body, etag = a.zipped(), strings.TrimSuffix(a.etag, `"`)+`-gz"`
		}
	}
	h.Set("Etag", etag)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
}
