package intake

import (
	"encoding/json"
	"strings"

	"github.com/sigap-dev/sigap/internal/incident"
)

// sentryHook is a webhook of Sentry's integration platform; which of data's
// members is set depends on the resource that the header names.
type sentryHook struct {
	Action string `json:"action"`
	Data   struct {
		Event         *sentryEvent  `json:"event"`
		Issue         *sentryIssue  `json:"issue"`
		MetricAlert   *sentryMetric `json:"metric_alert"`
		TriggeredRule string        `json:"triggered_rule"`
		Title         string        `json:"description_title"`
		Text          string        `json:"description_text"`
		WebURL        string        `json:"web_url"`
	} `json:"data"`

	// The older WebHooks plugin of a project, which knows only issue alerts.
	ID      string       `json:"id"` // of the issue
	Project string       `json:"project"`
	Message string       `json:"message"`
	URL     string       `json:"url"`
	Level   string       `json:"level"`
	Event   *sentryEvent `json:"event"`
	Rules   []string     `json:"triggering_rules"`
}

type sentryEvent struct {
	Title       string          `json:"title"`
	Culprit     string          `json:"culprit"`
	Level       string          `json:"level"`
	Environment string          `json:"environment"`
	Release     string          `json:"release"`
	Project     json.RawMessage `json:"project"` // a number
	IssueID     string          `json:"issue_id"`
	WebURL      string          `json:"web_url"`
	Datetime    moment          `json:"datetime"`
	Tags        [][]string      `json:"tags"`
}

type sentryIssue struct {
	ID      string `json:"id"`
	Title   string `json:"title"`
	Culprit string `json:"culprit"`
	Level   string `json:"level"`
	Project struct {
		ID   string `json:"id"`
		Slug string `json:"slug"`
	} `json:"project"`
	WebURL    string `json:"web_url"`
	Permalink string `json:"permalink"`
}

type sentryMetric struct {
	ID        json.RawMessage `json:"id"`
	Title     string          `json:"title"`
	Projects  []string        `json:"projects"`
	Started   moment          `json:"date_started"`
	Closed    moment          `json:"date_closed"`
	AlertRule struct {
		ID          json.RawMessage `json:"id"`
		Name        string          `json:"name"`
		Environment string          `json:"environment"`
	} `json:"alert_rule"`
}

// parseSentry reads the webhooks of a Sentry integration: issue alerts, metric
// alerts, and the life of issues.
// Contract: Sentry documentation, "Integration Platform: Webhooks".
//
// An alert is its project and issue, or its metric alert rule. That an issue
// was created or assigned is no alert: rules say which issues are. Deliveries
// about other things, such as the installation, hold nothing.
func parseSentry(req Request) (Batch, error) {
	var hook sentryHook
	if err := json.Unmarshal(req.Body, &hook); err != nil {
		return Batch{}, unreadable("expected the JSON of a Sentry integration's webhook: %v", err)
	}
	var batch Batch
	switch data := hook.Data; {
	case data.MetricAlert != nil:
		batch.addSignal(0, hook.metric(*data.MetricAlert), req.Now)
	case data.Event != nil && hook.Action == "triggered":
		batch.addSignal(0, hook.event(*data.Event), req.Now)
	case hook.Event != nil && hook.ID != "":
		batch.addSignal(0, hook.plugin(*hook.Event), req.Now)
	case data.Issue != nil:
		if s, ok := hook.issue(*data.Issue); ok {
			batch.addSignal(0, s, req.Now)
		}
	}
	return batch, nil
}

// event reads an issue alert.
func (h sentryHook) event(e sentryEvent) incident.Signal {
	s := incident.Signal{
		Source:      "sentry",
		State:       incident.Firing,
		Identity:    sentryIdentity(spell(e.Project), e.IssueID),
		Title:       firstOf(e.Title, h.Data.TriggeredRule),
		Description: e.Culprit,
		Severity:    e.Level,
		Environment: e.Environment,
		StartedAt:   e.Datetime.Time,
		URL:         e.WebURL,
		Labels:      map[string]string{},
	}
	for _, pair := range e.Tags {
		if len(pair) == 2 {
			tag(s.Labels, pair[0]+"="+pair[1])
		}
	}
	for name, value := range map[string]string{"rule": h.Data.TriggeredRule, "release": e.Release} {
		if value != "" {
			s.Labels[name] = value
		}
	}
	return s
}

// plugin reads an issue alert of the WebHooks plugin.
func (h sentryHook) plugin(e sentryEvent) incident.Signal {
	h.Data.TriggeredRule = strings.Join(h.Rules, ", ")
	s := h.event(e)
	s.Identity = sentryIdentity(spell(e.Project), h.ID)
	s.Title = firstOf(e.Title, h.Message, h.Data.TriggeredRule)
	s.Severity = firstOf(e.Level, h.Level)
	s.URL = h.URL
	s.Service = firstOf(service(s.Labels), h.Project)
	return s
}

// metric reads a metric alert.
func (h sentryHook) metric(m sentryMetric) incident.Signal {
	s := incident.Signal{
		Source:      "sentry",
		State:       incident.Firing,
		Identity:    "metric/" + firstOf(spell(m.AlertRule.ID), spell(m.ID)),
		Title:       firstOf(m.Title, m.AlertRule.Name, h.Data.Title),
		Description: h.Data.Text,
		Severity:    h.Action,
		Environment: m.AlertRule.Environment,
		StartedAt:   m.Started.Time,
		URL:         h.Data.WebURL,
	}
	if len(m.Projects) > 0 {
		s.Service = m.Projects[0]
	}
	if h.Action == "resolved" {
		s.State, s.EndedAt, s.Severity = incident.Resolved, m.Closed.Time, ""
	}
	return s
}

// issue reads a step in an issue's life, if it ends or renews an alert.
func (h sentryHook) issue(i sentryIssue) (incident.Signal, bool) {
	s := incident.Signal{
		Source:      "sentry",
		Identity:    sentryIdentity(i.Project.ID, i.ID),
		Title:       i.Title,
		Description: i.Culprit,
		Severity:    i.Level,
		Service:     i.Project.Slug,
		URL:         firstOf(i.WebURL, i.Permalink),
	}
	switch h.Action {
	case "resolved", "archived", "ignored":
		s.State = incident.Resolved
	case "unresolved":
		s.State = incident.Firing
	default:
		return s, false
	}
	return s, true
}

func sentryIdentity(project, issue string) string {
	return strings.Trim(project+"/"+issue, "/")
}
