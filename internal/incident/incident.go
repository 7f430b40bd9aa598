package incident

import (
	"fmt"
	"slices"
	"time"
)

// Person is somebody as the record knows them: enough to be named even after
// the account is gone.
type Person struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Incident is the record, as folded from its timeline.
type Incident struct {
	ID          string                  `json:"id"`
	Number      int                     `json:"number,omitempty"` // given with the declaration; 0 for a candidate
	Title       string                  `json:"title"`
	Service     string                  `json:"service"`
	Affected    []string                `json:"affected,omitempty"` // other services that hurt
	Environment string                  `json:"environment"`
	Status      Status                  `json:"status"`
	Severity    Severity                `json:"severity"`
	SeverityBy  *Person                 `json:"severityBy,omitempty"` // who set it by hand; nil: the verdict or the declaration did
	Drill       bool                    `json:"drill,omitempty"`
	MergedInto  string                  `json:"mergedInto,omitempty"`
	Reason      string                  `json:"reason,omitempty"` // of the dismissal
	Milestones  map[Milestone]time.Time `json:"milestones"`
	Roles       map[Role]Person         `json:"roles"`
	People      []Person                `json:"people,omitempty"` // who joined

	Verdict  *Verdict      `json:"verdict,omitempty"`
	Shadow   *InShadow     `json:"shadow,omitempty"` // what a policy in shadow makes of it
	Alerts   []JoinedAlert `json:"alerts,omitempty"`
	LastFire time.Time     `json:"lastFire,omitzero"` // when the newest alert joined
	// RuleGroups are what alerts join it by as rules say; see [RuleGroup].
	RuleGroups []string           `json:"ruleGroups,omitempty"`
	Apart      bool               `json:"apart,omitempty"`    // a rule keeps it for one alert: none joins it
	Evidence   []Evidence         `json:"evidence,omitempty"` // the newest of each check
	Changes    map[string]Opinion `json:"changes,omitempty"`  // by change id: what people said of suspects

	Notices     []Notice     `json:"notices,omitempty"`
	Receipts    []Receipt    `json:"receipts,omitempty"` // the newest for each person and channel
	Waivers     []Waived     `json:"waivers,omitempty"`
	Escalations int          `json:"escalations,omitempty"`
	Rooms       []RoomOpened `json:"rooms,omitempty"`  // conversations of its own
	NobodyYet   *Unreached   `json:"nobody,omitempty"` // set while a notice reached nobody
	// Required are teams that must each answer; none: anybody's answer will do.
	Required []RequiredTeam `json:"required,omitempty"`

	Findings    []Finding       `json:"findings,omitempty"`
	Hypotheses  []Hypothesis    `json:"hypotheses,omitempty"`
	Cause       *CauseConfirmed `json:"cause,omitempty"`
	Reports     []Report        `json:"reports,omitempty"` // the newest 50
	ReportCount int             `json:"reportCount,omitempty"`
	Pins        []int           `json:"pins,omitempty"` // seqs of key moments

	Options   []Option      `json:"options,omitempty"`
	Decisions []Decided     `json:"decisions,omitempty"`
	Tasks     []Task        `json:"tasks,omitempty"`
	Proofs    []Proof       `json:"proofs,omitempty"` // the newest of each watched measure
	Proposed  *StepProposed `json:"proposed,omitempty"`
	Reopened  time.Time     `json:"reopened,omitzero"` // the last time that it was taken back to work on: what was answered before no longer counts

	Clocks  []Clock      `json:"clocks,omitempty"` // one an audience
	Updates []UpdateSent `json:"updates,omitempty"`

	Review  *Review  `json:"review,omitempty"`
	Actions []Action `json:"actions,omitempty"`
	Grades  []Grade  `json:"grades,omitempty"` // one a check

	Seq  int    `json:"seq"`  // of the newest entry
	Head string `json:"head"` // its hash: the head of the chain
}

// Ref is how people call the incident: INC-142, or the candidate's short id.
func (i *Incident) Ref() string {
	if i.Number > 0 {
		return fmt.Sprintf("INC-%d", i.Number)
	}
	return "C-" + i.ID[max(0, len(i.ID)-6):]
}

func (i *Incident) take(e *Entry, f Fact) {
	i.Seq, i.Head = e.Seq, e.Hash
	f.apply(i, e)
	if len(i.Required) > 0 { // by whatever one of them did
		i.acknowledge(e.At)
	}
}

// reach notes a milestone the first time that it is reached.
func (i *Incident) reach(m Milestone, at time.Time) {
	if i.Milestones == nil {
		i.Milestones = map[Milestone]time.Time{}
	}
	if i.Milestones[m].IsZero() {
		i.Milestones[m] = at
	}
}

// Since is the time from one milestone to another; false while either is missing.
func (i *Incident) Since(from, to Milestone) (time.Duration, bool) {
	a, b := i.Milestones[from], i.Milestones[to]
	return b.Sub(a), !a.IsZero() && !b.IsZero()
}

// join counts a person who acts among those who take part. What a program does
// with a token is nobody's presence.
func (i *Incident) join(a Actor) {
	if a.Kind == PersonActor && !slices.ContainsFunc(i.People, func(q Person) bool { return q.ID == a.ID }) {
		i.People = append(i.People, a.person())
	}
}

// put replaces the element that same finds, or appends f.
func put[T any](list []T, f T, same func(T) bool) []T {
	if n := slices.IndexFunc(list, same); n >= 0 {
		list = slices.Clone(list)
		list[n] = f
		return list
	}
	return append(list, f)
}

// find gives the element with the id, or a NotFound [Error] that names what.
func find[T any](list []T, what, id string, idOf func(*T) string) (*T, error) {
	for n := range list {
		if idOf(&list[n]) == id {
			return &list[n], nil
		}
	}
	return nil, Errorf(NotFound, "This incident has no %s %q.", what, id)
}
