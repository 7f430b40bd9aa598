package agent

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sigap-dev/sigap/internal/incident"
)

// watching is a host with configuration files, and the changes that were reported.
type watching struct {
	t       *testing.T
	dir     string
	config  Config
	watcher *watcher
	changes []incident.Change
}

func newWatching(t *testing.T) *watching {
	w := &watching{t: t, dir: t.TempDir()}
	w.config = Config{
		Host:        "web-1",
		Environment: "production",
		WatchFiles:  []WatchConfig{{Service: "checkout", Files: []string{filepath.Join(w.dir, "*.conf")}}},
		Buffer:      BufferConfig{Dir: t.TempDir()},
	}
	return w
}

func (w *watching) start() {
	w.t.Helper()
	send := func(_ context.Context, b batch) error {
		unzip, err := gzip.NewReader(bytes.NewReader(b.body))
		if err != nil {
			return err
		}
		var change incident.Change
		if err := json.NewDecoder(unzip).Decode(&change); err != nil {
			return err
		}
		w.changes = append(w.changes, change)
		return nil
	}
	var err error
	w.watcher, err = newWatcher(w.config, send, Deps{Now: noon, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *watching) write(name, text string) {
	w.t.Helper()
	if err := os.WriteFile(filepath.Join(w.dir, name), []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

// look answers what was reported by this look.
func (w *watching) look() []incident.Change {
	w.changes = nil
	w.watcher.look(w.t.Context())
	return w.changes
}

func TestAChangedFileIsReportedWithItsDiff(t *testing.T) {
	t.Parallel()
	w := newWatching(t)
	w.write("app.conf", "workers = 4\ntimeout = 30\npassword = hunter2\n")
	w.start()
	if got := w.look(); len(got) != 0 {
		t.Fatalf("the first look reports %+v", got)
	}
	w.write("app.conf", "workers = 4\ntimeout = 3\npassword = hunter2\n")
	got := w.look()
	if len(got) != 1 {
		t.Fatalf("got %+v", got)
	}
	change := got[0]
	if change.Kind != incident.Config || change.Service != "checkout" || change.Environment != "production" || change.StartedAt.IsZero() {
		t.Errorf("got %+v", change)
	}
	if !strings.HasSuffix(change.Summary, "app.conf on web-1 changed: 1 lines added, 1 removed") {
		t.Errorf("summary %q", change.Summary)
	}
	for _, want := range []string{"--- ", "+++ ", "@@ -1,3 +1,3 @@", "-timeout = 30\n", "+timeout = 3\n", " password = [masked]\n"} {
		if !strings.Contains(change.Diff, want) {
			t.Errorf("the diff lacks %q:\n%s", want, change.Diff)
		}
	}
	if got := w.look(); len(got) != 0 {
		t.Errorf("reported twice: %+v", got)
	}
}

func TestASecretThatChangedIsReportedWithoutIt(t *testing.T) {
	t.Parallel()
	w := newWatching(t)
	w.write("app.conf", "token = one-of-them\n")
	w.start()
	w.look()
	w.write("app.conf", "token = another\n")
	got := w.look()
	if len(got) != 1 || got[0].Diff != "" || !strings.HasSuffix(got[0].Summary, "changed in a secret value only") {
		t.Errorf("got %+v", got)
	}
	files, err := filepath.Glob(filepath.Join(w.watcher.dir, "*"))
	if err != nil || len(files) != 1 {
		t.Fatalf("%v, %v", files, err)
	}
	if text, err := os.ReadFile(files[0]); err != nil || strings.Contains(string(text), "another") {
		t.Errorf("the secret lies in the agent's buffer: %s, %v", text, err)
	}
}

func TestFilesThatComeAndGoAreReported(t *testing.T) {
	t.Parallel()
	w := newWatching(t)
	w.start()
	w.look()
	w.write("new.conf", "a\nb\n")
	if got := w.look(); len(got) != 1 || !strings.HasSuffix(got[0].Summary, "was created with 2 lines") {
		t.Errorf("got %+v", got)
	}
	if err := os.Remove(filepath.Join(w.dir, "new.conf")); err != nil {
		t.Fatal(err)
	}
	if got := w.look(); len(got) != 1 || !strings.HasSuffix(got[0].Summary, "was removed") || !got[0].StartedAt.Equal(noon()) {
		t.Errorf("got %+v", got)
	}
	if got := w.look(); len(got) != 0 {
		t.Errorf("reported twice: %+v", got)
	}
}

func TestAChangeWhileTheAgentWasDownIsReported(t *testing.T) {
	t.Parallel()
	w := newWatching(t)
	w.write("app.conf", "a\n")
	w.start()
	w.look()
	w.write("app.conf", "ab\n")
	w.start()
	if got := w.look(); len(got) != 1 || !strings.Contains(got[0].Diff, "+ab\n") {
		t.Errorf("got %+v", got)
	}
}

func TestFilesThatAreNotTextAreReportedWithoutADiff(t *testing.T) {
	t.Parallel()
	w := newWatching(t)
	w.write("binary.conf", "\xff\xfe\x00")
	w.write("large.conf", strings.Repeat("x", maxWatched+1))
	w.start()
	w.look()
	w.write("binary.conf", "\xff\xfe\x00\x01")
	w.write("large.conf", strings.Repeat("x", maxWatched+2))
	got := w.look()
	if len(got) != 2 {
		t.Fatalf("got %+v", got)
	}
	for _, change := range got {
		if change.Diff != "" || !strings.Contains(change.Summary, "changed, from ") {
			t.Errorf("got %+v", change)
		}
	}
}

func TestADiffIsBounded(t *testing.T) {
	t.Parallel()
	w := newWatching(t)
	w.write("app.conf", strings.Repeat("before\n", 5000))
	w.start()
	w.look()
	w.write("app.conf", strings.Repeat("after\n", 5000))
	if got := w.look(); len(got) != 1 || len(got[0].Diff) > maxDiff {
		t.Errorf("%d changes", len(got))
	}
}
