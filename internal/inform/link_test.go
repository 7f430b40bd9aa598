package inform_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/directory"
	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/inform"
)

// token is the one in the link of a message.
func token(link string) string { return link[strings.LastIndex(link, "/")+1:] }

func TestTheLinkOfAMessageAnswersForItsReaderAlone(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	w.payments("webhook")
	id := w.candidate()
	link := token(w.turn(0, "webhook rina")[0].Buttons[0].URL)

	if _, err := w.inform.AnswerLink(t.Context(), link, inform.Look); err != nil {
		t.Fatal(err)
	}
	if i := w.incident(id); i.TeamKnows("Payments") || len(i.People) > 0 || i.Receipts[0].State != incident.OpenedBy {
		t.Errorf("opening the link acknowledged: %+v", i.Receipts)
	}
	before := w.incident(id).Seq
	for range 3 {
		if _, err := w.inform.AnswerLink(t.Context(), link, inform.Look); err != nil {
			t.Fatal(err)
		}
	}
	if after := w.incident(id).Seq; after != before {
		t.Errorf("looking again wrote %d entries", after-before)
	}
	if _, err := w.inform.AnswerLink(t.Context(), link, inform.Acknowledge); err != nil {
		t.Fatal(err)
	}
	i := w.incident(id)
	if !i.Acknowledged(w.people["rina"].ID) || i.Acknowledged(w.people["budi"].ID) || len(i.People) != 1 {
		t.Errorf("the link of Rina's message was answered for %+v", i.People)
	}
	if _, err := w.inform.AnswerLink(t.Context(), link, "resolve"); err == nil {
		t.Error("a link did something else than answer")
	}
}

func TestALinkThatWasForgedOrHasExpiredDoesNothing(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	w.payments("webhook")
	id := w.candidate()
	link := token(w.turn(0, "webhook rina")[0].Buttons[0].URL)
	pass, _, err := w.links.Read(link, w.clock.Now())
	w.must(err)
	others := pass
	others.Person = w.people["eka"].ID
	body, mac, _ := strings.Cut(link, ".")
	otherBody, _, _ := strings.Cut(w.links.Sign(others), ".")
	forged := map[string]string{
		"another's key":              inform.NewLinks("https://sigap.example", []byte("another key")).Sign(pass),
		"another person, same mac":   otherBody + "." + mac,
		"no mac":                     body,
		"an empty mac":               body + ".",
		"cut":                        link[:len(link)-1],
		"nothing":                    "",
		"a dot":                      ".",
		"not base64, though signed?": "%%%." + mac,
	}
	for name, tok := range forged {
		_, err := w.inform.AnswerLink(t.Context(), tok, inform.Acknowledge)
		var e *incident.Error
		if !errors.As(err, &e) || e.Code != incident.NotFound {
			t.Errorf("%s: %v, want that the link is not valid", name, err)
		}
	}
	w.clock.Turn(49 * time.Hour)
	if _, err := w.inform.AnswerLink(t.Context(), link, inform.Acknowledge); err == nil {
		t.Error("an expired link acknowledged")
	}
	if w.incident(id).TeamKnows("Payments") {
		t.Error("a link that is not valid acknowledged")
	}
}

func TestTheLinkOfSomebodyWhoLeftDoesNothing(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	w.payments("webhook")
	w.candidate()
	link := token(w.turn(0, "webhook rina")[0].Buttons[0].URL)
	_, err := w.store.ChangePerson(t.Context(), w.people["rina"].ID, func(p *directory.Person) error { p.Disabled = true; return nil })
	w.must(err)
	if _, err := w.inform.AnswerLink(t.Context(), link, inform.Acknowledge); err == nil {
		t.Error("the link of a closed account acknowledged")
	}
}

func TestWhoComesUnaskedTakesItToo(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	w.payments("webhook")
	id := w.candidate()
	w.answer(id, "budi", inform.Look) // merely looking is nothing
	if seq := w.incident(id).Seq; seq != 1 {
		t.Errorf("looking in left %d entries", seq-1)
	}
	w.answer(id, "budi", inform.Acknowledge)
	w.turn(time.Hour) // the page was not out yet, and is not needed any more
	if !w.incident(id).Acknowledged(w.people["budi"].ID) {
		t.Error("who came unasked is not known to have it")
	}
}

func TestOnlyWhoMayAssignWaivesAndSaysWhy(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	w.payments("webhook")
	id := w.candidate()
	manager := incident.Actor{Kind: incident.PersonActor, ID: "m", Name: "Mira", Right: incident.Manager}
	eka := w.people["eka"].ID
	if _, err := w.inform.Waive(t.Context(), w.people["rina"].Actor(), id, eka, "on a plane"); err == nil {
		t.Error("a responder waived somebody")
	}
	if _, err := w.inform.Waive(t.Context(), manager, id, eka, ""); err == nil {
		t.Error("somebody was waived without a reason")
	}
	i, err := w.inform.Waive(t.Context(), manager, id, eka, "on a plane")
	if err != nil || len(i.Waivers) != 1 {
		t.Errorf("waive: %v, %+v", err, i)
	}
}

func FuzzReadLink(f *testing.F) {
	links := inform.NewLinks("https://sigap.example", []byte("key"))
	now := time.Date(2027, 3, 2, 2, 0, 0, 0, time.UTC)
	good := links.Sign(inform.Pass{Incident: "i", Person: "p", Expires: now.Add(time.Hour)})
	f.Add(good)
	f.Add("")
	f.Add(".")
	f.Fuzz(func(t *testing.T, token string) {
		if _, _, err := links.Read(token, now); err == nil && token != good {
			t.Errorf("the token %q was taken, and nobody signed it", token)
		}
	})
}
