package store

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// CredentialKind says what a secret opens.
type CredentialKind string

const (
	Session    CredentialKind = "session"
	APIToken   CredentialKind = "token" // Scope is the right
	SenderKey  CredentialKind = "key"   // Scope is the source
	Invitation CredentialKind = "invite"
	Reset      CredentialKind = "reset"
	FirstRun   CredentialKind = "setup"
	Feed       CredentialKind = "feed" // Scope is the schedule; empty: the person's own shifts
)

// Credential is a secret as it is kept: without the secret, only its hash.
type Credential struct {
	ID      string         `json:"id"`
	Kind    CredentialKind `json:"kind"`
	Person  string         `json:"person,omitempty"`
	Name    string         `json:"name"`
	Scope   string         `json:"scope"`
	Created time.Time      `json:"created"`
	Expires time.Time      `json:"expires,omitzero"`
	Used    time.Time      `json:"used,omitzero"`
}

var secretPrefix = map[CredentialKind]string{APIToken: "sgp_", SenderKey: "in_"}

// newSecret makes a secret of 192 random bits, so that a plain hash of it is
// enough.
func newSecret(kind CredentialKind) string {
	b := make([]byte, 24)
	_, _ = rand.Read(b) // never fails
	return secretPrefix[kind] + base64.RawURLEncoding.EncodeToString(b)
}

// Issue makes a credential and gives its secret, which is not kept.
func (s *Store) Issue(ctx context.Context, c *Credential) (secret string, err error) {
	secret = newSecret(c.Kind)
	c.ID, c.Created = NewID(), s.Now()
	return secret, s.tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `
			INSERT INTO credentials (hash, id, kind, person_id, name, scope, created_at, expires_at, used_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0)`,
			hashSecret(secret), c.ID, c.Kind, c.Person, c.Name, c.Scope, micros(c.Created), micros(c.Expires))
		return err
	})
}

// Credential finds the live credential of a kind by its secret.
func (s *Store) Credential(ctx context.Context, kind CredentialKind, secret string) (*Credential, error) {
	c, err := scanCredential(s.read.QueryRowContext(ctx, `
		SELECT id, kind, person_id, name, scope, created_at, expires_at, used_at FROM credentials
		WHERE hash = $1 AND kind = $2 AND (expires_at = 0 OR expires_at > $3)`, hashSecret(secret), kind, micros(s.Now())))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, incident.Errorf(incident.NotFound, "This %s is not known, or it has expired.", kind)
	}
	return c, err
}

// Use takes a credential that serves once.
func (s *Store) Use(ctx context.Context, kind CredentialKind, secret string) (*Credential, error) {
	c, err := s.Credential(ctx, kind, secret)
	if err != nil {
		return nil, err
	}
	return c, s.tx(ctx, func(tx *sql.Tx) error {
		r, err := tx.ExecContext(ctx, `DELETE FROM credentials WHERE id = $1`, c.ID)
		if err != nil {
			return err
		}
		if n, err := r.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, incident.Errorf(incident.NotFound, "This %s was used already.", kind))
		}
		return nil
	})
}

// Credentials lists those of a kind.
func (s *Store) Credentials(ctx context.Context, kind CredentialKind) ([]Credential, error) {
	rows, err := s.read.QueryContext(ctx, `
		SELECT id, kind, person_id, name, scope, created_at, expires_at, used_at FROM credentials
		WHERE kind = $1 AND (expires_at = 0 OR expires_at > $2) ORDER BY created_at`, kind, micros(s.Now()))
	if err != nil {
		return nil, fmt.Errorf("list credentials: %w", err)
	}
	return collect(rows, func(r *sql.Rows) (Credential, error) {
		c, err := scanCredential(r)
		if err != nil {
			return Credential{}, err
		}
		return *c, nil
	})
}

// Revoke ends a credential.
func (s *Store) Revoke(ctx context.Context, kind CredentialKind, id string) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM credentials WHERE id = $1 AND kind = $2`, id, kind)
		return err
	})
}

// RevokeSecret ends the credential with the secret.
func (s *Store) RevokeSecret(ctx context.Context, secret string) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM credentials WHERE hash = $1`, hashSecret(secret))
		return err
	})
}

func scanCredential(r scanner) (*Credential, error) {
	var c Credential
	var created, expires, used int64
	if err := r.Scan(&c.ID, &c.Kind, &c.Person, &c.Name, &c.Scope, &created, &expires, &used); err != nil {
		return nil, err
	}
	c.Created, c.Expires, c.Used = fromMicros(created), fromMicros(expires), fromMicros(used)
	return &c, nil
}

func hashSecret(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}
