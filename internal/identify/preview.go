package identify

import (
	"context"

	"github.com/sigap-dev/sigap/internal/incident"
)

// Preview tells what a signal would make if it came now and nothing else were
// open: a candidate with its first verdict, whether a person is paged at once,
// and the window that would hold it, if one does. It changes nothing.
func (s *Service) Preview(ctx context.Context, key Key, sig incident.Signal) (i *incident.Incident, paged bool, held *incident.Held, err error) {
	r, err := s.rules(ctx)
	if err != nil {
		return nil, false, nil, err
	}
	r.route(&sig)
	i = &incident.Incident{Title: sig.Title, Service: sig.Service, Environment: sig.Environment, Status: incident.Triage}
	if i.Environment == "" {
		i.Environment = r.catalog.services[sig.Service].Environment
	}
	alert := incident.Alert{Key: key.ID, Signal: sig, State: incident.AlertFiring}
	i.Alerts = []incident.JoinedAlert{alert.Joined("", "")}
	v := judge(r.view(i, nil, s.now(), false), r.policy)
	i.Verdict, i.Severity = &v, v.Severity
	held = r.windows.Cover(&sig, s.now(), "")
	return i, held == nil && pages(i, &v, r.policy), held, nil
}
