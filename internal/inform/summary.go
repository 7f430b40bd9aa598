package inform

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/sigap-dev/sigap/internal/directory"
	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/inform/channel"
	"github.com/sigap-dev/sigap/internal/text"
)

// pending is a page that waits for its person's answer, with its incident.
type pending struct {
	Paced
	incident *incident.Incident
}

// board is the pages over a contact: those that wait for its person's answer,
// those that have gone on to somebody else and may be taken all the same, and
// those that nobody need answer any more. The worst and then the oldest are
// first.
type board struct {
	waiting, passed []pending
	gone            []Paced
}

// Summary sends one message for all pages over a contact that wait for an
// answer, and again a minute later while any that was gathered does. It ends
// when there is none: the next page goes out by itself again.
func (s *Service) Summary(ctx context.Context, job Summary, try Try) error {
	end, err := s.turns.take(ctx, job.Contact)
	if err != nil {
		return err
	}
	defer end()
	r, err := s.roster(ctx, job.Drill)
	if err != nil {
		return err
	}
	b, err := s.board(ctx, job.Lane, &r)
	if err != nil || b.due().After(job.Due) {
		return err // or this round went out before, and the process died
	}
	round := s.round(job, b)
	if !slices.ContainsFunc(b.waiting, func(p pending) bool { return p.Gathered }) {
		return s.store.Summed(ctx, round)
	}
	result, kind, err := s.sendSummary(ctx, job, b.waiting, round.At, &r)
	if err != nil {
		return s.summaryFailed(ctx, b.waiting, round, kind, err, try)
	}
	for _, p := range b.waiting {
		if p.Gathered && p.Told.IsZero() {
			receipt := p.receipt(kind, result.State, incident.InSummary)
			receipt.Unsure = try.Broken && !channel.KnowsAgain(kind)
			round.Follow = append(round.Follow, incident.Job{Args: Carried{p.Job, receipt}})
		}
	}
	round.Told = paced(b.waiting)
	if err := s.store.Summed(context.WithoutCancel(ctx), round); err != nil {
		return fmt.Errorf("%s: %w", Unrecorded, err)
	}
	return nil
}

// round begins what a summary leaves behind; the next one goes a minute later.
func (s *Service) round(job Summary, b board) Round {
	now := s.now()
	next := job
	next.Due = now.Add(StormWindow)
	return Round{Lane: job.Lane, Gone: b.gone, Passed: paced(b.passed), At: now, Follow: notNeeded(b.gone), Next: incident.Job{At: next.Due, Args: next}}
}

func (s *Service) board(ctx context.Context, lane string, r *roster) (b board, err error) {
	all, err := s.store.Paced(ctx, lane)
	if err != nil {
		return b, err
	}
	for _, p := range all {
		i, err := s.store.Incident(ctx, p.Job.Incident)
		if err != nil && !incident.Is(err, incident.NotFound) {
			return b, err
		}
		switch n, needed := needed(i, p, r); {
		case !needed:
			b.gone = append(b.gone, p)
		case passedOn(i, n, p):
			b.passed = append(b.passed, pending{p, i})
		default:
			b.waiting = append(b.waiting, pending{p, i})
		}
	}
	slices.SortStableFunc(b.waiting, worstFirst)
	return b, nil
}

func worstFirst(a, b pending) int {
	return cmp.Or(cmp.Compare(a.incident.Severity, b.incident.Severity), cmp.Compare(a.incident.ID, b.incident.ID))
}

// due is when the next summary goes, as the pages say.
func (b *board) due() time.Time {
	var due time.Time
	for _, p := range slices.Concat(paced(b.waiting), paced(b.passed), b.gone) {
		if p.Due.After(due) {
			due = p.Due
		}
	}
	return due
}

// needed gives the notice of a page that somebody must still answer.
func needed(i *incident.Incident, p Paced, r *roster) (n incident.Notice, ok bool) {
	if i == nil {
		return n, false
	}
	at := slices.IndexFunc(i.Notices, func(n incident.Notice) bool { return n.ID == p.Job.Notice })
	if at < 0 {
		return n, false
	}
	return i.Notices[at], !needless(i, i.Notices[at], p.Job, r)
}

// passedOn reports whether the person knew of a page and it asks somebody else
// by now.
func passedOn(i *incident.Incident, n incident.Notice, p Paced) bool {
	told := !p.Gathered || !p.Told.IsZero()
	return told && n.Code != byName && newestPage(i, p.Job.To.Team) != n.ID
}

func paced(list []pending) []Paced {
	var out []Paced
	for _, p := range list {
		out = append(out, p.Paced)
	}
	return out
}

// notNeeded are the records of what was gathered and is not sent any more.
func notNeeded(gone []Paced) []incident.Job {
	var out []incident.Job
	for _, p := range gone {
		if p.Gathered && p.Told.IsZero() {
			out = append(out, incident.Job{Args: Carried{p.Job, p.receipt("", incident.Queued, incident.NotNeeded)}})
		}
	}
	return out
}

func (p *Paced) receipt(kind string, state incident.Reach, detail string) incident.Receipt {
	return incident.Receipt{Notice: p.Job.Notice, Purpose: incident.PurposePage, To: p.Job.To, Channel: kind, Method: p.Job.Methods[0], State: state, Detail: detail}
}

// Carried records what became of a page that was gathered. One that went out
// is followed by the person's next method, as if it had gone by itself.
func (s *Service) Carried(ctx context.Context, job Carried) error {
	r, err := s.rosterFor(ctx, job.Incident)
	if err != nil {
		return err
	}
	policy, err := s.store.Policy(ctx)
	if err != nil {
		return err
	}
	_, err = s.store.Change(ctx, incident.System(), job.Incident, func(e *incident.Edit) error {
		at := slices.IndexFunc(e.Incident.Receipts, func(o incident.Receipt) bool { return same(o, job.Receipt) })
		if at >= 0 {
			job.Receipt.Channel = e.Incident.Receipts[at].Channel
		}
		if sent(e.Incident, job.Receipt) || at < 0 && job.Receipt.State == incident.Queued {
			return nil
		}
		e.Record(job.Receipt)
		if job.Receipt.State != incident.Queued && len(job.Methods) > 1 {
			next := job.Deliver
			next.Methods = job.Methods[1:]
			e.EnqueueAt(e.Now.Add(r.patience(job.Deliver, policy.MethodLimit)), NextMethod{next})
		}
		return nil
	})
	return err
}

// sendSummary sends the message, and says over which kind of channel.
func (s *Service) sendSummary(ctx context.Context, job Summary, waiting []pending, now time.Time, r *roster) (result channel.Result, kind string, err error) {
	contact, known := r.contact(job.To, job.Contact)
	if !known {
		return result, "none", &channel.Error{Detail: "the contact method was removed"}
	}
	ch, err := s.channels.Channel(ctx, contact.Kind)
	if incident.Is(err, incident.NotFound) {
		return result, contact.Kind, &channel.Error{Detail: "the channel is not set up"}
	}
	if err != nil {
		return result, contact.Kind, err
	}
	result, err = ch.Send(ctx, contact.Address, s.summary(job, waiting, now, r))
	return result, contact.Kind, err
}

// summaryFailed does for each page what a delivery of its own would: tries
// again, then the next method, the next person.
func (s *Service) summaryFailed(ctx context.Context, waiting []pending, round Round, kind string, err error, try Try) error {
	var ce *channel.Error
	if !errors.As(err, &ce) {
		ce = &channel.Error{Retry: true, Detail: "the channel did not answer", Err: err}
	}
	final := try.Last || !ce.Retry
	passOn := final || try.N == attemptsBeforeNext || ce.After >= StormWindow
	for _, p := range waiting {
		if p.Gathered && p.Told.IsZero() {
			receipt := p.receipt(kind, incident.FailedToSend, "")
			receipt.Unsure = ce.Unsure
			if err := s.failed(context.WithoutCancel(ctx), p.Job, receipt, ce.Error(), passOn); err != nil {
				return err
			}
		}
	}
	if !final {
		return &Later{After: ce.After, Err: fmt.Errorf("send a summary over %s: %w", kind, err)}
	}
	for _, p := range waiting {
		if p.Gathered {
			round.Gone = append(round.Gone, p.Paced)
		}
	}
	return s.store.Summed(ctx, round)
}

// summary words the message: how many wait, the worst first, and one link to
// take all of them or to look at each.
func (s *Service) summary(job Summary, waiting []pending, now time.Time, r *roster) channel.Message {
	p := r.people[job.To.ID]
	reader := text.Reader{Lang: p.Lang, Location: p.Location()}
	pass := Pass{Person: p.ID, Method: job.Contact, Lane: job.Lane, Summary: now, Expires: now.Add(linkLife)}
	var incidents []*incident.Incident
	for _, w := range onceEach(waiting) {
		incidents = append(incidents, w.incident)
	}
	m := Message(reader.Summary(text.Summary{Incidents: incidents, Link: s.links.Page(pass), Now: now}), reader.Lang)
	m.ID = fmt.Sprintf("summary/%s/%d", job.Lane, job.Due.Unix())
	m.Severity = waiting[0].incident.Severity.String()
	m.Callback, m.Prompt = s.links.Callback(pass), reader.SummaryPrompt()
	m.Answer = &channel.Answer{Label: reader.SummaryTake(), Done: reader.Taken()}
	return m
}

// onceEach keeps one page of each incident: somebody may be asked for two teams.
func onceEach(list []pending) []pending {
	var out []pending
	for _, w := range list {
		if !slices.ContainsFunc(out, func(o pending) bool { return o.incident.ID == w.incident.ID }) {
			out = append(out, w)
		}
	}
	return out
}

// Waiting is a page that a summary told of and that waits for an answer still.
type Waiting struct {
	Incident *incident.Incident
	Link     string // to this one's own page
}

// Waiting gives what the link of a summary is for, the worst first: what was
// told by then and nobody has taken yet.
func (s *Service) Waiting(ctx context.Context, p Pass) ([]Waiting, error) {
	list, err := s.listed(ctx, p)
	var out []Waiting
	for _, w := range onceEach(list) {
		own := Pass{Incident: w.Job.Incident, Notice: w.Job.Notice, Person: p.Person, Method: p.Method, Expires: p.Expires}
		out = append(out, Waiting{w.incident, s.links.Page(own)})
	}
	return out, err
}

func (s *Service) listed(ctx context.Context, p Pass) ([]pending, error) {
	r, err := s.roster(ctx, p.Lane != p.Method)
	if err != nil {
		return nil, err
	}
	b, err := s.board(ctx, p.Lane, &r)
	list := slices.DeleteFunc(append(b.waiting, b.passed...), func(w pending) bool {
		return w.Told.IsZero() || w.Told.After(p.Summary)
	})
	slices.SortStableFunc(list, worstFirst)
	return list, err
}

// answerAll takes one answer for all that a summary told of.
func (s *Service) answerAll(ctx context.Context, p Pass, a Answer) error {
	list, err := s.listed(ctx, p)
	if err != nil {
		return err
	}
	for _, w := range list {
		if _, err := s.answer(ctx, w.Job.Incident, p.Person, w.Job.Notice, a); err != nil {
			return err
		}
	}
	return nil
}

// summaryReported records how far a summary got, for each page that it carried.
func (s *Service) summaryReported(ctx context.Context, p Pass, contacts []directory.Contact, report channel.Report) error {
	list, err := s.listed(ctx, p)
	if err != nil {
		return err
	}
	for _, w := range list {
		if !w.Gathered {
			continue // it had a message of its own
		}
		own := Pass{Incident: w.Job.Incident, Notice: w.Job.Notice, Person: p.Person, Method: p.Method}
		if err := s.reported(ctx, own, contacts, report); err != nil && !incident.Is(err, incident.NotFound) {
			return err
		}
	}
	return nil
}
