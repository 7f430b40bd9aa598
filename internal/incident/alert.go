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
}

// WindowKind says what a window that holds alerts is for.
type WindowKind string

const (
	Silence     WindowKind = "silence"     // somebody does not want to hear of it for a while
	Maintenance WindowKind = "maintenance" // work on the service was announced
)

// Held is why an alert pages nobody and is in no candidate: a window covers it.
// It stays on an alert that ended meanwhile, until the alert fires again.
type Held struct {
	Window string     `json:"window"`
	Kind   WindowKind `json:"kind"`
	Reason string     `json:"reason"`
	Until  time.Time  `json:"until"`
	Drill  bool       `json:"drill,omitempty"` // it came by a drill's key
	Grave  bool       `json:"-"`               // it would have paged at once
}

// Joined is the alert as its incident shows it.
func (a *Alert) Joined(why JoinReason, with string) JoinedAlert {
	s := a.Signal
	return JoinedAlert{ID: a.ID, Source: s.Source, Sender: s.Sender, Title: s.Title, Service: s.Service,
		Severity: s.Severity, Value: s.Value, URL: s.URL, State: a.State, Why: why, With: with}
}

// Repeat is how often an alert was reported again, and until when it counts as
// firing.
type Repeat struct {
	Key, Identity string
	Count         int
	Last, Expires time.Time
}
