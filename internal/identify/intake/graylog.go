package intake

import (
	"encoding/json"

	"github.com/sigap-dev/sigap/internal/incident"
)

// graylogEvent is what Graylog's HTTP notification posts.
type graylogEvent struct {
	DefinitionID string `json:"event_definition_id"`
	Title        string `json:"event_definition_title"`
	Description  string `json:"event_definition_description"`
	Event        struct {
		Message   string   `json:"message"`
		Source    string   `json:"source"`
		Key       string   `json:"key"`
		KeyTuple  []string `json:"key_tuple"`
		Priority  int      `json:"priority"` // 1 low, 2 normal, 3 high, 4 critical
		Timestamp moment   `json:"timestamp"`
		Fields    labelSet `json:"fields"`
		ReplayURL string   `json:"replay_url"`
	} `json:"event"`
	Backlog []struct {
		Message string `json:"message"`
	} `json:"backlog"`
}

var graylogSeverity = map[int]string{1: "info", 2: "warning", 3: "high", 4: "critical"}

// parseGraylog reads Graylog's HTTP notification.
// Contract: Graylog documentation, "Notifications: HTTP notification" and
// "Custom HTTP notification", model EventNotificationModelData.
//
// An alert is its event definition and key. Graylog does not say that one is
// over; it is no longer reported after an hour.
func parseGraylog(req Request) (Batch, error) {
	var e graylogEvent
	if err := json.Unmarshal(req.Body, &e); err != nil {
		return Batch{}, unreadable("expected the JSON of Graylog's HTTP notification: %v", err)
	}
	if e.DefinitionID == "" {
		return Batch{}, unreadable("expected Graylog's HTTP notification, which names an event_definition_id")
	}
	s := incident.Signal{
		Source: "graylog", State: incident.Firing, Identity: hashOf("graylog", e.DefinitionID, e.Event.Key),
		Title: firstOf(e.Title, e.Event.Message), Description: firstOf(e.Event.Message, e.Description), Severity: graylogSeverity[e.Event.Priority],
		StartedAt: e.Event.Timestamp.Time, ExpiresAt: req.Now.Add(unendedLife), URL: e.Event.ReplayURL, Labels: e.Event.Fields,
	}
	if e.Event.Key != "" {
		s.Title += " (" + e.Event.Key + ")"
	}
	if len(e.Backlog) > 0 {
		s.Description += "\n" + e.Backlog[0].Message
	}
	var batch Batch
	batch.addSignal(0, s, req.Now)
	return batch, nil
}
