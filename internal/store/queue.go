package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/riverqueue/river"
)

// liveTopic is PostgreSQL's channel on which processes tell one another that
// an incident changed.
const liveTopic = "sigap_live"

// Work starts a client that works the jobs of the queues; Stop it before the
// store is closed.
func (s *Store) Work(ctx context.Context, config *river.Config) (*river.Client[*sql.Tx], error) {
	config.Logger = quiet(s.log)
	if !s.postgres { // jobs are looked for often: a look costs a few microseconds
		config.FetchCooldown, config.FetchPollInterval = 10*time.Millisecond, 100*time.Millisecond
	}
	c, err := river.NewClient(s.driver, config)
	if err != nil {
		return nil, fmt.Errorf("make the queue's client: %w", err)
	}
	if err := c.Start(ctx); err != nil {
		return nil, fmt.Errorf("start the queue: %w", err)
	}
	return c, nil
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
