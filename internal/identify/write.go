package identify

import (
	"errors"
	"slices"

	"github.com/sigap-dev/sigap/internal/directory"
	"github.com/sigap-dev/sigap/internal/incident"
)

// saidSingly is how many alerts that join at the same moment get an entry of
// their own; the others share one: a storm makes no flood.
const saidSingly = 3

// verifyAnew is up to how many alerts each new one asks for live checks again.
// In a storm the evidence is there long before the last alert is.
const verifyAnew = 10

// write records a plan: the alerts with their candidate, their entries, the
// first verdict and what follows from it, in the one commit.
func (b *batch) write(p *plan) error {
	actor := incident.Actor{Kind: incident.SenderActor, ID: p.key.ID, Name: p.key.Name}
	fires, err := b.tx.Fires(p.incident.ID)
	if err != nil {
		return err
	}
	edit := func(e *incident.Edit) error {
		if !p.fresh && p.incident.Status.Pages() && !e.Incident.Status.Pages() {
			return errEnded
		}
		b.record(p, e, fires)
		return nil
	}
	if !p.fresh {
		_, err := b.tx.Change(actor, p.incident.ID, edit)
		return err
	}
	i, err := b.tx.Create(actor, p.incident.ID, edit)
	if err != nil || i.Service == "" {
		return err
	}
	return b.tx.SeeService(directory.Service{Name: i.Service, Environment: i.Environment})
}

// errEnded undoes an application whose incident was ended by another process
// since it was chosen: tried again, the alert finds or opens one that pages.
var errEnded = errors.New("the incident was ended meanwhile")

func (b *batch) record(p *plan, e *incident.Edit, fires bool) {
	i := e.Incident
	paged := b.paged(i) // before these joined
	if p.fresh {
		o := incident.Opened{ID: i.ID, Title: p.incident.Title, Service: p.incident.Service, Environment: p.incident.Environment, Drill: p.key.Drill}
		at := p.incident.Milestones[incident.Detected]
		if len(p.joins) > 0 && p.joins[0].alert.First.Before(at) {
			o.Impact = p.joins[0].alert.First
		}
		e.RecordAt(at, o)
	}
	if len(p.joins) > saidSingly+1 { // the record tells of the first few only
		slices.SortStableFunc(p.joins, b.graverFirst)
	}
	for n, j := range p.joins {
		if j.why == "" {
			j.why, j.with = whyOf(i, j.alert.ID)
		}
		f := incident.SignalJoined{Alert: j.alert.Joined(j.why, j.with), Groups: groupsOf(p.joins[n : n+1])}
		if n == saidSingly && len(p.joins) > saidSingly+1 {
			f.More, f.Ended, f.Groups = len(p.joins)-n-1, !fires, groupsOf(p.joins[n:])
		}
		e.RecordAt(j.at, f)
		if f.More > 0 {
			break
		}
	}
	for _, r := range p.reports {
		e.RecordAt(r.Report.At, r)
	}
	e.Actor = incident.System() // what follows is Sigap's own opinion
	b.judge(p, e, fires, paged)
}

// graverFirst puts what a verdict must know of before what it need not: what
// fires, what rules did not make little of, what the sender calls grave.
func (b *batch) graverFirst(x, y joining) int {
	rank := func(j joining) int {
		s := &j.alert.Signal
		n := b.policy.Urgency(s.Severity)
		if s.Ruled != nil && (s.Ruled.Quiet || s.Ruled.AtMost.Valid()) {
			n += 10
		}
		if j.alert.State == incident.AlertResolved {
			n += 100
		}
		return n
	}
	return rank(x) - rank(y)
}

// groupsOf are what others join alerts by, as rules say, each once.
func groupsOf(joins []joining) []string {
	var out []string
	for _, j := range joins {
		if j.group != "" && !slices.Contains(out, j.group) {
			out = append(out, j.group)
		}
	}
	return out
}

// paged reports whether a candidate's verdict, as it stands, paged.
func (b *batch) paged(i *incident.Incident) bool {
	return i.Verdict != nil && pages(i, i.Verdict, b.policy)
}

// judge gives the first verdict and asks for what follows from it. fires says
// whether one of the candidate's alerts has not ended, paged whether it paged
// already.
func (b *batch) judge(p *plan, e *incident.Edit, fires, paged bool) {
	i := e.Incident
	ended := len(i.Alerts) > 0 && !fires
	if i.Status != incident.Triage {
		if ended && i.Proposed == nil && (i.Status == incident.Investigating || i.Status == incident.Mitigating) {
			e.Record(incident.StepProposed{To: incident.Monitoring, Code: "alerts-ended"})
		}
		return
	}
	if ended {
		e.EnqueueAt(e.Now.Add(settleAfter), Settle{Incident: i.ID})
		return
	}
	joined := make([]*incident.Alert, 0, len(p.joins))
	for _, j := range p.joins {
		joined = append(joined, j.alert)
	}
	v := judge(b.rules.view(i, joined, b.now, false), b.policy)
	if i.Verdict == nil || !i.Verdict.Live || v.Score > i.Verdict.Score {
		e.Record(incident.Judged{Verdict: v})
	}
	if p.fresh || len(i.Alerts) <= verifyAnew {
		e.Enqueue(incident.Verify{Incident: i.ID})
	}
	if p.fresh {
		e.EnqueueAt(e.Now.Add(liveChecks+liveChecks/2), Decide{Incident: i.ID})
		for _, later := range lookSoon {
			e.EnqueueAt(e.Now.Add(later), incident.Verify{Incident: i.ID})
		}
	}
	if !paged && pages(i, &v, b.policy) {
		page(e, b.policy)
	}
}

// page asks for a person, and for the look whether anybody answered.
func page(e *incident.Edit, policy incident.Policy) {
	e.Enqueue(incident.Page{Incident: e.Incident.ID})
	e.EnqueueAt(e.Now.Add(policy.SilenceLimit), Unanswered{Incident: e.Incident.ID})
}
