package api

import (
	"context"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"golang.org/x/time/rate"

	"github.com/sigap-dev/sigap/internal/directory"
	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/text"
)

const (
	sessionCookie = "sigap_session"
	// SessionLife is how long a session lasts, and its cookie.
	SessionLife  = 30 * 24 * time.Hour
	bearerPrefix = "Bearer "
)

// viewer is who makes a request.
type viewer struct {
	actor  incident.Actor
	person *directory.Person // nil for a token
	lang   string
	loc    *time.Location
	secret string // of the session
	remote string // address that the request came from
}

func (v viewer) reader() text.Reader { return text.Reader{Lang: v.lang, Location: v.loc} }

type viewerKey struct{}

func withViewer(ctx context.Context, v viewer) context.Context {
	return context.WithValue(ctx, viewerKey{}, v)
}

func viewerOf(ctx context.Context) viewer {
	v, ok := ctx.Value(viewerKey{}).(viewer)
	if !ok {
		return viewer{lang: "en", loc: time.UTC}
	}
	return v
}

// guard lets through who has the right.
func (s *Server) guard(right incident.Right) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		r, _ := humago.Unwrap(ctx)
		v := s.viewer(r)
		if right != public {
			switch {
			case v.actor.Kind == "":
				_ = huma.WriteErr(s.api, ctx, http.StatusUnauthorized, "Sign in, or send an API token.")
				return
			case !v.actor.Right.Includes(right):
				_ = huma.WriteErr(s.api, ctx, http.StatusForbidden, "This needs the right "+string(right)+"; yours is "+string(v.actor.Right)+".")
				return
			}
		}
		if crossOrigin(r) {
			_ = huma.WriteErr(s.api, ctx, http.StatusForbidden, "The request came from another site.")
			return
		}
		next(huma.WithValue(ctx, viewerKey{}, v))
	}
}

// crossOrigin reports whether a browser sent a changing request from another
// site with our cookie. A token in a header cannot be forged by one; a password
// can, since browsers add the one that a proxy asked for by themselves.
func crossOrigin(r *http.Request) bool {
	if strings.HasPrefix(r.Header.Get("Authorization"), bearerPrefix) {
		return false
	}
	return http.NewCrossOriginProtection().Check(r) != nil
}

// viewer finds out who asks: by an API token, by the session, or nobody.
func (s *Server) viewer(r *http.Request) viewer {
	v := viewer{lang: acceptLanguage(r.Header.Get("Accept-Language")), loc: time.UTC, remote: s.Proxies.client(r)}
	ctx := r.Context()
	if secret, ok := strings.CutPrefix(r.Header.Get("Authorization"), bearerPrefix); ok {
		if c, err := s.Store.TokenRight(ctx, secret); err == nil {
			v.actor = c
		}
		return v
	}
	cookie, err := r.Cookie(sessionCookie)
	if err != nil {
		return v
	}
	p, err := s.Store.SessionPerson(ctx, cookie.Value)
	if err != nil || p.Disabled {
		return v
	}
	v.person, v.actor, v.lang, v.loc, v.secret = p, p.Actor(), p.Lang, p.Location(), cookie.Value
	return v
}

// acceptLanguage is the first of our languages that a browser asks for.
func acceptLanguage(header string) string {
	for part := range strings.SplitSeq(header, ",") {
		tag, _, _ := strings.Cut(strings.TrimSpace(part), ";")
		switch base, _, _ := strings.Cut(strings.ToLower(tag), "-"); base {
		case "id", "in", "ms":
			return "id"
		case "en":
			return "en"
		}
	}
	return "en"
}

// throttle slows down who guesses passwords: by address and by account.
type throttle struct {
	mu   sync.Mutex
	now  func() time.Time
	keys map[string]*rate.Limiter
}

const (
	signInBurst = 10
	maxThrottle = 10_000 // keys kept; beyond, all are forgotten, which helps nobody for long
)

func newThrottle(now func() time.Time) *throttle {
	return &throttle{now: now, keys: map[string]*rate.Limiter{}}
}

func (t *throttle) allow(key string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.keys) > maxThrottle {
		clear(t.keys)
	}
	l := t.keys[key]
	if l == nil {
		l = rate.NewLimiter(rate.Every(6*time.Second), signInBurst)
		t.keys[key] = l
	}
	return l.AllowN(t.now(), 1)
}

func remoteHost(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}
