package intake

import (
	"encoding/json"

	"github.com/sigap-dev/sigap/internal/incident"
)

// parseFreshdesk reads the webhook of a Freshdesk automation with the content
// "simple" as a user's report: the fields that one ticked, under
// freshdesk_webhook or bare.
// Contract: Freshdesk documentation, "Using webhooks in automation rules".
//
// A report is its ticket, so that an edited one is no second report.
func parseFreshdesk(req Request) (Batch, error) {
	var h struct {
		Ticket map[string]json.RawMessage `json:"freshdesk_webhook"`
	}
	if err := json.Unmarshal(req.Body, &h); err != nil {
		return Batch{}, unreadable("expected the JSON of a Freshdesk automation: %v", err)
	}
	f := newFields(h.Ticket)
	id := f.take("ticketid", "ticketpublicid")
	if id == "" {
		return Batch{}, unreadable("expected the JSON of a Freshdesk automation with freshdesk_webhook and its ticket_id: tick Ticket ID, Subject, Description and Requester name")
	}
	labels := map[string]string{}
	f.takeTags(labels, "tickettags")
	var batch Batch
	batch.addReport(0, incident.Report{
		ID: "freshdesk/" + id, Words: f.take("ticketsubject") + "\n" + plainOf(f.take("ticketdescriptiontext", "ticketdescription")), Channel: "freshdesk",
		Reporter: firstOf(f.take("ticketrequestername", "ticketcontactname", "ticketrequesteremail", "ticketcontactemail"), "#"+id),
		Service:  firstOf(service(labels), f.take("ticketproduct", "ticketproductname")), Noticed: parseTime(f.take("ticketcreatedat", "ticketcreatedon")),
	}, req.Now)
	return batch, nil
}
