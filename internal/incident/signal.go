package incident

import "time"

// SignalState says what a signal reports of its alert.
type SignalState string

const (
	Firing       SignalState = "firing"
	Resolved     SignalState = "resolved"
	Acknowledged SignalState = "acknowledged" // somebody took it over in the sender's own tool
)

// Signal is one event from a source, read from its wire format: an alert that
// fires or ends, a failed probe, a manual declaration.
type Signal struct {
	Source      string            `json:"source"`                // kind of the integration key: alertmanager, grafana, pagerduty, generic, …
	Sender      string            `json:"sender,omitempty"`      // the key's name, so that two Prometheus servers can be told apart
	Identity    string            `json:"identity"`              // what makes two signals one alert, by the sender's own rule
	State       SignalState       `json:"state"`                 //
	Title       string            `json:"title"`                 // one line, as the sender words it
	Description string            `json:"description,omitempty"` //
	Service     string            `json:"service,omitempty"`     // read from the usual labels; empty if the sender names none
	Environment string            `json:"environment,omitempty"` //
	Severity    string            `json:"severity,omitempty"`    // the sender's own word: critical, error, P1, …
	Team        string            `json:"team,omitempty"`        //
	Labels      map[string]string `json:"labels,omitempty"`      //
	StartedAt   time.Time         `json:"startedAt,omitzero"`    // zero if the sender does not say
	EndedAt     time.Time         `json:"endedAt,omitzero"`      // of a resolved one
	ExpiresAt   time.Time         `json:"expiresAt,omitzero"`    // when silence about it makes it "no longer reported"; zero: never
	URL         string            `json:"url,omitempty"`         // where the sender shows it
	Value       string            `json:"value,omitempty"`       // the measured value, as the sender words it
	Ruled       *Ruled            `json:"ruled,omitempty"`       // what a rule of the team decided about it
}

// ChangeKind is the kind of a change to production.
type ChangeKind string

const (
	Deploy         ChangeKind = "deploy"
	Config         ChangeKind = "config"
	Infrastructure ChangeKind = "infrastructure"
	FeatureFlag    ChangeKind = "flag"
	Migration      ChangeKind = "migration"
	Planned        ChangeKind = "maintenance" // work announced beforehand: it holds the service's alerts meanwhile
)

// Change is something that somebody did to production: a deploy, a
// configuration edit, a migration. It never pages; it is evidence.
type Change struct {
	ID          string     `json:"id"`
	Kind        ChangeKind `json:"kind"`
	Service     string     `json:"service,omitempty"`
	Environment string     `json:"environment,omitempty"`
	Summary     string     `json:"summary"`
	Author      string     `json:"author,omitempty"`
	From        string     `json:"from,omitempty"` // version before
	To          string     `json:"to,omitempty"`   // version after
	Diff        string     `json:"diff,omitempty"` // unified diff, at most 16 KiB
	URL         string     `json:"url,omitempty"`
	StartedAt   time.Time  `json:"startedAt"`
	EndedAt     time.Time  `json:"endedAt,omitzero"`
}

// Report is what one user says went wrong, heard by support.
type Report struct {
	ID       string    `json:"id"`
	Service  string    `json:"service,omitempty"`
	Words    string    `json:"words"`              // the user's own
	Reporter string    `json:"reporter,omitempty"` // who reported it: a customer's name or number, a ticket
	Channel  string    `json:"channel,omitempty"`  // how it came: phone, chat, form, e-mail
	Segment  string    `json:"segment,omitempty"`  // what may set the affected apart: city, plan, payment method
	Noticed  time.Time `json:"noticed"`            // when the user first saw it
	At       time.Time `json:"at"`                 // when Sigap heard of it
	By       string    `json:"by,omitempty"`       // who recorded it
}
