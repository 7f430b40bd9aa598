package store

import (
	"database/sql"
	"fmt"
	"slices"

	"github.com/sigap-dev/sigap/internal/incident"
)

// Fires reports whether an incident has an alert that has not ended, one that
// is merely no longer reported included. The record knows only the first few
// of a storm, and a storm's alerts are too many to be counted at each change.
func (t *Tx) Fires(incidentID string) (fires bool, err error) {
	err = t.tx.QueryRowContext(t.ctx, `
		SELECT EXISTS (SELECT 1 FROM alerts WHERE incident_id = $1 AND state IN ('firing', 'silent'))`, incidentID).Scan(&fires)
	if err != nil {
		return false, fmt.Errorf("look for alerts of %s that fire: %w", incidentID, err)
	}
	return fires, nil
}

// MoveAlerts gives the alerts of one incident to another.
func (t *Tx) MoveAlerts(from, to string) error {
	if _, err := t.tx.ExecContext(t.ctx, `UPDATE alerts SET incident_id = $2 WHERE incident_id = $1`, from, to); err != nil {
		return fmt.Errorf("move the alerts of %s: %w", from, err)
	}
	return nil
}

// AlertsIn gives those of the alerts, by id, that belong to an incident; the
// oldest first.
func (t *Tx) AlertsIn(incidentID string, ids []string) ([]*incident.Alert, error) {
	out := []*incident.Alert{}
	for some := range slices.Chunk(ids, maxParams) {
		rows, err := t.tx.QueryContext(t.ctx, `SELECT `+alertColumns+` FROM alerts WHERE incident_id = $1 AND id IN `+marks(2, len(some))+` ORDER BY first_at, id`,
			append([]any{incidentID}, anys(some)...)...)
		if err != nil {
			return nil, fmt.Errorf("read alerts of %s: %w", incidentID, err)
		}
		alerts, err := collect(rows, func(r *sql.Rows) (*incident.Alert, error) { return scanAlert(r) })
		if err != nil {
			return nil, fmt.Errorf("read alerts of %s: %w", incidentID, err)
		}
		out = append(out, alerts...)
	}
	return out, nil
}
