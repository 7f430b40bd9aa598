package recorder

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sigap-dev/sigap/internal/incident"
)

// noon is the tests' present.
func noon() time.Time { return time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC) }

func open(t testing.TB, dir string, change ...func(*Options)) *Recorder {
	t.Helper()
	opts := Options{Now: noon, Logger: slog.New(slog.DiscardHandler)}
	for _, c := range change {
		c(&opts)
	}
	r, err := Open(dir, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	return r
}

func put(t testing.TB, r *Recorder, lines ...incident.LogLine) {
	t.Helper()
	if err := r.Logs(t.Context(), lines); err != nil {
		t.Fatal(err)
	}
}

func find(t testing.TB, r *Recorder, q LogQuery) []incident.LogLine {
	t.Helper()
	if q.Window == (incident.Window{}) {
		q.Window = incident.Window{From: noon().Add(-72 * time.Hour), To: noon().Add(time.Hour)}
	}
	var lines []incident.LogLine
	for line, err := range r.QueryLogs(t.Context(), q) {
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line)
	}
	return lines
}

func bodies(lines []incident.LogLine) string {
	var all []string
	for _, line := range lines {
		all = append(all, line.Body)
	}
	return strings.Join(all, " ")
}

// line is a line of checkout, some minutes before noon.
func line(minutesAgo int, level, body string) incident.LogLine {
	return incident.LogLine{At: noon().Add(-time.Duration(minutesAgo) * time.Minute), Service: "checkout", Host: "web-1", Level: level, Body: body}
}

// seal makes the open block of lines a sealed one.
func seal(t testing.TB, r *Recorder) {
	t.Helper()
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	*r = *open(t, filepath.Dir(r.lines.dir))
	if err := errors.Join(r.lines.seal(), r.points.seal()); err != nil {
		t.Fatal(err)
	}
}

func TestLinesAreFoundAsTheyWereStored(t *testing.T) {
	t.Parallel()
	stored := []incident.LogLine{
		{At: noon().Add(-time.Second), Service: "checkout", Host: "web-1", Level: "error", Body: "panic: kaput\ngoroutine 1 [running]:", Attrs: map[string]string{"trace_id": "0af7", "environment": "production"}},
		{At: noon(), Body: "no more than a body, ünïcode and \x00"},
	}
	for _, sealed := range []bool{false, true} {
		r := open(t, t.TempDir())
		put(t, r, stored...)
		if sealed {
			seal(t, r)
		}
		if diff := cmp.Diff(stored, find(t, r, LogQuery{})); diff != "" {
			t.Errorf("sealed %v: %s", sealed, diff)
		}
	}
}

func TestQueryLogsFilters(t *testing.T) {
	t.Parallel()
	other := line(4, "error", "other")
	other.Service = "search"
	lines := []incident.LogLine{line(1, "info", "newest"), line(9, "fatal", "oldest"), line(5, "warn", "middle"), other, line(3, "", "unknown")}
	tests := []struct {
		name  string
		query LogQuery
		want  string
	}{
		{"everything comes oldest first", LogQuery{}, "oldest middle other unknown newest"},
		{"a service", LogQuery{Services: []string{"search"}}, "other"},
		{"a service never seen", LogQuery{Services: []string{"nothing"}}, ""},
		{"several services", LogQuery{Services: []string{"search", "checkout"}, MinLevel: "error"}, "oldest other"},
		{"at least a level, without the unknown", LogQuery{MinLevel: "warn"}, "oldest middle other"},
		{"at most so many", LogQuery{Limit: 2}, "oldest middle"},
		{"the window's start is in it, its end is not", LogQuery{Window: incident.Window{From: noon().Add(-5 * time.Minute), To: noon().Add(-3 * time.Minute)}}, "middle other"},
		{"a window that ends before it begins", LogQuery{Window: incident.Window{From: noon(), To: noon().Add(-time.Hour)}}, ""},
	}
	for _, sealed := range []bool{false, true} {
		r := open(t, t.TempDir())
		put(t, r, lines...)
		if sealed {
			seal(t, r)
		}
		for _, tt := range tests {
			t.Run(fmt.Sprintf("%s, sealed %v", tt.name, sealed), func(t *testing.T) {
				if got := bodies(find(t, r, tt.query)); got != tt.want {
					t.Errorf("got %q, want %q", got, tt.want)
				}
			})
		}
	}
}

// Whatever the order of arrival and wherever blocks end, a query answers every
// line of its window once, by time.
func TestBlocksThatOverlapReadAsOneSequence(t *testing.T) {
	t.Parallel()
	r := open(t, t.TempDir())
	window := incident.Window{From: noon().Add(-80 * time.Minute), To: noon().Add(-20 * time.Minute)}
	random := rand.New(rand.NewPCG(1, 2))
	inWindow := 0
	for range 20 {
		batch := make([]incident.LogLine, random.IntN(40))
		for i := range batch {
			minute := random.IntN(100)
			batch[i] = line(minute, "info", "x")
			if minute > 20 && minute <= 80 {
				inWindow++
			}
		}
		put(t, r, batch...)
		if random.IntN(2) == 0 {
			seal(t, r)
		}
		got := find(t, r, LogQuery{Window: window})
		if len(got) != inWindow {
			t.Fatalf("got %d lines, want %d", len(got), inWindow)
		}
		if !slices.IsSortedFunc(got, func(a, b incident.LogLine) int { return a.At.Compare(b.At) }) {
			t.Fatal("lines are out of order")
		}
	}
}

func TestALineWithoutATimeGetsThePresent(t *testing.T) {
	t.Parallel()
	r := open(t, t.TempDir())
	put(t, r, incident.LogLine{Body: "timeless", Level: "LOUD"})
	got := find(t, r, LogQuery{})
	if len(got) != 1 || !got[0].At.Equal(noon()) || got[0].Level != "" {
		t.Errorf("got %+v", got)
	}
}

func TestManyCallersAtOnceLoseNothing(t *testing.T) {
	t.Parallel()
	r := open(t, t.TempDir())
	var callers sync.WaitGroup
	for c := range 8 {
		callers.Go(func() {
			for i := range 50 {
				if err := r.Logs(t.Context(), []incident.LogLine{line(1, "info", fmt.Sprintf("%d-%d", c, i))}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	callers.Wait()
	if got := len(find(t, r, LogQuery{})); got != 400 {
		t.Errorf("got %d lines, want 400", got)
	}
}

func TestABatchLargerThanABlockIsStoredInParts(t *testing.T) {
	t.Parallel()
	r := open(t, t.TempDir())
	body := strings.Repeat("x", 1<<10)
	lines := make([]incident.LogLine, 5000)
	for i := range lines {
		lines[i] = line(1, "info", body)
	}
	put(t, r, lines...)
	if got := len(find(t, r, LogQuery{})); got != len(lines) {
		t.Errorf("got %d lines, want %d", got, len(lines))
	}
	if blocks := len(r.lines.archive.segments[0].blocks); blocks < 2 {
		t.Errorf("%d blocks", blocks)
	}
}

func TestRetentionBySizeDropsTheOldestAndCountsIt(t *testing.T) {
	t.Parallel()
	r := open(t, t.TempDir(), func(o *Options) { o.MaxBytes = 4 << 20 })
	var stored int64
	for i := range 60 {
		batch := make([]incident.LogLine, 300)
		for j := range batch {
			batch[j] = line(600-i, "error", noise(i*1000+j, 500))
		}
		put(t, r, batch...)
		stored += int64(len(batch))
	}
	stats := r.Stats().Logs
	if stats.Bytes > 3<<20 {
		t.Errorf("%d bytes on disk, the limit of logs is %d", stats.Bytes, 3<<20)
	}
	if stats.Dropped == 0 || stats.DroppedBytes == 0 {
		t.Errorf("dropped %d records of %d bytes", stats.Dropped, stats.DroppedBytes)
	}
	got := find(t, r, LogQuery{})
	if int64(len(got))+stats.Dropped != stored {
		t.Errorf("found %d and dropped %d of %d", len(got), stats.Dropped, stored)
	}
	if newest := got[len(got)-1].At; !newest.Equal(noon().Add(-541 * time.Minute)) {
		t.Errorf("the newest line is gone, the last one is of %s", newest)
	}
}

func TestRetentionByAgeHidesAndRemoves(t *testing.T) {
	t.Parallel()
	now := noon()
	r := open(t, t.TempDir(), func(o *Options) { o.Now = func() time.Time { return now } })
	put(t, r, line(1, "error", "old"))
	now = noon().Add(2 * time.Hour)
	if err := r.Trim(t.Context()); err != nil { // seals what has been open for long
		t.Fatal(err)
	}
	put(t, r, incident.LogLine{At: noon().Add(72 * time.Hour), Body: "new"})
	now = noon().Add(72 * time.Hour)
	window := incident.Window{From: noon().Add(-time.Hour), To: now.Add(time.Hour)}
	if got := bodies(find(t, r, LogQuery{Window: window})); got != "new" {
		t.Errorf("got %q, want only what is younger than 72 hours", got)
	}
	if err := r.Trim(t.Context()); err != nil {
		t.Fatal(err)
	}
	if stats := r.Stats().Logs; stats.Dropped != 1 || !stats.Oldest.Equal(noon().Add(72*time.Hour)) {
		t.Errorf("stats %+v", stats)
	}
}

func TestASenderWhoseClockRunsAheadIsDroppedInTime(t *testing.T) {
	t.Parallel()
	now := noon()
	r := open(t, t.TempDir(), func(o *Options) { o.Now = func() time.Time { return now } })
	put(t, r, incident.LogLine{At: noon().AddDate(5, 0, 0), Body: "from the future"})
	for range 2 {
		now = now.Add(73 * time.Hour)
		if err := r.Trim(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if stats := r.Stats().Logs; stats.Dropped != 1 {
		t.Errorf("stats %+v", stats)
	}
}

func TestServicesNamesWhatWasSeenAndWhere(t *testing.T) {
	t.Parallel()
	r := open(t, t.TempDir())
	second := line(3, "info", "b")
	second.Host = "web-2"
	put(t, r, line(5, "info", "a"))
	seal(t, r)
	put(t, r, second)
	err := r.Metrics(t.Context(), []incident.Series{{Name: "host_load", Host: "web-1", Points: []incident.Point{{At: noon(), Value: 1}}}})
	if err != nil {
		t.Fatal(err)
	}
	want := []Seen{
		{Service: "", Hosts: []string{"web-1"}, Last: noon()},
		{Service: "checkout", Hosts: []string{"web-1", "web-2"}, Last: noon().Add(-3 * time.Minute)},
	}
	if diff := cmp.Diff(want, r.Services()); diff != "" {
		t.Error(diff)
	}
}

func TestAClosedRecorderSaysSo(t *testing.T) {
	t.Parallel()
	r := open(t, t.TempDir())
	if err := errors.Join(r.Close(), r.Close()); err != nil {
		t.Fatal(err)
	}
	if err := r.Logs(t.Context(), []incident.LogLine{line(1, "", "late")}); !errors.Is(err, ErrClosed) {
		t.Errorf("got %v", err)
	}
	if err := r.Trim(t.Context()); !errors.Is(err, ErrClosed) {
		t.Errorf("got %v", err)
	}
}

func TestACancelledQueryEndsWithTheContextsError(t *testing.T) {
	t.Parallel()
	r := open(t, t.TempDir())
	put(t, r, line(1, "", "sealed"))
	seal(t, r)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	q := LogQuery{Window: incident.Window{From: noon().Add(-time.Hour), To: noon()}}
	for _, err := range r.QueryLogs(ctx, q) {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	}
	if _, err := r.QuerySeries(ctx, SeriesQuery{Window: q.Window}); err != nil {
		t.Errorf("nothing had to be read, but got %v", err)
	}
}

func TestAFolderThatCannotBeUsedIsNamed(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(file, Options{}); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("got %v", err)
	}
}

// noise answers text that does not compress well, the same for the same seed.
func noise(seed, length int) string {
	b := make([]byte, length)
	x := uint64(seed)*0x9E3779B97F4A7C15 + 1
	for i := range b {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
		b[i] = ' ' + byte(x%95)
	}
	return string(b)
}
