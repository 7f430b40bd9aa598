package api

import (
	"context"
	"net/http"
	"time"

	"github.com/sigap-dev/sigap/internal/identify"
	"github.com/sigap-dev/sigap/internal/identify/intake"
	"github.com/sigap-dev/sigap/internal/incident"
)

// SenderKey is an integration key with what it is set to.
type SenderKey struct {
	identify.Key
	Signing   []string // the secrets that the sender may sign with; empty: it need not
	PerMinute int      // requests; 0: no limit
	MaxBytes  int      // of a body; 0: as the source has it
	Mapping   *intake.Mapping
}

// KeyView is a key as the settings show it, without its secrets.
type KeyView struct {
	Credential
	Drill           bool            `json:"drill"`
	Signed          bool            `json:"signed" doc:"Whether a signature is demanded"`
	PerMinute       int             `json:"perMinute,omitempty"`
	MaxBytes        int             `json:"maxBytes,omitempty"`
	Mapping         *intake.Mapping `json:"mapping,omitempty"`
	OldUntil        *time.Time      `json:"oldUntil,omitempty" doc:"Until when the secret before the last rotation is good"`
	SigningOldUntil *time.Time      `json:"signingOldUntil,omitempty" doc:"Until when the signing secret before this one is good"`
}

// KeyChange is what is set of a key; what it leaves out stays.
type KeyChange struct {
	Name      *string         `json:"name,omitempty" minLength:"1" maxLength:"100"`
	Signing   *string         `json:"signing,omitempty" maxLength:"1000" doc:"The secret that the sender signs with or sends along; empty: no signature is demanded"`
	PerMinute *int            `json:"perMinute,omitempty" minimum:"0" maximum:"1000000" doc:"Requests a minute; 0: no limit. What is urgent is taken beyond it"`
	MaxBytes  *int            `json:"maxBytes,omitempty" minimum:"0" maximum:"10485760" doc:"Bytes of a body; 0: as the source has it"`
	Mapping   *intake.Mapping `json:"mapping,omitempty" doc:"How a generic key's bodies are read"`
}

// defaultOverlap is how long the old secret of a rotated key is good.
const defaultOverlap = 24 * time.Hour

func (s *Server) registerKeys() {
	route(s, incident.Manager, http.MethodGet, "/api/keys", "The senders' keys", func(ctx context.Context, _ *nothing) (*body[list[KeyView]], error) {
		items, err := s.Store.ListKeys(ctx)
		return &body[list[KeyView]]{list[KeyView]{orEmpty(items)}}, err
	})
	type newKey struct {
		Name    string `json:"name" minLength:"1" maxLength:"100"`
		Source  string `json:"source"`
		Drill   bool   `json:"drill,omitempty" doc:"What comes by this key is part of a drill"`
		Signing string `json:"signing,omitempty" maxLength:"1000" doc:"The secret that the sender signs with or sends along"`
	}
	route(s, incident.Manager, http.MethodPost, "/api/keys", "Make a key for a sender", func(ctx context.Context, in *body[newKey]) (*body[Made], error) {
		var set KeyChange
		if in.Body.Signing != "" {
			set.Signing = &in.Body.Signing
		}
		secret, err := s.Store.MakeKey(ctx, in.Body.Name, in.Body.Source, in.Body.Drill, set)
		return s.made(secret), err
	})
	type id struct {
		ID string `path:"id"`
	}
	type change struct {
		ID   string `path:"id"`
		Body KeyChange
	}
	route(s, incident.Manager, http.MethodPatch, "/api/keys/{id}", "Set a key", func(ctx context.Context, in *change) (*nothing, error) {
		return nil, s.Store.ChangeKey(ctx, in.ID, in.Body)
	})
	route(s, incident.Manager, http.MethodDelete, "/api/keys/{id}", "Revoke a key", func(ctx context.Context, in *id) (*nothing, error) {
		return nil, s.Store.RevokeKey(ctx, in.ID)
	})
	type rotation struct {
		ID   string `path:"id"`
		Body struct {
			Hours *int `json:"hours,omitempty" minimum:"0" maximum:"2160" doc:"How long the old secret stays good; 24 if left out"`
		}
	}
	type rotated struct {
		Made
		OldUntil time.Time `json:"oldUntil"`
	}
	route(s, incident.Manager, http.MethodPost, "/api/keys/{id}/rotate", "Give a key a new secret", func(ctx context.Context, in *rotation) (*body[rotated], error) {
		overlap := defaultOverlap
		if in.Body.Hours != nil {
			overlap = time.Duration(*in.Body.Hours) * time.Hour
		}
		secret, until, err := s.Store.RotateKey(ctx, in.ID, overlap)
		return &body[rotated]{rotated{s.made(secret).Body, until}}, err
	})
	s.registerTry()
}

func (s *Server) made(secret string) *body[Made] {
	return &body[Made]{Made{Secret: secret, URL: s.PublicURL + "/in/" + secret}}
}

// CheckSource reports whether a key can be made for a source.
func CheckSource(source string) error {
	if _, ok := intake.SenderFor(source); ok || source == "otlp" || source == "agent" {
		return nil
	}
	return incident.FieldError("source", "There is no source %q. Try alertmanager, grafana, pagerduty, generic, otlp, agent, report or heartbeat.", source)
}
