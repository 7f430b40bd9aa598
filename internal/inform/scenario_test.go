package inform_test

import (
	"strings"
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/directory"
	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/inform"
)

// operate records facts and asks for the jobs that follow from them, as the
// operation of another stage does.
func (w *world) operate(id string, fact incident.Fact, jobs ...incident.JobArgs) {
	w.t.Helper()
	_, err := w.store.Change(w.t.Context(), incident.System(), id, func(e *incident.Edit) error {
		e.Record(fact)
		for _, j := range jobs {
			e.Enqueue(j)
		}
		return nil
	})
	w.must(err)
}

// severity sets it down or raises it; raised to a major one it pages.
func (w *world) severity(id string, from, to incident.Severity) {
	w.t.Helper()
	jobs := []incident.JobArgs{incident.FollowUp{Incident: id, Code: "severity", Args: map[string]string{"from": from.String(), "to": to.String()}}}
	if to < from && to.Major() {
		jobs = append(jobs, incident.Page{Incident: id})
	}
	w.operate(id, incident.SeveritySet{From: from, To: to}, jobs...)
}

// reopen takes a resolved incident back to work on.
func (w *world) reopen(id string) {
	w.t.Helper()
	w.operate(id, incident.StatusSet{From: incident.StatusResolved, To: incident.Investigating, Reason: "back"},
		incident.Page{Incident: id}, incident.FollowUp{Incident: id, Code: "reopened", Args: map[string]string{"by": "Rina"}})
}

// declared is an incident of the company's, told to everyone and taken by nobody.
func (w *world) declared(severity incident.Severity) string {
	w.t.Helper()
	id := w.candidate()
	w.operate(id, incident.Declared{Number: 1, Severity: severity}, incident.SendNotice{Incident: id})
	return id
}

// saying checks that each message says something.
func saying(t *testing.T, what string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(text, what) {
			t.Errorf("a message does not say %q: %q", what, text)
		}
	}
}

func TestAfterAFalseAlarmThoseWhoWerePagedHearItAndNobodyIsPagedAnyMore(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		company(w)
		id := w.candidate()
		w.turn(3*time.Minute, "webhook rina", "webhook budi")
		w.answer(id, "budi", inform.Decline)
		w.turn(0, "webhook eka")
		w.operate(id, incident.DismissedAs{Reason: "a load test"}, incident.FollowUp{Incident: id, Code: "dismissed", Args: map[string]string{"reason": "a load test"}})
		for _, m := range w.turn(time.Hour, "webhook rina", "webhook budi", "webhook eka") {
			saying(t, "a load test", m.Text)
		}
	})
}

func TestADowngradeEndsThePagingAndARaiseBeginsItAnew(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		company(w)
		id := w.declared(incident.SEV1)
		told := []string{"webhook rina", "webhook budi", "webhook eka", "ntfy sari", "webhook tono", "webhook room"}
		w.turn(0, append([]string{"webhook rina", "ntfy sari"}, told...)...) // who is on call is paged beside
		w.turn(time.Minute)
		w.severity(id, incident.SEV1, incident.SEV3)
		w.turn(time.Hour, told...)
		w.severity(id, incident.SEV3, incident.SEV1)
		w.turn(0, append([]string{"webhook rina"}, told...)...)
		w.turn(3*time.Minute, "webhook budi")
		w.answer(id, "budi", inform.Acknowledge)
		w.turn(time.Hour)
	})
}

func TestADowngradeAndRaiseWithinTheLimitLeavesThePageAsItWas(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.payments("webhook")
		id := w.candidate()
		w.change(id, incident.Declared{Number: 1, Severity: incident.SEV1})
		w.turn(0, "webhook rina")
		w.change(id, incident.SeveritySet{From: incident.SEV1, To: incident.SEV3})
		w.turn(2 * time.Minute)
		w.operate(id, incident.SeveritySet{From: incident.SEV3, To: incident.SEV2}, incident.Page{Incident: id})
		w.turn(time.Minute, "webhook budi")
	})
}

func TestADowngradeLeavesAPageByName(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.payments("webhook", "ntfy")
		id := w.candidate()
		w.change(id, incident.Declared{Number: 1, Severity: incident.SEV3})
		w.turn(time.Hour)
		_, err := w.inform.PagePerson(t.Context(), w.people["rina"].Actor(), id, w.people["eka"].ID)
		w.must(err)
		w.turn(time.Hour, "webhook eka", "ntfy eka")
	})
}

func TestAMergedIncidentStopsPagingAndItsPeopleHearWhereItGoesOn(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		company(w)
		id := w.candidate()
		w.turn(3*time.Minute, "webhook rina", "webhook budi")
		target := w.candidate()
		w.turn(0, "webhook rina")
		ref := w.incident(target).Ref()
		w.operate(id, incident.MergedInto{Other: incident.Other{ID: target, Ref: ref}}, incident.FollowUp{Incident: id, Code: "merged", Args: map[string]string{"ref": ref}})
		for _, m := range w.turn(3*time.Minute-time.Second, "webhook rina", "webhook budi") {
			saying(t, ref, m.Text)
		}
		w.turn(time.Second, "webhook budi") // the other's paging goes on by itself
		w.answer(target, "budi", inform.Acknowledge)
		w.turn(time.Hour)
	})
}

func TestTheAudiencesOfAMergedIncidentHearOnceWhereItGoesOn(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		company(w)
		w.must(w.store.PutAudience(t.Context(), &directory.Audience{ID: "board", Name: map[string]string{"en": "Board"}, People: w.ids("dewi"), Rooms: []directory.Contact{w.contact("ntfy", "board")}}))
		id := w.declared(incident.SEV3)
		told := []string{"webhook rina", "webhook budi", "webhook eka", "ntfy sari", "webhook tono", "webhook room"}
		w.turn(0, told...)
		w.operate(id, incident.UpdateSent{ID: "u1", Number: 1, Audience: "board", Text: incident.UpdateText{Status: "We look."}}, incident.SendUpdate{Incident: id, Update: "u1"})
		w.turn(0, "webhook dewi", "ntfy board")
		follow := incident.FollowUp{Incident: id, Code: "merged", Args: map[string]string{"ref": "INC-9"}}
		w.operate(id, incident.MergedInto{Other: incident.Other{ID: "another", Ref: "INC-9"}}, follow)
		for _, m := range w.turn(time.Hour, append([]string{"webhook dewi", "ntfy board"}, told...)...) {
			saying(t, "INC-9", m.Text)
		}
	})
}

func TestWhoeverIsOnAMergedIncidentAnswersForTheOneThatItGoesOnIn(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		company(w)
		target := w.candidate()
		w.turn(time.Minute, "webhook rina")
		w.operate(target, incident.TookOver{Other: incident.Other{ID: "another", Ref: "C-1a2b3c"}, People: []incident.Person{w.people["budi"].Ref()}}, incident.Page{Incident: target})
		w.turn(time.Hour)
	})
}

func TestWhatIsSplitOffPagesAsAnyOther(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		company(w)
		id := w.candidate()
		w.turn(time.Minute, "webhook rina")
		w.answer(id, "rina", inform.Acknowledge)
		split := w.candidate()
		w.operate(split, incident.SplitFrom{Other: incident.Other{ID: id}})
		w.turn(3*time.Minute, "webhook rina", "webhook budi")
		w.answer(split, "budi", inform.Acknowledge)
		w.turn(time.Hour)
	})
}

func TestWhoIsPagedForAReopenedIncidentIsNotToldBesideIt(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		company(w)
		id := w.declared(incident.SEV1)
		w.turn(0, "webhook rina", "webhook rina", "webhook budi", "webhook eka", "ntfy sari", "ntfy sari", "webhook tono", "webhook room")
		w.answer(id, "rina", inform.Acknowledge)
		w.answer(id, "sari", inform.Acknowledge)
		w.change(id, incident.StatusSet{To: incident.StatusResolved})
		w.turn(time.Hour)
		w.reopen(id)
		w.turn(0, "webhook rina") // the page comes first
		for _, m := range w.turn(time.Minute, "webhook budi", "webhook eka", "ntfy sari", "webhook tono", "webhook room") {
			if !strings.Contains(m.Text, "Rina") {
				t.Errorf("the follow-up does not say who reopened it: %q", m.Text)
			}
		}
		w.answer(id, "rina", inform.Acknowledge)
		w.turn(time.Hour)
	})
}

func TestAReopenedMinorIncidentTellsAndPagesNobody(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.payments("webhook")
		id := w.declared(incident.SEV3)
		all := []string{"webhook rina", "webhook budi", "webhook eka"}
		w.turn(time.Minute, all...)
		w.change(id, incident.StatusSet{To: incident.StatusResolved})
		w.turn(time.Hour)
		w.reopen(id)
		for _, m := range w.turn(time.Hour, all...) {
			if strings.Contains(m.Text, "asked again") {
				t.Errorf("it says that people are asked, and nobody is: %q", m.Text)
			}
		}
	})
}

func TestOneThatIsReopenedAndClosedAtOnceSaysOnlyTheLast(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.payments("webhook")
		id := w.declared(incident.SEV1)
		w.turn(0, "webhook rina", "webhook rina", "webhook budi", "webhook eka")
		w.answer(id, "rina", inform.Acknowledge)
		w.turn(time.Minute)
		w.change(id, incident.StatusSet{To: incident.StatusResolved})
		w.reopen(id)
		w.turn(time.Second, "webhook rina")
		w.change(id, incident.StatusSet{To: incident.StatusResolved})
		w.turn(time.Hour)
	})
}

func TestWhenAllAlertsEndedByThemselvesThoseWhoWerePagedHearIt(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		company(w)
		id := w.candidate()
		w.turn(3*time.Minute, "webhook rina", "webhook budi")
		w.operate(id, incident.EndedBySelf{}, incident.FollowUp{Incident: id, Code: "ended"})
		for _, m := range w.turn(time.Hour, "webhook rina", "webhook budi") {
			saying(t, "ended by itself", m.Text)
		}
	})
}

func TestASecondIncidentPagesWhileTheFirstIsOpenAndEachHasItsOwnAnswer(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.payments("webhook")
		first := w.candidate()
		w.turn(time.Minute, "webhook rina")
		w.answer(first, "rina", inform.Acknowledge)
		second := w.candidate()
		w.turn(0, "webhook rina")
		w.turn(3*time.Minute, "webhook budi") // what Rina took is not this one
		w.answer(second, "budi", inform.Acknowledge)
		w.operate(first, incident.DismissedAs{Reason: "a test"}, incident.FollowUp{Incident: first, Code: "dismissed"})
		w.turn(time.Hour, "webhook rina")
	})
}

func TestAPersonInTwoTeamsGetsOneNoticeAndAnswersForBoth(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.payments("webhook")
		w.person("Sari", "id", "ntfy")
		w.team("Support", directory.SupportTeam, "rina", "sari")
		id := w.declared(incident.SEV1)
		w.turn(0, "webhook rina", "webhook rina", "webhook rina", // paged for each team, and one notice
			"webhook budi", "webhook eka", "ntfy sari")
		w.answer(id, "rina", inform.Acknowledge)
		w.turn(time.Hour)
		w.operate(id, incident.StatusSet{To: incident.Monitoring}, incident.FollowUp{Incident: id, Code: "mitigated"})
		w.turn(time.Hour, "webhook rina", "webhook budi", "webhook eka", "ntfy sari")
	})
}

func TestADisabledPersonOnCallIsPassedOverAtOnce(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.payments("webhook")
		w.person("Nina", "en", "webhook")
		w.schedule("night", nil, "nina")
		w.teamAsks("night", "")
		_, err := w.store.ChangePerson(t.Context(), w.people["nina"].ID, func(p *directory.Person) error { p.Disabled = true; return nil })
		w.must(err)
		id := w.candidate()
		w.turn(0, "webhook rina")
		w.nobody(id, "")
		w.turn(3*time.Minute, "webhook budi")
	})
}

func TestARoomHearsTheNoticeBesideThePeopleAndAnswersForNobody(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.payments("webhook")
		w.must(w.store.PutTeam(t.Context(), &directory.Team{ID: "payments", Name: "Payments", Does: directory.EngineeringTeam,
			Members: w.ids("rina", "budi"), Rooms: []directory.Contact{w.contact("ntfy", "room")}}))
		id := w.declared(incident.SEV1)
		w.turn(0, "webhook rina", "webhook rina", "webhook budi", "ntfy room")
		w.turn(3*time.Minute, "webhook budi") // that the room was told is not an answer
		if known := w.incident(id).WhoKnows(); len(known) != 2 {
			t.Errorf("%d must know, want the two people", len(known))
		}
	})
}

func TestAPageWhoseOnlyMessageIsPutOffByItsServiceGoesOn(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.person("Rina", "en", "webhook")
		w.person("Budi", "en", "ntfy")
		w.team("Payments", directory.EngineeringTeam, "rina", "budi")
		w.set["webhook"] = busy{}
		id := w.candidate()
		w.turn(0, "ntfy budi")
		w.turn(3 * time.Minute)
		w.nobody(id, "exhausted")
		w.turn(3*time.Minute, "ntfy budi") // the next round asks Rina, who is passed by again
		w.answer(id, "budi", inform.Acknowledge)
		w.turn(time.Hour)
	})
}
