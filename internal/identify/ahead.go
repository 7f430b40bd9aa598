package identify

import (
	"fmt"
	"maps"
	"sync"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// Nothing new and grave may wait behind a backlog. So a body that may open an
// incident which pages leaves a copy of that one signal in a lane of the inbox
// that is applied before all that waits. The body itself keeps its place: each
// alert's signals are applied in the order in which they were accepted, and the
// copy is then nothing but a repeat. A copy can therefore be superfluous, never
// wrong, and none is needed for a page to go out in the end.

// aheadEvery is how often one group of alerts may send a copy ahead. Only what
// would open an incident needs to be early, not all that would join it: a storm
// of one service is one copy a second.
const aheadEvery = time.Second

// maxGroups bounds the memory of who sent a copy ahead.
const maxGroups = 10_000

// ahead remembers when each group of alerts last sent a copy ahead.
type ahead struct {
	mu   sync.Mutex
	last map[string]time.Time
}

// of gives of each group of an arrival's signals the first that may page,
// unless the group has sent one ahead just now.
func (a *ahead) of(in arrival, r *rules) []incident.Signal {
	var out []incident.Signal
	for n := range in.Signals {
		as := in.Signals[n]
		s := &as
		if r.route(s); s.State != incident.Firing || !r.mayPage(s) || r.windows.Cover(s, in.At, "") != nil {
			continue
		}
		if a.turn(fmt.Sprint(in.Key.Drill, "/", s.Environment, "/", group(s)), in.At) {
			out = append(out, in.Signals[n])
		}
	}
	return out
}

func (a *ahead) turn(group string, now time.Time) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if last, known := a.last[group]; known && now.Sub(last) < aheadEvery {
		return false
	}
	if len(a.last) >= maxGroups {
		maps.DeleteFunc(a.last, func(_ string, last time.Time) bool { return now.Sub(last) >= aheadEvery })
	}
	if len(a.last) >= maxGroups {
		return false // so many groups at once: they are a backlog themselves
	}
	a.last[group] = now
	return true
}

// group is what the alert's candidate is looked for by.
func group(s *incident.Signal) string {
	if s.Service == "" {
		return incident.TitleGroup(s.Title)
	}
	return incident.ServiceGroup(s.Service)
}

// mayPage reports whether a signal alone may make a verdict that pages.
func (r *rules) mayPage(s *incident.Signal) bool {
	if !r.policy.Production(s.Environment) {
		return false
	}
	severity := r.policy.Matrix[row(r.catalog.services[s.Service].Tier)][r.policy.Urgency(s.Severity)]
	if d := s.Ruled; d != nil {
		if d.Quiet {
			return false
		}
		severity = max(severity, d.AtMost)
		if d.AtLeast.Valid() {
			severity = min(severity, d.AtLeast)
		}
	}
	return severity.Major()
}
