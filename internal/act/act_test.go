package act_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/act"
	"github.com/sigap-dev/sigap/internal/directory"
	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/store"
	"github.com/sigap-dev/sigap/internal/store/queuetest"
	"github.com/sigap-dev/sigap/internal/storetest"
)

// watcher gives the measures that a test wants.
type watcher struct{ proofs []incident.Proof }

func (w *watcher) Proofs(context.Context, *incident.Incident) ([]incident.Proof, error) {
	return w.proofs, nil
}

type world struct {
	t       *testing.T
	clock   *queuetest.Clock
	store   *store.Store
	queue   *queuetest.Queue
	act     *act.Service
	watcher watcher
	people  map[string]*directory.Person
	id      string
}

// newWorld has a declared incident, Rina and Budi who respond and Mira who manages.
func newWorld(t *testing.T, dsn string) *world {
	t.Helper()
	w := &world{t: t, clock: queuetest.NewClock(), people: map[string]*directory.Person{}}
	st, err := store.Open(t.Context(), dsn, store.Options{Now: w.clock.Now})
	w.store = queuetest.Keep(t, st, err)
	w.act = act.New(w.store, &w.watcher, store.NewID)
	w.queue = queuetest.New(w.store, w.clock)
	queuetest.On(w.queue, w.act.Remind)
	for name, right := range map[string]incident.Right{"Rina": incident.Responder, "Budi": incident.Responder, "Mira": incident.Manager} {
		p := &directory.Person{Name: name, Email: name + "@example.com", Right: right}
		w.must(w.store.AddPerson(t.Context(), p, "x"))
		w.people[name] = p
	}
	i, err := w.store.Create(t.Context(), incident.System(), store.NewID(), func(e *incident.Edit) error {
		e.Record(incident.Opened{ID: e.Incident.ID, Title: "Checkout fails", Service: "payment"})
		e.Record(incident.Declared{Number: 1, Severity: incident.SEV1})
		return nil
	})
	w.must(err)
	w.id = i.ID
	return w
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) actor(name string) incident.Actor { return w.people[name].Actor() }

func (w *world) incident() *incident.Incident {
	w.t.Helper()
	i, err := w.store.Incident(w.t.Context(), w.id)
	w.must(err)
	return i
}

// refused checks the code of a refusal.
func refused(t *testing.T, what string, err error, want incident.Code) {
	t.Helper()
	var e *incident.Error
	if !errors.As(err, &e) || e.Code != want {
		t.Errorf("%s: %v, want refused as %s", what, err, want)
	}
}

func (w *world) option(track incident.Track, title string) string {
	w.t.Helper()
	i, err := w.act.Propose(w.t.Context(), w.actor("Rina"), w.id, incident.Option{Track: track, Title: title})
	w.must(err)
	return i.Options[len(i.Options)-1].ID
}

func TestOnlyAManagerOrALeadDecidesAndMitigationComesFirst(t *testing.T) {
	t.Parallel()
	storetest.Copies(t, store.Schema(), store.Migrate, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		back, bound := w.option(incident.Mitigation, "Roll back"), w.option(incident.Fix, "Bound the pool")
		decide := func(who, option, reason string) error {
			_, err := w.act.Decide(t.Context(), w.actor(who), w.id, option, reason)
			return err
		}
		refused(t, "a responder decides", decide("Rina", back, "it is quick"), incident.Forbidden)
		refused(t, "no reason", decide("Mira", back, " "), incident.Invalid)
		refused(t, "the fix first, in a word", decide("Mira", bound, "better"), incident.Invalid)
		w.must(decide("Mira", bound, "Rolling back would lose the orders of the last hour."))
		if s := w.incident().Status; s != incident.Investigating {
			t.Errorf("a decided fix moved the incident to %s", s)
		}
		w.must(decide("Mira", back, "quick"))
		if i := w.incident(); i.Status != incident.Mitigating || !i.Options[0].Chosen {
			t.Errorf("a decided mitigation left it %s: %+v", i.Status, i.Options)
		}
		w.must(decide("Mira", bound, "ok")) // a mitigation runs now
		refused(t, "no such option", decide("Mira", "x", "r"), incident.NotFound)
	})
}

func TestATaskIsAssignedByALeadAndAnsweredByItsAssignee(t *testing.T) {
	t.Parallel()
	w := newWorld(t, storetest.SQLite(t))
	assign := func(who string) error {
		_, err := w.act.Assign(t.Context(), w.actor(who), w.id, incident.Task{Title: "Roll back", To: incident.Person{ID: w.people["Budi"].ID}, Due: w.clock.Now().Add(10 * time.Minute)})
		return err
	}
	refused(t, "a responder assigns", assign("Rina"), incident.Forbidden)
	w.must(assign("Mira"))
	if i := w.incident(); len(i.People) != 0 {
		t.Errorf("being given a task counts as taking part: %v", i.People)
	}
	task := w.incident().Tasks[0].ID
	answer := func(who string, yes bool, why string) error {
		_, err := w.act.Answer(t.Context(), w.actor(who), w.id, task, yes, why)
		return err
	}
	refused(t, "another answers", answer("Rina", true, ""), incident.Forbidden)
	refused(t, "a no without a why", answer("Budi", false, ""), incident.Invalid)
	w.must(answer("Budi", false, "I have no access"))
	told := queuetest.Asked[incident.FollowUp](t, w.queue)
	if len(told) != 2 || told[0].Code != "task" || told[0].Only != w.people["Budi"].ID || told[1].Code != "declined" || told[1].Only != w.people["Mira"].ID {
		t.Errorf("told %+v, want the assignee of the task and then who gave it of the refusal", told)
	}
	w.must(answer("Budi", true, ""))
	w.queue.Turn(t, 10*time.Minute)
	if told := queuetest.Asked[incident.FollowUp](t, w.queue); len(told) != 3 || told[2].Code != "taskDue" {
		t.Errorf("the due task was reminded of by %+v", told)
	}
	if _, err := w.act.Finish(t.Context(), w.actor("Rina"), w.id, task, "done"); err == nil {
		t.Error("somebody else finished the task")
	}
	_, err := w.act.Finish(t.Context(), w.actor("Budi"), w.id, task, "rolled back")
	w.must(err)
	refused(t, "an answer to what is done", answer("Budi", true, ""), incident.Conflict)
}

func TestTheProofOfRecoveryProposesAStepAndNeverTakesIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t, storetest.SQLite(t))
	queuetest.On(w.queue, w.act.Watch)
	bad := incident.Proof{ID: "errors", Title: "errors", Limit: 0.01, Now: 0.4}
	good := incident.Proof{ID: "errors", Title: "errors", Limit: 0.01, Now: 0.001, Good: true}
	w.watcher.proofs = []incident.Proof{bad}
	w.must(w.store.Enqueue(t.Context(), incident.Job{Args: incident.WatchRecovery{Incident: w.id}}))
	w.queue.Turn(t, time.Minute)
	if w.incident().Proposed != nil {
		t.Fatal("it is proposed while it is bad")
	}
	w.watcher.proofs = []incident.Proof{good}
	w.queue.Turn(t, 2*time.Minute)
	if w.incident().Proposed != nil {
		t.Fatal("it is proposed before it has held")
	}
	w.queue.Turn(t, 10*time.Second)
	if i := w.incident(); i.Proposed == nil || i.Proposed.To != incident.Monitoring || i.Status != incident.Investigating {
		t.Errorf("after it held: proposed %+v, status %s", i.Proposed, i.Status)
	}
	w.watcher.proofs = []incident.Proof{bad}
	w.queue.Turn(t, 10*time.Second)
	if i := w.incident(); i.Proposed != nil {
		t.Error("it is bad again, and the step is still proposed")
	}
}

func TestAMeasureThatSwingsMakesFewEntries(t *testing.T) {
	t.Parallel()
	w := newWorld(t, storetest.SQLite(t))
	queuetest.On(w.queue, w.act.Watch)
	swing := &swinging{}
	w.act = act.New(w.store, swing, store.NewID)
	queuetest.On(w.queue, w.act.Watch)
	w.must(w.store.Enqueue(t.Context(), incident.Job{Args: incident.WatchRecovery{Incident: w.id}}))
	before := w.incident().Seq
	w.queue.Turn(t, 10*time.Minute)
	if grown := w.incident().Seq - before; grown < 2 || grown > 12 || swing.looks < 60 {
		t.Errorf("ten minutes of a swinging measure made %d entries in %d looks, want about one a minute", grown, swing.looks)
	}
}

// swinging is a measure that doubles and halves at every look, and stays bad.
type swinging struct{ looks int }

func (s *swinging) Proofs(context.Context, *incident.Incident) ([]incident.Proof, error) {
	s.looks++
	return []incident.Proof{{ID: "errors", Limit: 0.01, Now: 0.2 * float64(1+s.looks%2)}}, nil
}

func TestAnIncidentThatIsTakenBackPagesAgainAndNeedsAReason(t *testing.T) {
	t.Parallel()
	w := newWorld(t, storetest.SQLite(t))
	move := func(to incident.Status, reason string) error {
		_, err := w.act.Move(t.Context(), w.actor("Rina"), w.id, to, reason)
		return err
	}
	w.must(move(incident.StatusResolved, ""))
	if n := len(queuetest.Asked[incident.DraftReview](t, w.queue)); n != 1 {
		t.Errorf("the review was asked for %d times, want once", n)
	}
	refused(t, "closed without a review", move(incident.Closed, ""), incident.Conflict)
	refused(t, "back without a reason", move(incident.Investigating, ""), incident.Invalid)
	if n := len(queuetest.Asked[incident.Page](t, w.queue)); n != 0 {
		t.Errorf("%d pages before it was taken back", n)
	}
	w.must(move(incident.Investigating, "it is back"))
	if n := len(queuetest.Asked[incident.Page](t, w.queue)); n != 1 {
		t.Errorf("%d pages after it was taken back, want one", n)
	}
}
