package update_test

import (
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/directory"
	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/store"
	"github.com/sigap-dev/sigap/internal/store/queuetest"
	"github.com/sigap-dev/sigap/internal/storetest"
	"github.com/sigap-dev/sigap/internal/update"
)

type world struct {
	t      *testing.T
	clock  *queuetest.Clock
	store  *store.Store
	queue  *queuetest.Queue
	update *update.Service
	id     string
}

func rina() incident.Actor {
	return incident.Actor{Kind: incident.PersonActor, ID: "rina", Name: "Rina", Right: incident.Responder}
}

// newWorld has a SEV1 that Rina commands, and stakeholders who hear every half
// hour, at a SEV2 every hour, else never.
func newWorld(t *testing.T, dsn string) *world {
	t.Helper()
	w := &world{t: t, clock: queuetest.NewClock()}
	st, err := store.Open(t.Context(), dsn, store.Options{Now: w.clock.Now})
	w.store = queuetest.Keep(t, st, err)
	w.update = update.New(w.store, store.NewID, w.clock.Now)
	w.queue = queuetest.New(w.store, w.clock)
	queuetest.On(w.queue, w.update.StartClocks)
	queuetest.On(w.queue, w.update.Remind)
	if err := w.store.PutAudience(t.Context(), &directory.Audience{ID: "all", Name: map[string]string{"en": "Everybody"}, Lang: "en",
		Cadence: map[string]int{"SEV1": 30, "SEV2": 60}, People: []string{"dewi"}}); err != nil {
		t.Fatal(err)
	}
	i, err := w.store.Create(t.Context(), rina(), store.NewID(), func(e *incident.Edit) error {
		e.Record(incident.Opened{ID: e.Incident.ID, Title: "Checkout fails", Service: "payment"})
		e.Record(incident.Declared{Number: 1, Severity: incident.SEV1})
		e.Record(incident.RoleTaken{Role: incident.Commander, Person: incident.Person{ID: "rina", Name: "Rina"}})
		e.Enqueue(incident.StartClocks{Incident: e.Incident.ID})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	w.id = i.ID
	w.queue.Settle(t)
	return w
}

func (w *world) incident() *incident.Incident {
	w.t.Helper()
	i, err := w.store.Incident(w.t.Context(), w.id)
	if err != nil {
		w.t.Fatal(err)
	}
	return i
}

// due is how long until the next update is due; ok is false if none is owed.
func (w *world) due() (in time.Duration, ok bool) {
	w.t.Helper()
	c := w.incident().NextUpdate()
	if c == nil {
		return 0, false
	}
	return c.Due.Sub(w.clock.Now()), true
}

func (w *world) wantDue(want time.Duration) {
	w.t.Helper()
	if got, ok := w.due(); !ok || got != want {
		w.t.Errorf("the next update is due in %v (%v), want %v", got, ok, want)
	}
}

func (w *world) change(f incident.Fact) {
	w.t.Helper()
	_, err := w.store.Change(w.t.Context(), rina(), w.id, func(e *incident.Edit) error {
		e.Record(f)
		e.Enqueue(incident.StartClocks{Incident: w.id})
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	w.queue.Settle(w.t)
}

func (w *world) send(status string) error {
	_, err := w.update.Send(w.t.Context(), rina(), w.id, incident.UpdateSent{Audience: "all", Text: incident.UpdateText{Status: status}})
	return err
}

func TestTheClockFollowsTheSeverity(t *testing.T) {
	t.Parallel()
	storetest.Copies(t, store.Schema(), store.Migrate, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		w.wantDue(10 * time.Minute) // the first one comes soon
		w.queue.Turn(t, 5*time.Minute)
		w.change(incident.Note{Text: "nothing changed"})
		w.wantDue(5 * time.Minute) // started again, the clock runs on
		if err := w.send("We look for the cause."); err != nil {
			t.Fatal(err)
		}
		w.wantDue(30 * time.Minute)
		w.change(incident.SeveritySet{From: incident.SEV1, To: incident.SEV2})
		w.wantDue(time.Hour)
		w.change(incident.SeveritySet{From: incident.SEV2, To: incident.SEV3})
		if in, ok := w.due(); ok {
			t.Errorf("at a SEV3 an update is owed in %v", in)
		}
	})
}

func TestAnUpdateIsRemindedOfBeforeItIsDueAndWhenItIs(t *testing.T) {
	t.Parallel()
	w := newWorld(t, storetest.SQLite(t))
	if err := w.send("We look for the cause."); err != nil {
		t.Fatal(err)
	}
	told := func() (codes []string) {
		for _, f := range queuetest.Asked[incident.FollowUp](t, w.queue) {
			if f.Only != "rina" {
				t.Errorf("a reminder went to %q", f.Only)
			}
			codes = append(codes, f.Code)
		}
		return codes
	}
	w.queue.Turn(t, 24*time.Minute-time.Second)
	if n := len(told()); n != 0 {
		t.Fatalf("reminded %d times too early", n)
	}
	w.queue.Turn(t, time.Second)
	w.queue.Turn(t, 6*time.Minute)
	if got := told(); len(got) != 2 || got[0] != "updateDue" || got[1] != "updateLate" {
		t.Errorf("reminded by %v, want before it is due and when it is", got)
	}
	if err := w.send("It was the deploy."); err != nil {
		t.Fatal(err)
	}
	w.queue.Turn(t, 10*time.Minute)
	if err := w.send("Rolled back."); err != nil {
		t.Fatal(err)
	}
	w.queue.Turn(t, 21*time.Minute) // the reminders of the one before are void
	if got := told(); len(got) != 2 {
		t.Errorf("reminded of what was sent: %v", got)
	}
}

func TestAnUpdateSaysSomethingNew(t *testing.T) {
	t.Parallel()
	w := newWorld(t, storetest.SQLite(t))
	if err := w.send("We look for the cause."); err != nil {
		t.Fatal(err)
	}
	if err := w.send(" We look for the cause. "); err == nil {
		t.Error("the same words went out twice")
	}
	if err := w.send(""); err == nil {
		t.Error("an empty update went out")
	}
	if n := len(queuetest.Asked[incident.SendUpdate](t, w.queue)); n != 1 {
		t.Errorf("%d updates were asked for, want one", n)
	}
	if err := w.send("It was the deploy."); err != nil || w.incident().Updates[1].Number != 2 {
		t.Errorf("the second update: %v, %+v", err, w.incident().Updates)
	}
}

func TestTheLastUpdateSaysResolvedAndStopsTheClock(t *testing.T) {
	t.Parallel()
	w := newWorld(t, storetest.SQLite(t))
	_, err := w.update.Send(t.Context(), rina(), w.id, incident.UpdateSent{Audience: "all", Text: incident.UpdateText{Status: "x"}, Final: true})
	if err == nil {
		t.Error("a last update went out while it hurts")
	}
	w.change(incident.StatusSet{From: incident.Investigating, To: incident.StatusResolved})
	w.wantDue(5 * time.Minute) // people wait for the word
	if err := w.send("Resolved."); err != nil {
		t.Fatal(err)
	}
	if in, ok := w.due(); ok || !w.incident().Updates[0].Final {
		t.Errorf("after the last update one is owed in %v: %+v", in, w.incident().Updates)
	}
}

func TestAPromiseForThePastIsRefusedAndOneForTheFutureIsKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t, storetest.SQLite(t))
	promise := func(status string, at time.Duration) error {
		_, err := w.update.Send(t.Context(), rina(), w.id, incident.UpdateSent{Audience: "all", Text: incident.UpdateText{Status: status}, NextDue: w.clock.Now().Add(at)})
		return err
	}
	if promise("a", -time.Minute) == nil {
		t.Error("an update was promised for the past")
	}
	if err := promise("b", 45*time.Minute); err != nil {
		t.Fatal(err)
	}
	w.wantDue(45 * time.Minute)
}
