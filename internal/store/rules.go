package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/sigap-dev/sigap/internal/identify/rule"
	"github.com/sigap-dev/sigap/internal/incident"
)

// RuleList gives the team's rules in their order, and what became of each.
func (s *Store) RuleList(ctx context.Context) ([]rule.Kept, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT doc, matched, matched_at, error, error_at FROM rules ORDER BY place, id`)
	if err != nil {
		return nil, fmt.Errorf("list rules: %w", err)
	}
	return collect(rows, func(r *sql.Rows) (k rule.Kept, err error) {
		var doc string
		var matchedAt, errorAt int64
		if err := r.Scan(&doc, &k.Matched, &matchedAt, &k.Error, &errorAt); err != nil {
			return k, err
		}
		k.MatchedAt, k.ErrorAt = fromMicros(matchedAt), fromMicros(errorAt)
		return k, json.Unmarshal([]byte(doc), &k.Rule)
	})
}

// PutRule writes a rule, a new one behind all others. What went wrong with it
// before is forgotten.
func (s *Store) PutRule(ctx context.Context, r rule.Rule) error {
	doc, err := json.Marshal(r)
	if err != nil {
		return err
	}
	return s.tx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `
			INSERT INTO rules (id, place, doc) SELECT $1, coalesce(max(place), 0) + 1, $2 FROM rules WHERE true
			ON CONFLICT (id) DO UPDATE SET doc = excluded.doc, error = '', error_at = 0`, r.ID, string(doc)); err != nil {
			return fmt.Errorf("write rule %s: %w", r.ID, err)
		}
		return newRules(ctx, tx)
	})
}

// RemoveRule takes a rule away, and tells whether it was there.
func (s *Store) RemoveRule(ctx context.Context, id string) (was bool, err error) {
	err = s.tx(ctx, func(tx *sql.Tx) error {
		gone, err := tx.ExecContext(ctx, `DELETE FROM rules WHERE id = $1`, id)
		if err != nil {
			return fmt.Errorf("remove rule %s: %w", id, err)
		}
		n, err := gone.RowsAffected()
		if was = n > 0; err != nil {
			return err
		}
		return newRules(ctx, tx)
	})
	return was, err
}

// OrderRules puts the rules in an order. It is a conflict if the ids are not
// those of all rules: somebody made or removed one meanwhile.
func (s *Store) OrderRules(ctx context.Context, ids []string) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT id FROM rules ORDER BY id`+s.forUpdate())
		if err != nil {
			return fmt.Errorf("list rules: %w", err)
		}
		have, err := collect(rows, func(r *sql.Rows) (id string, err error) {
			err = r.Scan(&id)
			return id, err
		})
		if err != nil {
			return fmt.Errorf("list rules: %w", err)
		}
		if !slices.Equal(have, slices.Sorted(slices.Values(ids))) {
			return incident.Errorf(incident.Conflict, "The rules changed meanwhile: look at them again.")
		}
		for place, id := range ids {
			if _, err := tx.ExecContext(ctx, `UPDATE rules SET place = $1 WHERE id = $2`, place+1, id); err != nil {
				return fmt.Errorf("order rules: %w", err)
			}
		}
		return newRules(ctx, tx)
	})
}

// NoteRules adds up what became of rules. It is a count: it may be lost.
func (s *Store) NoteRules(ctx context.Context, became map[string]rule.State) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		for id, st := range became {
			set, args := `matched = matched + $2`, []any{id, st.Matched}
			if st.Matched > 0 {
				args = append(args, micros(st.MatchedAt))
				set += fmt.Sprintf(`, matched_at = $%d`, len(args))
			}
			if st.Error != "" {
				args = append(args, plain(st.Error), micros(st.ErrorAt))
				set += fmt.Sprintf(`, error = $%d, error_at = $%d`, len(args)-1, len(args))
			}
			if _, err := tx.ExecContext(ctx, `UPDATE rules SET `+set+` WHERE id = $1`, args...); err != nil {
				return fmt.Errorf("note what became of rule %s: %w", id, err)
			}
		}
		return nil
	})
}
