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
// Where draws is set, those two are an incident and its newest entries, which
// are written as HTML before the app runs.
type page struct {
	pattern, module string
	answers         []string
	draws           bool
}

var incidentAnswers = []string{"/incidents/{ref}", "/incidents/{ref}/entries?limit=60"}

// pages are those that somebody opens from a link in the worst hour; any other
// is served without what it needs, and asks.
var pages = []page{
	{"/{$}", "src/pages/Home.svelte", []string{"/home"}, false},
	{"/incidents", "src/pages/Incidents.svelte", nil, false},
	{"/incidents/{ref}", "src/pages/Incident.svelte", incidentAnswers, true},
	{"/incidents/{ref}/{stage}", "src/pages/Incident.svelte", incidentAnswers, true},
	{"/incidents/{ref}/review", "src/pages/Review.svelte", []string{"/incidents/{ref}/review"}, false},
	{"/a/{token}", "src/pages/Acknowledge.svelte", []string{"/pages/{token}"}, false},
	{"/signin", "src/pages/SignIn.svelte", nil, false},
	{"/report/{key}", "src/pages/ReportForm.svelte", nil, false},
	{"/", "", nil, false},
}

// chunk is one entry of the build's manifest.
type chunk struct {
	File    string   `json:"file"`
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
// imports, but for what is linked already, while the page is still on its way.
func links(manifest map[string]chunk, module, already string) string {
	var out strings.Builder
	var seen []string
	var walk func(name string)
	walk = func(name string) {
		c, ok := manifest[name]
		if !ok || slices.Contains(seen, name) {
			return
		}
		seen = append(seen, name)
		if strings.HasSuffix(c.File, ".js") && !strings.Contains(already, c.File) {
			fmt.Fprintf(&out, "<link rel=\"modulepreload\" crossorigin href=\"/%s\">\n", html.EscapeString(c.File))
		}
		for _, other := range c.Imports {
			walk(other)
		}
	}
	walk(module)
	return out.String()
}

// router finds the page of an address.
func (s *server) router(files fs.FS) http.Handler {
	mux := http.NewServeMux()
	manifest, first := readManifest(files), readFirst(files)
	firstSheet, _ := fs.ReadFile(files, ".vite/first.css")
	for _, p := range pages {
		frame, ok := s.cut(manifest, p, firstSheet)
		mux.HandleFunc(p.pattern, func(w http.ResponseWriter, r *http.Request) {
			ask, _ := r.Context().Value(askKey{}).(Ask)
			if ask == nil || !ok {
				s.index.send(w, r)
				return
			}
			frame.allow(w.Header())
			out, done := pageWriter(w, r)
			defer done()
			session := ask("/session")
			reader := readReader(session, r)
			_, _ = io.WriteString(out, frame.begin(reader))
			if !p.draws {
				out.Flush() // the browser fetches the app while the answers are made
			}
			answers := p.ask(r, ask)
			if p.draws {
				_ = first.write(out, r.PathValue("stage"), reader, answers[0], answers[1])
			}
			answer(out, "/session", session)
			for n, pattern := range p.answers {
				answer(out, filled(pattern, r), answers[n])
			}
			_, _ = io.WriteString(out, "</body>"+frame.end)
		})
	}
	return mux
}

// ask gets what a page shows first; empty where it is refused.
func (p page) ask(r *http.Request, ask Ask) [][]byte {
	answers := make([][]byte, len(p.answers))
	for n, pattern := range p.answers {
		if address := filled(pattern, r); address != "" {
			answers[n] = ask(address)
		}
	}
	return answers
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
