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

// The bodies of a key that are kept.
const (
	firstSample = "first"
	lastSample  = "last"
)

// KeepSample keeps a body that came by a key: as the last one, and as the first
// if none came before.
func (s *Store) KeepSample(ctx context.Context, keyID string, sample intake.Sample) error {
	doc, err := json.Marshal(sample)
	if err != nil {
		return err
	}
	return s.tx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `INSERT INTO key_samples (key_id, which, doc) VALUES ($1, $2, $3) ON CONFLICT (key_id, which) DO NOTHING`,
			keyID, firstSample, string(doc)); err != nil {
			return fmt.Errorf("keep the first body of key %s: %w", keyID, err)
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO key_samples (key_id, which, doc) VALUES ($1, $2, $3) ON CONFLICT (key_id, which) DO UPDATE SET doc = excluded.doc`,
			keyID, lastSample, string(doc))
		return err
	})
}

// Samples gives the first and the last body that were kept of a key; nil if
// none came.
func (s *Store) Samples(ctx context.Context, keyID string) (first, last *intake.Sample, err error) {
	for which, to := range map[string]**intake.Sample{firstSample: &first, lastSample: &last} {
		var doc string
		switch err := s.read.QueryRowContext(ctx, `SELECT doc FROM key_samples WHERE key_id = $1 AND which = $2`, keyID, which).Scan(&doc); {
		case errors.Is(err, sql.ErrNoRows):
			continue
		case err != nil:
			return nil, nil, fmt.Errorf("read the bodies of key %s: %w", keyID, err)
		}
		*to = &intake.Sample{}
		if err := json.Unmarshal([]byte(doc), *to); err != nil {
			return nil, nil, fmt.Errorf("read the bodies of key %s: %w", keyID, err)
		}
	}
	return first, last, nil
}

const (
	answeredLife = 24 * time.Hour   // how long an answer is kept for a retry
	underWay     = 90 * time.Second // how long a request may be under way; then it died with its process
)

// Begin notes that a request is under way, by the hash of who sends what under
// which name. If it was answered already, it gives the answer; if it is under
// way elsewhere, an error with the code Conflict.
func (s *Store) Begin(ctx context.Context, hash string) (answer string, err error) {
	now := s.Now()
	err = s.tx(ctx, func(tx *sql.Tx) error {
		answer = ""
		if _, err := tx.ExecContext(ctx, `DELETE FROM answered WHERE at < $1 OR doc = '' AND at < $2`, micros(now.Add(-answeredLife)), micros(now.Add(-underWay))); err != nil {
			return fmt.Errorf("forget old answers: %w", err)
		}
		r, err := tx.ExecContext(ctx, `INSERT INTO answered (hash, at, doc) VALUES ($1, $2, '') ON CONFLICT (hash) DO NOTHING`, hash, micros(now))
		if err != nil {
			return fmt.Errorf("note a request: %w", err)
		}
		if n, err := r.RowsAffected(); err != nil || n == 1 {
			return err
		}
		if err := tx.QueryRowContext(ctx, `SELECT doc FROM answered WHERE hash = $1`, hash).Scan(&answer); err != nil {
			return fmt.Errorf("read an answer: %w", err)
		}
		if answer == "" {
			return incident.Errorf(incident.Conflict, "The same request is under way. Ask again in a moment.")
		}
		return nil
	})
	return answer, err
}

// End keeps a request's answer for its retries; an empty one forgets the
// request, so that it can be tried again.
func (s *Store) End(ctx context.Context, hash, answer string) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		query, args := `UPDATE answered SET doc = $2 WHERE hash = $1`, []any{hash, answer}
		if answer == "" {
			query, args = `DELETE FROM answered WHERE hash = $1`, args[:1]
		}
		_, err := tx.ExecContext(ctx, query, args...)
		return err
	})
}
