package store

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/sigap-dev/sigap/internal/incident"
)

// manyPairs is how many pairs of classes grouping looks at.
const manyPairs = 5000

// Pairs gives what people taught by merging and splitting.
func (s *Store) Pairs(ctx context.Context) ([]incident.ClassPair, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT a, b, merged, split FROM alert_pairs ORDER BY merged + split DESC, a, b LIMIT $1`, manyPairs)
	if err != nil {
		return nil, fmt.Errorf("read pairs of alerts: %w", err)
	}
	return collect(rows, func(r *sql.Rows) (p incident.ClassPair, err error) { return p, r.Scan(&p.A, &p.B, &p.Merged, &p.Split) })
}

// Teach counts that people merged alerts of such classes, or split them: the
// last word counts, so either ends what the other had added up to.
func (t *Tx) Teach(pairs [][2]string, merged bool) error {
	m, s := 1, 0
	if !merged {
		m, s = 0, 1
	}
	for _, p := range pairs {
		if _, err := t.tx.ExecContext(t.ctx, `
			INSERT INTO alert_pairs (a, b, merged, split) VALUES ($1, $2, $3, $4)
			ON CONFLICT (a, b) DO UPDATE SET
				merged = (alert_pairs.merged + excluded.merged) * excluded.merged, split = (alert_pairs.split + excluded.split) * excluded.split`,
			p[0], p[1], m, s); err != nil {
			return fmt.Errorf("learn from what people merged and split: %w", err)
		}
	}
	if len(pairs) == 0 {
		return nil
	}
	return newRules(t.ctx, t.tx)
}
