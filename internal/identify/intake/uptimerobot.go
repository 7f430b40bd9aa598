package intake

import "github.com/sigap-dev/sigap/internal/incident"

// parseUptimeRobot reads UptimeRobot's webhook with its default variables, as
// JSON or as a form.
// Contract: UptimeRobot documentation, "Webhook integration".
//
// An alert is its monitor. That a certificate or a domain expires is another
// one; nobody says that it was renewed, so it is no longer reported after an
// hour.
func parseUptimeRobot(req Request) (Batch, error) {
	f, err := onlyEntry(req, "UptimeRobot's webhook with its default variables, which has a monitorID", "monitorid")
	if err != nil {
		return Batch{}, err
	}
	name, what, at := f.take("monitorfriendlyname"), f.take("alerttypefriendlyname"), parseTime(f.take("alertdatetime"))
	s := incident.Signal{
		Source: "uptimerobot", State: incident.Firing, Identity: "monitor/" + f.take("monitorid"), Title: name + " is down",
		Description: f.take("alertdetails"), URL: f.take("monitorurl"), StartedAt: at, Labels: map[string]string{"monitor": name},
	}
	switch f.take("alerttype") {
	case "1":
	case "2":
		s.State, s.StartedAt, s.EndedAt = incident.Resolved, s.EndedAt, at
	default:
		s.Identity += "/" + compared(what)
		s.Title, s.ExpiresAt, s.Severity = name+": "+what, req.Now.Add(unendedLife), "warning"
	}
	f.take("monitoralertcontacts") // people's addresses
	f.takeTags(s.Labels, "tags", "monitortags")
	f.rest(s.Labels)
	s.Service = firstOf(service(s.Labels), name)
	var batch Batch
	batch.addSignal(0, s, req.Now)
	return batch, nil
}
