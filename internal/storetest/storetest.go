// Package storetest gives a test an empty store of each engine.
//
// A test of anything that keeps state runs on SQLite and on PostgreSQL, since
// a query that only one of them understands is a bug that users would find:
//
//	func TestASilenceEnds(t *testing.T) {
//		storetest.Engines(t, func(t *testing.T, dsn string) {
//			st, err := store.Open(t.Context(), dsn)
//			...
//		})
//	}
//
// PostgreSQL comes from outside, in SIGAP_TEST_POSTGRES: `make test` and
// scripts/with-postgres start one. SIGAP_TEST_ENGINES=sqlite leaves it out, for
// a quick look at one package while writing it; nothing is ever skipped
// because something is missing.
//
// The package knows no table: what Engines hands out is empty, and the store
// migrates it as it would a user's. Most tests are about something else than
// migrations and take copies of a database that was migrated once, by Copies.
package storetest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	_ "github.com/jackc/pgx/v5/stdlib" // the "pgx" driver
)

// cleanUpWithin bounds the dropping of a database, which outlives the test's
// own context.
const cleanUpWithin = 30 * time.Second

// Engines runs a test once an engine, as the parallel subtests "sqlite" and
// "postgres", each with the address of an empty store that is gone afterwards.
func Engines(t *testing.T, run func(t *testing.T, dsn string)) {
	t.Helper()
	engine(t, Postgres, run)
}

// Copies is Engines with stores whose schema is there already. On PostgreSQL
// each is a copy of a database that migrate brought up to date, once a cluster
// for each schema, the hash of what migrate would do. SQLite migrates faster
// than a file is copied.
func Copies(t *testing.T, schema string, migrate func(ctx context.Context, dsn string) error, run func(t *testing.T, dsn string)) {
	t.Helper()
	engine(t, func(t *testing.T) string { return copied(t, schema, migrate) }, run)
}

func engine(t *testing.T, postgres func(*testing.T) string, run func(t *testing.T, dsn string)) {
	t.Helper()
	engines := os.Getenv("SIGAP_TEST_ENGINES")
	if engines == "" {
		engines = "sqlite,postgres"
	}
	for engine := range strings.SplitSeq(engines, ",") {
		var open func(*testing.T) string
		switch engine {
		case "sqlite":
			open = SQLite
		case "postgres":
			open = postgres
		default:
			t.Fatalf("SIGAP_TEST_ENGINES names %q; it is a list of sqlite and postgres", engine)
		}
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			run(t, open(t))
		})
	}
}

// SQLite returns the address of a fresh folder for an embedded store.
func SQLite(t *testing.T) string {
	t.Helper()
	return "sqlite:" + t.TempDir()
}

// Postgres returns the address of a fresh, empty PostgreSQL database. It is
// dropped after the test, with whatever is still connected to it.
func Postgres(t *testing.T) string {
	t.Helper()
	// template0, unlike the default, can be copied while somebody looks at it.
	return cluster(t).database(t, "template0")
}

// copied returns the address of a copy of the migrated database of a schema.
func copied(t *testing.T, schema string, migrate func(ctx context.Context, dsn string) error) string {
	t.Helper()
	c := cluster(t)
	template := "template_" + schema
	if err := c.template(t.Context(), template, migrate); err != nil {
		t.Fatalf("migrate the database that tests copy: %v", err)
	}
	return c.database(t, template)
}

// server is the PostgreSQL of SIGAP_TEST_POSTGRES.
type server struct {
	address *url.URL
	admin   *sql.DB
}

func cluster(t *testing.T) server {
	t.Helper()
	dsn := os.Getenv("SIGAP_TEST_POSTGRES")
	if dsn == "" {
		t.Fatal("SIGAP_TEST_POSTGRES is not set: run `make test`, or `scripts/with-postgres go test ...`; " +
			"SIGAP_TEST_ENGINES=sqlite tests the embedded store alone")
	}
	address, err := url.Parse(dsn)
	if err != nil {
		t.Fatalf("read SIGAP_TEST_POSTGRES: %v", err)
	}
	admin, err := sql.Open("pgx", dsn)
	if err != nil {
		t.Fatalf("open SIGAP_TEST_POSTGRES: %v", err)
	}
	t.Cleanup(func() { admin.Close() })
	return server{address, admin}
}

// dsn is the address of a database of the server.
func (s server) dsn(name string) string {
	a := *s.address
	a.Path = "/" + name
	return a.String()
}

// database makes a copy of a template that is dropped after the test.
func (s server) database(t *testing.T, template string) string {
	t.Helper()
	name := "test_" + strings.ToLower(rand.Text())
	if _, err := s.admin.ExecContext(t.Context(), "CREATE DATABASE "+quoted(name)+" TEMPLATE "+quoted(template)); err != nil {
		t.Fatalf("create a database for the test: %v", err)
	}
	t.Cleanup(func() {
		// The test's own context has ended by now.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), cleanUpWithin)
		defer cancel()
		if _, err := s.admin.ExecContext(ctx, "DROP DATABASE "+quoted(name)+" WITH (FORCE)"); err != nil {
			t.Errorf("drop the test's database: %v", err)
		}
	})
	return s.dsn(name)
}

// template makes a migrated database that nobody can connect to, which copying
// asks for, unless there is one. Of several processes that need it one makes it.
func (s server) template(ctx context.Context, name string, migrate func(ctx context.Context, dsn string) error) error {
	conn, err := s.admin.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	// The lock is the connection's: it ends with it at the latest.
	if _, err := conn.ExecContext(ctx, `SELECT pg_advisory_lock(7306)`); err != nil {
		return err
	}
	defer func() { _, _ = conn.ExecContext(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock(7306)`) }()
	var there bool
	if err := conn.QueryRowContext(ctx, `SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)`, name).Scan(&there); err != nil || there {
		return err
	}
	making := name + "_making"
	for _, statement := range []string{
		"DROP DATABASE IF EXISTS " + quoted(making) + " WITH (FORCE)", // of a process that died
		"CREATE DATABASE " + quoted(making) + " TEMPLATE template0",
	} {
		if _, err := conn.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	if err := migrate(ctx, s.dsn(making)); err != nil {
		return err
	}
	for _, statement := range []string{
		"ALTER DATABASE " + quoted(making) + " ALLOW_CONNECTIONS false",
		"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" + making + "'",
		"ALTER DATABASE " + quoted(making) + " RENAME TO " + quoted(name),
	} {
		if _, err := conn.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

func quoted(name string) string { return pgx.Identifier{name}.Sanitize() }
