package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// writtenLife is how long it is kept when somebody wrote to us.
const writtenLife = 24 * time.Hour

// Wrote keeps when somebody wrote to us last from an address.
func (s *Store) Wrote(ctx context.Context, kind, address string, at time.Time) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM written WHERE at < $1`, micros(s.Now().Add(-writtenLife))); err != nil {
			return fmt.Errorf("forget who wrote long ago: %w", err)
		}
		_, err := tx.ExecContext(ctx, `
			INSERT INTO written (kind, address, at) VALUES ($1, $2, $3)
			ON CONFLICT (kind, address) DO UPDATE SET at = excluded.at WHERE written.at < excluded.at`, kind, address, micros(at))
		return err
	})
}

// HasWritten reports whether somebody wrote to us from an address since a moment.
func (s *Store) HasWritten(ctx context.Context, kind, address string, since time.Time) (written bool, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM written WHERE kind = $1 AND address = $2 AND at >= $3)`, kind, address, micros(since)).Scan(&written)
	return written, err
}
