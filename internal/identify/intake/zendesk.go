package intake

import (
	"encoding/json"

	"github.com/sigap-dev/sigap/internal/incident"
)

// zendeskEvent is what a webhook posts that is subscribed to Zendesk's events.
type zendeskEvent struct {
	Type   string `json:"type"`
	Time   moment `json:"time"`
	Detail struct {
		ID          json.RawMessage `json:"id"`
		Subject     string          `json:"subject"`
		Description string          `json:"description"`
		CreatedAt   moment          `json:"created_at"`
		Tags        json.RawMessage `json:"tags"`
	} `json:"detail"`
}

// parseZendesk reads the event of a new ticket as a user's report. Other events
// hold nothing.
// Contract: Zendesk documentation, "Webhook event types: Ticket events".
//
// A report is its ticket. The event has only the number of who wrote it.
func parseZendesk(req Request) (Batch, error) {
	var e zendeskEvent
	if err := json.Unmarshal(req.Body, &e); err != nil {
		return Batch{}, unreadable("expected the JSON of a Zendesk event: %v", err)
	}
	if e.Type == "" {
		return Batch{}, unreadable("expected a Zendesk event, which has a type: let the webhook subscribe to Zendesk events, not to a trigger")
	}
	var batch Batch
	id := spell(e.Detail.ID)
	if e.Type != "zen:event-type:ticket.created" || id == "" {
		return batch, nil
	}
	labels := map[string]string{}
	tags(labels, e.Detail.Tags)
	batch.addReport(0, incident.Report{
		ID: "zendesk/" + id, Words: e.Detail.Subject + "\n" + e.Detail.Description, Reporter: "#" + id, Channel: "zendesk",
		Service: service(labels), Noticed: firstTime(e.Detail.CreatedAt.Time, e.Time.Time),
	}, req.Now)
	return batch, nil
}
