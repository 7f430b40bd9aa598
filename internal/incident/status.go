package incident

import (
	"slices"
	"time"
)

// Status is where an incident is in its life.
type Status string

const (
	Triage         Status = "triage"
	Investigating  Status = "investigating"
	Mitigating     Status = "mitigating"
	Monitoring     Status = "monitoring"
	StatusResolved Status = "resolved"
	Reviewing      Status = "reviewing"
	Closed         Status = "closed"
	Dismissed      Status = "dismissed" // a person said it is none
	Merged         Status = "merged"    // it goes on in another
	Ended          Status = "ended"     // its alerts ended and nobody had joined
)

var statusOrder = []Status{Triage, Investigating, Mitigating, Monitoring, StatusResolved, Reviewing, Closed}

// Open reports whether people still work to end the impact.
func (s Status) Open() bool {
	return s == Triage || s == Investigating || s == Mitigating || s == Monitoring
}

// Declared reports whether an incident in this status counts as one.
func (s Status) Declared() bool { return slices.Index(statusOrder, s) > 0 }

// Before reports whether s comes before t on the ordinary way.
func (s Status) Before(t Status) bool {
	a, b := slices.Index(statusOrder, s), slices.Index(statusOrder, t)
	return a >= 0 && b >= 0 && a < b
}

// Pages reports whether people are still paged: until the impact has ended.
func (s Status) Pages() bool {
	return s == Triage || s == Investigating || s == Mitigating
}

// Severity is 1 (worst) to 4; 0 is not judged yet.
type Severity int

const (
	SEV1 Severity = 1 + iota
	SEV2
	SEV3
	SEV4
)

// Valid reports whether s is one of the four.
func (s Severity) Valid() bool { return s >= SEV1 && s <= SEV4 }

// Major reports whether s pages people at once.
func (s Severity) Major() bool { return s == SEV1 || s == SEV2 }

func (s Severity) String() string {
	if !s.Valid() {
		return "SEV?"
	}
	return "SEV" + string(rune('0'+s))
}

// Milestone is a moment from which times are measured.
type Milestone string

const (
	ImpactStarted Milestone = "impactStarted" // estimated from evidence, or said by a person
	Detected      Milestone = "detected"      // the first signal
	Verified      Milestone = "verified"      // the first verdict from live checks
	DeclaredAt    Milestone = "declared"
	AckedAt       Milestone = "acknowledged"
	CauseAt       Milestone = "causeIdentified"
	DecidedAt     Milestone = "decided"
	MitigatedAt   Milestone = "mitigated"
	ResolvedAt    Milestone = "resolved"
	ReviewedAt    Milestone = "reviewed"
	ClosedAt      Milestone = "closed"
)

// OpenStatuses are those of incidents that people still work on.
func OpenStatuses() []Status { return []Status{Triage, Investigating, Mitigating, Monitoring} }

// Filter chooses incidents; its zero value chooses all.
type Filter struct {
	Statuses []Status
	Severity Severity
	Service  string
	Text     string    // words that must all occur
	Drill    *bool     //
	Before   time.Time // opened before
	After    time.Time // opened at or after
	Limit    int       // 50 if 0
}
