package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/riverqueue/river"

	"github.com/sigap-dev/sigap/internal/incident"
)

// Change runs one operation on an incident: fn records facts and asks for
// jobs, and all of it is committed, or nothing if fn gives an error.
func (s *Store) Change(ctx context.Context, actor incident.Actor, id string, fn func(*incident.Edit) error) (*incident.Incident, error) {
	var after *incident.Incident
	err := s.tx(ctx, func(tx *sql.Tx) (err error) {
		after, err = s.change(ctx, tx, actor, id, fn)
		return err
	})
	if err != nil {
		return nil, err
	}
	s.onCommit(id)
	return after, nil
}

// Create opens a new record with the id, by an operation whose first fact is
// an [incident.Opened].
func (s *Store) Create(ctx context.Context, actor incident.Actor, id string, fn func(*incident.Edit) error) (*incident.Incident, error) {
	var after *incident.Incident
	err := s.tx(ctx, func(tx *sql.Tx) (err error) {
		after, err = s.create(ctx, tx, actor, id, fn)
		return err
	})
	if err != nil {
		return nil, err
	}
	s.onCommit(after.ID)
	return after, nil
}

func (s *Store) create(ctx context.Context, tx *sql.Tx, actor incident.Actor, id string, fn func(*incident.Edit) error) (*incident.Incident, error) {
	e := s.edit(ctx, tx, &incident.Incident{ID: id}, actor)
	if err := fn(e); err != nil {
		return nil, err
	}
	i := e.Incident
	doc, brief, err := documents(i)
	if err != nil {
		return nil, err
	}
	if _, err := tx.ExecContext(ctx, `
		INSERT INTO incidents (id, number, status, severity, service, environment, title, drill, opened_at, changed_at, seq, head, brief, doc, nobody, filled)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 1)`,
		i.ID, number(i), i.Status, i.Severity, plain(i.Service), plain(i.Environment), plain(i.Title), flag(i.Drill), micros(i.Milestones[incident.Detected]),
		micros(e.Now), i.Seq, i.Head, brief, doc, flag(i.NobodyYet != nil)); err != nil {
		return nil, fmt.Errorf("insert incident %s: %w", id, err)
	}
	if err := s.putGroups(ctx, tx, i, nil); err != nil {
		return nil, err
	}
	return i, s.append(ctx, tx, e)
}

func (s *Store) change(ctx context.Context, tx *sql.Tx, actor incident.Actor, id string, fn func(*incident.Edit) error) (*incident.Incident, error) {
	i, err := scanIncident(tx.QueryRowContext(ctx, `SELECT doc FROM incidents WHERE id = $1`+s.forUpdate(), id))
	if err != nil {
		return nil, err
	}
	e, groups := s.edit(ctx, tx, i, actor), i.Groups()
	if err := fn(e); err != nil {
		return nil, err
	}
	if len(e.Entries()) == 0 {
		return i, s.enqueue(ctx, tx, e.Jobs())
	}
	doc, brief, err := documents(i)
	if err != nil {
		return nil, err
	}
	if _, err := tx.ExecContext(ctx, `
		UPDATE incidents
		SET number = $2, status = $3, severity = $4, service = $5, environment = $6, title = $7, changed_at = $8, seq = $9, head = $10, brief = $11, doc = $12, nobody = $13
		WHERE id = $1`,
		i.ID, number(i), i.Status, i.Severity, plain(i.Service), plain(i.Environment), plain(i.Title), micros(e.Now), i.Seq, i.Head, brief, doc, flag(i.NobodyYet != nil)); err != nil {
		return nil, fmt.Errorf("update incident %s: %w", id, err)
	}
	if err := s.putGroups(ctx, tx, i, groups); err != nil {
		return nil, err
	}
	return i, s.append(ctx, tx, e)
}

func (s *Store) edit(ctx context.Context, tx *sql.Tx, i *incident.Incident, actor incident.Actor) *incident.Edit {
	e := incident.NewEdit(i, actor, s.Now())
	e.NextNumber = func() (n int, err error) {
		err = tx.QueryRowContext(ctx, `UPDATE counters SET value = value + 1 WHERE name = 'incident' RETURNING value`).Scan(&n)
		return n, err
	}
	return e
}

// append writes an edit's entries, the lists that are asked for across
// incidents, and the jobs.
func (s *Store) append(ctx context.Context, tx *sql.Tx, e *incident.Edit) error {
	for _, entry := range e.Entries() {
		actor, err := json.Marshal(entry.Actor)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `
			INSERT INTO entries (incident_id, seq, kind, at, recorded, actor, data, prev, hash)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
			entry.Incident, entry.Seq, entry.Kind, micros(entry.At), micros(entry.Recorded), string(actor), string(entry.Data), entry.Prev, entry.Hash); err != nil {
			return fmt.Errorf("append entry %d of %s: %w", entry.Seq, entry.Incident, err)
		}
		switch entry.Kind {
		case incident.Action{}.Kind(), incident.ActionSet{}.Kind():
			if err := s.putActions(ctx, tx, e.Incident); err != nil {
				return err
			}
		case incident.Declared{}.Kind(), incident.DismissedAs{}.Kind(), incident.EndedBySelf{}.Kind():
			if err := noteOutcome(ctx, tx, e.Incident); err != nil {
				return err
			}
		case incident.Graded{}.Kind(), incident.Published{}.Kind():
			if err := putGrades(ctx, tx, e.Incident); err != nil {
				return err
			}
		}
	}
	if err := s.putWords(ctx, tx, e.Incident.ID, e.Entries()); err != nil {
		return err
	}
	if s.postgres && len(e.Entries()) > 0 {
		if _, err := tx.ExecContext(ctx, `SELECT pg_notify($1, $2)`, liveTopic, e.Incident.ID); err != nil {
			return fmt.Errorf("notify watchers: %w", err)
		}
	}
	return s.enqueue(ctx, tx, e.Jobs())
}

func (s *Store) enqueue(ctx context.Context, tx *sql.Tx, jobs []incident.Job) error {
	if len(jobs) == 0 {
		return nil
	}
	params := make([]river.InsertManyParams, len(jobs))
	for n, j := range jobs {
		queue, priority := s.place(j.Args)
		params[n] = river.InsertManyParams{Args: j.Args, InsertOpts: &river.InsertOpts{Queue: queue, Priority: priority, ScheduledAt: j.At}}
	}
	if _, err := s.queue.InsertManyTx(ctx, tx, params); err != nil {
		return fmt.Errorf("enqueue %d jobs: %w", len(jobs), err)
	}
	return nil
}

// Enqueue asks for jobs outside of any incident's operation.
func (s *Store) Enqueue(ctx context.Context, jobs ...incident.Job) error {
	return s.tx(ctx, func(tx *sql.Tx) error { return s.enqueue(ctx, tx, jobs) })
}

// Incident gives a record by its id or by how people call it: INC-142, C-1a2b3c.
func (s *Store) Incident(ctx context.Context, ref string) (*incident.Incident, error) {
	var row *sql.Row
	var n int
	upper := strings.ToUpper(ref)
	if _, err := fmt.Sscanf(upper, "INC-%d", &n); err == nil {
		row = s.read.QueryRowContext(ctx, `SELECT doc FROM incidents WHERE number = $1`, n)
	} else if short, ok := strings.CutPrefix(upper, "C-"); ok {
		row = s.read.QueryRowContext(ctx, `SELECT doc FROM incidents WHERE id LIKE $1 ORDER BY opened_at DESC LIMIT 1`, "%"+strings.ToLower(short))
	} else {
		row = s.read.QueryRowContext(ctx, `SELECT doc FROM incidents WHERE id = $1`, ref)
	}
	return scanIncident(row)
}

const entriesOf = `
	SELECT incident_id, seq, kind, at, recorded, actor, data, prev, hash
	FROM entries WHERE incident_id = $1 AND seq > $2 ORDER BY seq LIMIT $3`

const allEntries = 1<<31 - 1

// Entries gives up to limit entries of an incident after the seq, oldest first.
func (s *Store) Entries(ctx context.Context, id string, after, limit int) ([]incident.Entry, error) {
	rows, err := s.read.QueryContext(ctx, entriesOf, id, after, limit)
	if err != nil {
		return nil, fmt.Errorf("read entries of %s: %w", id, err)
	}
	return collect(rows, scanEntry)
}

// EntriesBefore gives the limit entries of an incident before the seq, oldest first.
func (s *Store) EntriesBefore(ctx context.Context, id string, before, limit int) ([]incident.Entry, error) {
	return s.Entries(ctx, id, max(0, before-1-limit), min(limit, max(0, before-1)))
}

// AllEntries gives the whole timeline.
func (s *Store) AllEntries(ctx context.Context, id string) ([]incident.Entry, error) {
	return s.Entries(ctx, id, 0, allEntries)
}

func scanEntry(r *sql.Rows) (e incident.Entry, err error) {
	var at, recorded int64
	var actor, data string
	if err = r.Scan(&e.Incident, &e.Seq, &e.Kind, &at, &recorded, &actor, &data, &e.Prev, &e.Hash); err != nil {
		return e, err
	}
	e.At, e.Recorded, e.Data = fromMicros(at), fromMicros(recorded), json.RawMessage(data)
	return e, json.Unmarshal([]byte(actor), &e.Actor)
}

type scanner interface{ Scan(...any) error }

func scanIncident(row scanner) (*incident.Incident, error) {
	return scanDoc[incident.Incident](row, "incident")
}

// scanDoc reads a row of one JSON document; a missing one is an
// [incident.NotFound] error that names what.
func scanDoc[T any](row scanner, what string) (*T, error) {
	var doc string
	switch err := row.Scan(&doc); {
	case errors.Is(err, sql.ErrNoRows):
		return nil, incident.Errorf(incident.NotFound, "There is no such %s.", what)
	case err != nil:
		return nil, fmt.Errorf("read %s: %w", what, err)
	}
	v := new(T)
	if err := json.Unmarshal([]byte(doc), v); err != nil {
		return nil, fmt.Errorf("read %s: %w", what, err)
	}
	return v, nil
}

func collect[T any](rows *sql.Rows, scan func(*sql.Rows) (T, error)) ([]T, error) {
	defer func() { _ = rows.Close() }()
	out := []T{}
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

func number(i *incident.Incident) any {
	if i.Number == 0 {
		return nil
	}
	return i.Number
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}
