package identify

import (
	"container/heap"
	"context"
	"maps"
	"slices"
	"time"

	"github.com/sigap-dev/sigap/internal/identify/rule"
	"github.com/sigap-dev/sigap/internal/incident"
)

// A replay applies what was recorded of some days anew, by the very code that
// applies what arrives, to a store in memory and by a clock of its own. What it
// knows of the past is what is kept: of each alert the last twenty times that
// it fired, with its labels as they were last, and of each incident its alerts,
// its evidence and its end. Nobody answers a page in it. A record ends when
// those that its alerts belonged to had ended, or its alerts have.

// Recorded is what is known of some days.
type Recorded struct {
	From, To  time.Time
	Alerts    []*incident.Alert
	Incidents []*incident.Incident // the oldest first
	Cut       bool                 // there was more
}

// Replayed is what some rules make of it, in numbers.
type Replayed struct {
	Signals     int `json:"signals" doc:"Times that an alert began or ended"`
	Matched     int `json:"matched" doc:"Alerts that the team's rules decided about"`
	Candidates  int `json:"candidates"`
	Declared    int `json:"declared" doc:"By the policy, or since nobody had answered: in a replay nobody does"`
	Pages       int `json:"pages" doc:"Candidates that page somebody"`
	FalseAlarms int `json:"falseAlarms" doc:"Would be declared, and people had dismissed it"`
	FalsePages  int `json:"falsePages" doc:"Would page, and people had dismissed it"`
	Missed      int `json:"missed" doc:"Was declared and not dismissed, and would not be declared"`
	Unpaged     int `json:"unpaged" doc:"Was declared and not dismissed, and none of its alerts would page"`
}

// replay is one under way.
type replay struct {
	rules  *rules
	mem    *memory
	events events
	seq    int
	of     map[string][]*incident.Incident // of each alert by id, the recorded incidents that it was in
	ended  map[string]bool                 // recorded incidents that are over
	made   map[string]*outcome             // by the record's id
	order  []*outcome
	out    Replayed
	became map[string]rule.State // the team's rules, by id
	// unpaged are the recorded incidents of which no alert pages.
	unpaged []*incident.Incident
}

// outcome is a candidate that a replay made.
type outcome struct {
	record   *incident.Incident
	recorded map[string]*incident.Incident // those that its alerts belonged to
	paged    bool
	declared bool
}

// event is what happens at a moment.
type event struct {
	at  time.Time
	seq int
	do  func() error
}

type events []event

func (q events) Len() int { return len(q) }
func (q events) Less(a, b int) bool {
	if !q[a].at.Equal(q[b].at) {
		return q[a].at.Before(q[b].at)
	}
	return q[a].seq < q[b].seq
}
func (q events) Swap(a, b int) { q[a], q[b] = q[b], q[a] }
func (q *events) Push(x any)   { *q = append(*q, x.(event)) }
func (q *events) Pop() any {
	last := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]
	return last
}

func (p *replay) at(t time.Time, do func() error) {
	p.seq++
	heap.Push(&p.events, event{t, p.seq, do})
}

// run replays what was recorded by r. It changes neither.
func (r *rules) run(ctx context.Context, past Recorded) (*replay, error) {
	p := &replay{rules: r, mem: newMemory(), of: map[string][]*incident.Incident{}, ended: map[string]bool{}, made: map[string]*outcome{}}
	p.mem.asked = p.asked
	p.people(past)
	for _, a := range past.Alerts {
		p.alert(a, past)
	}
	for p.events.Len() > 0 {
		next := heap.Pop(&p.events).(event)
		if next.at.After(past.To) {
			break
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		p.mem.now = next.at
		if err := next.do(); err != nil {
			return nil, err
		}
	}
	p.sum(past)
	return p, ctx.Err()
}

// people has those who worked on what was recorded say and end it when they did.
func (p *replay) people(past Recorded) {
	for _, i := range past.Incidents {
		for _, a := range i.Alerts {
			p.of[a.ID] = append(p.of[a.ID], i)
		}
		if end := endOf(i); !end.IsZero() {
			p.at(end, func() error { p.ended[i.ID] = true; p.endAll(); return nil })
		}
	}
}

// endOf is when people had no more to do with a recorded incident; zero if they
// still have.
func endOf(i *incident.Incident) time.Time {
	for _, m := range []incident.Milestone{incident.MitigatedAt, incident.ResolvedAt, incident.ClosedAt} {
		if at := i.Milestones[m]; !at.IsZero() {
			return at
		}
	}
	return time.Time{}
}

// endAll ends the replay's records of which all recorded ones are over.
func (p *replay) endAll() {
	for _, i := range slices.Clone(p.mem.open) {
		o := p.made[i.ID]
		over := len(o.recorded) > 0
		for id := range o.recorded {
			over = over && p.ended[id]
		}
		if over {
			p.mem.end(i.ID)
		}
	}
}

// alert puts an alert into the memory as it was in the beginning, and its turns
// into the queue.
func (p *replay) alert(recorded *incident.Alert, past Recorded) {
	a := &incident.Alert{ID: recorded.ID, Key: recorded.Key, Signal: recorded.Signal, State: incident.AlertResolved,
		WasReal: recorded.WasReal, WasFalse: recorded.WasFalse, WasEnded: recorded.WasEnded}
	sig := recorded.Signal
	if sig.Ruled != nil && sig.Ruled.Service != "" {
		sig.Service = sig.Ruled.From
	}
	sig.Ruled, sig.StartedAt, sig.EndedAt, sig.ExpiresAt = nil, time.Time{}, time.Time{}, time.Time{}
	p.unlearn(a)
	for _, s := range recorded.Spells {
		if s.From.Before(past.From) {
			a.Spells = append(a.Spells, s)
			continue
		}
		p.turn(a, sig, s.From, incident.Firing)
		p.turn(a, sig, s.Until, incident.Resolved)
	}
	if recorded.State != incident.AlertResolved && !recorded.First.Before(past.From) {
		p.turn(a, sig, recorded.First, incident.Firing)
	}
	p.mem.know(a)
}

// unlearn takes from an alert what came out later, and has it learn that when
// it did: a verdict knows nothing of what is to come.
func (p *replay) unlearn(a *incident.Alert) {
	learn := func(i *incident.Incident, m incident.Milestone, count *int) {
		if at := i.Milestones[m]; !at.IsZero() {
			*count = max(0, *count-1)
			p.at(at, func() error { *count++; return nil })
		}
	}
	for _, i := range p.of[a.ID] {
		switch i.Status {
		case incident.Dismissed:
			learn(i, incident.ClosedAt, &a.WasFalse)
		case incident.Ended:
			learn(i, incident.ClosedAt, &a.WasEnded)
		default:
			learn(i, incident.DeclaredAt, &a.WasReal)
		}
	}
}

// turn has an alert begin or end.
func (p *replay) turn(a *incident.Alert, sig incident.Signal, at time.Time, to incident.SignalState) {
	p.at(at, func() error {
		p.out.Signals++
		sig.State = to
		key := Key{ID: a.Key, Name: sig.Sender, Source: sig.Source}
		if err := p.take(arrival{Key: key, At: at, Signals: []incident.Signal{sig}}); err != nil {
			return err
		}
		p.note(a, at)
		if to == incident.Resolved {
			p.rest(a.Incident)
		}
		return nil
	})
}

// rest ends a record whose alerts have ended, if they do not come back and none
// that people worked on goes on.
func (p *replay) rest(id string) {
	p.at(p.mem.now.Add(p.rules.policy.GroupWindow), func() error {
		o := p.made[id]
		if o == nil || p.mem.firing[id] > 0 {
			return nil
		}
		for recorded := range o.recorded {
			if !p.ended[recorded] {
				return nil
			}
		}
		p.mem.end(id)
		return nil
	})
}

// take applies an arrival, and looks again when what it holds is to be released.
func (p *replay) take(a arrival) error {
	b := newBatch(p.mem, p.rules, p.mem.now, p.mem.newID)
	if err := b.take([]arrival{a}); err != nil || b.release.IsZero() {
		return err
	}
	a.Released = true
	p.at(b.release, func() error {
		a.At = p.mem.now
		if err := p.take(a); err != nil {
			return err
		}
		for _, sig := range a.Signals {
			p.note(p.mem.alerts[seenKey{a.Key.ID, sig.Identity}], a.At)
		}
		return nil
	})
	return nil
}

// note says of the record that an alert is in which recorded one it was in.
func (p *replay) note(a *incident.Alert, at time.Time) {
	o := p.made[a.Incident]
	if o == nil {
		return
	}
	var best *incident.Incident
	for _, i := range p.of[a.ID] {
		end := endOf(i)
		began := i.Milestones[incident.Detected].Add(-settleAfter) // a moment may pass between the two
		if (end.IsZero() || !end.Before(at)) && (best == nil || !began.After(at)) {
			best = i
		}
	}
	if best != nil {
		o.recorded[best.ID] = best
	}
}

// asked does what an operation asked for, as far as a verdict depends on it.
func (p *replay) asked(i *incident.Incident, jobs []incident.Job) {
	if p.made[i.ID] == nil {
		p.made[i.ID] = &outcome{record: i, recorded: map[string]*incident.Incident{}}
		p.order = append(p.order, p.made[i.ID])
	}
	for _, j := range jobs {
		switch j.Args.(type) {
		case incident.Page:
			p.made[i.ID].paged = true
			i.Notices = append(i.Notices, incident.Notice{Purpose: incident.PurposePage})
		case Decide:
			p.later(j.At, i.ID, p.judgeLive)
		case Unanswered:
			p.later(j.At, i.ID, func(e *incident.Edit) error { return p.rules.unanswered(e, p.mem.firing[i.ID] > 0) })
		case Settle:
			p.later(j.At, i.ID, func(e *incident.Edit) error {
				if p.mem.firing[i.ID] > 0 {
					return nil
				}
				return settle(e)
			})
		}
	}
}

func (p *replay) later(at time.Time, id string, do func(*incident.Edit) error) {
	p.at(at, func() error {
		_, err := p.mem.Change(incident.System(), id, do)
		return err
	})
}

// judgeLive judges by the evidence that was found then.
func (p *replay) judgeLive(e *incident.Edit) error {
	for _, id := range slices.Sorted(maps.Keys(p.made[e.Incident.ID].recorded)) {
		for _, part := range p.made[e.Incident.ID].recorded[id].Evidence {
			if part.Says(e.Incident) {
				e.Record(part)
			}
		}
	}
	var alerts []*incident.Alert
	for _, a := range e.Incident.Alerts {
		alerts = append(alerts, p.mem.byID[a.ID])
	}
	return p.rules.judgeLive(e, alerts, p.mem.now)
}

// real reports whether a recorded incident was one: somebody or the policy
// declared it, and nobody took that back.
func real(i *incident.Incident) bool { return i.Number > 0 && i.Status != incident.Dismissed }

// sum counts what came of it, beside what people did.
func (p *replay) sum(past Recorded) {
	p.became = p.rules.own.Take()
	for _, st := range p.became {
		p.out.Matched += int(st.Matched)
	}
	p.out.Candidates = len(p.order)
	for _, o := range p.order {
		o.declared = o.record.Number > 0
		count(&p.out.Declared, o.declared)
		count(&p.out.Pages, o.paged)
	}
	falseAlarms, missed := against(p.order, past.Incidents, func(o *outcome) bool { return o.declared })
	p.out.FalseAlarms, p.out.Missed = falseAlarms, len(missed)
	p.out.FalsePages, p.unpaged = against(p.order, past.Incidents, func(o *outcome) bool { return o.paged })
	p.out.Unpaged = len(p.unpaged)
}

// against holds what was decided of candidates, by says, against what people
// made of the same: how many were none by the word of a person, and which
// incidents it passed over.
func against(made []*outcome, recorded []*incident.Incident, says func(*outcome) bool) (falseAlarms int, missed []*incident.Incident) {
	said := map[string]bool{}
	for _, o := range made {
		yes, wasReal, wasFalse := says(o), false, false
		for id, i := range o.recorded {
			said[id] = said[id] || yes
			wasReal, wasFalse = wasReal || real(i), wasFalse || i.Status == incident.Dismissed
		}
		count(&falseAlarms, yes && wasFalse && !wasReal)
	}
	for _, i := range recorded {
		if yes, had := said[i.ID]; had && !yes && real(i) {
			missed = append(missed, i)
		}
	}
	return falseAlarms, missed
}

func count(n *int, is bool) {
	if is {
		*n++
	}
}
