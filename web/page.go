package web

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
)

// Ask gives the API's answer to a GET as the reader of a page would get it, or
// nothing if it is refused.
type Ask func(address string) []byte

type askKey struct{}

// WithAsk lets the page that is served for a request bring along what it shows
// first. Without it the page asks for that itself, one journey later.
func WithAsk(ctx context.Context, ask Ask) context.Context {
	return context.WithValue(ctx, askKey{}, ask)
}

// page is what the page at an address needs at once: its module of the build,
// and the answers of the API that it shows first, as web/src asks for them.
type page struct {
	pattern, module string
	answers         []string
}

// pages are those that somebody opens from a link in the worst hour; any other
// is served without what it needs, and asks.
var pages = []page{
	{"/{$}", "src/pages/Home.svelte", []string{"/home"}},
	{"/incidents", "src/pages/Incidents.svelte", nil},
	{"/incidents/{ref}", "src/pages/Incident.svelte", []string{"/incidents/{ref}", "/incidents/{ref}/entries?limit=60"}},
	{"/incidents/{ref}/{stage}", "src/pages/Incident.svelte", []string{"/incidents/{ref}", "/incidents/{ref}/entries?limit=60"}},
	{"/incidents/{ref}/review", "src/pages/Review.svelte", []string{"/incidents/{ref}/review"}},
	{"/a/{token}", "src/pages/Acknowledge.svelte", []string{"/pages/{token}"}},
	{"/signin", "src/pages/SignIn.svelte", nil},
	{"/report/{key}", "src/pages/ReportForm.svelte", nil},
	{"/", "", nil},
}

// chunk is one entry of the build's manifest.
type chunk struct {
	File    string   `json:"file"`
	CSS     []string `json:"css"`
	Imports []string `json:"imports"`
}

// readManifest reads what the build says of its files; a build without it
// serves pages that find them by themselves.
func readManifest(files fs.FS) map[string]chunk {
	var all map[string]chunk
	if text, err := fs.ReadFile(files, ".vite/manifest.json"); err == nil {
		_ = json.Unmarshal(text, &all)
	}
	return all
}

// links are the elements that have the browser fetch a module with all that it
// imports while the page itself is still on its way.
func links(manifest map[string]chunk, module, index string) string {
	var out strings.Builder
	var seen []string
	add := func(format, file string) {
		if !slices.Contains(seen, file) && !strings.Contains(index, file) {
			seen = append(seen, file)
			fmt.Fprintf(&out, format, html.EscapeString(file))
		}
	}
	var walk func(name string)
	walk = func(name string) {
		c, ok := manifest[name]
		if !ok || slices.Contains(seen, name) {
			return
		}
		seen = append(seen, name)
		for _, css := range c.CSS {
			add("<link rel=\"stylesheet\" crossorigin href=\"/%s\">\n", css)
		}
		if strings.HasSuffix(c.File, ".js") {
			add("<link rel=\"modulepreload\" crossorigin href=\"/%s\">\n", c.File)
		}
		for _, other := range c.Imports {
			walk(other)
		}
	}
	walk(module)
	return out.String()
}

// router finds the page of an address.
func (s *server) router(manifest map[string]chunk) http.Handler {
	head, rest, whole := strings.Cut(string(s.index.body), "</head>")
	body, end, closed := strings.Cut(rest, "</body>")
	mux := http.NewServeMux()
	catalog := links(manifest, "src/lib/i18n/id.ts", head)
	for _, p := range pages {
		preload := links(manifest, p.module, head)
		mux.HandleFunc(p.pattern, func(w http.ResponseWriter, r *http.Request) {
			ask, _ := r.Context().Value(askKey{}).(Ask)
			if ask == nil || !whole || !closed {
				s.index.send(w, r)
				return
			}
			session := ask("/session")
			out, done := pageWriter(w, r)
			defer done()
			_, _ = io.WriteString(out, head+preload)
			if indonesian(session, r) {
				_, _ = io.WriteString(out, catalog)
			}
			_, _ = io.WriteString(out, "</head>"+body)
			out.Flush() // the browser fetches those files while the answers are made
			answer(out, "/session", session)
			for _, pattern := range p.answers {
				if address := filled(pattern, r); address != "" {
					answer(out, address, ask(address))
				}
			}
			_, _ = io.WriteString(out, "</body>"+end)
		})
	}
	return mux
}

// servePage answers with the page, at whatever address.
func (s *server) servePage(w http.ResponseWriter, r *http.Request) {
	clean := r.Clone(r.Context())
	clean.URL = &url.URL{Path: path.Clean("/" + r.URL.Path)}
	s.routes.ServeHTTP(w, clean)
}

// filled puts an address' parts into a pattern; empty if one of them would not
// be sent as it is.
func filled(pattern string, r *http.Request) string {
	before, rest, _ := strings.Cut(pattern, "{")
	name, after, found := strings.Cut(rest, "}")
	if !found {
		return pattern
	}
	value := r.PathValue(name)
	if value == "" || value != url.PathEscape(value) {
		return ""
	}
	return before + value + after
}

// answer writes an answer as data that the page reads: nothing in it is run,
// and nothing in it can end the element.
func answer(w io.Writer, address string, body []byte) {
	if len(body) == 0 {
		return
	}
	_, _ = fmt.Fprintf(w, "<script type=\"application/json\" data-answer=\"%s\">%s</script>\n", html.EscapeString(address), bytes.ReplaceAll(bytes.TrimSpace(body), []byte("<"), []byte(`\u003c`)))
}

// indonesian reports whether the page will begin in Indonesian.
func indonesian(session []byte, r *http.Request) bool {
	var s struct {
		Person *struct {
			Lang string `json:"lang"`
		} `json:"person"`
	}
	if json.Unmarshal(session, &s) == nil && s.Person != nil {
		return s.Person.Lang == "id"
	}
	return strings.HasPrefix(strings.ToLower(r.Header.Get("Accept-Language")), "id")
}

// flusher writes and hands on what was written.
type flusher interface {
	io.Writer
	Flush()
}

type plainPage struct {
	io.Writer
	rc *http.ResponseController
}

func (p plainPage) Flush() { _ = p.rc.Flush() }

type zippedPage struct {
	*gzip.Writer
	rc *http.ResponseController
}

func (p zippedPage) Flush() {
	_ = p.Writer.Flush()
	_ = p.rc.Flush()
}

// pageWriter begins a page that is one person's; done ends it.
func pageWriter(w http.ResponseWriter, r *http.Request) (out flusher, done func()) {
	h, rc := w.Header(), http.NewResponseController(w)
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Add("Vary", "Accept-Encoding")
	if !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		return plainPage{w, rc}, func() {}
	}
	h.Set("Content-Encoding", "gzip")
	z, err := gzip.NewWriterLevel(w, gzip.BestSpeed)
	if err != nil {
		panic(err) // the level is one of the package's own
	}
	return zippedPage{z, rc}, func() { _ = z.Close() }
}
