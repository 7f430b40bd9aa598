package intake

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"text/template"

	"github.com/google/go-cmp/cmp"

	"github.com/sigap-dev/sigap/internal/incident"
)

// pageTemplate is a body that a page gives for a sender which lets one write it,
// with what the sender puts into it, in pairs.
type pageTemplate struct {
	page, source string
	has          string // what only this template of the page holds
	filled       []string
	want         incident.Signal
}

var templates = map[string]pageTemplate{
	"Kibana": {page: "log-alerts", source: "generic", has: "{{rule.name}}",
		filled: []string{"{{rule.name}}", "Checkout errors", "{{context.reason}}", `41 \"errors\" in 5 minutes`, "{{rule.id}}", "5d1e", "{{alert.id}}", "pay-1",
			"{{rule.url}}", "https://kibana.example.com/r/5d1e", "{{rule.tags}}", "service:checkout,severity:critical"},
		want: incident.Signal{Title: "Checkout errors", Identity: "5d1e/pay-1", Service: "checkout", Severity: "critical", State: incident.Firing}},
	"Kibana, recovered": {page: "log-alerts", source: "generic", has: "{{rule.name}}",
		filled: []string{"{{rule.name}}", "Checkout errors", "{{context.reason}}", "", "{{rule.id}}", "5d1e", "{{alert.id}}", "pay-1",
			"{{rule.url}}", "", "{{rule.tags}}", "service:checkout", `"firing"`, `"resolved"`},
		want: incident.Signal{Title: "Checkout errors", Identity: "5d1e/pay-1", Service: "checkout", State: incident.Resolved}},
	"OpenObserve": {page: "log-alerts", source: "openobserve", has: "{alert_name}",
		filled: []string{"{alert_name}", "checkout_errors", "{alert_count}", "41", "{stream_name}", "app_logs", "{alert_period}", "5 minutes", "{org_name}", "default", "{alert_url}", "https://o2.example.com"},
		want:   incident.Signal{Title: "checkout_errors", Identity: "default/app_logs/checkout_errors", Service: "app_logs", State: incident.Firing}},
	"Dynatrace": {page: "dynatrace", source: "dynatrace", has: "{PID}",
		filled: []string{"{PID}", "-1_2V2", "{ProblemID}", "P-1", "{State}", "RESOLVED", "{ProblemTitle}", "Failure rate increase", "{ProblemDetailsText}", `a\nb`,
			"{ProblemSeverity}", "AVAILABILITY", "{ProblemImpact}", "SERVICES", "{ProblemURL}", "https://dt.example.com",
			"{ImpactedEntities}", `[{"type":"SERVICE","name":"checkout","entity":"SERVICE-1"}]`, "{Tags}", "critical, env:staging"},
		want: incident.Signal{Title: "Failure rate increase", Identity: "problem/-1_2V2", Service: "checkout", Severity: "critical", State: incident.Resolved}},
	"Checkly": {page: "uptime", source: "checkly", has: "{{CHECK_ID}}",
		filled: []string{"{{CHECK_ID}}", "b684", "{{CHECK_NAME}}", "Payment API", "{{CHECK_TYPE}}", "API", "{{GROUP_NAME}}", "", "{{ALERT_TYPE}}", "ALERT_FAILURE",
			"{{ALERT_TITLE}}", "Payment API has failed", "{{CHECK_ERROR_MESSAGE}}", "timeout", "{{RESULT_LINK}}", "https://app.checklyhq.com/1",
			"{{RUN_LOCATION}}", "Singapore", "{{STARTED_AT}}", "2026-11-24T02:00:00.000Z"},
		want: incident.Signal{Title: "Payment API fails", Identity: "check/b684", Service: "Payment API", State: incident.Firing}},
	"Gatus": {page: "uptime", source: "generic", has: "[ENDPOINT_NAME]",
		filled: []string{"[ENDPOINT_NAME]", "checkout", "[ENDPOINT_GROUP]", "shop", "[ENDPOINT_URL]", "https://shop.example.com", "[ALERT_DESCRIPTION]", "health check failed",
			"[RESULT_ERRORS]", "", "[ALERT_TRIGGERED_OR_RESOLVED]", "TRIGGERED"},
		want: incident.Signal{Title: "checkout is unhealthy", Identity: "shop/checkout", Service: "checkout", State: incident.Firing}},
	"healthchecks.io": {page: "uptime", source: "generic", has: "$NAME_JSON",
		filled: []string{"$NAME_JSON", `"Backup of \"db-2\""`, "$CODE", "c0de", "$SLUG", "backup", "$TAGS", "production", "$STATUS", "up", "$BODY_JSON", `""`},
		want:   incident.Signal{Title: `Backup of "db-2"`, Identity: "c0de", Service: "backup", State: incident.Resolved}},
}

var (
	fences  = regexp.MustCompile("(?s)```[a-z]+\n(.*?)```")
	yamlOne = regexp.MustCompile(`(?m)^\s*body: '(.*)'$`)
	unsaid  = regexp.MustCompile(`\{\{|\$[A-Z]|\[[A-Z_]+\]|"\{\w+\}`)
)

// templateOf finds a template on a page: a fenced body, or the one that a
// fenced configuration holds.
func templateOf(t *testing.T, text, has string) string {
	t.Helper()
	for _, block := range fences.FindAllStringSubmatch(text, -1) {
		body := block[1]
		if one := yamlOne.FindStringSubmatch(body); one != nil {
			body = one[1]
		}
		if strings.Contains(body, has) {
			return body
		}
	}
	t.Fatalf("no template holds %s", has)
	return ""
}

func TestTheTemplatesOfThePagesAreRead(t *testing.T) {
	t.Parallel()
	for name, tpl := range templates {
		for _, language := range []string{"", ".id"} {
			t.Run(name+language, func(t *testing.T) {
				t.Parallel()
				body := strings.NewReplacer(tpl.filled...).Replace(templateOf(t, page(t, tpl.page+language), tpl.has))
				if left := unsaid.FindString(body); left != "" {
					t.Errorf("%q was not filled in: %s", left, body)
				}
				batch, err := parse(t, tpl.source, Request{Body: []byte(body), ContentType: typeJSON})
				if err != nil || len(batch.Signals) != 1 {
					t.Fatalf("%s read as %+v, %v", body, batch, err)
				}
				holds(t, batch)
				s := batch.Signals[0]
				got := incident.Signal{Title: s.Title, Identity: s.Identity, Service: s.Service, Severity: s.Severity, State: s.State}
				if diff := cmp.Diff(tpl.want, got); diff != "" {
					t.Errorf("-want +got:\n%s", diff)
				}
			})
		}
	}
}

// TestArgoCDsTemplatesAreRead runs the templates of the page as Argo CD does.
func TestArgoCDsTemplatesAreRead(t *testing.T) {
	t.Parallel()
	var state map[string]any
	if err := json.Unmarshal([]byte(`{"app": {"metadata": {"name": "checkout"}, "spec": {"destination": {"namespace": "production"}},
		"status": {"health": {"status": "Degraded"}, "operationState": {"startedAt": "2026-11-24T02:00:00Z", "finishedAt": "2026-11-24T02:01:00Z",
		"syncResult": {"revision": "c6d86dc654b12425e706bcf951adfe5a8627a517"}}}}}`), &state); err != nil {
		t.Fatal(err)
	}
	bodies := regexp.MustCompile(`(?m)^ *body: \|\n((?: {11}.*\n)+)`)
	for _, language := range []string{"", ".id"} {
		found := bodies.FindAllStringSubmatch(page(t, "pipelines"+language), -1)
		if len(found) != 2 {
			t.Fatalf("%d templates", len(found))
		}
		sent := make([]Request, len(found))
		for i := range found {
			var b bytes.Buffer
			if err := template.Must(template.New("").Parse(found[i][1])).Execute(&b, state); err != nil {
				t.Fatal(err)
			}
			sent[i] = Request{Body: b.Bytes(), ContentType: typeJSON}
		}
		synced, err := parse(t, "change", sent[0])
		if err != nil || len(synced.Changes) != 1 || synced.Changes[0].Service != "checkout" || synced.Changes[0].ID != "argocd/checkout/2026-11-24T02:00:00Z" {
			t.Errorf("got %+v, %v", synced, err)
		}
		health, err := parse(t, "generic", sent[1])
		if err != nil || len(health.Signals) != 1 || health.Signals[0].Identity != "argocd/checkout" || health.Signals[0].State != incident.Firing || health.Signals[0].Environment != "production" {
			t.Errorf("got %+v, %v", health, err)
		}
	}
}
