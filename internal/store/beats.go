package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// defaultEvery is for a job that never said how often it beats.
const defaultEvery = time.Hour

// Beat notes a sign of life. If the job's silence had been signalled, back, the
// body that ends that alert, goes into the inbox in the same commit.
func (s *Store) Beat(ctx context.Context, b incident.Heartbeat, back string) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		b := b
		var every, grace, missed int64
		err := tx.QueryRowContext(ctx, `SELECT every, grace, missed FROM heartbeats WHERE key_id = $1 AND name = $2`+s.forUpdate(), b.Key, b.Name).
			Scan(&every, &grace, &missed)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return fmt.Errorf("read the heartbeat of %s: %w", b.Name, err)
		}
		if b.Every == 0 {
			b.Every, b.Grace = time.Duration(every), time.Duration(grace)
		}
		if b.Every == 0 {
			b.Every = defaultEvery
		}
		if missed > 0 {
			if err := accept(ctx, tx, back, ""); err != nil {
				return err
			}
		}
		_, err = tx.ExecContext(ctx, `
			INSERT INTO heartbeats (key_id, name, sender, at, every, grace, due, missed) VALUES ($1, $2, $3, $4, $5, $6, $7, 0)
			ON CONFLICT (key_id, name) DO UPDATE SET
				sender = excluded.sender, at = excluded.at, every = excluded.every, grace = excluded.grace, due = excluded.due, missed = 0`,
			b.Key, b.Name, b.Sender, micros(b.At), int64(b.Every), int64(b.Grace), micros(b.Due()))
		if err != nil {
			return fmt.Errorf("note the heartbeat of %s: %w", b.Name, err)
		}
		return nil
	})
}

// Silent gives jobs that should have beaten by now, and whose silence was not
// signalled yet.
func (s *Store) Silent(ctx context.Context, now time.Time, limit int) ([]incident.Heartbeat, error) {
	rows, err := s.read.QueryContext(ctx, `
		SELECT key_id, name, sender, at, every, grace FROM heartbeats WHERE missed = 0 AND due < $1 ORDER BY due LIMIT $2`, micros(now), limit)
	if err != nil {
		return nil, fmt.Errorf("look for missed heartbeats: %w", err)
	}
	return collect(rows, func(r *sql.Rows) (b incident.Heartbeat, err error) {
		var at, every, grace int64
		err = r.Scan(&b.Key, &b.Name, &b.Sender, &at, &every, &grace)
		b.At, b.Every, b.Grace = fromMicros(at), time.Duration(every), time.Duration(grace)
		return b, err
	})
}

// Miss notes that a job's silence is signalled and puts the body that says so
// into the inbox, in one commit; nothing if it has beaten meanwhile, or if
// another process was first.
func (s *Store) Miss(ctx context.Context, b incident.Heartbeat, now time.Time, body, ahead string) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, `UPDATE heartbeats SET missed = $3 WHERE key_id = $1 AND name = $2 AND missed = 0 AND due < $3`, b.Key, b.Name, micros(now))
		if err != nil {
			return fmt.Errorf("note the missed heartbeat of %s: %w", b.Name, err)
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return err
		}
		return accept(ctx, tx, body, ahead)
	})
}
