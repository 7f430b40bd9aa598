package api

import (
	"context"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/inform"
	"github.com/sigap-dev/sigap/internal/update"
)

type (
	empty struct{}

	declaring struct {
		Severity int    `json:"severity,omitempty" minimum:"0" maximum:"4"`
		Reason   string `json:"reason,omitempty" maxLength:"4096"`
	}
	reasoned struct {
		Reason string `json:"reason" maxLength:"4096"`
	}
	severityChange struct {
		Severity int    `json:"severity" minimum:"1" maximum:"4"`
		Reason   string `json:"reason,omitempty" maxLength:"4096"`
	}
	titled struct {
		Title string `json:"title" maxLength:"255"`
	}
	moving struct {
		To     incident.Status `json:"to" enum:"investigating,mitigating,monitoring,resolved,reviewing,closed"`
		Reason string          `json:"reason,omitempty" maxLength:"4096"`
	}
	merging struct {
		Into string `json:"into" doc:"The one that it goes on in: INC-142 or C-1a2b3c"`
	}
	splitting struct {
		Alerts []string `json:"alerts" minItems:"1" maxItems:"200" doc:"Ids of the alerts that do not belong"`
	}
	roleTaking struct {
		Role   incident.Role `json:"role" enum:"commander,engineering,support,communications,scribe"`
		Person string        `json:"person"`
	}
	texted struct {
		Text string `json:"text" maxLength:"16384"`
	}
	finding struct {
		Says incident.FindingKind `json:"says,omitempty" enum:"observation,ruledOut,cause,impact"`
		Area incident.Area        `json:"area,omitempty" enum:"code,configuration,infrastructure,user"`
		Text string               `json:"text" maxLength:"16384"`
		Diff string               `json:"diff,omitempty" maxLength:"16384"`
		From int                  `json:"from,omitempty"`
	}
	hypothesisJudging struct {
		State incident.HypothesisState `json:"state" enum:"testing,supported,refuted,inconclusive"`
		Why   string                   `json:"why,omitempty" maxLength:"4096"`
	}
	linking struct {
		Against bool   `json:"against,omitempty"`
		Text    string `json:"text" maxLength:"4096"`
		Entry   int    `json:"entry,omitempty"`
	}
	reporting struct {
		Words    string    `json:"words" maxLength:"16384"`
		Reporter string    `json:"reporter,omitempty" maxLength:"200"`
		Channel  string    `json:"channel,omitempty" maxLength:"100"`
		Segment  string    `json:"segment,omitempty" maxLength:"200"`
		Count    int       `json:"count,omitempty" minimum:"0" maximum:"1000000"`
		Noticed  time.Time `json:"noticed,omitzero"`
	}
	causing struct {
		Hypothesis string        `json:"hypothesis,omitempty"`
		Text       string        `json:"text" maxLength:"16384"`
		Area       incident.Area `json:"area,omitempty" enum:"code,configuration,infrastructure,user"`
		Factors    []string      `json:"factors,omitempty" maxItems:"20"`
	}
	pinning struct {
		Seq int  `json:"seq"`
		Off bool `json:"off,omitempty"`
	}
	correcting struct {
		Seq  int    `json:"seq"`
		Text string `json:"text" maxLength:"16384"`
	}
	changeJudging struct {
		State string `json:"state" enum:"confirmed,cleared"`
		Why   string `json:"why,omitempty" maxLength:"4096"`
	}
	optioning struct {
		Track      incident.Track `json:"track,omitempty" enum:"mitigation,fix"`
		Title      string         `json:"title" maxLength:"255"`
		Effect     string         `json:"effect,omitempty" maxLength:"500"`
		Minutes    int            `json:"minutes,omitempty" minimum:"0"`
		Risk       string         `json:"risk,omitempty" maxLength:"500"`
		Effort     string         `json:"effort,omitempty" maxLength:"500"`
		Reversible bool           `json:"reversible,omitempty"`
	}
	deciding struct {
		Option string `json:"option"`
		Reason string `json:"reason" maxLength:"4096"`
	}
	tasking struct {
		Track incident.Track `json:"track,omitempty" enum:"mitigation,fix"`
		Title string         `json:"title" maxLength:"255"`
		To    string         `json:"to"`
		Due   time.Time      `json:"due,omitzero"`
	}
	answering struct {
		Accepted bool   `json:"accepted"`
		Why      string `json:"why,omitempty" maxLength:"4096"`
	}
	finishing struct {
		Result string `json:"result,omitempty" maxLength:"4096"`
	}
	paging struct {
		Person string `json:"person"`
	}
	waiving struct {
		Person string `json:"person"`
		Reason string `json:"reason" maxLength:"4096"`
	}
	updating struct {
		Audience string              `json:"audience"`
		Text     incident.UpdateText `json:"text"`
		NextDue  time.Time           `json:"nextDue,omitzero"`
		Final    bool                `json:"final,omitempty"`
	}
)

// registerWork registers what people do to an incident, in the order of the
// six stages.
func (s *Server) registerWork() {
	type ctxT = context.Context
	type actor = incident.Actor
	type result = *incident.Incident

	// 1 identify
	work(s, incident.Responder, "declare", "Declare a candidate", func(ctx ctxT, a actor, id string, in declaring) (result, error) {
		return s.Identify.Declare(ctx, a, id, incident.Severity(in.Severity), in.Reason)
	})
	work(s, incident.Responder, "dismiss", "Say with a reason that it is none", func(ctx ctxT, a actor, id string, in reasoned) (result, error) {
		return s.Identify.Dismiss(ctx, a, id, in.Reason)
	})
	work(s, incident.Responder, "severity", "Change the severity", func(ctx ctxT, a actor, id string, in severityChange) (result, error) {
		return s.Identify.SetSeverity(ctx, a, id, incident.Severity(in.Severity), in.Reason)
	})
	work(s, incident.Responder, "title", "Give it better words", func(ctx ctxT, a actor, id string, in titled) (result, error) {
		return s.Identify.Retitle(ctx, a, id, in.Title)
	})
	work(s, incident.Responder, "merge", "Go on in another incident", func(ctx ctxT, a actor, id string, in merging) (result, error) {
		return s.Identify.Merge(ctx, a, id, in.Into)
	})
	work(s, incident.Responder, "split", "Open a candidate of their own for alerts that do not belong", func(ctx ctxT, a actor, id string, in splitting) (result, error) {
		return s.Identify.Split(ctx, a, id, in.Alerts)
	})
	workItem(s, incident.Responder, "changes/{item}/judge", "Confirm or clear a suspected change", func(ctx ctxT, a actor, id, item string, in changeJudging) (result, error) {
		return s.Identify.JudgeChange(ctx, a, id, item, in.State, in.Why)
	})

	// 2 inform
	work(s, incident.Responder, "acknowledge", "I am on it", func(ctx ctxT, a actor, id string, _ empty) (result, error) {
		return s.Inform.Answer(ctx, a, id, inform.Acknowledge)
	})
	work(s, incident.Responder, "page", "Page a person", func(ctx ctxT, a actor, id string, in paging) (result, error) {
		return s.Inform.PagePerson(ctx, a, id, in.Person)
	})
	work(s, incident.Responder, "waive", "Say that somebody need not be reached", func(ctx ctxT, a actor, id string, in waiving) (result, error) {
		return s.Inform.Waive(ctx, a, id, in.Person, in.Reason)
	})

	// 3 investigate
	work(s, incident.Responder, "join", "Take part", func(ctx ctxT, a actor, id string, _ empty) (result, error) {
		return s.Investigate.Join(ctx, a, id)
	})
	work(s, incident.Responder, "roles", "Take or give a role", func(ctx ctxT, a actor, id string, in roleTaking) (result, error) {
		return s.Investigate.TakeRole(ctx, a, id, in.Role, in.Person)
	})
	work(s, incident.Responder, "notes", "Write on the timeline", func(ctx ctxT, a actor, id string, in texted) (result, error) {
		return s.Investigate.Write(ctx, a, id, in.Text)
	})
	work(s, incident.Responder, "findings", "Record a finding", func(ctx ctxT, a actor, id string, in finding) (result, error) {
		return s.Investigate.Find(ctx, a, id, incident.Finding{Says: in.Says, Area: in.Area, Text: in.Text, Diff: in.Diff, From: in.From})
	})
	work(s, incident.Responder, "hypotheses", "Propose a hypothesis", func(ctx ctxT, a actor, id string, in texted) (result, error) {
		return s.Investigate.Propose(ctx, a, id, in.Text)
	})
	workItem(s, incident.Responder, "hypotheses/{item}/judge", "Move a hypothesis on", func(ctx ctxT, a actor, id, item string, in hypothesisJudging) (result, error) {
		return s.Investigate.Judge(ctx, a, id, item, in.State, in.Why)
	})
	workItem(s, incident.Responder, "hypotheses/{item}/evidence", "Lay evidence for or against", func(ctx ctxT, a actor, id, item string, in linking) (result, error) {
		return s.Investigate.Link(ctx, a, id, incident.EvidenceLinked{Hypothesis: item, Against: in.Against, Text: in.Text, Entry: in.Entry})
	})
	work(s, incident.Responder, "reports", "Add what users report", func(ctx ctxT, a actor, id string, in reporting) (result, error) {
		return s.Investigate.Report(ctx, a, id, incident.Report{Words: in.Words, Reporter: in.Reporter, Channel: in.Channel, Segment: in.Segment, Noticed: in.Noticed}, in.Count)
	})
	work(s, incident.Responder, "cause", "Confirm the root cause", func(ctx ctxT, a actor, id string, in causing) (result, error) {
		return s.Investigate.Confirm(ctx, a, id, incident.CauseConfirmed{Hypothesis: in.Hypothesis, Text: in.Text, Area: in.Area, Factors: in.Factors})
	})
	work(s, incident.Responder, "pins", "Mark a key moment", func(ctx ctxT, a actor, id string, in pinning) (result, error) {
		return s.Investigate.Pin(ctx, a, id, in.Seq, in.Off)
	})
	work(s, incident.Responder, "corrections", "Correct an entry; both stay visible", func(ctx ctxT, a actor, id string, in correcting) (result, error) {
		return s.Investigate.Correct(ctx, a, id, in.Seq, in.Text)
	})

	// 4 act
	work(s, incident.Responder, "options", "Add an option to compare", func(ctx ctxT, a actor, id string, in optioning) (result, error) {
		return s.Act.Propose(ctx, a, id, incident.Option{Track: in.Track, Title: in.Title, Effect: in.Effect, Minutes: in.Minutes, Risk: in.Risk, Effort: in.Effort, Reversible: in.Reversible})
	})
	workItem(s, incident.Responder, "options/{item}/vote", "Vote for an option, or take the vote back", func(ctx ctxT, a actor, id, item string, _ empty) (result, error) {
		return s.Act.Vote(ctx, a, id, item)
	})
	work(s, incident.Responder, "decisions", "Choose an option (manager, commander or lead)", func(ctx ctxT, a actor, id string, in deciding) (result, error) {
		return s.Act.Decide(ctx, a, id, in.Option, in.Reason)
	})
	work(s, incident.Responder, "tasks", "Give a task to a person (manager, commander or lead)", func(ctx ctxT, a actor, id string, in tasking) (result, error) {
		return s.Act.Assign(ctx, a, id, incident.Task{Track: in.Track, Title: in.Title, To: incident.Person{ID: in.To}, Due: in.Due})
	})
	workItem(s, incident.Responder, "tasks/{item}/answer", "Accept or decline my task", func(ctx ctxT, a actor, id, item string, in answering) (result, error) {
		return s.Act.Answer(ctx, a, id, item, in.Accepted, in.Why)
	})
	workItem(s, incident.Responder, "tasks/{item}/done", "Finish a task", func(ctx ctxT, a actor, id, item string, in finishing) (result, error) {
		return s.Act.Finish(ctx, a, id, item, in.Result)
	})
	work(s, incident.Responder, "status", "Move to another status", func(ctx ctxT, a actor, id string, in moving) (result, error) {
		return s.Act.Move(ctx, a, id, in.To, in.Reason)
	})

	// 5 update
	work(s, incident.Responder, "updates", "Send an update to an audience", func(ctx ctxT, a actor, id string, in updating) (result, error) {
		return s.Update.Send(ctx, a, id, incident.UpdateSent{Audience: in.Audience, Text: in.Text, NextDue: in.NextDue, Final: in.Final})
	})
	type drafting struct {
		Ref      string `path:"ref"`
		Audience string `query:"audience"`
		Lang     string `query:"lang" enum:"en,id,"`
	}
	route(s, incident.Viewer, "GET", "/api/incidents/{ref}/draft", "An update as Sigap would word it now", func(ctx context.Context, in *drafting) (*body[update.Draft], error) {
		i, err := s.Store.Incident(ctx, in.Ref)
		if err != nil {
			return nil, err
		}
		d, err := s.Update.Draft(ctx, i.ID, in.Audience, in.Lang, viewerOf(ctx).loc)
		return &body[update.Draft]{d}, err
	})
}
