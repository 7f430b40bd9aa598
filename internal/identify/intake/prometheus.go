package intake

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// resolveTimeout is how long an alert without an end lasts when it is not sent
// again: Alertmanager's default resolve_timeout.
const resolveTimeout = 5 * time.Minute

// parsePrometheus reads the body of Alertmanager's POST /api/v2/alerts, which
// Prometheus, vmalert, the rulers of Mimir, Loki and Thanos, and amtool send.
// Contract: prometheus/alertmanager api/v2/openapi.yaml (postableAlerts) and
// what its handler makes of it.
//
// An alert is its label set. There is no status: one whose endsAt has passed is
// resolved, another fires until endsAt, or for five minutes if it has none.
func parsePrometheus(req Request) (Batch, error) {
	alerts, at, ok := scanArray(req.Body)
	if !ok {
		return Batch{}, unreadable("expected a JSON array of alerts as Prometheus sends it; this is none from byte %d on", at)
	}
	batch := Batch{Signals: make([]incident.Signal, 0, min(len(alerts), maxEntries))}
	for n, where := range alerts {
		if n >= maxEntries {
			batch.reject(n, errTooMany)
			continue
		}
		alert := req.Body[where.from:where.to]
		s, err := postedAlert(cursor{b: alert, s: string(alert)}, req.Now)
		if err != nil {
			batch.reject(n, err)
			continue
		}
		batch.addSignal(n, s, req.Now)
	}
	return batch, nil
}

var errTooMany = errors.New("more than " + strconv.Itoa(maxEntries) + " entries in one body: send the rest in another")

// postedAlert reads one alert.
func postedAlert(c cursor, now time.Time) (incident.Signal, error) {
	s := incident.Signal{Source: "prometheus", State: incident.Firing}
	var annotations map[string]string
	if !c.enter('{') {
		return s, errors.New("not an object: an alert has labels, annotations, startsAt and endsAt")
	}
	for c.more() {
		switch c.text() {
		case "labels":
			s.Labels = c.labels(12)
		case "annotations":
			annotations = c.labels(4)
		case "startsAt":
			s.StartedAt = parseTime(c.text())
		case "endsAt":
			s.EndedAt = parseTime(c.text())
		case "generatorURL":
			s.URL = c.text()
		default:
			c.skip()
		}
	}
	if len(s.Labels) == 0 {
		return s, errors.New("at least one label pair required")
	}
	if !s.StartedAt.IsZero() && !s.EndedAt.IsZero() && s.EndedAt.Before(s.StartedAt) {
		return s, errors.New("start time must be before end time")
	}
	s.Identity = formatFingerprint(Fingerprint(s.Labels))
	describe(&s, annotations)
	switch {
	case s.EndedAt.IsZero():
		s.ExpiresAt = now.Add(resolveTimeout)
	case s.EndedAt.After(now):
		s.ExpiresAt, s.EndedAt = s.EndedAt, time.Time{}
	default:
		s.State = incident.Resolved
	}
	return s, nil
}

// labels reads an object of likely so many labels; empty ones are the same as
// absent.
func (c *cursor) labels(likely int) map[string]string {
	if !c.enter('{') {
		return nil
	}
	labels := make(map[string]string, likely)
	for c.more() {
		name := c.text()
		if value := c.text(); value != "" {
			labels[name] = value
		} else {
			delete(labels, name)
		}
	}
	return labels
}

// describe fills title and description from the annotations that alerting
// rules by custom have. Links among them go below the description, since they
// are what a person opens first.
func describe(s *incident.Signal, annotations map[string]string) {
	name := s.Labels["alertname"]
	s.Title = firstOf(annotations["summary"], annotations["title"], annotations["message"])
	s.Description = firstOf(annotations["description"], annotations["message"])
	if s.Title == "" && name != "" {
		s.Title = name
		if instance := s.Labels["instance"]; instance != "" {
			s.Title = name + " on " + instance
		}
	}
	if s.Title == "" {
		s.Title = firstOf(s.Description, pairs(s.Labels))
	}
	if s.Description == s.Title {
		s.Description = ""
	}
	for _, key := range [...]string{"runbook_url", "runbook", "dashboard_url", "dashboard", "logs_url"} {
		addLink(s, key, annotations[key])
	}
}

// addLink appends a link to a signal's description.
func addLink(s *incident.Signal, name, url string) {
	if url = link(url); url == "" {
		return
	}
	if s.Description != "" {
		s.Description += "\n"
	}
	s.Description += name + ": " + url
}

// pairs writes labels as name=value, sorted by name: the title of an alert
// that has nothing else.
func pairs(labels map[string]string) string {
	all := make([]string, 0, len(labels))
	for name, value := range labels {
		all = append(all, name+"="+value)
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

// acceptedPrometheus answers as Alertmanager does: 200 without a body, or, if
// an alert was invalid, 400 and the reasons as a JSON string, the valid ones
// being kept all the same.
func acceptedPrometheus(b Batch) Answer {
	if len(b.Rejected) == 0 {
		return Answer{Status: http.StatusOK}
	}
	reasons := make([]string, len(b.Rejected))
	for i, r := range b.Rejected {
		reasons[i] = "alert " + strconv.Itoa(r.Index) + ": " + r.Reason
	}
	return Answer{Status: http.StatusBadRequest, ContentType: typeJSON, Body: strings.Join(reasons, "; ")}
}

// refusedPrometheus answers with a JSON string, which is what the clients
// generated from Alertmanager's specification can show.
func refusedPrometheus(e *Error) Answer {
	return Answer{Status: e.Status, ContentType: typeJSON, Body: e.Error()}
}
