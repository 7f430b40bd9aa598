package app

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/sigap-dev/sigap/internal/act"
	"github.com/sigap-dev/sigap/internal/identify"
	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/inform"
	"github.com/sigap-dev/sigap/internal/learn"
)

// The queues. Paging has one of its own, so that no evidence, draft or
// reminder, however slow or dead, stands before a page.
const (
	queuePaging = "paging"
	queueClever = "clever"
)

// informs is the priority of what informs of a storm: after what pages, which
// has the default one.
const informs = river.PriorityDefault + 1

// place says which queue each job goes to, and how soon there.
func place(args river.JobArgs) (queue string, priority int) {
	switch a := args.(type) {
	case incident.Page, identify.Decide, identify.Unanswered, inform.Escalate, inform.NextMethod, inform.Summary:
		return queuePaging, river.PriorityDefault
	case inform.Deliver:
		if a.Pages {
			return queuePaging, river.PriorityDefault
		}
		return queuePaging, informs
	case incident.SendNotice, incident.FollowUp, inform.AfterPages, inform.AfterQuiet, inform.Carried, Pulse:
		return queuePaging, informs
	case incident.Verify, incident.WatchRecovery, incident.DraftReview, identify.LearnPast:
		return queueClever, river.PriorityDefault
	default:
		return river.QueueDefault, river.PriorityDefault
	}
}

// queues says how each is worked. PostgreSQL tells what was asked for; with
// SQLite it is only found by looking, and a page takes two looks: for itself and
// for its delivery. So that queue is looked at most often.
func queues(shared bool) map[string]river.QueueConfig {
	paging := river.QueueConfig{MaxWorkers: 50}
	if !shared {
		paging.FetchPollInterval = 40 * time.Millisecond
	}
	return map[string]river.QueueConfig{
		queuePaging:        paging,
		queueClever:        {MaxWorkers: 8},
		river.QueueDefault: {MaxWorkers: 10},
	}
}

// maxBackoff bounds the time between two tries of a job: a channel that comes
// back is used soon.
const maxBackoff = 2 * time.Minute

// backoff is the time before the next try: 1, 2, 4, … seconds.
type backoff struct{ now func() time.Time }

func (b backoff) NextRetry(job *rivertype.JobRow) time.Time {
	return b.now().Add(min(maxBackoff, time.Second<<min(job.Attempt-1, 10)))
}

// add registers a worker for one kind of job.
func add[T river.JobArgs](w *river.Workers, work func(context.Context, T) error) {
	river.AddWorker(w, river.WorkFunc(func(ctx context.Context, job *river.Job[T]) error {
		return gone(work(ctx, job.Args))
	}))
}

// addSending registers a worker for a kind of job that sends a message.
func addSending[T river.JobArgs](w *river.Workers, work func(context.Context, T, inform.Try) error) {
	river.AddWorker(w, river.WorkFunc(func(ctx context.Context, job *river.Job[T]) error {
		err := work(ctx, job.Args, tryOf(job.JobRow))
		if later, ok := errors.AsType[*inform.Later](err); ok && later.After > 0 {
			return river.JobSnooze(later.After) // as long as the service asked
		}
		return gone(err)
	}))
}

// tryOf tells a delivery which try it is. River writes down how each try ended,
// unless the process died: then there are fewer ends than tries.
func tryOf(job *rivertype.JobRow) inform.Try {
	ends := len(job.Errors)
	return inform.Try{N: job.Attempt, Last: job.Attempt >= job.MaxAttempts,
		Broken: ends < job.Attempt-1 || ends > 0 && strings.HasPrefix(job.Errors[ends-1].Error, inform.Unrecorded)}
}

// gone ends jobs about what is no longer there: trying again brings nothing
// back.
func gone(err error) error {
	if incident.Is(err, incident.NotFound) {
		return river.JobCancel(err)
	}
	return err
}

func (a *App) workers() *river.Workers {
	w := river.NewWorkers()
	river.AddWorker(w, river.WorkFunc(func(ctx context.Context, job *river.Job[incident.Verify]) error {
		if !a.looks.begin(job.Args.Incident, job.ScheduledAt, time.Now()) {
			return nil
		}
		return gone(a.identify.Verify(ctx, job.Args.Incident))
	}))
	add(w, func(ctx context.Context, j identify.Decide) error { return a.identify.Decide(ctx, j.Incident) })
	add(w, func(ctx context.Context, j identify.Unanswered) error { return a.identify.Unanswered(ctx, j.Incident) })
	add(w, func(ctx context.Context, j identify.Overlooked) error { return a.identify.Overlooked(ctx, j.Incident) })
	add(w, func(ctx context.Context, j identify.Settle) error { return a.identify.Settle(ctx, j.Incident) })
	add(w, a.identify.LearnPast)
	add(w, a.inform.Page)
	add(w, a.inform.Escalate)
	add(w, a.inform.NextMethod)
	add(w, a.inform.Notice)
	add(w, a.inform.FollowUp)
	add(w, a.inform.AfterPages)
	add(w, a.inform.AfterQuiet)
	add(w, a.inform.Update)
	add(w, a.inform.Carried)
	addSending(w, a.inform.Deliver)
	addSending(w, a.inform.Summary)
	addSending(w, a.chat.Say)
	addSending(w, a.chat.OpenRoom)
	addSending(w, a.chat.KeepRoom)
	addSending(w, a.inform.TellSwap)
	add(w, func(ctx context.Context, j act.Remind) error { return a.act.Remind(ctx, j) })
	add(w, a.act.Watch)
	add(w, a.update.StartClocks)
	add(w, a.update.Remind)
	add(w, a.learn.Draft)
	add(w, a.pulse)
	add(w, func(ctx context.Context, j learn.Overdue) error { return a.learn.Remind(ctx, j) })
	return w
}
