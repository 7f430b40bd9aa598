package intake

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write what the parsers make of testdata as the expectation")

// now is when every test's delivery is received.
var now = time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC)

// contentTypes by the extension of a payload in testdata.
var contentTypes = map[string]string{
	".json": "application/json; charset=utf-8",
	".form": "application/x-www-form-urlencoded",
	".txt":  "application/x-www-form-urlencoded", // what curl -d says of plain text
}

// payloads lists testdata's bodies for one source.
func payloads(t testing.TB, source string) []string {
	t.Helper()
	all, err := filepath.Glob(filepath.Join("testdata", source, "*"))
	if err != nil {
		t.Fatal(err)
	}
	var bodies []string
	for _, path := range all {
		if contentTypes[filepath.Ext(path)] != "" {
			bodies = append(bodies, path)
		}
	}
	return bodies
}

// read parses one payload of testdata.
func read(t testing.TB, source, path string) (Batch, error) {
	t.Helper()
	body, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return parse(t, source, delivery(source, path, body))
}

// delivery is the request that brought a payload: some senders say in a header
// or in the path what it is, and its file's name says so here.
func delivery(source, path string, body []byte) Request {
	req := Request{ContentType: contentTypes[filepath.Ext(path)], Header: http.Header{}, Body: body, Now: now}
	name, _, _ := strings.Cut(strings.TrimSuffix(filepath.Base(path), filepath.Ext(path)), "-")
	switch {
	case source == "github":
		req.Header.Set("X-GitHub-Event", name)
	case source == "jenkins":
		req.Query = url.Values{"failures": {"signal"}}
	case source == "opsgenie" && name != "create":
		req.Path = "disk%20full/" + name
	}
	return req
}

func parse(t testing.TB, source string, req Request) (Batch, error) {
	t.Helper()
	parser, ok := ParserFor(source)
	if !ok {
		t.Fatalf("no parser for %q", source)
	}
	req.Now = now
	return parser(req)
}

// expectation is what a golden file holds.
type expectation struct {
	Batch  Batch
	Answer Answer
}

func TestEveryDocumentedPayloadReadsAsExpected(t *testing.T) {
	t.Parallel()
	sources, err := os.ReadDir("testdata")
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range sources {
		source := dir.Name()
		if source == "fuzz" {
			continue
		}
		sender, ok := SenderFor(source)
		if !ok {
			t.Fatalf("testdata/%s belongs to no sender", source)
		}
		paths := payloads(t, source)
		if len(paths) == 0 {
			t.Fatalf("testdata/%s is empty", source)
		}
		for _, path := range paths {
			t.Run(path, func(t *testing.T) {
				t.Parallel()
				batch, err := read(t, source, path)
				if err != nil {
					t.Fatal(err)
				}
				holds(t, batch)
				golden(t, path+".golden", expectation{Batch: batch, Answer: sender.Accepted(batch)})
			})
		}
	}
}

// golden compares got with the file's JSON.
func golden(t *testing.T, path string, got any) {
	t.Helper()
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(got); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

// holds checks what the package guarantees of every batch.
func holds(t *testing.T, b Batch) {
	t.Helper()
	for _, s := range b.Signals {
		if s.Identity == "" || s.Title == "" || s.Source == "" || s.State == "" {
			t.Errorf("identity, title, source or state is missing: %+v", s)
		}
		for name, field := range map[string]string{
			"identity": s.Identity, "title": s.Title, "service": s.Service, "environment": s.Environment,
			"severity": s.Severity, "team": s.Team, "value": s.Value,
		} {
			bounded(t, name, field, 255)
		}
		bounded(t, "url", s.URL, maxURL)
		if len(s.Identity) > maxIdentity || len(s.Description) > maxDescription || !storable(s.Description, "\n\t") {
			t.Errorf("identity or description is not storable: %+v", s)
		}
		if len(s.Labels) > maxLabels {
			t.Errorf("%d labels", len(s.Labels))
		}
		for name, value := range s.Labels {
			bounded(t, "label name", name, maxLabelName)
			bounded(t, "label "+name, value, maxLabelValue)
		}
		for _, at := range []time.Time{s.StartedAt, s.EndedAt, s.ExpiresAt} {
			storableTime(t, at)
		}
	}
	for _, c := range b.Changes {
		if c.ID == "" || c.Summary == "" || c.Kind == "" || c.StartedAt.IsZero() {
			t.Errorf("id, summary, kind or start is missing: %+v", c)
		}
		bounded(t, "summary", c.Summary, maxTitle)
		storableTime(t, c.StartedAt)
	}
	for _, r := range b.Reports {
		if r.ID == "" || r.Words == "" || r.Noticed.IsZero() || r.At.IsZero() {
			t.Errorf("id, words or time is missing: %+v", r)
		}
		if len(r.Words) > maxDescription || !storable(r.Words, "\n\t") {
			t.Errorf("words are not storable: %q", r.Words)
		}
	}
	for _, r := range b.Rejected {
		if r.Reason == "" {
			t.Errorf("entry %d was rejected without a reason", r.Index)
		}
	}
	if b.Truncated < 0 {
		t.Errorf("truncated: %d", b.Truncated)
	}
}

// bounded checks a field of one line.
func bounded(t *testing.T, name, s string, max int) {
	t.Helper()
	if utf8.RuneCountInString(s) > max || !storable(s, "") || s != strings.TrimSpace(s) {
		t.Errorf("%s is not a bounded line: %q", name, s)
	}
}

// storable says whether s is valid UTF-8 without control characters but those
// allowed.
func storable(s, allowed string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsControl(r) && !strings.ContainsRune(allowed, r)
	})
}

func storableTime(t *testing.T, at time.Time) {
	t.Helper()
	if !at.IsZero() && (at.Year() < 2000 || at.Year() > 2099 || at.Location() != time.UTC) {
		t.Errorf("implausible time %v", at)
	}
}

func TestAnUnreadableBodyIsAProblemThatSaysWhatToDo(t *testing.T) {
	t.Parallel()
	bodies := map[string][]string{
		"alertmanager":     {``, `{`, `[]`, `"x"`, `{"title":"custom template"}`, `null`},
		"prometheus":       {``, `[`, `{}`, `null`, `[{}]x`},
		"grafana":          {``, `{`, `[]`, `{"alerts":{}}`},
		"pagerduty":        {``, `{`, `[]`, `7`},
		"pagerduty-change": {``, `[]`},
		"generic":          {``, "  \n", `{"title":`, `[1`},
		"change":           {``, `{`},
		"report":           {``, `{`},
		"opsgenie":         {``, `[]`},
		"sentry":           {``, `[]`},
		"datadog":          {``, `{`},
		"aws":              {``, `"x"`},
		"azure":            {``, `[]`, `{}`},
		"google-cloud":     {``, `{}`},
		"terraform":        {``, `[]`},
		"zabbix":           {``, `[]`},
		"uptime-kuma":      {``, `[]`},
		"github":           {``, `[]`},
		"gitlab":           {``, `[]`},
		"bitbucket":        {``, `[]`},
		"flux":             {``, `{}`},
		"kubernetes":       {``, `{}`},
		"graylog":          {``, `{}`},
		"splunk":           {``, `{}`},
		"pingdom":          {``, `{}`},
		"better-stack":     {``, `{}`},
		"new-relic":        {``, `[]`, `{}`},
		"dynatrace":        {``, `[]`, `{}`},
		"openobserve":      {``, `{`},
		"uptimerobot":      {``, `[]`, `{}`, `null`},
		"statuscake":       {``, `[{}]`, `{}`},
		"checkly":          {``, `[]`, `{}`},
		"jenkins":          {``, `[]`, `{}`},
		"spinnaker":        {``, `[]`, `{}`},
		"octopus":          {``, `[]`, `{}`},
		"launchdarkly":     {``, `[]`, `{}`},
		"unleash":          {``, `[]`, `{}`},
		"zendesk":          {``, `[]`, `{}`},
		"freshdesk":        {``, `[]`, `{}`},
		"intercom":         {``, `[]`, `{}`},
		"jira":             {``, `[]`},
	}
	for source, all := range bodies {
		sender, _ := SenderFor(source)
		for _, body := range all {
			t.Run(source+" "+body, func(t *testing.T) {
				t.Parallel()
				batch, err := parse(t, source, Request{ContentType: "application/json", Body: []byte(body)})
				var problem *Error
				if !errors.As(err, &problem) {
					t.Fatalf("got %+v and error %v, want an *Error", batch, err)
				}
				if problem.Status != 400 || problem.Title == "" || problem.Detail == "" {
					t.Errorf("incomplete problem: %+v", problem)
				}
				if a := sender.Refused(problem); a.Status != 400 || a.Body == nil || a.ContentType == "" {
					t.Errorf("incomplete answer: %+v", a)
				}
			})
		}
	}
}

func TestEverySourceCanReadAndAnswer(t *testing.T) {
	t.Parallel()
	for _, source := range Sources() {
		sender, ok := SenderFor(source)
		if !ok || sender.Parse == nil || sender.Accepted == nil || sender.Refused == nil {
			t.Errorf("%s is incomplete", source)
		}
		if a := sender.Refused(&Error{Status: http.StatusServiceUnavailable, Title: "t", Detail: "d"}); a.Status != http.StatusServiceUnavailable {
			t.Errorf("%s: a sender that is to try again is told %d", source, a.Status)
		}
		if pages[strings.TrimSuffix(source, "-change")] == "" {
			t.Errorf("%s has no page in docs/integrations", source)
		}
	}
}

func TestAnUnknownSourceHasNoParser(t *testing.T) {
	t.Parallel()
	if _, ok := ParserFor("carrier pigeon"); ok {
		t.Error("got a parser")
	}
}
