package intake

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// grafanaAlert is an alert of Grafana's webhook: Alertmanager's, and what a
// person wants to see with it.
type grafanaAlert struct {
	webhookAlert
	SilenceURL   string                     `json:"silenceURL"`
	DashboardURL string                     `json:"dashboardURL"`
	PanelURL     string                     `json:"panelURL"`
	ImageURL     string                     `json:"imageURL"`
	Values       map[string]json.RawMessage `json:"values"` // by the name of the query or expression; null without data
	ValueString  string                     `json:"valueString"`
}

// parseGrafana reads the webhook contact point of Grafana's unified alerting.
// Contract: Grafana documentation, "Configure the webhook notifier".
//
// An alert is its fingerprint. Of a rule whose query has no data or fails,
// Grafana sends an alert of its own named DatasourceNoData or DatasourceError;
// both fire, since nobody knows how the service is.
func parseGrafana(req Request) (Batch, error) {
	msg, err := readWebhook(req.Body, "Grafana's webhook contact point")
	if err != nil {
		return Batch{}, err
	}
	batch := Batch{Truncated: msg.TruncatedAlerts}
	for i, raw := range msg.Alerts {
		var a grafanaAlert
		if err := json.Unmarshal(raw, &a); err != nil {
			batch.reject(i, errNotAnAlert)
			continue
		}
		s, err := a.signal("grafana", msg.Status)
		if err != nil {
			batch.reject(i, err)
			continue
		}
		a.complete(&s, req.Now)
		batch.addSignal(i, s, req.Now)
	}
	return batch, nil
}

// complete adds what only Grafana sends.
func (a grafanaAlert) complete(s *incident.Signal, now time.Time) {
	describe(s, a.Annotations)
	rule := firstOf(a.Labels["rulename"], a.Labels["alertname"])
	switch a.Labels["alertname"] {
	case "DatasourceNoData":
		s.Title = "No data: " + firstOf(a.Annotations["summary"], rule)
	case "DatasourceError":
		s.Title = "Cannot be evaluated: " + firstOf(a.Annotations["summary"], rule)
		s.Description = firstOf(a.Annotations["Error"], s.Description)
	}
	if s.State == incident.Resolved && a.Annotations["grafana_state_reason"] != "" {
		// Not a recovery: the series vanished, or the rule was paused, edited or
		// deleted. It is no longer reported, from now on.
		s.State, s.EndedAt, s.ExpiresAt = incident.Firing, time.Time{}, now
	}
	s.Value = firstOf(values(a.Values), a.ValueString)
	if link(s.URL) == "" {
		s.URL = firstOf(a.PanelURL, a.DashboardURL)
	}
	addLink(s, "panel", a.PanelURL)
	addLink(s, "dashboard", a.DashboardURL)
	addLink(s, "image", a.ImageURL)
	addLink(s, "silence", a.SilenceURL)
}

// values writes measured values as "B=44.2, C=1".
func values(byName map[string]json.RawMessage) string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		if v := spell(byName[name]); v != "" {
			all = append(all, name+"="+v)
		}
	}
	return strings.Join(all, ", ")
}
