package intake

import (
	"encoding/json"
	"mime"
	"strings"

	"github.com/sigap-dev/sigap/internal/incident"
)

// kumaHook is Uptime Kuma's webhook. Its test, and its warnings about
// certificates, have only the message.
type kumaHook struct {
	Heartbeat *struct {
		Status int     `json:"status"`
		Time   moment  `json:"time"` // UTC, without a zone
		Msg    string  `json:"msg"`
		Ping   float64 `json:"ping"`
	} `json:"heartbeat"`
	Monitor *struct {
		ID   json.RawMessage `json:"id"`
		Name string          `json:"name"`
		URL  string          `json:"url"`
		Type string          `json:"type"`
		Host string          `json:"hostname"`
		Tags []struct {
			Name  string `json:"name"`
			Value string `json:"value"`
		} `json:"tags"`
	} `json:"monitor"`
	Msg string `json:"msg"`
}

// The states of an Uptime Kuma monitor: src/util.ts in its source.
const (
	kumaUp          = 1
	kumaMaintenance = 3
)

// parseUptimeKuma reads Uptime Kuma's webhook, as JSON or as its form with the
// JSON in the field "data".
// Contract: server/notification-providers/webhook.js in its source.
//
// An alert is its monitor. Pending is still a failure that is retried, and
// counts as firing; maintenance ends nothing and starts nothing.
func parseUptimeKuma(req Request) (Batch, error) {
	body := req.Body
	if kind, _, err := mime.ParseMediaType(req.ContentType); err == nil && kind == "multipart/form-data" {
		form, err := multipartEntry(req)
		if err != nil {
			return Batch{}, err
		}
		body = []byte(form[0].take("data"))
	}
	var hook kumaHook
	if err := json.Unmarshal(body, &hook); err != nil {
		return Batch{}, unreadable("expected Uptime Kuma's webhook with the preset body: %v", err)
	}
	var batch Batch
	switch {
	case hook.Monitor == nil || hook.Heartbeat == nil:
		batch.addSignal(0, incident.Signal{
			Source: "uptime-kuma", State: incident.Firing, Title: hook.Msg, Identity: hashOf("uptime-kuma", hook.Msg),
		}, req.Now)
	case hook.Heartbeat.Status != kumaMaintenance:
		batch.addSignal(0, hook.signal(), req.Now)
	}
	return batch, nil
}

// signal reads the report of a monitor.
func (h kumaHook) signal() incident.Signal {
	m, beat := h.Monitor, h.Heartbeat
	s := incident.Signal{
		Source:      "uptime-kuma",
		State:       incident.Firing,
		Title:       m.Name + " is down",
		Description: beat.Msg,
		Service:     m.Name,
		StartedAt:   beat.Time.Time,
		Labels:      map[string]string{},
	}
	if id := spell(m.ID); id != "" {
		s.Identity = "monitor/" + id
	}
	if beat.Status == kumaUp {
		s.State, s.StartedAt, s.EndedAt = incident.Resolved, s.EndedAt, beat.Time.Time
	}
	if strings.TrimPrefix(strings.TrimPrefix(m.URL, "https://"), "http://") != "" { // other types have only the scheme
		s.URL = m.URL
	}
	for _, t := range m.Tags {
		tag(s.Labels, t.Name+"="+firstOf(t.Value, "true"))
	}
	for name, value := range map[string]string{"monitor": m.Name, "type": m.Type, "host": m.Host} {
		if value != "" && s.Labels[name] == "" {
			s.Labels[name] = value
		}
	}
	if named := service(s.Labels); named != "" {
		s.Service = named
	}
	return s
}
