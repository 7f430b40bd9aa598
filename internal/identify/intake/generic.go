package intake

import (
	"errors"
	"strings"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// parseGeneric reads whatever has a title: a JSON object, a list of them (bare,
// or under alerts, events, signals or incidents), a form, or plain text, whose
// first line is the title.
// Contract: docs/integrations/generic.md.
//
// An alert is its identity, under any of the names it commonly has; without
// one it is the hash of source, service and title.
func parseGeneric(req Request) (Batch, error) {
	if req.Mapping != nil {
		return req.Mapping.read(req)
	}
	all, err := entries(req, "alerts", "events", "signals", "incidents")
	if err != nil {
		return Batch{}, err
	}
	var batch Batch
	for i, f := range all {
		switch {
		case i >= maxEntries:
			batch.reject(i, errTooMany)
		case f == nil:
			batch.reject(i, errors.New("not an object: an entry needs at least a title"))
		default:
			batch.addSignal(i, genericSignal(f, req.Now), req.Now)
		}
	}
	return batch, nil
}

// genericSignal reads one entry. The order in which fields are taken matters:
// a message is the title if there is no better one, and else the description.
func genericSignal(f *fields, now time.Time) incident.Signal {
	s := incident.Signal{
		Source:      "generic",
		Title:       f.take("title", "summary", "subject", "alertname", "alert", "name", "message", "msg", "text"),
		Service:     f.take("service", "servicename", "app", "application", "component", "system"),
		Severity:    f.take("severity", "priority", "level", "urgency", "sev"),
		Identity:    f.take("identity", "dedupkey", "deduplicationkey", "dedup", "fingerprint", "alias", "alertuid", "alertid", "incidentid", "id", "key"),
		Environment: f.take("environment", "env", "stage"),
		Team:        f.take("team", "owner", "squad"),
		URL:         f.take("url", "link", "href", "permalink", "sourceurl", "issueurl", "generatorurl", "linktoupstreamdetails"),
		Value:       f.take("value", "currentvalue", "metricvalue"),
		StartedAt:   parseTime(f.take("startedat", "startsat", "timestamp", "time", "date", "createdat", "firedat")),
		EndedAt:     parseTime(f.take("endedat", "endsat", "resolvedat", "closedat")),
		Labels:      map[string]string{},
	}
	s.State = genericState(f, s.EndedAt, now)
	s.Description = f.take("description", "details", "body", "message", "msg", "text")
	f.takeTags(s.Labels, "labels", "tags", "attributes", "fields")
	f.rest(s.Labels)
	if s.Identity == "" && s.Title != "" {
		s.Identity = hashOf("generic", firstOf(s.Service, service(s.Labels)), s.Title)
	}
	if s.Title == "" && s.State != incident.Firing {
		s.Title = s.Identity // an end needs to say only of what
	}
	return s
}

// genericState reads the state from "resolved": true, from a word, or from an
// end that has passed.
func genericState(f *fields, ended, now time.Time) incident.SignalState {
	switch strings.ToLower(f.take("resolved", "isresolved")) {
	case "true", "1", "yes":
		return incident.Resolved
	}
	word := f.take("status", "state", "action", "eventaction", "eventtype")
	if word == "" && !ended.IsZero() && !ended.After(now) {
		return incident.Resolved
	}
	return stateOf(word)
}

// stateOf reads a sender's word for a state. An unknown word fires: a false
// page is cheaper than a missed one.
func stateOf(word string) incident.SignalState {
	switch strings.ToLower(strings.TrimSpace(word)) {
	case "resolved", "resolve", "ok", "closed", "close", "recovered", "recovery", "normal", "up", "green",
		"cleared", "clear", "inactive", "success", "passed", "healthy", "fixed", "done":
		return incident.Resolved
	case "acknowledged", "acknowledge", "ack", "acked", "acknowledgement":
		return incident.Acknowledged
	}
	return incident.Firing
}
