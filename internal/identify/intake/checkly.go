package intake

import (
	"strings"

	"github.com/sigap-dev/sigap/internal/incident"
)

// parseCheckly reads Checkly's webhook with the template of
// docs/integrations/uptime.md, whose members have the names of Checkly's
// variables.
// Contract: Checkly documentation, "Webhook integrations: Using variables".
//
// An alert is its check; that its certificate expires is another one.
func parseCheckly(req Request) (Batch, error) {
	f, err := onlyEntry(req, "Checkly's webhook with a CHECK_ID and an ALERT_TYPE in its template", "alerttype")
	if err != nil {
		return Batch{}, err
	}
	name, event, at := f.take("checkname"), strings.ToUpper(f.take("alerttype")), parseTime(f.take("startedat"))
	s := incident.Signal{
		Source: "checkly", State: incident.Firing, Title: name + " fails", Description: f.take("checkerrormessage", "alerttitle"),
		Value: f.take("apicheckresponsestatuscode"), URL: f.take("resultlink"), StartedAt: at, Labels: map[string]string{"check": name},
	}
	if id := f.take("checkid"); id != "" {
		s.Identity = "check/" + id
	}
	switch {
	case strings.HasSuffix(event, "RECOVERY"):
		s.State, s.StartedAt, s.EndedAt = incident.Resolved, s.EndedAt, at
	case event == "ALERT_SSL":
		s.Identity, s.Title, s.ExpiresAt, s.Severity = s.Identity+"/certificate", name+": the certificate expires", req.Now.Add(unendedLife), "warning"
	case strings.HasPrefix(event, "ALERT_DEGRADED") && event != "ALERT_DEGRADED_FAILURE":
		s.Title, s.Severity = name+" is slow", "warning"
	}
	f.takeTags(s.Labels, "tags")
	s.Service = firstOf(service(s.Labels), f.take("groupname"), name)
	f.rest(s.Labels)
	var batch Batch
	batch.addSignal(0, s, req.Now)
	return batch, nil
}
