package identify

import (
	"context"
	"maps"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// Beat is a sign of life of a job. Silence longer than Every and Grace is the
// signal.
type Beat struct {
	Name  string        `json:"name"`
	At    time.Time     `json:"at"`
	Every time.Duration `json:"every"`
	Grace time.Duration `json:"grace"`
}

// kept is what is remembered of a job that beats.
type kept struct {
	Key    Key       `json:"key"`
	Beat   Beat      `json:"beat"`
	Missed time.Time `json:"missed,omitzero"` // when its silence was signalled
}

const (
	beatsSetting = "heartbeats"
	defaultEvery = time.Hour // for a job that never said how often it beats
)

// Beat notes a sign of life and ends the alert of its silence.
func (s *Service) Beat(ctx context.Context, key Key, b Beat) error {
	s.beatMu.Lock()
	defer s.beatMu.Unlock()
	beats := map[string]kept{}
	if err := s.store.Setting(ctx, beatsSetting, &beats); err != nil {
		return err
	}
	id := key.ID + "/" + b.Name
	before := beats[id]
	if b.Every == 0 {
		b.Every, b.Grace = before.Beat.Every, before.Beat.Grace
	}
	if b.Every == 0 {
		b.Every = defaultEvery
	}
	if !before.Missed.IsZero() { // first: if it fails the sender beats again
		if err := s.Accept(ctx, key, []incident.Signal{silence(b, incident.Resolved)}, nil, nil); err != nil {
			return err
		}
	}
	beats[id] = kept{Key: key, Beat: b}
	return s.store.PutSetting(ctx, beatsSetting, beats)
}

// missBeats signals the silence of jobs that should have beaten.
func (s *Service) missBeats(ctx context.Context) {
	s.beatMu.Lock()
	defer s.beatMu.Unlock()
	beats := map[string]kept{}
	if err := s.store.Setting(ctx, beatsSetting, &beats); err != nil || len(beats) == 0 {
		return
	}
	now, missed := s.now(), maps.Clone(beats)
	changed := false
	for id, k := range beats {
		if !k.Missed.IsZero() || now.Sub(k.Beat.At) <= k.Beat.Every+k.Beat.Grace {
			continue
		}
		if err := s.Accept(ctx, k.Key, []incident.Signal{silence(k.Beat, incident.Firing)}, nil, nil); err != nil {
			s.log.Error("a missed heartbeat was not signalled", "name", k.Beat.Name, "err", err)
			continue
		}
		k.Missed = now
		missed[id], changed = k, true
	}
	if changed {
		if err := s.store.PutSetting(ctx, beatsSetting, missed); err != nil {
			s.log.Error("missed heartbeats were not remembered", "err", err)
		}
	}
}

func silence(b Beat, state incident.SignalState) incident.Signal {
	return incident.Signal{Source: "heartbeat", Identity: "silent:" + b.Name, State: state, Title: b.Name + " has not reported", Service: b.Name, Severity: "critical"}
}
