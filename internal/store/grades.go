package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// What counts as a check's record: sources are mended, and services change. Each
// view of an incident reads it.
const (
	gradesCount = 365 * 24 * time.Hour
	mostGrades  = 2000 // the newest, of all checks together
)

// putGrades keeps how the checks did once the post-mortem is published. What
// checks say of a drill teaches nothing about production.
func putGrades(ctx context.Context, tx *sql.Tx, i *incident.Incident) error {
	if i.Drill || i.Review == nil || i.Review.State != incident.ReviewPublished {
		return nil
	}
	for _, g := range i.Grades {
		if _, err := tx.ExecContext(ctx, `
			INSERT INTO grades (incident_id, check_name, mark, graded_at) VALUES ($1, $2, $3, $4)
			ON CONFLICT (incident_id, check_name) DO UPDATE SET mark = excluded.mark`,
			i.ID, plain(g.Check), g.Mark, micros(i.Milestones[incident.ReviewedAt])); err != nil {
			return fmt.Errorf("keep how the check %s did in %s: %w", g.Check, i.ID, err)
		}
	}
	return nil
}

// CheckRecords gives how each check did in the last year or, of many incidents,
// in the newest, in the order of their names.
func (s *Store) CheckRecords(ctx context.Context) ([]incident.CheckRecord, error) {
	rows, err := s.read.QueryContext(ctx, `
		SELECT check_name,
		       sum(CASE mark WHEN 'right' THEN 1 ELSE 0 END),
		       sum(CASE mark WHEN 'wrong' THEN 1 ELSE 0 END),
		       sum(CASE mark WHEN 'noMatter' THEN 1 ELSE 0 END)
		FROM (SELECT check_name, mark FROM grades WHERE graded_at > $1 ORDER BY graded_at DESC LIMIT $2) AS newest
		GROUP BY check_name ORDER BY check_name`, micros(s.Now().Add(-gradesCount)), mostGrades)
	if err != nil {
		return nil, fmt.Errorf("count how the checks did: %w", err)
	}
	return collect(rows, func(r *sql.Rows) (c incident.CheckRecord, err error) {
		err = r.Scan(&c.Check, &c.Right, &c.Wrong, &c.Aside)
		return c, err
	})
}
