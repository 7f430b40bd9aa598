package api

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/sigap-dev/sigap/internal/directory"
	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/text"
)

type sessionPerson struct {
	ID       string          `json:"id"`
	Name     string          `json:"name"`
	Email    string          `json:"email"`
	Lang     string          `json:"lang" enum:"en,id"`
	Timezone string          `json:"timezone"`
	Theme    string          `json:"theme" enum:"light,dark,system"`
	Quiet    directory.Quiet `json:"quiet"`
	Right    incident.Right  `json:"right" enum:"viewer,responder,manager,admin"`
}

type sessionView struct {
	Setup     bool           `json:"setup" doc:"There is no admin yet: the first-run link makes one."`
	Person    *sessionPerson `json:"person,omitempty"`
	Drill     drillView      `json:"drill"`
	Version   string         `json:"version"`
	PublicURL string         `json:"publicUrl"`
}

type drillView struct {
	Available bool `json:"available"`
	Running   bool `json:"running"`
}

// signedIn sets the session's cookie.
type signedIn struct {
	SetCookie http.Cookie `header:"Set-Cookie"`
	Body      sessionView
}

type nothing struct{}

func (s *Server) registerSession() {
	route(s, public, http.MethodGet, "/api/session", "Who am I", func(ctx context.Context, _ *nothing) (*body[sessionView], error) {
		v, err := s.sessionView(ctx, viewerOf(ctx).person)
		return &body[sessionView]{v}, err
	})
	type credentials struct {
		Email    string `json:"email" maxLength:"254"`
		Password string `json:"password" maxLength:"1024"`
	}
	route(s, public, http.MethodPost, "/api/session", "Sign in", func(ctx context.Context, in *body[credentials]) (*signedIn, error) {
		if err := s.throttled(ctx, in.Body.Email); err != nil {
			return nil, err
		}
		p, secret, err := s.Store.SignIn(ctx, in.Body.Email, in.Body.Password)
		if err != nil {
			return nil, err
		}
		return s.signedIn(ctx, p, secret)
	})
	route(s, public, http.MethodDelete, "/api/session", "Sign out", func(ctx context.Context, _ *nothing) (*signedIn, error) {
		if err := s.Store.SignOut(ctx, viewerOf(ctx).secret); err != nil {
			return nil, err
		}
		v, err := s.sessionView(ctx, nil)
		return &signedIn{SetCookie: s.cookie("", -1), Body: v}, err
	})
	type firstAdmin struct {
		Token    string `json:"token"`
		Name     string `json:"name"`
		Email    string `json:"email"`
		Password string `json:"password" minLength:"10" maxLength:"1024"`
		Lang     string `json:"lang" enum:"en,id"`
		Timezone string `json:"timezone,omitempty"`
	}
	route(s, public, http.MethodPost, "/api/setup", "Make the first admin with the one-time link", func(ctx context.Context, in *body[firstAdmin]) (*signedIn, error) {
		if err := s.throttled(ctx, "setup"); err != nil {
			return nil, err
		}
		p := &directory.Person{Name: in.Body.Name, Email: in.Body.Email, Lang: in.Body.Lang, Timezone: in.Body.Timezone, Right: incident.Admin}
		if err := s.Store.FirstAdmin(ctx, in.Body.Token, p, in.Body.Password); err != nil {
			return nil, err
		}
		return s.enter(ctx, p.Email, in.Body.Password)
	})
	type acceptance struct {
		Token    string `json:"token"`
		Name     string `json:"name,omitempty"`
		Password string `json:"password" minLength:"10" maxLength:"1024"`
	}
	route(s, public, http.MethodPost, "/api/invitations/accept", "Accept an invitation", func(ctx context.Context, in *body[acceptance]) (*signedIn, error) {
		p, err := s.Store.AcceptInvitation(ctx, in.Body.Token, in.Body.Name, in.Body.Password)
		if err != nil {
			return nil, err
		}
		return s.enter(ctx, p.Email, in.Body.Password)
	})
	type address struct {
		Email string `json:"email" maxLength:"254"`
	}
	route(s, public, http.MethodPost, "/api/password/forgot", "Ask for a link to choose a new password", func(ctx context.Context, in *body[address]) (*nothing, error) {
		if err := s.throttled(ctx, "forgot "+in.Body.Email); err != nil {
			return nil, err
		}
		return nil, s.sendReset(ctx, in.Body.Email)
	})
	type reset struct {
		Token    string `json:"token"`
		Password string `json:"password" minLength:"10" maxLength:"1024"`
	}
	route(s, public, http.MethodPost, "/api/password/reset", "Choose a new password with the link", func(ctx context.Context, in *body[reset]) (*nothing, error) {
		return nil, s.Store.ResetPassword(ctx, in.Body.Token, in.Body.Password)
	})
	s.registerMe()
}

func (s *Server) registerMe() {
	type me struct {
		Name     string `json:"name,omitempty"`
		Lang     string `json:"lang,omitempty" enum:"en,id"`
		Timezone string `json:"timezone,omitempty"`
		Theme    string `json:"theme,omitempty" enum:"light,dark,system"`

		Quiet *directory.Quiet `json:"quiet,omitempty" doc:"Hours of each day in which only pages and notices of major incidents come at once; the rest waits"`
	}
	route(s, incident.Viewer, http.MethodPatch, "/api/me", "Change my settings", func(ctx context.Context, in *body[me]) (*body[sessionView], error) {
		v := viewerOf(ctx)
		if v.person == nil {
			return nil, incident.Errorf(incident.Forbidden, "An API token has no settings. Sign in.")
		}
		p, err := s.Store.ChangePerson(ctx, v.person.ID, func(p *directory.Person) error {
			for _, f := range []struct {
				to   *string
				from string
			}{{&p.Name, in.Body.Name}, {&p.Lang, in.Body.Lang}, {&p.Timezone, in.Body.Timezone}, {&p.Theme, in.Body.Theme}} {
				if f.from != "" {
					*f.to = f.from
				}
			}
			if in.Body.Quiet != nil {
				p.Quiet = *in.Body.Quiet
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		view, err := s.sessionView(ctx, p)
		return &body[sessionView]{view}, err
	})
	type passwords struct {
		Old string `json:"old" maxLength:"1024"`
		New string `json:"new" minLength:"10" maxLength:"1024"`
	}
	route(s, incident.Viewer, http.MethodPost, "/api/me/password", "Change my password", func(ctx context.Context, in *body[passwords]) (*nothing, error) {
		v := viewerOf(ctx)
		if v.person == nil {
			return nil, incident.Errorf(incident.Forbidden, "An API token has no password. Sign in.")
		}
		if err := s.throttled(ctx, v.person.Email); err != nil {
			return nil, err
		}
		return nil, s.Store.ChangePassword(ctx, v.person.ID, in.Body.Old, in.Body.New)
	})
}

// throttled refuses who tries too often, by address and by what they try.
func (s *Server) throttled(ctx context.Context, what string) error {
	if s.limit.allow("from "+viewerOf(ctx).remote) && s.limit.allow("at "+strings.ToLower(what)) {
		return nil
	}
	return huma.Error429TooManyRequests("Too many tries. Wait a minute and try again.")
}

// enter signs in who has just proven who they are.
func (s *Server) enter(ctx context.Context, email, password string) (*signedIn, error) {
	p, secret, err := s.Store.SignIn(ctx, email, password)
	if err != nil {
		return nil, err
	}
	return s.signedIn(ctx, p, secret)
}

func (s *Server) signedIn(ctx context.Context, p *directory.Person, secret string) (*signedIn, error) {
	v, err := s.sessionView(ctx, p)
	return &signedIn{SetCookie: s.cookie(secret, int(SessionLife/time.Second)), Body: v}, err
}

func (s *Server) cookie(secret string, maxAge int) http.Cookie {
	return http.Cookie{Name: sessionCookie, Value: secret, Path: "/", MaxAge: maxAge, HttpOnly: true,
		Secure: strings.HasPrefix(s.PublicURL, "https://"), SameSite: http.SameSiteLaxMode}
}

func (s *Server) sessionView(ctx context.Context, p *directory.Person) (sessionView, error) {
	has, err := s.Store.HasAdmin(ctx)
	v := sessionView{Setup: !has, Version: s.Version, PublicURL: s.PublicURL}
	if s.Drill != nil {
		v.Drill = drillView{Available: true, Running: s.Drill.Running()}
	}
	if p != nil {
		v.Person = &sessionPerson{ID: p.ID, Name: p.Name, Email: p.Email, Lang: p.Lang, Timezone: p.Timezone, Theme: p.Theme, Quiet: p.Quiet, Right: p.Right}
	}
	return v, err
}

// sendReset mails the link to choose a new password. It says nothing about
// whether the address has an account.
func (s *Server) sendReset(ctx context.Context, email string) error {
	p, token, err := s.Store.ResetToken(ctx, email)
	if err != nil || token == "" {
		return err
	}
	words := text.Reader{Lang: p.Lang, Location: p.Location()}.PasswordReset(s.PublicURL + "/reset?token=" + url.QueryEscape(token))
	if !s.mail(ctx, p, "reset/"+p.ID+"/"+s.Now().UTC().Format(time.RFC3339), words) {
		s.Logger.WarnContext(ctx, "a password reset was asked for and could not be mailed", "person", p.ID)
	}
	return nil
}
