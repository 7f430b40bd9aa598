package agent

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shirou/gopsutil/v4/process"
)

// logHost is a host with log files and an agent that follows them.
type logHost struct {
	t        *testing.T
	clock    *clock
	dir      string // of the log files
	buffer   string // of the agent
	follower *follower
	marks    map[string]position
	got      []string
}

func newLogHost(t *testing.T) *logHost {
	h := &logHost{t: t, clock: &clock{noon()}, dir: t.TempDir(), buffer: t.TempDir()}
	h.start()
	return h
}

// start starts the agent, with what it remembers.
func (h *logHost) start() {
	h.t.Helper()
	p, err := openPositions(h.buffer)
	if err != nil {
		h.t.Fatal(err)
	}
	h.marks = map[string]position{}
	c := LogConfig{Service: "checkout", Files: []string{filepath.Join(h.dir, "*.log*")}, Format: "auto", MinLevel: "info", Timezone: "Asia/Jakarta"}
	emit := func(item logItem) {
		if item.path != "" {
			h.marks[item.path] = item.at
		}
		if item.line != nil {
			h.got = append(h.got, item.line.Body)
		}
	}
	h.follower, err = newFollower(c, "web-1", newMasker(MaskConfig{}), p, emit, slog.New(slog.DiscardHandler), h.clock.now)
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { _ = h.follower.close() })
	h.poll()
	h.save()
}

// save makes the events so far count as sent.
func (h *logHost) save() {
	h.t.Helper()
	h.follower.positions.mark(h.marks)
	if err := h.follower.positions.save(); err != nil {
		h.t.Fatal(err)
	}
}

func (h *logHost) path(name string) string { return filepath.Join(h.dir, name) }

func (h *logHost) write(name string, lines ...string) {
	h.t.Helper()
	h.raw(name, strings.Join(lines, "\n")+"\n")
}

func (h *logHost) raw(name, text string) {
	h.t.Helper()
	file, err := os.OpenFile(h.path(name), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		h.t.Fatal(err)
	}
	if _, err := file.WriteString(text); err != nil {
		h.t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		h.t.Fatal(err)
	}
}

func (h *logHost) do(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// poll lets the agent look, and time pass so that open events end.
func (h *logHost) poll() {
	for h.follower.poll(func() {}) {
	}
	h.clock.advance(joinQuiet)
	h.follower.poll(func() {})
}

// expect compares what was received since the last time.
func (h *logHost) expect(want ...string) {
	h.t.Helper()
	h.poll()
	if diff := cmp.Diff(strings.Join(want, "|"), strings.Join(h.got, "|")); diff != "" {
		h.t.Error(diff)
	}
	h.got = nil
}

func TestLinesAreReadAsTheyAreWritten(t *testing.T) {
	t.Parallel()
	h := newLogHost(t)
	h.write("a.log", "first", "second")
	h.clock.advance(rescanEvery)
	h.expect("first", "second")
	h.raw("a.log", "half a li")
	h.expect()
	h.raw("a.log", "ne\r\nnext\n")
	h.expect("half a line", "next")
}

func TestTheFirstStartBeginsAtTheEndOfOldFilesAndTheBeginningOfNewOnes(t *testing.T) {
	t.Parallel()
	h := &logHost{t: t, clock: &clock{noon()}, dir: t.TempDir(), buffer: t.TempDir()}
	h.write("old.log", "long ago")
	h.start()
	h.expect()
	h.write("old.log", "now")
	h.write("new.log", "hello")
	h.clock.advance(rescanEvery)
	h.poll()
	if len(h.got) != 2 || strings.Contains(strings.Join(h.got, " "), "long ago") {
		t.Errorf("got %q", h.got)
	}
}

func TestARestartGoesOnWhereItStopped(t *testing.T) {
	t.Parallel()
	h := newLogHost(t)
	h.write("a.log", "one")
	h.clock.advance(rescanEvery)
	h.expect("one")
	h.save()
	h.write("a.log", "two, while the agent was down")
	h.start()
	h.expect("two, while the agent was down")
}

func TestWhatWasNotSafeIsReadAgainAfterAKill(t *testing.T) {
	t.Parallel()
	h := newLogHost(t)
	h.write("a.log", "one")
	h.clock.advance(rescanEvery)
	h.expect("one")
	h.save()
	h.write("a.log", "two")
	h.expect("two") // and killed before it was sent
	h.start()
	h.expect("two")
}

func TestRotationLosesAndRepeatsNothing(t *testing.T) {
	t.Parallel()
	h := newLogHost(t)
	h.write("a.log", "one")
	h.clock.advance(rescanEvery)
	h.expect("one")

	writer, err := os.OpenFile(h.path("a.log"), os.O_APPEND|os.O_WRONLY, 0)
	h.do(err)
	_, err = writer.WriteString("two, before the rotation\n")
	h.do(err)
	h.do(os.Rename(h.path("a.log"), h.path("a.log.1")))
	h.write("a.log", "three, in the new file")
	h.expect("two, before the rotation", "three, in the new file")

	_, err = writer.WriteString("four, by a writer that has not moved on\nfive, without a newline")
	h.do(err)
	h.do(writer.Close())
	h.write("a.log", "six")
	h.poll()
	h.clock.advance(lingerRotated)
	h.poll()
	h.clock.advance(rescanEvery) // a.log.1 matches the pattern too
	h.poll()
	if got, want := fmt.Sprint(len(h.got), " ", strings.Join(h.got, "|")), "3 "; !strings.HasPrefix(got, want) {
		t.Fatalf("got %s", got)
	}
	for _, want := range []string{"four, by a writer that has not moved on", "five, without a newline", "six"} {
		if n := strings.Count(strings.Join(h.got, "|"), want); n != 1 {
			t.Errorf("%q is there %d times", want, n)
		}
	}
}

func TestARotationWhileTheAgentWasDownLosesAndRepeatsNothing(t *testing.T) {
	t.Parallel()
	h := newLogHost(t)
	first := "one, and long enough to tell this file from every other that there may be"
	h.write("a.log", first)
	h.clock.advance(rescanEvery)
	h.expect(first)
	h.save()
	h.write("a.log", "two")
	h.do(os.Rename(h.path("a.log"), h.path("a.log.1")))
	h.write("a.log", "three")
	h.start()
	h.clock.advance(lingerRotated)
	h.poll()
	h.clock.advance(rescanEvery)
	h.poll()
	got := strings.Join(h.got, "|")
	if got != "two|three" && got != "three|two" {
		t.Errorf("got %q", got)
	}
}

func TestTruncationBeginsAnew(t *testing.T) {
	t.Parallel()
	h := newLogHost(t)
	h.write("a.log", "one", "two")
	h.clock.advance(rescanEvery)
	h.expect("one", "two")
	h.do(os.Truncate(h.path("a.log"), 0))
	h.write("a.log", "3")
	h.expect("3")
}

func TestCopytruncateIsNoticedEvenIfTheFileGrewPastItsOldSize(t *testing.T) {
	t.Parallel()
	h := newLogHost(t)
	h.write("a.log", "one")
	h.clock.advance(rescanEvery)
	h.expect("one")
	h.do(os.Truncate(h.path("a.log"), 0))
	h.write("a.log", "two", "three", "four")
	h.expect("two", "three", "four")
}

func TestAFileThatGoesAndComesBackIsNew(t *testing.T) {
	t.Parallel()
	h := newLogHost(t)
	h.write("a.log", "one")
	h.clock.advance(rescanEvery)
	h.expect("one")
	h.do(os.Remove(h.path("a.log")))
	h.expect()
	h.write("a.log", "two")
	h.clock.advance(rescanEvery)
	h.expect("two")
}

func TestALineOfAbsurdLengthIsCutAndTheNextOneRead(t *testing.T) {
	t.Parallel()
	h := newLogHost(t)
	h.write("a.log", strings.Repeat("x", 3*readChunk), "after")
	h.clock.advance(rescanEvery)
	h.poll()
	if len(h.got) != 2 || len(h.got[0]) > maxEvent || h.got[1] != "after" {
		t.Errorf("%d lines", len(h.got))
	}
}

func TestLinesBelowTheLevelAndCompressedFilesAreNotSent(t *testing.T) {
	t.Parallel()
	h := newLogHost(t)
	h.write("a.log", `{"level":"debug","msg":"quiet"}`, `{"level":"info","msg":"loud"}`, `{"msg":"unknown"}`)
	h.write("a.log.2.gz", "not text")
	h.clock.advance(rescanEvery)
	h.expect("loud", "unknown")
	if at := h.marks[h.path("a.log")]; at.Offset != int64(len(`{"level":"debug","msg":"quiet"}{"level":"info","msg":"loud"}{"msg":"unknown"}`)+3) {
		t.Errorf("position %+v", at)
	}
}

func TestPositionsThatDoNotReadAreAnError(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "positions.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := openPositions(dir); err == nil || !strings.Contains(err.Error(), "positions.json") {
		t.Errorf("got %v", err)
	}
}

// BenchmarkPipeline measures what a line costs from its file to the compressed
// request body, in mixed formats. At 1,000 lines a second, 2 % of a core are
// 20,000 ns a line.
func BenchmarkPipeline(b *testing.B) {
	dir := b.TempDir()
	kinds := []string{
		`{"time":"2026-11-24T18:00:00.5+07:00","level":"ERROR","msg":"charge failed","order":%d,"card":"4111111111111111"}`,
		`time=2026-11-24T11:00:00Z level=info msg="order stored" order=%d duration=12ms`,
		`203.0.113.9 - ana [24/Nov/2026:18:00:00 +0700] "GET /orders/%d HTTP/1.1" 200 157 "https://example.com/" "Mozilla/5.0 (X11; Linux x86_64)"`,
		`2026-11-24 18:00:00,123 WARN  [main] c.e.Shop - order %d is slow`,
	}
	var text strings.Builder
	for i := range b.N {
		fmt.Fprintf(&text, kinds[i%len(kinds)]+"\n", i)
	}
	p, err := openPositions(dir)
	if err != nil {
		b.Fatal(err)
	}
	p.first = false
	c := LogConfig{Service: "checkout", Files: []string{filepath.Join(dir, "*.log")}, Format: "auto", MinLevel: "info", Timezone: "Asia/Jakarta"}
	sent := 0
	batches := &batcher{encoder: newEncoder(Config{Host: "web-1"}), now: time.Now, send: func(_ context.Context, out batch) error {
		sent += out.count
		return nil
	}}
	f, err := newFollower(c, "web-1", newMasker(MaskConfig{}), p, batches.add, slog.New(slog.DiscardHandler), time.Now)
	if err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "a.log"), []byte(text.String()), 0o600); err != nil {
		b.Fatal(err)
	}
	between := func() {
		if batches.full() {
			if err := batches.flush(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ResetTimer()
	b.ReportAllocs()
	before := processorTime(b)
	for f.poll(between) {
	}
	if err := f.close(); err != nil {
		b.Fatal(err)
	}
	if err := batches.flush(b.Context()); err != nil {
		b.Fatal(err)
	}
	if sent != b.N {
		b.Fatalf("sent %d of %d", sent, b.N)
	}
	b.ReportMetric(float64(processorTime(b)-before)/float64(b.N), "cpu-ns/line")
}

// processorTime answers what this process has used of the processor, which is
// what counts on a machine that others use too.
func processorTime(b *testing.B) time.Duration {
	self, err := process.NewProcess(int32(os.Getpid()))
	if err != nil {
		b.Fatal(err)
	}
	times, err := self.Times()
	if err != nil {
		b.Fatal(err)
	}
	return time.Duration((times.User + times.System) * float64(time.Second))
}
