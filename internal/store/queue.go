package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/sigap-dev/sigap/internal/incident"
)

// liveTopic is PostgreSQL's channel on which processes tell one another that
// an incident changed.
const liveTopic = "sigap_live"

// Work starts a client that works the jobs of the queues; Stop it before the
// store is closed.
//
// A job for later runs on time if it was asked for five seconds before or
// more: so often River looks ahead as far at what falls due and makes it ready,
// to be found by the next poll at its moment. Every limit of the policy is at
// least that; the scheduler's interval cannot be set from outside.
func (s *Store) Work(ctx context.Context, config *river.Config) (*river.Client[*sql.Tx], error) {
	config.Logger, config.ID = quiet(s.log), s.clientID
	config.FetchPollInterval = 250 * time.Millisecond // what falls due is not announced, only found
	if !s.postgres {
		config.FetchCooldown = 10 * time.Millisecond
	}
	c, err := river.NewClient(s.driver, config)
	if err != nil {
		return nil, fmt.Errorf("make the queue's client: %w", err)
	}
	if err := s.rescue(ctx); err != nil {
		return nil, err
	}
	if err := c.Start(ctx); err != nil {
		return nil, fmt.Errorf("start the queue: %w", err)
	}
	return c, nil
}

// maxPending bounds what one look at the queue gives.
const maxPending = 10_000

// Pending gives the jobs that wait and are numbered after, in the order in
// which they were asked for.
func (s *Store) Pending(ctx context.Context, after int64) ([]incident.Pending, error) {
	params := river.NewJobListParams().First(maxPending).OrderBy(river.JobListOrderByID, river.SortOrderAsc).
		States(rivertype.JobStateAvailable, rivertype.JobStateScheduled, rivertype.JobStateRetryable)
	list, err := s.queue.JobList(ctx, params)
	if err != nil {
		return nil, fmt.Errorf("look at the queue: %w", err)
	}
	var out []incident.Pending
	for _, j := range list.Jobs {
		if j.ID <= after {
			continue
		}
		p := incident.Pending{ID: j.ID, Kind: j.Kind, Queue: j.Queue, Args: j.EncodedArgs}
		if j.State != rivertype.JobStateAvailable {
			p.At = j.ScheduledAt.UTC()
		}
		out = append(out, p)
	}
	return out, nil
}

// JobsWaiting counts the jobs that are due and not begun, by queue.
func (s *Store) JobsWaiting(ctx context.Context) (map[string]int, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT queue, count(*) FROM river_job WHERE state = 'available' GROUP BY queue`)
	if err != nil {
		return nil, fmt.Errorf("count the jobs that wait: %w", err)
	}
	defer func() { _ = rows.Close() }()
	waiting := map[string]int{}
	for rows.Next() {
		var queue string
		var n int
		if err := rows.Scan(&queue, &n); err != nil {
			return nil, fmt.Errorf("count the jobs that wait: %w", err)
		}
		waiting[queue] = n
	}
	return waiting, rows.Err()
}

// Shared reports whether other processes may work on the same store.
func (s *Store) Shared() bool { return s.postgres }

// Listen calls changed with the id of each incident that any process changed,
// until ctx ends or the connection breaks. With SQLite there are no others: it
// waits for ctx.
func (s *Store) Listen(ctx context.Context, changed func(id string)) error {
	if !s.postgres {
		<-ctx.Done()
		return ctx.Err()
	}
	conn, err := s.listen.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("connect to listen: %w", err)
	}
	defer conn.Release()
	if _, err := conn.Exec(ctx, "LISTEN "+liveTopic); err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	for {
		n, err := conn.Conn().WaitForNotification(ctx)
		if err != nil {
			return fmt.Errorf("listen: %w", err)
		}
		changed(n.Payload)
	}
}
