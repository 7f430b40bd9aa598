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

// Summary sends one message for all pages over a contact that wait for an
// answer, and again a minute later while any that was gathered does. It ends
// when there is none: the next page goes out by itself again.
func (s *Service) Summary(ctx context.Context, job Summary, try Try) error {
	r, err := s.roster(ctx, job.Drill)
	if err != nil {
		return err
	}
	now := s.now()
	waiting, gone, err := s.pending(ctx, job.Lane, &r)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(append(paced(waiting), gone...), func(p Paced) bool { return p.Due.After(job.Due) }) {
		return nil // this round went out before, and the process died
	}
	next := job
	next.Due = now.Add(StormWindow)
	then := incident.Job{At: next.Due, Args: next}
	follow := notNeeded(gone)
	if !slices.ContainsFunc(waiting, func(p pending) bool { return p.Gathered }) {
		return s.store.Summed(ctx, job.Lane, gone, nil, now, follow, then)
	}
	result, kind, err := s.sendSummary(ctx, job, waiting, now, &r)
	if err != nil {
		return s.summaryFailed(ctx, job, waiting, gone, kind, err, try)
	}
	for _, p := range waiting {
		if p.Gathered && p.Told.IsZero() {
			receipt := p.receipt(kind, result.State, incident.InSummary)
			receipt.Unsure = try.Broken && !channel.KnowsAgain(kind)
			follow = append(follow, incident.Job{Args: Carried{p.Job, receipt}})
		}
	}
	if err := s.store.Summed(context.WithoutCancel(ctx), job.Lane, gone, paced(waiting), now, follow, then); err != nil {
		return fmt.Errorf("%s: %w", Unrecorded, err)
	}
	return nil
}

// pending gives the pages of a lane that wait for an answer, the worst and then
// the oldest first, and those that do not any more.
func (s *Service) pending(ctx context.Context, lane string, r *roster) (waiting []pending, gone []Paced, err error) {
	all, err := s.store.Paced(ctx, lane)
	if err != nil {
		return nil, nil, err
	}
	for _, p := range all {
		switch i, err := s.store.Incident(ctx, p.Job.Incident); {
		case err != nil && !notFound(err):
			return nil, nil, err
		case err == nil && waits(i, p, r):
			waiting = append(waiting, pending{p, i})
		default:
			gone = append(gone, p)
		}
	}
	slices.SortStableFunc(waiting, func(a, b pending) int {
		return cmp.Or(cmp.Compare(a.incident.Severity, b.incident.Severity), cmp.Compare(a.incident.ID, b.incident.ID))
	})
	return waiting, gone, nil
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
			e.EnqueueAt(e.Now.Add(policy.MethodLimit), NextMethod{next})
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
	if notFound(err) {
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
func (s *Service) summaryFailed(ctx context.Context, job Summary, waiting []pending, gone []Paced, kind string, err error, try Try) error {
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
			gone = append(gone, p.Paced)
		}
	}
	next := job
	next.Due = s.now().Add(StormWindow)
	return s.store.Summed(ctx, job.Lane, gone, nil, s.now(), nil, incident.Job{At: next.Due, Args: next})
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
// told by then and waits still.
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
	list, _, err := s.pending(ctx, p.Lane, &r)
	return slices.DeleteFunc(list, func(w pending) bool {
		return w.Told.IsZero() || w.Told.After(p.Summary) || w.incident.Acknowledged(p.Person)
	}), err
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
		if err := s.reported(ctx, own, contacts, report); err != nil && !notFound(err) {
			return err
		}
	}
	return nil
}
