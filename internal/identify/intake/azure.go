package intake

import (
	"encoding/json"
	"maps"
	"strings"

	"github.com/sigap-dev/sigap/internal/incident"
)

// azureAlert is an alert in Azure Monitor's common alert schema.
type azureAlert struct {
	Schema string `json:"schemaId"`
	Data   struct {
		Essentials struct {
			AlertID     string   `json:"alertId"`
			Rule        string   `json:"alertRule"`
			Severity    string   `json:"severity"`         // Sev0 to Sev4
			Condition   string   `json:"monitorCondition"` // Fired, Resolved
			Service     string   `json:"monitoringService"`
			Targets     []string `json:"alertTargetIDs"`
			Items       []string `json:"configurationItems"`
			Fired       moment   `json:"firedDateTime"`
			Resolved    moment   `json:"resolvedDateTime"`
			Description string   `json:"description"`
			Link        string   `json:"investigationLink"`
		} `json:"essentials"`
		Custom labelSet `json:"customProperties"`
	} `json:"data"`
}

// parseAzure reads Azure Monitor's webhook with the common alert schema.
// Contract: Azure Monitor documentation, "Common alert schema".
//
// An alert is its alertId, which stays from fired to resolved.
func parseAzure(req Request) (Batch, error) {
	var a azureAlert
	if err := json.Unmarshal(req.Body, &a); err != nil {
		return Batch{}, unreadable("expected the JSON of Azure Monitor's common alert schema: %v", err)
	}
	if a.Schema != "azureMonitorCommonAlertSchema" {
		return Batch{}, unreadable("expected Azure Monitor's common alert schema: " +
			"turn it on for this webhook in the action group")
	}
	e := a.Data.Essentials
	s := incident.Signal{
		Source:      "azure",
		State:       incident.Firing,
		Identity:    e.AlertID,
		Title:       e.Rule,
		Description: e.Description,
		Severity:    e.Severity,
		StartedAt:   e.Fired.Time,
		URL:         e.Link,
		Labels:      map[string]string{},
	}
	maps.Copy(s.Labels, a.Data.Custom)
	for name, value := range map[string]string{
		"monitoring_service": e.Service, "resource": strings.Join(e.Items, ","), "target": strings.Join(e.Targets, ","),
	} {
		if value != "" && s.Labels[name] == "" {
			s.Labels[name] = value
		}
	}
	if s.Service = service(s.Labels); s.Service == "" && len(e.Items) > 0 {
		s.Service = e.Items[0]
	}
	if e.Condition == "Resolved" {
		s.State, s.EndedAt = incident.Resolved, e.Resolved.Time
	}
	var batch Batch
	batch.addSignal(0, s, req.Now)
	return batch, nil
}
