package inform

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/sigap-dev/sigap/internal/directory"
	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/inform/channel"
)

// Later asks the queue to try a delivery again after a time: the service said
// when, or the queue's own backoff decides (After is 0).
type Later struct {
	After time.Duration
	Err   error
}

func (l *Later) Error() string { return l.Err.Error() }
func (l *Later) Unwrap() error { return l.Err }

// attemptsBeforeNext is how often a delivery is tried over one method before
// the next one is tried beside it.
const attemptsBeforeNext = 2

// Try is which try of a delivery this is.
type Try struct {
	N    int  // from 1
	Last bool // the queue will not try again
	// Broken says that a try before ended without telling how: the process
	// died meanwhile, or could not record it. The message may have gone out.
	Broken bool
}

// Unrecorded begins the error of a delivery that went out and could not be
// recorded.
const Unrecorded = "record that a message went out"

// Deliver sends one message over one channel and records what became of it. A
// message of which nobody can tell whether it went out is sent again: a page
// that comes twice does less harm than one that never comes. Where the service
// knows it again by its id it is shown once; otherwise the receipt says so.
func (s *Service) Deliver(ctx context.Context, job Deliver, try Try) error {
	if len(job.Methods) == 0 {
		return nil
	}
	end, err := s.turns.take(ctx, job.Methods[0])
	if err != nil {
		return err
	}
	defer end()
	i, err := s.store.Incident(ctx, job.Incident)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(i.Notices, func(n incident.Notice) bool { return n.ID == job.Notice })
	if at < 0 {
		return nil
	}
	notice := i.Notices[at]
	receipt := incident.Receipt{Notice: notice.ID, Purpose: notice.Purpose, To: job.To, Method: job.Methods[0]}
	r, err := s.roster(ctx, i.Drill)
	if err != nil {
		return err
	}
	if sent(i, receipt) || needless(i, notice, job, &r) {
		return nil
	}
	policy, err := s.store.Policy(ctx)
	if err != nil {
		return err
	}
	contact, known := r.contact(job.To, job.Methods[0])
	if !known {
		return s.failed(ctx, job, receipt, "the contact method was removed", true)
	}
	receipt.Channel = contact.Kind
	if waits, err := s.putOff(ctx, i, notice, job, receipt, &r); waits || err != nil {
		return err
	}
	ch, err := s.channels.Channel(ctx, contact.Kind)
	switch {
	case incident.Is(err, incident.NotFound):
		return s.failed(ctx, job, receipt, "the channel is not set up", true)
	case err != nil:
		return err
	}
	m := s.message(ctx, i, notice, job, &r)
	m.ID = job.Notice + "/" + job.To.ID + "/" + job.Methods[0]
	m.Thread = threadOf(i, receipt)
	if m.Open, err = s.isOpen(ctx, contact); err != nil {
		return err
	}
	result, err := ch.Send(ctx, contact.Address, m)
	if err != nil {
		return s.sendFailed(ctx, job, receipt, err, policy.MethodLimit, try)
	}
	receipt.State, receipt.Detail, receipt.Thread = result.State, result.Detail, result.Thread
	receipt.Unsure = (try.Broken || unsure(i, receipt)) && !channel.KnowsAgain(contact.Kind)
	_, err = s.store.Change(context.WithoutCancel(ctx), incident.System(), job.Incident, func(e *incident.Edit) error {
		carried := spokenFor(e.Incident, notice.ID, job.To.ID)
		e.Record(receipt)
		for _, o := range carried {
			o.State, o.Detail, o.Until = receipt.State, incident.InLater, time.Time{}
			e.Record(o)
		}
		if notice.Purpose == incident.PurposePage && len(job.Methods) > 1 {
			next := job
			next.Methods = job.Methods[1:]
			e.EnqueueAt(e.Now.Add(r.patience(job, policy.MethodLimit)), NextMethod{next})
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("%s: %w", Unrecorded, err)
	}
	return nil
}

// isOpen reports whether somebody may be written to in any words, where a
// service minds that.
func (s *Service) isOpen(ctx context.Context, c directory.Contact) (bool, error) {
	if c.Kind != "whatsapp" {
		return true, nil
	}
	return s.store.HasWritten(ctx, c.Kind, c.Address, s.now().Add(-channel.WhatsAppWindow))
}

// putOff keeps what does not go out now: it waits for quiet hours to end, or it
// is gathered with other pages.
func (s *Service) putOff(ctx context.Context, i *incident.Incident, n incident.Notice, job Deliver, receipt incident.Receipt, r *roster) (waits bool, err error) {
	if until, waits := r.quiet(i, n, job, s.now()); waits {
		return true, s.hold(ctx, job, receipt, until)
	}
	if n.Purpose != incident.PurposePage {
		return false, nil
	}
	p, err := s.pace(ctx, i, n, job)
	if err != nil || !p.Gathered {
		return false, err
	}
	return true, s.gather(ctx, job, receipt, p.Due)
}

// same reports whether two receipts are of one message: sent to one recipient
// over one method.
func same(a, b incident.Receipt) bool {
	return a.Notice == b.Notice && a.To.ID == b.To.ID && a.Method == b.Method
}

// unsure reports whether a message may have gone out by a try that failed.
func unsure(i *incident.Incident, r incident.Receipt) bool {
	return slices.ContainsFunc(i.Receipts, func(o incident.Receipt) bool { return same(o, r) && o.Unsure })
}

// sent reports whether a message went out already: a job may run twice.
func sent(i *incident.Incident, r incident.Receipt) bool {
	return slices.ContainsFunc(i.Receipts, func(o incident.Receipt) bool {
		return same(o, r) && o.State != incident.FailedToSend && o.State != incident.Queued
	})
}

// threadOf is the thread that the incident's first message over this method
// began; empty for the first.
func threadOf(i *incident.Incident, r incident.Receipt) string {
	for _, o := range i.Receipts {
		if o.To.ID == r.To.ID && o.Method == r.Method && o.Thread != "" {
			return o.Thread
		}
	}
	return ""
}

// needless reports whether a page is no longer needed when its turn comes: the
// impact has ended, it was set down to what pages nobody, the person or somebody
// of their team has it, they declined, or a newer page is on its way to them. So a channel that comes back after
// hours delivers each person one page, not all that failed.
func needless(i *incident.Incident, n incident.Notice, job Deliver, r *roster) bool {
	if n.Purpose != incident.PurposePage {
		return false
	}
	team, _ := r.team(job.To.Team)
	return !i.Status.Pages() || i.Acknowledged(job.To.ID) || declined(i, n.ID, job.To.ID) || superseded(i, n, job.To.ID) ||
		n.Code != byName && (!i.Asks() || teamKnows(i, team))
}

func superseded(i *incident.Incident, n incident.Notice, person string) bool {
	for _, later := range slices.Backward(i.Notices) {
		switch {
		case later.ID == n.ID:
			return false
		case later.Purpose == incident.PurposePage && isTo(later, person):
			return true
		}
	}
	return false
}

func declined(i *incident.Incident, notice, person string) bool {
	return slices.ContainsFunc(i.Receipts, func(r incident.Receipt) bool {
		return r.Notice == notice && r.To.ID == person && r.State == incident.DeclinedBy
	})
}

// sendFailed records why a message did not go out and decides what follows:
// the same again later, the next method, the next person. A service that asks
// for more patience than there is counts as failed already.
func (s *Service) sendFailed(ctx context.Context, job Deliver, receipt incident.Receipt, err error, patience time.Duration, try Try) error {
	var ce *channel.Error
	if !errors.As(err, &ce) {
		ce = &channel.Error{Retry: true, Detail: "the channel did not answer", Err: err}
	}
	final := try.Last || !ce.Retry
	receipt.Unsure = ce.Unsure
	if ferr := s.failed(context.WithoutCancel(ctx), job, receipt, ce.Error(), final || try.N == attemptsBeforeNext || ce.After >= patience); ferr != nil {
		return ferr
	}
	if final {
		return nil
	}
	return &Later{After: ce.After, Err: fmt.Errorf("send over %s: %w", receipt.Channel, err)}
}

// failed records a failure and, if passOn, tries what comes next.
func (s *Service) failed(ctx context.Context, job Deliver, receipt incident.Receipt, detail string, passOn bool) error {
	receipt.State, receipt.Detail = incident.FailedToSend, detail
	_, err := s.store.Change(ctx, incident.System(), job.Incident, func(e *incident.Edit) error {
		receipt.Unsure = receipt.Unsure || unsure(e.Incident, receipt)
		if !slices.ContainsFunc(e.Incident.Receipts, func(o incident.Receipt) bool {
			return same(o, receipt) && o.State == incident.FailedToSend && o.Detail == detail
		}) {
			e.Record(receipt) // the same failure once: retries make no flood
		}
		if !passOn {
			return nil
		}
		if len(job.Methods) > 1 {
			next := job
			next.Methods = job.Methods[1:]
			e.Enqueue(NextMethod{next})
			return nil
		}
		switch {
		case receipt.Purpose == incident.PurposePage:
			e.Enqueue(Escalate{Incident: job.Incident, Notice: job.Notice, Team: job.To.Team, To: job.To, Code: "failed"})
		case receipt.Purpose == incident.PurposeNotice && everythingFailed(e.Incident, job.Notice) && e.Incident.NobodyYet == nil:
			e.Record(incident.Unreached{Code: "all-failed"})
		}
		return nil
	})
	return err
}

// everythingFailed reports whether a notice has reached none of its recipients
// and nothing of it is under way.
func everythingFailed(i *incident.Incident, notice string) bool {
	failed := map[string]bool{}
	for _, r := range i.Receipts {
		if r.Notice != notice {
			continue
		}
		if r.State != incident.FailedToSend {
			return false
		}
		failed[r.To.ID] = true
	}
	at := slices.IndexFunc(i.Notices, func(n incident.Notice) bool { return n.ID == notice })
	return at >= 0 && len(failed) >= len(i.Notices[at].To)
}

// NextMethod tries the next way to reach somebody, unless it was tried already.
// Whether it is still needed is decided when it is sent.
func (s *Service) NextMethod(ctx context.Context, job NextMethod) error {
	_, err := s.store.Change(ctx, incident.System(), job.Incident, func(e *incident.Edit) error {
		if !tried(e.Incident, job.Deliver) {
			e.Enqueue(job.Deliver)
		}
		return nil
	})
	return err
}

func tried(i *incident.Incident, job Deliver) bool {
	return slices.ContainsFunc(i.Receipts, func(r incident.Receipt) bool {
		return r.Notice == job.Notice && r.To.ID == job.To.ID && r.Method == job.Methods[0]
	})
}
