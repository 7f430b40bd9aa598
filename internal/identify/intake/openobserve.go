package intake

import "github.com/sigap-dev/sigap/internal/incident"

// parseOpenObserve reads an alert of OpenObserve, whose template is free.
// Contract: docs/integrations/log-alerts.md; OpenObserve documentation,
// "Alerts: Templates".
//
// OpenObserve does not say that an alert is over; it is no longer reported
// after an hour.
func parseOpenObserve(req Request) (Batch, error) {
	req.Mapping = nil
	batch, err := parseGeneric(req)
	for i := range batch.Signals {
		s := &batch.Signals[i]
		s.Source = "openobserve"
		if s.State == incident.Firing {
			s.ExpiresAt = plausible(req.Now.Add(unendedLife))
		}
	}
	return batch, err
}
