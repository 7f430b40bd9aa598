package store

import "fmt"

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
