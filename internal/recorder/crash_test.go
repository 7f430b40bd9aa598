package recorder

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sigap-dev/sigap/internal/incident"
)

// TestMain lets the test binary play the process that gets killed.
func TestMain(m *testing.M) {
	if dir := os.Getenv("RECORDER_CRASH_DIR"); dir != "" {
		storeUntilKilled(dir)
	}
	os.Exit(m.Run())
}

// storeUntilKilled prints the number of each batch once it is acknowledged.
func storeUntilKilled(dir string) {
	r, err := Open(dir, Options{Now: noon})
	if err != nil {
		panic(err)
	}
	ctx := context.Background()
	for i := 0; ; i++ {
		batch := make([]incident.LogLine, 40)
		for j := range batch {
			batch[j] = line(1, "info", fmt.Sprintf("%d-%d %s", i, j, noise(i, 900)))
		}
		if err := r.Logs(ctx, batch); err != nil {
			panic(err)
		}
		fmt.Println(i)
	}
}

func TestWhatWasAcknowledgedSurvivesAKill(t *testing.T) {
	t.Parallel()
	for _, batches := range []int{1, 45, 90} { // the later ones in the midst of sealing
		dir := t.TempDir()
		child := exec.CommandContext(t.Context(), os.Args[0])
		child.Env = append(os.Environ(), "RECORDER_CRASH_DIR="+dir)
		out, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		acknowledged := bufio.NewScanner(out)
		for range batches {
			if !acknowledged.Scan() {
				t.Fatal("the child ended by itself")
			}
		}
		if err := child.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		for acknowledged.Scan() { // what it still got out before it died
			batches++
		}
		_ = child.Wait() // says that it was killed

		found := map[string]int{}
		for _, line := range find(t, open(t, dir), LogQuery{}) {
			id, _, _ := strings.Cut(line.Body, " ")
			found[id]++
		}
		for i := range batches {
			for j := range 40 {
				if n := found[fmt.Sprintf("%d-%d", i, j)]; n != 1 {
					t.Fatalf("line %d of acknowledged batch %d of %d is there %d times", j, i, batches, n)
				}
			}
		}
	}
}

func TestATornJournalIsCutAtTheLastWholeBatch(t *testing.T) {
	t.Parallel()
	tails := map[string]func([]byte) []byte{
		"half a length":        func(b []byte) []byte { return append(b, 9, 0) },
		"a length and no more": func(b []byte) []byte { return append(b, 9, 0, 0, 0, 1, 2, 3, 4) },
		"half a batch": func(b []byte) []byte {
			return append(b, appendFrame(nil, encodeLines([]incident.LogLine{line(1, "", "torn")}))[:20]...)
		},
		"a wrong checksum": func(b []byte) []byte { return append(b, 1, 0, 0, 0, 0, 0, 0, 0, 'x') },
		"zeroes":           func(b []byte) []byte { return append(b, make([]byte, 4096)...) },
		"an absurd length": func(b []byte) []byte { return append(b, 255, 255, 255, 255, 0, 0, 0, 0) },
	}
	for name, tear := range tails {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			r := open(t, dir)
			put(t, r, line(3, "", "first"))
			put(t, r, line(2, "", "second"))
			path := r.lines.journal.file.Name()
			if err := r.Close(); err != nil {
				t.Fatal(err)
			}
			rewrite(t, path, tear)

			r = open(t, dir)
			put(t, r, line(1, "", "third"))
			if err := r.Close(); err != nil {
				t.Fatal(err)
			}
			if got := bodies(find(t, open(t, dir), LogQuery{})); got != "first second third" {
				t.Errorf("got %q", got)
			}
		})
	}
}

func TestATornBlockIsCutAndItsJournalReplayed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r := open(t, dir)
	put(t, r, line(3, "", "first"))
	journal := r.lines.journal.file.Name()
	before := read(t, journal)
	seal(t, r)
	segment := r.lines.archive.segments[0].path
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	// As if the power failed while the block was written: its journal is there.
	rewrite(t, segment, func(b []byte) []byte { return b[:len(b)-1] })
	if err := os.WriteFile(journal, before, 0o600); err != nil {
		t.Fatal(err)
	}

	r = open(t, dir)
	if got := bodies(find(t, r, LogQuery{})); got != "first" {
		t.Errorf("got %q", got)
	}
	put(t, r, line(2, "", "second"))
	seal(t, r)
	if got := bodies(find(t, r, LogQuery{})); got != "first second" {
		t.Errorf("after sealing again got %q", got)
	}
}

func TestAJournalWhoseBlockIsSealedIsNotReplayed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r := open(t, dir)
	put(t, r, line(3, "", "once"))
	journal := r.lines.journal.file.Name()
	before := read(t, journal)
	seal(t, r)
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(journal, before, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := bodies(find(t, open(t, dir), LogQuery{})); got != "once" {
		t.Errorf("got %q", got)
	}
}

func TestADamagedBlockIsLeftOutAndCounted(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r := open(t, dir)
	for _, body := range []string{"first", "second", "third"} {
		put(t, r, line(3, "", body))
		seal(t, r)
	}
	second := r.lines.archive.segments[0].blocks[1]
	rewrite(t, second.path, func(b []byte) []byte { b[second.offset+2] ^= 0xFF; return b })
	if got := bodies(find(t, r, LogQuery{})); got != "first third" {
		t.Errorf("got %q", got)
	}
	if stats := r.Stats().Logs; stats.Damaged != 1 {
		t.Errorf("stats %+v", stats)
	}
}

func TestFilesThatAreNotOursAreLeftAlone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "logs"), 0o700); err != nil {
		t.Fatal(err)
	}
	foreign := filepath.Join(dir, "logs", "notes.txt")
	if err := os.WriteFile(foreign, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	put(t, open(t, dir), line(1, "", "x"))
	if got := read(t, foreign); string(got) != "mine" {
		t.Errorf("got %q", got)
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func rewrite(t *testing.T, path string, change func([]byte) []byte) {
	t.Helper()
	if err := os.WriteFile(path, change(read(t, path)), 0o600); err != nil {
		t.Fatal(err)
	}
}
