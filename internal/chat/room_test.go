package chat_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/identify"
	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/inform/channel"
	"github.com/sigap-dev/sigap/internal/inform/channel/channeltest"
	"github.com/sigap-dev/sigap/internal/store"
	"github.com/sigap-dev/sigap/internal/store/queuetest"
	"github.com/sigap-dev/sigap/internal/storetest"
)

// withRooms lets a SEV1 and a SEV2 have a channel of their own.
func withRooms(t *testing.T, dsn string) *workspace {
	t.Helper()
	w := newWorkspace(t, dsn)
	var config map[string]any
	w.must(json.Unmarshal(w.slack.Listening(), &config))
	config["roomsUpTo"] = 2
	raw, err := json.Marshal(config)
	w.must(err)
	w.set["slack"], err = channel.New("slack", raw, channel.Deps{HTTP: http.DefaultClient, Now: w.clock.Now})
	w.must(err)
	send(w.queue, w.chat.OpenRoom)
	send(w.queue, w.chat.KeepRoom)
	return w
}

// declare declares by a person's word, and lets five minutes pass.
func (w *workspace) declare(title string, severity incident.Severity) string {
	w.t.Helper()
	rina, err := w.store.Person(w.t.Context(), "rina@example.com")
	w.must(err)
	i, err := w.identify.DeclareNew(w.t.Context(), rina.Actor(), identify.Declaration{Title: title, Service: "payment", Severity: severity})
	w.must(err)
	w.posted()
	return i.Ref()
}

func (w *workspace) records(ref string, facts ...incident.Fact) {
	w.t.Helper()
	_, err := w.store.Change(w.t.Context(), incident.System(), w.incident(ref).ID, func(e *incident.Edit) error {
		for _, f := range facts {
			e.Record(f)
		}
		return nil
	})
	w.must(err)
	w.queue.Turn(w.t, 10*time.Minute)
}

func TestAnIncidentHasAChannelUntilItIsClosed(t *testing.T) {
	t.Parallel()
	storetest.Copies(t, store.Schema(), store.Migrate, func(t *testing.T, dsn string) {
		w := withRooms(t, dsn)
		w.slack.Mail("U2", "budi@example.com")
		ref := w.declare("Checkout fails: 502!", incident.SEV1)
		id, room := w.slack.Room("inc-1-checkout-fails-502")
		if !slices.Equal(room.Members, []string{"U1"}) || !strings.Contains(room.Topic, "SEV1 · Sedang diselidiki · komandan: belum ada yang memimpin · https://sigap.example/incidents/INC-1") {
			t.Fatalf("the channel is %+v", room)
		}
		if got := w.slack.Messages(); len(got) != 1 || got[0].To != id || !strings.Contains(got[0].Text, "SEV1 · INC-1 · Checkout fails: 502!") {
			t.Errorf("in the channel it says %s", texts(got))
		}
		budi, err := w.store.Person(t.Context(), "budi@example.com")
		w.must(err)
		w.records(ref, incident.RoleTaken{Role: incident.Commander, Person: budi.Ref()})
		if _, room = w.slack.Room("inc-1-checkout-fails-502"); !slices.Equal(room.Members, []string{"U1", "U2"}) || !strings.Contains(room.Topic, "Budi") {
			t.Errorf("with a commander the channel is %+v", room)
		}
		w.records(ref, incident.StatusSet{From: incident.Investigating, To: incident.StatusResolved})
		if _, room = w.slack.Room("inc-1-checkout-fails-502"); room.Archived {
			t.Error("it was archived before the review")
		}
		w.queue.Turn(t, time.Hour)
		w.records(ref, incident.StatusSet{From: incident.StatusResolved, To: incident.Closed})
		w.queue.Turn(t, time.Hour)
		if _, room = w.slack.Room("inc-1-checkout-fails-502"); !room.Archived {
			t.Error("the closed incident's channel is open")
		}
		if rooms := w.incident(ref).Rooms; len(rooms) != 1 || rooms[0].ID != id {
			t.Errorf("on record are %+v", rooms)
		}
	})
}

func TestAChannelIsOpenedOnceForTheSeveritiesChosen(t *testing.T) {
	t.Parallel()
	w := withRooms(t, storetest.SQLite(t))
	w.slack.Take("inc-1-checkout-fails")
	mild := w.declare("Login is slow", incident.SEV3) // INC-1
	if rooms := w.incident(mild).Rooms; len(rooms) != 0 {
		t.Errorf("a SEV3 has %+v", rooms)
	}
	w.slack.Take("inc-2-checkout-fails")
	ref := w.declare("Checkout fails", incident.SEV2)
	w.must(w.store.Enqueue(t.Context(), incident.Job{Args: incident.OpenRoom{Incident: w.incident(ref).ID}})) // told twice
	w.posted()
	if rooms := w.incident(ref).Rooms; len(rooms) != 1 || rooms[0].Name != "inc-2-checkout-fails-2" {
		t.Errorf("it has %+v", rooms)
	}
}

func TestAnIncidentThatBecomesGraveGetsItsChannelThen(t *testing.T) {
	t.Parallel()
	w := withRooms(t, storetest.SQLite(t))
	ref := w.declare("Login is slow", incident.SEV3)
	for _, to := range []incident.Severity{incident.SEV4, incident.SEV2, incident.SEV3, incident.SEV1} {
		_, err := w.identify.SetSeverity(t.Context(), incident.System(), w.incident(ref).ID, to, "more is known")
		w.must(err)
		w.posted()
		if rooms := w.incident(ref).Rooms; len(rooms) > 0 != (to != incident.SEV4) || len(rooms) > 1 {
			t.Errorf("as a %s it has %+v", to, rooms)
		}
	}
}

func TestAMarkInAnIncidentsChannelMakesAFindingOnce(t *testing.T) {
	t.Parallel()
	w := withRooms(t, storetest.SQLite(t))
	ref := w.declare("Checkout fails", incident.SEV1)
	id, _ := w.slack.Room("inc-1-checkout-fails")
	ts := w.slack.Wrote(id, "U2", "The pool is full &amp; stays so")
	reaction := map[string]any{"type": "reaction_added", "user": "U1", "reaction": "pushpin", "item": map[string]any{"type": "message", "channel": id, "ts": ts}}
	pin := map[string]any{"type": "pin_added", "user": "U1", "channel_id": id, "item": map[string]any{"type": "message", "channel": id, "message": map[string]any{"ts": ts}}}
	other := map[string]any{"type": "reaction_added", "user": "U1", "reaction": "eyes", "item": map[string]any{"type": "message", "channel": id, "ts": ts}}
	stranger := map[string]any{"type": "reaction_added", "user": "U3", "reaction": "pushpin", "item": map[string]any{"type": "message", "channel": "C2", "ts": ts}}
	for n, event := range []map[string]any{other, stranger, reaction, pin, reaction} {
		if got := w.happens(channeltest.Happening{Event: event}); (len(got) == 1) != (n == 2) {
			t.Errorf("mark %d is answered %s", n, texts(got))
		}
	}
	want := "The pool is full & stays so\nhttps://team.slack.com/archives/" + id + "/p" + strings.ReplaceAll(ts, ".", "")
	if f := w.incident(ref).Findings; len(f) != 1 || f[0].Text != want || f[0].By.Name != "Rina" {
		t.Errorf("the findings are %+v, want %q", f, want)
	}
}

func TestWhatIsSaidInAnIncidentsChannelIsAboutIt(t *testing.T) {
	t.Parallel()
	w := withRooms(t, storetest.SQLite(t))
	ref := w.declare("Checkout fails", incident.SEV1)
	w.declare("Login is slow", incident.SEV1)
	id, _ := w.slack.Room("inc-1-checkout-fails")
	thread := map[string]any{"type": "message", "channel_type": "channel", "channel": id, "user": "U1", "text": "The vendor is called", "ts": "1795486441.1", "thread_ts": "1795486440.9"}
	if got := w.happens(channeltest.Happening{Event: thread}); len(got) != 0 {
		t.Errorf("the answer in a thread is answered %s", texts(got))
	}
	if got := w.notes(ref); !slices.Equal(got, []string{"Rina: The vendor is called\nhttps://team.slack.com/archives/" + id + "/p17954864411"}) {
		t.Errorf("the notes are %q", got)
	}
	told, err := w.slack.Command(t.Context(), w.address, "U1", id, "join")
	if err != nil || !strings.Contains(told.Shown.Text, ref) {
		t.Errorf("the command there is answered %+v (%v)", told, err)
	}
}

func TestWhatSlackRefusesLeavesTheRestOfAChannelAsItShouldBe(t *testing.T) {
	t.Parallel()
	w := withRooms(t, storetest.SQLite(t))
	w.slack.Revoke("users:read.email")
	ref := w.declare("Checkout fails", incident.SEV1)
	budi, err := w.store.Person(t.Context(), "budi@example.com")
	w.must(err)
	w.records(ref, incident.RoleTaken{Role: incident.Commander, Person: budi.Ref()})
	if _, room := w.slack.Room("inc-1-checkout-fails"); !slices.Equal(room.Members, []string{"U1"}) || !strings.Contains(room.Topic, "Budi") {
		t.Errorf("the channel is %+v", room)
	}
	if n := len(queuetest.Asked[incident.OpenRoom](t, w.queue)); n != 1 {
		t.Errorf("%d channels were asked for", n)
	}
}
