package identify

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// Beat is a sign of life of a job. Silence longer than Every and Grace is the
// signal.
type Beat struct {
	Name  string
	At    time.Time
	Every time.Duration
	Grace time.Duration
}

// manyBeats is how many missed heartbeats one look signals; the next follows
// within seconds.
const manyBeats = 500

// Beat notes a sign of life and ends the alert of its silence.
func (s *Service) Beat(ctx context.Context, key Key, b Beat) error {
	sender, err := json.Marshal(key)
	if err != nil {
		return err
	}
	back, _, err := s.bodies(ctx, arrival{Key: key, At: s.now(), Signals: []incident.Signal{silence(key, b.Name, incident.Resolved)}})
	if err != nil {
		return err
	}
	if err := s.store.Beat(ctx, incident.Heartbeat{Key: key.ID, Sender: string(sender), Name: b.Name, At: b.At, Every: b.Every, Grace: b.Grace}, back); err != nil {
		return err
	}
	s.look()
	return nil
}

// missBeats signals the silence of jobs that should have beaten.
func (s *Service) missBeats(ctx context.Context) {
	silent, err := s.store.Silent(ctx, s.now(), manyBeats)
	if err != nil {
		s.log.Warn("missed heartbeats were not looked for", "err", err)
		return
	}
	for _, b := range silent {
		if err := s.miss(ctx, b); err != nil {
			s.log.Error("a missed heartbeat was not signalled", "name", b.Name, "err", err)
		}
	}
	if len(silent) > 0 {
		s.look()
	}
}

func (s *Service) miss(ctx context.Context, b incident.Heartbeat) error {
	var key Key
	if err := json.Unmarshal([]byte(b.Sender), &key); err != nil {
		return fmt.Errorf("read whose heartbeat it is: %w", err)
	}
	now := s.now()
	body, ahead, err := s.bodies(ctx, arrival{Key: key, At: now, Signals: []incident.Signal{silence(key, b.Name, incident.Firing)}})
	if err != nil {
		return err
	}
	return s.store.Miss(ctx, b, now, body, ahead)
}

func silence(key Key, name string, state incident.SignalState) incident.Signal {
	return incident.Signal{Source: "heartbeat", Sender: key.Name, Identity: "silent:" + name, State: state, Title: name + " has not reported", Service: name, Severity: "critical"}
}
