package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/sigap-dev/sigap/internal/identify/window"
	"github.com/sigap-dev/sigap/internal/incident"
)

// manyWindows is how many windows one look reads: those beyond it hold nothing,
// which pages too often and never too seldom.
const manyWindows = 5000

// Windows gives the silences and maintenance windows that had not ended at a
// moment, the newest first; of the zero moment also those on record.
func (s *Store) Windows(ctx context.Context, at time.Time) ([]window.Window, error) {
	return list[window.Window](ctx, s.read, "window", `
		SELECT doc FROM windows WHERE until_at = 0 OR until_at > $1 ORDER BY made_at DESC, id DESC LIMIT $2`, micros(at), manyWindows)
}

// PutWindow writes a window, which counts from the next signal on.
func (s *Store) PutWindow(ctx context.Context, w window.Window) error {
	return s.tx(ctx, func(tx *sql.Tx) error { return putWindow(ctx, tx, w) })
}

func putWindow(ctx context.Context, tx *sql.Tx, w window.Window) error {
	doc, err := json.Marshal(w)
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `
		INSERT INTO windows (id, made_at, until_at, doc) VALUES ($1, $2, $3, $4)
		ON CONFLICT (id) DO UPDATE SET until_at = excluded.until_at, doc = excluded.doc`,
		w.ID, micros(w.MadeAt), micros(w.Until), string(doc)); err != nil {
		return fmt.Errorf("write window %s: %w", w.ID, err)
	}
	return newRules(ctx, tx)
}

// ChangeWindow changes a window by fn, as it stands at that moment.
func (s *Store) ChangeWindow(ctx context.Context, id string, fn func(*window.Window) error) (w *window.Window, err error) {
	err = s.tx(ctx, func(tx *sql.Tx) (err error) {
		if w, err = scanDoc[window.Window](tx.QueryRowContext(ctx, `SELECT doc FROM windows WHERE id = $1`+s.forUpdate(), id), "window"); err != nil {
			return err
		}
		if err := fn(w); err != nil {
			return err
		}
		return putWindow(ctx, tx, *w)
	})
	return w, err
}

// isHeld is what the index of alerts that are held is of: those that ended are
// held no more, and keep why they were.
const isHeld = `held_rank > 0 AND state <> 'resolved'`

// Held gives alerts that a window held and that have not ended, by id, those
// after one.
func (s *Store) Held(ctx context.Context, after string, limit int) ([]*incident.Alert, error) {
	return s.alertsWhere(ctx, isHeld+` AND id > $1 ORDER BY id LIMIT $2`, after, limit)
}

// GravestHeld gives alerts that are held, first those that would have paged at
// once, of each sort those heard last.
func (s *Store) GravestHeld(ctx context.Context, limit int) ([]*incident.Alert, error) {
	return s.alertsWhere(ctx, isHeld+` ORDER BY held_rank DESC, last_at DESC LIMIT $1`, limit)
}

func (s *Store) alertsWhere(ctx context.Context, where string, args ...any) ([]*incident.Alert, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT `+alertColumns+` FROM alerts WHERE `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("look for alerts that are held: %w", err)
	}
	return collect(rows, func(r *sql.Rows) (*incident.Alert, error) { return scanAlert(r) })
}

// CountHeld gives how many alerts are held, and how many of them would have
// paged at once.
func (s *Store) CountHeld(ctx context.Context) (all, grave int, err error) {
	err = s.read.QueryRowContext(ctx, `
		SELECT count(*), coalesce(sum(held_rank - 1), 0) FROM alerts WHERE `+isHeld).Scan(&all, &grave)
	if err != nil {
		return 0, 0, fmt.Errorf("count the alerts that are held: %w", err)
	}
	return all, grave, nil
}

// Alert gives an alert by its id.
func (s *Store) Alert(ctx context.Context, id string) (*incident.Alert, error) {
	a, err := scanAlert(s.read.QueryRowContext(ctx, `SELECT `+alertColumns+` FROM alerts WHERE id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, incident.Errorf(incident.NotFound, "There is no such alert.")
	}
	return a, err
}
