package intake

import (
	"encoding/json"

	"github.com/sigap-dev/sigap/internal/incident"
)

// dynatraceProblem is a problem notification with the template of
// docs/integrations/dynatrace.md, whose members have the names of Dynatrace's
// placeholders.
type dynatraceProblem struct {
	State    string          `json:"State"` // OPEN, RESOLVED
	ID       string          `json:"ProblemID"`
	PID      string          `json:"PID"`
	Title    string          `json:"ProblemTitle"`
	Details  json.RawMessage `json:"ProblemDetails"` // a text; others put an object there
	Severity string          `json:"ProblemSeverity"`
	Impact   string          `json:"ProblemImpact"`
	URL      string          `json:"ProblemURL"`
	Tags     string          `json:"Tags"`
	Entities []struct {
		Type string `json:"type"`
		Name string `json:"name"`
	} `json:"ImpactedEntities"`
}

// dynatraceSeverity are the levels that are not in the middle.
var dynatraceSeverity = map[string]string{"AVAILABILITY": "critical", "RESOURCE_CONTENTION": "warning"}

// parseDynatrace reads a custom integration of Dynatrace.
// Contract: Dynatrace documentation, "Problem notifications: Webhook
// integration"; the template is docs/integrations/dynatrace.md.
//
// An alert is its problem, by the id that stays the same when it is updated.
func parseDynatrace(req Request) (Batch, error) {
	var p dynatraceProblem
	if err := json.Unmarshal(req.Body, &p); err != nil {
		return Batch{}, unreadable("expected the JSON of Dynatrace's custom integration: %v", err)
	}
	id := firstOf(p.PID, p.ID)
	if id == "" {
		return Batch{}, unreadable("expected Dynatrace's custom integration with a PID or ProblemID in its payload")
	}
	s := incident.Signal{
		Source: "dynatrace", State: stateOf(p.State), Identity: "problem/" + id, Title: firstOf(p.Title, p.ID), URL: p.URL,
		Severity: firstOf(dynatraceSeverity[p.Severity], p.Severity), Labels: map[string]string{},
	}
	if text := spell(p.Details); text != "" && text[0] != '{' {
		s.Description = text
	}
	tags(s.Labels, quote(p.Tags))
	for name, value := range map[string]string{"problem": p.ID, "impact": p.Impact} {
		if value != "" {
			s.Labels[name] = value
		}
	}
	s.Service = firstOf(service(s.Labels), p.service())
	var batch Batch
	batch.addSignal(0, s, req.Now)
	return batch, nil
}

// service is the first service that is impacted, or the only thing that is.
func (p dynatraceProblem) service() string {
	for _, e := range p.Entities {
		if e.Type == "SERVICE" || len(p.Entities) == 1 {
			return e.Name
		}
	}
	return ""
}
