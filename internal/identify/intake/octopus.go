package intake

import (
	"encoding/json"
	"strings"
	"unicode/utf16"

	"github.com/sigap-dev/sigap/internal/incident"
)

// octopusHook is what a subscription of Octopus Deploy posts.
type octopusHook struct {
	EventType string `json:"EventType"`
	Payload   struct {
		ServerURI string `json:"ServerUri"`
		Event     struct {
			ID         string `json:"Id"`
			Category   string `json:"Category"` // DeploymentStarted, DeploymentSucceeded, DeploymentFailed and others
			Username   string `json:"Username"`
			Occurred   moment `json:"Occurred"`
			Message    string `json:"Message"`
			References []struct {
				DocumentID string `json:"ReferencedDocumentId"` // Projects-12
				Start      int    `json:"StartIndex"`           // in the message, by UTF-16 units
				Length     int    `json:"Length"`
			} `json:"MessageReferences"`
		} `json:"Event"`
	} `json:"Payload"`
}

// parseOctopus reads a subscription of Octopus Deploy: a deployment, or the run
// of a runbook, is a change, its begin and end the same one. Other events hold
// nothing.
// Contract: Octopus documentation, "Subscriptions: Webhook notifications".
func parseOctopus(req Request) (Batch, error) {
	var h octopusHook
	if err := json.Unmarshal(req.Body, &h); err != nil {
		return Batch{}, unreadable("expected the JSON of an Octopus subscription: %v", err)
	}
	if h.EventType != "SubscriptionPayload" {
		return Batch{}, unreadable("expected an Octopus subscription, whose EventType is SubscriptionPayload")
	}
	e := h.Payload.Event
	names, ids := h.references()
	c := incident.Change{
		ID: "octopus/" + firstOf(ids["Deployments"], ids["RunbookRuns"], e.ID), Kind: incident.Deploy, Service: names["Projects"],
		Environment: names["Environments"], Summary: e.Message, To: names["Releases"], Author: e.Username, StartedAt: e.Occurred.Time,
	}
	if c.Author == "system" {
		c.Author = ""
	}
	if id := ids["Deployments"]; id != "" && h.Payload.ServerURI != "" {
		c.URL = strings.TrimSuffix(h.Payload.ServerURI, "/") + "/app#/deployments/" + id
	}
	var batch Batch
	switch e.Category {
	case "DeploymentStarted", "RunbookRunStarted":
	case "DeploymentSucceeded", "DeploymentFailed", "RunbookRunSucceeded", "RunbookRunFailed":
		c.EndedAt = e.Occurred.Time
	default:
		return batch, nil
	}
	batch.addChange(0, c, req.Now)
	return batch, nil
}

// references gives what the message calls each kind of document that it links
// to, and the documents' ids.
func (h octopusHook) references() (names, ids map[string]string) {
	names, ids = map[string]string{}, map[string]string{}
	message := utf16.Encode([]rune(h.Payload.Event.Message))
	for _, r := range h.Payload.Event.References {
		kind, _, _ := strings.Cut(r.DocumentID, "-")
		if ids[kind] == "" && r.Start >= 0 && r.Length > 0 && r.Length <= len(message) && r.Start <= len(message)-r.Length {
			names[kind], ids[kind] = string(utf16.Decode(message[r.Start:r.Start+r.Length])), r.DocumentID
		}
	}
	return names, ids
}
