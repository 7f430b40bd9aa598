package agent

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"
)

// entry is an entry as `journalctl --output=json` prints it.
func entry(micros int64, priority, message string) string {
	return fmt.Sprintf(`{"__CURSOR":"s=1;i=%d","__REALTIME_TIMESTAMP":"%d","PRIORITY":%q,"_SYSTEMD_UNIT":"checkout.service","MESSAGE":%s}`, micros, micros, priority, message)
}

// followJournal follows what a journalctl prints until it ends, and gives what
// was sent and what journalctl was asked.
func followJournal(t *testing.T, p *positions, entries ...string) (lines []string, marks map[string]position, args []string) {
	t.Helper()
	config := Config{Host: "h1", Server: "http://sigap", Key: "k"}
	var bodies []string
	j := newJournal(JournalConfig{Service: "checkout", Units: []string{"checkout.service"}, MinLevel: "info"}, config, p, func(_ context.Context, b batch) error {
		marks = b.marks
		return nil
	}, Deps{Now: noon, Logger: slog.New(slog.DiscardHandler)})
	j.open = func(_ context.Context, a []string) (io.ReadCloser, error) {
		args = a
		return io.NopCloser(strings.NewReader(strings.Join(entries, "\n") + "\n")), nil
	}
	emit := j.join.out
	j.join.out = func(e event) {
		emit(e)
		if n := len(j.batcher.lines); n > len(bodies) {
			l := j.batcher.lines[n-1]
			bodies = append(bodies, l.Level+" "+l.Body)
		}
	}
	if err := j.follow(t.Context()); err == nil {
		t.Error("that journalctl ended is not said")
	}
	return bodies, marks, args
}

func TestTheJournalIsReadWithItsTracesInOnePiece(t *testing.T) {
	t.Parallel()
	p, err := openPositions(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	lines, marks, args := followJournal(t, p,
		entry(1_795_500_000_000_001, "6", `"served a request"`),
		entry(1_795_500_000_000_002, "3", `"panic: index out of range"`), entry(1_795_500_000_000_003, "3", `"goroutine 1 [running]:"`), entry(1_795_500_000_000_004, "3", `"main.charge(0x1)"`),
		"not JSON", `{"MESSAGE":null,"__REALTIME_TIMESTAMP":"5"}`,
		entry(1_795_500_000_000_005, "7", `"2026-11-24T11:00:00Z DEBUG not for others"`),
		entry(1_795_500_000_000_006, "4", `[112,97,115,115,119,111,114,100,61,104,117,110,116,101,114,50,104,117,110,116,101,114,50]`))
	if len(lines) != 3 || lines[0] != "info served a request" || !strings.Contains(lines[1], "index out of range\ngoroutine 1 [running]:\nmain.charge(0x1)") ||
		strings.HasPrefix(lines[1], "info") || !strings.HasPrefix(lines[2], "warn password=") || strings.Contains(lines[2], "hunter2") {
		t.Errorf("sent were %q", lines)
	}
	if at := marks["journal:checkout"]; at.Offset != 1_795_500_000_000_006 {
		t.Errorf("the position is %+v", at)
	}
	if !slices.Contains(args, "--unit=checkout.service") || !slices.Contains(args, "--lines=0") || !slices.Contains(args, "--output=json") {
		t.Errorf("journalctl was asked %q", args)
	}
}

func TestTheJournalGoesOnWhereItWasLeft(t *testing.T) {
	t.Parallel()
	p, err := openPositions(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	p.mark(map[string]position{"journal:checkout": {Offset: 1_795_500_000_900_000}})
	_, _, args := followJournal(t, p, entry(1_795_500_001_000_000, "6", `"x"`))
	if !slices.Contains(args, "--since=@1795500000") || !slices.Contains(args, "--no-tail") || slices.Contains(args, "--lines=0") {
		t.Errorf("journalctl was asked %q", args)
	}
}

func FuzzJournalEntries(f *testing.F) {
	f.Add(entry(1, "3", `"x"`))
	f.Add(`{"MESSAGE":[1,2,999],"PRIORITY":"x","__REALTIME_TIMESTAMP":"9223372036854775807"}`)
	f.Fuzz(func(_ *testing.T, text string) {
		j := newJournal(JournalConfig{Service: "x", MinLevel: "info"}, Config{}, &positions{files: map[string]position{}}, func(context.Context, batch) error { return nil },
			Deps{Now: time.Now, Logger: slog.New(slog.DiscardHandler)})
		j.take([]byte(text))
		j.join.flush()
	})
}
