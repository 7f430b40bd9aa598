package chat_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/directory"
	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/inform/channel"
	"github.com/sigap-dev/sigap/internal/inform/channel/channeltest"
)

const rinasNumber = "+6281234567890"

// line is a world whose people are on WhatsApp: Rina by her number.
type line struct {
	*world
	whatsapp *channeltest.WhatsApp
	address  string
	read     int
}

// lineOf puts a world on WhatsApp.
func lineOf(t *testing.T, on *world) *line {
	t.Helper()
	w := &line{world: on, whatsapp: channeltest.NewWhatsApp(t)}
	w.whatsapp.SetClock(w.clock.Now)
	allow, err := channel.ParseAllow([]string{"127.0.0.0/8"})
	w.must(err)
	w.set["whatsapp"], err = channel.New("whatsapp", w.whatsapp.Listening(), channel.Deps{HTTP: channel.NewHTTPClient(allow, 15*time.Second), Now: w.clock.Now})
	w.must(err)
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if err := w.chat.WhatsApp(r.Context(), r.Header, body); err != nil {
			http.Error(rw, err.Error(), http.StatusConflict)
		}
	}))
	t.Cleanup(server.Close)
	w.address = server.URL
	person, err := w.store.Person(t.Context(), "rina@example.com")
	w.must(err)
	_, err = w.store.ChangePerson(t.Context(), person.ID, func(p *directory.Person) error {
		p.Contacts = []directory.Contact{{ID: "wa", Kind: "whatsapp", Address: rinasNumber, Verified: w.clock.Now()}}
		return nil
	})
	w.must(err)
	w.pages()
	return w
}

func onWhatsApp(t *testing.T) *line {
	t.Helper()
	return lineOf(t, onSQLite(t))
}

// types writes to the number and gives what it answers.
func (w *line) types(typed channeltest.Typed) []channeltest.Received {
	w.t.Helper()
	w.taken(w.whatsapp.Type(w.t.Context(), w.address, typed))
	return w.arrived()
}

func (w *line) taken(status int, err error) {
	w.t.Helper()
	if err != nil || status != http.StatusOK {
		w.t.Fatalf("Meta is answered %d (%v)", status, err)
	}
}

func (w *line) arrived() []channeltest.Received {
	w.t.Helper()
	w.turn()
	all := w.whatsapp.Messages()
	out := all[w.read:]
	w.read = len(all)
	return out
}

// asks writes as Rina and expects one answer that holds each of the words.
func (w *line) asks(text string, want ...string) channeltest.Received {
	w.t.Helper()
	got := w.types(channeltest.Typed{From: rinasNumber, Text: text})
	if len(got) != 1 || got[0].To != rinasNumber {
		w.t.Fatalf("%q is answered %s", text, texts(got))
	}
	for _, words := range want {
		if !strings.Contains(got[0].Text, words) {
			w.t.Errorf("%q is answered %q; it lacks %q", text, got[0].Text, words)
		}
	}
	return got[0]
}

// paged pages Rina for INC-1, and gives the page.
func (w *line) paged() channeltest.Received {
	w.t.Helper()
	ref := w.declared("Nobody can check out")
	w.arrived()
	person, err := w.store.Person(w.t.Context(), "rina@example.com")
	w.must(err)
	_, err = w.inform.PagePerson(w.t.Context(), incident.System(), w.incident(ref).ID, person.ID)
	w.must(err)
	got := w.arrived()
	if len(got) != 1 || len(got[0].Buttons) != 2 {
		w.t.Fatalf("Rina got %s", texts(got))
	}
	return got[0]
}

func (w *line) receipt(ref string, purpose incident.Purpose) incident.Receipt {
	w.t.Helper()
	for _, r := range w.incident(ref).Receipts {
		if r.Channel == "whatsapp" && r.Purpose == purpose {
			return r
		}
	}
	w.t.Fatal("there is no receipt")
	return incident.Receipt{}
}

func TestOnWhatsAppTheVerbsAreTheSame(t *testing.T) {
	t.Parallel()
	w := onWhatsApp(t)
	ref := w.declared("Checkout fails")
	w.arrived()
	w.asks("/status", ref, "Checkout fails")
	w.asks("/temuan "+ref+" The pool is full", "Temuan Anda ada di lini masa "+ref)
	w.asks("/ikut "+ref, "Anda ikut menangani: "+ref)
	w.asks("/lapor "+ref+" I cannot pay", "Laporan itu masuk ke "+ref)
	w.asks("hello", "balas pesan")
	got := w.types(channeltest.Typed{From: "+6289999999999", Text: "/status"})
	if len(got) != 1 || !strings.Contains(got[0].Text, "Saya belum mengenal Anda") || strings.Contains(got[0].Text, ref) {
		t.Errorf("a stranger was told %s", texts(got))
	}
	if lost := w.whatsapp.Lost(); len(lost) != 0 {
		t.Errorf("it was tried in words that do not arrive: %s", texts(lost))
	}
}

func TestAPageOnWhatsAppIsTakenOrPassedOnByItsButtons(t *testing.T) {
	t.Parallel()
	for _, written := range []bool{false, true} { // by a template, and in its own words
		for label, want := range map[string]incident.Reach{"Saya tangani": incident.AckedBy, "Tak bisa, teruskan": incident.DeclinedBy} {
			w := onWhatsApp(t)
			if written {
				w.asks("/status", "Tidak ada yang terbuka")
			}
			page := w.paged()
			w.taken(w.whatsapp.Press(t.Context(), w.address, page, label, rinasNumber))
			if got := w.receipt("INC-1", incident.PurposePage).State; got != want {
				t.Errorf("after %q, written %t, the page is %s", label, written, got)
			}
		}
	}
}

func TestAPageGoesByTemplateOnceTheDayIsOver(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, on *world) {
		w := lineOf(t, on)
		w.asks("/status", "Tidak ada yang terbuka")
		w.clock.Turn(23 * time.Hour)
		w.declared("Checkout fails")
		within := w.arrived()
		w.clock.Turn(time.Hour)
		w.declared("Login is slow")
		after := w.arrived()
		if len(within) != 1 || len(after) != 1 || strings.Contains(string(within[0].Raw), "template") || !strings.Contains(string(after[0].Raw), "template") {
			t.Errorf("within the day came %s, after it %s", texts(within), texts(after))
		}
		if lost := w.whatsapp.Lost(); len(lost) != 0 {
			t.Errorf("lost: %s", texts(lost))
		}
		page := after[0]
		w.taken(w.whatsapp.Type(t.Context(), w.address, channeltest.Typed{From: rinasNumber, Text: "The vendor is called", Answers: &page}))
		got := w.arrived()
		if len(got) != 1 || !strings.Contains(got[0].Text, "Catatan Anda ada di lini masa INC-2") {
			t.Errorf("the answer to the message went to %s", texts(got))
		}
	})
}

func TestWhatWhatsAppSaysOfAMessageIsOnItsReceipt(t *testing.T) {
	t.Parallel()
	w := onWhatsApp(t)
	page := w.paged()
	for _, step := range []struct {
		status string
		want   incident.Reach
	}{{"sent", incident.Accepted}, {"read", incident.OpenedBy}, {"delivered", incident.OpenedBy}} { // in no order
		w.taken(w.whatsapp.Report(t.Context(), w.address, page, step.status, 0))
		if got := w.receipt("INC-1", incident.PurposePage).State; got != step.want {
			t.Errorf("after %s it is %s", step.status, got)
		}
	}
	before := w.incident("INC-1").Seq
	w.taken(w.whatsapp.Report(t.Context(), w.address, page, "read", 0))
	if after := w.incident("INC-1").Seq; after != before {
		t.Error("told twice, it is on the record twice")
	}
}

func TestAMessageThatDoesNotArriveHasFailedWithWhatsAppsWords(t *testing.T) {
	t.Parallel()
	w := onWhatsApp(t)
	page := w.paged()
	w.taken(w.whatsapp.Report(t.Context(), w.address, page, "failed", 131026))
	if r := w.receipt("INC-1", incident.PurposePage); r.State != incident.FailedToSend || !strings.Contains(r.Detail, "not on WhatsApp") {
		t.Errorf("the receipt is %+v", r)
	}
}

func TestWhatMetaTellsAgainIsDoneOnceAndWhatIsOldIsNotDone(t *testing.T) {
	t.Parallel()
	w := onWhatsApp(t)
	ref := w.declared("Checkout fails")
	w.arrived()
	for range 2 {
		w.types(channeltest.Typed{ID: "wamid.1", From: rinasNumber, Text: "/finding The pool is full"})
	}
	w.types(channeltest.Typed{ID: "wamid.2", From: rinasNumber, Text: "/finding It is slow", Age: 21 * time.Hour})
	if f := w.incident(ref).Findings; len(f) != 1 {
		t.Errorf("the findings are %+v", f)
	}
	if status, err := w.whatsapp.Type(t.Context(), w.address, channeltest.Typed{From: rinasNumber, Text: "/ack", Key: "another"}); err != nil || status == http.StatusOK {
		t.Errorf("somebody else's word was taken: %d (%v)", status, err)
	}
}
