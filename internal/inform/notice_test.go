package inform_test

import (
	"strings"
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/directory"
	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/inform"
	"github.com/sigap-dev/sigap/internal/store/queuetest"
)

func queuedDeliveries(w *world) []inform.Deliver {
	return queuetest.Asked[inform.Deliver](w.t, w.queue)
}

// company has engineering, support and management, with rooms and both languages.
func company(w *world) {
	w.payments("webhook")
	w.person("Sari", "id", "ntfy")
	w.person("Tono", "en", "webhook")
	w.person("Dewi", "id", "webhook")
	w.team("Management", directory.ManagementTeam, "dewi")
	support := &directory.Team{ID: "support", Name: "Support", Does: directory.SupportTeam, Members: []string{w.people["sari"].ID, w.people["tono"].ID},
		Rooms: []directory.Contact{w.contact("webhook", "room")}}
	w.must(w.store.PutTeam(w.t.Context(), support))
}

func TestTheNoticeGoesToTheOwnersAndToSupportOnceEach(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		company(w)
		id := w.candidate()
		w.turn(0, "webhook rina")
		w.answer(id, "rina", inform.Acknowledge)
		w.change(id, incident.Declared{Number: 1, Severity: incident.SEV1})
		w.ask(incident.SendNotice{Incident: id}, incident.SendNotice{Incident: id})
		messages := w.turn(0, "webhook rina", "webhook budi", "webhook eka", // the owners' notice
			"ntfy sari", "webhook tono", "webhook room", // support's
			"ntfy sari") // and support's page
		for _, m := range messages {
			if !strings.Contains(m.Text, "Checkout fails") {
				t.Errorf("a notice does not say what it is about: %q", m.Text)
			}
		}
		w.answer(id, "sari", inform.Acknowledge)
		w.turn(time.Hour)
		if known, all := 0, w.incident(id).WhoKnows(); true {
			for _, k := range all {
				if k.Knows {
					known++
				}
			}
			if len(all) != 5 || known != 2 {
				t.Errorf("%d of %d know, want 2 of 5", known, len(all))
			}
		}
	})
}

func TestEachReaderGetsTheirLanguage(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	w.person("Rina", "en", "webhook")
	w.person("Sari", "id", "webhook")
	w.team("Payments", directory.EngineeringTeam, "rina", "sari")
	id := w.candidate()
	w.change(id, incident.Declared{Number: 1, Severity: incident.SEV1})
	w.turn(0, "webhook rina")
	w.ask(incident.SendNotice{Incident: id})
	labels := map[string]string{}
	for _, m := range w.turn(0, "webhook rina", "webhook sari") {
		if len(m.Buttons) == 0 {
			t.Fatalf("a notice without a button: %q", m.Text)
		}
		labels[m.To[strings.LastIndex(m.To, "/")+1:]] = m.Buttons[0].Text
	}
	if labels["rina"] == labels["sari"] || labels["sari"] == "" {
		t.Errorf("the buttons are %v: not each in its reader's language", labels)
	}
}

func TestANoticeIsNotSentOfWhatWasWithdrawnMeanwhile(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	company(w)
	id := w.candidate()
	w.change(id, incident.Declared{Number: 1, Severity: incident.SEV1}, incident.DismissedAs{Reason: "a test"})
	w.ask(incident.SendNotice{Incident: id})
	w.turn(time.Hour)
}

func TestAMinorIncidentTellsSupportButPagesNobodyThere(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	company(w)
	id := w.candidate()
	w.turn(0, "webhook rina")
	w.answer(id, "rina", inform.Acknowledge)
	w.change(id, incident.Declared{Number: 1, Severity: incident.SEV3})
	w.ask(incident.SendNotice{Incident: id})
	w.turn(time.Hour, "webhook rina", "webhook budi", "webhook eka", "ntfy sari", "webhook tono", "webhook room")
}

func TestASupportTeamWithoutMembersIsNotMissed(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	w.payments("webhook")
	w.team("Support", directory.SupportTeam)
	id := w.candidate()
	w.turn(0, "webhook rina")
	w.answer(id, "rina", inform.Acknowledge)
	w.change(id, incident.Declared{Number: 1, Severity: incident.SEV1})
	w.ask(incident.SendNotice{Incident: id})
	w.turn(time.Hour, "webhook rina", "webhook budi", "webhook eka")
	w.nobody(id, "")
}

func TestAFollowUpGoesToThoseWhoWereToldAndNobodyElse(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		company(w)
		id := w.candidate()
		w.turn(3*time.Minute, "webhook rina", "webhook budi")
		w.answer(id, "budi", inform.Acknowledge)
		w.change(id, incident.DismissedAs{Reason: "a test"})
		w.ask(incident.FollowUp{Incident: id, Code: "dismissed", Args: map[string]string{"reason": "a test"}})
		for _, m := range w.turn(time.Hour, "webhook rina", "webhook budi") {
			if !strings.Contains(m.Text, "a test") {
				t.Errorf("the withdrawal does not say why: %q", m.Text)
			}
		}
		// One that is for one person, whether they were told before or not.
		w.ask(incident.FollowUp{Incident: id, Code: "task", Only: w.people["dewi"].ID, Args: map[string]string{"title": "x", "by": "y"}})
		w.turn(0, "webhook dewi")
	})
}

func TestWhoWasNeverToldHearsNothingOfAWithdrawal(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	company(w)
	id := w.candidate()
	w.change(id, incident.DismissedAs{Reason: "a test"})
	w.ask(incident.FollowUp{Incident: id, Code: "dismissed"})
	w.turn(time.Hour)
}

func TestAnUpdateGoesToItsAudienceOnce(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		company(w)
		id := w.candidate()
		w.turn(0, "webhook rina")
		w.answer(id, "rina", inform.Acknowledge)
		w.must(w.store.PutAudience(t.Context(), &directory.Audience{ID: "stakeholders", Name: map[string]string{"en": "Stakeholders"}, Lang: "id",
			Teams: []string{"management"}, People: []string{w.people["dewi"].ID, w.people["tono"].ID}, Rooms: []directory.Contact{w.contact("ntfy", "board")}}))
		w.must(w.store.PutAudience(t.Context(), &directory.Audience{ID: "others", Teams: []string{"support"}}))
		w.change(id, incident.Declared{Number: 1, Severity: incident.SEV1},
			incident.UpdateSent{ID: "u1", Number: 1, Audience: "stakeholders", Text: incident.UpdateText{Status: "We roll back."}})
		w.ask(incident.SendUpdate{Incident: id, Update: "u1"}, incident.SendUpdate{Incident: id, Update: "u1"})
		for _, m := range w.turn(time.Hour, "webhook dewi", "webhook tono", "ntfy board") {
			if !strings.Contains(m.Text, "We roll back.") {
				t.Errorf("the update does not carry its words: %q", m.Text)
			}
		}
		w.ask(incident.SendUpdate{Incident: id, Update: "no such update"})
		w.turn(time.Hour)
	})
}

func TestANoticeThatReachesNobodyIsLoud(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	w.payments("webhook")
	id := w.candidate()
	w.turn(0, "webhook rina")
	w.answer(id, "rina", inform.Acknowledge)
	w.change(id, incident.Declared{Number: 1, Severity: incident.SEV1})
	w.hook.Down(true)
	w.ask(incident.SendNotice{Incident: id})
	w.turn(time.Second)
	w.nobody(id, "all-failed")
	w.hook.Down(false)
	w.turn(time.Minute, "webhook rina", "webhook budi", "webhook eka")
	w.nobody(id, "")
}
