package incident

import (
	"slices"
	"time"
)

// Opened begins a candidate.
type Opened struct {
	ID          string    `json:"id"`
	Title       string    `json:"title"`
	Service     string    `json:"service"`
	Environment string    `json:"environment"`
	Drill       bool      `json:"drill,omitempty"`
	Impact      time.Time `json:"impact,omitzero"` // when it began to hurt, if it is known
}

func (Opened) Kind() Kind { return "opened" }
func (f Opened) apply(i *Incident, e *Entry) {
	i.ID, i.Title, i.Service, i.Environment, i.Drill = f.ID, f.Title, f.Service, f.Environment, f.Drill
	i.Status = Triage
	i.Roles = map[Role]Person{}
	i.reach(Detected, e.At)
	if !f.Impact.IsZero() {
		i.reach(ImpactStarted, f.Impact)
	}
}

// Retitled gives the incident better words.
type Retitled struct {
	Title string `json:"title"`
}

func (Retitled) Kind() Kind                    { return "retitled" }
func (f Retitled) apply(i *Incident, _ *Entry) { i.Title = f.Title }

// JoinReason says why an alert joined a candidate.
type JoinReason string

const (
	FirstAlert  JoinReason = "first"     // it opened the candidate
	SameService JoinReason = "service"   // the same service, within the window
	Neighbour   JoinReason = "neighbour" // a service that calls it or is called by it
	SameGroup   JoinReason = "group"     // the sender grouped them
	ByHand      JoinReason = "hand"      // a person joined them
	Taught      JoinReason = "taught"    // people merged such alerts before
	Together    JoinReason = "together"  // such alerts began together before
	Alike       JoinReason = "alike"     // its words are like those of another, and its service is not known
	SplitByHand JoinReason = "split"     // a person split it off another candidate
	AfterWindow JoinReason = "window"    // it opened the candidate when the window that held it ended
	Lasting     JoinReason = "lasting"   // it opened the candidate when it had not ended as soon as it mostly does
	Unsteady    JoinReason = "unsteady"  // it opened the candidate after it had been held for coming and going
	ByRule      JoinReason = "rule"      // a rule of the team says so
	OnItsOwn    JoinReason = "apart"     // it opened the candidate, which a rule of the team keeps for it alone
)

// AlertState is what is known of an alert.
type AlertState string

const (
	AlertFiring   AlertState = "firing"
	AlertResolved AlertState = "resolved"
	AlertSilent   AlertState = "silent" // no longer reported: not the same as resolved
)

// JoinedAlert is an alert as its incident knows it.
type JoinedAlert struct {
	ID       string     `json:"id"`
	Source   string     `json:"source"`
	Sender   string     `json:"sender,omitempty"`
	Title    string     `json:"title"`
	Service  string     `json:"service,omitempty"`
	Severity string     `json:"severity,omitempty"`
	Value    string     `json:"value,omitempty"`
	URL      string     `json:"url,omitempty"`
	State    AlertState `json:"state"`
	Why      JoinReason `json:"why"`
	With     string     `json:"with,omitempty"` // the service that made it a neighbour; the rule, and by what
	Ruled    *Ruled     `json:"ruled,omitempty"`
}

// SignalJoined says that an alert joined, or that its state changed.
type SignalJoined struct {
	Alert JoinedAlert `json:"alert"`
	More  int         `json:"more,omitempty"`  // this many others like it joined at the same moment (a storm)
	Ended bool        `json:"ended,omitempty"` // with these, all alerts of the incident have ended
	// Groups are what others join it by, as rules say of these alerts; see [RuleGroup].
	Groups []string `json:"groups,omitempty"`
}

func (SignalJoined) Kind() Kind { return "signal" }
func (f SignalJoined) apply(i *Incident, e *Entry) {
	i.takeIn([]JoinedAlert{f.Alert})
	i.affects(f.Alert.Service)
	i.joinedBy(f.Groups)
	i.Apart = i.Apart || f.Alert.Why == OnItsOwn
	for n := range i.Alerts {
		if f.Ended {
			i.Alerts[n].State = AlertResolved
		}
	}
	if f.Alert.State == AlertFiring {
		i.LastFire = e.At
	}
}

// keptAlerts is how many alerts the record holds: a storm's tail is in the
// store.
const keptAlerts = 200

// OpenedByAlert reports whether it began with an alert, not with the word of a
// person.
func (i *Incident) OpenedByAlert() bool {
	return slices.ContainsFunc(i.Alerts, func(a JoinedAlert) bool {
		return a.Why == FirstAlert || a.Why == AfterWindow || a.Why == Lasting || a.Why == Unsteady || a.Why == SplitByHand
	})
}

func (i *Incident) alert(id string) *JoinedAlert {
	for n := range i.Alerts {
		if i.Alerts[n].ID == id {
			return &i.Alerts[n]
		}
	}
	return nil
}

// Firing counts the alerts that still fire, the silent ones included: silence
// is not recovery.
func (i *Incident) Firing() int {
	n := 0
	for _, a := range i.Alerts {
		if a.State != AlertResolved {
			n++
		}
	}
	return n
}

// CheckState is what one check of a verdict found.
type CheckState string

const (
	CheckYes     CheckState = "yes"
	CheckNo      CheckState = "no"
	CheckUnknown CheckState = "unknown" // could not be judged: named, not counted
)

// Check is one reason of a verdict.
type Check struct {
	Code   string            `json:"code"` // worded in both languages by package text
	State  CheckState        `json:"state"`
	Weight int               `json:"weight"`
	Args   map[string]string `json:"args,omitempty"`
}

// Verdict is what Sigap thinks of a candidate, from 0 to 100, with its reasons.
type Verdict struct {
	Score      int      `json:"score"`
	Severity   Severity `json:"severity"`
	Production bool     `json:"production"`
	Live       bool     `json:"live"` // from live checks, not only from what was stored
	Checks     []Check  `json:"checks"`
}

// Judged states a verdict.
type Judged struct {
	Verdict Verdict `json:"verdict"`
}

func (Judged) Kind() Kind { return "verdict" }
func (f Judged) apply(i *Incident, e *Entry) {
	v := f.Verdict
	i.Verdict = &v
	if i.Status == Triage && i.SeverityBy == nil {
		i.Severity = v.Severity
	}
	if v.Live {
		i.reach(Verified, e.At)
	}
}

// SeveritySet changes the severity, with a reason.
type SeveritySet struct {
	From   Severity `json:"from"`
	To     Severity `json:"to"`
	Reason string   `json:"reason,omitempty"`
}

func (SeveritySet) Kind() Kind { return "severity" }
func (f SeveritySet) apply(i *Incident, e *Entry) {
	i.Severity = f.To
	if e.Actor.Kind == PersonActor { // a later verdict does not know better
		i.SeverityBy = &Person{e.Actor.ID, e.Actor.Name}
	}
}

// Declared makes a candidate an incident.
type Declared struct {
	Number   int      `json:"number"`
	Severity Severity `json:"severity"`
	Policy   string   `json:"policy,omitempty"` // which one; empty: a person did
	Reason   string   `json:"reason,omitempty"`
}

func (Declared) Kind() Kind { return "declared" }
func (f Declared) apply(i *Incident, e *Entry) {
	i.Number, i.Severity, i.Status = f.Number, f.Severity, Investigating
	i.reach(DeclaredAt, e.At)
	i.reach(Verified, e.At)
	i.reach(ImpactStarted, i.Milestones[Detected])
	if i.Shadow != nil {
		shadow := *i.Shadow
		shadow.InForce = f.Policy
		i.Shadow = &shadow
	}
}

// DismissedAs ends a candidate: a person says it is none.
type DismissedAs struct {
	Reason string `json:"reason"`
}

func (DismissedAs) Kind() Kind { return "dismissed" }
func (f DismissedAs) apply(i *Incident, e *Entry) {
	i.Status, i.Reason = Dismissed, f.Reason
	i.over(e)
}

// EndedBySelf ends a candidate whose alerts all ended before anybody joined.
type EndedBySelf struct{}

func (EndedBySelf) Kind() Kind { return "ended" }
func (EndedBySelf) apply(i *Incident, e *Entry) {
	i.Status = Ended
	i.over(e)
}

// over ends a record that goes no further: nothing is owed any more.
func (i *Incident) over(e *Entry) {
	i.Proposed, i.NobodyYet = nil, nil
	i.reach(ClosedAt, e.At)
	for n := range i.Clocks {
		i.Clocks[n].Due = time.Time{}
	}
}

// EvidenceState is how a check of the evidence ended.
type EvidenceState string

const (
	EvidenceFound   EvidenceState = "interesting"
	EvidenceNothing EvidenceState = "nothing" // looked, and ruled out
	EvidenceSkipped EvidenceState = "skipped" // does not apply
	EvidenceFailed  EvidenceState = "failed"  // the source is dead or too slow
)

// Evidence is what one check found, kept with the incident.
type Evidence struct {
	Check    string            `json:"check"`  // logs, attributes, metrics, changes, recurrence, probe
	Source   string            `json:"source"` // recorder, prometheus, loki, …
	State    EvidenceState     `json:"state"`
	Code     string            `json:"code"` // the sentence that says it, worded by package text
	Args     map[string]string `json:"args,omitempty"`
	Window   Window            `json:"window"`
	Took     time.Duration     `json:"took"` // nanoseconds
	Onset    time.Time         `json:"onset,omitzero"`
	Patterns []LogPattern      `json:"patterns,omitempty"`
	Apart    []Attribute       `json:"apart,omitempty"` // which attributes explain the errors, the most telling first
	Plots    []Plot            `json:"plots,omitempty"`
	Suspects []Suspect         `json:"suspects,omitempty"`
	Changes  []ChangeSuspect   `json:"changes,omitempty"`
	Earlier  []Occurrence      `json:"earlier,omitempty"`

	Suspicions []Suspicion `json:"suspicions,omitempty"` // all that may be the cause, in one order
}

func (Evidence) Kind() Kind { return "evidence" }
func (f Evidence) apply(i *Incident, _ *Entry) {
	i.Evidence = put(i.Evidence, f, func(o Evidence) bool { return o.Check == f.Check && o.Source == f.Source })
	if !f.Onset.IsZero() && f.Onset.Before(i.Milestones[Detected]) {
		if at := i.Milestones[ImpactStarted]; at.IsZero() || at.Equal(i.Milestones[Detected]) {
			i.Milestones[ImpactStarted] = f.Onset
		}
	}
}

// LogPattern is a kind of log line, in the incident's window against its baseline.
type LogPattern struct {
	Kind     string    `json:"kind"` // new, surging, stopped, rare
	Template string    `json:"template"`
	Level    string    `json:"level,omitempty"`
	Service  string    `json:"service,omitempty"`
	Count    int       `json:"count"`
	Factor   float64   `json:"factor,omitempty"` // of the baseline's rate; 0 for a new one
	First    time.Time `json:"first,omitzero"`
	Samples  []string  `json:"samples,omitempty"`
	Spark    []float64 `json:"spark,omitempty"`
}

// Attribute is a property of log lines, or two together, that the errors have
// far more often than the other lines.
type Attribute struct {
	Where    []Property `json:"where"`             // one, or two that tell more together than each alone
	Alike    []Property `json:"alike,omitempty"`   // on the same lines: nothing tells them apart
	Outcome  bool       `json:"outcome,omitempty"` // it says how it failed, such as a status, not where
	Errors   int        `json:"errors"`            // lines of the window that have it
	Others   int        `json:"others"`            // lines without an error that have it, those before included
	OfErrors float64    `json:"ofErrors"`          // share of the errors beyond what is usual, 0 to 1
	OfOthers float64    `json:"ofOthers"`          // share of the other lines, 0 to 1
}

// Property is a key and a value that log lines have.
type Property struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// Plot is a series drawn with what is usual.
type Plot struct {
	Title   string  `json:"title"`
	Service string  `json:"service,omitempty"`
	Unit    string  `json:"unit,omitempty"`
	Low     float64 `json:"low"`  // of the usual band
	High    float64 `json:"high"` //
	Before  float64 `json:"before"`
	Peak    float64 `json:"peak"`
	Last    float64 `json:"last"`
	Points  []Point `json:"points"`
}

// Suspect is a metric whose change may be the cause.
type Suspect struct {
	Service string            `json:"service,omitempty"`
	Host    string            `json:"host,omitempty"`
	Metric  string            `json:"metric"`
	Kind    string            `json:"kind"` // origin, effect, affected
	At      time.Time         `json:"at"`
	Before  float64           `json:"before"`
	After   float64           `json:"after"`
	Unit    string            `json:"unit,omitempty"`
	Score   float64           `json:"score"`
	Labels  map[string]string `json:"labels,omitempty"`  // what else tells the series from its siblings
	Reasons []Reason          `json:"reasons,omitempty"` // the first one decided; worded by package text
	Spark   []float64         `json:"spark,omitempty"`
}

// ChangeSuspect is a change that may be the cause, with the reasons of its score.
type ChangeSuspect struct {
	Change  Change   `json:"change"`
	Score   float64  `json:"score"`   // 0 to 1
	Reasons []Reason `json:"reasons"` //
}

// SuspicionKind is what a suspicion is of.
type SuspicionKind string

const (
	SuspectedChange  SuspicionKind = "change"
	SuspectedMeasure SuspicionKind = "measure"
	SuspectedError   SuspicionKind = "error"
)

// Suspicion is one thing that may be the cause, ranked among all others.
type Suspicion struct {
	Of      SuspicionKind     `json:"of"`
	Service string            `json:"service,omitempty"`
	Host    string            `json:"host,omitempty"`
	Text    string            `json:"text"`             // the change's summary, the metric, the kind of log line
	Change  string            `json:"change,omitempty"` // id
	Labels  map[string]string `json:"labels,omitempty"` // of the metric
	At      time.Time         `json:"at,omitzero"`      // when it was made, moved, first seen
	Score   float64           `json:"score"`            // 0 to 1
	Reasons []Reason          `json:"reasons,omitempty"`
}

// Reason is a code with its figures, worded by package text.
type Reason struct {
	Code string            `json:"code"`
	Args map[string]string `json:"args,omitempty"`
}

// Occurrence is an earlier incident that is like this one.
type Occurrence struct {
	ID      string        `json:"id"`
	Ref     string        `json:"ref"`
	Title   string        `json:"title"`
	At      time.Time     `json:"at"`
	Lasted  time.Duration `json:"lasted,omitempty"`
	Cause   string        `json:"cause,omitempty"`
	FixedBy string        `json:"fixedBy,omitempty"`
	Open    []string      `json:"open,omitempty"` // promised actions that are not done
	Alike   float64       `json:"alike"`
}

// Opinion is what a person said of a suspected change.
type Opinion struct {
	State string `json:"state"` // confirmed, cleared
	By    Person `json:"by"`
	Why   string `json:"why,omitempty"`
}

// ChangeJudged confirms or clears a suspected change; only a person may.
type ChangeJudged struct {
	Change  string `json:"change"`
	Summary string `json:"summary,omitempty"` // of the change, so that the entry can name it
	State   string `json:"state"`
	Why     string `json:"why,omitempty"`
}

func (ChangeJudged) Kind() Kind { return "changeJudged" }
func (f ChangeJudged) apply(i *Incident, e *Entry) {
	if i.Changes == nil {
		i.Changes = map[string]Opinion{}
	}
	i.Changes[f.Change] = Opinion{State: f.State, Why: f.Why, By: e.Actor.person()}
}
