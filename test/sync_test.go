package test

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/base64"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the "pgx" driver
	_ "modernc.org/sqlite"             // the "sqlite" driver

	"github.com/sigap-dev/sigap/internal/app"
	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/storetest"
)

// answer calls atFirst at the moment in which the answer begins to leave.
type answer struct {
	*httptest.ResponseRecorder
	atFirst func()
}

func (a *answer) WriteHeader(status int) {
	if a.atFirst != nil {
		a.atFirst()
		a.atFirst = nil
	}
	a.ResponseRecorder.WriteHeader(status)
}

func (a *answer) Write(b []byte) (int, error) {
	if a.atFirst != nil {
		a.WriteHeader(http.StatusOK)
	}
	return a.ResponseRecorder.Write(b)
}

// within runs a server in this process, whose store can be watched.
func within(t *testing.T, dsn string) (a *app.App, requests map[string]func(marker string) *http.Request) {
	t.Helper()
	c := app.Config{Listen: "127.0.0.1:0", Data: t.TempDir()}
	c.Recorder.MaxBytes, c.Recorder.MaxAge = 64<<20, time.Hour
	if folder, embedded := strings.CutPrefix(dsn, "sqlite:"); embedded {
		c.Data = folder
	} else {
		c.Database = dsn
	}
	a, err := app.New(t.Context(), c, time.Now, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	done, ready := make(chan error, 1), make(chan struct{})
	go func() { done <- a.Serve(ctx, func() { close(ready) }) }()
	<-ready
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
		_ = a.Close()
	})
	token, err := a.Accounts.IssueToken(t.Context(), "test", incident.Admin)
	if err != nil {
		t.Fatal(err)
	}
	key, err := a.Accounts.IssueKey(t.Context(), "test", "generic", false)
	if err != nil {
		t.Fatal(err)
	}
	request := func(path, body string) *http.Request {
		r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		if !strings.HasPrefix(path, "/in/") {
			r.Header.Set("Authorization", "Bearer "+token)
		}
		return r
	}
	return a, map[string]func(string) *http.Request{
		"a signal": func(marker string) *http.Request {
			return request("/in/"+key, fmt.Sprintf(`{"title":"Disk full","identity":%q,"description":%q}`, marker, marker))
		},
		"a declaration": func(marker string) *http.Request {
			return request("/api/incidents", fmt.Sprintf(`{"title":"Checkout fails","severity":2,"text":%q}`, marker))
		},
	}
}

// TestOnSQLiteTheLogIsSyncedBeforeTheAnswerLeaves watches SQLite's write-ahead
// log: between the write of what a request brought and the first byte of its
// answer, a sync of the log must have begun and returned. A killed process does
// not show that it is missing, since the kernel keeps what was written.
func TestOnSQLiteTheLogIsSyncedBeforeTheAnswerLeaves(t *testing.T) {
	watchWrites(t)
	dsn := storetest.SQLite(t)
	a, requests := within(t, dsn)
	for name, request := range requests {
		for n := range 5 {
			marker := fmt.Sprintf("marker-%s-%d", rand.Text(), n)
			log := spy.expect(filepath.Join(strings.TrimPrefix(dsn, "sqlite:"), "sigap.db-wal"), marker)
			var written, synced bool
			w := &answer{httptest.NewRecorder(), func() { written, synced = log.state() }}
			a.API.ServeHTTP(w, request(marker))
			if w.Code/100 != 2 {
				t.Fatalf("%s: %d %s", name, w.Code, w.Body)
			}
			if !written || !synced {
				t.Errorf("%s: when the answer left, it was written to the log: %t, and synced: %t", name, written, synced)
			}
		}
	}

	// The measure can tell: a commit that does not wait is not synced.
	dir := t.TempDir()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "x.db")+"?_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	log := spy.expect(filepath.Join(dir, "x.db-wal"), "marker-unsynced")
	for _, query := range []string{`CREATE TABLE unsynced (v TEXT)`, `INSERT INTO unsynced VALUES ('marker-unsynced')`} {
		if _, err := db.Exec(query); err != nil {
			t.Fatal(err)
		}
	}
	if written, synced := log.state(); !written || synced {
		t.Errorf("a commit that waits for nothing looks written: %t, synced: %t; the measure cannot tell", written, synced)
	}
}

// TestOnPostgreSQLTheLogIsFlushedBeforeTheAnswerLeaves compares positions in
// PostgreSQL's write-ahead log: when the answer leaves, the log must be flushed
// beyond all that the request brought, which is large and cannot be compressed.
func TestOnPostgreSQLTheLogIsFlushedBeforeTheAnswerLeaves(t *testing.T) {
	dsn := storetest.Postgres(t)
	a, requests := within(t, dsn)
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	for _, setting := range []string{"fsync", "synchronous_commit", "full_page_writes"} {
		var v string
		if err := db.QueryRow("SHOW " + setting).Scan(&v); err != nil || v != "on" {
			t.Fatalf("%s is %q (%v), so that a commit promises nothing", setting, v, err)
		}
	}
	const size = 12_000 // of what is random in a request, in bytes
	for name, request := range requests {
		marker := incompressible(size)
		before := position(t, db, "pg_current_wal_insert_lsn()")
		var flushed int64
		w := &answer{httptest.NewRecorder(), func() { flushed = position(t, db, "pg_current_wal_flush_lsn()") }}
		a.API.ServeHTTP(w, request(marker))
		if w.Code/100 != 2 {
			t.Fatalf("%s: %d %s", name, w.Code, w.Body)
		}
		if flushed-before < size {
			t.Errorf("%s: when the answer left, the log was flushed %d bytes beyond where it was, of at least %d", name, flushed-before, size)
		}
	}

	// The measure can tell: a commit that does not wait is not flushed yet.
	if _, err := db.Exec(`CREATE TABLE unsynced (v text)`); err != nil {
		t.Fatal(err)
	}
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	behind := false
	for range 20 {
		if _, err := conn.ExecContext(t.Context(), `SET synchronous_commit = off`); err != nil {
			t.Fatal(err)
		}
		if _, err := conn.ExecContext(t.Context(), `INSERT INTO unsynced VALUES ($1)`, incompressible(size)); err != nil {
			t.Fatal(err)
		}
		behind = behind || position(t, db, "pg_current_wal_flush_lsn()") < position(t, db, "pg_current_wal_insert_lsn()")
	}
	if !behind {
		t.Error("a commit that waits for nothing looks flushed: the measure cannot tell")
	}
}

func position(t *testing.T, db *sql.DB, of string) (bytes int64) {
	t.Helper()
	if err := db.QueryRow(`SELECT (` + of + ` - '0/0'::pg_lsn)::bigint`).Scan(&bytes); err != nil {
		t.Fatal(err)
	}
	return bytes
}

func incompressible(size int) string {
	b := make([]byte, size)
	_, _ = rand.Read(b) // never fails
	return base64.StdEncoding.EncodeToString(b)
}
