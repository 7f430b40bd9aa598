package identify

import (
	"context"

	"github.com/sigap-dev/sigap/internal/directory"
	"github.com/sigap-dev/sigap/internal/incident"
)

// Preview tells what a signal would make if it came now and nothing else were
// open: a candidate with its first verdict, and whether a person is paged at
// once. It changes nothing.
func (s *Service) Preview(ctx context.Context, key Key, sig incident.Signal) (i *incident.Incident, pages bool, err error) {
	services, err := s.store.Services(ctx)
	if err != nil {
		return nil, false, err
	}
	policy, err := s.store.Policy(ctx)
	if err != nil {
		return nil, false, err
	}
	i = &incident.Incident{Title: sig.Title, Service: sig.Service, Environment: sig.Environment, Status: incident.Triage}
	service := directory.Service{Name: sig.Service}
	for _, known := range services {
		if known.Name == sig.Service {
			service = known
		}
	}
	if i.Environment == "" {
		i.Environment = service.Environment
	}
	alert := incident.Alert{Key: key.ID, Signal: sig, State: incident.AlertFiring}
	i.Alerts = []incident.JoinedAlert{alert.Joined("", "")}
	v := judge(Known{Incident: i, Service: service}, policy)
	i.Verdict, i.Severity = &v, v.Severity
	return i, v.Production && v.Severity.Major() && v.Score >= policy.PageAt, nil
}
