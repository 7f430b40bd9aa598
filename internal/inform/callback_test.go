package inform_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/directory"
	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/inform/channel"
	"github.com/sigap-dev/sigap/internal/inform/channel/channeltest"
)

// called gives Rina a telephone before her other contacts, and a page of hers
// with what the call was given.
func called(t *testing.T, w *world, kind string) (id string, fake *channeltest.Twilio, hook string) {
	t.Helper()
	fake = channeltest.NewTwilio(t)
	var err error
	w.set[kind], err = channel.New(kind, fake.Config(), channel.Deps{HTTP: http.DefaultClient, Now: w.clock.Now})
	w.must(err)
	w.payments("webhook")
	_, err = w.store.ChangePerson(t.Context(), w.people["rina"].ID, func(p *directory.Person) error {
		p.Lang = "id"
		p.Contacts = append([]directory.Contact{{ID: "tel", Kind: kind, Address: "+6281234567890", Verified: w.clock.Now()}}, p.Contacts...)
		return nil
	})
	w.must(err)
	id = w.candidate()
	w.turn(0) // the webhook got nothing
	got := fake.Messages()
	if len(got) != 1 {
		t.Fatalf("Twilio got %+v", got)
	}
	_, hook, _ = strings.Cut(string(got[0].Raw), `https://sigap.example/hook/`)
	hook, _, _ = strings.Cut(hook, `"`)
	return id, fake, strings.TrimSuffix(hook, `\`)
}

func (w *world) report(token string, form url.Values) string {
	w.t.Helper()
	said, err := w.inform.Report(w.t.Context(), token, form)
	w.must(err)
	return string(said)
}

func TestAKeypressTakesThePage(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	id, _, token := called(t, w, "voice")
	if said := w.report(token, url.Values{"Digits": {"7"}}); !strings.Contains(said, "Tekan 1") || !strings.Contains(said, token) {
		t.Errorf("after a wrong key it says %s", said)
	}
	if said := w.report(token, url.Values{"Digits": {"1"}}); !strings.Contains(said, "Anda yang menanganinya") {
		t.Errorf("after the key it says %s", said)
	}
	w.turn(time.Hour)
	if !w.incident(id).TeamKnows("Payments") {
		t.Error("the page was not taken")
	}
}

func TestAKeypressPassesThePageOn(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	_, _, token := called(t, w, "voice")
	w.report(token, url.Values{"Digits": {"2"}})
	w.turn(0, "webhook budi")
}

func TestAKeypressAfterTwoDaysDoesNothing(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	id, _, token := called(t, w, "voice")
	w.change(id, incident.DismissedAs{Reason: "A test."})
	w.turn(49 * time.Hour)
	if said := w.report(token, url.Values{"Digits": {"1"}}); !strings.Contains(said, "terlambat") {
		t.Errorf("it says %s", said)
	}
	if w.incident(id).Acknowledged(w.people["rina"].ID) {
		t.Error("an expired call was an answer")
	}
}

func TestWhatAServiceSaysLaterIsOnTheReceipt(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		id, _, token := called(t, w, "sms")
		state := func() incident.Receipt {
			t.Helper()
			for _, r := range w.incident(id).Receipts {
				if r.Method == "tel" {
					return r
				}
			}
			t.Fatal("there is no receipt")
			return incident.Receipt{}
		}
		w.report(token, url.Values{"MessageStatus": {"sent"}})
		if got := state().State; got != incident.Accepted {
			t.Errorf("after sent: %s", got)
		}
		w.report(token, url.Values{"MessageStatus": {"delivered"}})
		w.report(token, url.Values{"MessageStatus": {"undelivered"}}) // out of order
		if got := state().State; got != incident.Delivered {
			t.Errorf("after delivered: %s", got)
		}
		if _, err := w.inform.Report(t.Context(), token+"x", url.Values{"MessageStatus": {"delivered"}}); err == nil {
			t.Error("a forged callback was believed")
		}
	})
}

func TestAnAcknowledgementInTheServicesOwnAppTakesThePage(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	fake := channeltest.NewPushover(t)
	var err error
	w.set["pushover"], err = channel.New("pushover", fake.Config(), channel.Deps{HTTP: http.DefaultClient, Now: w.clock.Now})
	w.must(err)
	w.payments("webhook")
	_, err = w.store.ChangePerson(t.Context(), w.people["rina"].ID, func(p *directory.Person) error {
		p.Contacts = []directory.Contact{{ID: "app", Kind: "pushover", Address: channeltest.PushoverUser, Verified: w.clock.Now()}}
		return nil
	})
	w.must(err)
	id := w.candidate()
	w.turn(0)
	got := fake.Messages()
	if len(got) != 1 || !strings.Contains(string(got[0].Raw), `"priority":["2"]`) {
		t.Fatalf("Pushover got %+v", got)
	}
	_, token, _ := strings.Cut(string(got[0].Raw), `https://sigap.example/hook/`)
	token, _, _ = strings.Cut(token, `"`)
	w.report(token, url.Values{"acknowledged": {"1"}, "acknowledged_by": {strings.Repeat("x", 30)}})
	if w.incident(id).TeamKnows("Payments") {
		t.Error("another of the group answered for Rina")
	}
	w.report(token, url.Values{"acknowledged": {"1"}, "acknowledged_by": {channeltest.PushoverUser}})
	if !w.incident(id).TeamKnows("Payments") {
		t.Error("the page was not taken")
	}
}

func TestAMessageThatComesBackIsTriedOverTheNextMethodAtOnce(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	id, _, token := called(t, w, "voice")
	w.report(token, url.Values{"CallStatus": {"no-answer"}})
	w.report(token, url.Values{"CallStatus": {"no-answer"}}) // told twice
	w.turn(0, "webhook rina")
	for _, r := range w.incident(id).Receipts {
		if r.Method == "tel" && (r.State != incident.FailedToSend || r.Detail != "no-answer") {
			t.Errorf("the call's receipt is %+v", r)
		}
	}
	w.turn(3*time.Minute, "webhook budi")
}
