package main

import (
	"bufio"
	"database/sql"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the "pgx" driver
	"github.com/rogpeppe/go-internal/testscript"
	_ "modernc.org/sqlite" // the "sqlite" driver

	"github.com/sigap-dev/sigap/internal/storetest"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"sigap": main})
}

// TestTheCommandsDoWhatTheirScriptsSay runs testdata/script on both engines:
// $STORE is the flag that names the store.
func TestTheCommandsDoWhatTheirScriptsSay(t *testing.T) {
	t.Parallel()
	scripts, err := filepath.Glob("testdata/script/*.txtar")
	if err != nil || len(scripts) == 0 {
		t.Fatalf("there are %d scripts (%v)", len(scripts), err)
	}
	storetest.Engines(t, func(t *testing.T, _ string) {
		engine := t.Name()[strings.LastIndex(t.Name(), "/")+1:]
		for _, script := range scripts {
			// The store of each script is its own.
			database := ""
			if engine == "postgres" {
				database = storetest.Postgres(t)
			}
			testscript.Run(t, testscript.Params{Files: []string{script}, RequireExplicitExec: true,
				Setup: func(e *testscript.Env) error {
					data := filepath.Join(e.WorkDir, "data")
					e.Setenv("DATA", data)
					e.Setenv("STORE", "--data="+data)
					if database != "" {
						e.Setenv("STORE", "--database="+database)
					}
					e.Setenv("DATABASE", database)
					stop := func() {}
					e.Values[running{}] = &stop
					e.Defer(func() { stop() })
					return nil
				},
				Cmds: map[string]func(*testscript.TestScript, bool, []string){"serve": serve, "keep": keep, "tamper": tamper}})
		}
	})
}

// running is the key of what ends a script's server.
type running struct{}

// serve ARGUMENT... starts a server on the script's store in place of the one
// before, and waits until it answers. $SERVER is where it says that it does.
func serve(ts *testscript.TestScript, neg bool, args []string) {
	if neg {
		ts.Fatalf("unsupported: ! serve")
	}
	stop := ts.Value(running{}).(*func())
	(*stop)()
	all := append([]string{"serve", "--data=" + ts.Getenv("DATA")}, args...)
	if database := ts.Getenv("DATABASE"); database != "" {
		all = append(all, "--database="+database)
	}
	program, err := exec.LookPath("sigap") // testscript.Main put it into PATH
	ts.Check(err)
	cmd := exec.Command(program, all...)
	cmd.Dir = ts.MkAbs(".")
	cmd.Env = os.Environ()
	for _, name := range []string{"SIGAP_LISTEN", "SIGAP_PUBLIC_URL"} {
		if v := ts.Getenv(name); v != "" {
			cmd.Env = append(cmd.Env, name+"="+v)
		}
	}
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	*stop = func() {
		*stop = func() {}
		_ = cmd.Process.Signal(syscall.SIGTERM)
		if err := cmd.Wait(); err != nil {
			ts.Fatalf("the server ended with %v: %s", err, errs.String())
		}
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if at, ok := strings.CutPrefix(lines.Text(), "Sigap answers at "); ok {
			ts.Setenv("SERVER", at)
			ts.Setenv("SIGAP_SERVER", at)
			return
		}
	}
	(*stop)()
	ts.Fatalf("the server did not start: %s", errs.String())
}

// keep NAME keeps the last output, without its newline, in a variable.
func keep(ts *testscript.TestScript, _ bool, args []string) {
	ts.Setenv(args[0], strings.TrimSpace(ts.ReadFile("stdout")))
}

// tamper SQL changes the store behind Sigap's back.
func tamper(ts *testscript.TestScript, _ bool, args []string) {
	// The server beside it writes too: its turn is waited for.
	driver, address := "sqlite", "file:"+filepath.Join(ts.Getenv("DATA"), "sigap.db")+"?_pragma=busy_timeout(10000)"
	if database := ts.Getenv("DATABASE"); database != "" {
		driver, address = "pgx", database
	}
	db, err := sql.Open(driver, address)
	ts.Check(err)
	defer db.Close()
	r, err := db.Exec(args[0])
	ts.Check(err)
	if n, err := r.RowsAffected(); err != nil || n == 0 {
		ts.Fatalf("%q changed %d rows (%v)", args[0], n, err)
	}
}
