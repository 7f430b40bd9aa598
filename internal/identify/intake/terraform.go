package intake

import (
	"encoding/json"

	"github.com/sigap-dev/sigap/internal/incident"
)

// terraformRun is a run notification of HCP Terraform and Terraform Enterprise.
type terraformRun struct {
	RunURL       string `json:"run_url"`
	RunID        string `json:"run_id"`
	Message      string `json:"run_message"`
	CreatedAt    moment `json:"run_created_at"`
	CreatedBy    string `json:"run_created_by"`
	Workspace    string `json:"workspace_name"`
	Organization string `json:"organization_name"`
	Notes        []struct {
		Message   string `json:"message"`
		Trigger   string `json:"trigger"`
		Status    string `json:"run_status"`
		UpdatedAt moment `json:"run_updated_at"`
		UpdatedBy string `json:"run_updated_by"`
	} `json:"notifications"`
}

// parseTerraform reads Terraform's run notifications: a run that applies is a
// change to the infrastructure, its several notifications the same one. What
// only plans, and the verification of the address, hold nothing.
// Contract: HCP Terraform documentation, "Notification payload", version 1.
func parseTerraform(req Request) (Batch, error) {
	var run terraformRun
	if err := json.Unmarshal(req.Body, &run); err != nil {
		return Batch{}, unreadable("expected the JSON of a Terraform run notification: %v", err)
	}
	var batch Batch
	for i, note := range run.Notes {
		c := incident.Change{
			ID:        "terraform/" + run.RunID,
			Kind:      incident.Infrastructure,
			Service:   run.Workspace,
			Summary:   "Terraform " + run.Workspace + ": " + firstOf(run.Message, note.Message),
			Author:    firstOf(note.UpdatedBy, run.CreatedBy),
			URL:       run.RunURL,
			StartedAt: run.CreatedAt.Time,
		}
		switch note.Status {
		case "applying":
		case "applied":
			c.EndedAt = note.UpdatedAt.Time
		case "errored":
			c.EndedAt, c.Summary = note.UpdatedAt.Time, c.Summary+" (failed)"
		default:
			continue
		}
		batch.addChange(i, c, req.Now)
	}
	return batch, nil
}
