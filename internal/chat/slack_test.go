package chat_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/directory"
	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/inform/channel"
	"github.com/sigap-dev/sigap/internal/inform/channel/channeltest"
	"github.com/sigap-dev/sigap/internal/storetest"
)

// workspace is a world that is on Slack as well: Rina is U1, C1 is the team's
// room, U2 and C2 are nobody's.
type workspace struct {
	*world
	slack   *channeltest.Slack
	address string
	read    int
}

func newWorkspace(t *testing.T, dsn string) *workspace {
	t.Helper()
	w := &workspace{world: newWorld(t, dsn), slack: channeltest.NewSlack(t, "C1", "C2", "U1", "U2")}
	w.slack.SetClock(w.clock.Now)
	allow, err := channel.ParseAllow([]string{"127.0.0.0/8"})
	w.must(err)
	w.set["slack"], err = channel.New("slack", w.slack.Listening(), channel.Deps{HTTP: channel.NewHTTPClient(allow, 15*time.Second), Now: w.clock.Now})
	w.must(err)
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		kind, answer, err := w.chat.Slack(r.Context(), r.Header, body)
		if err != nil {
			http.Error(rw, err.Error(), http.StatusForbidden)
			return
		}
		rw.Header().Set("Content-Type", kind)
		_, _ = rw.Write(answer)
	}))
	t.Cleanup(server.Close)
	w.address = server.URL
	person, err := w.store.Person(t.Context(), "rina@example.com")
	w.must(err)
	_, err = w.store.ChangePerson(t.Context(), person.ID, func(p *directory.Person) error {
		p.Contacts = []directory.Contact{{ID: "slack", Kind: "slack", Address: "U1", Verified: w.clock.Now()}}
		return nil
	})
	w.must(err)
	teams, err := w.store.Teams(t.Context())
	w.must(err)
	teams[0].Rooms = []directory.Contact{{ID: "room", Kind: "slack", Address: "C1", Verified: w.clock.Now()}}
	w.must(w.store.PutTeam(t.Context(), &teams[0]))
	return w
}

func onSlack(t *testing.T) *workspace {
	t.Helper()
	return newWorkspace(t, storetest.SQLite(t))
}

// command types "/sigap text" and gives what its writer sees, which holds each
// of the words.
func (w *workspace) command(user, text string, want ...string) string {
	w.t.Helper()
	told, err := w.slack.Command(w.t.Context(), w.address, user, "C2", text)
	if err != nil || told.Status != http.StatusOK {
		w.t.Fatalf("%q is answered %+v (%v)", text, told, err)
	}
	for _, words := range want {
		if !strings.Contains(told.Shown.Text, words) {
			w.t.Errorf("%q is answered %q; it lacks %q", text, told.Shown.Text, words)
		}
	}
	return told.Shown.Text
}

// happens tells of an event and gives what the bot posts because of it.
func (w *workspace) happens(h channeltest.Happening) []channeltest.Received {
	w.t.Helper()
	told, err := w.slack.Happen(w.t.Context(), w.address, h)
	if err != nil || told.Status != http.StatusOK {
		w.t.Fatalf("the event is answered %+v (%v)", told, err)
	}
	return w.posted()
}

// posted is what was posted on Slack since the last look.
func (w *workspace) posted() []channeltest.Received {
	w.t.Helper()
	w.clock.Turn(time.Minute)
	w.queue.Turn(w.t, 0)
	all := w.slack.Messages()
	out := all[w.read:]
	w.read = len(all)
	return out
}

// notes are what people wrote on an incident's timeline.
func (w *workspace) notes(ref string) (out []string) {
	w.t.Helper()
	entries, err := w.store.AllEntries(w.t.Context(), w.incident(ref).ID)
	w.must(err)
	for _, e := range entries {
		f, err := e.Fact()
		w.must(err)
		if n, ok := f.(incident.Note); ok {
			out = append(out, e.Actor.Name+": "+n.Text)
		}
	}
	return out
}

func TestSlackCommandsAreTheSameVerbs(t *testing.T) {
	t.Parallel()
	w := onSlack(t)
	w.command("U1", "", "Tidak ada yang terbuka")
	w.command("U1", "declare SEV3 Checkout &lt;fails&gt;", "Dinyatakan: INC-1 Checkout <fails>")
	w.command("U1", "finding INC-1 see <https://graphs.example/d/1|the graph> &amp; the log", "Temuan Anda")
	w.command("U1", "/ack", "Anda menanganinya: INC-1")
	w.command("U1", "status INC-1", "SEV3 · INC-1 · Checkout <fails>")
	if f := w.incident("INC-1").Findings; len(f) != 1 || f[0].Text != "see https://graphs.example/d/1 & the log" {
		t.Errorf("the findings are %+v", f)
	}
	if got := w.command("U2", "status", "I do not know you yet"); strings.Contains(got, "INC-1") {
		t.Errorf("a stranger was told %q", got)
	}
	if got := w.posted(); len(got) != 0 {
		t.Errorf("it was answered in public: %s", texts(got))
	}
}

func TestAnAnswerInTheThreadOfANoticeIsOnTheTimeline(t *testing.T) {
	t.Parallel()
	w := onSlack(t)
	w.pages()
	ref := w.declared("Checkout fails")
	got := w.posted()
	at := slices.IndexFunc(got, func(m channeltest.Received) bool { return m.To == "C1" })
	if at < 0 {
		t.Fatalf("the room was not told: %s", texts(got))
	}
	_, thread, _ := strings.Cut(got[at].Ref, "/")
	say := func(user, text string, more map[string]any) channeltest.Happening {
		event := map[string]any{"type": "message", "channel_type": "channel", "channel": "C1", "user": user, "text": text, "ts": "1795486441.1", "thread_ts": thread}
		for k, v := range more {
			event[k] = v
		}
		return channeltest.Happening{ID: "Ev" + text, Event: event}
	}
	for _, h := range []channeltest.Happening{
		say("U1", "The vendor is called", nil),
		say("U2", "who is this?", nil),
		say("U1", "we posted this", map[string]any{"bot_id": "B1"}),
		say("U1", "edited", map[string]any{"subtype": "message_changed"}),
		say("U1", "elsewhere", map[string]any{"thread_ts": "1.1"}),
		say("U1", "not in a thread", map[string]any{"thread_ts": ""}),
	} {
		if got := w.happens(h); len(got) != 0 {
			t.Errorf("%s was answered: %s", h.ID, texts(got))
		}
	}
	again := say("U1", "The vendor is called", nil)
	again.Retry = 1
	w.happens(again)
	if got := w.notes(ref); !slices.Equal(got, []string{"Rina: The vendor is called\nhttps://team.slack.com/archives/C1/p17954864411"}) {
		t.Errorf("the notes are %q", got)
	}
}

func TestTheBotIsSpokenToByAMentionInARoomAndInADirectMessage(t *testing.T) {
	t.Parallel()
	w := onSlack(t)
	ref := w.declared("Checkout fails")
	got := w.happens(channeltest.Happening{Event: map[string]any{"type": "app_mention", "channel": "C1", "user": "U1", "text": "<@U0BOT> status", "ts": "1795486441.1"}})
	if len(got) != 1 || got[0].To != "C1" || !strings.Contains(got[0].Text, ref) {
		t.Errorf("the mention is answered %s", texts(got))
	}
	got = w.happens(channeltest.Happening{Event: map[string]any{"type": "app_mention", "channel": "C2", "user": "U1", "text": "<@U0BOT> status", "ts": "1795486441.2"}})
	if len(got) != 1 || strings.Contains(got[0].Text, ref) {
		t.Errorf("in a channel that is none of ours it is answered %s", texts(got))
	}
	got = w.happens(channeltest.Happening{Event: map[string]any{"type": "message", "channel_type": "im", "channel": "D1", "user": "U1", "text": "/join " + ref, "ts": "1795486441.3"}})
	if len(got) != 1 || got[0].To != "U1" || !strings.Contains(got[0].Text, "Anda ikut menangani") {
		t.Errorf("the direct message is answered %s", texts(got))
	}
}

func TestAButtonInARoomAnswersWhoPressedItAlone(t *testing.T) {
	t.Parallel()
	w := onSlack(t)
	w.pages()
	ref := w.declared("Checkout fails")
	got := w.posted()
	at := slices.IndexFunc(got, func(m channeltest.Received) bool { return m.To == "C1" })
	for _, label := range []string{"Buka insiden", "Saya ikut"} { // to open a link says nothing
		if told, err := w.slack.Press(t.Context(), w.address, got[at], label, "U1"); err != nil || told.Status != http.StatusOK {
			t.Fatalf("the press is answered %+v (%v)", told, err)
		}
	}
	answers := w.posted()
	if len(answers) != 1 || answers[0].Only != "U1" || !strings.Contains(answers[0].Text, "Anda ikut menangani") {
		t.Errorf("the press is answered %s", texts(answers))
	}
	if people := w.incident(ref).People; len(people) != 1 || people[0].Name != "Rina" {
		t.Errorf("those who take part: %+v", people)
	}
}

func TestOnlyWhatSlackSignedWithinFiveMinutesIsHeard(t *testing.T) {
	t.Parallel()
	w := onSlack(t)
	if err := w.slack.Verify(t.Context(), w.address); err != nil {
		t.Error(err)
	}
	event := map[string]any{"type": "message", "channel_type": "im", "channel": "D1", "user": "U1", "text": "/declare It burns", "ts": "1795486441.3"}
	for age, status := range map[time.Duration]int{4 * time.Minute: 200, 6 * time.Minute: 403, -6 * time.Minute: 403} {
		told, err := w.slack.Happen(t.Context(), w.address, channeltest.Happening{Event: event, Age: age})
		if err != nil || told.Status != status {
			t.Errorf("an event of %v ago is answered %+v (%v), want %d", age, told, err, status)
		}
	}
	if list, err := w.store.Briefs(t.Context(), incident.Filter{Limit: 10}); err != nil || len(list) != 1 {
		t.Errorf("there are %d incidents (%v)", len(list), err)
	}
}
