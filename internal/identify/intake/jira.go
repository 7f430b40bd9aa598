package intake

import (
	"encoding/json"

	"github.com/sigap-dev/sigap/internal/incident"
)

// jiraHook is a webhook of Jira, Jira Service Management included.
type jiraHook struct {
	Event     string `json:"webhookEvent"`
	Timestamp moment `json:"timestamp"`
	Issue     *struct {
		Key    string `json:"key"`
		Fields struct {
			Summary     string          `json:"summary"`
			Description json.RawMessage `json:"description"` // text, or a document of Atlassian's
			Created     moment          `json:"created"`
			Reporter    struct {
				Name string `json:"displayName"`
			} `json:"reporter"`
			Components []struct {
				Name string `json:"name"`
			} `json:"components"`
		} `json:"fields"`
	} `json:"issue"`
}

// parseJira reads the webhook of a new issue or request as a user's report.
// Other deliveries hold nothing.
// Contract: Jira Cloud platform documentation, "Webhooks".
//
// A report is its issue, so that an edited one is no second report.
func parseJira(req Request) (Batch, error) {
	var h jiraHook
	if err := json.Unmarshal(req.Body, &h); err != nil {
		return Batch{}, unreadable("expected the JSON of Jira's webhook: %v", err)
	}
	var batch Batch
	if h.Issue == nil || h.Event != "jira:issue_created" {
		return batch, nil
	}
	f := h.Issue.Fields
	r := incident.Report{
		ID: "jira/" + h.Issue.Key, Words: f.Summary, Reporter: firstOf(f.Reporter.Name, h.Issue.Key), Channel: "jira",
		Noticed: firstTime(f.Created.Time, h.Timestamp.Time),
	}
	if text := spell(f.Description); text != "" && text[0] != '{' {
		r.Words += "\n" + text
	}
	if len(f.Components) > 0 {
		r.Service = f.Components[0].Name
	}
	batch.addReport(0, r, req.Now)
	return batch, nil
}
