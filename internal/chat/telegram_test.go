package chat_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/chat"
	"github.com/sigap-dev/sigap/internal/directory"
	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/inform/channel/channeltest"
	"github.com/sigap-dev/sigap/internal/storetest"
)

func onSQLite(t *testing.T) *world {
	t.Helper()
	return newWorld(t, storetest.SQLite(t))
}

func TestAnIncidentIsWorkedWithFromAChat(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.says(rina, "/status", "Tidak ada yang terbuka")
		w.says(rina, "/declare SEV1 Nobody can check out", "Dinyatakan: INC-1 Nobody can check out")
		w.says(rina, "/status", "1 insiden terbuka", "SEV1", "INC-1", "Sedang diselidiki")
		w.says(rina, "/status INC-1", "SEV1 · INC-1 · Nobody can check out", "Rina")
		w.says(rina, "/ack", "Anda menanganinya: INC-1")
		w.says(rina, "/temuan The pool is full", "Temuan Anda ada di lini masa INC-1")
		w.says(rina, "/lapor inc-1 I cannot pay", "Laporan itu masuk ke INC-1")
		i := w.incident("INC-1")
		switch {
		case i.Severity != incident.SEV1:
			t.Errorf("it is %s", i.Severity)
		case !slices.ContainsFunc(i.Receipts, func(r incident.Receipt) bool { return r.To.Name == "Rina" && r.State == incident.AckedBy }):
			t.Errorf("Rina did not acknowledge: %+v", i.Receipts)
		case len(i.Findings) != 1 || i.Findings[0].Text != "The pool is full" || i.Findings[0].By.Name != "Rina":
			t.Errorf("the findings are %+v", i.Findings)
		case len(i.Reports) != 1 || i.Reports[0].Words != "I cannot pay" || i.Reports[0].Channel != "telegram" || i.Reports[0].By != "Rina":
			t.Errorf("the reports are %+v", i.Reports)
		}
	})
}

func TestTheAnswerToAMessageGoesToItsIncidentsTimeline(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	ref := w.declared("Checkout fails")
	w.declared("Login is slow")
	told := w.says(rina, "/status "+ref, "Checkout fails")
	w.one(rina, w.write(channeltest.Written{Chat: rina, Text: "The vendor is called", Answers: &told}), "Catatan Anda ada di lini masa "+ref)
	w.one(rina, w.write(channeltest.Written{Chat: rina, Text: "/finding The pool is full", Answers: &told}), ref)
	entries, err := w.store.AllEntries(t.Context(), w.incident(ref).ID)
	w.must(err)
	noted := slices.ContainsFunc(entries, func(e incident.Entry) bool {
		return e.Kind == incident.Note{}.Kind() && e.Actor.Name == "Rina" && strings.Contains(string(e.Data), "The vendor is called")
	})
	if !noted || len(w.incident(ref).Findings) != 1 {
		t.Errorf("on the timeline: note %t, findings %+v", noted, w.incident(ref).Findings)
	}
}

func TestWhereSeveralAreOpenTheBotAsksWhichOneIsMeant(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	a, b := w.declared("Checkout fails"), w.declared("Login is slow")
	w.says(rina, "/join", "Yang mana? Misalnya: /join", a, b, "Checkout fails", "Login is slow")
	for _, ref := range []string{a, b} {
		if people := w.incident(ref).People; len(people) != 0 {
			t.Errorf("%s has %+v", ref, people)
		}
	}
	w.says(rina, "/join "+b, "Anda ikut menangani: "+b)
	w.says(rina, "/status INC-99", "tidak ada")
}

func TestWhoIsNotKnownIsToldHowToBecomeKnownAndNothingElse(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	w.declared("Checkout fails")
	for _, said := range []string{"/status", "/declare It burns", "/report I cannot pay", "hello", "/oncall", "/start"} {
		w.clock.Turn(time.Hour)
		got := w.says(stranger, said, "1003", "verify")
		if strings.Contains(got.Text, "Checkout") || strings.Contains(got.Text, "INC-") {
			t.Errorf("a stranger was told %q", got.Text)
		}
	}
	w.clock.Set(w.clock.Now().Truncate(time.Hour).Add(time.Hour))
	w.one(stranger, w.write(channeltest.Written{Chat: stranger, Lang: "id", Text: "halo"}), "Saya belum mengenal Anda")
	if got := w.write(channeltest.Written{Chat: stranger, Lang: "id", Text: "halo?"}); len(got) != 0 {
		t.Errorf("within the hour a stranger was told again: %s", texts(got))
	}
	if list, err := w.store.Briefs(t.Context(), incident.Filter{Limit: 10}); err != nil || len(list) != 1 {
		t.Errorf("a stranger declared: %v, %v", list, err)
	}
}

func TestAContactCountsOnlyWhenItIsVerifiedAndItsPersonIsThere(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	for _, change := range []func(*directory.Person){
		func(p *directory.Person) { p.Disabled = true },
		func(p *directory.Person) { p.Disabled, p.Contacts[0].Verified = false, time.Time{} },
	} {
		person, err := w.store.Person(t.Context(), "rina@example.com")
		w.must(err)
		_, err = w.store.ChangePerson(t.Context(), person.ID, func(p *directory.Person) error { change(p); return nil })
		w.must(err)
		w.clock.Turn(time.Hour)
		w.says(rina, "/status", "I do not know you yet")
	}
}

func TestAViewerReadsAndChangesNothing(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	ref := w.declared("Checkout fails")
	before := w.incident(ref).Seq
	w.says(budi, "/status", "1 incident is open")
	w.says(budi, "/oncall payment", "Who is paged for payment", "Payments: Rina", "Payments: Budi, after")
	w.says(budi, "/oncall", "Payments: Rina")
	for _, said := range []string{"/ack", "/join", "/finding The pool is full", "/note x", "/report x", "/declare It burns"} {
		w.says(budi, said, "it needs the right responder")
	}
	if after := w.incident(ref).Seq; after != before {
		t.Errorf("a viewer wrote %d entries", after-before)
	}
}

func TestAGroupHearsOfIncidentsOnlyIfItIsARoom(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	ref := w.declared("Checkout fails")
	got := w.one(other, w.write(channeltest.Written{Chat: other, From: rina, Text: "/status"}), "-2002")
	if strings.Contains(got.Text, ref) {
		t.Errorf("a group that is none of ours was told %q", got.Text)
	}
	w.one(group, w.write(channeltest.Written{Chat: group, From: rina, Text: "/status@sigap_test_bot"}), ref)
	w.one(group, w.write(channeltest.Written{Chat: group, From: stranger, Text: "/status"}), "I do not know you yet")
}

func TestInAGroupTheBotAnswersOnlyWhatIsSaidToIt(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	w.declared("Checkout fails")
	for _, said := range []string{"who has the vendor's number?", "/status@another_bot", "/dice", "INC-1 again?"} {
		if got := w.write(channeltest.Written{Chat: group, From: rina, Text: said}); len(got) != 0 {
			t.Errorf("to %q it answered %s", said, texts(got))
		}
	}
	if n := w.telegram.Unconfirmed(); n > 1 {
		t.Errorf("%d updates would come again", n)
	}
}

func TestWhatComesAgainIsDoneOnce(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		ref := w.declared("Checkout fails")
		w.says(rina, "/finding The pool is full", ref)
		w.listener = &chat.Listener{} // another process, which confirmed nothing
		w.clock.Turn(2 * time.Minute) // and the one before is gone
		w.look()
		if got := w.answers(); len(got) != 0 {
			t.Errorf("it was answered again: %s", texts(got))
		}
		if n := len(w.incident(ref).Findings); n != 1 {
			t.Errorf("there are %d findings", n)
		}
	})
}

func TestAReportWithoutAnIncidentGoesWhereTheFormsReportsGo(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	w.one(rina, w.write(channeltest.Written{Chat: rina, Text: "/report I cannot pay by card", Photo: true}), "Laporan diterima", "Gambarnya tidak disimpan")
	if waiting, _, err := w.store.InboxSize(t.Context()); err != nil || waiting != 1 {
		t.Errorf("%d reports wait (%v)", waiting, err)
	}
	w.says(rina, "/report "+strings.Repeat("x", 4097), "tidak bisa diterima")
	w.says(rina, "/report", "Tulis kata-kata penggunanya")
}

func TestAPageIsTakenByItsButton(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	w.pages()
	got := w.write(channeltest.Written{Chat: rina, Text: "/declare SEV1 Nobody can check out"})
	at := slices.IndexFunc(got, func(m channeltest.Received) bool { return m.To == "1001" && len(m.Buttons) == 2 })
	if at < 0 {
		t.Fatalf("Rina got no page: %s", texts(got))
	}
	said := make(chan string, 1)
	go func() {
		answer, err := w.telegram.Press(t.Context(), got[at], "Saya tangani", rina)
		if err != nil {
			answer = err.Error()
		}
		said <- answer
	}()
	w.look()
	if got := <-said; !strings.Contains(got, "Anda menanganinya: INC-1") {
		t.Errorf("the press was answered %q", got)
	}
	if !w.incident("INC-1").TeamKnows("Payments") {
		t.Error("the page was not taken")
	}
}

func TestTheBotListensUntilItIsStopped(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); w.chat.ListenTelegram(ctx) }()
	got := channeltest.Received{To: "1003", Ref: "1", Buttons: []channeltest.Button{{Text: "x", Says: "/ack INC-1"}}}
	if said, err := w.telegram.Press(t.Context(), got, "x", stranger); err != nil || !strings.Contains(said, "I do not know you yet") {
		t.Errorf("a stranger's press was answered %q (%v)", said, err)
	}
	stop()
	<-ended
}

func TestTheBotOffersItsCommandsInBothLanguages(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	w.says(rina, "/help", "/finding", "lini masa")
	for _, lang := range []string{"", "id"} {
		if got := w.telegram.Commands(lang); !slices.Contains(got, "ack") || !slices.Contains(got, "oncall") {
			t.Errorf("in %q it offers %v", lang, got)
		}
	}
}

func TestTheBotSaysWhenAnotherListens(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	w.telegram.SetWebhook(true)
	w.telegram.Write(channeltest.Written{Chat: rina, Text: "/status"})
	if wait, err := chat.Look(w.listener, t.Context(), w.chat); err == nil || wait <= 0 || !strings.Contains(err.Error(), "webhook is active") {
		t.Errorf("it waits %v after %v", wait, err)
	}
	w.telegram.SetWebhook(false)
	w.look()
	w.one(rina, w.answers(), "Tidak ada yang terbuka")
}

func TestAnAnswerWaitsUntilTelegramTakesIt(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	w.telegram.Write(channeltest.Written{Chat: rina, Text: "/status"})
	w.look()
	w.telegram.FailNext(1, 502)
	if got := w.answers(); len(got) != 0 {
		t.Fatalf("a server in trouble took %s", texts(got))
	}
	w.one(rina, w.answers(), "Tidak ada yang terbuka")
}
