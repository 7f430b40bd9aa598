package chat_test

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/chat"
	"github.com/sigap-dev/sigap/internal/directory"
	"github.com/sigap-dev/sigap/internal/identify"
	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/inform"
	"github.com/sigap-dev/sigap/internal/inform/channel"
	"github.com/sigap-dev/sigap/internal/inform/channel/channeltest"
	"github.com/sigap-dev/sigap/internal/investigate"
	"github.com/sigap-dev/sigap/internal/store"
	"github.com/sigap-dev/sigap/internal/store/queuetest"
	"github.com/sigap-dev/sigap/internal/storetest"
)

// The people and the group of the tests, by their numbers on Telegram.
const (
	rina     = 1001 // responder, reads Indonesian
	budi     = 1002 // viewer, reads English
	stranger = 1003
	group    = -2001 // a room of the team
	other    = -2002 // a group that nobody set up
)

// world is a bot on Telegram before the real stages on a real store. Tests
// turn its clock.
type world struct {
	t        *testing.T
	clock    *queuetest.Clock
	store    *store.Store
	queue    *queuetest.Queue
	identify *identify.Service
	inform   *inform.Service
	chat     *chat.Service
	telegram *channeltest.Telegram
	set      channels
	listener *chat.Listener
	read     int
}

// keeper is the store as stage 1 asks for it.
type keeper struct{ *store.Store }

func (s keeper) InTx(ctx context.Context, fn func(identify.Tx) error) error {
	return s.Store.InTx(ctx, func(tx *store.Tx) error { return fn(tx) })
}

// noEvidence finds nothing.
type noEvidence struct{}

func (noEvidence) Collect(context.Context, *incident.Incident, func(incident.Evidence)) {}

// channels are those that are set up.
type channels map[string]channel.Channel

func (c channels) Channel(_ context.Context, kind string) (channel.Channel, error) {
	if ch, ok := c[kind]; ok {
		return ch, nil
	}
	return nil, incident.Errorf(incident.NotFound, "The channel %s is not set up.", kind)
}

func onBoth(t *testing.T, run func(t *testing.T, w *world)) {
	t.Helper()
	storetest.Copies(t, store.Schema(), store.Migrate, func(t *testing.T, dsn string) { run(t, newWorld(t, dsn)) })
}

func newWorld(t *testing.T, dsn string) *world {
	t.Helper()
	w := &world{t: t, clock: queuetest.NewClock(), listener: &chat.Listener{}, telegram: channeltest.NewTelegram(t, "1001", "1002", "1003", "-2001", "-2002")}
	w.telegram.SetClock(w.clock.Now)
	st, err := store.Open(t.Context(), dsn, store.Options{Now: w.clock.Now})
	w.store = queuetest.Keep(t, st, err)
	allow, err := channel.ParseAllow([]string{"127.0.0.0/8"})
	w.must(err)
	deps := channel.Deps{HTTP: channel.NewHTTPClient(allow, 15*time.Second), Now: w.clock.Now}
	bot, err := channel.New("telegram", w.telegram.Config(), deps)
	w.must(err)
	w.set = channels{"telegram": bot}
	log := slog.New(slog.DiscardHandler)
	links := inform.NewLinks("https://sigap.example", []byte("a key of thirty-two bytes exactly"))
	w.identify = identify.New(keeper{w.store}, noEvidence{}, store.NewID, w.clock.Now, log)
	w.inform = inform.New(w.store, w.set, links, store.NewID, w.clock.Now, log)
	w.chat = chat.New(chat.Parts{Store: w.store, Channels: w.set, Identify: w.identify, Inform: w.inform,
		Investigate: investigate.New(w.store, store.NewID), Links: links, Now: w.clock.Now, Logger: log})
	w.queue = queuetest.New(w.store, w.clock)
	send(w.queue, w.chat.Say)
	w.cast()
	return w
}

func send[T incident.JobArgs](q *queuetest.Queue, work func(context.Context, T, inform.Try) error) {
	queuetest.OnAttempt(q, func(ctx context.Context, job T, n queuetest.Attempt) error {
		return work(ctx, job, inform.Try{N: int(n), Last: n == 25})
	})
}

// pages lets stage 2 send as well what it has to say.
func (w *world) pages() {
	send(w.queue, w.inform.Deliver)
	queuetest.On(w.queue, w.inform.Page)
	queuetest.On(w.queue, w.inform.Notice)
}

// cast is who is there: Rina and Budi of a team with a room.
func (w *world) cast() {
	w.t.Helper()
	team := &directory.Team{ID: "payments", Name: "Payments", Does: directory.EngineeringTeam,
		Rooms: []directory.Contact{{ID: "room", Kind: "telegram", Address: strconv.Itoa(group), Verified: w.clock.Now()}}}
	for _, p := range []struct {
		name, lang string
		right      incident.Right
		number     int
	}{{"Rina", "id", incident.Responder, rina}, {"Budi", "en", incident.Viewer, budi}} {
		person := &directory.Person{Name: p.name, Email: strings.ToLower(p.name) + "@example.com", Right: p.right, Lang: p.lang,
			Contacts: []directory.Contact{{ID: p.name, Kind: "telegram", Address: strconv.Itoa(p.number), Verified: w.clock.Now()}}}
		w.must(w.store.AddPerson(w.t.Context(), person, "x"))
		team.Members = append(team.Members, person.ID)
	}
	w.must(w.store.PutTeam(w.t.Context(), team))
	w.must(w.store.PutService(w.t.Context(), &directory.Service{Name: "payment", Team: "payments"}))
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// declared declares an incident that pages nobody, and gives its reference.
func (w *world) declared(title string) string {
	w.t.Helper()
	i, err := w.identify.DeclareNew(w.t.Context(), incident.System(), identify.Declaration{Title: title, Service: "payment", Severity: incident.SEV3})
	w.must(err)
	return i.Ref()
}

func (w *world) incident(ref string) *incident.Incident {
	w.t.Helper()
	i, err := w.store.Incident(w.t.Context(), ref)
	w.must(err)
	return i
}

// turn lets the bot send what it has to, a minute after the last, so that no
// chat is written to too often.
func (w *world) turn() []channeltest.Received {
	w.t.Helper()
	w.clock.Turn(time.Minute)
	w.queue.Turn(w.t, 0)
	return w.telegram.Messages()
}

// write writes to the bot, which does it, and gives what it answered.
func (w *world) write(m channeltest.Written) []channeltest.Received {
	w.t.Helper()
	w.telegram.Write(m)
	w.look()
	return w.answers()
}

func (w *world) look() {
	w.t.Helper()
	_, err := chat.Look(w.listener, w.t.Context(), w.chat)
	w.must(err)
}

func (w *world) answers() []channeltest.Received {
	w.t.Helper()
	all := w.turn()
	out := all[w.read:]
	w.read = len(all)
	return out
}

// says writes to the bot in the chat of a person, and expects one answer there
// that holds each of the words.
func (w *world) says(from int64, text string, want ...string) channeltest.Received {
	w.t.Helper()
	return w.one(from, w.write(channeltest.Written{Chat: from, Text: text}), want...)
}

// one expects one answer in a chat that holds each of the words.
func (w *world) one(chat int64, got []channeltest.Received, want ...string) channeltest.Received {
	w.t.Helper()
	if len(got) != 1 || got[0].To != strconv.FormatInt(chat, 10) {
		w.t.Fatalf("the answers are %s, want one to %d", texts(got), chat)
	}
	for _, words := range want {
		if !strings.Contains(got[0].Text, words) {
			w.t.Errorf("the answer is %q; it lacks %q", got[0].Text, words)
		}
	}
	return got[0]
}

func texts(got []channeltest.Received) string {
	var b strings.Builder
	for _, m := range got {
		fmt.Fprintf(&b, "\n  to %s: %q %v", m.To, m.Text, m.Buttons)
	}
	return b.String()
}
