package intake

import (
	"encoding/json"

	"github.com/sigap-dev/sigap/internal/incident"
)

// googleIncident is Cloud Monitoring's webhook, version 1.2.
type googleIncident struct {
	Incident *struct {
		ID            string   `json:"incident_id"`
		Project       string   `json:"scoping_project_id"`
		URL           string   `json:"url"`
		State         string   `json:"state"` // open, closed
		Severity      string   `json:"severity"`
		Started       moment   `json:"started_at"`
		Ended         moment   `json:"ended_at"`
		Summary       string   `json:"summary"`
		Policy        string   `json:"policy_name"`
		Condition     string   `json:"condition_name"`
		Observed      string   `json:"observed_value"`
		ResourceName  string   `json:"resource_display_name"`
		UserLabels    labelSet `json:"policy_user_labels"`
		Documentation struct {
			Content string `json:"content"`
			Subject string `json:"subject"`
		} `json:"documentation"`
		Resource struct {
			Type   string   `json:"type"`
			Labels labelSet `json:"labels"`
		} `json:"resource"`
		Metric struct {
			Type   string   `json:"type"`
			Labels labelSet `json:"labels"`
		} `json:"metric"`
	} `json:"incident"`
}

// parseGoogleCloud reads Google Cloud Monitoring's webhook.
// Contract: Google Cloud documentation, "Manage notification channels:
// Webhooks", schema 1.2.
//
// An alert is its incident_id, which stays from open to closed.
func parseGoogleCloud(req Request) (Batch, error) {
	var hook googleIncident
	if err := json.Unmarshal(req.Body, &hook); err != nil {
		return Batch{}, unreadable("expected the JSON of Google Cloud Monitoring's webhook: %v", err)
	}
	if hook.Incident == nil {
		return Batch{}, unreadable("expected the JSON of Google Cloud Monitoring's webhook, which has a member named incident")
	}
	i := hook.Incident
	s := incident.Signal{
		Source:      "google-cloud",
		State:       incident.Firing,
		Identity:    i.ID,
		Title:       firstOf(i.Documentation.Subject, i.Policy, i.Condition, i.Summary),
		Description: firstOf(i.Summary, i.Documentation.Content),
		Severity:    i.Severity,
		Value:       i.Observed,
		StartedAt:   i.Started.Time,
		URL:         i.URL,
		Labels:      map[string]string{},
	}
	for _, labels := range []map[string]string{
		i.UserLabels, i.Metric.Labels, i.Resource.Labels,
		{"project": i.Project, "resource_type": i.Resource.Type, "metric": i.Metric.Type, "condition": i.Condition, "resource": i.ResourceName},
	} {
		for name, value := range labels {
			if value != "" && s.Labels[name] == "" {
				s.Labels[name] = value
			}
		}
	}
	if i.State == "closed" {
		s.State, s.EndedAt = incident.Resolved, i.Ended.Time
	}
	var batch Batch
	batch.addSignal(0, s, req.Now)
	return batch, nil
}
