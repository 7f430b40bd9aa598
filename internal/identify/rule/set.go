package rule

import (
	"maps"
	"sync"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// Set is rules that are ready to be asked. The zero value has none. It is safe
// for concurrent use.
type Set struct {
	grouping, routing []compiled

	mu    sync.Mutex
	notes map[string]State
}

// compiled is a rule that was read.
type compiled struct {
	Rule
	when func(map[string]any) (bool, error)
	key  func(map[string]any) (string, error)
}

// Compile makes a set of the rules that are on, in their order. One that cannot
// be read matches nothing.
func Compile(all []Rule) *Set {
	s := &Set{}
	for n := range all {
		c, err := all[n].compile()
		switch {
		case all[n].Off:
		case err != nil:
			s.note(all[n].ID, func(st *State) { st.Error = err.Error() })
		case c.Does == Route:
			s.routing = append(s.routing, c)
		default:
			s.grouping = append(s.grouping, c)
		}
	}
	return s
}

// Fresh is a set of the same rules that counts for itself.
func (s *Set) Fresh() *Set { return &Set{grouping: s.grouping, routing: s.routing} }

// Grouping is what a rule says an alert belongs to.
type Grouping struct {
	ID, Name string
	Apart    bool          // to nothing but itself
	Key      string        // what the alerts of one candidate have in common
	Window   time.Duration // so long after its last alert a candidate takes the next
}

// Group gives what the first rule that matches says; nil if none does.
func (s *Set) Group(sig *incident.Signal) *Grouping {
	if len(s.grouping) == 0 {
		return nil
	}
	of := fields(sig)
	for n := range s.grouping {
		c := &s.grouping[n]
		if !s.matches(c, of) {
			continue
		}
		g := &Grouping{ID: c.ID, Name: c.Name, Apart: c.Does == Apart, Window: time.Duration(c.Minutes) * time.Minute}
		if g.Apart {
			return g
		}
		var err error
		if g.Key, err = c.key(of); err != nil {
			s.failed(c, err)
		}
		if g.Key != "" {
			return g
		}
	}
	return nil
}

// Route gives what the first rule that matches decides about an alert; nil if
// none does.
func (s *Set) Route(sig *incident.Signal) *incident.Ruled {
	if len(s.routing) == 0 {
		return nil
	}
	of := fields(sig)
	for n := range s.routing {
		if c := &s.routing[n]; s.matches(c, of) {
			return &incident.Ruled{Rule: c.ID, Name: c.Name, Service: c.Service, AtMost: c.AtMost, AtLeast: c.AtLeast, Quiet: c.Quiet}
		}
	}
	return nil
}

func (s *Set) matches(c *compiled, of map[string]any) bool {
	yes, err := c.when(of)
	if err != nil {
		s.failed(c, err)
	}
	return yes && err == nil
}

// Matched counts an alert that a rule decided about.
func (s *Set) Matched(id string, at time.Time) {
	s.note(id, func(st *State) { st.Matched++; st.MatchedAt = at })
}

func (s *Set) failed(c *compiled, err error) {
	s.note(c.ID, func(st *State) { st.Error = err.Error() })
}

func (s *Set) note(id string, change func(*State)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.notes == nil {
		s.notes = map[string]State{}
	}
	st := s.notes[id]
	change(&st)
	s.notes[id] = st
}

// Take gives what became of the rules since it was taken last, by their ids.
func (s *Set) Take() map[string]State {
	s.mu.Lock()
	defer s.mu.Unlock()
	taken := maps.Clone(s.notes)
	clear(s.notes)
	return taken
}
