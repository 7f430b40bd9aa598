package store

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/sigap-dev/sigap/internal/incident"
)

// fillAtOnce is how many records one commit fills in: others wait for it.
const fillAtOnce = 10

// Fill writes what lists and the search read of the records that were written
// by a version that did not know of it. It takes a few minutes of a large
// store, once; until then lists are slower, and the search does not find all.
func (s *Store) Fill(ctx context.Context) error { return s.fill(ctx, "") }

// fillOpen does so for the records that people work on: grouping must find them.
func (s *Store) fillOpen(ctx context.Context) error {
	return s.fill(ctx, ` AND status IN ('triage', 'investigating', 'mitigating', 'monitoring')`)
}

func (s *Store) fill(ctx context.Context, which string) error {
	for {
		rows, err := s.read.QueryContext(ctx, fmt.Sprintf(`SELECT id FROM incidents WHERE filled = 0%s LIMIT %d`, which, fillAtOnce))
		if err != nil {
			return fmt.Errorf("look for records to fill in: %w", err)
		}
		ids, err := collect(rows, func(r *sql.Rows) (id string, err error) { return id, r.Scan(&id) })
		if err != nil {
			return fmt.Errorf("look for records to fill in: %w", err)
		}
		if len(ids) == 0 {
			return nil
		}
		if err := s.tx(ctx, func(tx *sql.Tx) error {
			for _, id := range ids {
				if err := s.fillOne(ctx, tx, id); err != nil {
					return fmt.Errorf("fill in %s: %w", id, err)
				}
			}
			return nil
		}); err != nil {
			return err
		}
	}
}

func (s *Store) fillOne(ctx context.Context, tx *sql.Tx, id string) error {
	i, err := scanIncident(tx.QueryRowContext(ctx, `SELECT doc FROM incidents WHERE id = $1 AND filled = 0`+s.forUpdate(), id))
	if incident.Is(err, incident.NotFound) {
		return nil // another process has
	}
	if err != nil {
		return err
	}
	rows, err := tx.QueryContext(ctx, entriesOf, id, 0, allEntries)
	if err != nil {
		return err
	}
	entries, err := collect(rows, scanEntry)
	if err != nil {
		return err
	}
	_, brief, err := documents(i)
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `UPDATE incidents SET brief = $2, nobody = $3, filled = 1 WHERE id = $1`, id, brief, flag(i.NobodyYet != nil)); err != nil {
		return err
	}
	if err := s.putGroups(ctx, tx, i, nil); err != nil {
		return err
	}
	return s.putWords(ctx, tx, id, entries)
}
