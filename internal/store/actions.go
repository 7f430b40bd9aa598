package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/sigap-dev/sigap/internal/incident"
)

// putActions brings the list across incidents up to date with one incident's.
func (s *Store) putActions(ctx context.Context, tx *sql.Tx, i *incident.Incident) error {
	for _, a := range i.Actions {
		doc, err := json.Marshal(incident.ActionOf{Incident: i.ID, Ref: i.Ref(), Title: i.Title, Action: a})
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `
			INSERT INTO actions (id, incident_id, owner_id, due, done, doc) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (id) DO UPDATE SET owner_id = excluded.owner_id, due = excluded.due, done = excluded.done, doc = excluded.doc`,
			a.ID, i.ID, a.Owner.ID, micros(a.Due), micros(a.Done), string(doc)); err != nil {
			return fmt.Errorf("write action %s: %w", a.ID, err)
		}
	}
	return nil
}

// Actions lists the actions of all incidents: those that are open, what falls
// due first first, then those that are done, the newest first.
func (s *Store) Actions(ctx context.Context, openOnly bool, limit int) ([]incident.ActionOf, error) {
	open, err := list[incident.ActionOf](ctx, s.read, "action", `SELECT doc FROM actions WHERE done = 0 ORDER BY due LIMIT $1`, limit)
	if err != nil || openOnly || len(open) == limit {
		return open, err
	}
	done, err := list[incident.ActionOf](ctx, s.read, "action", `SELECT doc FROM actions WHERE done > 0 ORDER BY done DESC LIMIT $1`, limit-len(open))
	return append(open, done...), err
}

// OwedBy lists the open actions that somebody promised, what falls due first
// first.
func (s *Store) OwedBy(ctx context.Context, person string, limit int) ([]incident.ActionOf, error) {
	return list[incident.ActionOf](ctx, s.read, "action", `
		SELECT doc FROM actions WHERE owner_id = $1 AND done = 0 ORDER BY due LIMIT $2`, person, limit)
}
