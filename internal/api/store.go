package api

import (
	"context"
	"time"

	"github.com/sigap-dev/sigap/internal/directory"
	"github.com/sigap-dev/sigap/internal/evidence/probe"
	"github.com/sigap-dev/sigap/internal/identify/intake"
	"github.com/sigap-dev/sigap/internal/identify/window"
	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/inform/channel"
	"github.com/sigap-dev/sigap/internal/inform/oncall"
)

// Store is what the API reads and sets up; what changes an incident is its
// stages' business.
type Store interface {
	Ping(ctx context.Context) error
	Incident(ctx context.Context, ref string) (*incident.Incident, error)
	Incidents(ctx context.Context, f incident.Filter) ([]*incident.Incident, error)
	Briefs(ctx context.Context, f incident.Filter) ([]*incident.Brief, error)
	Entries(ctx context.Context, id string, after, limit int) ([]incident.Entry, error)
	EntriesBefore(ctx context.Context, id string, before, limit int) ([]incident.Entry, error)
	AllEntries(ctx context.Context, id string) ([]incident.Entry, error)
	AlertsOf(ctx context.Context, incidentID string, limit int) ([]*incident.Alert, error)
	RecentAlerts(ctx context.Context, limit int) ([]*incident.Alert, error)
	Alert(ctx context.Context, id string) (*incident.Alert, error)
	Windows(ctx context.Context, at time.Time) ([]window.Window, error)
	GravestHeld(ctx context.Context, limit int) ([]*incident.Alert, error)
	CountHeld(ctx context.Context) (all, grave int, err error)
	Changes(ctx context.Context, w incident.Window, limit int) ([]incident.Change, error)
	Actions(ctx context.Context, openOnly bool, limit int) ([]incident.ActionOf, error)
	CheckRecords(ctx context.Context) ([]incident.CheckRecord, error)
	OwedBy(ctx context.Context, person string, limit int) ([]incident.ActionOf, error)
	InboxSize(ctx context.Context) (waiting, aside int, err error)

	People(ctx context.Context) ([]directory.Person, error)
	Person(ctx context.Context, idOrEmail string) (*directory.Person, error)
	ChangePerson(ctx context.Context, id string, fn func(*directory.Person) error) (*directory.Person, error)
	Teams(ctx context.Context) ([]directory.Team, error)
	PutTeam(ctx context.Context, t *directory.Team) error
	Services(ctx context.Context) ([]directory.Service, error)
	PutService(ctx context.Context, v *directory.Service) error
	Audiences(ctx context.Context) ([]directory.Audience, error)
	PutAudience(ctx context.Context, a *directory.Audience) error
	Schedules(ctx context.Context) ([]oncall.Schedule, error)
	PutSchedule(ctx context.Context, v *oncall.Schedule) error
	ChangeSchedule(ctx context.Context, id string, fn func(*oncall.Schedule) error) (*oncall.Schedule, error)
	Swaps(ctx context.Context, at time.Time) ([]oncall.Swap, error)
	Ladders(ctx context.Context) ([]oncall.Ladder, error)
	PutLadder(ctx context.Context, v *oncall.Ladder) error
	Probes(ctx context.Context) ([]probe.Watched, error)
	Remove(ctx context.Context, table, key string) error
	Policy(ctx context.Context) (incident.Policy, error)
	PutPolicy(ctx context.Context, p incident.Policy) error
	Setting(ctx context.Context, name string, v any) error
	PutSetting(ctx context.Context, name string, v any) error

	Accounts
	Credentials
	Samples
	Answers
}

// Accounts are who may sign in.
type Accounts interface {
	HasAdmin(ctx context.Context) (bool, error)
	// SignIn checks a password and begins a session.
	SignIn(ctx context.Context, email, password string) (*directory.Person, string, error)
	SignOut(ctx context.Context, secret string) error
	SessionPerson(ctx context.Context, secret string) (*directory.Person, error)
	// FirstAdmin takes the one-time link's token and makes the first admin.
	FirstAdmin(ctx context.Context, token string, p *directory.Person, password string) error
	// Invite makes an account without a password and gives the token of its
	// invitation.
	Invite(ctx context.Context, p *directory.Person) (token string, err error)
	AcceptInvitation(ctx context.Context, token, name, password string) (*directory.Person, error)
	// ResetToken gives the token that lets somebody choose a new password;
	// empty if nobody has that address.
	ResetToken(ctx context.Context, email string) (*directory.Person, string, error)
	ResetPassword(ctx context.Context, token, password string) error
	ChangePassword(ctx context.Context, id, old, password string) error
}

// Credential is an API token or a sender's key as the settings show it.
type Credential struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Scope   string `json:"scope"`
	Created string `json:"created"`
}

// Credentials are what programs show instead of a password.
type Credentials interface {
	TokenRight(ctx context.Context, secret string) (incident.Actor, error)
	SenderKey(ctx context.Context, secret string) (SenderKey, error)
	IssueToken(ctx context.Context, name string, right incident.Right) (secret string, err error)
	MakeKey(ctx context.Context, name, source string, drill bool, set KeyChange) (secret string, err error)
	ChangeKey(ctx context.Context, id string, set KeyChange) error
	RotateKey(ctx context.Context, idOrName string, overlap time.Duration) (secret string, until time.Time, err error)
	ListTokens(ctx context.Context) ([]Credential, error)
	ListKeys(ctx context.Context) ([]KeyView, error)
	RevokeToken(ctx context.Context, id string) error
	RevokeKey(ctx context.Context, id string) error
	// IssueFeed gives the secret of a calendar of shifts: of a schedule, or
	// without one of the person's own. It ends the one before.
	IssueFeed(ctx context.Context, person, schedule string) (secret string, err error)
	Feed(ctx context.Context, secret string) (person, schedule string, err error)
}

// Samples are the bodies that came by keys, for who sets a key up.
type Samples interface {
	KeepSample(ctx context.Context, keyID string, sample intake.Sample) error
	Samples(ctx context.Context, keyID string) (first, last *intake.Sample, err error)
}

// Answers are what was answered to requests with an Idempotency-Key.
type Answers interface {
	// Begin gives the answer if there is one, and Conflict if the same request
	// is under way.
	Begin(ctx context.Context, hash string) (answer string, err error)
	End(ctx context.Context, hash, answer string) error
}

// Recorder takes what agents and collectors send.
type Recorder interface {
	Logs(ctx context.Context, lines []incident.LogLine) error
	Metrics(ctx context.Context, series []incident.Series) error
}

// ChannelSettings are the channels that are set up; secrets never leave them.
type ChannelSettings interface {
	Channel(ctx context.Context, kind string) (channel.Channel, error)
	List(ctx context.Context) ([]ChannelState, error)
	Put(ctx context.Context, kind string, config []byte) error
	Remove(ctx context.Context, kind string) error
}

// ChannelState is a channel as the settings show it.
type ChannelState struct {
	Kind   string         `json:"kind"`
	Set    bool           `json:"set"`
	Config map[string]any `json:"config,omitempty"` // secrets redacted
}

// Drill starts a drill on the small broken shop.
type Drill interface {
	Start(ctx context.Context, fault string) error
	Running() bool
}
