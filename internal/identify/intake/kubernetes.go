package intake

import (
	"encoding/json"
	"strings"

	"github.com/sigap-dev/sigap/internal/incident"
)

// kubernetesEvent is an event of Kubernetes (core/v1), as event exporters post
// it.
type kubernetesEvent struct {
	Object struct {
		Kind      string   `json:"kind"`
		Namespace string   `json:"namespace"`
		Name      string   `json:"name"`
		Labels    labelSet `json:"labels"`
	} `json:"involvedObject"`
	Type    string `json:"type"` // Normal, Warning
	Reason  string `json:"reason"`
	Message string `json:"message"`
	First   moment `json:"firstTimestamp"`
	Last    moment `json:"lastTimestamp"`
	Event   moment `json:"eventTime"`
}

// parseKubernetes reads an event of Kubernetes.
// Contract: Kubernetes API reference, Event v1 core; kubernetes-event-exporter,
// receiver "webhook".
//
// An alert is object and reason. Normal events are no alerts; that a
// Deployment was scaled is a change.
func parseKubernetes(req Request) (Batch, error) {
	var e kubernetesEvent
	if err := json.Unmarshal(req.Body, &e); err != nil {
		return Batch{}, unreadable("expected the JSON of a Kubernetes event: %v", err)
	}
	if e.Object.Name == "" {
		return Batch{}, unreadable("expected a Kubernetes event, which names an involvedObject")
	}
	at := firstTime(e.Last.Time, e.Event.Time, e.First.Time)
	name := e.Object.Kind + " " + e.Object.Namespace + "/" + e.Object.Name
	owner := firstOf(service(e.Object.Labels), e.Object.Name)
	var batch Batch
	switch {
	case e.Type == "Warning":
		batch.addSignal(0, incident.Signal{
			Source: "kubernetes", State: incident.Firing, Identity: strings.ToLower(name) + "/" + e.Reason, Severity: "warning",
			Title: e.Reason + ": " + name, Description: e.Message, Service: owner, StartedAt: firstTime(e.First.Time, at),
			ExpiresAt: req.Now.Add(unendedLife),
			Labels:    map[string]string{"namespace": e.Object.Namespace, "kind": e.Object.Kind, "object": e.Object.Name, "reason": e.Reason},
		}, req.Now)
	case e.Object.Kind == "Deployment" && e.Reason == "ScalingReplicaSet":
		batch.addChange(0, incident.Change{
			Kind: incident.Deploy, Service: owner, Environment: e.Object.Namespace, Summary: name + ": " + e.Message, StartedAt: at, Author: "Kubernetes",
		}, req.Now)
	}
	return batch, nil
}
