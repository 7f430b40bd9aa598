package intake

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
)

// The labels from which a signal's fields are read when its format has no
// field for them, the first present one wins. They are what the exporters, the
// Kubernetes mixins and OpenTelemetry's semantic conventions use, the most
// deliberate first: somebody who wrote "service" meant it, a namespace is only
// the best guess left.
var (
	serviceLabels = [...]string{
		"service", "service_name", "service.name",
		"app_kubernetes_io_name", "app.kubernetes.io/name", "app", "application",
		"deployment", "statefulset", "daemonset", "component", "job", "namespace",
	}
	environmentLabels = [...]string{
		"env", "environment", "deployment_environment", "deployment.environment",
		"deployment_environment_name", "deployment.environment.name", "stage", "cluster",
	}
	severityLabels = [...]string{"severity", "priority", "level", "sev"}
	teamLabels     = [...]string{"team", "owner", "owner_team", "squad"}
)

// field returns the value of the first label present.
func field(labels map[string]string, names []string) string {
	for _, name := range names {
		if v := labels[name]; v != "" {
			return v
		}
	}
	return ""
}

// service returns the service that labels speak of. What only measured, such
// as kube-state-metrics, counts if no label names what was measured.
func service(labels map[string]string) string {
	observer := ""
	for _, name := range serviceLabels {
		v := labels[name]
		switch {
		case v == "":
		case !observes(v):
			return v
		case observer == "":
			observer = v
		}
	}
	return observer
}

// observes says whether a name is that of something that measures others.
func observes(name string) bool {
	switch name {
	case "kube-state-metrics", "kubelet", "cadvisor", "prometheus", "blackbox", "pushgateway",
		"kubernetes-pods", "kubernetes-nodes", "kubernetes-service-endpoints":
		return true
	}
	return strings.HasSuffix(name, "-exporter") || strings.HasSuffix(name, "_exporter")
}

// tidyLabels returns labels within the limits. It returns the same map when
// there is nothing to do; over the limit it keeps those that fields are read
// from, then the first by name.
func tidyLabels(labels map[string]string) map[string]string {
	if len(labels) <= maxLabels {
		tidy := true
		for name, value := range labels {
			if name == "" || value == "" || !tidyLine(name, maxLabelName) || !tidyLine(value, maxLabelValue) {
				tidy = false
				break
			}
		}
		if tidy {
			return labels
		}
	}
	kept := make(map[string]string, min(len(labels), maxLabels))
	keep := func(name string) {
		key, value := line(name, maxLabelName), line(labels[name], maxLabelValue)
		if key != "" && value != "" && len(kept) < maxLabels {
			kept[key] = value
		}
	}
	for _, names := range [...][]string{{"alertname"}, serviceLabels[:], environmentLabels[:], severityLabels[:], teamLabels[:]} {
		for _, name := range names {
			if _, ok := labels[name]; ok {
				keep(name)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(labels)) {
		keep(name)
	}
	return kept
}

// labelSet is a JSON object of labels whose values should be strings; senders
// also write numbers and booleans, which are kept as they are spelt.
type labelSet map[string]string

// UnmarshalJSON reads the object; anything else is an error.
func (l *labelSet) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		return nil
	}
	if len(b) == 0 || b[0] != '{' {
		return errors.New("labels are an object of names and values")
	}
	c := cursor{b: b, s: string(b)}
	*l = c.labels(8)
	return nil
}

// spell writes a JSON value as a label's value: a string's content, "" for
// null, and else the JSON itself. The value is one that was accepted.
func spell(raw json.RawMessage) string {
	if len(raw) > 1 && raw[0] == '"' {
		return unescape(string(raw[1 : len(raw)-1]))
	}
	if string(raw) == "null" {
		return ""
	}
	return string(raw)
}
