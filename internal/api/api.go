// Package api is the face of Sigap over HTTP: operations as OpenAPI, sessions,
// tokens and keys, rights, the live stream, and the senders' routes. It is
// thin: what an operation does is its stage's business.
package api

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"reflect"
	"strings"
	"time"
	"unicode"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/sigap-dev/sigap/internal/act"
	"github.com/sigap-dev/sigap/internal/chat"
	"github.com/sigap-dev/sigap/internal/directory"
	"github.com/sigap-dev/sigap/internal/identify"
	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/inform"
	"github.com/sigap-dev/sigap/internal/investigate"
	"github.com/sigap-dev/sigap/internal/learn"
	"github.com/sigap-dev/sigap/internal/live"
	"github.com/sigap-dev/sigap/internal/update"
)

// Parts are what the API is a face of.
type Parts struct {
	Store       Store
	Identify    *identify.Service
	Probes      *identify.Probes
	Inform      *inform.Service
	Investigate *investigate.Service
	Act         *act.Service
	Update      *update.Service
	Chat        *chat.Service
	Learn       *learn.Service
	Live        *live.Broker
	Recorder    Recorder
	Channels    ChannelSettings
	PushKey     string // that browsers subscribe to
	Links       inform.Links
	Drill       Drill
	Fetch       func(ctx context.Context, address string) ([]byte, error) // what lies at an address that a sender or a manager named
	Web         http.Handler                                              // the pages; nil serves none
	Metrics     http.Handler                                              // nil serves none
	PublicURL   string
	Proxies     Proxies // in front of it, whose word is believed for whom they ask
	Version     string
	Now         func() time.Time
	Logger      *slog.Logger
}

// Server answers the API.
type Server struct {
	Parts
	mux     *http.ServeMux
	api     huma.API
	limit   *throttle
	owned   []OwnRoute
	figures statsCache
	rates   rates
	samples samples
	readers readers

	certificates certificates
}

// New makes the API's handler.
func New(p Parts) *Server {
	s := &Server{Parts: p, mux: http.NewServeMux(), limit: newThrottle(p.Now)}
	config := huma.DefaultConfig("Sigap", p.Version)
	config.Info.Description = "The operations of Sigap, the command centre for production incidents. " +
		"Sign in with a session cookie, or send an API token as `Authorization: Bearer sgp_…`."
	config.OpenAPIPath, config.DocsPath, config.SchemasPath = "/api/openapi", "", ""
	config.Formats = map[string]huma.Format{"application/json": strictJSON(), "json": strictJSON()}
	config.CreateHooks = nil // no $schema in bodies: the specification is at one place
	config.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", schemaName)
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"token":   {Type: "http", Scheme: "bearer"},
		"session": {Type: "apiKey", In: "cookie", Name: sessionCookie},
	}
	s.api = humago.New(s.mux, config)
	s.registerSession()
	s.registerIncidents()
	s.registerWork()
	s.registerReview()
	s.registerDirectory()
	s.registerOncall()
	s.registerSettings()
	s.registerPages()
	s.registerHook()
	s.registerStreams()
	s.registerIntake()
	s.registerOwn()
	return s
}

// schemaName keeps the bodies that only this package knows apart from the
// record's types of the same name.
func schemaName(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t == reflect.TypeFor[directory.Person]() {
		return "Account" // the record has a Person of its own: a name and an id
	}
	if t.Name() != "" && unicode.IsLower(rune(t.Name()[0])) {
		name += "Body"
	}
	return name
}

// OpenAPI is the specification, as JSON.
func (s *Server) OpenAPI() ([]byte, error) { return s.api.OpenAPI().MarshalJSON() }

// ServeHTTP answers a request, with the headers that every answer carries.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "+
		"connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	if strings.HasPrefix(s.PublicURL, "https://") {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
	if strings.HasPrefix(r.URL.Path, "/api/") {
		h.Set("Cache-Control", "no-store") // what one person may see is kept nowhere between
	}
	defer s.recovered(w, r)
	if addressHoldsNUL(r) {
		writeProblem(w, http.StatusBadRequest, "The address holds the character NUL.", "Nothing has a name like that.")
		return
	}
	if mayBeIdempotent(r) {
		s.idempotent(w, r)
		return
	}
	s.mux.ServeHTTP(w, r)
}

// recovered turns a panic into an internal error, logged with its request.
func (s *Server) recovered(w http.ResponseWriter, r *http.Request) {
	p := recover()
	switch p {
	case nil:
		return
	case http.ErrAbortHandler:
		panic(p) // it breaks the connection, so that half an answer is not taken for a whole
	}
	s.Logger.Error("a request panicked", "method", r.Method, "path", redactPath(r.URL.Path), "panic", p)
	writeProblem(w, http.StatusInternalServerError, "Something went wrong on our side.", "It was logged. Try again.")
}

// redactPath keeps secrets that stand in a path out of logs.
func redactPath(path string) string {
	for _, prefix := range []string{"/in/", "/a/", "/hook/", "/feed/", "/api/pages/", "/report/", "/api/report/"} {
		if rest, ok := strings.CutPrefix(path, prefix); ok {
			_, tail, _ := strings.Cut(rest, "/")
			return prefix + "…/" + tail
		}
	}
	return path
}

// public marks routes that need no account.
const public = incident.Right("")

// body is an answer's or a request's JSON.
type body[T any] struct{ Body T }

// route registers an operation with the right that it needs. A handler gets
// the viewer from the context.
func route[I, O any](s *Server, right incident.Right, method, path, summary string, h func(context.Context, *I) (*O, error)) {
	op := huma.Operation{
		OperationID: operationID(method, path), Method: method, Path: path, Summary: summary, Tags: []string{tag(path)},
		Metadata:     map[string]any{"right": right},
		Middlewares:  huma.Middlewares{s.guard(right)},
		MaxBodyBytes: 1 << 20,
	}
	if right != public {
		op.Security = []map[string][]string{{"session": {}}, {"token": {}}}
	}
	huma.Register(s.api, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := h(ctx, in)
		if err != nil {
			return nil, s.problem(ctx, err)
		}
		return out, nil
	})
}

func operationID(method, path string) string {
	var id strings.Builder
	id.WriteString(strings.ToLower(method))
	for part := range strings.FieldsFuncSeq(strings.TrimPrefix(path, "/api"), func(r rune) bool { return r == '/' || r == '{' || r == '}' || r == '.' || r == '-' }) {
		id.WriteString(strings.ToUpper(part[:1]) + part[1:])
	}
	return id.String()
}

func tag(path string) string {
	first, _, _ := strings.Cut(strings.TrimPrefix(path, "/api/"), "/")
	return first
}

// problem turns an error into RFC 9457 problem details. What a person can mend
// is said; anything else is logged once, here, and not shown.
func (s *Server) problem(ctx context.Context, err error) error {
	if e, ok := errors.AsType[*incident.Error](err); ok {
		status := map[incident.Code]int{incident.Invalid: http.StatusUnprocessableEntity, incident.NotFound: http.StatusNotFound,
			incident.Forbidden: http.StatusForbidden, incident.Conflict: http.StatusConflict}[e.Code]
		if e.Field != "" {
			return huma.NewError(status, e.Message, &huma.ErrorDetail{Message: e.Message, Location: "body." + e.Field})
		}
		return huma.NewError(status, e.Message)
	}
	if se, ok := errors.AsType[huma.StatusError](err); ok {
		return se
	}
	if errors.Is(err, context.Canceled) {
		return huma.NewError(499, "The request was given up.")
	}
	s.Logger.ErrorContext(ctx, "an operation failed", "err", err)
	return huma.Error500InternalServerError("Something went wrong on our side. It was logged; try again.")
}
