package investigate_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/directory"
	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/investigate"
	"github.com/sigap-dev/sigap/internal/store"
	"github.com/sigap-dev/sigap/internal/store/queuetest"
	"github.com/sigap-dev/sigap/internal/storetest"
)

type world struct {
	t     *testing.T
	clock *queuetest.Clock
	store *store.Store
	room  *investigate.Service
	id    string
	people
}

type people map[string]*directory.Person

func (p people) actor(name string) incident.Actor { return p[name].Actor() }

// newWorld has a declared incident, Rina and Budi who respond, Mira who manages.
func newWorld(t *testing.T, dsn string) *world {
	t.Helper()
	w := &world{t: t, clock: queuetest.NewClock(), people: people{}}
	st, err := store.Open(t.Context(), dsn, store.Options{Now: w.clock.Now})
	w.store = queuetest.Keep(t, st, err)
	w.room = investigate.New(w.store, store.NewID)
	for name, right := range map[string]incident.Right{"Rina": incident.Responder, "Budi": incident.Responder, "Mira": incident.Manager} {
		w.people[name] = &directory.Person{Name: name, Email: name + "@example.com", Right: right}
		w.must(w.store.AddPerson(t.Context(), w.people[name], "x"))
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

// incident is the incident as it is stored.
func (w *world) incident() *incident.Incident {
	w.t.Helper()
	i, err := w.store.Incident(w.t.Context(), w.id)
	w.must(err)
	return i
}

func refused(t *testing.T, what string, err error, want incident.Code) {
	t.Helper()
	if e, ok := errors.AsType[*incident.Error](err); !ok || e.Code != want {
		t.Errorf("%s: %v, want it refused as %s", what, err, want)
	}
}

func TestAHypothesisIsTestedAndBecomesTheConfirmedCause(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		ctx, rina, budi := t.Context(), w.actor("Rina"), w.actor("Budi")
		i, err := w.room.Propose(ctx, rina, w.id, "  The pool ran dry  ")
		w.must(err)
		h := i.Hypotheses[0].ID
		_, err = w.room.Propose(ctx, budi, w.id, "The bank is slow")
		w.must(err)
		_, err = w.room.Link(ctx, budi, w.id, incident.EvidenceLinked{Hypothesis: h, Text: "16 of 16 in use", Entry: 1})
		w.must(err)
		_, err = w.room.Link(ctx, budi, w.id, incident.EvidenceLinked{Hypothesis: h, Text: "it recovers by itself", Against: true})
		w.must(err)
		_, err = w.room.Judge(ctx, rina, w.id, h, incident.Testing, "")
		w.must(err)
		w.clock.Turn(time.Minute)
		_, err = w.room.Confirm(ctx, rina, w.id, incident.CauseConfirmed{Hypothesis: h, Text: "The pool ran dry", Area: incident.AreaConfiguration, Factors: []string{"no alert"}})
		w.must(err)

		i = w.incident()
		if got := i.Hypotheses[0]; got.Text != "The pool ran dry" || got.State != incident.Confirmed || len(got.For) != 1 || len(got.Against) != 1 || got.For[0].By.Name != "Budi" {
			t.Errorf("the hypothesis is %+v", got)
		}
		if got := i.Hypotheses[1]; got.State != incident.Proposed || got.By.Name != "Budi" {
			t.Errorf("the other hypothesis is %+v", got)
		}
		if i.Cause == nil || i.Cause.By.Name != "Rina" || i.Cause.Area != incident.AreaConfiguration || !i.Cause.At.Equal(w.clock.Now()) || !i.Milestones[incident.CauseAt].Equal(w.clock.Now()) {
			t.Errorf("the cause is %+v, reached at %s", i.Cause, i.Milestones[incident.CauseAt])
		}
	})
}

func TestAHypothesisIsRefutedOnlyWithAReason(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		ctx, rina := t.Context(), w.actor("Rina")
		i, err := w.room.Propose(ctx, rina, w.id, "The pool ran dry")
		w.must(err)
		h := i.Hypotheses[0].ID
		_, err = w.room.Judge(ctx, rina, w.id, h, incident.Refuted, " ")
		refused(t, "refuted without a reason", err, incident.Invalid)
		_, err = w.room.Judge(ctx, rina, w.id, h, incident.Confirmed, "I am sure")
		refused(t, "confirmed by judging", err, incident.Invalid)
		_, err = w.room.Judge(ctx, rina, w.id, "nothing", incident.Testing, "")
		refused(t, "one that does not exist", err, incident.NotFound)
		_, err = w.room.Link(ctx, rina, w.id, incident.EvidenceLinked{Hypothesis: "nothing", Text: "x"})
		refused(t, "evidence for one that does not exist", err, incident.NotFound)
		_, err = w.room.Confirm(ctx, rina, w.id, incident.CauseConfirmed{Hypothesis: "nothing", Text: "x"})
		refused(t, "a cause by one that does not exist", err, incident.NotFound)
		_, err = w.room.Judge(ctx, rina, w.id, h, incident.Refuted, "3 of 16 in use")
		w.must(err)
		if got := w.incident().Hypotheses[0]; got.State != incident.Refuted || got.Why != "3 of 16 in use" {
			t.Errorf("the hypothesis is %+v", got)
		}
	})
}

func TestAFreeRoleIsTakenAndATakenOneIsGivenByAManagerOrItsHolder(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		take := func(by, to string) error {
			_, err := w.room.TakeRole(t.Context(), w.actor(by), w.id, incident.Scribe, w.people[to].ID)
			return err
		}
		refused(t, "a free role given away by a responder", take("Budi", "Rina"), incident.Forbidden)
		w.must(take("Budi", "Budi"))
		refused(t, "a role taken from its holder", take("Rina", "Rina"), incident.Forbidden)
		w.must(take("Budi", "Rina"))
		w.must(take("Mira", "Budi"))
		if got := w.incident(); got.Roles[incident.Scribe].Name != "Budi" {
			t.Errorf("the scribe is %+v", got.Roles[incident.Scribe])
		}
		_, err := w.room.TakeRole(t.Context(), w.actor("Mira"), w.id, "king", w.people["Rina"].ID)
		refused(t, "a role that there is not", err, incident.Invalid)
		_, err = w.room.TakeRole(t.Context(), w.actor("Mira"), w.id, incident.Scribe, "nobody")
		refused(t, "a role for nobody", err, incident.NotFound)
	})
}

func TestWhoJoinsTwiceTakesPartOnce(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		for range 2 {
			_, err := w.room.Join(t.Context(), w.actor("Rina"), w.id)
			w.must(err)
		}
		if i := w.incident(); len(i.People) != 1 || i.People[0].Name != "Rina" || i.Seq != 3 {
			t.Errorf("taking part are %+v, in %d entries", i.People, i.Seq)
		}
	})
}

func TestReportsAddUpToTheUsersThatTheyStandFor(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		for _, count := range []int{0, 7} { // none said: it stands for the one who speaks
			_, err := w.room.Report(t.Context(), w.actor("Rina"), w.id, incident.Report{Words: "cannot pay", Noticed: w.clock.Now().Add(time.Hour)}, count)
			w.must(err)
		}
		_, err := w.room.Report(t.Context(), w.actor("Rina"), w.id, incident.Report{Words: "cannot pay"}, -1)
		refused(t, "fewer than no users", err, incident.Invalid)
		i := w.incident()
		if i.ReportCount != 8 || len(i.Reports) != 2 || i.Reports[0].By != "Rina" || !i.Reports[0].Noticed.Equal(w.clock.Now()) {
			t.Errorf("%d users, reports %+v", i.ReportCount, i.Reports)
		}
	})
}

func TestACorrectionChangesTheWordsAndAPinCanBeTakenAway(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		ctx, rina := t.Context(), w.actor("Rina")
		i, err := w.room.Find(ctx, rina, w.id, incident.Finding{Text: "The poll is full"})
		w.must(err)
		f := i.Findings[0]
		if f.Says != incident.Observation || f.Area != incident.AreaInfrastructure || f.By.Name != "Rina" {
			t.Errorf("a finding that says no more than its text is %+v", f)
		}
		_, err = w.room.Pin(ctx, rina, w.id, f.Entry, false)
		w.must(err)
		_, err = w.room.Correct(ctx, rina, w.id, f.Entry, "The pool is full")
		w.must(err)
		if i = w.incident(); i.Findings[0].Text != "The pool is full" || len(i.Pins) != 1 {
			t.Errorf("the finding is %+v, the pins are %v", i.Findings[0], i.Pins)
		}
		_, err = w.room.Pin(ctx, rina, w.id, f.Entry, true)
		w.must(err)
		if i = w.incident(); len(i.Pins) != 0 {
			t.Errorf("the pins are %v", i.Pins)
		}
		_, err = w.room.Pin(ctx, rina, w.id, 99, false)
		refused(t, "a pin on nothing", err, incident.Invalid)
		_, err = w.room.Correct(ctx, rina, w.id, 0, "x")
		refused(t, "a correction of nothing", err, incident.Invalid)
	})
}

func TestWhatSaysNothingOrTooMuchIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, storetest.SQLite(t))
	ctx, rina := t.Context(), w.actor("Rina")
	for what, text := range map[string]string{"nothing": " \n", "too much": strings.Repeat("x", 17<<10)} {
		_, err := w.room.Write(ctx, rina, w.id, text)
		refused(t, "a note of "+what, err, incident.Invalid)
		_, err = w.room.Propose(ctx, rina, w.id, text)
		refused(t, "a hypothesis of "+what, err, incident.Invalid)
		_, err = w.room.Find(ctx, rina, w.id, incident.Finding{Text: text})
		refused(t, "a finding of "+what, err, incident.Invalid)
		_, err = w.room.Confirm(ctx, rina, w.id, incident.CauseConfirmed{Text: text})
		refused(t, "a cause of "+what, err, incident.Invalid)
	}
	_, err := w.room.Find(ctx, rina, w.id, incident.Finding{Text: "x", Says: "gossip"})
	refused(t, "a finding of a kind that there is not", err, incident.Invalid)
	_, err = w.room.Find(ctx, rina, w.id, incident.Finding{Text: "x", Area: "weather"})
	refused(t, "an area that there is not", err, incident.Invalid)
	if seq := w.incident().Seq; seq != 2 {
		t.Errorf("what was refused left entries: there are %d", seq)
	}
}
