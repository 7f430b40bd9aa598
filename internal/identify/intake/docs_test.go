package intake

import (
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// pages names the page in docs/integrations of each source.
var pages = map[string]string{
	"alertmanager": "alertmanager", "prometheus": "prometheus", "grafana": "grafana", "pagerduty": "pagerduty",
	"opsgenie": "opsgenie", "sentry": "sentry", "datadog": "datadog", "aws": "aws", "uptime-kuma": "uptime-kuma",
	"github": "github", "gitlab": "gitlab", "generic": "generic", "change": "change", "report": "report", "heartbeat": "heartbeat",
	"azure": "azure", "google-cloud": "google-cloud", "zabbix": "zabbix", "terraform": "recipes",
	"bitbucket": "bitbucket", "flux": "kubernetes", "kubernetes": "kubernetes", "graylog": "log-alerts", "splunk": "log-alerts",
	"pingdom": "uptime", "better-stack": "uptime", "jira": "help-desk",
	"new-relic": "new-relic", "dynatrace": "dynatrace", "openobserve": "log-alerts",
	"jenkins": "pipelines", "spinnaker": "pipelines", "octopus": "pipelines", "launchdarkly": "flags", "unleash": "flags",
	"zendesk": "help-desk", "freshdesk": "help-desk", "intercom": "help-desk",
	"uptimerobot": "uptime", "statuscake": "uptime", "checkly": "uptime",
}

var (
	curlData   = regexp.MustCompile(`-d (?:'([^']+)'|"([^"]+)")`)
	curlAction = regexp.MustCompile(`/v2/alerts/([^?'\s]+)`)
	links      = regexp.MustCompile(`\]\(([a-z.-]+\.md)`)
	beats      = regexp.MustCompile(`/in/[A-Z]+/heartbeat/([^"\s]+)`)
)

func page(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", "integrations", name+".md"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestWhatThePagesSendIsRead runs the curl commands of each page, in both
// languages, through the parser of the source that the page is about.
func TestWhatThePagesSendIsRead(t *testing.T) {
	t.Parallel()
	commands := 0
	for source, name := range pages {
		for _, file := range []string{name, name + ".id"} {
			text := page(t, file)
			for _, m := range curlData.FindAllStringSubmatchIndex(text, -1) {
				commands++
				body := strings.Trim(text[m[0]+len("-d "):m[1]], `'"`)
				req := Request{Body: []byte(body), ContentType: "application/x-www-form-urlencoded"}
				if strings.HasPrefix(body, "{") || strings.HasPrefix(body, "[") {
					req.ContentType = "application/json"
				}
				line := text[strings.LastIndex(text[:m[0]], "curl"):m[0]]
				if action := curlAction.FindStringSubmatch(line); action != nil {
					req.Path = action[1]
				}
				batch, err := parse(t, source, req)
				if err != nil || len(batch.Rejected) > 0 || len(batch.Signals)+len(batch.Changes)+len(batch.Reports) != 1 {
					t.Errorf("%s: %s\nread as %+v, %v", file, body, batch, err)
				}
				holds(t, batch)
			}
		}
	}
	if commands < 16 {
		t.Errorf("found only %d commands: the pages or the expression changed", commands)
	}
}

func TestTheHeartbeatsOfThePagesAreUnderstood(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"heartbeat", "heartbeat.id"} {
		found := beats.FindAllStringSubmatch(page(t, file), -1)
		if len(found) < 3 {
			t.Errorf("%s: found only %d", file, len(found))
		}
		for _, m := range found {
			u, err := url.Parse(strings.Replace(m[1], "$?", "7", 1))
			if err != nil {
				t.Fatal(err)
			}
			batch, err := parse(t, "heartbeat", Request{Path: u.Path, Query: u.Query()})
			if err != nil || len(batch.Heartbeats) != 1 || batch.Heartbeats[0].Name != "backup" {
				t.Errorf("%s: %s read as %+v, %v", file, m[0], batch, err)
			}
		}
	}
}

// TestAnIndexNamesEveryPage and every link leads to a page.
func TestAnIndexNamesEveryPage(t *testing.T) {
	t.Parallel()
	all, err := filepath.Glob(filepath.Join("..", "..", "..", "docs", "integrations", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range all {
		file := filepath.Base(path)
		index := "README"
		if strings.HasSuffix(file, ".id.md") {
			index = "README.id"
		}
		if !strings.HasPrefix(file, "README") && !strings.Contains(page(t, index), "]("+file+")") {
			t.Errorf("%s.md does not name %s", index, file)
		}
		for _, m := range links.FindAllStringSubmatch(page(t, strings.TrimSuffix(file, ".md")), -1) {
			if _, err := os.Stat(filepath.Join(filepath.Dir(path), m[1])); err != nil {
				t.Errorf("%s links to %s, which is not there", file, m[1])
			}
			if strings.HasSuffix(m[1], ".id.md") != strings.HasSuffix(file, ".id.md") {
				t.Errorf("%s links to %s in the other language", file, m[1])
			}
		}
	}
}

// TestBothLanguagesSayTheSame compares what must not differ between the two
// versions of a page: headings, steps, table rows and code.
func TestBothLanguagesSayTheSame(t *testing.T) {
	t.Parallel()
	for _, name := range slices.Concat(slices.Collect(maps.Values(pages)), []string{"README", "nagios"}) {
		english, indonesian := shape(page(t, name)), shape(page(t, name+".id"))
		if english != indonesian {
			t.Errorf("%s: English has %+v, Indonesian %+v", name, english, indonesian)
		}
	}
}

type pageShape struct{ headings, rows, steps, fences, bullets int }

func shape(text string) (s pageShape) {
	for line := range strings.Lines(text) {
		trimmed := strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(trimmed, "#"):
			s.headings++
		case strings.HasPrefix(trimmed, "|"):
			s.rows++
		case strings.HasPrefix(trimmed, "```"):
			s.fences++
		case strings.HasPrefix(trimmed, "- "):
			s.bullets++
		case regexp.MustCompile(`^\d+\. `).MatchString(trimmed):
			s.steps++
		}
	}
	return s
}
