package intake

import (
	"encoding/json"
	"strings"

	"github.com/sigap-dev/sigap/internal/incident"
)

// fluxEvent is what Flux's notification controller posts to a provider of the
// type generic.
type fluxEvent struct {
	Object struct {
		Kind      string `json:"kind"`
		Namespace string `json:"namespace"`
		Name      string `json:"name"`
	} `json:"involvedObject"`
	Severity  string   `json:"severity"` // info, error
	Timestamp moment   `json:"timestamp"`
	Message   string   `json:"message"`
	Reason    string   `json:"reason"`
	Metadata  labelSet `json:"metadata"`
}

// fluxApplied are the reasons with which Flux says that a cluster was changed.
var fluxApplied = map[string]bool{
	"ReconciliationSucceeded": true, "InstallSucceeded": true, "UpgradeSucceeded": true, "RollbackSucceeded": true,
}

// parseFlux reads an event of Flux.
// Contract: Flux documentation, "Notification controller: Events" and
// "Provider: Generic webhook".
//
// An alert is its object: an error fires and the next success ends it. A
// success that names a revision is a change too.
func parseFlux(req Request) (Batch, error) {
	var e fluxEvent
	if err := json.Unmarshal(req.Body, &e); err != nil {
		return Batch{}, unreadable("expected the JSON of a Flux event: %v", err)
	}
	if e.Object.Name == "" {
		return Batch{}, unreadable("expected a Flux event, which names an involvedObject")
	}
	name := e.Object.Kind + " " + e.Object.Namespace + "/" + e.Object.Name
	s := incident.Signal{
		Source: "flux", State: incident.Firing, Identity: strings.ToLower(name), Severity: e.Severity, Service: e.Object.Name,
		Title: name + ": " + e.Reason, Description: e.Message, StartedAt: e.Timestamp.Time,
		Labels: map[string]string{"namespace": e.Object.Namespace, "kind": e.Object.Kind, "reason": e.Reason},
	}
	var batch Batch
	if e.Severity != "error" {
		if !fluxApplied[e.Reason] {
			return batch, nil // progress: nothing is broken, and nothing has changed yet
		}
		s.State, s.StartedAt, s.EndedAt, s.Severity = incident.Resolved, s.EndedAt, e.Timestamp.Time, ""
	}
	batch.addSignal(0, s, req.Now)
	revision := ""
	for label, value := range e.Metadata {
		if strings.HasSuffix(label, "revision") {
			revision = value
		}
	}
	if fluxApplied[e.Reason] && revision != "" {
		batch.addChange(0, incident.Change{
			Kind: incident.Deploy, Service: e.Object.Name, Environment: firstOf(e.Metadata["env"], e.Object.Namespace),
			Summary: name + " applied " + revision, To: revision, StartedAt: e.Timestamp.Time, EndedAt: e.Timestamp.Time, Author: "Flux",
		}, req.Now)
	}
	return batch, nil
}
