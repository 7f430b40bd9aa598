package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/sigap-dev/sigap/internal/identify/intake"
	"github.com/sigap-dev/sigap/internal/incident"
)

// Key finds a sender's key by its secret, or by one that it had before and that
// is still good.
func (s *Store) Key(ctx context.Context, secret string) (*Credential, intake.KeySettings, error) {
	now := micros(s.Now())
	row := s.read.QueryRowContext(ctx, `
		SELECT c.id, c.kind, c.person_id, c.name, c.scope, c.created_at, c.expires_at, c.used_at, COALESCE(k.doc, '')
		FROM credentials c LEFT JOIN key_settings k ON k.id = c.id
		WHERE c.kind = $2 AND (c.expires_at = 0 OR c.expires_at > $3)
		  AND (c.hash = $1 OR c.id = (SELECT o.key_id FROM key_secrets o WHERE o.hash = $1 AND o.until_at > $3))`,
		hashSecret(secret), SenderKey, now)
	var set intake.KeySettings
	var doc string
	c, err := scanCredential(withDoc{row, &doc})
	if errors.Is(err, sql.ErrNoRows) {
		return nil, set, incident.Errorf(incident.NotFound, "This %s is not known, or it has expired.", SenderKey)
	}
	if err == nil && doc != "" {
		err = json.Unmarshal([]byte(doc), &set)
	}
	if err != nil {
		return nil, set, fmt.Errorf("read a key: %w", err)
	}
	return c, set, nil
}

// withDoc scans one column more than it is asked for.
type withDoc struct {
	scanner
	doc *string
}

func (w withDoc) Scan(dest ...any) error { return w.scanner.Scan(append(dest, w.doc)...) }

// KeySettings gives what each key is set to, by its id; one that is not there
// has the zero settings.
func (s *Store) KeySettings(ctx context.Context) (map[string]intake.KeySettings, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT id, doc FROM key_settings`)
	if err != nil {
		return nil, fmt.Errorf("read the settings of keys: %w", err)
	}
	defer rows.Close()
	all := map[string]intake.KeySettings{}
	for rows.Next() {
		var id, doc string
		var set intake.KeySettings
		if err := rows.Scan(&id, &doc); err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(doc), &set); err != nil {
			return nil, fmt.Errorf("read the settings of key %s: %w", id, err)
		}
		all[id] = set
	}
	return all, rows.Err()
}

// ChangeKey changes what a key is set to, and its name.
func (s *Store) ChangeKey(ctx context.Context, id string, fn func(*Credential, *intake.KeySettings) error) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		c, err := keyByID(ctx, tx, id)
		if err != nil {
			return err
		}
		var set intake.KeySettings
		var doc string
		switch err := tx.QueryRowContext(ctx, `SELECT doc FROM key_settings WHERE id = $1`, id).Scan(&doc); {
		case errors.Is(err, sql.ErrNoRows):
		case err != nil:
			return err
		default:
			if err := json.Unmarshal([]byte(doc), &set); err != nil {
				return fmt.Errorf("read the settings of key %s: %w", id, err)
			}
		}
		if err := fn(c, &set); err != nil {
			return err
		}
		written, err := json.Marshal(set)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE credentials SET name = $1 WHERE id = $2`, c.Name, id); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO key_settings (id, doc) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET doc = excluded.doc`, id, string(written))
		return err
	})
}

func keyByID(ctx context.Context, tx *sql.Tx, id string) (*Credential, error) {
	c, err := scanCredential(tx.QueryRowContext(ctx, `
		SELECT id, kind, person_id, name, scope, created_at, expires_at, used_at FROM credentials WHERE id = $1 AND kind = $2`, id, SenderKey))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, incident.Errorf(incident.NotFound, "There is no such key.")
	}
	return c, err
}

// RotateKey gives a key a new secret, which is good at once. The one that it
// had is good until then; those from earlier rotations keep their own time.
func (s *Store) RotateKey(ctx context.Context, id string, until time.Time) (secret string, err error) {
	secret = newSecret(SenderKey)
	return secret, s.tx(ctx, func(tx *sql.Tx) error {
		if _, err := keyByID(ctx, tx, id); err != nil {
			return err
		}
		for _, q := range []struct {
			query string
			args  []any
		}{
			{`DELETE FROM key_secrets WHERE until_at <= $1`, []any{micros(s.Now())}},
			{`INSERT INTO key_secrets (hash, key_id, until_at) SELECT hash, id, $1 FROM credentials WHERE id = $2`, []any{micros(until), id}},
			{`UPDATE credentials SET hash = $1 WHERE id = $2`, []any{hashSecret(secret), id}},
		} {
			if _, err := tx.ExecContext(ctx, q.query, q.args...); err != nil {
				return fmt.Errorf("rotate key %s: %w", id, err)
			}
		}
		return nil
	})
}

// OldSecrets gives until when the latest of the secrets that a key had before
// is good, by the key's id.
func (s *Store) OldSecrets(ctx context.Context) (map[string]time.Time, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT key_id, MAX(until_at) FROM key_secrets WHERE until_at > $1 GROUP BY key_id`, micros(s.Now()))
	if err != nil {
		return nil, fmt.Errorf("read rotated secrets: %w", err)
	}
	defer rows.Close()
	all := map[string]time.Time{}
	for rows.Next() {
		var id string
		var until int64
		if err := rows.Scan(&id, &until); err != nil {
			return nil, err
		}
		all[id] = fromMicros(until)
	}
	return all, rows.Err()
}

// RevokeKey ends a key and forgets all that was kept of it.
func (s *Store) RevokeKey(ctx context.Context, id string) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		for _, query := range []string{
			`DELETE FROM credentials WHERE id = $1 AND kind = 'key'`,
			`DELETE FROM key_settings WHERE id = $1`,
			`DELETE FROM key_secrets WHERE key_id = $1`,
			`DELETE FROM key_samples WHERE key_id = $1`,
		} {
			if _, err := tx.ExecContext(ctx, query, id); err != nil {
				return fmt.Errorf("revoke key %s: %w", id, err)
			}
		}
		return nil
	})
}
