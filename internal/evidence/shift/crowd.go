package shift

import (
	"math"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// together is how far apart changes are still one roll-out over everything.
const together = 15 * time.Minute

// crowd knows how usual changes are here: where something changes every few
// minutes, that something changed just before the onset says little.
type crowd struct {
	changes  []incident.Change
	services int // that are known
	onset    time.Time
	span     time.Duration // covered by the changes before the onset
	related  map[string]int
}

func newCrowd(changes []incident.Change, o ChangeOptions) *crowd {
	c := &crowd{changes: changes, onset: o.Onset, span: 6 * time.Hour}
	if o.Service != "" {
		c.related = o.Graph.reachable(o.Service)
	}
	known := map[string]bool{}
	for from, to := range o.Graph {
		known[from] = true
		for _, t := range to {
			known[t] = true
		}
	}
	for _, ch := range changes {
		known[ch.Service] = true
		if !ch.StartedAt.IsZero() {
			c.span = max(c.span, o.Onset.Sub(ch.StartedAt))
		}
	}
	delete(known, "")
	c.services = len(known)
	return c
}

// discount lowers the time part of a suspect by both kinds of crowd.
func (c *crowd) discount(s *ChangeSuspect) {
	at := map[string]bool{}
	alike := 0
	for _, other := range c.changes {
		if other.Service == "" {
			continue
		}
		if other.StartedAt.Sub(s.Change.StartedAt).Abs() <= together {
			at[other.Service] = true
		}
		if _, ok := c.related[other.Service]; ok && !other.StartedAt.After(c.onset) {
			alike++
		}
	}
	if n := len(at); n >= 4 && 2*n > c.services {
		s.Parts.Time *= 1 - 0.6*float64(n)/float64(c.services)
		s.because(Reason{Code: ChangedAll, Value: float64(n), Limit: float64(c.services)})
	}
	// The chance of at least one more change to the incident's services in a
	// span as long as from this change to the onset, if they come at random.
	window := max(c.onset.Sub(ended(s.Change)), 5*time.Minute)
	chance := 1 - math.Exp(-float64(max(alike-1, 0))*float64(window)/float64(c.span))
	s.Parts.Time *= 1 - chance
	if chance >= 0.2 {
		s.because(Reason{Code: ChangesAreUsual, Value: chance})
	}
}
