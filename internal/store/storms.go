package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/inform"
)

// keepPages is how long a page that went out by itself is listed in summaries:
// as long as the links in messages work.
const keepPages = 48 * time.Hour

// Pace decides with fn whether a page goes out by itself or is gathered, one
// page of a lane at a time, and keeps it: asked again it answers the same. The
// job that fn gives for the first that is gathered is committed with it.
func (s *Store) Pace(ctx context.Context, asked inform.Paced, fn func(inform.Lately) (gather bool, summary incident.Job)) (p inform.Paced, err error) {
	err = s.tx(ctx, func(tx *sql.Tx) error {
		if err := s.lockLane(ctx, tx, asked.Lane); err != nil {
			return err
		}
		p, err = scanPaced(tx.QueryRowContext(ctx, pacedOf+` AND incident_id = $2 AND notice = $3`, asked.Lane, asked.Job.Incident, asked.Job.Notice))
		if !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		p = asked
		p.At = s.Now()
		if _, err := tx.ExecContext(ctx, `DELETE FROM pages WHERE lane = $1 AND gathered = 0 AND at < $2`, p.Lane, micros(p.At.Add(-keepPages))); err != nil {
			return err
		}
		lately, err := lately(ctx, tx, p.Lane, p.At)
		if err != nil {
			return err
		}
		var summary incident.Job
		if p.Gathered, summary = fn(lately); p.Gathered {
			if p.Due = lately.Due; p.Due.IsZero() {
				p.Due = summary.At
				if err := s.enqueue(ctx, tx, []incident.Job{summary}); err != nil {
					return err
				}
			}
		}
		return putPaced(ctx, tx, p)
	})
	if err != nil {
		return p, fmt.Errorf("pace a page over %s: %w", asked.Lane, err)
	}
	return p, nil
}

// lockLane lets one at a time count the pages of a lane; SQLite has one writer
// anyway.
func (s *Store) lockLane(ctx context.Context, tx *sql.Tx, lane string) error {
	if !s.postgres {
		return nil
	}
	_, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock(7306, hashtext($1))`, lane)
	return err
}

func lately(ctx context.Context, tx *sql.Tx, lane string, now time.Time) (inform.Lately, error) {
	var out inform.Lately
	var first, due int64
	err := tx.QueryRowContext(ctx, `
		SELECT COALESCE(sum(CASE WHEN gathered = 0 AND at > $2 THEN 1 ELSE 0 END), 0),
			COALESCE(min(CASE WHEN gathered = 0 AND at > $2 THEN at END), 0), COALESCE(max(due), 0)
		FROM pages WHERE lane = $1`, lane, micros(now.Add(-inform.StormWindow))).Scan(&out.Alone, &first, &due)
	out.Now, out.First, out.Due = now, fromMicros(first), fromMicros(due)
	return out, err
}

func putPaced(ctx context.Context, tx *sql.Tx, p inform.Paced) error {
	doc, err := json.Marshal(p.Job)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO pages (lane, incident_id, notice, gathered, at, told, due, doc) VALUES ($1, $2, $3, $4, $5, 0, $6, $7)`,
		p.Lane, p.Job.Incident, p.Job.Notice, flag(p.Gathered), micros(p.At), micros(p.Due), string(doc))
	return err
}

const pacedOf = `SELECT lane, gathered, at, told, due, doc FROM pages WHERE lane = $1`

func scanPaced(r scanner) (p inform.Paced, err error) {
	var gathered int
	var at, told, due int64
	var doc string
	if err := r.Scan(&p.Lane, &gathered, &at, &told, &due, &doc); err != nil {
		return p, err
	}
	p.Gathered, p.At, p.Told, p.Due = gathered == 1, fromMicros(at), fromMicros(told), fromMicros(due)
	return p, json.Unmarshal([]byte(doc), &p.Job)
}

// Paced gives the pages of a lane, the oldest first.
func (s *Store) Paced(ctx context.Context, lane string) ([]inform.Paced, error) {
	rows, err := s.read.QueryContext(ctx, pacedOf+` ORDER BY at, incident_id, notice`, lane)
	if err != nil {
		return nil, fmt.Errorf("read the pages over %s: %w", lane, err)
	}
	return collect(rows, func(r *sql.Rows) (inform.Paced, error) { return scanPaced(r) })
}

// Summed ends a round of summaries: the pages that are gone are dropped, those
// that were told or passed on are marked, and the jobs that follow are asked for.
func (s *Store) Summed(ctx context.Context, r inform.Round) error {
	err := s.tx(ctx, func(tx *sql.Tx) error {
		if err := s.lockLane(ctx, tx, r.Lane); err != nil {
			return err
		}
		const one = ` WHERE lane = $1 AND incident_id = $2 AND notice = $3`
		for _, mark := range []struct {
			pages []inform.Paced
			query string
			args  []any
		}{
			{r.Gone, `DELETE FROM pages` + one, nil},
			{r.Passed, `UPDATE pages SET gathered = 0, due = 0` + one, nil},
			{r.Told, `UPDATE pages SET told = $4` + one + ` AND told = 0`, []any{micros(r.At)}},
		} {
			for _, p := range mark.pages {
				if _, err := tx.ExecContext(ctx, mark.query, append([]any{r.Lane, p.Job.Incident, p.Job.Notice}, mark.args...)...); err != nil {
					return err
				}
			}
		}
		res, err := tx.ExecContext(ctx, `UPDATE pages SET due = $2 WHERE lane = $1 AND gathered = 1`, r.Lane, micros(r.Next.At))
		if err != nil {
			return err
		}
		jobs := slices.Clone(r.Follow)
		if n, err := res.RowsAffected(); err != nil {
			return err
		} else if n > 0 {
			jobs = append(jobs, r.Next)
		}
		return s.enqueue(ctx, tx, jobs)
	})
	if err != nil {
		return fmt.Errorf("end a summary over %s: %w", r.Lane, err)
	}
	return nil
}
