package incident

import (
	"slices"
	"time"
)

// Track is one of the two ways to act: stop the pain first, then cure it.
type Track string

const (
	Mitigation Track = "mitigation"
	Fix        Track = "fix"
)

// Option is one way to act, to be compared with others.
type Option struct {
	ID         string    `json:"id"`
	Track      Track     `json:"track"`
	Title      string    `json:"title"`
	Effect     string    `json:"effect,omitempty"`
	Minutes    int       `json:"minutes,omitempty"` // to effect; 0: not known
	Risk       string    `json:"risk,omitempty"`
	Effort     string    `json:"effort,omitempty"`
	Reversible bool      `json:"reversible"`
	By         Person    `json:"by,omitzero"`
	At         time.Time `json:"at,omitzero"`
	Votes      []Person  `json:"votes,omitempty"`
	Chosen     bool      `json:"chosen,omitempty"`
}

func (Option) Kind() Kind { return "option" }
func (f Option) apply(i *Incident, e *Entry) {
	f.By, f.At, f.Votes, f.Chosen = e.Actor.person(), e.At, nil, false
	i.Options = append(i.Options, f)
}

// Option gives the one with the id.
func (i *Incident) Option(id string) (*Option, error) {
	return find(i.Options, "option", id, func(o *Option) string { return o.ID })
}

// Voted is one person's vote for an option; a second one takes it back.
type Voted struct {
	Option string `json:"option"`
	Title  string `json:"title,omitempty"` // the option's, so that the entry can name it
	Back   bool   `json:"back,omitempty"`  // said by the entry alone: the record knows who had voted
}

func (Voted) Kind() Kind { return "voted" }
func (f Voted) apply(i *Incident, e *Entry) {
	o, err := i.Option(f.Option)
	if err != nil {
		return
	}
	mine := func(p Person) bool { return p.ID == e.Actor.ID }
	if slices.ContainsFunc(o.Votes, mine) {
		o.Votes = slices.DeleteFunc(slices.Clone(o.Votes), mine)
	} else {
		o.Votes = append(o.Votes, e.Actor.person())
	}
}

// Decided is the choice of an option, with its reason.
type Decided struct {
	Option string    `json:"option"`
	Track  Track     `json:"track"`
	Title  string    `json:"title"`
	Reason string    `json:"reason"`
	By     Person    `json:"by,omitzero"`
	At     time.Time `json:"at,omitzero"`
}

func (Decided) Kind() Kind { return "decided" }
func (f Decided) apply(i *Incident, e *Entry) {
	f.By, f.At = e.Actor.person(), e.At
	i.Decisions = append(i.Decisions, f)
	for n := range i.Options {
		if i.Options[n].Track == f.Track {
			i.Options[n].Chosen = i.Options[n].ID == f.Option
		}
	}
	if f.Track == Mitigation {
		i.reach(DecidedAt, e.At)
		if i.Status == Investigating {
			i.Status = Mitigating
		}
	}
}

// Decision is the newest one on a track.
func (i *Incident) Decision(t Track) *Decided {
	for n := len(i.Decisions) - 1; n >= 0; n-- {
		if i.Decisions[n].Track == t {
			return &i.Decisions[n]
		}
	}
	return nil
}

// TaskState is where a task is.
type TaskState string

const (
	TaskOffered  TaskState = "assigned" // not answered yet
	TaskAccepted TaskState = "accepted"
	TaskDeclined TaskState = "declined"
	TaskFinished TaskState = "done"
)

// Task is work that a manager or lead gave to one person.
type Task struct {
	ID    string    `json:"id"`
	Track Track     `json:"track"`
	Title string    `json:"title"`
	To    Person    `json:"to"`
	Due   time.Time `json:"due,omitzero"`
	State TaskState `json:"state,omitempty"`
	Why   string    `json:"why,omitempty"` // of a refusal, or the result
	By    Person    `json:"by,omitzero"`
	At    time.Time `json:"at,omitzero"`
	Done  time.Time `json:"done,omitzero"`
}

func (Task) Kind() Kind { return "task" }
func (f Task) apply(i *Incident, e *Entry) {
	f.By, f.At, f.State = e.Actor.person(), e.At, TaskOffered
	i.Tasks = put(i.Tasks, f, func(t Task) bool { return t.ID == f.ID })
}

// Task gives the one with the id.
func (i *Incident) Task(id string) (*Task, error) {
	return find(i.Tasks, "task", id, func(t *Task) string { return t.ID })
}

// TaskAnswered is the assignee's yes or no.
type TaskAnswered struct {
	Task     string `json:"task"`
	Title    string `json:"title"`
	Accepted bool   `json:"accepted"`
	Why      string `json:"why,omitempty"`
}

func (TaskAnswered) Kind() Kind { return "taskAnswered" }
func (f TaskAnswered) apply(i *Incident, e *Entry) {
	if t, err := i.Task(f.Task); err == nil {
		t.State, t.Why = TaskDeclined, f.Why
		if f.Accepted {
			t.State = TaskAccepted
		}
	}
	i.join(e.Actor)
}

// TaskDone ends a task with what came of it.
type TaskDone struct {
	Task   string `json:"task"`
	Title  string `json:"title"`
	Result string `json:"result,omitempty"`
}

func (TaskDone) Kind() Kind { return "taskDone" }
func (f TaskDone) apply(i *Incident, e *Entry) {
	if t, err := i.Task(f.Task); err == nil {
		t.State, t.Why, t.Done = TaskFinished, f.Result, e.At
	}
	i.join(e.Actor)
}

// Proof is one measure that showed the problem, watched until it is back.
type Proof struct {
	ID      string            `json:"id"`
	Title   string            `json:"title"` // the metric or pattern
	Service string            `json:"service,omitempty"`
	Unit    string            `json:"unit,omitempty"`
	Source  string            `json:"source,omitempty"` // where it is measured
	Labels  map[string]string `json:"labels,omitempty"` // what else tells its series from its siblings
	Limit   float64           `json:"limit"`            // recovered on the near side of it
	Above   bool              `json:"above"`            // recovered means above the limit, not below
	Now     float64           `json:"now"`
	Good    bool              `json:"good"`
	Since   time.Time         `json:"since,omitzero"` // good without a break since
	Hold    time.Duration     `json:"hold"`           // how long it must be good
	Spark   []float64         `json:"spark,omitempty"`
	Unknown bool              `json:"unknown,omitempty"` // the source gave no value: not good, and said so
	At      time.Time         `json:"at,omitzero"`
}

func (Proof) Kind() Kind { return "proof" }
func (f Proof) apply(i *Incident, e *Entry) {
	f.At = e.At
	i.Proofs = put(i.Proofs, f, func(p Proof) bool { return p.ID == f.ID })
	if !f.Good {
		i.withdraw("recovered")
	}
}

// Recovered reports whether every watched measure has been good for its hold
// time at now; false if nothing is watched.
func (i *Incident) Recovered(now time.Time) bool {
	for _, p := range i.Proofs {
		if !p.Good || p.Unknown || now.Sub(p.Since) < p.Hold {
			return false
		}
	}
	return len(i.Proofs) > 0
}

// StepProposed is Sigap's proposal to move on; a person takes it.
type StepProposed struct {
	To   Status `json:"to"`
	Code string `json:"code"` // recovered (the proof held), alerts-ended
}

func (StepProposed) Kind() Kind                    { return "proposed" }
func (f StepProposed) apply(i *Incident, _ *Entry) { i.Proposed = &f }

// withdraw takes back a proposal whose reason is gone.
func (i *Incident) withdraw(code string) {
	if i.Proposed != nil && i.Proposed.Code == code {
		i.Proposed = nil
	}
}

// StatusSet moves the incident to another status.
type StatusSet struct {
	From   Status `json:"from"`
	To     Status `json:"to"`
	Reason string `json:"reason,omitempty"`
}

func (StatusSet) Kind() Kind { return "status" }
func (f StatusSet) apply(i *Incident, e *Entry) {
	if f.To.Pages() && !i.Status.Pages() {
		i.Reopened = e.At
	}
	i.Status, i.Proposed = f.To, nil
	for _, step := range milestonesOf {
		if f.To.Before(step.status) { // taken back: it was not reached after all
			delete(i.Milestones, step.reached)
		} else {
			i.reach(step.reached, e.At)
		}
	}
}

// milestonesOf are the milestones that are reached with a status, those of the
// steps that were skipped included.
var milestonesOf = []struct {
	status  Status
	reached Milestone
}{{Monitoring, MitigatedAt}, {StatusResolved, ResolvedAt}, {Reviewing, ReviewedAt}, {Closed, ClosedAt}}

// MayMove checks, as an [Error], a step from the present status to another.
// Steps may be skipped; going back needs a reason.
func (i *Incident) MayMove(to Status, reason string) error {
	switch {
	case i.Status == to:
		return Errorf(Conflict, "It is %s already.", to)
	case !to.Declared():
		return Errorf(Invalid, "An incident cannot be moved to %q by hand.", to)
	case !i.Status.Declared():
		return Errorf(Conflict, "Declare it first.")
	case to == Closed && (i.Review == nil || i.Review.State != ReviewPublished):
		return Errorf(Conflict, "Publish the post-mortem first.")
	case to.Before(i.Status) && reason == "":
		return FieldError("reason", "Going back to %s needs a reason.", to)
	}
	return nil
}
