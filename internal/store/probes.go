package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/sigap-dev/sigap/internal/evidence/probe"
	"github.com/sigap-dev/sigap/internal/incident"
)

// Probes gives all probes and how they stand.
func (s *Store) Probes(ctx context.Context) ([]probe.Watched, error) {
	return list[probe.Watched](ctx, s.read, "probe", `SELECT doc FROM probes ORDER BY id`)
}

// ProbesOf gives those of a service.
func (s *Store) ProbesOf(ctx context.Context, service string) ([]probe.Watched, error) {
	return list[probe.Watched](ctx, s.read, "probe", `SELECT doc FROM probes WHERE service = $1 ORDER BY id`, service)
}

// DueProbes takes up to limit probes that are due. Nobody else gets them until
// the lease ends: whoever took them and died has lost one look.
func (s *Store) DueProbes(ctx context.Context, now time.Time, lease time.Duration, limit int) (due []probe.Watched, err error) {
	var some bool // most looks find none: the one writer is not asked for that
	if err := s.read.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM probes WHERE next_at <= $1)`, micros(now)).Scan(&some); err != nil || !some {
		return nil, err
	}
	err = s.tx(ctx, func(tx *sql.Tx) error {
		skip := ""
		if s.postgres {
			skip = " FOR UPDATE SKIP LOCKED"
		}
		rows, err := tx.QueryContext(ctx, `
			UPDATE probes SET next_at = $1 WHERE id IN (SELECT id FROM probes WHERE next_at <= $2 ORDER BY next_at LIMIT $3`+skip+`) RETURNING doc`,
			micros(now.Add(lease)), micros(now), limit)
		if err != nil {
			return fmt.Errorf("take the probes that are due: %w", err)
		}
		due, err = collect(rows, func(r *sql.Rows) (probe.Watched, error) {
			v, err := scanDoc[probe.Watched](r, "probe")
			if err != nil {
				return probe.Watched{}, err
			}
			return *v, nil
		})
		return err
	})
	return due, err
}

// Probed notes what a look at a probe saw and when the next is due, and puts
// what it is to signal into the inbox, in one commit; nothing if the probe was
// changed or removed meanwhile.
func (s *Store) Probed(ctx context.Context, seen *probe.Watched, st probe.State, next time.Time, body, ahead string) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		now, err := scanDoc[probe.Watched](tx.QueryRowContext(ctx, `SELECT doc FROM probes WHERE id = $1`+s.forUpdate(), seen.ID), "probe")
		if incident.Is(err, incident.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		if now.Probe != seen.Probe || now.State.Firing != seen.State.Firing {
			return nil
		}
		now.State = st
		if err := putProbe(ctx, tx, now, next); err != nil || body == "" {
			return err
		}
		return accept(ctx, tx, body, ahead)
	})
}

// AddProbe writes a new probe, which is looked at once.
func (s *Store) AddProbe(ctx context.Context, p *probe.Watched) error {
	return s.tx(ctx, func(tx *sql.Tx) error { return putProbe(ctx, tx, p, s.Now()) })
}

// ChangeProbe changes a probe by fn, as it stands at that moment, and puts what
// fn gives into the inbox in the same commit. It is looked at once.
func (s *Store) ChangeProbe(ctx context.Context, id string, fn func(p *probe.Watched) (body string, err error)) (p *probe.Watched, err error) {
	err = s.tx(ctx, func(tx *sql.Tx) (err error) {
		var body string
		if p, body, err = s.probeBy(ctx, tx, id, fn); err != nil {
			return err
		}
		if err := putProbe(ctx, tx, p, s.Now()); err != nil {
			return err
		}
		return acceptIf(ctx, tx, body)
	})
	return p, err
}

// RemoveProbe removes a probe and puts what fn gives of it into the inbox in
// the same commit.
func (s *Store) RemoveProbe(ctx context.Context, id string, fn func(p *probe.Watched) (body string, err error)) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		_, body, err := s.probeBy(ctx, tx, id, fn)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM probes WHERE id = $1`, id); err != nil {
			return fmt.Errorf("remove probe %s: %w", id, err)
		}
		return acceptIf(ctx, tx, body)
	})
}

func (s *Store) probeBy(ctx context.Context, tx *sql.Tx, id string, fn func(p *probe.Watched) (body string, err error)) (*probe.Watched, string, error) {
	p, err := scanDoc[probe.Watched](tx.QueryRowContext(ctx, `SELECT doc FROM probes WHERE id = $1`+s.forUpdate(), id), "probe")
	if err != nil {
		return nil, "", err
	}
	body, err := fn(p)
	return p, body, err
}

func acceptIf(ctx context.Context, tx *sql.Tx, body string) error {
	if body == "" {
		return nil
	}
	return accept(ctx, tx, body, "")
}

func putProbe(ctx context.Context, tx *sql.Tx, p *probe.Watched, next time.Time) error {
	doc, err := json.Marshal(p)
	if err != nil {
		return err
	}
	due := sql.NullInt64{Int64: micros(next), Valid: !p.Paused}
	if _, err := tx.ExecContext(ctx, `
		INSERT INTO probes (id, service, next_at, doc) VALUES ($1, $2, $3, $4)
		ON CONFLICT (id) DO UPDATE SET service = excluded.service, next_at = excluded.next_at, doc = excluded.doc`,
		p.ID, p.Service, due, string(doc)); err != nil {
		return fmt.Errorf("write probe %s: %w", p.ID, err)
	}
	return nil
}
