package api

import (
	"context"
	"slices"
	"time"

	"github.com/sigap-dev/sigap/internal/directory"
	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/inform"
	"github.com/sigap-dev/sigap/internal/live"
	"github.com/sigap-dev/sigap/internal/text"
)

// StageView is one stage of the rail, worded.
type StageView struct {
	Stage    incident.Stage    `json:"stage"`
	Progress incident.Progress `json:"progress" enum:"ahead,now,done,late"`
	Name     string            `json:"name"`
	Text     string            `json:"text"`
}

// MoveView is the one next move.
type MoveView struct {
	Move  incident.Move  `json:"move"`
	Label string         `json:"label"`
	Stage incident.Stage `json:"stage"`
}

// CheckView is one reason of a verdict, worded.
type CheckView struct {
	State  incident.CheckState `json:"state" enum:"yes,no,unknown"`
	Text   string              `json:"text"`
	Weight int                 `json:"weight"`
}

// VerdictView is a verdict, worded.
type VerdictView struct {
	Score    int               `json:"score"`
	Severity incident.Severity `json:"severity"`
	Live     bool              `json:"live"`
	Say      string            `json:"say"`
	How      string            `json:"how"`
	Checks   []CheckView       `json:"checks"`
}

// SuspectView is a suspect with its reason in words.
type SuspectView struct {
	incident.Suspect
	ReasonText string `json:"reasonText"`
}

// ChangeView is a suspected change with its reasons in words.
type ChangeView struct {
	Change  incident.Change   `json:"change"`
	Score   float64           `json:"score"`
	Reasons []string          `json:"reasons"`
	Opinion *incident.Opinion `json:"opinion,omitempty"`
}

// EvidenceView is what one check found, worded and drawn.
type EvidenceView struct {
	Check    string                 `json:"check"`
	Source   string                 `json:"source"`
	Name     string                 `json:"name"`
	State    incident.EvidenceState `json:"state" enum:"interesting,nothing,skipped,failed"`
	Text     string                 `json:"text"`
	Took     int64                  `json:"took" doc:"Milliseconds"`
	Window   incident.Window        `json:"window"`
	Onset    *time.Time             `json:"onset,omitempty"`
	Patterns []incident.LogPattern  `json:"patterns"`
	Apart    []incident.Attribute   `json:"apart"`
	Plots    []incident.Plot        `json:"plots"`
	Suspects []SuspectView          `json:"suspects"`
	Changes  []ChangeView           `json:"changes"`
	Earlier  []incident.Occurrence  `json:"earlier"`

	Suspicions []SuspicionView `json:"suspicions" doc:"All that may be the cause, the most likely first"`
	Record     *RecordView     `json:"record,omitempty" doc:"How this check did before"`
}

// SuspicionView is a suspicion with its reasons in words.
type SuspicionView struct {
	incident.Suspicion
	Says []string `json:"says"`
}

// MomentView is a moment to be marked on a plot.
type MomentView struct {
	At    time.Time `json:"at"`
	Code  string    `json:"code"`
	Label string    `json:"label"`
}

// AudienceView is an audience with its clock.
type AudienceView struct {
	ID       string     `json:"id"`
	Name     string     `json:"name"`
	Every    int        `json:"every" doc:"Minutes between updates at this severity; 0: none is owed"`
	Due      *time.Time `json:"due,omitempty"`
	Sent     int        `json:"sent"`
	People   int        `json:"people"`
	Channels []string   `json:"channels"`
	Lang     string     `json:"lang"`
}

// You is what the viewer may do.
type You struct {
	ID           string         `json:"id"`
	Right        incident.Right `json:"right"`
	MayAssign    bool           `json:"mayAssign"`
	Joined       bool           `json:"joined"`
	Acknowledged bool           `json:"acknowledged"`
}

// NextUpdate is the clock that runs out first.
type NextUpdate struct {
	Audience string    `json:"audience"`
	Name     string    `json:"name"`
	Due      time.Time `json:"due"`
	Late     bool      `json:"late"`
}

// View is an incident as one viewer sees it: the record, and all that needs
// wording, worded.
type View struct {
	Incident   *incident.Incident  `json:"incident"`
	Ref        string              `json:"ref"`
	StatusText string              `json:"statusText"`
	GoesOnIn   *incident.Other     `json:"goesOnIn,omitempty" doc:"The one that it was merged into"`
	Rail       []StageView         `json:"rail"`
	Next       *MoveView           `json:"next,omitempty"`
	ImpactFrom time.Time           `json:"impactFrom"`
	ImpactTo   *time.Time          `json:"impactTo,omitempty"`
	NextUpdate *NextUpdate         `json:"nextUpdate,omitempty"`
	Verdict    *VerdictView        `json:"verdict,omitempty"`
	Evidence   []EvidenceView      `json:"evidence"`
	Alerts     []AlertView         `json:"alerts"`
	Knows      []incident.Knower   `json:"knows"`
	Unanswered []inform.Unanswered `json:"unanswered" doc:"Teams that are paged and have not answered yet"`
	Proofs     []incident.Proof    `json:"proofs" doc:"What is watched for recovery, titled"`
	Missing    int                 `json:"missing" doc:"How many who must know do not"`
	Present    []live.Present      `json:"present"`
	Moments    []MomentView        `json:"moments"`
	Audiences  []AudienceView      `json:"audiences"`
	People     []incident.Person   `json:"people" doc:"Who can be given a task or a role"`
	You        You                 `json:"you"`
	Now        time.Time           `json:"now" doc:"The server's clock, for those that run on the page"`
}

// AlertView is an alert with why it joined.
type AlertView struct {
	incident.JoinedAlert
	WhyText string `json:"whyText"`
}

// EntryView is one entry of the timeline, worded for its reader.
type EntryView struct {
	Seq       int             `json:"seq"`
	Kind      incident.Kind   `json:"kind"`
	At        time.Time       `json:"at"`
	Recorded  time.Time       `json:"recorded"`
	Actor     incident.Actor  `json:"actor"`
	Icon      string          `json:"icon"`
	Tone      string          `json:"tone"`
	Text      string          `json:"text" doc:"Inline Markdown: bold and code"`
	Detail    string          `json:"detail,omitempty"`
	Quote     string          `json:"quote,omitempty"`
	Diff      string          `json:"diff,omitempty"`
	Spark     []float64       `json:"spark,omitempty"`
	Pinned    bool            `json:"pinned"`
	Corrected *CorrectionView `json:"corrected,omitempty"`
}

// CorrectionView is what an entry was corrected to.
type CorrectionView struct {
	Text string    `json:"text"`
	By   string    `json:"by"`
	At   time.Time `json:"at"`
}

// moveStage is where each next move is made.
var moveStage = map[incident.Move]incident.Stage{
	incident.MoveDeclare: incident.Identify, incident.MoveReach: incident.Inform, incident.MoveUpdate: incident.Update,
	incident.MoveConfirm: incident.Investigate, incident.MoveOption: incident.Act, incident.MoveDecide: incident.Act,
	incident.MoveAssign: incident.Act, incident.MoveFinish: incident.Act, incident.MoveMitigated: incident.Act,
	incident.MoveResolve: incident.Act, incident.MoveReview: incident.Learn, incident.MoveAction: incident.Learn,
	incident.MovePublish: incident.Learn, incident.MoveClose: incident.Learn,
}

func (s *Server) view(ctx context.Context, v viewer, i *incident.Incident) (View, error) {
	people, err := s.Store.People(ctx)
	if err != nil {
		return View{}, err
	}
	audiences, err := s.Store.Audiences(ctx)
	if err != nil {
		return View{}, err
	}
	audiences = directory.ForDrill(audiences, i.Drill, func(a directory.Audience) bool { return a.Drill })
	unanswered, err := s.Inform.Unanswered(ctx, i)
	if err != nil {
		return View{}, err
	}
	records, err := s.Store.CheckRecords(ctx)
	if err != nil {
		return View{}, err
	}
	now, r := s.Now(), v.reader()
	out := View{
		Incident: i, Ref: i.Ref(), StatusText: r.Status(i.Status), Rail: s.rail(v, i), ImpactFrom: impactFrom(i), ImpactTo: impactTo(i),
		Evidence: s.evidence(v, i, records), Alerts: []AlertView{}, Proofs: []incident.Proof{}, Knows: i.WhoKnows(), Unanswered: unanswered, Present: s.Live.Presence(i.ID, now), Moments: s.moments(v, i),
		Audiences: audienceViews(v, i, audiences, people), People: []incident.Person{}, Now: now,
		You: You{ID: v.actor.ID, Right: v.actor.Right, MayAssign: i.MayAssign(v.actor) == nil},
	}
	if out.Knows == nil {
		out.Knows = []incident.Knower{}
	}
	if m := i.Next(now); m != incident.MoveNothing {
		out.Next = &MoveView{Move: m, Label: r.Move(m), Stage: moveStage[m]}
	}
	if c := i.NextUpdate(); c != nil {
		out.NextUpdate = &NextUpdate{Audience: c.Audience, Name: c.Name, Due: c.Due, Late: now.After(c.Due)}
	}
	if i.MergedInto != "" {
		other, err := s.Store.Incident(ctx, i.MergedInto)
		if err != nil {
			return View{}, err
		}
		named := other.Named()
		out.GoesOnIn = &named
	}
	if i.Verdict != nil {
		out.Verdict = s.verdict(v, i)
	}
	for _, a := range i.Alerts {
		out.Alerts = append(out.Alerts, AlertView{a, r.Join(a)})
	}
	for _, p := range i.Proofs {
		p.Title = r.PlotTitle(incident.Plot{Title: p.Title, Service: p.Service})
		out.Proofs = append(out.Proofs, p)
	}
	for _, k := range out.Knows {
		if !k.Knows && !k.Waived {
			out.Missing++
		}
		out.You.Acknowledged = out.You.Acknowledged || k.ID == v.actor.ID && k.Knows
	}
	out.You.Joined = slices.ContainsFunc(i.People, func(p incident.Person) bool { return p.ID == v.actor.ID })
	for _, p := range people {
		if !p.Disabled && p.Right.Includes(incident.Responder) {
			out.People = append(out.People, p.Ref())
		}
	}
	return out, nil
}

func impactFrom(i *incident.Incident) time.Time {
	if t := i.Milestones[incident.ImpactStarted]; !t.IsZero() {
		return t
	}
	return i.Milestones[incident.Detected]
}

func impactTo(i *incident.Incident) *time.Time {
	for _, m := range []incident.Milestone{incident.MitigatedAt, incident.ResolvedAt, incident.ClosedAt} {
		if t := i.Milestones[m]; !t.IsZero() {
			return &t
		}
	}
	return nil
}

func (s *Server) rail(v viewer, i *incident.Incident) []StageView {
	r, states := v.reader(), i.Rail(s.Now())
	out := make([]StageView, len(states))
	for n, st := range states {
		out[n] = StageView{Stage: st.Stage, Progress: st.Progress, Name: r.Stage(st.Stage), Text: r.StageText(st)}
	}
	return out
}

func (s *Server) verdict(v viewer, i *incident.Incident) *VerdictView {
	r := v.reader()
	out := &VerdictView{Score: i.Verdict.Score, Severity: i.Verdict.Severity, Live: i.Verdict.Live, Checks: []CheckView{}}
	out.Say, out.How = r.Verdict(i.Verdict, i)
	for _, c := range i.Verdict.Checks {
		out.Checks = append(out.Checks, CheckView{State: c.State, Text: r.Check(c), Weight: c.Weight})
	}
	return out
}

// evidence is what was found, that of checks with a poor record last.
func (s *Server) evidence(v viewer, i *incident.Incident, records []incident.CheckRecord) []EvidenceView {
	r, out := v.reader(), []EvidenceView{}
	for n := range i.Evidence {
		e := &i.Evidence[n]
		x := EvidenceView{Check: e.Check, Source: e.Source, Name: r.EvidenceName(e.Check), State: e.State, Text: r.Evidence(e), Took: e.Took.Milliseconds(), Window: e.Window,
			Patterns: orEmpty(e.Patterns), Apart: orEmpty(e.Apart), Plots: plots(r, e.Plots), Suspects: []SuspectView{}, Changes: []ChangeView{}, Earlier: orEmpty(e.Earlier), Suspicions: []SuspicionView{}}
		if !e.Onset.IsZero() {
			x.Onset = &e.Onset
		}
		for k := range e.Suspects {
			x.Suspects = append(x.Suspects, SuspectView{e.Suspects[k], r.Suspect(&e.Suspects[k])})
		}
		for _, c := range e.Changes {
			cv := ChangeView{Change: c.Change, Score: c.Score, Reasons: []string{}}
			for _, reason := range c.Reasons {
				cv.Reasons = append(cv.Reasons, r.Reason(reason))
			}
			if o, ok := i.Changes[c.Change.ID]; ok {
				cv.Opinion = &o
			}
			x.Changes = append(x.Changes, cv)
		}
		for _, suspicion := range e.Suspicions {
			view := SuspicionView{suspicion, []string{}}
			for _, reason := range suspicion.Reasons {
				view.Says = append(view.Says, r.Reason(reason))
			}
			x.Suspicions = append(x.Suspicions, view)
		}
		if k := slices.IndexFunc(records, func(c incident.CheckRecord) bool { return c.Check == e.Check && c.Claimed() > 0 }); k >= 0 {
			x.Record = new(recordView(r, records[k]))
		}
		out = append(out, x)
	}
	poor := func(x EvidenceView) int {
		if x.Record != nil && x.Record.Poor {
			return 1
		}
		return 0
	}
	slices.SortStableFunc(out, func(a, b EvidenceView) int { return poor(a) - poor(b) })
	return out
}

// plots gives plots with their titles in words.
func plots(r text.Reader, list []incident.Plot) []incident.Plot {
	out := make([]incident.Plot, len(list))
	for n, p := range list {
		p.Title = r.PlotTitle(p)
		out[n] = p
	}
	return out
}

// mainPlot is the plot that shows best how it hurts, titled; nil if there is
// none.
func mainPlot(r text.Reader, i *incident.Incident) *incident.Plot {
	p := i.MainPlot()
	if p == nil {
		return nil
	}
	return &plots(r, []incident.Plot{*p})[0]
}

func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

func (s *Server) moments(v viewer, i *incident.Incident) []MomentView {
	r, out := v.reader(), []MomentView{}
	for _, m := range i.Moments() {
		out = append(out, MomentView{At: m.At, Code: m.Code, Label: r.Moment(m)})
	}
	return out
}

func audienceViews(v viewer, i *incident.Incident, audiences []directory.Audience, people []directory.Person) []AudienceView {
	out := []AudienceView{}
	for n := range audiences {
		a := &audiences[n]
		x := AudienceView{ID: a.ID, Name: a.Title(v.lang), Every: int(a.Every(i.Severity) / time.Minute), People: len(a.People), Channels: audienceChannels(a, people), Lang: a.Lang}
		if c, err := i.Clock(a.ID); err == nil {
			x.People = c.People
			if !c.Due.IsZero() {
				x.Due = &c.Due
			}
		}
		for _, u := range i.Updates {
			if u.Audience == a.ID {
				x.Sent++
			}
		}
		out = append(out, x)
	}
	return out
}

// audienceChannels are the kinds of channels over which an audience hears.
func audienceChannels(a *directory.Audience, people []directory.Person) []string {
	kinds := []string{}
	add := func(k string) {
		if !slices.Contains(kinds, k) {
			kinds = append(kinds, k)
		}
	}
	for _, c := range a.Rooms {
		add(c.Kind)
	}
	for _, p := range people {
		if ways := directory.For(directory.Verified(p.Contacts), false); slices.Contains(a.People, p.ID) && len(ways) > 0 {
			add(ways[0].Kind)
		}
	}
	return kinds
}

// entryViews words a part of the timeline. Corrections that lie further on are
// laid on the entries that they correct.
func (s *Server) entryViews(v viewer, i *incident.Incident, list []incident.Entry) []EntryView {
	r, out := v.reader(), make([]EntryView, 0, len(list))
	at := map[int]int{}
	for _, e := range list {
		line := r.Entry(e)
		at[e.Seq] = len(out)
		out = append(out, EntryView{Seq: e.Seq, Kind: e.Kind, At: e.At, Recorded: e.Recorded, Actor: e.Actor, Icon: line.Icon, Tone: line.Tone,
			Text: line.Text, Detail: line.Detail, Quote: line.Quote, Diff: line.Diff, Spark: line.Spark, Pinned: slices.Contains(i.Pins, e.Seq)})
		if e.Kind != (incident.Corrected{}).Kind() {
			continue
		}
		f, err := e.Fact()
		c, ok := f.(incident.Corrected)
		if n, here := at[c.Seq]; err == nil && ok && here {
			out[n].Corrected = &CorrectionView{Text: c.Text, By: e.Actor.Name, At: e.At}
		}
	}
	return out
}
