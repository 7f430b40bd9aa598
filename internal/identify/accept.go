package identify

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// Key is the integration key that signals came by.
type Key struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Source string `json:"source"`
	Drill  bool   `json:"drill,omitempty"` // signals of a drill's own system
}

// arrival is what the inbox keeps: signals as they were read.
type arrival struct {
	Key     Key               `json:"key"`
	At      time.Time         `json:"at"`
	Signals []incident.Signal `json:"signals,omitempty"`
	Reports []incident.Report `json:"reports,omitempty"`
	Counts  []int             `json:"counts,omitempty"` // how many users each report stands for
	Ahead   bool              `json:"ahead,omitempty"`  // a copy that is applied before its turn, and counts nothing
	// Released says that nobody sent the signals: a window held them and is over.
	Released bool `json:"released,omitempty"`
}

// seenKey is an alert's identity at one sender.
type seenKey struct{ key, identity string }

// sighting is what was accepted last of an alert, and the repeats since.
type sighting struct {
	kept     bool // it is on disk
	severity string
	count    int
	last     time.Time
	expires  time.Time
}

// seen knows the alerts that fire, so that one that is merely reported again
// costs a look-up and no write. It knows what was accepted, not only what was
// applied: the order of acceptance is the order of application.
type seen struct {
	mu     sync.Mutex
	alerts map[seenKey]*sighting
}

// maxSeen bounds the memory: beyond it alerts are forgotten at random, and
// their next repeat goes the long way.
const maxSeen = 500_000

// news gives the signals that say something new and counts the others.
func (s *seen) news(key string, signals []incident.Signal, now time.Time) []incident.Signal {
	s.mu.Lock()
	defer s.mu.Unlock()
	fresh := signals[:0:0]
	for _, sig := range signals {
		k := seenKey{key, sig.Identity}
		known := s.alerts[k]
		switch {
		case sig.State != incident.Firing:
			delete(s.alerts, k)
		case known == nil:
			s.makeRoom()
			s.alerts[k] = &sighting{severity: sig.Severity, expires: sig.ExpiresAt}
		case known.kept && known.severity == sig.Severity && (known.expires.IsZero() || now.Before(known.expires)):
			known.count++
			known.last, known.expires = now, sig.ExpiresAt
			continue
		default: // it got graver or milder, had fallen silent, or is not on disk yet
			known.severity, known.expires, known.kept = sig.Severity, sig.ExpiresAt, false
		}
		fresh = append(fresh, sig)
	}
	return fresh
}

func (s *seen) makeRoom() {
	for forget := range s.alerts {
		if len(s.alerts) < maxSeen {
			return
		}
		delete(s.alerts, forget)
	}
}

// keep notes that what news gave is on disk: only then is a repeat of it
// nothing but a count.
func (s *seen) keep(key string, signals []incident.Signal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, sig := range signals {
		if known := s.alerts[seenKey{key, sig.Identity}]; known != nil {
			known.kept = true
		}
	}
}

// forget takes back what news assumed, when the acceptance failed.
func (s *seen) forget(key string, signals []incident.Signal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, sig := range signals {
		delete(s.alerts, seenKey{key, sig.Identity})
	}
}

// repeats takes the counts that piled up.
func (s *seen) repeats() []incident.Repeat {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []incident.Repeat
	for k, known := range s.alerts {
		if known.count > 0 {
			out = append(out, incident.Repeat{Key: k.key, Identity: k.identity, Count: known.count, Last: known.last, Expires: known.expires})
			known.count = 0
		}
	}
	return out
}

// Accept takes signals and reports in. When it returns nil they are on disk
// and will be applied, whatever happens to this process.
func (s *Service) Accept(ctx context.Context, key Key, signals []incident.Signal, reports []incident.Report, counts []int) error {
	now := s.now()
	fresh := signals
	if !s.store.Shared() { // another process may have seen the alert end
		fresh = s.seen.news(key.ID, signals, now)
	}
	if len(fresh) == 0 && len(reports) == 0 {
		return nil
	}
	for n := range fresh {
		fresh[n].Sender = key.Name
		if fresh[n].Source == "" {
			fresh[n].Source = key.Source
		}
	}
	body, ahead, err := s.bodies(ctx, arrival{Key: key, At: now, Signals: fresh, Reports: reports, Counts: counts})
	if err == nil {
		err = s.store.Accept(ctx, body, ahead)
	}
	if err != nil {
		s.seen.forget(key.ID, fresh)
		return fmt.Errorf("accept %d signals: %w", len(fresh), err)
	}
	s.seen.keep(key.ID, fresh)
	s.look()
	return nil
}

// bodies is what the inbox keeps of an arrival, and the copy of what pages of
// it, if there is such.
func (s *Service) bodies(ctx context.Context, a arrival) (body, ahead string, err error) {
	r := s.known.Load() // what held a moment ago does
	if r == nil {
		if r, err = s.rules(ctx); err != nil {
			return "", "", err
		}
	}
	whole, err := json.Marshal(a)
	if err != nil {
		return "", "", err
	}
	urgent := s.ahead.of(a, r)
	if len(urgent) == 0 {
		return string(whole), "", nil
	}
	first, err := json.Marshal(arrival{Key: a.Key, At: a.At, Signals: urgent, Ahead: true, Released: a.Released})
	return string(whole), string(first), err
}

// look wakes who applies.
func (s *Service) look() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// RecordChange keeps a change to production. It pages nobody: it is evidence,
// and if it announces work on a service, a maintenance window.
func (s *Service) RecordChange(ctx context.Context, c incident.Change) error {
	if c.ID == "" {
		c.ID = s.newID()
	}
	if c.StartedAt.IsZero() {
		c.StartedAt = s.now()
	}
	if err := s.store.PutChange(ctx, c); err != nil {
		return err
	}
	return s.announce(ctx, &c)
}
