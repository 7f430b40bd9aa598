package intake

import (
	"encoding/json"

	"github.com/sigap-dev/sigap/internal/incident"
)

// pingdomCheck is Pingdom's webhook of an uptime or transaction check.
type pingdomCheck struct {
	ID         json.RawMessage `json:"check_id"`
	Name       string          `json:"check_name"`
	Type       string          `json:"check_type"`
	State      string          `json:"current_state"` // UP, DOWN; of a transaction SUCCESS, FAILING
	Changed    moment          `json:"state_changed_timestamp"`
	Importance string          `json:"importance_level"`
	Long       string          `json:"long_description"`
	Short      string          `json:"description"`
	Params     struct {
		Host string `json:"hostname"`
		URL  string `json:"full_url"`
	} `json:"check_params"`
	Tags  []string `json:"tags"`
	Probe struct {
		Location string `json:"location"`
	} `json:"first_probe"`
}

// parsePingdom reads Pingdom's webhook.
// Contract: Pingdom documentation, "Webhooks".
//
// An alert is its check.
func parsePingdom(req Request) (Batch, error) {
	var c pingdomCheck
	if err := json.Unmarshal(req.Body, &c); err != nil {
		return Batch{}, unreadable("expected the JSON of Pingdom's webhook: %v", err)
	}
	if spell(c.ID) == "" {
		return Batch{}, unreadable("expected Pingdom's webhook, which has a check_id")
	}
	s := incident.Signal{
		Source: "pingdom", State: stateOf(c.State), Identity: "check/" + spell(c.ID), Title: c.Name + " is down",
		Description: firstOf(c.Long, c.Short), Severity: c.Importance, URL: c.Params.URL, StartedAt: c.Changed.Time, Labels: map[string]string{},
	}
	for _, t := range c.Tags {
		tag(s.Labels, t)
	}
	for name, value := range map[string]string{"check": c.Name, "type": c.Type, "host": c.Params.Host, "probe": c.Probe.Location} {
		if _, ok := s.Labels[name]; !ok && value != "" {
			s.Labels[name] = value
		}
	}
	s.Service = firstOf(service(s.Labels), c.Name)
	if s.State == incident.Resolved {
		s.StartedAt, s.EndedAt = s.EndedAt, c.Changed.Time
	}
	var batch Batch
	batch.addSignal(0, s, req.Now)
	return batch, nil
}
