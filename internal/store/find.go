package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/sigap-dev/sigap/internal/incident"
)

// putGroups writes the groups that an open record is found in, if they are
// others than before.
func (s *Store) putGroups(ctx context.Context, tx *sql.Tx, i *incident.Incident, before []string) error {
	now := i.Groups()
	if slices.Equal(now, before) {
		return nil
	}
	for _, name := range without(before, now) {
		if _, err := tx.ExecContext(ctx, `DELETE FROM incident_groups WHERE name = $1 AND incident_id = $2`, name, i.ID); err != nil {
			return fmt.Errorf("take incident %s out of a group: %w", i.ID, err)
		}
	}
	for _, name := range without(now, before) {
		if _, err := tx.ExecContext(ctx, `INSERT INTO incident_groups (name, incident_id) VALUES ($1, $2) ON CONFLICT DO NOTHING`, name, i.ID); err != nil {
			return fmt.Errorf("put incident %s into a group: %w", i.ID, err)
		}
	}
	return nil
}

// without gives the names that are not among others, which may be thousands: a
// storm reaches as many services.
func without(names, others []string) []string {
	known := make(map[string]bool, len(others))
	for _, name := range others {
		known[name] = true
	}
	var out []string
	for _, name := range names {
		if !known[name] {
			out = append(out, name)
		}
	}
	return out
}

// wordRows is how many words one statement writes.
const wordRows = 100

// putWords notes the words of new entries, for the search.
func (s *Store) putWords(ctx context.Context, tx *sql.Tx, id string, entries []incident.Entry) error {
	var words []string
	for n := range entries {
		words = append(words, entries[n].Words()...)
	}
	slices.Sort(words) // also so that two transactions do not wait for one another
	for some := range slices.Chunk(slices.Compact(words), wordRows) {
		args := make([]any, 0, 1+len(some))
		args = append(args, id)
		var values strings.Builder
		for n, w := range some {
			if n > 0 {
				values.WriteString(", ")
			}
			args = append(args, []byte(w))
			fmt.Fprintf(&values, "($%d, $1)", len(args))
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO words (word, incident_id) VALUES `+values.String()+` ON CONFLICT DO NOTHING`, args...); err != nil {
			return fmt.Errorf("note the words of %s: %w", id, err)
		}
	}
	return nil
}

// Open gives, in brief, the records among ids that people still work on, those
// that are in one of the groups, and the newest few of all; the newest first.
func (t *Tx) Open(ids, groups []string, newest int) ([]*incident.Brief, error) {
	wanted := map[string]bool{}
	for _, id := range ids {
		wanted[id] = true
	}
	note := func(query string, args ...any) error {
		rows, err := t.tx.QueryContext(t.ctx, query, args...)
		if err != nil {
			return fmt.Errorf("look for open incidents: %w", err)
		}
		found, err := collect(rows, func(r *sql.Rows) (id string, err error) { return id, r.Scan(&id) })
		for _, id := range found {
			wanted[id] = true
		}
		return err
	}
	for some := range slices.Chunk(groups, maxParams) {
		if err := note(`SELECT incident_id FROM incident_groups WHERE name IN `+marks(1, len(some)), anys(some)...); err != nil {
			return nil, err
		}
	}
	if newest > 0 {
		if err := note(`
			SELECT id FROM incidents WHERE status IN ('triage', 'investigating', 'mitigating', 'monitoring')
			ORDER BY opened_at DESC, id DESC LIMIT $1`, newest); err != nil {
			return nil, err
		}
	}
	var open []*incident.Brief
	for some := range slices.Chunk(slices.Sorted(maps.Keys(wanted)), maxParams) {
		rows, err := t.tx.QueryContext(t.ctx, `
			SELECT `+briefColumns+` FROM incidents
			WHERE id IN `+marks(1, len(some))+` AND status IN ('triage', 'investigating', 'mitigating', 'monitoring')`, anys(some)...)
		if err != nil {
			return nil, fmt.Errorf("read open incidents: %w", err)
		}
		found, err := collect(rows, scanBrief)
		if err != nil {
			return nil, fmt.Errorf("read open incidents: %w", err)
		}
		open = append(open, found...)
	}
	slices.SortFunc(open, func(a, b *incident.Brief) int {
		return cmp.Or(b.Milestones[incident.Detected].Compare(a.Milestones[incident.Detected]), strings.Compare(b.ID, a.ID))
	})
	return open, nil
}

func anys(list []string) []any {
	out := make([]any, len(list))
	for n, s := range list {
		out[n] = s
	}
	return out
}
