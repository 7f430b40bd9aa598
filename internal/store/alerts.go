package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// Tx is a transaction over several records: what the intake applies at once.
type Tx struct {
	s       *Store
	tx      *sql.Tx
	ctx     context.Context
	touched map[string]bool
}

// InTx runs fn in one transaction that is on disk when InTx returns nil.
func (s *Store) InTx(ctx context.Context, fn func(*Tx) error) error {
	var touched map[string]bool
	err := s.tx(ctx, func(tx *sql.Tx) error {
		t := &Tx{s: s, tx: tx, ctx: ctx, touched: map[string]bool{}}
		touched = t.touched
		return fn(t)
	})
	if err != nil {
		return err
	}
	for id := range touched {
		s.onCommit(id)
	}
	return nil
}

// Change is [Store.Change] inside of the transaction.
func (t *Tx) Change(actor incident.Actor, id string, fn func(*incident.Edit) error) (*incident.Incident, error) {
	t.touched[id] = true
	return t.s.change(t.ctx, t.tx, actor, id, fn)
}

// Create is [Store.Create] inside of the transaction.
func (t *Tx) Create(actor incident.Actor, id string, fn func(*incident.Edit) error) (*incident.Incident, error) {
	t.touched[id] = true
	return t.s.create(t.ctx, t.tx, actor, id, fn)
}

const alertColumns = `id, key_id, state, first_at, last_at, count, incident_id, was_real, was_false, was_ended, expires_at, held, held_rank, spells, doc`

func scanAlert(r scanner) (*incident.Alert, error) {
	var a incident.Alert
	var first, last, expires int64
	var in sql.NullString
	var held, spells, doc string
	var rank int
	if err := r.Scan(&a.ID, &a.Key, &a.State, &first, &last, &a.Count, &in, &a.WasReal, &a.WasFalse, &a.WasEnded, &expires, &held, &rank, &spells, &doc); err != nil {
		return nil, err
	}
	if rank > 0 {
		a.Held = &incident.Held{Grave: rank == graveRank}
		if err := json.Unmarshal([]byte(held), a.Held); err != nil {
			return nil, fmt.Errorf("read why alert %s is held: %w", a.ID, err)
		}
	}
	if spells != "" {
		var times [][2]int64
		if err := json.Unmarshal([]byte(spells), &times); err != nil {
			return nil, fmt.Errorf("read when alert %s fired before: %w", a.ID, err)
		}
		for _, s := range times {
			a.Spells = append(a.Spells, incident.Spell{From: fromMicros(s[0]), Until: fromMicros(s[1])})
		}
	}
	a.First, a.Last, a.Incident = fromMicros(first), fromMicros(last), in.String
	err := json.Unmarshal([]byte(doc), &a.Signal)
	a.Signal.ExpiresAt = fromMicros(expires) // repeats move it, and write no document
	return &a, err
}

// maxParams is how many parameters one statement gets: well below both
// engines' limits.
const maxParams = 900

// Alerts gives the known alerts among a key's identities.
func (t *Tx) Alerts(key string, identities []string) (map[string]*incident.Alert, error) {
	found := make(map[string]*incident.Alert, len(identities))
	for len(identities) > 0 {
		n := min(len(identities), maxParams)
		args := []any{key}
		for _, id := range identities[:n] {
			args = append(args, plain(id))
		}
		identities = identities[n:]
		rows, err := t.tx.QueryContext(t.ctx, `SELECT `+alertColumns+` FROM alerts WHERE key_id = $1 AND identity IN `+marks(2, n), args...)
		if err != nil {
			return nil, fmt.Errorf("look up alerts: %w", err)
		}
		alerts, err := collect(rows, func(r *sql.Rows) (*incident.Alert, error) { return scanAlert(r) })
		if err != nil {
			return nil, fmt.Errorf("look up alerts: %w", err)
		}
		for _, a := range alerts {
			found[a.Signal.Identity] = a
		}
	}
	return found, nil
}

const alertParams = 19

// graveRank is the rank of an alert that is held and would have paged at once;
// of others that are held it is 1.
const graveRank = 2

// putAlerts is the statement that writes n alerts, new or known.
func putAlerts(n int) string {
	var values strings.Builder
	for k := range n {
		if k > 0 {
			values.WriteString(", ")
		}
		values.WriteString(marks(k*alertParams+1, alertParams))
	}
	return `
		INSERT INTO alerts (id, key_id, identity, source, sender, service, environment, severity, title, state, first_at, last_at, expires_at, count, incident_id, held, held_rank, spells, doc)
		VALUES ` + values.String() + `
		ON CONFLICT (key_id, identity) DO UPDATE SET
			service = excluded.service, environment = excluded.environment, severity = excluded.severity, title = excluded.title,
			state = excluded.state, first_at = excluded.first_at, last_at = excluded.last_at, expires_at = excluded.expires_at,
			count = excluded.count, incident_id = excluded.incident_id, held = excluded.held, held_rank = excluded.held_rank, spells = excluded.spells, doc = excluded.doc`
}

func alertArgs(args []any, a *incident.Alert) ([]any, error) {
	doc, err := json.Marshal(a.Signal)
	if err != nil {
		return nil, fmt.Errorf("write alert %s: %w", a.ID, err)
	}
	held, rank := "", 0
	if a.Held != nil {
		why, err := json.Marshal(a.Held)
		if err != nil {
			return nil, fmt.Errorf("write why alert %s is held: %w", a.ID, err)
		}
		if held, rank = string(why), 1; a.Held.Grave {
			rank = graveRank
		}
	}
	spells := ""
	if len(a.Spells) > 0 {
		times := make([][2]int64, len(a.Spells))
		for n, s := range a.Spells {
			times[n] = [2]int64{micros(s.From), micros(s.Until)}
		}
		doc, err := json.Marshal(times)
		if err != nil {
			return nil, fmt.Errorf("write when alert %s fired before: %w", a.ID, err)
		}
		spells = string(doc)
	}
	s := &a.Signal
	return append(args, a.ID, a.Key, plain(s.Identity), s.Source, s.Sender, plain(s.Service), plain(s.Environment), plain(s.Severity), plain(s.Title), a.State,
		micros(a.First), micros(a.Last), micros(s.ExpiresAt), a.Count, nullable(a.Incident), held, rank, spells, string(doc)), nil
}

// PutAlerts writes alerts, new or known. PostgreSQL gets several a statement,
// since each is a round trip. SQLite gets one: for several it would keep what
// they overwrite aside, in case the last of them fails, at twice the cost.
func (t *Tx) PutAlerts(alerts []*incident.Alert) error {
	if !t.s.postgres {
		return t.putEach(alerts)
	}
	for some := range slices.Chunk(alerts, maxParams/alertParams) {
		args := make([]any, 0, len(some)*alertParams)
		var err error
		for _, a := range some {
			if args, err = alertArgs(args, a); err != nil {
				return err
			}
		}
		if _, err := t.tx.ExecContext(t.ctx, putAlerts(len(some)), args...); err != nil {
			return fmt.Errorf("write %d alerts: %w", len(some), err)
		}
	}
	return nil
}

func (t *Tx) putEach(alerts []*incident.Alert) error {
	if len(alerts) == 0 {
		return nil
	}
	put, err := t.tx.PrepareContext(t.ctx, putAlerts(1))
	if err != nil {
		return fmt.Errorf("write alerts: %w", err)
	}
	defer func() { _ = put.Close() }()
	args := make([]any, 0, alertParams)
	for _, a := range alerts {
		if args, err = alertArgs(args[:0], a); err != nil {
			return err
		}
		if _, err := put.ExecContext(t.ctx, args...); err != nil {
			return fmt.Errorf("write alert %s: %w", a.ID, err)
		}
	}
	return nil
}

// NoteRepeats adds up how often alerts were reported again, and until when each
// counts as firing. It is a count: it may be lost.
func (s *Store) NoteRepeats(ctx context.Context, repeats []incident.Repeat) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		stmt, err := tx.PrepareContext(ctx, `
			UPDATE alerts SET count = count + $3, last_at = $4, expires_at = $5 WHERE key_id = $1 AND identity = $2`)
		if err != nil {
			return err
		}
		defer func() { _ = stmt.Close() }()
		for _, r := range repeats {
			if _, err := stmt.ExecContext(ctx, r.Key, plain(r.Identity), r.Count, micros(r.Last), micros(r.Expires)); err != nil {
				return fmt.Errorf("note repeats: %w", err)
			}
		}
		return nil
	})
}

// Expired gives firing alerts that their sender promised to repeat and did not.
func (s *Store) Expired(ctx context.Context, limit int) ([]*incident.Alert, error) {
	rows, err := s.read.QueryContext(ctx, `
		SELECT `+alertColumns+` FROM alerts WHERE state = 'firing' AND expires_at > 0 AND expires_at < $1 LIMIT $2`, micros(s.Now()), limit)
	if err != nil {
		return nil, fmt.Errorf("look for expired alerts: %w", err)
	}
	return collect(rows, func(r *sql.Rows) (*incident.Alert, error) { return scanAlert(r) })
}

// AlertsOf gives the alerts of an incident, the oldest first; of more than
// limit those that fire rather than the others, in no telling which.
func (s *Store) AlertsOf(ctx context.Context, incidentID string, limit int) ([]*incident.Alert, error) {
	// By state is how an index has them: a storm's thousands are not sorted.
	rows, err := s.read.QueryContext(ctx, `SELECT `+alertColumns+` FROM alerts WHERE incident_id = $1 ORDER BY state LIMIT $2`, incidentID, limit)
	if err != nil {
		return nil, fmt.Errorf("list alerts: %w", err)
	}
	alerts, err := collect(rows, func(r *sql.Rows) (*incident.Alert, error) { return scanAlert(r) })
	slices.SortStableFunc(alerts, func(a, b *incident.Alert) int { return cmp.Or(a.First.Compare(b.First), strings.Compare(a.ID, b.ID)) })
	return alerts, err
}

// RecentAlerts gives the alerts that were reported last.
func (s *Store) RecentAlerts(ctx context.Context, limit int) ([]*incident.Alert, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT `+alertColumns+` FROM alerts ORDER BY last_at DESC LIMIT $1`, limit)
	if err != nil {
		return nil, fmt.Errorf("list alerts: %w", err)
	}
	return collect(rows, func(r *sql.Rows) (*incident.Alert, error) { return scanAlert(r) })
}

// AlertsSince gives alerts that were reported since a moment, the last reported
// first: those that come after one in that order, or the first if it is nil.
func (s *Store) AlertsSince(ctx context.Context, since time.Time, after *incident.Alert, limit int) ([]*incident.Alert, error) {
	where, args := `last_at >= $1`, []any{micros(since), limit}
	if after != nil {
		where += ` AND (last_at < $3 OR last_at = $3 AND id < $4)`
		args = append(args, micros(after.Last), after.ID)
	}
	rows, err := s.read.QueryContext(ctx, `SELECT `+alertColumns+` FROM alerts WHERE `+where+` ORDER BY last_at DESC, id DESC LIMIT $2`, args...)
	if err != nil {
		return nil, fmt.Errorf("list alerts: %w", err)
	}
	return collect(rows, func(r *sql.Rows) (*incident.Alert, error) { return scanAlert(r) })
}

// noteOutcome remembers of each alert of a candidate how it ended, so that the
// next verdict knows.
func noteOutcome(ctx context.Context, tx *sql.Tx, i *incident.Incident) error {
	set := "was_real = was_real + 1"
	switch {
	case i.Status == incident.Dismissed && i.Number > 0: // it had counted as real
		set = "was_false = was_false + 1, was_real = was_real - 1"
	case i.Status == incident.Dismissed:
		set = "was_false = was_false + 1"
	case i.Status == incident.Ended:
		set = "was_ended = was_ended + 1"
	}
	_, err := tx.ExecContext(ctx, `UPDATE alerts SET `+set+` WHERE incident_id = $1`, i.ID)
	return err
}

// PutChange keeps a change to production. One that is known is brought up to
// date, and began when the first word of it said: senders repeat a change with
// the time of their last message.
func (s *Store) PutChange(ctx context.Context, c incident.Change) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		before, err := scanDoc[incident.Change](tx.QueryRowContext(ctx, `SELECT doc FROM changes WHERE id = $1`, c.ID), "change")
		if err == nil && before.StartedAt.Before(c.StartedAt) {
			c.StartedAt = before.StartedAt
		}
		doc, err := json.Marshal(c)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `
			INSERT INTO changes (id, service, started_at, doc) VALUES ($1, $2, $3, $4)
			ON CONFLICT (id) DO UPDATE SET service = excluded.service, started_at = excluded.started_at, doc = excluded.doc`,
			c.ID, c.Service, micros(c.StartedAt), string(doc))
		return err
	})
}

// Changes gives the changes that began within a window, the newest first.
func (s *Store) Changes(ctx context.Context, w incident.Window, limit int) ([]incident.Change, error) {
	rows, err := s.read.QueryContext(ctx, `
		SELECT doc FROM changes WHERE started_at >= $1 AND started_at < $2 ORDER BY started_at DESC LIMIT $3`, micros(w.From), micros(w.To), limit)
	if err != nil {
		return nil, fmt.Errorf("list changes: %w", err)
	}
	return collect(rows, func(r *sql.Rows) (incident.Change, error) {
		c, err := scanDoc[incident.Change](r, "change")
		if err != nil {
			return incident.Change{}, err
		}
		return *c, nil
	})
}

func marks(from, n int) string {
	var b strings.Builder
	b.WriteByte('(')
	for k := range n {
		if k > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "$%d", from+k)
	}
	b.WriteByte(')')
	return b.String()
}

// plain is s without the one character that PostgreSQL cannot store in a text.
// Documents keep it: JSON escapes it.
func plain(s string) string { return strings.ReplaceAll(s, "\x00", "") }

func nullable(s string) any {
	if s == "" {
		return nil
	}
	return s
}
