package intake

import (
	"errors"
	"net/http"
	"net/url"
	"os"
	"testing"
)

// fuzzParser seeds one source's parser with its documented payloads and checks
// that whatever comes, it does not panic, keeps what the package guarantees,
// and gives the same batch again.
func fuzzParser(f *testing.F, source string) {
	for _, path := range payloads(f, source) {
		body, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		req := delivery(source, path, body)
		f.Add(req.ContentType, req.Path, req.Header.Get("X-GitHub-Event"), body)
	}
	sender, _ := SenderFor(source)
	f.Fuzz(func(t *testing.T, contentType, path, event string, body []byte) {
		req := Request{ContentType: contentType, Path: path, Header: http.Header{"X-Github-Event": {event}}, Query: url.Values{"failures": {event}}, Body: body, Now: now}
		batch, err := sender.Parse(req)
		if err != nil {
			var problem *Error
			if !errors.As(err, &problem) || problem.Status < 400 || problem.Detail == "" {
				t.Fatalf("not a problem that says what to do: %#v", err)
			}
			return
		}
		holds(t, batch)
		if a := sender.Accepted(batch); a.Status < 200 || a.Status >= 500 {
			t.Errorf("status %d", a.Status)
		}
		again, err := sender.Parse(req)
		if err != nil || len(again.Signals) != len(batch.Signals) {
			t.Fatalf("the same body read differently: %v", err)
		}
		for i := range again.Signals {
			if again.Signals[i].Identity != batch.Signals[i].Identity || again.Signals[i].Title != batch.Signals[i].Title {
				t.Errorf("signal %d differs: %+v and %+v", i, batch.Signals[i], again.Signals[i])
			}
		}
	})
}

func FuzzAlertmanager(f *testing.F)    { fuzzParser(f, "alertmanager") }
func FuzzPrometheus(f *testing.F)      { fuzzParser(f, "prometheus") }
func FuzzGrafana(f *testing.F)         { fuzzParser(f, "grafana") }
func FuzzPagerDuty(f *testing.F)       { fuzzParser(f, "pagerduty") }
func FuzzPagerDutyChange(f *testing.F) { fuzzParser(f, "pagerduty-change") }
func FuzzGeneric(f *testing.F)         { fuzzParser(f, "generic") }
func FuzzChange(f *testing.F)          { fuzzParser(f, "change") }
func FuzzReport(f *testing.F)          { fuzzParser(f, "report") }
func FuzzOpsgenie(f *testing.F)        { fuzzParser(f, "opsgenie") }
func FuzzSentry(f *testing.F)          { fuzzParser(f, "sentry") }
func FuzzDatadog(f *testing.F)         { fuzzParser(f, "datadog") }
func FuzzAWS(f *testing.F)             { fuzzParser(f, "aws") }
func FuzzAzure(f *testing.F)           { fuzzParser(f, "azure") }
func FuzzGoogleCloud(f *testing.F)     { fuzzParser(f, "google-cloud") }
func FuzzTerraform(f *testing.F)       { fuzzParser(f, "terraform") }
func FuzzZabbix(f *testing.F)          { fuzzParser(f, "zabbix") }
func FuzzUptimeKuma(f *testing.F)      { fuzzParser(f, "uptime-kuma") }
func FuzzGitHub(f *testing.F)          { fuzzParser(f, "github") }
func FuzzGitLab(f *testing.F)          { fuzzParser(f, "gitlab") }
func FuzzBitbucket(f *testing.F)       { fuzzParser(f, "bitbucket") }
func FuzzFlux(f *testing.F)            { fuzzParser(f, "flux") }
func FuzzKubernetes(f *testing.F)      { fuzzParser(f, "kubernetes") }
func FuzzGraylog(f *testing.F)         { fuzzParser(f, "graylog") }
func FuzzSplunk(f *testing.F)          { fuzzParser(f, "splunk") }
func FuzzPingdom(f *testing.F)         { fuzzParser(f, "pingdom") }
func FuzzBetterStack(f *testing.F)     { fuzzParser(f, "better-stack") }
func FuzzNewRelic(f *testing.F)        { fuzzParser(f, "new-relic") }
func FuzzDynatrace(f *testing.F)       { fuzzParser(f, "dynatrace") }
func FuzzOpenObserve(f *testing.F)     { fuzzParser(f, "openobserve") }
func FuzzUptimeRobot(f *testing.F)     { fuzzParser(f, "uptimerobot") }
func FuzzStatusCake(f *testing.F)      { fuzzParser(f, "statuscake") }
func FuzzCheckly(f *testing.F)         { fuzzParser(f, "checkly") }
func FuzzJenkins(f *testing.F)         { fuzzParser(f, "jenkins") }
func FuzzSpinnaker(f *testing.F)       { fuzzParser(f, "spinnaker") }
func FuzzOctopus(f *testing.F)         { fuzzParser(f, "octopus") }
func FuzzLaunchDarkly(f *testing.F)    { fuzzParser(f, "launchdarkly") }
func FuzzUnleash(f *testing.F)         { fuzzParser(f, "unleash") }
func FuzzZendesk(f *testing.F)         { fuzzParser(f, "zendesk") }
func FuzzFreshdesk(f *testing.F)       { fuzzParser(f, "freshdesk") }
func FuzzIntercom(f *testing.F)        { fuzzParser(f, "intercom") }
func FuzzJira(f *testing.F)            { fuzzParser(f, "jira") }

func FuzzHeartbeat(f *testing.F) {
	f.Add("backup", "every=24h&grace=1h", []byte("3 files"))
	f.Add("backup/fail", "", []byte("disk full"))
	f.Add("/a/7/", "every=366d", []byte(nil))
	f.Add("", "name=x&status=down&every=1e9d", []byte(nil))
	f.Fuzz(func(t *testing.T, path, query string, body []byte) {
		values, _ := url.ParseQuery(query)
		batch, err := parseHeartbeat(Request{Path: path, Query: values, Body: body, Now: now})
		if err != nil {
			return
		}
		holds(t, batch)
		for _, h := range batch.Heartbeats {
			if bounded(t, "name", h.Name, maxLabelName); h.Name == "" || h.Every < 0 || h.Grace < 0 {
				t.Errorf("unusable heartbeat %+v", h)
			}
		}
	})
}
