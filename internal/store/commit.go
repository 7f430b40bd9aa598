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
		return s.postgresTx(ctx, fn)
	}
	o := &op{ctx: ctx, fn: fn, done: make(chan error, 1)}
	select {
	case s.ops <- o:
	case <-ctx.Done():
		return ctx.Err()
	}
	return <-o.done // not ctx: what is committed must not be reported as undone
}

func (s *Store) postgresTx(ctx context.Context, fn func(*sql.Tx) error) error {
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
// commits them together, each in a savepoint of its own, so that one that
// fails leaves the others alone.
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

func (s *Store) commitGroup(group []*op) {
	errs := make([]error, len(group))
	err := s.postgresTx(context.Background(), func(tx *sql.Tx) error {
		for n, o := range group {
			if errs[n] = o.ctx.Err(); errs[n] != nil {
				continue
			}
			var broken error
			if errs[n], broken = inSavepoint(tx, o.fn); broken != nil {
				return broken
			}
		}
		return nil
	})
	for n, o := range group {
		if err != nil {
			errs[n] = err
		}
		o.done <- errs[n]
	}
}

// inSavepoint runs fn so that its failure undoes only its own work. broken is
// an error of the transaction itself.
func inSavepoint(tx *sql.Tx, fn func(*sql.Tx) error) (failed, broken error) {
	if _, err := tx.Exec(`SAVEPOINT op`); err != nil {
		return err, err
	}
	if failed = safely(tx, fn); failed != nil {
		if _, err := tx.Exec(`ROLLBACK TO op`); err != nil {
			return failed, errors.Join(failed, err)
		}
	}
	_, err := tx.Exec(`RELEASE op`)
	return failed, err
}

// safely turns a panic of one operation into its error, so that the writer and
// the operations beside it live on.
func safely(tx *sql.Tx, fn func(*sql.Tx) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("operation panicked: %v", p)
		}
	}()
	return fn(tx)
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
