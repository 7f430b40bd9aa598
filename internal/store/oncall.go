package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/sigap-dev/sigap/internal/inform/oncall"
)

// Schedules gives all schedules.
func (s *Store) Schedules(ctx context.Context) ([]oncall.Schedule, error) {
	return list[oncall.Schedule](ctx, s.read, "schedule", `SELECT doc FROM schedules ORDER BY id`)
}

// Schedule gives one by its id.
func (s *Store) Schedule(ctx context.Context, id string) (*oncall.Schedule, error) {
	return scanDoc[oncall.Schedule](s.read.QueryRowContext(ctx, `SELECT doc FROM schedules WHERE id = $1`, id), "schedule")
}

// PutSchedule writes a schedule; an empty id makes a new one.
func (s *Store) PutSchedule(ctx context.Context, v *oncall.Schedule) error {
	v.Normalize()
	if err := v.Validate(); err != nil {
		return err
	}
	if v.ID == "" {
		v.ID = NewID()
	}
	return s.put(ctx, "schedules", "id", v.ID, v)
}

// ChangeSchedule changes a schedule by fn, as it stands at that moment.
func (s *Store) ChangeSchedule(ctx context.Context, id string, fn func(*oncall.Schedule) error) (*oncall.Schedule, error) {
	var v *oncall.Schedule
	err := s.tx(ctx, func(tx *sql.Tx) (err error) {
		v, err = s.changeSchedule(ctx, tx, id, fn)
		return err
	})
	return v, err
}

func (s *Store) changeSchedule(ctx context.Context, tx *sql.Tx, id string, fn func(*oncall.Schedule) error) (*oncall.Schedule, error) {
	v, err := scanDoc[oncall.Schedule](tx.QueryRowContext(ctx, `SELECT doc FROM schedules WHERE id = $1`+s.forUpdate(), id), "schedule")
	if err != nil {
		return nil, err
	}
	if err := fn(v); err != nil {
		return nil, err
	}
	v.Normalize()
	if err := v.Validate(); err != nil {
		return nil, err
	}
	doc, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	if _, err = tx.ExecContext(ctx, `UPDATE schedules SET doc = $2 WHERE id = $1`, id, string(doc)); err != nil {
		return nil, err
	}
	return v, newRules(ctx, tx)
}

// Ladders gives all ladders.
func (s *Store) Ladders(ctx context.Context) ([]oncall.Ladder, error) {
	return list[oncall.Ladder](ctx, s.read, "ladder", `SELECT doc FROM ladders ORDER BY id`)
}

// Ladder gives one by its id.
func (s *Store) Ladder(ctx context.Context, id string) (*oncall.Ladder, error) {
	return scanDoc[oncall.Ladder](s.read.QueryRowContext(ctx, `SELECT doc FROM ladders WHERE id = $1`, id), "ladder")
}

// PutLadder writes a ladder; an empty id makes a new one.
func (s *Store) PutLadder(ctx context.Context, v *oncall.Ladder) error {
	v.Normalize()
	if err := v.Validate(); err != nil {
		return err
	}
	if v.ID == "" {
		v.ID = NewID()
	}
	return s.put(ctx, "ladders", "id", v.ID, v)
}

// Turn counts: each call with a name gives the next number, from 1 on.
func (s *Store) Turn(ctx context.Context, name string) (n int64, err error) {
	err = s.tx(ctx, func(tx *sql.Tx) error {
		return tx.QueryRowContext(ctx, `
			INSERT INTO counters (name, value) VALUES ($1, 1)
			ON CONFLICT (name) DO UPDATE SET value = counters.value + 1 RETURNING value`, name).Scan(&n)
	})
	if err != nil {
		return 0, fmt.Errorf("take a turn of %s: %w", name, err)
	}
	return n, nil
}
