package intake

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/sigap-dev/sigap/internal/incident"
)

// spinnakerEvent is an event of Spinnaker's Echo, as its REST endpoint gets it
// with wrap: false.
type spinnakerEvent struct {
	Details struct {
		Type        string `json:"type"`
		Application string `json:"application"`
	} `json:"details"`
	Content struct {
		Execution struct {
			ID             string `json:"id"`
			Name           string `json:"name"`
			Application    string `json:"application"`
			Status         string `json:"status"`
			StartTime      moment `json:"startTime"`
			EndTime        moment `json:"endTime"`
			Authentication struct {
				User string `json:"user"`
			} `json:"authentication"`
			Trigger struct {
				User       string   `json:"user"`
				Tag        string   `json:"tag"`
				Hash       string   `json:"hash"`
				Parameters labelSet `json:"parameters"`
			} `json:"trigger"`
			Stages []struct {
				Type string `json:"type"`
			} `json:"stages"`
		} `json:"execution"`
	} `json:"content"`
}

// spinnakerDeploys are parts of the types of the stages that change what runs.
var spinnakerDeploys = []string{"deploy", "rollback", "rollout", "rolling", "patchmanifest", "scalemanifest", "servergroup"}

// parseSpinnaker reads events of Spinnaker: a pipeline that deploys is a
// change, its begin and end the same one. Other events hold nothing.
// Contract: Spinnaker documentation, "Webhooks and REST events"; echo's
// Event and orca's PipelineExecution.
func parseSpinnaker(req Request) (Batch, error) {
	var e spinnakerEvent
	if err := json.Unmarshal(req.Body, &e); err != nil {
		return Batch{}, unreadable("expected the JSON of a Spinnaker event: %v", err)
	}
	if e.Details.Type == "" {
		return Batch{}, unreadable("expected a Spinnaker event with details.type: set wrap to false for this endpoint of Echo")
	}
	x := e.Content.Execution
	c := incident.Change{
		ID: "spinnaker/" + x.ID, Kind: incident.Deploy, Service: firstOf(x.Application, e.Details.Application),
		Environment: field(x.Trigger.Parameters, environmentLabels[:]), Summary: firstOf(x.Name, x.ID) + " of " + firstOf(x.Application, e.Details.Application),
		Author: firstOf(x.Authentication.User, x.Trigger.User), StartedAt: x.StartTime.Time,
		To: firstOf(x.Trigger.Parameters["version"], x.Trigger.Parameters["tag"], x.Trigger.Tag, short(x.Trigger.Hash)),
	}
	var batch Batch
	switch e.Details.Type {
	case "orca:pipeline:starting":
	case "orca:pipeline:complete":
		c.EndedAt = x.EndTime.Time
	case "orca:pipeline:failed":
		c.EndedAt, c.Summary = x.EndTime.Time, c.Summary+" (failed)"
	default:
		return batch, nil
	}
	for _, stage := range x.Stages {
		kind := strings.ToLower(stage.Type)
		if x.ID != "" && slices.ContainsFunc(spinnakerDeploys, func(part string) bool { return strings.Contains(kind, part) }) {
			batch.addChange(0, c, req.Now)
			break
		}
	}
	return batch, nil
}
