package inform

import (
	"context"
	"slices"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// quiet says until when a message to a person waits for their quiet hours to
// end. Pages never do, nor does news of a major incident: its notice, or that
// it became graver. Whoever was paged for it in these hours, or acted on it,
// hears at once what becomes of it.
func (r *roster) quiet(i *incident.Incident, n incident.Notice, job Deliver, now time.Time) (until time.Time, waits bool) {
	p, person := r.people[job.To.ID]
	if !person || urgent(i, n, job.Args) {
		return time.Time{}, false
	}
	from, until, quiet := p.QuietAt(now)
	return until, quiet && !awake(i, p.ID, from)
}

// urgent reports whether a message is a page, or says that something is major:
// a notice does, and that it was raised. What nobody judged yet counts as major.
func urgent(i *incident.Incident, n incident.Notice, args map[string]string) bool {
	raised := n.Code == "severity" && i.Severity.String() < args["from"]
	major := i.Severity == 0 || i.Severity.Major()
	return n.Purpose == incident.PurposePage || major && (n.Purpose == incident.PurposeNotice || raised)
}

// awake reports whether somebody was paged, or acted on a message, since a time.
func awake(i *incident.Incident, person string, since time.Time) bool {
	return slices.ContainsFunc(i.Notices, func(n incident.Notice) bool {
		return n.Purpose == incident.PurposePage && !n.At.Before(since) && isTo(n, person)
	}) || slices.ContainsFunc(i.Receipts, func(r incident.Receipt) bool {
		acted := r.State == incident.OpenedBy || r.State == incident.AckedBy || r.State == incident.DeclinedBy
		return acted && r.To.ID == person && !r.At.Before(since)
	})
}

// hold keeps a message until quiet hours end, and says so.
func (s *Service) hold(ctx context.Context, job Deliver, receipt incident.Receipt, until time.Time) error {
	_, err := s.store.Change(ctx, incident.System(), job.Incident, func(e *incident.Edit) error {
		if !isHeld(e.Incident, job.Notice, job.To.ID, until) {
			receipt.State, receipt.Detail, receipt.Until = incident.Queued, incident.QuietHours, until
			e.Record(receipt)
		}
		e.EnqueueAt(until, AfterQuiet{job})
		return nil
	})
	return err
}

func isHeld(i *incident.Incident, notice, person string, until time.Time) bool {
	return slices.ContainsFunc(held(i, person), func(r incident.Receipt) bool { return r.Notice == notice && r.Until.Equal(until) })
}

// held are the receipts of what waits for somebody's quiet hours to end, the
// oldest first.
func held(i *incident.Incident, person string) []incident.Receipt {
	var out []incident.Receipt
	for _, n := range i.Notices {
		for _, r := range i.Receipts {
			if r.Notice == n.ID && r.To.ID == person && r.State == incident.Queued && r.Detail == incident.QuietHours {
				out = append(out, r)
			}
		}
	}
	return out
}

// AfterQuiet sends the newest of the messages of an incident that waited for
// somebody's quiet hours to end. Each has a job of its own, and all but the
// newest one's do nothing: the newest speaks for them.
func (s *Service) AfterQuiet(ctx context.Context, job AfterQuiet) error {
	_, err := s.store.Change(ctx, incident.System(), job.Incident, func(e *incident.Edit) error {
		if waiting := held(e.Incident, job.To.ID); len(waiting) > 0 && waiting[len(waiting)-1].Notice == job.Notice {
			e.Enqueue(job.Deliver)
		}
		return nil
	})
	return err
}

// spokenFor are the receipts of what was held back before a message to the same
// person: whatever reaches them says how it stands now, so the others need not
// be sent.
func spokenFor(i *incident.Incident, notice, person string) []incident.Receipt {
	return slices.DeleteFunc(held(i, person), func(r incident.Receipt) bool { return r.Notice == notice })
}

// before names what a message speaks for.
func before(i *incident.Incident, notice, person string) []string {
	var out []string
	for _, r := range spokenFor(i, notice, person) {
		at := slices.IndexFunc(i.Notices, func(n incident.Notice) bool { return n.ID == r.Notice })
		what := i.Notices[at].Code
		if r.Purpose != incident.PurposeFollow {
			what = string(r.Purpose)
		}
		out = append(out, what)
	}
	return once(out)
}

// wasHeld reports whether a message to somebody waited.
func wasHeld(i *incident.Incident, notice, person string) bool {
	return slices.ContainsFunc(held(i, person), func(r incident.Receipt) bool { return r.Notice == notice })
}
