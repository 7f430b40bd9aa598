package incident

import (
	"strconv"
	"strings"
	"time"
)

// Stage is one of the six stages of the process.
type Stage string

const (
	Identify    Stage = "identify"
	Inform      Stage = "inform"
	Investigate Stage = "investigate"
	Act         Stage = "act"
	Update      Stage = "update"
	Learn       Stage = "learn"
)

// Stages are the six, in order.
func Stages() []Stage { return []Stage{Identify, Inform, Investigate, Act, Update, Learn} }

// Progress is how a stage stands.
type Progress string

const (
	Ahead    Progress = "ahead"
	UnderWay Progress = "now"
	Done     Progress = "done"
	Late     Progress = "late"
)

// StageState is where one stage stands and, as a code worded by package text,
// what is missing for it to end.
type StageState struct {
	Stage    Stage             `json:"stage"`
	Progress Progress          `json:"progress"`
	Code     string            `json:"code"`
	Args     map[string]string `json:"args,omitempty"`
}

// InformLimit is how long the initial notice may take until everybody knows,
// before stage 2 is late.
const InformLimit = 5 * time.Minute

// Rail says where each of the six stages stands at now.
func (i *Incident) Rail(now time.Time) []StageState {
	return []StageState{i.identifyState(), i.informState(now), i.investigateState(), i.actState(), i.updateState(now), i.learnState(now)}
}

func state(s Stage, p Progress, code string, args ...string) StageState {
	st := StageState{Stage: s, Progress: p, Code: code}
	for n := 0; n+1 < len(args); n += 2 {
		if st.Args == nil {
			st.Args = map[string]string{}
		}
		st.Args[args[n]] = args[n+1]
	}
	return st
}

// stamp and span carry times in a state's arguments; package text words them.
func stamp(t time.Time) string    { return t.UTC().Format(time.RFC3339) }
func span(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }

func (i *Incident) identifyState() StageState {
	switch {
	case i.Status == Dismissed || i.Status == Ended || i.Status == Merged:
		return state(Identify, Done, string(i.Status))
	case i.Status != Triage:
		d, _ := i.Since(Detected, Verified)
		return state(Identify, Done, "verified", "span", span(d))
	case i.Verdict == nil:
		return state(Identify, UnderWay, "collecting")
	default:
		return state(Identify, UnderWay, "awaiting", "score", strconv.Itoa(i.Verdict.Score))
	}
}

func (i *Incident) informState(now time.Time) StageState {
	if i.NobodyYet != nil && i.Status.Pages() {
		return state(Inform, Late, "nobody")
	}
	if owing := i.Owing(); len(owing) > 0 && i.Asks() {
		p := UnderWay
		if told := i.WhoKnows(); len(told) > 0 && now.Sub(told[0].Told) > InformLimit {
			p = Late
		}
		return state(Inform, p, "owing", "teams", strings.Join(owing, ", "))
	}
	known, all := 0, i.WhoKnows()
	for _, k := range all {
		if k.Knows || k.Waived {
			known++
		}
	}
	left, total := strconv.Itoa(len(all)-known), strconv.Itoa(len(all))
	switch {
	case len(all) == 0:
		return state(Inform, Ahead, "notYet")
	case known == len(all):
		return state(Inform, Done, "allKnow", "total", total)
	case now.Sub(all[0].Told) > InformLimit && i.Status.Pages():
		return state(Inform, Late, "missing", "left", left, "total", total)
	default:
		return state(Inform, UnderWay, "missing", "left", left, "total", total)
	}
}

func (i *Incident) investigateState() StageState {
	switch {
	case i.Cause != nil:
		return state(Investigate, Done, "cause", "at", stamp(i.Milestones[CauseAt]))
	case !i.Status.Declared():
		return state(Investigate, Ahead, "notYet")
	case len(i.Hypotheses) > 0:
		return state(Investigate, UnderWay, "hypotheses", "count", strconv.Itoa(len(i.Hypotheses)))
	default:
		return state(Investigate, UnderWay, "searching")
	}
}

func (i *Incident) actState() StageState {
	open, done := 0, 0
	for _, t := range i.Tasks {
		if t.State == TaskFinished {
			done++
		} else if t.State != TaskDeclined {
			open++
		}
	}
	total := strconv.Itoa(open + done)
	switch {
	case !i.Milestones[MitigatedAt].IsZero() && open > 0:
		return state(Act, UnderWay, "fixing", "done", strconv.Itoa(done), "total", total)
	case !i.Milestones[MitigatedAt].IsZero():
		return state(Act, Done, "mitigated", "at", stamp(i.Milestones[MitigatedAt]))
	case i.Decision(Mitigation) != nil && open+done > 0:
		return state(Act, UnderWay, "tasks", "done", strconv.Itoa(done), "total", total)
	case i.Decision(Mitigation) != nil:
		return state(Act, UnderWay, "unassigned")
	case len(i.Options) > 0:
		return state(Act, UnderWay, "options", "count", strconv.Itoa(len(i.Options)))
	case i.Status.Declared():
		return state(Act, UnderWay, "noOption")
	default:
		return state(Act, Ahead, "notYet")
	}
}

func (i *Incident) updateState(now time.Time) StageState {
	sent, next := strconv.Itoa(len(i.Updates)), i.NextUpdate()
	switch {
	case next != nil && now.After(next.Due):
		return state(Update, Late, "overdue", "span", span(now.Sub(next.Due)), "name", next.Name)
	case next != nil:
		return state(Update, UnderWay, "next", "sent", sent, "at", stamp(next.Due))
	case len(i.Updates) > 0:
		return state(Update, Done, "allSent", "sent", sent)
	default:
		return state(Update, Ahead, "notYet")
	}
}

func (i *Incident) learnState(now time.Time) StageState {
	open, overdue := 0, 0
	for _, a := range i.Actions {
		if a.Done.IsZero() {
			open++
			if now.After(a.Due) {
				overdue++
			}
		}
	}
	switch {
	case i.Review == nil:
		return state(Learn, Ahead, "grows")
	case overdue > 0:
		return state(Learn, Late, "actionsLate", "count", strconv.Itoa(overdue))
	case i.Review.State != ReviewPublished:
		return state(Learn, UnderWay, "draft")
	case open > 0:
		return state(Learn, UnderWay, "actionsOpen", "count", strconv.Itoa(open))
	case len(i.Actions) == 0:
		return state(Learn, UnderWay, "noActions")
	default:
		return state(Learn, Done, "learned", "count", strconv.Itoa(len(i.Actions)))
	}
}

// Move is the one next thing to do, which changes with the state.
type Move string

const (
	MoveDeclare   Move = "declare"
	MoveReach     Move = "reach"     // nobody knows: reach somebody
	MoveUpdate    Move = "update"    // one is due within a fifth of its cadence, or late
	MoveConfirm   Move = "confirm"   // the cause
	MoveOption    Move = "option"    // propose a mitigation
	MoveDecide    Move = "decide"    // choose among the options
	MoveAssign    Move = "assign"    // the decision has no task
	MoveFinish    Move = "finish"    // carry out the tasks
	MoveMitigated Move = "mitigated" // the proof of recovery held
	MoveResolve   Move = "resolve"   // watch, then resolve
	MoveReview    Move = "review"    // edit the post-mortem
	MoveAction    Move = "action"    // promise actions
	MovePublish   Move = "publish"   //
	MoveClose     Move = "close"     //
	MoveNothing   Move = ""          // nothing is owed
)

// Next is the one next move at now.
func (i *Incident) Next(now time.Time) Move {
	switch {
	case i.Status == Triage:
		return MoveDeclare
	case !i.Status.Declared() || i.Status == Closed:
		return MoveNothing
	case i.NobodyYet != nil && i.Status.Pages():
		return MoveReach
	}
	if c := i.NextUpdate(); c != nil && now.After(c.Due.Add(-c.Every/5)) {
		return MoveUpdate
	}
	switch i.Status {
	case Investigating:
		switch {
		case len(i.Options) > 0:
			return MoveDecide
		case i.Cause == nil && len(i.Hypotheses) > 0:
			return MoveConfirm
		}
		return MoveOption
	case Mitigating:
		switch {
		case i.Recovered(now):
			return MoveMitigated
		case len(i.Tasks) == 0:
			return MoveAssign
		}
		return MoveFinish
	case Monitoring:
		return MoveResolve
	}
	switch {
	case i.Review == nil || i.Review.State == ReviewDraft && len(i.Actions) > 0:
		return MovePublish
	case i.Review.State == ReviewDraft:
		return MoveAction
	}
	return MoveClose
}
