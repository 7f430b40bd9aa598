package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// The lanes of the inbox. What is in the first is applied before all that
// waits in the second.
const (
	laneAhead = 0 // copies of what pages, see Accept
	laneOrder = 1 // everything, in the order in which it was accepted
	laneAside = 2 // what could not be applied, for a person to look at
)

// inboxBytes is how much of the inbox is taken at once: a few hundred alerts,
// some thirty milliseconds. SQLite has one writer, and who accepts or answers a
// page waits for it.
const inboxBytes = 160 << 10

// Accept puts a body into the inbox, and ahead of all that waits there a copy
// of the part of it that pages, if there is one. Both are on disk when it
// returns nil.
func (s *Store) Accept(ctx context.Context, body, ahead string) error {
	return s.tx(ctx, func(tx *sql.Tx) error { return accept(ctx, tx, body, ahead) })
}

func accept(ctx context.Context, tx *sql.Tx, body, ahead string) error {
	args := []any{NewID(), laneOrder, body}
	insert := `INSERT INTO inbox (id, lane, body) VALUES ($1, $2, $3)`
	if ahead != "" {
		insert += `, ($4, $5, $6)`
		args = append(args, NewID(), laneAhead, ahead)
	}
	if _, err := tx.ExecContext(ctx, insert, args...); err != nil {
		return fmt.Errorf("put into the inbox: %w", err)
	}
	return nil
}

// Inbox takes up to limit accepted signals' bodies out of the inbox, fewer if
// they are large; none only if it is empty. What pages comes first and alone,
// then all else, the oldest first. Both lanes are read by one statement: a copy
// is always seen before, or with, the body that it was made of.
//
// With several processes only one at a time may apply: the order of an alert's
// signals matters. What was accepted meanwhile stays, wherever its id lies:
// another connection may commit an older id later.
func (t *Tx) Inbox(limit int) (ids, bodies []string, err error) {
	if t.s.postgres {
		if _, err := t.tx.ExecContext(t.ctx, `SELECT pg_advisory_xact_lock(7305)`); err != nil {
			return nil, nil, fmt.Errorf("lock the inbox: %w", err)
		}
	}
	rows, err := t.tx.QueryContext(t.ctx, `SELECT id, lane, body FROM inbox WHERE lane < $1 ORDER BY lane, id LIMIT $2`, laneAside, limit)
	if err != nil {
		return nil, nil, fmt.Errorf("read the inbox: %w", err)
	}
	defer func() { _ = rows.Close() }()
	first := laneOrder
	for size := 0; size < inboxBytes && rows.Next(); {
		var id, body string
		var lane int
		if err := rows.Scan(&id, &lane, &body); err != nil {
			return nil, nil, fmt.Errorf("read the inbox: %w", err)
		}
		if len(ids) > 0 && lane != first {
			break
		}
		first = lane
		ids, bodies = append(ids, id), append(bodies, body)
		size += len(body)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil || len(bodies) == 0 {
		return nil, nil, err
	}
	if _, err := t.tx.ExecContext(t.ctx, `DELETE FROM inbox WHERE id IN `+marks(1, len(ids)), anys(ids)...); err != nil {
		return nil, nil, fmt.Errorf("empty the inbox: %w", err)
	}
	return ids, bodies, nil
}

// SetAside marks a body as one that could not be applied, so that those behind
// it are. It stays in the inbox for a person to look at.
func (s *Store) SetAside(ctx context.Context, id string) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE inbox SET lane = $1 WHERE id = $2`, laneAside, id)
		return err
	})
}

// InboxSize counts what waits in the inbox, and what was set aside.
func (s *Store) InboxSize(ctx context.Context) (waiting, aside int, err error) {
	err = s.read.QueryRowContext(ctx, `
		SELECT coalesce(sum(CASE WHEN lane < $1 THEN 1 ELSE 0 END), 0), coalesce(sum(CASE WHEN lane < $1 THEN 0 ELSE 1 END), 0)
		FROM inbox`, laneAside).Scan(&waiting, &aside)
	return waiting, aside, err
}

// InboxSince gives since when the oldest body waits to be applied; the zero
// time if none does.
func (s *Store) InboxSince(ctx context.Context) (time.Time, error) {
	var oldest sql.NullString
	if err := s.read.QueryRowContext(ctx, `SELECT min(id) FROM inbox WHERE lane < $1`, laneAside).Scan(&oldest); err != nil || !oldest.Valid {
		return time.Time{}, err
	}
	id, err := uuid.Parse(oldest.String)
	if err != nil {
		return time.Time{}, fmt.Errorf("read the inbox: %w", err)
	}
	seconds, nanos := id.Time().UnixTime()
	return time.Unix(seconds, nanos).UTC(), nil
}
