// Package identify is stage 1: from a signal to a declared incident.
//
// What arrives is accepted durably and answered; then it is applied: signals
// become alerts, alerts join candidates, and in the same commit what is stored
// already gives each candidate a first verdict, which alone decides whether a
// person is paged at once. The live checks follow in a job of their own and
// confirm, raise, lower or withdraw that verdict. Nothing that pages waits for
// them.
package identify

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/sigap-dev/sigap/internal/directory"
	"github.com/sigap-dev/sigap/internal/identify/rule"
	"github.com/sigap-dev/sigap/internal/identify/window"
	"github.com/sigap-dev/sigap/internal/incident"
)

// Tx is what applying signals needs of one transaction.
type Tx interface {
	Inbox(limit int) (ids, bodies []string, err error)
	Alerts(key string, identities []string) (map[string]*incident.Alert, error)
	PutAlerts([]*incident.Alert) error
	// Open gives those of the records that people still work on, by id and by
	// group, and the newest few of all.
	Open(ids, groups []string, newest int) ([]*incident.Brief, error)
	// Fires reports whether an incident has an alert that has not ended.
	Fires(incidentID string) (bool, error)
	// MoveAlerts gives the alerts of one incident to another.
	MoveAlerts(from, to string) error
	// AlertsIn gives those of the alerts, by id, that belong to an incident.
	AlertsIn(incidentID string, ids []string) ([]*incident.Alert, error)
	// Teach counts that people merged alerts of such classes, or split them.
	Teach(pairs [][2]string, merged bool) error
	SeeService(directory.Service) error
	Change(incident.Actor, string, func(*incident.Edit) error) (*incident.Incident, error)
	Create(incident.Actor, string, func(*incident.Edit) error) (*incident.Incident, error)
}

// Store is what stage 1 needs of the store.
type Store interface {
	Accept(ctx context.Context, body, ahead string) error
	InTx(ctx context.Context, fn func(Tx) error) error
	SetAside(ctx context.Context, id string) error
	NoteRepeats(ctx context.Context, repeats []incident.Repeat) error
	Expired(ctx context.Context, limit int) ([]*incident.Alert, error)
	AlertsOf(ctx context.Context, incidentID string, limit int) ([]*incident.Alert, error)
	Incident(ctx context.Context, ref string) (*incident.Incident, error)
	Incidents(ctx context.Context, f incident.Filter) ([]*incident.Incident, error)
	Change(ctx context.Context, actor incident.Actor, id string, fn func(*incident.Edit) error) (*incident.Incident, error)
	Create(ctx context.Context, actor incident.Actor, id string, fn func(*incident.Edit) error) (*incident.Incident, error)
	// Rules numbers the state of the services, the policy, the windows, the team's
	// rules and what was learned.
	Rules(ctx context.Context) (int64, error)
	Services(ctx context.Context) ([]directory.Service, error)
	Policy(ctx context.Context) (incident.Policy, error)
	// Shadow gives the policy in shadow; nil if there is none.
	Shadow(ctx context.Context) (*incident.ShadowPolicy, error)
	PutShadow(ctx context.Context, p *incident.ShadowPolicy) error
	// AdoptShadow puts the policy in shadow in force, if it is that one still.
	AdoptShadow(ctx context.Context, id string) error
	Pairs(ctx context.Context) ([]incident.ClassPair, error)
	// AlertsSince gives alerts that were reported since a moment, the last
	// reported first, after one.
	AlertsSince(ctx context.Context, since time.Time, after *incident.Alert, limit int) ([]*incident.Alert, error)
	Setting(ctx context.Context, name string, v any) error
	PutSetting(ctx context.Context, name string, v any) error
	PutChange(ctx context.Context, c incident.Change) error
	Beat(ctx context.Context, b incident.Heartbeat, back string) error
	Silent(ctx context.Context, now time.Time, limit int) ([]incident.Heartbeat, error)
	Miss(ctx context.Context, b incident.Heartbeat, now time.Time, body, ahead string) error
	// Windows gives those that had not ended at a moment.
	Windows(ctx context.Context, at time.Time) ([]window.Window, error)
	PutWindow(ctx context.Context, w window.Window) error
	ChangeWindow(ctx context.Context, id string, fn func(*window.Window) error) (*window.Window, error)
	// Held gives alerts that are held and have not ended, by id, after one.
	Held(ctx context.Context, after string, limit int) ([]*incident.Alert, error)
	// RuleList gives the team's rules in their order.
	RuleList(ctx context.Context) ([]rule.Kept, error)
	PutRule(ctx context.Context, r rule.Rule) error
	RemoveRule(ctx context.Context, id string) (was bool, err error)
	OrderRules(ctx context.Context, ids []string) error
	NoteRules(ctx context.Context, became map[string]rule.State) error
	Shared() bool
}

// Collector collects evidence: each part goes to found as it comes, and what
// is not there when ctx ends is named as failed.
type Collector interface {
	Collect(ctx context.Context, i *incident.Incident, found func(incident.Evidence))
}

// Service is stage 1.
type Service struct {
	store    Store
	evidence Collector
	newID    func() string
	now      func() time.Time
	log      *slog.Logger
	seen     seen
	ahead    ahead
	known    atomic.Pointer[rules]
	held     held
	wake     chan struct{}
	replays  chan struct{} // one at a time: it is for people who wait, and takes a core
}

// New makes stage 1.
func New(store Store, evidence Collector, newID func() string, now func() time.Time, log *slog.Logger) *Service {
	return &Service{store: store, evidence: evidence, newID: newID, now: now, log: log,
		seen: seen{alerts: map[seenKey]*sighting{}}, ahead: ahead{last: map[string]time.Time{}}, wake: make(chan struct{}, 1), replays: make(chan struct{}, 1)}
}

// The jobs that stage 1 asks of itself.
type (
	// Decide goes by the policy when the live checks had their time.
	Decide struct {
		Incident string `json:"incident"`
	}
	// Unanswered counts a candidate that nobody answered as real.
	Unanswered struct {
		Incident string `json:"incident"`
	}
	// Settle ends a candidate whose alerts ended and that nobody joined.
	Settle struct {
		Incident string `json:"incident"`
	}
)

func (Decide) Kind() string     { return "decide" }
func (Unanswered) Kind() string { return "unanswered" }
func (Settle) Kind() string     { return "settle" }

const (
	// liveChecks is how long the live checks may take before the policy decides
	// without them.
	liveChecks = 2 * time.Second
	// settleAfter is how long a candidate whose alerts all ended is kept for
	// them to come back.
	settleAfter = 30 * time.Second
)
