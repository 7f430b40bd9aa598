package incident

import "time"

// Alert is all signals with one identity from one sender: what they said last,
// and how it ended before.
type Alert struct {
	ID       string     `json:"id"`
	Key      string     `json:"key"` // id of the integration key that it came by
	Signal   Signal     `json:"signal"`
	State    AlertState `json:"state"`
	First    time.Time  `json:"first"` // of the present firing
	Last     time.Time  `json:"last"`
	Count    int        `json:"count"` // signals received in all
	Incident string     `json:"incident,omitempty"`
	WasReal  int        `json:"wasReal"`  // candidates with it that were declared
	WasFalse int        `json:"wasFalse"` // that were dismissed
	WasEnded int        `json:"wasEnded"` // that ended by themselves
	Held     *Held      `json:"held,omitempty"`
	Spells   []Spell    `json:"-"` // the last times in which it fired until its sender ended it, the oldest first
}

// Spell is a time in which an alert fired.
type Spell struct{ From, Until time.Time }

// HoldKind says why alerts are held.
type HoldKind string

const (
	Silence     HoldKind = "silence"     // somebody does not want to hear of it for a while
	Maintenance HoldKind = "maintenance" // work on the service was announced
	Transient   HoldKind = "transient"   // it mostly ends by itself, and soon
	Flapping    HoldKind = "flapping"    // it comes and goes
)

// Held is why an alert pages nobody and is in no candidate: a window covers it,
// or it is mild and its own past says to wait. It stays on an alert that ended
// meanwhile, until the alert fires again.
type Held struct {
	Window string        `json:"window,omitempty"`
	Kind   HoldKind      `json:"kind"`
	Reason string        `json:"reason,omitempty"` // of a window
	Until  time.Time     `json:"until"`
	Times  int           `json:"times,omitempty"`  // transient: how often it ended within that time; flapping: how often it changed
	Of     int           `json:"of,omitempty"`     // transient: of how many times
	Within time.Duration `json:"within,omitempty"` //
	Since  time.Time     `json:"since,omitzero"`   // flapping: since when it has been held for it
	Drill  bool          `json:"drill,omitempty"`  // it came by a drill's key
	Grave  bool          `json:"-"`                // it would have paged at once
}

// Joined is the alert as its incident shows it.
func (a *Alert) Joined(why JoinReason, with string) JoinedAlert {
	s := a.Signal
	return JoinedAlert{ID: a.ID, Source: s.Source, Sender: s.Sender, Title: s.Title, Service: s.Service,
		Severity: s.Severity, Value: s.Value, URL: s.URL, State: a.State, Why: why, With: with, Ruled: s.Ruled}
}

// Repeat is how often an alert was reported again, and until when it counts as
// firing.
type Repeat struct {
	Key, Identity string
	Count         int
	Last, Expires time.Time
}
