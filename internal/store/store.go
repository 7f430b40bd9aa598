// Package store keeps the record, the directory and the queue, in SQLite or
// PostgreSQL behind one set of queries.
//
// Every change is one transaction of the state, its timeline entries and the
// jobs that follow; on both engines the commit is on disk before the call
// returns. On SQLite there is one writer, which commits the operations that
// wait together (group commit); on PostgreSQL an incident's row is locked while
// it is changed.
package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	_ "github.com/jackc/pgx/v5/stdlib" // the "pgx" driver of database/sql
	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
	_ "modernc.org/sqlite" // the "sqlite" driver of database/sql
)

//go:embed migrations/*.sql
var migrations embed.FS

// Store is the open store. It is safe for concurrent use.
type Store struct {
	dsn      string
	postgres bool
	clientID string  // of this process at the queue, and at PostgreSQL
	write    *sql.DB // SQLite: one connection
	read     *sql.DB
	listen   *pgxpool.Pool // PostgreSQL only
	queue    *river.Client[*sql.Tx]
	driver   riverdriver.Driver[*sql.Tx]
	ops      chan *op
	closed   chan struct{}
	now      func() time.Time
	log      *slog.Logger
	place    func(args river.JobArgs) (queue string, priority int)
	onCommit func(incidentID string)
}

// Options are the parts that a store needs from outside.
type Options struct {
	Now    func() time.Time // the clock; time.Now if nil
	Logger *slog.Logger     // slog.Default if nil
	// Place gives the queue that a job goes to and its priority there, 1 before
	// 4; the default ones if nil.
	Place    func(args river.JobArgs) (queue string, priority int)
	OnCommit func(incidentID string) // called after each commit that changed an incident
}

// Open opens the store at dsn, a folder for SQLite or a postgres:// address,
// and brings its schema up to date.
func Open(ctx context.Context, dsn string, o Options) (*Store, error) {
	s := &Store{dsn: dsn, clientID: worker + NewID(), now: o.Now, log: o.Logger, place: o.Place, onCommit: o.OnCommit, closed: make(chan struct{})}
	if s.now == nil {
		s.now = time.Now
	}
	if s.log == nil {
		s.log = slog.Default()
	}
	if s.place == nil {
		s.place = func(river.JobArgs) (string, int) { return river.QueueDefault, river.PriorityDefault }
	}
	if s.onCommit == nil {
		s.onCommit = func(string) {}
	}
	var err error
	if strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://") {
		err = s.openPostgres(ctx, dsn)
	} else {
		err = s.openSQLite(strings.TrimPrefix(dsn, "sqlite:"))
	}
	if err == nil {
		err = s.migrate(ctx)
	}
	if err == nil {
		s.queue, err = river.NewClient(s.driver, &river.Config{Logger: quiet(s.log)})
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open the store: %w", err), s.closeDBs())
	}
	s.ops = make(chan *op, 1024)
	go s.commitLoop()
	if err := s.fillOpen(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open the store: %w", err), s.Close())
	}
	return s, nil
}

func (s *Store) openPostgres(ctx context.Context, dsn string) (err error) {
	s.postgres = true
	if s.write, err = sql.Open("pgx", dsn); err != nil {
		return err
	}
	s.write.SetMaxOpenConns(max(8, 4*runtime.NumCPU()))
	s.write.SetMaxIdleConns(8)
	s.read = s.write
	config, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return err
	}
	config.MinConns = 0
	config.ConnConfig.RuntimeParams["application_name"] = s.clientID
	if s.listen, err = pgxpool.NewWithConfig(ctx, config); err != nil {
		return err
	}
	s.driver = riverdatabasesql.NewWithPgxListener(s.write, s.listen)
	return s.write.PingContext(ctx)
}

func (s *Store) openSQLite(dir string) (err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	pragmas := "?_txlock=immediate&_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)" +
		"&_pragma=foreign_keys(1)&_pragma=temp_store(MEMORY)"
	path := "file:" + filepath.Join(dir, "sigap.db") + pragmas
	// The writer touches an index at random for each alert: with SQLite's own
	// 2 MB it would read most of its pages again and again.
	if s.write, err = sql.Open("sqlite", path+"&_pragma=cache_size(-16384)&_pragma=wal_autocheckpoint(4000)"); err != nil {
		return err
	}
	s.write.SetMaxOpenConns(1)
	s.write.SetMaxIdleConns(1)
	if s.read, err = sql.Open("sqlite", path+"&_pragma=query_only(1)"); err != nil {
		return err
	}
	s.read.SetMaxOpenConns(max(4, runtime.NumCPU()))
	s.read.SetMaxIdleConns(4)
	s.driver = riversqlite.New(s.write)
	return nil
}

func (s *Store) migrate(ctx context.Context) error {
	dialect := goose.DialectSQLite3
	if s.postgres {
		dialect = goose.DialectPostgres
	}
	sub, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	// Out of order: a branch that was merged later may bring an older number.
	p, err := goose.NewProvider(dialect, s.write, sub, goose.WithLogger(goose.NopLogger()), goose.WithAllowOutofOrder(true))
	if err != nil {
		return err
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrate the record: %w", err)
	}
	m, err := rivermigrate.New(s.driver, &rivermigrate.Config{Logger: quiet(s.log)})
	if err != nil {
		return err
	}
	if _, err := m.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return fmt.Errorf("migrate the queue: %w", err)
	}
	return nil
}

// Migrate brings the schema at dsn up to date and leaves.
func Migrate(ctx context.Context, dsn string) error {
	s, err := Open(ctx, dsn, Options{})
	if err != nil {
		return err
	}
	return s.Close()
}

// Schema names the schema that [Migrate] leads to: another one has another name.
func Schema() string {
	files, _ := migrations.ReadDir("migrations") // embedded: reading cannot fail
	h := sha256.New()
	for _, f := range files {
		text, _ := migrations.ReadFile("migrations/" + f.Name())
		_, _ = h.Write(text)
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// Ping reports whether the store answers.
func (s *Store) Ping(ctx context.Context) error { return s.read.PingContext(ctx) }

// Close ends the store. Operations under way are committed first.
func (s *Store) Close() error {
	if s.ops != nil {
		close(s.ops)
		<-s.closed
	}
	return s.closeDBs()
}

func (s *Store) closeDBs() error {
	var errs []error
	if s.listen != nil {
		s.listen.Close()
	}
	if s.read != nil && s.read != s.write {
		errs = append(errs, s.read.Close())
	}
	if s.write != nil {
		errs = append(errs, s.write.Close())
	}
	return errors.Join(errs...)
}

// Now is the store's clock in the precision that it keeps.
func (s *Store) Now() time.Time { return s.now().UTC().Truncate(time.Microsecond) }

// NewID makes a sortable id.
func NewID() string { return uuid.Must(uuid.NewV7()).String() }

func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func fromMicros(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMicro(n).UTC()
}
