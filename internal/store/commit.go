package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
)

// op is an operation that waits to be committed.
type op struct {
	ctx  context.Context
	fn   func(*sql.Tx) error
	done chan error
}

// maxGroup bounds how many operations share a commit, so that the first of
// them does not wait long for the last.
const maxGroup = 128

// tx runs fn in a transaction that is on disk when tx returns nil. fn may run
// again if another transaction got in its way, so it must not have effects
// outside of the transaction.
func (s *Store) tx(ctx context.Context, fn func(*sql.Tx) error) error {
	if s.postgres {
		return s.commit(ctx, fn)
	}
	o := &op{ctx: ctx, fn: fn, done: make(chan error, 1)}
	select {
	case s.ops <- o:
	case <-ctx.Done():
		return ctx.Err()
	}
	return <-o.done // not ctx: what is committed must not be reported as undone
}

// commit runs fn in a transaction of its own.
func (s *Store) commit(ctx context.Context, fn func(*sql.Tx) error) error {
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // does nothing after a commit
	if err := fn(tx); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// commitLoop is SQLite's one writer: it takes the operations that wait and
// commits them together. One that fails leaves the others alone.
func (s *Store) commitLoop() {
	defer close(s.closed)
	for first := range s.ops {
		group := append(make([]*op, 0, 16), first)
	more:
		for len(group) < maxGroup {
			select {
			case next, ok := <-s.ops:
				if !ok {
					break more
				}
				group = append(group, next)
			default:
				break more
			}
		}
		s.commitGroup(group)
	}
}

// commitGroup commits a group and tells each operation how it went. At first
// the operations share the transaction as they are. If one fails, what the
// others wrote cannot be told from what it wrote, and all of them run again,
// each in a savepoint: that is rare, and a savepoint costs as much as what it
// guards.
func (s *Store) commitGroup(group []*op) {
	errs := make([]error, len(group))
	err := s.commitAll(group, errs, safely)
	if err != nil && len(group) > 1 {
		clear(errs)
		err = s.commitAll(group, errs, inSavepoint)
	}
	for n, o := range group {
		if errs[n] == nil {
			errs[n] = err
		}
		o.done <- errs[n]
	}
}

// commitAll runs the operations in one transaction. run's broken ends it for
// all of them; failed is one operation's own.
func (s *Store) commitAll(group []*op, errs []error, run func(*sql.Tx, func(*sql.Tx) error) (failed, broken error)) error {
	return s.commit(context.Background(), func(tx *sql.Tx) error {
		for n, o := range group {
			if errs[n] = o.ctx.Err(); errs[n] != nil {
				continue
			}
			var broken error
			if errs[n], broken = run(tx, o.fn); broken != nil {
				return broken
			}
		}
		return nil
	})
}

// inSavepoint runs fn so that its failure undoes only its own work.
func inSavepoint(tx *sql.Tx, fn func(*sql.Tx) error) (failed, broken error) {
	if _, err := tx.Exec(`SAVEPOINT op`); err != nil {
		return err, err
	}
	if failed, _ = safely(tx, fn); failed != nil {
		if _, err := tx.Exec(`ROLLBACK TO op`); err != nil {
			return failed, errors.Join(failed, err)
		}
	}
	_, err := tx.Exec(`RELEASE op`)
	return failed, err
}

// safely turns a panic of one operation into its error, so that the writer and
// the operations beside it live on. Its failure breaks the transaction.
func safely(tx *sql.Tx, fn func(*sql.Tx) error) (failed, broken error) {
	defer func() {
		if p := recover(); p != nil {
			failed = fmt.Errorf("operation panicked: %v", p)
			broken = failed
		}
	}()
	failed = fn(tx)
	return failed, failed
}

// forUpdate locks a row on the engine that has many writers.
func (s *Store) forUpdate() string {
	if s.postgres {
		return " FOR UPDATE"
	}
	return ""
}

// quiet passes on only what an operator must hear of a library.
func quiet(l *slog.Logger) *slog.Logger { return slog.New(levelFloor{l.Handler()}) }

type levelFloor struct{ slog.Handler }

func (h levelFloor) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= slog.LevelWarn && h.Handler.Enabled(ctx, l)
}
func (h levelFloor) WithAttrs(a []slog.Attr) slog.Handler { return levelFloor{h.Handler.WithAttrs(a)} }
func (h levelFloor) WithGroup(n string) slog.Handler      { return levelFloor{h.Handler.WithGroup(n)} }
