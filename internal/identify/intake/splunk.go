package intake

import (
	"encoding/json"

	"github.com/sigap-dev/sigap/internal/incident"
)

// splunkAlert is what Splunk's alert action "webhook" posts.
type splunkAlert struct {
	SearchID   string          `json:"sid"`
	SearchName string          `json:"search_name"`
	App        string          `json:"app"`
	Owner      string          `json:"owner"`
	Link       string          `json:"results_link"`
	Result     json.RawMessage `json:"result"` // the first row
}

// parseSplunk reads Splunk's webhook.
// Contract: Splunk documentation, "Use a webhook alert action".
//
// An alert is its saved search and the first row's host. Splunk does not say
// that one is over; it is no longer reported after an hour.
func parseSplunk(req Request) (Batch, error) {
	var a splunkAlert
	if err := json.Unmarshal(req.Body, &a); err != nil {
		return Batch{}, unreadable("expected the JSON of Splunk's webhook: %v", err)
	}
	if a.SearchName == "" && a.SearchID == "" {
		return Batch{}, unreadable("expected Splunk's webhook, which has a search_name")
	}
	labels := map[string]string{}
	flatten(labels, "result", a.Result)
	s := incident.Signal{
		Source: "splunk", State: incident.Firing, Identity: hashOf("splunk", firstOf(a.SearchName, a.SearchID), labels["host"]),
		Title: firstOf(a.SearchName, a.SearchID), Description: firstOf(labels["_raw"], labels["message"]),
		Value: firstOf(labels["count"], labels["value"]), URL: a.Link, StartedAt: parseTime(labels["_time"]),
		ExpiresAt: req.Now.Add(unendedLife), Labels: labels,
	}
	delete(labels, "_raw")
	var batch Batch
	batch.addSignal(0, s, req.Now)
	return batch, nil
}
