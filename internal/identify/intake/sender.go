package intake

import (
	"maps"
	"net/http"
	"slices"
)

// Sender is all that intake knows of one kind of sender.
type Sender struct {
	Parse    Parser
	Accepted func(Batch) Answer  // after the batch was stored; tells of rejected entries as the sender expects it
	Refused  func(*Error) Answer // for a body that was not taken: unreadable, over a limit, or Sigap is unavailable

	// Signed says whether the sender signed the request with the secret that
	// the key has, or sent it along. A row that leaves it out has the latter.
	Signed func(req Request, secret string) bool
}

// senders is the table of all senders, by the names that
// [incident.Signal.Source] and the integration keys have.
var senders = map[string]Sender{
	"alertmanager":     {Parse: parseAlertmanager, Accepted: acceptedPlain, Refused: refusedPlain},
	"prometheus":       {Parse: parsePrometheus, Accepted: acceptedPrometheus, Refused: refusedPrometheus},
	"grafana":          {Parse: parseGrafana, Accepted: acceptedPlain, Refused: refusedPlain, Signed: anyOf(CarriesSecret, signedWithTime("X-Grafana-Alerting-Signature", "X-Grafana-Alerting-Timestamp", ":"))},
	"pagerduty":        {Parse: parsePagerDuty, Accepted: acceptedPagerDuty, Refused: refusedPagerDuty},
	"pagerduty-change": {Parse: parsePagerDutyChange, Accepted: acceptedPagerDutyChange, Refused: refusedPagerDuty},
	"opsgenie":         {Parse: parseOpsgenie, Accepted: acceptedOpsgenie, Refused: refusedOpsgenie},
	"sentry":           {Parse: parseSentry, Accepted: acceptedPlain, Refused: refusedPlain, Signed: signedBySHA256("Sentry-Hook-Signature")},
	"datadog":          {Parse: parseDatadog, Accepted: acceptedPlain, Refused: refusedPlain},
	"aws":              {Parse: parseAWS, Accepted: acceptedPlain, Refused: refusedPlain},
	"azure":            {Parse: parseAzure, Accepted: acceptedPlain, Refused: refusedPlain},
	"google-cloud":     {Parse: parseGoogleCloud, Accepted: acceptedPlain, Refused: refusedPlain},
	"zabbix":           {Parse: parseZabbix, Accepted: acceptedPlain, Refused: refusedPlain},
	"uptime-kuma":      {Parse: parseUptimeKuma, Accepted: acceptedPlain, Refused: refusedPlain},
	"github":           {Parse: parseGitHub, Accepted: acceptedPlain, Refused: refusedPlain, Signed: signedBySHA256("X-Hub-Signature-256")},
	"gitlab":           {Parse: parseGitLab, Accepted: acceptedPlain, Refused: refusedPlain, Signed: carriesToken("X-Gitlab-Token")},
	"terraform":        {Parse: parseTerraform, Accepted: acceptedPlain, Refused: refusedPlain, Signed: signedBySHA512("X-TFE-Notification-Signature")},
	"bitbucket":        {Parse: parseBitbucket, Accepted: acceptedPlain, Refused: refusedPlain, Signed: signedBySHA256("X-Hub-Signature")},
	"flux":             {Parse: parseFlux, Accepted: acceptedPlain, Refused: refusedPlain, Signed: anyOf(CarriesSecret, signedBySHA256("X-Signature"))},
	"kubernetes":       {Parse: parseKubernetes, Accepted: acceptedPlain, Refused: refusedPlain},
	"graylog":          {Parse: parseGraylog, Accepted: acceptedPlain, Refused: refusedPlain},
	"splunk":           {Parse: parseSplunk, Accepted: acceptedPlain, Refused: refusedPlain},
	"pingdom":          {Parse: parsePingdom, Accepted: acceptedPlain, Refused: refusedPlain},
	"better-stack":     {Parse: parseBetterStack, Accepted: acceptedPlain, Refused: refusedPlain},
	"new-relic":        {Parse: parseNewRelic, Accepted: acceptedPlain, Refused: refusedPlain},
	"dynatrace":        {Parse: parseDynatrace, Accepted: acceptedPlain, Refused: refusedPlain},
	"openobserve":      {Parse: parseOpenObserve, Accepted: acceptedPlain, Refused: refusedPlain},
	"uptimerobot":      {Parse: parseUptimeRobot, Accepted: acceptedPlain, Refused: refusedPlain},
	"statuscake":       {Parse: parseStatusCake, Accepted: acceptedPlain, Refused: refusedPlain},
	"checkly":          {Parse: parseCheckly, Accepted: acceptedPlain, Refused: refusedPlain, Signed: anyOf(CarriesSecret, signedBySHA256("X-Checkly-Signature"))},
	"jenkins":          {Parse: parseJenkins, Accepted: acceptedPlain, Refused: refusedPlain},
	"spinnaker":        {Parse: parseSpinnaker, Accepted: acceptedPlain, Refused: refusedPlain},
	"octopus":          {Parse: parseOctopus, Accepted: acceptedPlain, Refused: refusedPlain},
	"launchdarkly":     {Parse: parseLaunchDarkly, Accepted: acceptedPlain, Refused: refusedPlain, Signed: signedBySHA256("X-LD-Signature")},
	"unleash":          {Parse: parseUnleash, Accepted: acceptedPlain, Refused: refusedPlain},
	"zendesk":          {Parse: parseZendesk, Accepted: acceptedPlain, Refused: refusedPlain, Signed: anyOf(CarriesSecret, signedWithTime("X-Zendesk-Webhook-Signature", "X-Zendesk-Webhook-Signature-Timestamp", ""))},
	"freshdesk":        {Parse: parseFreshdesk, Accepted: acceptedPlain, Refused: refusedPlain},
	"intercom":         {Parse: parseIntercom, Accepted: acceptedPlain, Refused: refusedPlain, Signed: signedBySHA1("X-Hub-Signature")},
	"jira":             {Parse: parseJira, Accepted: acceptedPlain, Refused: refusedPlain, Signed: anyOf(CarriesSecret, signedBySHA256("X-Hub-Signature"))},
	"generic":          {Parse: parseGeneric, Accepted: acceptedOwn, Refused: refusedPlain},
	"change":           {Parse: parseChange, Accepted: acceptedOwn, Refused: refusedPlain},
	"report":           {Parse: parseReport, Accepted: acceptedOwn, Refused: refusedPlain},
	"heartbeat":        {Parse: parseHeartbeat, Accepted: acceptedPlain, Refused: refusedPlain},
}

// SenderFor returns the sender whose wire format a source speaks.
func SenderFor(source string) (Sender, bool) {
	s, ok := senders[source]
	if s.Signed == nil {
		s.Signed = CarriesSecret
	}
	return s, ok
}

// Sources lists the sources there are, in order: the kinds that an integration
// key can have.
func Sources() []string { return slices.Sorted(maps.Keys(senders)) }

// ParserFor returns the parser of a source's wire format.
func ParserFor(source string) (Parser, bool) {
	s, ok := SenderFor(source)
	return s.Parse, ok
}

// Problem is an RFC 9457 problem document, with the entries that were not
// taken as its extension member.
type Problem struct {
	Title    string     `json:"title"`
	Status   int        `json:"status"`
	Detail   string     `json:"detail,omitempty"`
	Rejected []Rejected `json:"rejected,omitempty"`
}

// Receipt is Sigap's own answer to what it accepted, for senders that expect
// nothing in particular.
type Receipt struct {
	Accepted   int        `json:"accepted"`
	Identities []string   `json:"identities,omitempty"` // to resolve, amend or look up what was sent
	Rejected   []Rejected `json:"rejected,omitempty"`
	Truncated  int        `json:"truncated,omitempty"` // alerts that the sender said it left out: they did not arrive
}

// acceptedPlain answers senders that only look at the status. A body of which
// nothing was valid is a 400, since no retry would mend it.
func acceptedPlain(b Batch) Answer {
	return accepted(http.StatusOK, b)
}

// acceptedOwn answers senders that speak Sigap's own formats.
func acceptedOwn(b Batch) Answer {
	return accepted(http.StatusAccepted, b)
}

func accepted(status int, b Batch) Answer {
	r := Receipt{Rejected: b.Rejected, Truncated: b.Truncated}
	for _, s := range b.Signals {
		r.Identities = append(r.Identities, s.Identity)
	}
	for _, c := range b.Changes {
		r.Identities = append(r.Identities, c.ID)
	}
	for _, p := range b.Reports {
		r.Identities = append(r.Identities, p.ID)
	}
	r.Accepted = len(r.Identities) + len(b.Heartbeats)
	if r.Accepted == 0 && len(b.Rejected) > 0 {
		return Answer{Status: http.StatusBadRequest, ContentType: typeProblem, Body: Problem{
			Title:    "No entry was valid",
			Status:   http.StatusBadRequest,
			Detail:   b.Rejected[0].Reason,
			Rejected: b.Rejected,
		}}
	}
	return Answer{Status: status, ContentType: typeJSON, Body: r}
}

// refusedPlain answers with a problem document.
func refusedPlain(e *Error) Answer {
	return Answer{Status: e.Status, ContentType: typeProblem, Body: Problem{Title: e.Title, Status: e.Status, Detail: e.Detail}}
}
