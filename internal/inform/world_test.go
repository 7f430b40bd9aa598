package inform_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sigap-dev/sigap/internal/directory"
	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/inform"
	"github.com/sigap-dev/sigap/internal/inform/channel"
	"github.com/sigap-dev/sigap/internal/inform/channel/channeltest"
	"github.com/sigap-dev/sigap/internal/store"
	"github.com/sigap-dev/sigap/internal/store/queuetest"
	"github.com/sigap-dev/sigap/internal/storetest"
)

// world is stage 2 on a real store, with two services that people read: a
// webhook and ntfy. Tests turn its clock and say exactly who got what; that
// nobody else got anything is part of it.
type world struct {
	t       *testing.T
	clock   *queuetest.Clock
	store   *store.Store
	queue   *queuetest.Queue
	inform  *inform.Service
	links   inform.Links
	hook    *channeltest.Webhook
	ntfy    *channeltest.Ntfy
	set     channels
	people  map[string]*directory.Person
	checked map[*channeltest.Inbox]int
}

// channels are the channels that are set up.
type channels map[string]channel.Channel

func (c channels) Channel(_ context.Context, kind string) (channel.Channel, error) {
	if ch, ok := c[kind]; ok {
		return ch, nil
	}
	return nil, incident.Errorf(incident.NotFound, "The channel %s is not set up.", kind)
}

// newWorld is a world without people.
func newWorld(t *testing.T, dsn string) *world {
	t.Helper()
	w := &world{t: t, clock: queuetest.NewClock(), hook: channeltest.NewWebhook(t), ntfy: channeltest.NewNtfy(t, ""), set: channels{},
		people: map[string]*directory.Person{}, checked: map[*channeltest.Inbox]int{}}
	w.hook.SetClock(w.clock.Now)
	w.ntfy.SetClock(w.clock.Now)
	st, err := store.Open(t.Context(), dsn, store.Options{Now: w.clock.Now})
	w.store = queuetest.Keep(t, st, err)
	allow, err := channel.ParseAllow([]string{"127.0.0.0/8"})
	if err != nil {
		t.Fatal(err)
	}
	deps := channel.Deps{HTTP: channel.NewHTTPClient(allow, 5*time.Second), Now: w.clock.Now}
	for kind, config := range map[string][]byte{"webhook": w.hook.Config(), "ntfy": w.ntfy.Config()} {
		if w.set[kind], err = channel.New(kind, config, deps); err != nil {
			t.Fatal(err)
		}
	}
	w.links = inform.NewLinks("https://sigap.example", []byte("a key of thirty-two bytes exactly"))
	w.inform = inform.New(w.store, w.set, w.links, store.NewID, w.clock.Now, slog.New(slog.DiscardHandler))
	w.queue = queuetest.New(w.store, w.clock)
	queuetest.On(w.queue, w.inform.Page)
	queuetest.On(w.queue, w.inform.Escalate)
	queuetest.On(w.queue, w.inform.NextMethod)
	queuetest.On(w.queue, w.inform.Notice)
	queuetest.On(w.queue, w.inform.FollowUp)
	queuetest.On(w.queue, w.inform.AfterPages)
	queuetest.On(w.queue, w.inform.AfterQuiet)
	queuetest.On(w.queue, w.inform.Update)
	queuetest.On(w.queue, w.inform.Carried)
	sends(w.queue, w.inform.Deliver)
	sends(w.queue, w.inform.Summary)
	sends(w.queue, w.inform.TellSwap)
	return w
}

func sends[T incident.JobArgs](q *queuetest.Queue, work func(context.Context, T, inform.Try) error) {
	queuetest.OnAttempt(q, func(ctx context.Context, job T, n queuetest.Attempt) error {
		return work(ctx, job, inform.Try{N: int(n), Last: n == 25})
	})
}

// onSQLite is a world on the embedded engine, for what the engine does not change.
func onSQLite(t *testing.T) *world {
	t.Helper()
	return newWorld(t, storetest.SQLite(t))
}

// onBoth runs a test in a world of each engine.
func onBoth(t *testing.T, run func(t *testing.T, w *world)) {
	t.Helper()
	storetest.Copies(t, store.Schema(), store.Migrate, func(t *testing.T, dsn string) { run(t, newWorld(t, dsn)) })
}

// contact is somebody's verified way to be reached.
func (w *world) contact(kind, name string) directory.Contact {
	address := name
	if kind == "webhook" {
		address = w.hook.URL + "/" + name
	}
	return directory.Contact{ID: kind + "-" + name, Kind: kind, Address: address, Verified: w.clock.Now()}
}

// person adds somebody who is reached over the kinds of channel, in their order.
func (w *world) person(name, lang string, kinds ...string) *directory.Person {
	w.t.Helper()
	p := &directory.Person{Name: name, Email: strings.ToLower(name) + "@example.com", Right: incident.Responder, Lang: lang}
	for _, kind := range kinds {
		p.Contacts = append(p.Contacts, w.contact(kind, strings.ToLower(name)))
	}
	w.must(w.store.AddPerson(w.t.Context(), p, "x"))
	w.people[strings.ToLower(name)] = p
	return p
}

func (w *world) team(name string, does directory.TeamKind, members ...string) {
	w.t.Helper()
	team := &directory.Team{ID: strings.ToLower(name), Name: name, Does: does}
	for _, m := range members {
		team.Members = append(team.Members, w.people[m].ID)
	}
	w.must(w.store.PutTeam(w.t.Context(), team))
}

// payments is the usual cast: three who are on call one after the other for
// the service payment.
func (w *world) payments(kinds ...string) {
	w.t.Helper()
	for _, name := range []string{"Rina", "Budi", "Eka"} {
		w.person(name, "en", kinds...)
	}
	w.team("Payments", directory.EngineeringTeam, "rina", "budi", "eka")
	w.must(w.store.PutService(w.t.Context(), &directory.Service{Name: "payment", Team: "payments"}))
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// candidate opens one and asks for its page.
func (w *world) candidate() string {
	w.t.Helper()
	i, err := w.store.Create(w.t.Context(), incident.System(), store.NewID(), func(e *incident.Edit) error {
		e.Record(incident.Opened{ID: e.Incident.ID, Title: "Checkout fails", Service: "payment", Environment: "production"})
		e.Enqueue(incident.Page{Incident: e.Incident.ID})
		return nil
	})
	w.must(err)
	return i.ID
}

// change records facts on an incident.
func (w *world) change(id string, facts ...incident.Fact) {
	w.t.Helper()
	_, err := w.store.Change(w.t.Context(), incident.System(), id, func(e *incident.Edit) error {
		for _, f := range facts {
			e.Record(f)
		}
		return nil
	})
	w.must(err)
}

// ask asks for jobs.
func (w *world) ask(jobs ...incident.JobArgs) {
	w.t.Helper()
	for _, j := range jobs {
		w.must(w.store.Enqueue(w.t.Context(), incident.Job{Args: j}))
	}
}

func (w *world) incident(id string) *incident.Incident {
	w.t.Helper()
	i, err := w.store.Incident(w.t.Context(), id)
	w.must(err)
	return i
}

// answer is what somebody does on the incident's page.
func (w *world) answer(id, name string, a inform.Answer) {
	w.t.Helper()
	_, err := w.inform.Answer(w.t.Context(), w.people[name].Actor(), id, a)
	w.must(err)
}

// turn turns the clock and says who got a message within that time, and over
// what: "webhook rina". Nobody else may have got any.
func (w *world) turn(d time.Duration, want ...string) []channeltest.Received {
	w.t.Helper()
	w.queue.Turn(w.t, d)
	var got []string
	var messages []channeltest.Received
	for kind, box := range map[string]*channeltest.Inbox{"webhook": &w.hook.Inbox, "ntfy": &w.ntfy.Inbox} {
		all := box.Messages()
		for _, m := range all[w.checked[box]:] {
			to := m.To
			if u, err := url.Parse(m.To); err == nil {
				to = strings.TrimPrefix(u.Path, "/")
			}
			got = append(got, kind+" "+to)
			messages = append(messages, m)
		}
		w.checked[box] = len(all)
	}
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got, cmp.Transformer("list", func(s []string) string { return fmt.Sprintf("%q", s) })); diff != "" {
		w.t.Fatalf("within %v, who got a message (-want +got):\n%s", d, diff)
	}
	return messages
}

// nobody says whether the record says loudly that nobody was reached, and why.
func (w *world) nobody(id, want string) {
	w.t.Helper()
	got := ""
	if n := w.incident(id).NobodyYet; n != nil {
		got = n.Code
	}
	if got != want {
		w.t.Errorf("the record says that nobody was reached by %q, want %q", got, want)
	}
}
