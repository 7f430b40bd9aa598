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
// The package knows no table: what it hands out is empty, and the store
// migrates it as it would a user's.
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
			open = Postgres
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
	server := os.Getenv("SIGAP_TEST_POSTGRES")
	if server == "" {
		t.Fatal("SIGAP_TEST_POSTGRES is not set: run `make test`, or `scripts/with-postgres go test ...`; " +
			"SIGAP_TEST_ENGINES=sqlite tests the embedded store alone")
	}
	address, err := url.Parse(server)
	if err != nil {
		t.Fatalf("read SIGAP_TEST_POSTGRES: %v", err)
	}

	admin, err := sql.Open("pgx", server)
	if err != nil {
		t.Fatalf("open SIGAP_TEST_POSTGRES: %v", err)
	}
	// Registered first, so that it runs after the drop.
	t.Cleanup(func() { admin.Close() })

	name := "test_" + strings.ToLower(rand.Text())
	quoted := pgx.Identifier{name}.Sanitize()
	// template0, unlike the default, can be copied while somebody looks at it.
	if _, err := admin.ExecContext(t.Context(), "CREATE DATABASE "+quoted+" TEMPLATE template0"); err != nil {
		t.Fatalf("create a database for the test: %v", err)
	}
	t.Cleanup(func() {
		// The test's own context has ended by now.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), cleanUpWithin)
		defer cancel()
		if _, err := admin.ExecContext(ctx, "DROP DATABASE "+quoted+" WITH (FORCE)"); err != nil {
			t.Errorf("drop the test's database: %v", err)
		}
	})

	address.Path = "/" + name
	return address.String()
}
