package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/sigap-dev/sigap/internal/incident"
)

// documents are the two forms that a record is kept in: whole, and as lists
// show it.
func documents(i *incident.Incident) (whole, brief string, err error) {
	b, err := json.Marshal(i)
	if err != nil {
		return "", "", fmt.Errorf("write incident %s: %w", i.ID, err)
	}
	cut, err := json.Marshal(i.Brief())
	if err != nil {
		return "", "", fmt.Errorf("write incident %s in brief: %w", i.ID, err)
	}
	return string(b), string(cut), nil
}

// briefColumns are what scanBrief reads. Of a record that is not filled in yet
// (see [Store.Fill]) it is cut from the whole.
const briefColumns = `filled, CASE WHEN filled = 1 THEN brief ELSE doc END`

func scanBrief(r *sql.Rows) (*incident.Brief, error) {
	var filled int
	var doc string
	if err := r.Scan(&filled, &doc); err != nil {
		return nil, err
	}
	if filled == 0 {
		i := new(incident.Incident)
		if err := json.Unmarshal([]byte(doc), i); err != nil {
			return nil, fmt.Errorf("read incident: %w", err)
		}
		return i.Brief(), nil
	}
	b := &incident.Brief{Incident: &incident.Incident{}}
	if err := json.Unmarshal([]byte(doc), b); err != nil {
		return nil, fmt.Errorf("read incident in brief: %w", err)
	}
	return b, nil
}

// Briefs gives the records that f chooses as lists show them, the newest first.
func (s *Store) Briefs(ctx context.Context, f incident.Filter) ([]*incident.Brief, error) {
	rows, err := s.choose(ctx, briefColumns, f)
	if err != nil {
		return nil, err
	}
	return collect(rows, scanBrief)
}

// Incidents gives the records that f chooses whole, the newest first.
func (s *Store) Incidents(ctx context.Context, f incident.Filter) ([]*incident.Incident, error) {
	rows, err := s.choose(ctx, `doc`, f)
	if err != nil {
		return nil, err
	}
	return collect(rows, func(r *sql.Rows) (*incident.Incident, error) { return scanIncident(r) })
}

func (s *Store) choose(ctx context.Context, columns string, f incident.Filter) (*sql.Rows, error) {
	where, args := conditions(f)
	query := "SELECT " + columns + " FROM incidents"
	if len(where) > 0 {
		query += " WHERE " + strings.Join(where, " AND ")
	}
	limit := f.Limit
	if limit <= 0 {
		limit = 50
	}
	rows, err := s.read.QueryContext(ctx, fmt.Sprintf("%s ORDER BY opened_at DESC, id DESC LIMIT %d", query, limit), args...)
	if err != nil {
		return nil, fmt.Errorf("list incidents: %w", err)
	}
	return rows, nil
}

func conditions(f incident.Filter) (where []string, args []any) {
	add := func(cond string, values ...any) {
		for _, v := range values {
			args = append(args, v)
			cond = strings.Replace(cond, "?", fmt.Sprintf("$%d", len(args)), 1)
		}
		where = append(where, cond)
	}
	if len(f.Statuses) > 0 {
		statuses := make([]any, len(f.Statuses))
		for n, st := range f.Statuses {
			statuses[n] = st
		}
		add("status IN (?"+strings.Repeat(", ?", len(statuses)-1)+")", statuses...)
	}
	if f.Severity.Valid() {
		add("severity = ?", f.Severity)
	}
	if f.Service != "" {
		add("service = ?", f.Service)
	}
	if f.Drill != nil {
		add("drill = ?", flag(*f.Drill))
	}
	if !f.Before.IsZero() {
		add("opened_at < ?", micros(f.Before))
	}
	if !f.After.IsZero() {
		add("opened_at >= ?", micros(f.After))
	}
	for word := range strings.FieldsSeq(f.Text) {
		for n, w := range incident.Words(word) {
			if n == 0 { // of several parts: the whole
				add("id IN (SELECT incident_id FROM words WHERE word >= ? AND word < ?)", []byte(w), append([]byte(w), 0xFF))
			}
		}
	}
	return where, args
}

// OpenCounts counts the records that people work on by their status, and those
// of which a notice reached nobody.
func (s *Store) OpenCounts(ctx context.Context) (byStatus map[incident.Status]int, nobody int, err error) {
	rows, err := s.read.QueryContext(ctx, `
		SELECT status, count(*) FROM incidents
		WHERE status IN ('triage', 'investigating', 'mitigating', 'monitoring') GROUP BY status`)
	if err != nil {
		return nil, 0, fmt.Errorf("count open incidents: %w", err)
	}
	byStatus = map[incident.Status]int{}
	if _, err := collect(rows, func(r *sql.Rows) (struct{}, error) {
		var st incident.Status
		var n int
		err := r.Scan(&st, &n)
		byStatus[st] = n
		return struct{}{}, err
	}); err != nil {
		return nil, 0, fmt.Errorf("count open incidents: %w", err)
	}
	err = s.read.QueryRowContext(ctx, `
		SELECT count(*) FROM incidents
		WHERE nobody = 1 AND status IN ('triage', 'investigating', 'mitigating', 'monitoring')`).Scan(&nobody)
	return byStatus, nobody, err
}
