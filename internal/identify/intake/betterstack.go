package intake

import (
	"encoding/json"

	"github.com/sigap-dev/sigap/internal/incident"
)

// betterStackHook is Better Stack's outgoing webhook of an incident.
type betterStackHook struct {
	Data struct {
		ID         json.RawMessage `json:"id"`
		Attributes struct {
			Name           string `json:"name"`
			URL            string `json:"url"`
			Cause          string `json:"cause"`
			StartedAt      moment `json:"started_at"`
			AcknowledgedAt moment `json:"acknowledged_at"`
			ResolvedAt     moment `json:"resolved_at"`
			OriginURL      string `json:"origin_url"`
		} `json:"attributes"`
	} `json:"data"`
}

// parseBetterStack reads Better Stack's outgoing webhook.
// Contract: Better Stack documentation, "Outgoing webhooks: incidents".
//
// An alert is its incident.
func parseBetterStack(req Request) (Batch, error) {
	var h betterStackHook
	if err := json.Unmarshal(req.Body, &h); err != nil {
		return Batch{}, unreadable("expected the JSON of Better Stack's outgoing webhook: %v", err)
	}
	if spell(h.Data.ID) == "" {
		return Batch{}, unreadable("expected Better Stack's outgoing webhook of an incident, which has data.id")
	}
	a := h.Data.Attributes
	s := incident.Signal{
		Source: "better-stack", State: incident.Firing, Identity: "incident/" + spell(h.Data.ID), Title: firstOf(a.Name, a.URL) + " is down",
		Description: a.Cause, Service: a.Name, URL: firstOf(a.OriginURL, a.URL), StartedAt: a.StartedAt.Time,
		Labels: map[string]string{"monitor": a.Name},
	}
	switch {
	case !a.ResolvedAt.IsZero():
		s.State, s.EndedAt = incident.Resolved, a.ResolvedAt.Time
	case !a.AcknowledgedAt.IsZero():
		s.State = incident.Acknowledged
	}
	var batch Batch
	batch.addSignal(0, s, req.Now)
	return batch, nil
}
