package api

import (
	"encoding/json"
	"errors"
	"html/template"
	"net/http"
	"net/http/pprof"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/sigap-dev/sigap/docs"
	"github.com/sigap-dev/sigap/internal/incident"
)

// OwnRoute is a route that is no JSON operation: a stream, a file, a page.
type OwnRoute struct {
	Pattern string
	Right   incident.Right
}

// own registers a plain handler with the right that it needs.
func (s *Server) own(right incident.Right, pattern string, h func(http.ResponseWriter, *http.Request)) {
	s.owned = append(s.owned, OwnRoute{Pattern: pattern, Right: right})
	s.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		v := s.viewer(r)
		switch {
		case right == public:
		case v.actor.Kind == "":
			writeProblem(w, http.StatusUnauthorized, "Sign in, or send an API token.", "")
			return
		case !v.actor.Right.Includes(right):
			writeProblem(w, http.StatusForbidden, "This needs the right "+string(right)+".", "")
			return
		}
		h(w, r.WithContext(withViewer(r.Context(), v)))
	})
}

// OwnRoutes are the routes that the specification does not name.
func (s *Server) OwnRoutes() []OwnRoute { return slices.Clone(s.owned) }

// registerOwn registers what is about Sigap itself.
func (s *Server) registerOwn() {
	s.own(public, "GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	s.own(public, "GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		if err := s.Store.Ping(r.Context()); err != nil {
			writeProblem(w, http.StatusServiceUnavailable, "The store does not answer.", "Look at the server's log.")
			return
		}
		_, _ = w.Write([]byte("ready\n"))
	})
	if s.Metrics != nil {
		s.own(public, "GET /metrics", s.Metrics.ServeHTTP)
	}
	s.own(public, "GET /api/docs", s.docs)
	s.own(public, "GET /docs/", docs.Handler().ServeHTTP)
	s.own(incident.Admin, "GET /debug/pprof/", pprof.Index)
	s.own(incident.Admin, "GET /debug/pprof/profile", pprof.Profile)
	s.own(incident.Admin, "GET /debug/pprof/trace", pprof.Trace)
	s.own(public, "/api/", func(w http.ResponseWriter, r *http.Request) {
		writeProblem(w, http.StatusNotFound, "There is no such operation.", "The specification is at /api/openapi.json, to be read at /api/docs.")
	})
	if s.Web != nil {
		s.mux.Handle("/", s.withAnswers(s.Web))
	}
}

// writeProblem answers with RFC 9457 problem details.
func writeProblem(w http.ResponseWriter, status int, title, detail string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(huma.ErrorModel{Status: status, Title: title, Detail: detail})
}

func (s *Server) writeError(w http.ResponseWriter, r *http.Request, err error) {
	err = s.problem(r.Context(), err)
	if m, ok := errors.AsType[*huma.ErrorModel](err); ok {
		writeProblem(w, m.Status, m.Title, m.Detail)
		return
	}
	writeProblem(w, http.StatusInternalServerError, "Something went wrong on our side.", "It was logged; try again.")
}

var docsPage = template.Must(template.New("docs").Parse(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Sigap API</title><link rel="stylesheet" href="/docs.css"></head>
<body><main><h1>Sigap API {{.Version}}</h1><p>How it is used stands in <a href="/docs/api.md">the manual</a>. The machine-readable specification is <a href="/api/openapi.json">/api/openapi.json</a> (OpenAPI 3.1). Sign in on the page, or send an API token: <code>Authorization: Bearer sgp_…</code>. Errors are problem details (RFC 9457).</p>
{{range .Tags}}<h2>{{.Name}}</h2><table><thead><tr><th>operation</th><th>what it does</th><th>right</th></tr></thead><tbody>
{{range .Operations}}<tr><td><code>{{.Method}} {{.Path}}</code></td><td>{{.Summary}}</td><td>{{.Right}}</td></tr>{{end}}</tbody></table>{{end}}</main></body></html>`))

type docsOperation struct{ Method, Path, Summary, Right string }

type docsTag struct {
	Name       string
	Operations []docsOperation
}

// docs is the specification for people: every operation with its right. It
// needs no script and nothing from elsewhere.
func (s *Server) docs(w http.ResponseWriter, _ *http.Request) {
	byTag := map[string][]docsOperation{}
	for _, op := range s.Operations() {
		right := "–"
		if op.Right != public {
			right = string(op.Right)
		}
		byTag[op.Tag] = append(byTag[op.Tag], docsOperation{op.Method, op.Path, op.Summary, right})
	}
	var tags []docsTag
	for name, ops := range byTag {
		tags = append(tags, docsTag{name, ops})
	}
	slices.SortFunc(tags, func(a, b docsTag) int { return strings.Compare(a.Name, b.Name) })
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if err := docsPage.Execute(w, map[string]any{"Version": s.Version, "Tags": tags}); err != nil {
		s.Logger.Warn("the API's page was not written", "err", err)
	}
}

// Operation is one of the specification, with the right that it needs.
type Operation struct {
	Method, Path, Summary, Tag string
	Right                      incident.Right
}

// Operations are all of the specification, in order of their paths.
func (s *Server) Operations() []Operation {
	var out []Operation
	for path, item := range s.api.OpenAPI().Paths {
		for method, op := range map[string]*huma.Operation{"GET": item.Get, "POST": item.Post, "PUT": item.Put, "PATCH": item.Patch, "DELETE": item.Delete} {
			if op != nil {
				right, _ := op.Metadata["right"].(incident.Right)
				out = append(out, Operation{method, path, op.Summary, op.Tags[0], right})
			}
		}
	}
	slices.SortFunc(out, func(a, b Operation) int { return strings.Compare(a.Path+" "+a.Method, b.Path+" "+b.Method) })
	return out
}
