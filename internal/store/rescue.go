package store

import (
	"context"
	"fmt"
	"time"
)

const (
	// rescueEvery is how often the jobs of processes that died are looked for.
	rescueEvery = 5 * time.Second
	// worker begins the name that a process's connections have at PostgreSQL.
	worker = "sigap-"
)

// rescue gives the jobs of processes that died back to those that live, at
// once and then every few seconds until ctx ends. River itself does so by the
// time that a job has run, which must be longer than any job takes: too long
// for a page that a killed process had begun to send. It takes the lead from
// them as well, since nothing that falls due is made ready without a leader and
// River waits fifteen seconds for one that does not come back.
func (s *Store) rescue(ctx context.Context) error {
	if !s.postgres { // there is one process, this one, and it begins
		for _, q := range []string{
			`UPDATE river_job SET state = 'available' WHERE state = 'running'`,
			`DELETE FROM river_leader`,
			`DELETE FROM answered WHERE doc = ''`, // requests that were under way
		} {
			if _, err := s.write.ExecContext(ctx, q); err != nil {
				return fmt.Errorf("take over from the process before: %w", err)
			}
		}
		return nil
	}
	if err := s.rescueOthers(ctx); err != nil {
		return err
	}
	go func() {
		t := time.NewTicker(rescueEvery)
		defer t.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-t.C:
				if err := s.rescueOthers(ctx); err != nil && ctx.Err() == nil {
					s.log.Warn("the jobs of processes that died are not seen", "err", err)
				}
			}
		}
	}()
	return nil
}

// rescueOthers takes the jobs and the lead of clients that have no connection any more. A
// process keeps one as long as it lives, see Listen; what it began just now is
// left to it, in case it has only lost that for a moment.
func (s *Store) rescueOthers(ctx context.Context) error {
	_, err := s.write.ExecContext(ctx, `
		UPDATE river_job SET state = 'available'
		WHERE state = 'running' AND attempted_at < now() - interval '2 seconds'
		  AND NOT EXISTS (SELECT 1 FROM pg_stat_activity WHERE application_name = attempted_by[array_upper(attempted_by, 1)])`)
	if err != nil {
		return fmt.Errorf("take the jobs of processes that died: %w", err)
	}
	_, err = s.write.ExecContext(ctx, `DELETE FROM river_leader WHERE elected_at < now() - interval '2 seconds'
		AND NOT EXISTS (SELECT 1 FROM pg_stat_activity WHERE application_name = leader_id)`)
	if err != nil {
		return fmt.Errorf("take the lead of a process that died: %w", err)
	}
	return nil
}
