package inform_test

import (
	"context"
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/directory"
	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/inform"
	"github.com/sigap-dev/sigap/internal/inform/channel"
)

func TestAPageGoesToTheNextPersonUntilSomebodyTakesIt(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.payments("webhook")
		id := w.candidate()
		w.turn(0, "webhook rina")
		w.turn(3*time.Minute - time.Second)
		w.turn(time.Second, "webhook budi")
		w.answer(id, "budi", inform.Acknowledge)
		w.turn(time.Hour)
		i := w.incident(id)
		if !i.TeamKnows("Payments") || i.Milestones[incident.AckedAt].IsZero() || len(i.People) != 1 || i.Escalations != 1 {
			t.Errorf("after Budi took it: acknowledged %v, people %v, escalations %d", i.Milestones[incident.AckedAt], i.People, i.Escalations)
		}
	})
}

func TestADeclinedPageGoesOnAtOnceAndOnlyOnce(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	w.payments("webhook")
	id := w.candidate()
	w.turn(0, "webhook rina")
	w.turn(time.Minute)
	w.answer(id, "rina", inform.Decline)
	w.turn(0, "webhook budi")
	w.turn(2 * time.Minute) // Rina's limit passes: it went on already
	w.turn(time.Minute, "webhook eka")
	w.answer(id, "eka", inform.Decline)
	w.turn(0)
	w.nobody(id, "exhausted")
	w.turn(3*time.Minute, "webhook rina") // it starts anew
	w.answer(id, "rina", inform.Decline)
	w.turn(0, "webhook budi") // and goes on to who comes after Rina
	w.answer(id, "budi", inform.Acknowledge)
	w.nobody(id, "")
	w.turn(time.Hour)
}

func TestAPageThatNobodyAnswersNeverStops(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	w.payments("webhook")
	id := w.candidate()
	w.turn(9*time.Minute-time.Second, "webhook rina", "webhook budi", "webhook eka")
	w.nobody(id, "")
	w.turn(time.Second)
	w.nobody(id, "exhausted")
	w.turn(3*time.Minute, "webhook rina")
	w.nobody(id, "exhausted") // being asked again is not an answer
	w.turn(9*time.Minute, "webhook budi", "webhook eka")
	w.turn(3*time.Minute, "webhook rina")
	w.answer(id, "rina", inform.Acknowledge)
	w.nobody(id, "")
	w.turn(time.Hour)
}

func TestThePageStopsWhenItIsNotNeededAnyMore(t *testing.T) {
	t.Parallel()
	tests := map[string]func(w *world, id string){
		"dismissed":      func(w *world, id string) { w.change(id, incident.DismissedAs{Reason: "a test"}) },
		"ended":          func(w *world, id string) { w.change(id, incident.EndedBySelf{}) },
		"merged":         func(w *world, id string) { w.change(id, incident.MergedInto{Other: incident.Other{ID: "x"}}) },
		"mitigated":      func(w *world, id string) { w.change(id, incident.StatusSet{To: incident.Monitoring}) },
		"another has it": func(w *world, id string) { w.answer(id, "eka", inform.Acknowledge) },
		"one of the team came by themselves": func(w *world, id string) {
			_, err := w.store.Change(w.t.Context(), w.people["eka"].Actor(), id, func(e *incident.Edit) error {
				e.Record(incident.Joined{})
				return nil
			})
			w.must(err)
		},
	}
	for name, stop := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := onSQLite(t)
			w.payments("webhook", "ntfy")
			id := w.candidate()
			w.turn(0, "webhook rina")
			stop(w, id)
			w.turn(time.Hour)
		})
	}
}

func TestAPersonIsTriedByTheNextMethodUnlessTheyAnswered(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		answer inform.Answer
		want   []string
	}{
		{"they do nothing", "", []string{"ntfy rina"}},
		{"they looked", inform.Look, []string{"ntfy rina"}},
		{"they took it", inform.Acknowledge, nil},
		{"they passed it on", inform.Decline, []string{"webhook budi", "ntfy budi"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := onSQLite(t)
			w.payments("webhook", "ntfy")
			id := w.candidate()
			w.turn(0, "webhook rina")
			if tt.answer != "" {
				w.answer(id, "rina", tt.answer)
			}
			w.turn(time.Minute, tt.want...)
		})
	}
}

func TestWhileAChannelIsDownTheNextMethodIsTriedAndThenTheNextPerson(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.payments("webhook", "ntfy")
		w.hook.Down(true)
		id := w.candidate()
		w.turn(0)
		w.turn(time.Second, "ntfy rina") // after two tries of the first
		failed := 0
		for _, r := range w.incident(id).Receipts {
			if r.State == incident.FailedToSend && r.Channel == "webhook" && r.Detail != "" {
				failed++
			}
		}
		if failed != 1 {
			t.Errorf("%d failed receipts of the webhook, want one", failed)
		}
		w.hook.Down(false)
		w.turn(2*time.Second, "webhook rina") // it is back, and she has not answered
		w.answer(id, "rina", inform.Acknowledge)
		w.turn(time.Hour)
	})
}

func TestWhenNothingReachesAPersonTheNextIsAskedAtOnce(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	w.person("Rina", "en", "webhook")
	w.person("Budi", "en") // no method
	w.person("Eka", "en", "ntfy")
	w.team("Payments", directory.EngineeringTeam, "rina", "budi", "eka")
	w.hook.Down(true)
	id := w.candidate()
	w.turn(time.Second, "ntfy eka")
	w.nobody(id, "")
	w.answer(id, "eka", inform.Acknowledge)
	w.turn(time.Hour)
}

func TestAServiceThatAsksForPatienceIsPassedBy(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	w.payments("webhook", "ntfy")
	w.set["webhook"] = busy{}
	w.candidate()
	w.turn(0, "ntfy rina")
}

// busy is a service that asks to come back in ten minutes.
type busy struct{}

func (busy) Send(context.Context, string, channel.Message) (channel.Result, error) {
	return channel.Result{}, &channel.Error{Retry: true, After: 10 * time.Minute, Detail: "too many requests"}
}

func TestWhenNobodyCanBeReachedTheRecordSaysSoAndTheyAreTriedAgain(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		cast func(*world)
		code string
	}{
		"no team, no admin":   {func(*world) {}, "nobody"},
		"an empty team":       {func(w *world) { w.team("Payments", directory.EngineeringTeam) }, "nobody"},
		"nobody has a method": {func(w *world) { w.payments() }, "no-method"},
		"everything fails":    {func(w *world) { w.payments("webhook"); w.hook.Down(true) }, "all-failed"},
		"the channel is gone": {func(w *world) { w.payments("webhook"); delete(w.set, "webhook") }, "all-failed"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := onSQLite(t)
			tt.cast(w)
			id := w.candidate()
			w.turn(time.Minute)
			w.nobody(id, tt.code)
			before := w.incident(id).Seq
			w.turn(30 * time.Minute)
			if grown := w.incident(id).Seq - before; grown > 120 {
				t.Errorf("half an hour of trying made %d entries", grown)
			}
			// Somebody who can be reached is found by the next round.
			w.person("Nina", "en", "ntfy")
			w.team("Payments", directory.EngineeringTeam, "nina")
			w.turn(3*time.Minute, "ntfy nina")
			w.answer(id, "nina", inform.Acknowledge)
			w.nobody(id, "")
		})
	}
}

func TestAChannelThatComesBackDeliversOnePageToEach(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	w.payments("webhook")
	w.hook.Down(true)
	w.candidate()
	w.turn(10 * time.Minute)
	w.hook.Down(false)
	w.turn(2*time.Minute, "webhook rina", "webhook budi", "webhook eka")
}

func TestTheFirstAdminIsAskedWhileThereIsNoTeam(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	w.person("Ana", "en", "ntfy")
	_, err := w.store.ChangePerson(t.Context(), w.people["ana"].ID, func(p *directory.Person) error { p.Right = incident.Admin; return nil })
	w.must(err)
	w.person("Rina", "en", "ntfy")
	w.team("Payments", directory.EngineeringTeam) // the owner, still empty
	w.must(w.store.PutService(t.Context(), &directory.Service{Name: "payment", Team: "payments"}))
	id := w.candidate()
	w.turn(0, "ntfy ana")
	w.turn(3 * time.Minute)
	w.nobody(id, "exhausted")
	w.turn(3*time.Minute, "ntfy ana")
}

func TestAPageThatIsAskedForTwiceGoesOutOnce(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	w.payments("webhook")
	id := w.candidate()
	w.ask(incident.Page{Incident: id})
	w.turn(0, "webhook rina")
	w.ask(incident.Page{Incident: id})
	w.turn(3*time.Minute - time.Second)
	w.turn(time.Second, "webhook budi")
}

func TestAReopenedIncidentPagesAgain(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	w.payments("webhook")
	id := w.candidate()
	w.turn(0, "webhook rina")
	w.answer(id, "rina", inform.Acknowledge)
	w.change(id, incident.Declared{Number: 1, Severity: incident.SEV1}, incident.StatusSet{To: incident.StatusResolved})
	w.turn(time.Hour)
	w.change(id, incident.StatusSet{From: incident.StatusResolved, To: incident.Investigating, Reason: "back"})
	w.ask(incident.Page{Incident: id})
	w.turn(0, "webhook rina")
	w.turn(3*time.Minute, "webhook budi")
	w.answer(id, "rina", inform.Acknowledge)
	w.turn(time.Hour)
}

func TestAPageByNameIsOnePersonsAndLeavesTheTeamsPagingAlone(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	w.payments("webhook")
	id := w.candidate()
	w.turn(0, "webhook rina")
	if _, err := w.inform.PagePerson(t.Context(), w.people["rina"].Actor(), id, w.people["eka"].ID); err != nil {
		t.Fatal(err)
	}
	w.turn(0, "webhook eka")
	w.answer(id, "eka", inform.Decline)
	w.turn(3*time.Minute - time.Second)
	w.turn(time.Second, "webhook budi")
	w.person("Mute", "en")
	if _, err := w.inform.PagePerson(t.Context(), w.people["rina"].Actor(), id, w.people["mute"].ID); err == nil {
		t.Error("somebody without a contact method was paged")
	}
}

func TestADeliveryThatRunsTwiceSendsOnce(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	w.payments("webhook")
	w.candidate()
	w.turn(0, "webhook rina")
	for _, job := range queuedDeliveries(w) {
		w.ask(job)
	}
	w.turn(time.Minute)
}

func TestWhoLeftTheCompanyIsNotAsked(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	w.payments("webhook")
	_, err := w.store.ChangePerson(t.Context(), w.people["rina"].ID, func(p *directory.Person) error { p.Disabled = true; return nil })
	w.must(err)
	w.candidate()
	w.turn(0, "webhook budi")
}
