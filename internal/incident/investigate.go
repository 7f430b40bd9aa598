package incident

import "time"

// Joined says that somebody takes part.
type Joined struct{}

func (Joined) Kind() Kind { return "joined" }
func (Joined) apply(i *Incident, e *Entry) {
	i.join(e.Actor)
	if i.Shadows(e.Actor.ID) {
		return
	}
	i.acknowledge(e.At)
	i.NobodyYet = nil
}

// RoleTaken gives a role to a person.
type RoleTaken struct {
	Role   Role   `json:"role"`
	Person Person `json:"person"`
}

func (RoleTaken) Kind() Kind { return "role" }
func (f RoleTaken) apply(i *Incident, e *Entry) {
	i.Roles[f.Role] = f.Person
	if f.Person.ID == e.Actor.ID { // to be given a role is not yet to know of it
		i.join(e.Actor)
	}
}

// Note is what somebody wrote.
type Note struct {
	Text string `json:"text"` // Markdown
}

func (Note) Kind() Kind                  { return "note" }
func (Note) apply(i *Incident, e *Entry) { i.join(e.Actor) }

// Area is where a finding lies.
type Area string

const (
	AreaCode           Area = "code"
	AreaConfiguration  Area = "configuration"
	AreaInfrastructure Area = "infrastructure"
	AreaUser           Area = "user"
)

// FindingKind is what a finding says.
type FindingKind string

const (
	Observation FindingKind = "observation"
	RuledOut    FindingKind = "ruledOut"
	CauseFound  FindingKind = "cause"
	ImpactFound FindingKind = "impact"
)

// Finding is something important that was found out.
type Finding struct {
	ID    string      `json:"id"`
	Says  FindingKind `json:"says"`
	Area  Area        `json:"area"`
	Text  string      `json:"text"`
	Diff  string      `json:"diff,omitempty"`
	From  int         `json:"from,omitempty"` // the entry that it was made from
	By    Person      `json:"by,omitzero"`
	At    time.Time   `json:"at,omitzero"`
	Entry int         `json:"entry,omitempty"` // its own seq
}

func (Finding) Kind() Kind { return "finding" }
func (f Finding) apply(i *Incident, e *Entry) {
	f.By, f.At, f.Entry = e.Actor.person(), e.At, e.Seq
	i.Findings = append(i.Findings, f)
	i.join(e.Actor)
}

// HypothesisState is how far a hypothesis was tested.
type HypothesisState string

const (
	Proposed     HypothesisState = "proposed"
	Testing      HypothesisState = "testing"
	Supported    HypothesisState = "supported"
	Refuted      HypothesisState = "refuted"
	Inconclusive HypothesisState = "inconclusive"
	Confirmed    HypothesisState = "confirmed"
)

// Hypothesis is a guess at the cause, with what speaks for and against it.
type Hypothesis struct {
	ID      string          `json:"id"`
	Text    string          `json:"text"`
	State   HypothesisState `json:"state,omitempty"`
	Why     string          `json:"why,omitempty"` // of the last judgement
	By      Person          `json:"by,omitzero"`
	At      time.Time       `json:"at,omitzero"`
	For     []Argument      `json:"for,omitempty"`
	Against []Argument      `json:"against,omitempty"`
}

// Argument is a piece of evidence for or against a hypothesis.
type Argument struct {
	Text  string `json:"text"`
	Entry int    `json:"entry,omitempty"` // the entry that shows it
	By    Person `json:"by,omitzero"`
}

func (Hypothesis) Kind() Kind { return "hypothesis" }
func (f Hypothesis) apply(i *Incident, e *Entry) {
	f.By, f.At, f.State = e.Actor.person(), e.At, Proposed
	i.Hypotheses = append(i.Hypotheses, f)
	i.join(e.Actor)
}

// Hypothesis gives the one with the id.
func (i *Incident) Hypothesis(id string) (*Hypothesis, error) {
	return find(i.Hypotheses, "hypothesis", id, func(h *Hypothesis) string { return h.ID })
}

// HypothesisJudged moves a hypothesis on.
type HypothesisJudged struct {
	ID    string          `json:"id"`
	Text  string          `json:"text,omitempty"` // the hypothesis', so that the entry can name it
	State HypothesisState `json:"state"`
	Why   string          `json:"why,omitempty"`
}

func (HypothesisJudged) Kind() Kind { return "hypothesisJudged" }
func (f HypothesisJudged) apply(i *Incident, _ *Entry) {
	if h, err := i.Hypothesis(f.ID); err == nil {
		h.State, h.Why = f.State, f.Why
	}
}

// EvidenceLinked lays a piece of evidence beside a hypothesis.
type EvidenceLinked struct {
	Hypothesis string `json:"hypothesis"`
	Against    bool   `json:"against,omitempty"`
	Text       string `json:"text"`
	Entry      int    `json:"entry,omitempty"`
}

func (EvidenceLinked) Kind() Kind { return "evidenceLinked" }
func (f EvidenceLinked) apply(i *Incident, e *Entry) {
	h, err := i.Hypothesis(f.Hypothesis)
	if err != nil {
		return
	}
	s := Argument{Text: f.Text, Entry: f.Entry, By: e.Actor.person()}
	if f.Against {
		h.Against = append(h.Against, s)
	} else {
		h.For = append(h.For, s)
	}
}

const keptReports = 50

// Reported adds what a user says.
type Reported struct {
	Report Report `json:"report"`
	Count  int    `json:"count"` // how many users this stands for, at least 1
}

func (Reported) Kind() Kind { return "report" }
func (f Reported) apply(i *Incident, e *Entry) {
	i.addReports(max(1, f.Count), f.Report)
}

func (i *Incident) addReports(count int, reports ...Report) {
	i.ReportCount += count
	i.Reports = append(i.Reports, reports...)
	if n := len(i.Reports); n > keptReports {
		i.Reports = i.Reports[n-keptReports:]
	}
}

// CauseConfirmed is the root cause, as a person confirmed it.
type CauseConfirmed struct {
	Hypothesis string    `json:"hypothesis,omitempty"`
	Text       string    `json:"text"`
	Area       Area      `json:"area"`
	Factors    []string  `json:"factors,omitempty"` // what contributed
	By         Person    `json:"by,omitzero"`
	At         time.Time `json:"at,omitzero"`
}

func (CauseConfirmed) Kind() Kind { return "cause" }
func (f CauseConfirmed) apply(i *Incident, e *Entry) {
	f.By, f.At = e.Actor.person(), e.At
	i.Cause = &f
	i.reach(CauseAt, e.At)
	if h, err := i.Hypothesis(f.Hypothesis); err == nil {
		h.State = Confirmed
	}
}

// Pinned marks an entry as a key moment, or takes the mark away.
type Pinned struct {
	Seq int  `json:"seq"`
	Off bool `json:"off,omitempty"`
}

func (Pinned) Kind() Kind { return "pinned" }
func (f Pinned) apply(i *Incident, _ *Entry) {
	kept := make([]int, 0, len(i.Pins)+1)
	for _, s := range i.Pins {
		if s != f.Seq {
			kept = append(kept, s)
		}
	}
	if !f.Off {
		kept = append(kept, f.Seq)
	}
	i.Pins = kept
}

// Corrected gives an entry better words; both stay visible.
type Corrected struct {
	Seq  int    `json:"seq"`
	Text string `json:"text"`
}

func (Corrected) Kind() Kind { return "corrected" }
func (f Corrected) apply(i *Incident, _ *Entry) {
	for n := range i.Findings {
		if i.Findings[n].Entry == f.Seq {
			i.Findings[n].Text = f.Text
		}
	}
}
