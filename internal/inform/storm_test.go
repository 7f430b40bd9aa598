package inform_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/inform"
	"github.com/sigap-dev/sigap/internal/store/queuetest"
)

// storm opens candidates of a severity, each with its page.
func (w *world) storm(n int, severity incident.Severity) []string {
	w.t.Helper()
	var ids []string
	for range n {
		id := w.candidate()
		w.change(id, incident.SeveritySet{To: severity})
		ids = append(ids, id)
	}
	return ids
}

// times is the same message several times, as [world.turn] wants it.
func times(n int, what string) []string { return slices.Repeat([]string{what}, n) }

// stateOf is how far the page of an incident got to somebody's webhook, and how.
func (w *world) stateOf(id, name string) string {
	w.t.Helper()
	for _, k := range w.incident(id).WhoKnows() {
		for _, r := range k.Receipts {
			if k.ID == w.people[name].ID && r.Channel == "webhook" {
				return strings.TrimSpace(string(r.State) + " " + r.Detail)
			}
		}
	}
	return ""
}

func TestInAStormThreePagesComeByThemselvesAndTheOthersInASummaryAMinute(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.payments("webhook")
		ids := w.storm(40, incident.SEV2)
		w.turn(time.Minute-time.Second, times(3, "webhook rina")...)
		if got := w.stateOf(ids[39], "rina"); got != "queued in-summary" {
			t.Errorf("the last page is %q", got)
		}
		r := w.incident(ids[39]).Receipts[0]
		if want := w.clock.Now().Add(time.Second); !r.Until.Equal(want) {
			t.Errorf("it is said to go out at %s, want %s", r.Until, want)
		}
		ids = append(ids, w.storm(1, incident.SEV2)...) // one that opens meanwhile is in it
		for _, m := range w.turn(time.Second, "webhook rina") {
			saying(t, "41 incidents wait for you", m.Text)
			saying(t, "and 33 more", m.Text)
			saying(t, "SEV2 "+w.incident(ids[0]).Ref(), m.Text)
		}
		for _, id := range ids[3:] {
			if got := w.stateOf(id, "rina"); got != "accepted in-summary" {
				t.Errorf("after the summary a page is %q", got)
			}
		}
		w.turn(59 * time.Second)
		w.turn(time.Second, "webhook rina") // until it is answered
	})
}

func TestTheLinkOfASummaryAnswersForAllThatItToldOf(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.payments("webhook")
		ids := w.storm(6, incident.SEV2)
		w.turn(59*time.Second, times(3, "webhook rina")...)
		link := token(w.turn(time.Second, "webhook rina")[0].Buttons[0].URL)
		later := w.storm(1, incident.SEV2)[0]
		w.turn(time.Second)
		pass, _, err := w.links.Read(link, w.clock.Now())
		w.must(err)
		waiting, err := w.inform.Waiting(t.Context(), pass)
		w.must(err)
		if len(waiting) != 6 || waiting[0].Incident.ID != ids[0] {
			t.Errorf("the link shows %d incidents, want the six of its message", len(waiting))
		}
		_, err = w.inform.AnswerLink(t.Context(), token(waiting[5].Link), inform.Decline) // one goes on by itself
		w.must(err)
		_, err = w.inform.AnswerLink(t.Context(), link, inform.Acknowledge)
		w.must(err)
		for n, id := range append(ids, later) {
			if got, want := w.incident(id).Acknowledged(w.people["rina"].ID), n < 5; got != want {
				t.Errorf("of incident %d it is known that Rina has it: %v, want %v", n, got, want)
			}
		}
		for _, m := range w.turn(time.Minute, "webhook budi", "webhook rina") { // what came after is in the next
			if strings.HasSuffix(m.To, "rina") {
				saying(t, "1 incident waits for you", m.Text)
			}
		}
		w.answer(later, "rina", inform.Acknowledge)
		w.turn(time.Minute)
		w.answer(ids[5], "budi", inform.Acknowledge)
		w.turn(time.Hour)
		w.storm(1, incident.SEV2)
		w.turn(0, "webhook rina") // it is over: the next one comes by itself
	})
}

func TestTheFirstPageOfANewCriticalIncidentIsNeverHeldBack(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.payments("webhook")
		w.storm(10, incident.SEV2)
		w.turn(time.Second, times(3, "webhook rina")...)
		critical := w.storm(2, incident.SEV1)
		w.turn(0, times(2, "webhook rina")...)
		unjudged := w.candidate()
		w.turn(0, "webhook rina")
		_, err := w.inform.PagePerson(t.Context(), w.people["eka"].Actor(), unjudged, w.people["rina"].ID)
		w.must(err)
		w.turn(0, "webhook rina") // somebody asked for her by name
		for _, m := range w.turn(time.Minute-time.Second, "webhook rina") {
			saying(t, "13 incidents wait for you", m.Text)
			if at, worse := strings.Index(m.Text, w.incident(critical[0]).Ref()), strings.Index(m.Text, "SEV2"); at < 0 || at > worse {
				t.Errorf("the worst is not first: %q", m.Text)
			}
		}
	})
}

func TestWhatPassesOnInAStormIsGatheredForTheNextPersonAndNoLongerForTheFirst(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.payments("webhook")
		ids := w.storm(10, incident.SEV1)
		w.turn(0, times(10, "webhook rina")...)
		w.turn(3*time.Minute, times(3, "webhook budi")...) // none was gathered for Rina: nothing repeats
		for _, m := range w.turn(time.Minute, "webhook budi") {
			saying(t, "10 incidents wait for you", m.Text)
		}
		for _, id := range ids {
			w.answer(id, "budi", inform.Acknowledge)
		}
		w.turn(time.Hour)
	})
}

func TestALinkOfASummaryStillTakesWhatHasPassedOnMeanwhile(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.payments("webhook")
		ids := w.storm(6, incident.SEV2)
		w.turn(59*time.Second, times(3, "webhook rina")...)
		link := token(w.turn(time.Second, "webhook rina")[0].Buttons[0].URL)
		w.turn(time.Minute, "webhook rina")
		w.turn(time.Minute, times(3, "webhook budi")...) // Rina hears no more of it
		other := w.storm(1, incident.SEV2)[0]
		w.turn(0, "webhook rina") // and what is new comes to her by itself
		w.answer(other, "rina", inform.Acknowledge)
		_, err := w.inform.AnswerLink(t.Context(), link, inform.Acknowledge)
		w.must(err)
		for _, id := range ids {
			if !w.incident(id).Acknowledged(w.people["rina"].ID) {
				t.Error("one of them is not taken")
			}
		}
		w.turn(time.Hour)
	})
}

func TestWhatATeamHasTakenBeforeTheSummaryIsNotInIt(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.payments("webhook")
		ids := w.storm(5, incident.SEV2)
		w.turn(0, times(3, "webhook rina")...)
		w.answer(ids[4], "eka", inform.Acknowledge)
		for _, m := range w.turn(time.Minute, "webhook rina") {
			saying(t, "4 incidents wait for you", m.Text)
		}
		if got := w.stateOf(ids[4], "rina"); got != "queued not-needed" {
			t.Errorf("what was taken is %q", got)
		}
	})
}

func TestWhatWasSetDownBeforeTheSummaryIsPagedAnewWhenItIsRaised(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.payments("webhook")
		ids := w.storm(5, incident.SEV2)
		w.turn(time.Second, times(3, "webhook rina")...)
		for _, id := range ids[:4] {
			w.answer(id, "rina", inform.Acknowledge)
		}
		w.change(ids[4], incident.Declared{Number: 1, Severity: incident.SEV3})
		w.turn(time.Minute)
		w.operate(ids[4], incident.SeveritySet{From: incident.SEV3, To: incident.SEV2}, incident.Page{Incident: ids[4]})
		w.turn(0, "webhook rina")
		w.turn(3*time.Minute, "webhook budi")
	})
}

func TestASummaryThatRunsAgainAfterACrashIsSentOnce(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.payments("webhook")
		w.storm(5, incident.SEV2)
		w.turn(time.Second, times(3, "webhook rina")...)
		for _, job := range queuedDeliveries(w) {
			w.ask(job)
		}
		w.turn(59*time.Second, "webhook rina")
		w.ask(queuetest.Asked[inform.Summary](t, w.queue)[0])
		for _, job := range queuetest.Asked[inform.Carried](t, w.queue) {
			w.ask(job)
		}
		w.turn(59 * time.Second)
		w.turn(time.Second, "webhook rina")
	})
}

func TestASummaryThatCannotBeSentGoesOverTheNextContact(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.payments("webhook", "ntfy")
		ids := w.storm(6, incident.SEV2)
		w.turn(59*time.Second, times(3, "webhook rina")...)
		w.hook.FailNext(3, 503)
		w.turn(30*time.Second, append(times(3, "ntfy rina"), "webhook rina")...)
		if got := w.stateOf(ids[5], "rina"); got != "accepted in-summary" {
			t.Errorf("a page that came through at last is %q", got)
		}
	})
}

func TestAKeyPressedInACallWithASummaryTakesAllOfIt(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	_, fake, _ := called(t, w, "voice")
	ids := w.storm(5, incident.SEV2)
	w.turn(time.Minute - time.Second)
	calls := len(fake.Messages())
	w.turn(time.Second, times(3, "webhook rina")...) // a minute after the calls that were for one each
	got := fake.Messages()[calls:]
	if len(got) != 1 || !strings.Contains(got[0].Text, "6 insiden menunggu Anda") || !strings.Contains(got[0].Text, "Tekan 1 untuk menangani semuanya") {
		t.Fatalf("the call is %+v", got)
	}
	_, hook, _ := strings.Cut(string(got[0].Raw), `https://sigap.example/hook/`)
	hook, _, _ = strings.Cut(hook, `"`)
	w.report(strings.TrimSuffix(hook, `\`), url.Values{"Digits": {"1"}})
	for _, id := range ids {
		if !w.incident(id).Acknowledged(w.people["rina"].ID) {
			t.Error("one of them is not taken")
		}
	}
}

func TestADrillsPagesAreNotCountedBesideAnIncidents(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	w.payments("webhook")
	for range 5 {
		_, err := w.store.Create(t.Context(), incident.System(), fmt.Sprint("drill-", w.incidents()), func(e *incident.Edit) error {
			e.Record(incident.Opened{ID: e.Incident.ID, Title: "A drill", Service: "payment", Environment: "production", Drill: true})
			e.Record(incident.SeveritySet{To: incident.SEV2})
			e.Enqueue(incident.Page{Incident: e.Incident.ID})
			return nil
		})
		w.must(err)
	}
	w.turn(0, times(3, "webhook rina")...)
	w.storm(1, incident.SEV2)
	w.turn(0, "webhook rina")
}

func (w *world) incidents() int {
	w.t.Helper()
	list, err := w.store.Briefs(w.t.Context(), incident.Filter{})
	w.must(err)
	return len(list)
}
