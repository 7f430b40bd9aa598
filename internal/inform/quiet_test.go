package inform_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/directory"
	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/inform"
)

// quiet gives somebody in Jakarta quiet hours from eight until noon: the test
// begins at nine there.
func (w *world) quiet(name, to string) {
	w.t.Helper()
	_, err := w.store.ChangePerson(w.t.Context(), w.people[name].ID, func(p *directory.Person) error {
		p.Timezone, p.Quiet = "Asia/Jakarta", directory.Quiet{From: "08:00", To: to}
		return nil
	})
	w.must(err)
}

func TestAPageAndTheNoticeOfAMajorIncidentBreakThroughQuietHours(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.payments("webhook")
		w.quiet("rina", "12:00")
		w.quiet("budi", "12:00")
		id := w.candidate()
		w.turn(3*time.Minute, "webhook rina", "webhook budi")
		w.answer(id, "budi", inform.Acknowledge)
		w.operate(id, incident.Declared{Number: 1, Severity: incident.SEV2}, incident.SendNotice{Incident: id})
		w.turn(0, "webhook rina", "webhook budi", "webhook eka")
	})
}

func TestWhatIsNotUrgentWaitsForQuietHoursToEndAndComesAsOneMessage(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.payments("webhook")
		w.quiet("rina", "12:00")
		id := w.declared(incident.SEV3)
		w.turn(0, "webhook budi", "webhook eka")
		w.turn(time.Hour)
		w.severity(id, incident.SEV3, incident.SEV4)
		w.operate(id, incident.StatusSet{To: incident.Monitoring}, incident.FollowUp{Incident: id, Code: "mitigated"})
		w.turn(2*time.Hour-time.Second, "webhook budi", "webhook eka", "webhook budi", "webhook eka")
		if waiting := receiptsOf(w, id, "queued"); len(waiting) != 3 || waiting[0].To.ID != w.people["rina"].ID || waiting[0].Channel != "webhook" {
			t.Errorf("what waits is %+v, want three messages to Rina", waiting)
		}
		w.nobody(id, "")
		for _, m := range w.turn(time.Second, "webhook rina") {
			saying(t, "The impact has ended", m.Text)
			saying(t, "Before it: the incident was declared, the severity changed. Now: ", m.Text)
			saying(t, "SEV4", m.Text)
		}
		w.turn(24 * time.Hour)
		if n := len(receiptsOf(w, id, "accepted")); n != 9 {
			t.Errorf("of %d messages it is known that they were accepted, want 7 and the 2 that one of them spoke for", n)
		}
	})
}

func TestNewsThatItBecameMajorBreaksThroughAndSpeaksForTheNoticeThatWaited(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.payments("webhook")
		w.quiet("eka", "12:00")
		id := w.declared(incident.SEV3)
		w.turn(time.Minute, "webhook rina", "webhook budi")
		w.severity(id, incident.SEV3, incident.SEV2)
		for _, m := range w.turn(0, "webhook rina", "webhook rina", "webhook budi", "webhook eka") {
			if strings.HasSuffix(m.To, "eka") {
				saying(t, "In your quiet hours before this: the incident was declared.", m.Text)
			}
		}
		for _, k := range w.incident(id).WhoKnows() {
			if k.Name == "Eka" && (len(k.Receipts) != 1 || k.Receipts[0].State != incident.Accepted || k.Receipts[0].Detail != incident.InLater) {
				t.Errorf("of Eka it is known %+v, want that a later message told it", k.Receipts)
			}
		}
		w.answer(id, "rina", inform.Acknowledge)
		w.severity(id, incident.SEV2, incident.SEV4) // less is no reason to wake anybody
		w.turn(3*time.Hour-2*time.Minute, "webhook rina", "webhook budi")
		w.turn(time.Minute, "webhook eka")
	})
}

func TestQuietHoursThatWereMadeLongerMeanwhileHoldOnceMore(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.payments("webhook")
		w.quiet("rina", "12:00")
		id := w.declared(incident.SEV3)
		w.severity(id, incident.SEV3, incident.SEV4)
		w.turn(0, "webhook budi", "webhook eka", "webhook budi", "webhook eka")
		w.quiet("rina", "13:00")
		w.turn(4*time.Hour - time.Second)
		for _, m := range w.turn(time.Second, "webhook rina") {
			saying(t, "Before it: the incident was declared. Now: ", m.Text)
		}
	})
}

func TestWhoWasWokenHearsAtOnceWhatBecomesOfIt(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		company(w)
		for _, name := range []string{"rina", "budi", "tono"} {
			w.quiet(name, "12:00")
		}
		id := w.candidate()
		w.turn(0, "webhook rina")
		w.answer(id, "rina", inform.Acknowledge)
		w.operate(id, incident.Declared{Number: 1, Severity: incident.SEV3}, incident.SendNotice{Incident: id})
		w.turn(0, "webhook rina", "webhook eka", "ntfy sari", "webhook room") // a room is never quiet
		w.operate(id, incident.DismissedAs{Reason: "a test"}, incident.FollowUp{Incident: id, Code: "dismissed", Args: map[string]string{"reason": "a test"}})
		w.turn(3*time.Hour-time.Second, "webhook rina", "webhook eka", "ntfy sari", "webhook room")
		for _, m := range w.turn(time.Second, "webhook budi", "webhook tono") {
			saying(t, "a test", m.Text)
		}
	})
}

func TestWhoAnswersTheNoticeThatWaitsDoesNotGetItAnyMore(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.payments("webhook")
		w.quiet("rina", "12:00")
		id := w.declared(incident.SEV3)
		w.turn(time.Hour, "webhook budi", "webhook eka")
		w.answer(id, "rina", inform.Acknowledge)
		w.turn(24 * time.Hour)
	})
}

func TestAnUpdateWaitsForQuietHoursToo(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		company(w)
		w.quiet("dewi", "12:00")
		id := w.declared(incident.SEV1)
		w.turn(0, "webhook rina", "ntfy sari", "webhook rina", "webhook budi", "webhook eka", "ntfy sari", "webhook tono", "webhook room")
		w.answer(id, "rina", inform.Acknowledge)
		w.answer(id, "sari", inform.Acknowledge)
		w.must(w.store.PutAudience(t.Context(), &directory.Audience{ID: "board", Teams: []string{"management"}, People: w.ids("tono")}))
		for _, u := range []incident.UpdateSent{{ID: "u1", Number: 1, Audience: "board", Text: incident.UpdateText{Status: "We look."}},
			{ID: "u2", Number: 2, Audience: "board", Text: incident.UpdateText{Status: "We roll back."}}} {
			w.operate(id, u, incident.SendUpdate{Incident: id, Update: u.ID})
			w.turn(time.Minute, "webhook tono")
		}
		for _, m := range w.turn(3*time.Hour, "webhook dewi") {
			saying(t, "We roll back.", m.Text)
			if strings.Contains(m.Text, "We look.") {
				t.Errorf("it carries what is out of date: %q", m.Text)
			}
		}
	})
}

func TestAMessageHeldTwiceByACrashGoesOutOnce(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.payments("webhook")
		w.quiet("rina", "12:00")
		w.declared(incident.SEV3)
		w.turn(0, "webhook budi", "webhook eka")
		for _, job := range queuedDeliveries(w) {
			w.ask(job) // each runs again, as after a crash
		}
		w.turn(24*time.Hour, "webhook rina")
	})
}

func TestTheDryRunSaysWhatWouldWaitForQuietHoursToEnd(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	w.payments("webhook")
	w.quiet("eka", "12:00")
	for severity, want := range map[incident.Severity]string{incident.SEV1: "0 ", incident.SEV3: "10800 quiet"} {
		p, err := w.inform.Preview(t.Context(), "payment", severity, w.clock.Now())
		w.must(err)
		last := p.Asks[len(p.Asks)-1]
		if got := fmt.Sprint(last.After, " ", last.Code); last.Person.Name != "Eka" || got != want {
			t.Errorf("of the notice of a %s it says %q to %s, want %q to Eka", severity, got, last.Person.Name, want)
		}
	}
}
