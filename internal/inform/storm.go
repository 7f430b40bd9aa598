package inform

import (
	"context"
	"slices"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// In a storm one person must not get hundreds of messages. Three pages over one
// contact within a minute go out by themselves; what comes after is gathered to
// one summary a minute, until none of it waits for an answer any more
// (methods.md: three new incidents to one person within 60 s).
//
// Two are never gathered, because waiting up to a minute for them could be the
// harm: the first page of a new critical incident – a SEV1, or one that nobody
// could judge yet – and the page of one person by name, which a person asked for.
const (
	StormWindow = time.Minute
	stormPages  = 3
)

// Paced is a page to one contact as a storm counts it.
type Paced struct {
	Lane     string // see lane
	Job      Deliver
	Gathered bool      // it goes out in a summary, not by itself
	At       time.Time // when it was to go out
	Told     time.Time // when a summary listed it first
	Due      time.Time // when the next summary goes, of a gathered one
}

// Lately is what went out over a lane.
type Lately struct {
	Now   time.Time
	Alone int       // pages by themselves, within the window
	First time.Time // the oldest of them
	Due   time.Time // when the next summary goes; zero: nothing is gathered
}

// lane names the pages to one contact that are counted together. A drill's do
// not count beside an incident's.
func lane(contact string, drill bool) string {
	if drill {
		return "drill/" + contact
	}
	return contact
}

// pace says whether a page goes out by itself, or with which summary. Asked
// again, as after a crash, it says the same.
func (s *Service) pace(ctx context.Context, i *incident.Incident, n incident.Notice, job Deliver) (Paced, error) {
	at := lane(job.Methods[0], i.Drill)
	atOnce := n.Code == byName || critical(i) && first(i, n, job.To.ID)
	return s.store.Pace(ctx, Paced{Lane: at, Job: job}, func(l Lately) (bool, incident.Job) {
		if atOnce || l.Due.IsZero() && l.Alone < stormPages {
			return false, incident.Job{}
		}
		due := l.Now.Add(StormWindow)
		if !l.First.IsZero() {
			due = l.First.Add(StormWindow)
		}
		return true, incident.Job{At: due, Args: Summary{Lane: at, To: job.To, Contact: job.Methods[0], Drill: i.Drill, Due: due}}
	})
}

// critical reports whether an incident is as bad as can be, as far as is known.
func critical(i *incident.Incident) bool { return i.Severity == 0 || i.Severity == incident.SEV1 }

// first reports whether a page is the incident's first, of a team, and has not
// reached the person over another contact yet.
func first(i *incident.Incident, n incident.Notice, person string) bool {
	for _, o := range i.Notices {
		if o.ID != n.ID && o.Purpose == incident.PurposePage && o.Code != byName && !o.At.Before(i.Reopened) {
			return false
		}
		if o.ID == n.ID {
			break
		}
	}
	return !slices.ContainsFunc(i.Receipts, func(r incident.Receipt) bool {
		return r.Notice == n.ID && r.To.ID == person && r.State != incident.FailedToSend && r.State != incident.Queued
	})
}

// gather says of a page that the next summary carries it.
func (s *Service) gather(ctx context.Context, job Deliver, receipt incident.Receipt, until time.Time) error {
	receipt.State, receipt.Detail, receipt.Until = incident.Queued, incident.InSummary, until
	_, err := s.store.Change(ctx, incident.System(), job.Incident, func(e *incident.Edit) error {
		if !slices.ContainsFunc(e.Incident.Receipts, func(o incident.Receipt) bool { return same(o, receipt) }) {
			e.Record(receipt)
		}
		return nil
	})
	return err
}

// Round is what one summary leaves behind.
type Round struct {
	Lane   string
	Gone   []Paced // nobody need answer them any more
	Passed []Paced // they have gone on to somebody else: later summaries leave them out
	Told   []Paced // the summary listed them
	At     time.Time
	Follow []incident.Job
	Next   incident.Job // asked for if any page is still gathered
}
