// Package act is stage 4: stop the pain first, then cure it. Options are
// compared and one is decided with its reason, tasks are given to people who
// accept or decline, and the measures that showed the problem are watched
// until they are back.
package act

import (
	"context"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/sigap-dev/sigap/internal/directory"
	"github.com/sigap-dev/sigap/internal/incident"
)

// Store is what stage 4 needs of the store.
type Store interface {
	Incident(ctx context.Context, ref string) (*incident.Incident, error)
	Change(ctx context.Context, actor incident.Actor, id string, fn func(*incident.Edit) error) (*incident.Incident, error)
	Person(ctx context.Context, idOrEmail string) (*directory.Person, error)
	Policy(ctx context.Context) (incident.Policy, error)
}

// Watcher measures what is watched for recovery.
type Watcher interface {
	// Proofs gives the measures that showed the problem as they are now, with
	// the limit behind which each counts as recovered. A measure whose source
	// does not answer is Unknown.
	Proofs(ctx context.Context, i *incident.Incident) ([]incident.Proof, error)
}

// Service is stage 4.
type Service struct {
	store   Store
	watcher Watcher
	newID   func() string
}

// New makes stage 4.
func New(store Store, watcher Watcher, newID func() string) *Service {
	return &Service{store: store, watcher: watcher, newID: newID}
}

// Propose adds an option to compare.
func (s *Service) Propose(ctx context.Context, actor incident.Actor, id string, o incident.Option) (*incident.Incident, error) {
	o.Title = strings.TrimSpace(o.Title)
	switch {
	case o.Title == "" || len(o.Title) > 255:
		return nil, incident.FieldError("title", "Say in one line what would be done.")
	case o.Minutes < 0 || o.Minutes > 60*24*30:
		return nil, incident.FieldError("minutes", "The time to effect is in minutes, at most a month.")
	}
	if o.Track == "" {
		o.Track = incident.Mitigation
	}
	if err := track(o.Track); err != nil {
		return nil, err
	}
	o.ID = s.newID()
	return s.store.Change(ctx, actor, id, func(e *incident.Edit) error {
		e.Record(o)
		return nil
	})
}

func track(t incident.Track) error {
	if t != incident.Mitigation && t != incident.Fix {
		return incident.FieldError("track", "A track is mitigation or fix.")
	}
	return nil
}

// Vote is one person's voice for an option; again takes it back.
func (s *Service) Vote(ctx context.Context, actor incident.Actor, id, option string) (*incident.Incident, error) {
	return s.store.Change(ctx, actor, id, func(e *incident.Edit) error {
		o, err := e.Incident.Option(option)
		if err != nil {
			return err
		}
		e.Record(incident.Voted{Option: option, Title: o.Title, Back: slices.ContainsFunc(o.Votes, func(p incident.Person) bool { return p.ID == actor.ID })})
		return nil
	})
}

// Decide chooses an option with its reason. To start a permanent fix while
// users still suffer and no mitigation runs, the reason must say why.
func (s *Service) Decide(ctx context.Context, actor incident.Actor, id, option, reason string) (*incident.Incident, error) {
	return s.store.Change(ctx, actor, id, func(e *incident.Edit) error {
		i := e.Incident
		if err := i.MayAssign(actor); err != nil {
			return err
		}
		o, err := i.Option(option)
		if err != nil {
			return err
		}
		if !i.Status.Declared() {
			return incident.Errorf(incident.Conflict, "Declare the incident first.")
		}
		if reason = strings.TrimSpace(reason); reason == "" {
			return incident.FieldError("reason", "Say why this one: whoever reads it later was not here.")
		}
		if o.Track == incident.Fix && i.Status.Pages() && i.Decision(incident.Mitigation) == nil && len(reason) < 20 {
			return incident.FieldError("reason", "Users still suffer and no mitigation is decided. Say in a full sentence why the permanent fix comes first.")
		}
		e.Record(incident.Decided{Option: o.ID, Track: o.Track, Title: o.Title, Reason: reason})
		e.Enqueue(incident.WatchRecovery{Incident: id})
		return nil
	})
}

// Assign gives a task to a person, who is told and accepts or declines.
func (s *Service) Assign(ctx context.Context, actor incident.Actor, id string, t incident.Task) (*incident.Incident, error) {
	t.Title = strings.TrimSpace(t.Title)
	if t.Title == "" || len(t.Title) > 255 {
		return nil, incident.FieldError("title", "Say in one line what is to be done.")
	}
	if t.Track == "" {
		t.Track = incident.Mitigation
	}
	if err := track(t.Track); err != nil {
		return nil, err
	}
	to, err := s.store.Person(ctx, t.To.ID)
	if err != nil {
		return nil, incident.FieldError("to", "There is nobody with this id.")
	}
	t.ID, t.To = s.newID(), to.Ref()
	return s.store.Change(ctx, actor, id, func(e *incident.Edit) error {
		if err := e.Incident.MayAssign(actor); err != nil {
			return err
		}
		e.Record(t)
		if to.ID != actor.ID {
			e.Enqueue(incident.FollowUp{Incident: id, Code: "task", Only: to.ID, Args: map[string]string{"title": t.Title, "by": actor.Name}})
		}
		if !t.Due.IsZero() {
			e.EnqueueAt(t.Due, Remind{Incident: id, Task: t.ID})
		}
		return nil
	})
}

// Remind asks after a task that is due.
type Remind struct {
	Incident string `json:"incident"`
	Task     string `json:"task"`
}

// Kind names the job.
func (Remind) Kind() string { return "remind_task" }

// Remind tells the assignee that a task is due, unless it is done.
func (s *Service) Remind(ctx context.Context, job Remind) error {
	_, err := s.store.Change(ctx, incident.System(), job.Incident, func(e *incident.Edit) error {
		t, err := e.Incident.Task(job.Task)
		if err != nil || t.State == incident.TaskFinished || t.State == incident.TaskDeclined {
			return nil //nolint:nilerr // a task that is gone is due to nobody
		}
		e.Enqueue(incident.FollowUp{Incident: job.Incident, Code: "taskDue", Only: t.To.ID, Args: map[string]string{"title": t.Title}})
		return nil
	})
	return err
}

// Answer is the assignee's yes or no; a no needs a reason.
func (s *Service) Answer(ctx context.Context, actor incident.Actor, id, task string, accepted bool, why string) (*incident.Incident, error) {
	return s.store.Change(ctx, actor, id, func(e *incident.Edit) error {
		t, err := e.Incident.Task(task)
		switch {
		case err != nil:
			return err
		case t.To.ID != actor.ID:
			return incident.Errorf(incident.Forbidden, "Only %s can answer this task.", t.To.Name)
		case t.State == incident.TaskFinished:
			return incident.Errorf(incident.Conflict, "This task is done.")
		case !accepted && strings.TrimSpace(why) == "":
			return incident.FieldError("why", "Say why not, so that whoever assigned it can ask the right person.")
		}
		e.Record(incident.TaskAnswered{Task: task, Title: t.Title, Accepted: accepted, Why: why})
		if !accepted {
			e.Enqueue(incident.FollowUp{Incident: id, Code: "declined", Only: t.By.ID, Args: map[string]string{"title": t.Title, "by": actor.Name, "reason": why}})
		}
		return nil
	})
}

// Finish ends a task: by its assignee, or by whoever may assign.
func (s *Service) Finish(ctx context.Context, actor incident.Actor, id, task, result string) (*incident.Incident, error) {
	return s.store.Change(ctx, actor, id, func(e *incident.Edit) error {
		t, err := e.Incident.Task(task)
		if err != nil {
			return err
		}
		if t.To.ID != actor.ID {
			if err := e.Incident.MayAssign(actor); err != nil {
				return err
			}
		}
		if t.State == incident.TaskFinished {
			return incident.Errorf(incident.Conflict, "This task is done already.")
		}
		e.Record(incident.TaskDone{Task: task, Title: t.Title, Result: strings.TrimSpace(result)})
		e.Enqueue(incident.WatchRecovery{Incident: id})
		return nil
	})
}

// Move takes the incident to another status and starts what follows.
func (s *Service) Move(ctx context.Context, actor incident.Actor, id string, to incident.Status, reason string) (*incident.Incident, error) {
	return s.store.Change(ctx, actor, id, func(e *incident.Edit) error {
		i := e.Incident
		if err := i.MayMove(to, strings.TrimSpace(reason)); err != nil {
			return err
		}
		back := to.Before(i.Status)
		e.Record(incident.StatusSet{From: i.Status, To: to, Reason: reason})
		switch {
		case back && to.Pages(): // reopened: people are asked again
			e.Enqueue(incident.Page{Incident: id})
			e.Enqueue(incident.FollowUp{Incident: id, Code: "reopened", Args: map[string]string{"by": actor.Name, "reason": strings.TrimSpace(reason)}})
			e.Enqueue(incident.StartClocks{Incident: id})
			e.Enqueue(incident.WatchRecovery{Incident: id})
		case to == incident.Monitoring:
			e.Enqueue(incident.WatchRecovery{Incident: id})
			e.Enqueue(incident.Verify{Incident: id})
			e.Enqueue(incident.FollowUp{Incident: id, Code: "mitigated"})
		case to == incident.StatusResolved:
			e.Enqueue(incident.StartClocks{Incident: id})
			e.Enqueue(incident.Verify{Incident: id})
			e.Enqueue(incident.DraftReview{Incident: id})
			e.Enqueue(incident.FollowUp{Incident: id, Code: "resolved"})
		}
		return nil
	})
}

// watchEvery is the time between two looks at what is watched: quick at first,
// slower when an incident lasts or nothing shows yet that could be watched.
func watchEvery(round, measures int) time.Duration {
	switch {
	case round >= 120:
		return 30 * time.Second
	case measures == 0:
		return 15 * time.Second
	default:
		return 5 * time.Second
	}
}

// Watch looks whether the measures that showed the problem are back, records
// what changed, proposes the next step when the proof held, and looks again.
func (s *Service) Watch(ctx context.Context, job incident.WatchRecovery) error {
	i, err := s.store.Incident(ctx, job.Incident)
	if err != nil {
		return err
	}
	if !i.Status.Open() || i.Status == incident.Triage {
		return nil
	}
	policy, err := s.store.Policy(ctx)
	if err != nil {
		return err
	}
	proofs, err := s.watcher.Proofs(ctx, i)
	if err != nil {
		return err
	}
	_, err = s.store.Change(ctx, incident.System(), job.Incident, func(e *incident.Edit) error {
		i := e.Incident
		if !i.Status.Open() || i.Status == incident.Triage || newerWatch(i, job) {
			return nil
		}
		for _, p := range proofs {
			p.Hold = policy.Hold
			record(e, p)
		}
		proposed := i.Proposed != nil && i.Proposed.Code == "recovered"
		if i.Recovered(e.Now) && !proposed && i.Status != incident.Monitoring {
			e.Record(incident.StepProposed{To: incident.Monitoring, Code: "recovered"})
		}
		next := incident.WatchRecovery{Incident: i.ID, Round: job.Round + 1, From: job.From}
		if next.From.IsZero() {
			next.From = e.Now
		}
		e.EnqueueAt(e.Now.Add(watchEvery(next.Round, len(proofs))), next)
		return nil
	})
	return err
}

// newerWatch reports whether a watch that was asked for later has taken over:
// each decision and each finished task starts one.
func newerWatch(i *incident.Incident, job incident.WatchRecovery) bool {
	if job.From.IsZero() {
		return false
	}
	for _, d := range i.Decisions {
		if d.At.After(job.From) {
			return true
		}
	}
	for _, t := range i.Tasks {
		if t.Done.After(job.From) {
			return true
		}
	}
	return i.Milestones[incident.MitigatedAt].After(job.From) || i.Reopened.After(job.From)
}

// sayEvery is how often a measure that is still bad is noted while it moves.
const sayEvery = time.Minute

// record notes a measure when what it says changes: a timeline is read by
// people, not by plots.
func record(e *incident.Edit, p incident.Proof) {
	for _, before := range e.Incident.Proofs {
		if before.ID != p.ID {
			continue
		}
		if before.Good && p.Good {
			p.Since = before.Since
		}
		moved := p.Now != before.Now && math.Abs(p.Now-before.Now) >= math.Abs(before.Now)/4 && e.Now.Sub(before.At) >= sayEvery
		if before.Good == p.Good && before.Unknown == p.Unknown && (p.Good || !moved) {
			return
		}
	}
	if p.Good && p.Since.IsZero() {
		p.Since = e.Now
	}
	e.Record(p)
}
