package agent

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sigap-dev/sigap/internal/incident"
)

// noon is the tests' present; jakarta their host's zone.
func noon() time.Time { return time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC) }

func jakarta() *time.Location { return time.FixedZone("WIB", 7*3600) }

func testParser(format string) *parser {
	return &parser{service: "checkout", host: "web-1", format: format, zone: jakarta()}
}

func TestParseReadsWhatLoggingLibrariesWrite(t *testing.T) {
	t.Parallel()
	eleven := time.Date(2026, 11, 24, 11, 0, 0, 0, time.UTC)
	tests := []struct {
		name, text string
		want       incident.LogLine
	}{
		{
			"slog",
			`{"time":"2026-11-24T18:00:00.5+07:00","level":"ERROR","msg":"charge failed","order":17,"ok":false}`,
			incident.LogLine{At: eleven.Add(500 * time.Millisecond), Level: "error", Body: "charge failed", Attrs: map[string]string{"order": "17", "ok": "false"}},
		},
		{
			"zap, with its stack trace",
			`{"level":"warn","ts":1795518000.25,"caller":"a.go:1","msg":"retry","error":"timeout","stacktrace":"main.f\n\t/a.go:1"}`,
			incident.LogLine{At: eleven.Add(250 * time.Millisecond), Level: "warn", Body: "retry\nmain.f\n\t/a.go:1: timeout", Attrs: map[string]string{"caller": "a.go:1"}},
		},
		{
			"logrus",
			`{"level":"warning","msg":"slow","time":"2026-11-24T11:00:00Z"}`,
			incident.LogLine{At: eleven, Level: "warn", Body: "slow"},
		},
		{
			"pino, with its error object",
			`{"level":50,"time":1795518000000,"pid":1,"msg":"boom","err":{"type":"Error","message":"kaput","stack":"Error: kaput\n    at f (a.js:1:2)"}}`,
			incident.LogLine{At: eleven, Level: "error", Body: "boom\nError: kaput\n    at f (a.js:1:2)", Attrs: map[string]string{"pid": "1"}},
		},
		{
			"bunyan",
			`{"name":"shop","hostname":"h","pid":7,"level":60,"msg":"dead","time":"2026-11-24T11:00:00.000Z","v":0}`,
			incident.LogLine{At: eleven, Level: "fatal", Body: "dead", Attrs: map[string]string{"name": "shop", "hostname": "h", "pid": "7", "v": "0"}},
		},
		{
			"log4j's JSON layout",
			`{"instant":{"epochSecond":1795518000,"nanoOfSecond":250000000},"level":"ERROR","message":"no card","thrown":{"message":"x","extendedStackTrace":"java.lang.Error: x\n\tat A.b(A.java:1)"}}`,
			incident.LogLine{At: eleven.Add(250 * time.Millisecond), Level: "error", Body: "no card\njava.lang.Error: x\n\tat A.b(A.java:1)"},
		},
		{
			"Serilog's compact format",
			`{"@t":"2026-11-24T11:00:00Z","@mt":"Order {Id} failed","@l":"Fatal","Id":3}`,
			incident.LogLine{At: eleven, Level: "fatal", Body: "Order {Id} failed", Attrs: map[string]string{"Id": "3"}},
		},
		{
			"ECS and logstash",
			`{"@timestamp":"2026-11-24T11:00:00,000+0000","log.level":"INFO","message":"hello","tags":["a"]}`,
			incident.LogLine{At: eleven, Level: "info", Body: "hello", Attrs: map[string]string{"tags": `["a"]`}},
		},
		{
			"JSON without a message",
			`{"level":"error","code":500}`,
			incident.LogLine{At: noon(), Level: "error", Body: `{"level":"error","code":500}`, Attrs: map[string]string{"code": "500"}},
		},
		{
			"JSON that is cut off",
			`{"level":"error","msg":"x`,
			incident.LogLine{At: noon(), Body: `{"level":"error","msg":"x`},
		},
		{
			"logfmt",
			`time=2026-11-24T11:00:00Z level=error msg="charge \"failed\"" err=timeout order=17 flag`,
			incident.LogLine{At: eleven, Level: "error", Body: `charge "failed": timeout`, Attrs: map[string]string{"order": "17"}},
		},
		{
			"logfmt with a trace behind it",
			"level=error msg=boom\ngoroutine 1 [running]:",
			incident.LogLine{At: noon(), Level: "error", Body: "boom\ngoroutine 1 [running]:"},
		},
		{
			"prose with an equals sign is not logfmt",
			`a=b happened, they say`,
			incident.LogLine{At: noon(), Body: "a=b happened, they say"},
		},
		{
			"nginx' access log",
			`203.0.113.9 - ana [24/Nov/2026:18:00:00 +0700] "POST /pay?card=1 HTTP/1.1" 502 157 "-" "curl/8"`,
			incident.LogLine{At: eleven, Level: "error", Body: `203.0.113.9 - ana [24/Nov/2026:18:00:00 +0700] "POST /pay?card=1 HTTP/1.1" 502 157 "-" "curl/8"`, Attrs: map[string]string{"status": "502", "method": "POST", "path": "/pay"}},
		},
		{
			"a visit that was answered",
			`::1 - - [24/Nov/2026:11:00:00 +0000] "GET / HTTP/2.0" 404 12`,
			incident.LogLine{At: eleven, Level: "info", Body: `::1 - - [24/Nov/2026:11:00:00 +0000] "GET / HTTP/2.0" 404 12`, Attrs: map[string]string{"status": "404", "method": "GET", "path": "/"}},
		},
		{
			"nginx' error log, in the host's zone",
			`2026/11/24 18:00:00 [error] 12#12: *3 connect() failed (111: Connection refused)`,
			incident.LogLine{At: eleven, Level: "error", Body: "[error] 12#12: *3 connect() failed (111: Connection refused)"},
		},
		{
			"Apache's error log",
			`[Tue Nov 24 18:00:00.250000 2026] [core:crit] [pid 1] no memory`,
			incident.LogLine{At: eleven.Add(250 * time.Millisecond), Level: "fatal", Body: "[core:crit] [pid 1] no memory"},
		},
		{
			"PostgreSQL",
			`2026-11-24 11:00:00.000 UTC [99] ERROR:  deadlock detected`,
			incident.LogLine{At: eleven, Level: "error", Body: "[99] ERROR:  deadlock detected"},
		},
		{
			"Spring Boot",
			`2026-11-24 18:00:00,123 WARN  [main] c.e.Shop - slow`,
			incident.LogLine{At: eleven.Add(123 * time.Millisecond), Level: "warn", Body: "WARN  [main] c.e.Shop - slow"},
		},
		{
			"klog",
			`E1124 18:00:00.250000       1 reflector.go:138] failed to list`,
			incident.LogLine{At: eleven.Add(250 * time.Millisecond), Level: "error", Body: "1 reflector.go:138] failed to list"},
		},
		{
			"syslog",
			`<11>Nov 24 18:00:00 web-1 app[3]: disk is full`,
			incident.LogLine{At: eleven, Body: "web-1 app[3]: disk is full"},
		},
		{
			"syslog as of RFC 5424",
			`<165>1 2026-11-24T11:00:00Z web-1 app - - - started`,
			incident.LogLine{At: eleven, Body: "web-1 app - - - started"},
		},
		{
			"Redis",
			`1:M 24 Nov 2026 18:00:00.250 # Out of memory`,
			incident.LogLine{At: eleven.Add(250 * time.Millisecond), Body: "# Out of memory"},
		},
		{
			"words in the running text are no level",
			`there was no error, and the warning is old`,
			incident.LogLine{At: noon(), Body: "there was no error, and the warning is old"},
		},
		{
			"a panic is fatal",
			"panic: kaput\n\ngoroutine 1 [running]:\nmain.main()",
			incident.LogLine{At: noon(), Level: "fatal", Body: "panic: kaput\n\ngoroutine 1 [running]:\nmain.main()"},
		},
		{
			"a trace that joined mere information raises it",
			"2026-11-24T11:00:00Z INFO hello\nTraceback (most recent call last):\n  File \"a.py\"\nKeyError: 1",
			incident.LogLine{At: eleven, Level: "error", Body: "INFO hello\nTraceback (most recent call last):\n  File \"a.py\"\nKeyError: 1"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.want.Service, tt.want.Host = "checkout", "web-1"
			got := testParser("auto").parse(tt.text, time.Time{}, noon())
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAFormatThatIsNamedIsTheOneTried(t *testing.T) {
	t.Parallel()
	text := `{"level":"error","msg":"x"}`
	for format, body := range map[string]string{"json": "x", "plain": text, "logfmt": text, "combined": text} {
		if got := testParser(format).parse(text, time.Time{}, noon()); got.Body != body {
			t.Errorf("%s: got %q", format, got.Body)
		}
	}
}

func TestATimestampWithoutAYearIsNearNow(t *testing.T) {
	t.Parallel()
	newYear := time.Date(2027, 1, 1, 0, 5, 0, 0, time.UTC)
	got := testParser("plain").parse("Dec 31 23:59:00 host app: x", time.Time{}, newYear)
	if want := time.Date(2026, 12, 31, 16, 59, 0, 0, time.UTC); !got.At.Equal(want) {
		t.Errorf("got %s, want %s", got.At, want)
	}
}

func TestTheRuntimesTimeIsUsedWhereTheTextHasNone(t *testing.T) {
	t.Parallel()
	noted := noon().Add(-time.Hour)
	if got := testParser("auto").parse("plain words", noted, noon()); !got.At.Equal(noted) {
		t.Errorf("got %s", got.At)
	}
}

func TestAttributesAreBounded(t *testing.T) {
	t.Parallel()
	line := incident.LogLine{}
	for i := range 100 {
		setAttr(&line, string(rune('a'+i)), string(make([]byte, 5000)))
	}
	if len(line.Attrs) != maxAttrs || len(line.Attrs["a"]) > maxAttrValue {
		t.Errorf("%d attributes, the first of %d bytes", len(line.Attrs), len(line.Attrs["a"]))
	}
}
