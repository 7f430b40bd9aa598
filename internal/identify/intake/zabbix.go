package intake

import (
	"encoding/json"
	"strings"

	"github.com/sigap-dev/sigap/internal/incident"
)

// zabbixEvent is what the script in docs/integrations/zabbix.md posts: Zabbix's
// macros by the names of the webhook's parameters. A macro that Zabbix cannot
// resolve arrives as it is written, or as *UNKNOWN*.
type zabbixEvent struct {
	ID           string `json:"event_id"`
	Name         string `json:"event_name"`
	Value        string `json:"event_value"`         // 1 problem, 0 recovery
	Update       string `json:"event_update_status"` // 1 if somebody changed the problem
	Acknowledged string `json:"event_ack_status"`    // Yes, No
	Severity     string `json:"event_severity"`
	OpData       string `json:"event_opdata"`
	Tags         string `json:"event_tags"` // JSON in a string
	Started      string `json:"event_timestamp"`
	Ended        string `json:"event_recovery_timestamp"`
	Host         string `json:"host_name"`
	Trigger      string `json:"trigger_id"`
	Description  string `json:"trigger_description"`
	URL          string `json:"zabbix_url"`
}

// parseZabbix reads the webhook media type of Zabbix.
// Contract: docs/integrations/zabbix.md; Zabbix manual, "Supported macros".
//
// An alert is its problem event's id, which the recovery carries as well.
func parseZabbix(req Request) (Batch, error) {
	var e zabbixEvent
	if err := json.Unmarshal(req.Body, &e); err != nil {
		return Batch{}, unreadable("expected the JSON of the script for Zabbix: %v", err)
	}
	s := incident.Signal{
		Source:      "zabbix",
		State:       incident.Firing,
		Identity:    macro(e.ID),
		Title:       macro(e.Name),
		Description: macro(e.Description),
		Severity:    macro(e.Severity),
		Value:       macro(e.OpData),
		StartedAt:   parseTime(macro(e.Started)),
		Labels:      zabbixTags(e.Tags),
	}
	for name, value := range map[string]string{"host": macro(e.Host), "trigger": macro(e.Trigger)} {
		if value != "" {
			s.Labels[name] = value
		}
	}
	switch {
	case e.Value == "0":
		s.State, s.EndedAt = incident.Resolved, parseTime(macro(e.Ended))
	case e.Update == "1" && e.Acknowledged == "Yes":
		s.State = incident.Acknowledged
	}
	if base := strings.TrimRight(macro(e.URL), "/"); link(base) != "" {
		s.URL = base + "/tr_events.php?triggerid=" + macro(e.Trigger) + "&eventid=" + s.Identity
	}
	s.Service = firstOf(service(s.Labels), s.Labels["host"])
	var batch Batch
	batch.addSignal(0, s, req.Now)
	return batch, nil
}

// macro returns a macro's value, or "" if Zabbix did not resolve it.
func macro(s string) string {
	if s == "*UNKNOWN*" || strings.HasPrefix(s, "{") && strings.HasSuffix(s, "}") {
		return ""
	}
	return s
}

// zabbixTags reads {EVENT.TAGSJSON}: a list of tag and value.
func zabbixTags(raw string) map[string]string {
	labels := map[string]string{}
	var list []struct {
		Tag   string `json:"tag"`
		Value string `json:"value"`
	}
	if json.Unmarshal([]byte(raw), &list) != nil {
		return labels
	}
	for _, t := range list {
		tag(labels, t.Tag+"="+firstOf(t.Value, "true"))
	}
	return labels
}
