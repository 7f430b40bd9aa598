package intake

import (
	"encoding/json"

	"github.com/sigap-dev/sigap/internal/incident"
)

// intercomHook is a notification of Intercom about a conversation; the first
// message stands in source, or, before version 2.0 of its API, in
// conversation_message.
type intercomHook struct {
	Topic string `json:"topic"`
	Data  struct {
		Item struct {
			ID        json.RawMessage `json:"id"`
			CreatedAt moment          `json:"created_at"`
			Source    intercomMessage `json:"source"`
			Message   intercomMessage `json:"conversation_message"`
			User      intercomPerson  `json:"user"`
		} `json:"item"`
	} `json:"data"`
}

type intercomMessage struct {
	Subject string         `json:"subject"`
	Body    string         `json:"body"` // HTML
	Author  intercomPerson `json:"author"`
}

type intercomPerson struct {
	Name  string `json:"name"`
	Email string `json:"email"`
}

// parseIntercom reads the notification of a conversation that a user began as
// the user's report. Other topics, such as the ping when the address is saved,
// hold nothing.
// Contract: Intercom documentation, "Webhooks: Topics" and "Notifications".
//
// A report is its conversation.
func parseIntercom(req Request) (Batch, error) {
	var h intercomHook
	if err := json.Unmarshal(req.Body, &h); err != nil {
		return Batch{}, unreadable("expected the JSON of Intercom's webhook: %v", err)
	}
	if h.Topic == "" {
		return Batch{}, unreadable("expected Intercom's webhook, which has a topic")
	}
	var batch Batch
	item := h.Data.Item
	id := spell(item.ID)
	if h.Topic != "conversation.user.created" || id == "" {
		return batch, nil
	}
	said := item.Source
	if said.Body == "" && said.Subject == "" {
		said = item.Message
	}
	batch.addReport(0, incident.Report{
		ID: "intercom/" + id, Words: plainOf(said.Subject) + "\n" + plainOf(said.Body), Channel: "intercom", Noticed: item.CreatedAt.Time,
		Reporter: firstOf(said.Author.Name, said.Author.Email, item.User.Name, item.User.Email, "#"+id),
	}, req.Now)
	return batch, nil
}
