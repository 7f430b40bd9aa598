package identify

import (
	"context"

	"github.com/sigap-dev/sigap/internal/incident"
)

func (s *Service) writeRepeats(ctx context.Context) {
	repeats := s.seen.repeats()
	if len(repeats) == 0 {
		return
	}
	if err := s.store.NoteRepeats(ctx, repeats); err != nil {
		s.log.Warn("repeats of alerts were not counted", "alerts", len(repeats), "err", err)
	}
}

// expire marks the alerts that their sender no longer reports. That is not
// recovery: the incident goes on, and says so.
func (s *Service) expire(ctx context.Context) {
	expired, err := s.store.Expired(ctx, 500)
	if err != nil {
		s.log.Warn("expired alerts were not looked for", "err", err)
		return
	}
	for _, a := range expired {
		s.seen.forget(a.Key, []incident.Signal{a.Signal})
		if err := s.silent(ctx, a); err != nil {
			s.log.Warn("an alert that is no longer reported was not marked", "alert", a.ID, "err", err)
		}
	}
}

func (s *Service) silent(ctx context.Context, a *incident.Alert) error {
	return s.store.InTx(ctx, func(tx Tx) error {
		now, err := tx.Alerts(a.Key, []string{a.Signal.Identity})
		if err != nil {
			return err
		}
		alert := now[a.Signal.Identity]
		if alert == nil || alert.State != incident.AlertFiring || alert.Signal.ExpiresAt.After(s.now()) {
			return nil // it was reported again meanwhile
		}
		alert.State = incident.AlertSilent
		if err := tx.PutAlerts([]*incident.Alert{alert}); err != nil || alert.Incident == "" {
			return err
		}
		_, err = tx.Change(incident.System(), alert.Incident, func(e *incident.Edit) error {
			if e.Incident.Status.Open() {
				e.Record(incident.SignalJoined{Alert: alert.Joined(whyOf(e.Incident, alert.ID))})
			}
			return nil
		})
		return err
	})
}

// Settle ends a candidate whose alerts ended and that nobody joined, unless
// they came back meanwhile.
func (s *Service) Settle(ctx context.Context, id string) error {
	return s.store.InTx(ctx, func(tx Tx) error {
		fires, err := tx.Fires(id)
		if err != nil || fires {
			return err
		}
		_, err = tx.Change(incident.System(), id, settle)
		return err
	})
}

func settle(e *incident.Edit) error {
	if i := e.Incident; i.Status == incident.Triage && alone(i) && len(i.Alerts) > 0 {
		e.Record(incident.EndedBySelf{})
		e.Enqueue(incident.FollowUp{Incident: i.ID, Code: "ended"})
	}
	return nil
}

// alone reports whether nobody has joined a candidate or reported to it.
func alone(i *incident.Incident) bool { return len(i.People) == 0 && i.ReportCount == 0 }
