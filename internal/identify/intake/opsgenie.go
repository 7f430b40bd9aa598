package intake

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"github.com/google/uuid"

	"github.com/sigap-dev/sigap/internal/incident"
)

// opsgenieAlert is the body of Opsgenie's Alert API v2, of create as well as of
// the actions on an alert.
type opsgenieAlert struct {
	Message     string              `json:"message"`
	Alias       string              `json:"alias"`
	Description string              `json:"description"`
	Responders  []opsgenieResponder `json:"responders"`
	Tags        json.RawMessage     `json:"tags"`
	Details     json.RawMessage     `json:"details"`
	Entity      string              `json:"entity"`
	Source      string              `json:"source"`
	Priority    string              `json:"priority"`
	Note        string              `json:"note"`
}

type opsgenieResponder struct {
	Type string `json:"type"`
	Name string `json:"name"`
}

// parseOpsgenie reads Opsgenie's Alert API v2. Path is what follows
// /v2/alerts: nothing to create an alert, {identifier}/close or
// {identifier}/acknowledge to end or take one.
// Contract: Opsgenie documentation, "Alert API".
//
// An alert is its alias. Create without one gets an alias made of what it is
// about, so that a retry is not a second alert. Notes, tags and the other
// actions are accepted, so that clients go on, and change nothing.
func parseOpsgenie(req Request) (Batch, error) {
	identifier, action, _ := strings.Cut(strings.Trim(req.Path, "/"), "/")
	var a opsgenieAlert
	if len(strings.TrimSpace(string(req.Body))) > 0 || identifier == "" {
		if err := json.Unmarshal(req.Body, &a); err != nil {
			return Batch{}, unreadable("expected the JSON object of Opsgenie's Alert API: %v", err)
		}
	}
	var batch Batch
	if identifier == "" {
		batch.addSignal(0, a.created(), req.Now)
		return batch, nil
	}
	if unescaped, err := url.PathUnescape(identifier); err == nil {
		identifier = unescaped
	}
	s := incident.Signal{Source: "opsgenie", Identity: identifier, Title: identifier, Description: a.Note}
	switch action {
	case "close":
		s.State = incident.Resolved
	case "acknowledge":
		s.State = incident.Acknowledged
	default:
		return batch, nil
	}
	batch.addSignal(0, s, req.Now)
	return batch, nil
}

// created reads a new or repeated alert.
func (a opsgenieAlert) created() incident.Signal {
	s := incident.Signal{
		Source:      "opsgenie",
		State:       incident.Firing,
		Identity:    a.Alias,
		Title:       a.Message,
		Description: a.Description,
		Severity:    firstOf(a.Priority, "P3"), // Opsgenie's default
		Labels:      map[string]string{},
	}
	if s.Identity == "" && a.Message != "" {
		s.Identity = hashOf("opsgenie", a.Source, a.Entity, a.Message)
	}
	for _, r := range a.Responders {
		if s.Team == "" && strings.EqualFold(r.Type, "team") {
			s.Team = r.Name
		}
	}
	flatten(s.Labels, "details", a.Details)
	tags(s.Labels, a.Tags)
	for name, value := range map[string]string{"entity": a.Entity, "source": a.Source} {
		if _, ok := s.Labels[name]; !ok && value != "" {
			s.Labels[name] = value
		}
	}
	s.Service = firstOf(service(s.Labels), a.Entity)
	return s
}

// opsgenieAnswer is the body of Opsgenie's answers, and of a refusal a problem
// document besides.
type opsgenieAnswer struct {
	Title     string  `json:"title,omitempty"`
	Status    int     `json:"status,omitempty"`
	Detail    string  `json:"detail,omitempty"`
	Result    string  `json:"result,omitempty"`
	Message   string  `json:"message,omitempty"`
	Took      float64 `json:"took"`
	RequestID string  `json:"requestId"`
}

// acceptedOpsgenie answers 202 with a request's id, by which clients may ask
// what became of it. The id is made of the alert's alias.
func acceptedOpsgenie(b Batch) Answer {
	if len(b.Rejected) > 0 {
		return refusedOpsgenie(&Error{Status: http.StatusUnprocessableEntity, Title: "The alert was not taken", Detail: b.Rejected[0].Reason})
	}
	alias := ""
	if len(b.Signals) > 0 {
		alias = b.Signals[0].Identity
	}
	return Answer{Status: http.StatusAccepted, ContentType: typeJSON, Body: opsgenieAnswer{
		Result: "Request will be processed", RequestID: requestID(alias),
	}}
}

func refusedOpsgenie(e *Error) Answer {
	return Answer{Status: e.Status, ContentType: typeProblem, Body: opsgenieAnswer{
		Title: e.Title, Status: e.Status, Detail: e.Detail, Message: e.Error(), RequestID: requestID(e.Detail),
	}}
}

func requestID(of string) string { return uuid.NewSHA1(uuid.NameSpaceURL, []byte(of)).String() }
