package learn_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	ics "github.com/arran4/golang-ical"

	"github.com/sigap-dev/sigap/internal/directory"
	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/learn"
	"github.com/sigap-dev/sigap/internal/store"
	"github.com/sigap-dev/sigap/internal/store/queuetest"
	"github.com/sigap-dev/sigap/internal/storetest"
)

type world struct {
	t     *testing.T
	clock *queuetest.Clock
	store *store.Store
	queue *queuetest.Queue
	learn *learn.Service
	rina  *directory.Person
	id    string
}

// newWorld has an incident that resolved, which Rina commanded.
func newWorld(t *testing.T, dsn string) *world {
	t.Helper()
	w := &world{t: t, clock: queuetest.NewClock(), rina: &directory.Person{Name: "Rina; on call, \"A\"", Email: "rina@example.com", Right: incident.Responder, Lang: "id"}}
	st, err := store.Open(t.Context(), dsn, store.Options{Now: w.clock.Now})
	w.store = queuetest.Keep(t, st, err)
	w.learn = learn.New(w.store, store.NewID, w.clock.Now)
	w.queue = queuetest.New(w.store, w.clock)
	queuetest.On(w.queue, w.learn.Draft)
	queuetest.On(w.queue, w.learn.Remind)
	w.must(w.store.AddPerson(t.Context(), w.rina, "x"))
	i, err := w.store.Create(t.Context(), w.rina.Actor(), store.NewID(), func(e *incident.Edit) error {
		e.Record(incident.Opened{ID: e.Incident.ID, Title: "Checkout fails", Service: "payment"})
		e.Record(incident.Declared{Number: 1, Severity: incident.SEV1})
		e.Record(incident.RoleTaken{Role: incident.Commander, Person: w.rina.Ref()})
		e.Record(incident.StatusSet{From: incident.Investigating, To: incident.StatusResolved})
		e.Enqueue(incident.DraftReview{Incident: e.Incident.ID})
		e.Enqueue(incident.DraftReview{Incident: e.Incident.ID})
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

func (w *world) incident() *incident.Incident {
	w.t.Helper()
	i, err := w.store.Incident(w.t.Context(), w.id)
	w.must(err)
	return i
}

func (w *world) promise(title string, in time.Duration) error {
	a := incident.Action{What: incident.CodeFix, Title: title, Owner: w.rina.Ref()}
	if in != 0 {
		a.Due = w.clock.Now().Add(in)
	}
	_, err := w.learn.Promise(w.t.Context(), w.rina.Actor(), w.id, a)
	return err
}

func refused(t *testing.T, what string, err error, want incident.Code) {
	t.Helper()
	var e *incident.Error
	if !errors.As(err, &e) || e.Code != want {
		t.Errorf("%s: %v, want refused as %s", what, err, want)
	}
}

func TestAReviewIsDraftedOnceEditedPublishedAndClosed(t *testing.T) {
	t.Parallel()
	storetest.Copies(t, store.Schema(), store.Migrate, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		edit := func(parts map[string]string) error {
			_, err := w.learn.Edit(t.Context(), w.rina.Actor(), w.id, parts)
			return err
		}
		publish := func() error { _, err := w.learn.Publish(t.Context(), w.rina.Actor(), w.id); return err }
		finish := func() error { _, err := w.learn.Close(t.Context(), w.rina.Actor(), w.id); return err }
		refused(t, "an edit before there is a draft", edit(map[string]string{"summary": "x"}), incident.Conflict)
		w.queue.Settle(t)
		i := w.incident()
		if i.Review == nil || i.Review.Lang != "id" || i.Review.Title == "" {
			t.Fatalf("the draft is %+v, want one in the commander's language", i.Review)
		}
		if drafts := i.Seq; drafts != 5 {
			t.Errorf("two jobs made %d entries, want one draft after four", drafts)
		}
		w.must(edit(map[string]string{"summary": "The pool was too small."}))
		refused(t, "an unknown part", edit(map[string]string{"blame": "x"}), incident.Invalid)
		refused(t, "an empty title", edit(map[string]string{"title": " "}), incident.Invalid)
		refused(t, "closing before it is published", finish(), incident.Conflict)

		w.must(edit(map[string]string{"improve": ""}))
		refused(t, "no action and no reason why there is none", publish(), incident.Conflict)
		w.must(w.promise("Bound the pool", time.Hour))
		w.must(publish())
		if i := w.incident(); i.Status != incident.Reviewing || i.Review.State != incident.ReviewPublished || i.Review.Summary != "The pool was too small." {
			t.Errorf("after publishing: %s, %+v", i.Status, i.Review)
		}
		refused(t, "an edit of what is published", edit(map[string]string{"summary": "y"}), incident.Conflict)
		refused(t, "publishing twice", publish(), incident.Conflict)
		w.must(finish())
		if i := w.incident(); i.Status != incident.Closed || i.Milestones[incident.ClosedAt].IsZero() {
			t.Errorf("after closing it is %s", i.Status)
		}
	})
}

func TestAnActionHasAnOwnerAndADateAndIsAskedAfterUntilItIsProven(t *testing.T) {
	t.Parallel()
	w := newWorld(t, storetest.SQLite(t))
	refused(t, "no date", w.promise("Bound the pool", 0), incident.Invalid)
	refused(t, "no title", w.promise(" ", time.Hour), incident.Invalid)
	w.must(w.promise("Bound the pool", 24*time.Hour))
	asked := func() int { return len(queuetest.Asked[incident.FollowUp](t, w.queue)) }
	w.queue.Turn(t, 24*time.Hour-time.Second)
	if asked() != 0 {
		t.Fatal("asked after before its date")
	}
	w.queue.Turn(t, time.Second)
	if f := queuetest.Asked[incident.FollowUp](t, w.queue); len(f) != 1 || f[0].Code != "actionDue" || f[0].Only != w.rina.ID {
		t.Errorf("on its date: %+v, want that its owner is asked", f)
	}
	w.queue.Turn(t, 7*24*time.Hour)
	if asked() != 2 {
		t.Errorf("asked %d times a week later, want twice", asked())
	}
	action := w.incident().Actions[0].ID
	settle := func(done bool, proof string) error {
		_, err := w.learn.Settle(t.Context(), w.rina.Actor(), w.id, action, done, proof)
		return err
	}
	refused(t, "done without a proof", settle(true, " "), incident.Invalid)
	w.must(settle(true, "https://example.com/change/7"))
	w.queue.Turn(t, 30*24*time.Hour)
	if asked() != 2 {
		t.Error("asked after what is done")
	}
	if open, err := w.store.Actions(t.Context(), true, 10); err != nil || len(open) != 0 {
		t.Errorf("open actions: %+v, %v", open, err)
	}
	w.must(settle(false, ""))
	if open, err := w.store.Actions(t.Context(), true, 10); err != nil || len(open) != 1 {
		t.Errorf("open actions after it was opened again: %+v, %v", open, err)
	}
}

func TestTheInvitationIsACalendarEventThatMoves(t *testing.T) {
	t.Parallel()
	w := newWorld(t, storetest.SQLite(t))
	w.queue.Settle(t)
	meet := func(in time.Duration) error {
		_, err := w.learn.Meet(t.Context(), w.rina.Actor(), w.id, incident.MeetingSet{At: w.clock.Now().Add(in), Where: "Room 3; 2nd floor, left"})
		return err
	}
	refused(t, "a meeting in the past", meet(-time.Hour), incident.Invalid)
	if _, err := w.learn.Invitation(t.Context(), w.incident(), "https://sigap.example/x"); err == nil {
		t.Error("an invitation to no meeting")
	}
	event := func() *ics.VEvent {
		t.Helper()
		file, err := w.learn.Invitation(t.Context(), w.incident(), "https://sigap.example/x?a=1,2;3")
		w.must(err)
		cal, err := ics.ParseCalendar(strings.NewReader(file))
		w.must(err)
		if len(cal.Events()) != 1 {
			t.Fatalf("%d events", len(cal.Events()))
		}
		if strings.Count(file, "\n") != strings.Count(file, "\r\n") {
			t.Error("a line does not end with CRLF (RFC 5545, 3.1)")
		}
		for line := range strings.SplitSeq(file, "\r\n") {
			if len(line) > 75 {
				t.Errorf("a line of %d octets, RFC 5545 allows 75: %q", len(line), line)
			}
		}
		return cal.Events()[0]
	}
	w.must(meet(24 * time.Hour))
	first := event()
	at, err := first.GetStartAt()
	w.must(err)
	end, err := first.GetEndAt()
	w.must(err)
	if !at.Equal(w.clock.Now().Add(24*time.Hour)) || end.Sub(at) != 45*time.Minute {
		t.Errorf("the event is from %v to %v", at, end)
	}
	if n := len(first.Attendees()); n != 1 || first.Attendees()[0].Email() != "rina@example.com" {
		t.Errorf("%d attendees, want the one who took part", n)
	}
	if cn := first.Attendees()[0].ICalParameters["CN"]; len(cn) != 1 || cn[0] != "Rina on call A" {
		t.Errorf("the attendee is called %q", cn)
	}
	if o := first.GetProperty(ics.ComponentPropertyOrganizer); o == nil || o.Value != "mailto:rina@example.com" {
		t.Errorf("the organizer is %v; a request needs one (RFC 5546, 3.2.2)", o)
	}
	w.must(meet(48 * time.Hour))
	second := event()
	if first.Id() != second.Id() {
		t.Error("the moved meeting is another event")
	}
	if s := second.GetProperty(ics.ComponentPropertySequence); s == nil || s.Value != "1" {
		t.Errorf("the sequence is %v; without a higher one calendars keep the old time", s)
	}
}
