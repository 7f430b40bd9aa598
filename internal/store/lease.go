package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// Lease gives a name to one process until a time, or lets the one keep it that
// shows what it was given before; held is zero for the first. Where no other
// process can be, it is always given. A process that dies has it until then.
func (s *Store) Lease(ctx context.Context, name string, held, until time.Time) (given bool, err error) {
	if !s.postgres {
		return true, nil
	}
	err = s.tx(ctx, func(tx *sql.Tx) error {
		r, err := tx.ExecContext(ctx, `
			INSERT INTO counters (name, value) VALUES ($1, $2)
			ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE counters.value < $3 OR counters.value = $4`,
			name, micros(until), micros(s.Now()), micros(held))
		if err != nil {
			return fmt.Errorf("take the lease %q: %w", name, err)
		}
		n, err := r.RowsAffected()
		given = n == 1
		return err
	})
	return given, err
}
