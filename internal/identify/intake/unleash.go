package intake

import (
	"encoding/json"

	"github.com/sigap-dev/sigap/internal/incident"
)

// unleashEvent is what Unleash's webhook integration posts without a template.
type unleashEvent struct {
	ID          json.RawMessage `json:"id"`
	Type        string          `json:"type"`
	CreatedBy   string          `json:"createdBy"`
	CreatedAt   moment          `json:"createdAt"`
	Feature     string          `json:"featureName"`
	Project     string          `json:"project"`
	Environment string          `json:"environment"`
}

// unleashChanges say what was done to a flag, by the event that changes what it
// does.
var unleashChanges = map[string]string{
	"feature-environment-enabled":          "Turned on the flag",
	"feature-environment-disabled":         "Turned off the flag",
	"feature-strategy-add":                 "Changed the rollout of the flag",
	"feature-strategy-update":              "Changed the rollout of the flag",
	"feature-strategy-remove":              "Changed the rollout of the flag",
	"feature-environment-variants-updated": "Changed the variants of the flag",
	"feature-variants-updated":             "Changed the variants of the flag",
	"feature-updated":                      "Changed the flag",
	"feature-archived":                     "Archived the flag",
	"feature-revived":                      "Revived the flag",
}

// parseUnleash reads Unleash's webhook: what changes a flag is a change. Other
// events hold nothing.
// Contract: Unleash documentation, "Integrations: Webhook" and "Event types".
func parseUnleash(req Request) (Batch, error) {
	var e unleashEvent
	if err := json.Unmarshal(req.Body, &e); err != nil {
		return Batch{}, unreadable("expected the JSON of Unleash's webhook without a body template: %v", err)
	}
	if e.Type == "" {
		return Batch{}, unreadable("expected Unleash's webhook without a body template, which has a type")
	}
	var batch Batch
	done := unleashChanges[e.Type]
	if done == "" {
		return batch, nil
	}
	c := incident.Change{
		Kind: incident.FeatureFlag, Summary: done + " " + e.Feature, Environment: e.Environment, Author: e.CreatedBy,
		StartedAt: e.CreatedAt.Time, EndedAt: e.CreatedAt.Time,
	}
	if id := spell(e.ID); id != "" {
		c.ID = "unleash/" + id
	}
	if e.Project != "default" {
		c.Service = e.Project
	}
	batch.addChange(0, c, req.Now)
	return batch, nil
}
