package storetest_test

import (
	"context"
	"crypto/rand"
	"database/sql"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib"

	"github.com/sigap-dev/sigap/internal/storetest"
)

func TestEachEngineGetsAnAddressOfItsOwn(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, dsn string) {
		folder, embedded := strings.CutPrefix(dsn, "sqlite:")
		if !embedded {
			if got := tables(t, dsn); got != 0 {
				t.Errorf("the fresh database has %d tables, want none", got)
			}
			return
		}
		entries, err := os.ReadDir(folder)
		if err != nil {
			t.Fatal(err)
		}
		if len(entries) != 0 {
			t.Errorf("the fresh folder holds %v, want nothing", entries)
		}
	})
}

func TestADatabaseIsDroppedAfterItsTestEvenWhileInUse(t *testing.T) {
	t.Parallel()
	var dsn string
	t.Run("leaves a connection open", func(t *testing.T) {
		dsn = storetest.Postgres(t)
		db, err := sql.Open("pgx", dsn)
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Ping(); err != nil {
			t.Fatalf("the database cannot be used: %v", err)
		}
	})
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.PingContext(t.Context()); err == nil {
		t.Error("the database is still there after its test")
	}
}

func TestACopyHasTheSchemaThatWasMigratedOnce(t *testing.T) {
	t.Parallel()
	var migrations atomic.Int32
	migrate := func(ctx context.Context, dsn string) error {
		migrations.Add(1)
		db, err := sql.Open("pgx", dsn)
		if err != nil {
			return err
		}
		defer db.Close()
		_, err = db.ExecContext(ctx, `CREATE TABLE a (b TEXT)`)
		return err
	}
	schema := strings.ToLower(rand.Text())
	t.Run("copies", func(t *testing.T) {
		for n := range 3 {
			storetest.Copies(t, schema, migrate, func(t *testing.T, dsn string) {
				if strings.HasPrefix(dsn, "postgres://") && tables(t, dsn) != 1 {
					t.Errorf("copy %d has not the one table that migrating makes", n)
				}
			})
		}
	})
	if n := migrations.Load(); n > 1 {
		t.Errorf("migrated %d times, want once", n)
	}
}

func tables(t *testing.T, dsn string) int {
	t.Helper()
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var n int
	const query = `SELECT count(*) FROM pg_tables WHERE schemaname = 'public'`
	if err := db.QueryRowContext(t.Context(), query).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
