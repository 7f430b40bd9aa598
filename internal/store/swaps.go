package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/inform/oncall"
)

// Swaps gives the requests to take shifts over whose time was not over at a
// moment, whatever became of them, the oldest first.
func (s *Store) Swaps(ctx context.Context, at time.Time) ([]oncall.Swap, error) {
	return list[oncall.Swap](ctx, s.read, "swap", `SELECT doc FROM swaps WHERE until_at > $1 ORDER BY id LIMIT 2000`, micros(at))
}

// Swap gives one request by its id.
func (s *Store) Swap(ctx context.Context, id string) (*oncall.Swap, error) {
	return scanDoc[oncall.Swap](s.read.QueryRowContext(ctx, `SELECT doc FROM swaps WHERE id = $1`, id), "swap")
}

// AddSwap keeps a new request, together with the jobs that tell of it.
func (s *Store) AddSwap(ctx context.Context, v *oncall.Swap, jobs ...incident.Job) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		if err := putSwap(ctx, tx, v); err != nil {
			return err
		}
		return s.enqueue(ctx, tx, jobs)
	})
}

// ChangeSwap changes a request and its schedule together by fn, as both stand
// at that moment, and asks for the jobs that fn gives.
func (s *Store) ChangeSwap(ctx context.Context, id string, fn func(*oncall.Swap, *oncall.Schedule) ([]incident.Job, error)) (*oncall.Swap, error) {
	var v *oncall.Swap
	err := s.tx(ctx, func(tx *sql.Tx) (err error) {
		if v, err = scanDoc[oncall.Swap](tx.QueryRowContext(ctx, `SELECT doc FROM swaps WHERE id = $1`+s.forUpdate(), id), "swap"); err != nil {
			return err
		}
		var jobs []incident.Job
		if _, err := s.changeSchedule(ctx, tx, v.Schedule, func(sch *oncall.Schedule) (err error) {
			jobs, err = fn(v, sch)
			return err
		}); err != nil {
			return err
		}
		if err := putSwap(ctx, tx, v); err != nil {
			return err
		}
		return s.enqueue(ctx, tx, jobs)
	})
	return v, err
}

func putSwap(ctx context.Context, tx *sql.Tx, v *oncall.Swap) error {
	doc, err := json.Marshal(v)
	if err != nil {
		return err
	}
	until := v.Until
	if v.Back != nil && v.Back.Until.After(until) {
		until = v.Back.Until
	}
	if _, err := tx.ExecContext(ctx, `
		INSERT INTO swaps (id, until_at, doc) VALUES ($1, $2, $3)
		ON CONFLICT (id) DO UPDATE SET doc = excluded.doc`, v.ID, micros(until), string(doc)); err != nil {
		return fmt.Errorf("write the request %s: %w", v.ID, err)
	}
	return nil
}
