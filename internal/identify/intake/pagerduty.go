package intake

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/sigap-dev/sigap/internal/incident"
)

// pagerDutyEvent is the body of PagerDuty's POST /v2/enqueue and, without an
// action, of POST /v2/change/enqueue.
type pagerDutyEvent struct {
	RoutingKey string           `json:"routing_key"`
	Action     string           `json:"event_action"`
	DedupKey   string           `json:"dedup_key"`
	Payload    pagerDutyPayload `json:"payload"`
	Links      []pagerDutyLink  `json:"links"`
	Images     []pagerDutyImage `json:"images"`
	Client     string           `json:"client"`
	ClientURL  string           `json:"client_url"`
}

// pagerDutyPayload is an event in PagerDuty's common event format.
type pagerDutyPayload struct {
	Summary   string          `json:"summary"`
	Source    string          `json:"source"`
	Severity  string          `json:"severity"`
	Timestamp moment          `json:"timestamp"`
	Component string          `json:"component"`
	Group     string          `json:"group"`
	Class     string          `json:"class"`
	Details   json.RawMessage `json:"custom_details"`
}

type pagerDutyLink struct {
	Href string `json:"href"`
	Text string `json:"text"`
}

type pagerDutyImage struct {
	Src  string `json:"src"`
	Href string `json:"href"`
	Alt  string `json:"alt"`
}

// PagerDutyRoutingKey returns the integration key that PagerDuty's clients
// write into the body instead of the URL, or "".
func PagerDutyRoutingKey(body []byte) string {
	var event struct {
		RoutingKey string `json:"routing_key"`
	}
	if json.Unmarshal(body, &event) != nil {
		return ""
	}
	return event.RoutingKey
}

// parsePagerDuty reads PagerDuty's Events API v2.
// Contract: PagerDuty developer documentation, "Send an alert event".
//
// An alert is its dedup_key. A trigger without one gets a key made of what it
// is about, so that the same trigger sent again, be it a repeat or a retry, is
// the same alert; PagerDuty makes a random one. The answer returns it.
func parsePagerDuty(req Request) (Batch, error) {
	var event pagerDutyEvent
	if err := json.Unmarshal(req.Body, &event); err != nil {
		return Batch{}, unreadable("expected the JSON object of PagerDuty's Events API v2: %v", err)
	}
	var batch Batch
	if faults := event.faults(); len(faults) > 0 {
		for _, fault := range faults {
			batch.reject(0, errors.New(fault))
		}
		return batch, nil
	}
	batch.addSignal(0, event.signal(), req.Now)
	return batch, nil
}

// faults lists what PagerDuty would refuse.
func (e pagerDutyEvent) faults() (faults []string) {
	if utf8.RuneCountInString(e.DedupKey) > maxIdentity {
		faults = append(faults, "'dedup_key' is too long (maximum is 255 characters)")
	}
	switch e.Action {
	case "trigger":
	case "acknowledge", "resolve":
		if strings.TrimSpace(e.DedupKey) == "" {
			faults = append(faults, "'dedup_key' is missing or blank (needed to "+e.Action+" an alert)")
		}
		return faults
	default:
		return append(faults, "'event_action' is invalid (must be one of 'trigger', 'acknowledge' or 'resolve')")
	}
	if strings.TrimSpace(e.Payload.Summary) == "" {
		faults = append(faults, "'payload.summary' is missing or blank")
	}
	if strings.TrimSpace(e.Payload.Source) == "" {
		faults = append(faults, "'payload.source' is missing or blank")
	}
	switch strings.ToLower(e.Payload.Severity) {
	case "critical", "error", "warning", "info":
	default:
		faults = append(faults, "'payload.severity' is invalid (must be one of 'critical', 'error', 'warning' or 'info')")
	}
	return faults
}

// signal reads a faultless event.
func (e pagerDutyEvent) signal() incident.Signal {
	p := e.Payload
	s := incident.Signal{
		Source:   "pagerduty",
		State:    incident.Firing,
		Identity: e.DedupKey,
		Severity: strings.ToLower(p.Severity),
		Title:    firstOf(p.Summary, e.DedupKey),
		URL:      e.ClientURL,
		Labels:   e.labels(),
	}
	switch e.Action {
	case "acknowledge":
		s.State = incident.Acknowledged
	case "resolve":
		s.State, s.EndedAt = incident.Resolved, p.Timestamp.Time
	default:
		s.StartedAt = p.Timestamp.Time
	}
	if strings.TrimSpace(s.Identity) == "" {
		s.Identity = hashOf("pagerduty", p.Source, p.Component, p.Group, p.Class, p.Summary)
	}
	for _, l := range e.Links {
		if link(s.URL) == "" {
			s.URL = l.Href
		}
		addLink(&s, firstOf(l.Text, "link"), l.Href)
	}
	for _, i := range e.Images {
		addLink(&s, firstOf(i.Alt, "image"), firstOf(i.Src, i.Href))
	}
	return s
}

// labels are the event's own fields and its custom details.
func (e pagerDutyEvent) labels() map[string]string {
	labels := map[string]string{}
	for name, value := range map[string]string{
		"source": e.Payload.Source, "component": e.Payload.Component, "group": e.Payload.Group,
		"class": e.Payload.Class, "client": e.Client,
	} {
		if value != "" {
			labels[name] = value
		}
	}
	flatten(labels, "details", e.Payload.Details)
	return labels
}

// parsePagerDutyChange reads PagerDuty's change events.
// Contract: PagerDuty developer documentation, "Send a change event".
func parsePagerDutyChange(req Request) (Batch, error) {
	var event pagerDutyEvent
	if err := json.Unmarshal(req.Body, &event); err != nil {
		return Batch{}, unreadable("expected the JSON object of a PagerDuty change event: %v", err)
	}
	labels := event.labels()
	c := incident.Change{
		Kind:        incident.Deploy,
		Service:     service(labels),
		Environment: field(labels, environmentLabels[:]),
		Summary:     event.Payload.Summary,
		Author:      field(labels, []string{"author", "user", "deployed_by", "committer"}),
		To:          field(labels, []string{"version", "revision", "commit", "sha", "build_number"}),
		StartedAt:   event.Payload.Timestamp.Time,
	}
	for _, l := range event.Links {
		c.URL = firstOf(c.URL, link(l.Href))
	}
	var batch Batch
	batch.addChange(0, c, req.Now)
	return batch, nil
}

// pagerDutyAnswer is the body of PagerDuty's answers. Of a refusal it has a
// problem document's members too, but for status, which PagerDuty's clients
// take for a word.
type pagerDutyAnswer struct {
	Title    string   `json:"title,omitempty"`
	Detail   string   `json:"detail,omitempty"`
	Status   string   `json:"status"`
	Message  string   `json:"message"`
	DedupKey string   `json:"dedup_key,omitempty"`
	Errors   []string `json:"errors,omitempty"`
}

func acceptedPagerDuty(b Batch) Answer {
	if len(b.Signals) == 0 {
		return invalidPagerDuty(b)
	}
	return Answer{Status: http.StatusAccepted, ContentType: typeJSON, Body: pagerDutyAnswer{
		Status: "success", Message: "Event processed", DedupKey: b.Signals[0].Identity,
	}}
}

func acceptedPagerDutyChange(b Batch) Answer {
	if len(b.Changes) == 0 {
		return invalidPagerDuty(b)
	}
	return Answer{Status: http.StatusAccepted, ContentType: typeJSON, Body: pagerDutyAnswer{
		Status: "success", Message: "Change event processed",
	}}
}

func invalidPagerDuty(b Batch) Answer {
	answer := pagerDutyAnswer{Status: "invalid event", Message: "Event object is invalid"}
	for _, r := range b.Rejected {
		answer.Errors = append(answer.Errors, r.Reason)
	}
	answer.Title, answer.Detail = answer.Message, strings.Join(answer.Errors, "; ")
	return Answer{Status: http.StatusBadRequest, ContentType: typeJSON, Body: answer}
}

// refusedPagerDuty keeps the status: PagerDuty's clients retry on 429 and 5xx
// and give up on 400, as they should here.
func refusedPagerDuty(e *Error) Answer {
	status := "invalid event"
	switch {
	case e.Status == http.StatusTooManyRequests:
		status = "throttle exceeded"
	case e.Status >= http.StatusInternalServerError:
		status = "error"
	}
	return Answer{Status: e.Status, ContentType: typeJSON, Body: pagerDutyAnswer{
		Title: e.Title, Detail: e.Detail, Status: status, Message: e.Title, Errors: []string{e.Detail},
	}}
}
