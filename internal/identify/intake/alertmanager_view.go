package intake

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// The answers of Alertmanager's API v2 that amtool and Grafana's Alertmanager
// data source ask for. Contract: prometheus/alertmanager api/v2/openapi.yaml;
// its clients refuse an answer in which a required member is missing or a list
// is null, so nothing that it requires is left out here.

// GettableAlert is an element of GET /api/v2/alerts.
type GettableAlert struct {
	Labels       map[string]string `json:"labels"`
	Annotations  map[string]string `json:"annotations"`
	StartsAt     time.Time         `json:"startsAt"`
	EndsAt       time.Time         `json:"endsAt"`
	UpdatedAt    time.Time         `json:"updatedAt"`
	GeneratorURL string            `json:"generatorURL,omitempty"`
	Fingerprint  string            `json:"fingerprint"`
	Receivers    []Receiver        `json:"receivers"`
	Status       AlertStatus       `json:"status"`
}

// AlertStatus tells whether an alert is held back.
type AlertStatus struct {
	State       string   `json:"state"` // unprocessed, active, suppressed
	SilencedBy  []string `json:"silencedBy"`
	InhibitedBy []string `json:"inhibitedBy"`
	MutedBy     []string `json:"mutedBy"`
}

// Receiver is an element of GET /api/v2/receivers. There is one: Sigap routes
// by the directory and not by labels.
type Receiver struct {
	Name string `json:"name"`
}

// AlertGroup is an element of GET /api/v2/alerts/groups.
type AlertGroup struct {
	Labels   map[string]string `json:"labels"`
	Receiver Receiver          `json:"receiver"`
	Alerts   []GettableAlert   `json:"alerts"`
}

// AlertmanagerStatus is the answer of GET /api/v2/status.
type AlertmanagerStatus struct {
	Cluster     ClusterStatus      `json:"cluster"`
	Config      AlertmanagerConfig `json:"config"`
	Uptime      time.Time          `json:"uptime"` // since when it runs
	VersionInfo VersionInfo        `json:"versionInfo"`
}

// ClusterStatus says that there is no gossip among replicas.
type ClusterStatus struct {
	Status string   `json:"status"`
	Peers  []string `json:"peers"`
}

// AlertmanagerConfig is a configuration in Alertmanager's YAML.
type AlertmanagerConfig struct {
	Original string `json:"original"`
}

// VersionInfo names the build.
type VersionInfo struct {
	Version   string `json:"version"`
	Revision  string `json:"revision"`
	Branch    string `json:"branch"`
	BuildUser string `json:"buildUser"`
	BuildDate string `json:"buildDate"`
	GoVersion string `json:"goVersion"`
}

// Silence is an element of GET /api/v2/silences, and without id, status and
// updatedAt the body of POST.
type Silence struct {
	ID        string        `json:"id"`
	Status    SilenceStatus `json:"status"`
	UpdatedAt time.Time     `json:"updatedAt"`
	Matchers  []Matcher     `json:"matchers"`
	StartsAt  time.Time     `json:"startsAt"`
	EndsAt    time.Time     `json:"endsAt"`
	CreatedBy string        `json:"createdBy"`
	Comment   string        `json:"comment"`
}

// SilenceStatus is where a silence stands: pending, active, expired.
type SilenceStatus struct {
	State string `json:"state"`
}

const receiverName = "sigap"

// StatusView is the answer of GET /api/v2/status. The configuration is the
// least that amtool can parse.
func StatusView(build VersionInfo, since time.Time) AlertmanagerStatus {
	return AlertmanagerStatus{
		Cluster:     ClusterStatus{Status: "disabled", Peers: []string{}},
		Config:      AlertmanagerConfig{Original: "route:\n  receiver: " + receiverName + "\nreceivers:\n- name: " + receiverName + "\n"},
		Uptime:      since.UTC(),
		VersionInfo: build,
	}
}

// ReceiversView is the answer of GET /api/v2/receivers.
func ReceiversView() []Receiver { return []Receiver{{Name: receiverName}} }

// AlertsView is the answer of GET /api/v2/alerts: those alerts that fire at now
// and that every matcher matches, by fingerprint. They are from any source.
func AlertsView(alerts []*incident.Alert, matchers []Matcher, now time.Time) []GettableAlert {
	view := []GettableAlert{}
	for _, alert := range alerts {
		s := alert.Signal
		if s.State == incident.Resolved || !s.ExpiresAt.IsZero() && !s.ExpiresAt.After(now) {
			continue
		}
		labels := viewLabels(s)
		if matchAll(matchers, labels) {
			a := gettable(s, labels, now)
			if alert.Held != nil && alert.Held.Window != "" {
				a.Status.State, a.Status.SilencedBy = "suppressed", []string{alert.Held.Window}
			}
			view = append(view, a)
		}
	}
	slices.SortFunc(view, func(a, b GettableAlert) int { return cmp.Compare(a.Fingerprint, b.Fingerprint) })
	return view
}

// gettable writes a signal as an alert of Alertmanager's.
func gettable(s incident.Signal, labels map[string]string, now time.Time) GettableAlert {
	a := GettableAlert{
		Labels:       labels,
		Annotations:  map[string]string{"summary": s.Title},
		StartsAt:     firstTime(s.StartedAt, now).UTC(),
		EndsAt:       firstTime(s.ExpiresAt, now.Add(resolveTimeout)).UTC(),
		UpdatedAt:    now.UTC(),
		GeneratorURL: s.URL,
		Fingerprint:  formatFingerprint(Fingerprint(labels)),
		Receivers:    ReceiversView(),
		Status:       AlertStatus{State: "active", SilencedBy: []string{}, InhibitedBy: []string{}, MutedBy: []string{}},
	}
	if s.Description != "" {
		a.Annotations["description"] = s.Description
	}
	return a
}

// viewLabels are a signal's labels and, where it has none for them, its fields:
// tools show an alert by its alertname and filter by the others.
func viewLabels(s incident.Signal) map[string]string {
	labels := make(map[string]string, len(s.Labels)+5)
	for name, value := range map[string]string{
		"alertname": s.Title, "service": s.Service, "environment": s.Environment, "severity": s.Severity, "team": s.Team,
	} {
		if value != "" && (name == "alertname" || s.Source != "prometheus" && s.Source != "alertmanager") {
			labels[name] = value
		}
	}
	maps.Copy(labels, s.Labels)
	return labels
}

// AlertGroupsView is the answer of GET /api/v2/alerts/groups: alerts by their
// service.
func AlertGroupsView(alerts []GettableAlert) []AlertGroup {
	byService := map[string][]GettableAlert{}
	for _, a := range alerts {
		name := service(a.Labels)
		byService[name] = append(byService[name], a)
	}
	groups := []AlertGroup{}
	for name, members := range byService {
		labels := map[string]string{}
		if name != "" {
			labels["service"] = name
		}
		groups = append(groups, AlertGroup{Labels: labels, Receiver: Receiver{Name: receiverName}, Alerts: members})
	}
	slices.SortFunc(groups, func(a, b AlertGroup) int { return strings.Compare(a.Labels["service"], b.Labels["service"]) })
	return groups
}

// SilencesView is the answer of GET /api/v2/silences, with each one's state at
// now.
func SilencesView(silences []Silence, now time.Time) []Silence {
	view := make([]Silence, len(silences))
	for i, s := range silences {
		switch {
		case now.Before(s.StartsAt):
			s.Status.State = "pending"
		case now.Before(s.EndsAt):
			s.Status.State = "active"
		default:
			s.Status.State = "expired"
		}
		view[i] = s
	}
	return view
}
