package intake

import (
	"encoding/json"
	"errors"

	"github.com/sigap-dev/sigap/internal/incident"
)

// webhookMessage is what Alertmanager's webhook receiver and Grafana's webhook
// contact point have in common.
type webhookMessage struct {
	Version         string            `json:"version"`
	Status          string            `json:"status"` // of the group: firing while any of its alerts is
	Alerts          []json.RawMessage `json:"alerts"`
	TruncatedAlerts int               `json:"truncatedAlerts"`
	CommonLabels    labelSet          `json:"commonLabels"`
}

// webhookAlert is one alert of a webhookMessage.
type webhookAlert struct {
	Status       string   `json:"status"`
	Labels       labelSet `json:"labels"`
	Annotations  labelSet `json:"annotations"`
	StartsAt     moment   `json:"startsAt"`
	EndsAt       moment   `json:"endsAt"`
	GeneratorURL string   `json:"generatorURL"`
	Fingerprint  string   `json:"fingerprint"`
}

// parseAlertmanager reads Alertmanager's webhook, version 4.
// Contract: prometheus.io, Alertmanager configuration, webhook_config, and
// template.Data in its source.
//
// An alert is its fingerprint. Its own status counts, not that of the group,
// which says firing as long as any alert in it does. A firing alert has no
// expiry: Alertmanager repeats it only every repeat_interval, hours apart, and
// reports its end itself.
func parseAlertmanager(req Request) (Batch, error) {
	msg, err := readWebhook(req.Body, "Alertmanager's webhook")
	if err != nil {
		return Batch{}, err
	}
	batch := Batch{Truncated: msg.TruncatedAlerts}
	for i, raw := range msg.Alerts {
		var a webhookAlert
		if err := json.Unmarshal(raw, &a); err != nil {
			batch.reject(i, errNotAnAlert)
			continue
		}
		s, err := a.signal("alertmanager", msg.Status)
		if err != nil {
			batch.reject(i, err)
			continue
		}
		describe(&s, a.Annotations)
		batch.addSignal(i, s, req.Now)
	}
	return batch, nil
}

var errNotAnAlert = errors.New("not an alert: expected an object with labels, annotations, status and startsAt")

// readWebhook reads the message around the alerts.
func readWebhook(body []byte, name string) (webhookMessage, error) {
	var msg webhookMessage
	if err := json.Unmarshal(body, &msg); err != nil {
		return msg, unreadable("expected the JSON of %s: %v", name, err)
	}
	if msg.Alerts == nil {
		return msg, unreadable("expected the JSON of %s, which has a list named alerts; "+
			"a body made by a custom template belongs to a generic key", name)
	}
	msg.TruncatedAlerts = max(msg.TruncatedAlerts, 0)
	return msg, nil
}

// signal reads what all senders of this format mean alike.
func (a webhookAlert) signal(source, groupStatus string) (incident.Signal, error) {
	s := incident.Signal{
		Source:    source,
		State:     incident.Firing,
		Identity:  a.Fingerprint,
		Labels:    a.Labels,
		StartedAt: a.StartsAt.Time,
		URL:       a.GeneratorURL,
	}
	if s.Identity == "" {
		if len(a.Labels) == 0 {
			return s, errors.New("neither a fingerprint nor labels: nothing tells this alert from others")
		}
		s.Identity = formatFingerprint(Fingerprint(a.Labels))
	}
	if firstOf(a.Status, groupStatus) == "resolved" {
		s.State, s.EndedAt = incident.Resolved, a.EndsAt.Time
	}
	return s, nil
}
