package agent

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// clock is a clock that stands until it is told to move.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

func (c *clock) advance(d time.Duration) { c.at = c.at.Add(d) }

func joined(lines ...string) []string {
	var out []string
	c := &clock{noon()}
	j := &joiner{now: c.now, zone: time.UTC, out: func(e event) { out = append(out, e.text) }}
	for _, line := range lines {
		j.add(rawLine{text: line})
	}
	j.flush()
	return out
}

func TestStackTracesStayInOnePiece(t *testing.T) {
	t.Parallel()
	traces := map[string]string{
		"Java": "Exception in thread \"main\" java.lang.IllegalStateException: no card\n" +
			"\tat shop.Charge.run(Charge.java:17)\n\t... 12 more\nCaused by: java.io.IOException: reset\n\tat shop.Net.read(Net.java:3)\n\tSuppressed: java.lang.Error\n\t\tat x.Y.z(Y.java)",
		"Go": "panic: runtime error: index out of range [5] with length 3\n\ngoroutine 1 [running]:\nmain.charge(0x1, {0xc000, 0x2})\n" +
			"\t/srv/main.go:12 +0x1d\ngithub.com/x/y.(*T).Do(...)\n\t/srv/y.go:3\ncreated by main.main in goroutine 1\n\t/srv/main.go:5 +0x1\nexit status 2",
		"a Go goroutine dump": "fatal error: all goroutines are asleep - deadlock!\n\ngoroutine 1 [chan receive]:\nmain.main()\n\t/a.go:4 +0x1\n\ngoroutine 18 [select]:\nmain.f()\n\t/a.go:9 +0x1",
		"Python": "Traceback (most recent call last):\n  File \"a.py\", line 3, in <module>\n    charge()\nValueError: no card\n\n" +
			"During handling of the above exception, another exception occurred:\n\nTraceback (most recent call last):\n  File \"b.py\", line 1, in f\nKeyError: 'x'",
		"Node": "TypeError: Cannot read properties of undefined (reading 'id')\n    at charge (/srv/a.js:3:9)\n    at process.processTicks (node:internal:95:5) {\n  code: 'E'\n}",
		".NET": "Unhandled exception. System.InvalidOperationException: no card\n ---> System.IO.IOException: reset\n   at Shop.Net.Read() in /src/Net.cs:line 3\n   --- End of inner exception stack trace ---\n   at Shop.Charge.Run()",
		"PHP":  "PHP Fatal error:  Uncaught Exception: no card in /srv/a.php:3\nStack trace:\n#0 /srv/b.php(9): charge()\n#1 {main}\n  thrown in /srv/a.php on line 3",
		"Ruby": "app/models/order.rb:12:in `charge': no card (RuntimeError)\n\tfrom app/models/order.rb:3:in `pay'\n\tfrom bin/run:1:in `<main>'",
		"Rust": "thread 'main' panicked at src/main.rs:2:5:\n   0: rust_begin_unwind\n   1: core::panicking",
	}
	for name, trace := range traces {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			lines := append([]string{"served 3 requests"}, strings.Split(trace, "\n")...)
			lines = append(lines, "served 4 requests")
			want := []string{"served 3 requests", trace, "served 4 requests"}
			if diff := cmp.Diff(want, joined(lines...)); diff != "" {
				t.Errorf("in a file of bare text: %s", diff)
			}

			head := "2026-11-24T11:00:00Z ERROR request failed"
			lines[0] = "2026-11-24T11:00:00Z INFO before"
			lines[len(lines)-1] = "2026-11-24T11:00:01Z INFO after"
			withHead := append([]string{lines[0], head}, lines[1:]...)
			want = []string{lines[0], head + "\n" + trace, lines[len(lines)-1]}
			if crash(trace) { // begins by itself
				want = []string{lines[0], head, trace, lines[len(lines)-1]}
			}
			if diff := cmp.Diff(want, joined(withHead...)); diff != "" {
				t.Errorf("in a file whose lines have heads: %s", diff)
			}
		})
	}
}

func TestLinesThatBeginEventsStayApart(t *testing.T) {
	t.Parallel()
	lines := []string{
		`{"level":"info","msg":"a"}`, `{"level":"info","msg":"b"}`, "2026-11-24 11:00:00 c", "[2026-11-24 11:00:00] d", "ERROR e", "[warn] f",
		"level=info msg=g", `::1 - - [24/Nov/2026:11:00:00 +0000] "GET / HTTP/2.0" 200 1`, "E1124 18:00:00.250000 1 h.go:1] h", "Nov 24 18:00:00 host i",
	}
	if diff := cmp.Diff(lines, joined(lines...)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"one", "two", "three"}, joined("one", "two", "", "three", "")); diff != "" {
		t.Error(diff)
	}
}

func TestAnEventEndsWhenItsFileIsSilent(t *testing.T) {
	t.Parallel()
	c := &clock{noon()}
	var out []string
	j := &joiner{now: c.now, zone: time.UTC, out: func(e event) { out = append(out, e.text) }}
	j.add(rawLine{text: "panic: kaput"})
	c.advance(joinQuiet - 1)
	if j.poll(); len(out) != 0 {
		t.Fatalf("too early: %q", out)
	}
	j.add(rawLine{text: "goroutine 1 [running]:"})
	c.advance(joinQuiet)
	if j.poll(); len(out) != 1 || out[0] != "panic: kaput\ngoroutine 1 [running]:" {
		t.Fatalf("got %q", out)
	}
	if j.poll(); len(out) != 1 {
		t.Fatalf("twice: %q", out)
	}
}

func TestAnEventIsBounded(t *testing.T) {
	t.Parallel()
	lines := []string{"2026-11-24T11:00:00Z first"}
	for range 2500 {
		lines = append(lines, "\tat some.frame")
	}
	got := joined(lines...)
	if len(got) != 3 {
		t.Errorf("%d events", len(got))
	}
	long := joined("2026-11-24T11:00:00Z x", strings.Repeat("y", 100<<10), strings.Repeat("z", 100<<10), strings.Repeat("z", 100<<10))
	if len(long) != 1 || len(long[0]) > maxEvent {
		t.Errorf("%d events, the first of %d bytes", len(long), len(long[0]))
	}
}

func TestUnwrapTakesContainerRuntimesWrappingOff(t *testing.T) {
	t.Parallel()
	cri := regexp.MustCompile(criPattern)
	at := time.Date(2026, 11, 24, 11, 0, 0, 5e8, time.UTC)
	tests := map[string]rawLine{
		`{"log":"hello\n","stream":"stderr","time":"2026-11-24T11:00:00.5Z"}`: {text: "hello", noted: at},
		`{"log":"part","stream":"stdout","time":"2026-11-24T11:00:00.5Z"}`:    {text: "part", noted: at, partial: true},
		`2026-11-24T18:00:00.500000000+07:00 stdout F {"msg":"x"}`:            {text: `{"msg":"x"}`, noted: at},
		`2026-11-24T11:00:00.500000000Z stderr P half a line`:                 {text: "half a line", noted: at, partial: true},
		`2026-11-24T11:00:00.500000000Z plain words of an application`:        {text: `2026-11-24T11:00:00.500000000Z plain words of an application`},
		`{"log":"cut`: {text: `{"log":"cut`},
	}
	for text, want := range tests {
		if diff := cmp.Diff(want, unwrap(text, cri), cmp.AllowUnexported(rawLine{})); diff != "" {
			t.Errorf("%s: %s", text, diff)
		}
	}
}

func TestAPartialLineIsContinuedDirectly(t *testing.T) {
	t.Parallel()
	var out []string
	j := &joiner{now: noon, zone: time.UTC, out: func(e event) { out = append(out, e.text) }}
	for _, line := range []rawLine{{text: "half", partial: true}, {text: " and half"}, {text: "next"}} {
		j.add(line)
	}
	j.flush()
	if diff := cmp.Diff([]string{"half and half", "next"}, out); diff != "" {
		t.Error(diff)
	}
}

func FuzzLines(f *testing.F) {
	for _, seed := range []string{
		`{"time":"2026-11-24T18:00:00Z","level":50,"msg":"x","err":{"stack":"a\nb"}}`, `{"log":"x\n","time":"1"}`, `level=error msg="a \" b" err=`,
		`::1 - - [24/Nov/2026:11:00:00 +0000] "GET / HTTP/2.0" 500 1`, "panic: x\n\ngoroutine 1 [running]:", "Traceback (most recent call last):\n  a\nE: b\n\nx",
		"<11>Nov 24 18:00:00 h a: x", "E1124 18:00:00.250000 1 h.go:1] h", "1:M 24 Nov 2026 18:00:00.250 # x", "[Tue Nov 24 18:00:00 2026] [core:crit] x",
		"2026-11-24T11:00:00.5Z stderr P password=hunter2 4111 1111 1111 1111 ana@example.com postgres://u:p@h/ Bearer abcdefghijklmnopqrstuvwxyz",
	} {
		f.Add(seed)
	}
	cri := regexp.MustCompile(criPattern)
	mask := newMasker(MaskConfig{Emails: true})
	f.Fuzz(func(t *testing.T, text string) {
		var events []event
		j := &joiner{now: noon, zone: jakarta(), out: func(e event) { events = append(events, e) }}
		for line := range strings.SplitSeq(text, "\n") {
			j.add(unwrap(line, cri))
		}
		j.flush()
		for _, e := range events {
			line := testParser("auto").parse(e.text, e.noted, noon())
			if line.At.IsZero() || line.Body == "" {
				t.Errorf("%q became %+v", e.text, line)
			}
			mask.line(&line)
			if shown := mask.text(line.Body + "\npassword=hunter2hunter2\n"); strings.Contains(shown, "hunter2hunter2") {
				t.Errorf("behind %q a password shows: %q", line.Body, shown)
			}
		}
	})
}
