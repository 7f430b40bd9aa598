// Package labtest lets tests run the lab with their own binary.
package labtest

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/sigap-dev/sigap/lab"
	"github.com/sigap-dev/sigap/lab/shop"
)

// Hold is the argument with which a test binary holds a lab in the folder that
// follows, and prints its processes' ids on a line, until it is killed.
const Hold = "hold-a-lab"

// Main is for TestMain: run as "BINARY lab SERVICE --config FILE" the test
// binary is that service, as sigap would be.
func Main(m *testing.M) {
	var err error
	switch {
	case len(os.Args) == 5 && os.Args[1] == "lab":
		err = serve(os.Args[2], os.Args[4])
	case len(os.Args) == 3 && os.Args[1] == Hold:
		err = hold(os.Args[2])
	default:
		os.Exit(m.Run())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve(service, configFile string) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	return shop.Main(ctx, service, configFile)
}

func hold(dir string) error {
	executable, err := os.Executable()
	if err != nil {
		return err
	}
	l, err := lab.Start(context.Background(), lab.Options{Dir: dir, Executable: executable})
	if err != nil {
		return err
	}
	fmt.Println(strings.Trim(fmt.Sprint(l.PIDs()), "[]"))
	select {}
}

// Start runs a lab in a folder of the test, with its platform's log shown if
// the test fails.
func Start(t *testing.T, options lab.Options) *lab.Lab {
	t.Helper()
	executable, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	options.Executable, options.Dir = executable, filepath.Join(t.TempDir(), "lab")
	l, err := lab.Start(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		l.Stop()
		if said, err := os.ReadFile(l.PlatformLog()); t.Failed() && err == nil {
			t.Logf("the platform's log:\n%s", said)
		}
	})
	return l
}

// Failures returns what front's error log says of requests that failed, but
// for those that were late: a crowded machine is enough for that.
func Failures(t *testing.T, l *lab.Lab) []string {
	t.Helper()
	late := regexp.MustCompile(`deadline exceeded|i/o timeout|context canceled|answered (499|503|504)`)
	content, err := os.ReadFile(l.Services()[0].Logs[1].Path)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for line := range strings.Lines(string(content)) {
		if !late.MatchString(line) {
			found = append(found, line)
		}
	}
	return found
}

// Eventually fails the test unless check comes true within the limit, and
// returns how long it took.
func Eventually(t *testing.T, limit time.Duration, what string, check func() bool) time.Duration {
	t.Helper()
	began := time.Now()
	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()
	for !check() {
		if time.Since(began) > limit {
			t.Fatalf("not within %s: %s", limit, what)
		}
		<-ticker.C
	}
	return time.Since(began)
}
