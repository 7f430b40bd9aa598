package intake

import (
	"strings"

	"github.com/sigap-dev/sigap/internal/incident"
)

// parseNewRelic reads the webhook of a workflow with the template that New
// Relic proposes, and the older one of a policy's channel.
// Contract: New Relic documentation, "Notification integrations: Webhook" and
// "Customize your webhook payload".
//
// An alert is its issue. One entity that is impacted is the service.
func parseNewRelic(req Request) (Batch, error) {
	f, err := onlyEntry(req, "New Relic's webhook, which has an issue's id and state", "state", "currentstate")
	if err != nil {
		return Batch{}, err
	}
	s := incident.Signal{
		Source: "new-relic", State: newRelicState(f.take("state", "currentstate"), f.take("trigger", "triggerevent")),
		Title: f.take("title", "conditionname"), Description: f.take("description", "details"), Severity: f.take("priority", "severity"),
		URL: f.take("issueurl", "incidenturl"), StartedAt: parseTime(f.take("createdat")), Labels: map[string]string{},
	}
	if id := f.take("id", "issueid", "incidentid"); id != "" {
		s.Identity = "issue/" + id
	}
	if last := parseTime(f.take("updatedat", "timestamp")); s.State == incident.Resolved {
		s.EndedAt = last
	}
	f.take("owner")      // a person, not the team that the label would be read as
	f.takeRaw("targets") // objects
	f.rest(s.Labels)
	if entity := s.Labels["impactedEntities"]; !strings.Contains(entity, ",") {
		s.Service = firstOf(service(s.Labels), entity)
	}
	var batch Batch
	batch.addSignal(0, s, req.Now)
	return batch, nil
}

func newRelicState(state, trigger string) incident.SignalState {
	if trigger = strings.ToUpper(trigger); strings.HasSuffix(trigger, "ACKNOWLEDGED") && !strings.HasSuffix(trigger, "UNACKNOWLEDGED") && stateOf(state) == incident.Firing {
		return incident.Acknowledged
	}
	return stateOf(state)
}
