package store

import "fmt"

// Firing counts the alerts of an incident that have not ended, those that are
// merely no longer reported included. The record knows only the first few of a
// storm.
func (t *Tx) Firing(incidentID string) (n int, err error) {
	err = t.tx.QueryRowContext(t.ctx, `SELECT count(*) FROM alerts WHERE incident_id = $1 AND state <> 'resolved'`, incidentID).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count the alerts of %s: %w", incidentID, err)
	}
	return n, nil
}

// MoveAlerts gives the alerts of one incident to another.
func (t *Tx) MoveAlerts(from, to string) error {
	if _, err := t.tx.ExecContext(t.ctx, `UPDATE alerts SET incident_id = $2 WHERE incident_id = $1`, from, to); err != nil {
		return fmt.Errorf("move the alerts of %s: %w", from, err)
	}
	return nil
}
