package inform_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sigap-dev/sigap/internal/directory"
	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/inform"
	"github.com/sigap-dev/sigap/internal/inform/oncall"
)

func (w *world) ids(names ...string) []string {
	var out []string
	for _, n := range names {
		out = append(out, w.people[n].ID)
	}
	return out
}

// schedule has people take turns of a day, from the day before the test on.
func (w *world) schedule(id string, hours []oncall.Times, names ...string) {
	w.t.Helper()
	w.must(w.store.PutSchedule(w.t.Context(), &oncall.Schedule{ID: id, Name: id, Timezone: "UTC", Layers: []oncall.Layer{
		{People: w.ids(names...), Start: "2027-03-02T00:00", Turn: 1, Unit: oncall.Day, Hours: hours}}}))
}

// teamAsks gives the team of payments a schedule or a ladder.
func (w *world) teamAsks(schedule, ladder string) {
	w.t.Helper()
	w.must(w.store.PutTeam(w.t.Context(), &directory.Team{ID: "payments", Name: "Payments", Does: directory.EngineeringTeam,
		Members: w.ids("rina", "budi", "eka"), Schedule: schedule, Ladder: ladder}))
}

func (w *world) ladder(rungs []oncall.Rung, beside ...string) {
	w.t.Helper()
	w.must(w.store.PutLadder(w.t.Context(), &oncall.Ladder{ID: "ladder", Name: "ladder", Rungs: rungs, Teams: beside}))
	w.teamAsks("", "ladder")
}

func TestTheFirstPageGoesToWhoIsOnCallAndThenToTheMembers(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.payments("webhook")
		w.person("Nina", "en", "ntfy")
		w.schedule("night", nil, "budi", "nina") // Budi's day is the test's, Nina's the next
		w.teamAsks("night", "")
		id := w.candidate()
		w.turn(0, "webhook budi")
		w.turn(3*time.Minute, "webhook rina")
		w.turn(3*time.Minute, "webhook eka") // Budi was asked already
		w.answer(id, "eka", inform.Acknowledge)
		w.clock.Turn(24 * time.Hour)
		w.candidate()
		w.turn(0, "ntfy nina")
	})
}

func TestAGapInTheScheduleIsSaidAndTheMembersAreAskedAtOnce(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	w.payments("webhook")
	w.schedule("day", []oncall.Times{{From: "09:00", To: "17:00"}}, "budi") // it is two in the night
	w.teamAsks("day", "")
	id := w.candidate()
	w.turn(0, "webhook rina")
	said := false
	entries, err := w.store.AllEntries(t.Context(), id)
	w.must(err)
	for _, e := range entries {
		said = said || e.Kind == "escalated" && strings.Contains(string(e.Data), `"code":"gap"`)
	}
	if !said {
		t.Error("the timeline does not say that nobody was on call")
	}
}

func TestAScheduleOrLadderThatIsGoneLeavesTheMembers(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	w.payments("webhook")
	w.teamAsks("gone", "gone")
	w.candidate()
	w.turn(0, "webhook rina")
}

func TestARungAsksSeveralTogetherAndGoesOnWhenAllPassedItOn(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.payments("webhook")
		w.ladder([]oncall.Rung{{People: w.ids("rina", "budi"), Minutes: 10}, {People: w.ids("eka")}})
		id := w.candidate()
		w.turn(0, "webhook rina", "webhook budi")
		w.answer(id, "rina", inform.Decline)
		w.turn(5 * time.Minute) // Budi may still take it
		w.answer(id, "budi", inform.Decline)
		w.turn(0, "webhook eka")
		w.turn(3*time.Minute - time.Second)
		w.nobody(id, "")
		w.turn(time.Second)
		w.nobody(id, "exhausted")
		w.turn(3*time.Minute, "webhook rina", "webhook budi") // and from the beginning
		w.answer(id, "budi", inform.Acknowledge)
		w.turn(time.Hour)
	})
}

func TestARungWaitsAsLongAsItSays(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	w.payments("webhook")
	w.ladder([]oncall.Rung{{People: w.ids("rina"), Minutes: 7}, {People: w.ids("budi")}})
	w.candidate()
	w.turn(7*time.Minute-time.Second, "webhook rina")
	w.turn(time.Second, "webhook budi")
}

func TestARoundRobinGivesEachIncidentToTheNext(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.payments("webhook")
		w.ladder([]oncall.Rung{{People: w.ids("rina", "budi", "eka"), Robin: true}})
		for _, name := range []string{"rina", "budi", "eka", "rina"} {
			id := w.candidate()
			w.turn(0, "webhook "+name)
			w.answer(id, name, inform.Acknowledge)
		}
	})
}

func TestARungIsLeftOutWhereItsConditionsDoNotHold(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	w.payments("webhook")
	w.ladder([]oncall.Rung{
		{People: w.ids("rina"), Hours: []oncall.Times{{From: "09:00", To: "17:00"}}, Timezone: "UTC"}, // it is two in the night
		{People: w.ids("budi"), Severities: []int{4}},
		{People: w.ids("eka")},
	})
	w.candidate()
	w.turn(0, "webhook eka")
}

func TestTeamsBesideArePagedUntilEachHasAnswered(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	w.payments("webhook")
	w.person("Sari", "id", "ntfy")
	w.team("Database", directory.EngineeringTeam, "sari")
	w.ladder([]oncall.Rung{{People: w.ids("rina")}}, "database")
	id := w.candidate()
	w.turn(0, "webhook rina", "ntfy sari")
	w.answer(id, "rina", inform.Acknowledge)
	w.turn(6*time.Minute, "ntfy sari") // Rina has it, the database's people do not know
	w.answer(id, "sari", inform.Acknowledge)
	w.turn(time.Hour)
}

// ladderOf gives the team of payments a whole ladder.
func (w *world) ladderOf(l oncall.Ladder) {
	w.t.Helper()
	l.ID, l.Name = "ladder", "ladder"
	w.must(w.store.PutLadder(w.t.Context(), &l))
	w.teamAsks("", "ladder")
}

func TestALadderIsClimbedAsOftenAsItSaysAndThenSaysThatNobodyIsAskedAnyMore(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.payments("webhook")
		w.ladderOf(oncall.Ladder{Rungs: []oncall.Rung{{People: w.ids("rina")}, {People: w.ids("budi")}}, Rounds: 2})
		id := w.candidate()
		w.turn(6*time.Minute, "webhook rina", "webhook budi")
		w.nobody(id, "exhausted")
		w.turn(6*time.Minute, "webhook rina", "webhook budi")
		w.nobody(id, "exhausted")
		w.turn(3 * time.Minute)
		w.nobody(id, "stopped")
		w.answer(id, "budi", inform.Decline) // of the last page, too late to pass it on
		w.turn(time.Hour)
		w.nobody(id, "stopped")
		w.answer(id, "rina", inform.Acknowledge)
		w.nobody(id, "")
	})
}

func TestALadderThatWasClimbedOutBeginsAnewWhenTheIncidentGetsWorse(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	w.payments("webhook")
	w.ladderOf(oncall.Ladder{Rungs: []oncall.Rung{{People: w.ids("rina")}}, Rounds: 1})
	id := w.candidate()
	w.turn(time.Hour, "webhook rina")
	w.nobody(id, "stopped")
	w.operate(id, incident.SeveritySet{From: incident.SEV2, To: incident.SEV1}, incident.Page{Incident: id})
	w.turn(time.Hour, "webhook rina")
	w.nobody(id, "stopped")
}

func TestARoundInWhichNobodyCouldBeReachedIsNotTheLast(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	w.payments()
	w.ladderOf(oncall.Ladder{Rungs: []oncall.Rung{{People: w.ids("rina")}}, Rounds: 1})
	id := w.candidate()
	w.turn(time.Minute)
	w.nobody(id, "no-method")
	_, err := w.store.ChangePerson(t.Context(), w.people["rina"].ID, func(p *directory.Person) error {
		p.Contacts = append(p.Contacts, w.contact("webhook", "rina"))
		return nil
	})
	w.must(err)
	w.turn(3*time.Minute, "webhook rina")
}

func TestATurnIsNotUsedUpByAPageThatDoesNotGoOutNorByWhoCannotBeReached(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.payments("webhook")
		w.person("Mute", "en")
		w.ladder([]oncall.Rung{{People: w.ids("rina", "mute", "budi"), Robin: true}})
		id := w.candidate()
		w.turn(0, "webhook rina")
		w.ask(incident.Page{Incident: id}) // she is being paged already
		w.answer(id, "rina", inform.Acknowledge)
		w.ask(incident.Page{Incident: id}) // she has it
		w.turn(0)
		second := w.candidate()
		w.turn(0, "webhook budi") // for Mute, whom nothing reaches
		w.answer(second, "budi", inform.Acknowledge)
	})
}

func TestAPageWaitsForEachTeamAndSaysWhichIsMissing(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.payments("webhook")
		w.person("Sari", "id", "ntfy")
		w.team("Database", directory.EngineeringTeam, "sari", "eka")
		w.ladderOf(oncall.Ladder{Rungs: []oncall.Rung{{People: w.ids("rina")}}, Rounds: 1, Teams: []string{"database"}})
		id := w.candidate()
		missing := func(want string) {
			t.Helper()
			list, err := w.inform.Unanswered(t.Context(), w.incident(id))
			w.must(err)
			if got := fmt.Sprint(list); got != want {
				t.Errorf("still missing: %s, want %s", got, want)
			}
		}
		w.turn(0, "webhook rina", "ntfy sari")
		missing(fmt.Sprintf("[{Payments [{%s Rina}]} {Database [{%s Sari}]}]", w.people["rina"].ID, w.people["sari"].ID))
		w.turn(3*time.Minute, "webhook eka") // of Database, whose ladder is its members
		w.nobody(id, "stopped")
		w.answer(id, "sari", inform.Acknowledge)
		w.nobody(id, "stopped") // Payments has still not answered
		missing(fmt.Sprintf("[{Payments [{%s Rina}]}]", w.people["rina"].ID))
		w.turn(time.Hour)
		w.answer(id, "rina", inform.Acknowledge)
		w.nobody(id, "")
		missing("[]")
	})
}

// required is a candidate that Payments and Support must each answer, Rina and
// Sari before the others.
func (w *world) required(others ...string) string {
	w.t.Helper()
	w.payments("webhook")
	w.person("Sari", "id", "ntfy")
	w.person("Dewi", "id", "ntfy")
	w.team("Support", directory.SupportTeam, append([]string{"sari"}, others...)...)
	w.ladder([]oncall.Rung{{People: w.ids("rina")}, {People: w.ids("budi")}}, "support")
	return w.candidate()
}

// acked says who must still answer for the incident to count as acknowledged;
// nobody: it does.
func (w *world) acked(id string, owing ...string) {
	w.t.Helper()
	i := w.incident(id)
	if diff := cmp.Diff(owing, i.Owing()); diff != "" {
		w.t.Errorf("of whom an answer is missing (-want +got):\n%s", diff)
	}
	at := i.Milestones[incident.AckedAt]
	if at.IsZero() != (len(owing) > 0) {
		w.t.Errorf("it counts as acknowledged at %v, while an answer of %v is missing", at, owing)
	}
}

func TestAnIncidentIsAcknowledgedWhenEachRequiredTeamHasAnswered(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		id := w.required("dewi")
		w.turn(0, "webhook rina", "ntfy sari")
		w.acked(id, "Payments", "Support")
		w.answer(id, "sari", inform.Decline)
		w.turn(0, "ntfy dewi") // within her team, at once
		w.answer(id, "rina", inform.Acknowledge)
		w.acked(id, "Support")
		w.turn(3*time.Minute - time.Second)
		w.turn(time.Second) // nobody is left: Support is asked anew after the limit
		w.nobody(id, "exhausted")
		w.turn(3*time.Minute, "ntfy sari")
		w.answer(id, "sari", inform.Acknowledge)
		w.acked(id)
		w.turn(time.Hour)
	})
}

func TestWhoTakesPartAnswersForEachRequiredTeamOfTheirs(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	id := w.required("eka")
	w.turn(0, "webhook rina", "ntfy sari")
	_, err := w.store.Change(t.Context(), w.people["eka"].Actor(), id, func(e *incident.Edit) error {
		e.Record(incident.Note{Text: "Looking at it."})
		return nil
	})
	w.must(err)
	w.acked(id) // she is of both
	w.turn(time.Hour)
}

func TestAnAnswerBeforeTheTeamsWereAskedIsOneTeams(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	id := w.required()
	w.answer(id, "budi", inform.Acknowledge)
	w.turn(0, "ntfy sari")
	w.acked(id, "Support")
}

func TestARequiredTeamIsNamedOnTheRailUntilItAnswersOrNobodyIsAskedAnyMore(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	id := w.required()
	w.turn(0, "webhook rina", "ntfy sari")
	w.answer(id, "rina", inform.Acknowledge)
	rail := func() incident.StageState { return w.incident(id).Rail(w.clock.Now())[1] }
	if got := rail(); got.Code != "owing" || got.Args["teams"] != "Support" || got.Progress != incident.UnderWay {
		t.Errorf("the rail says %+v", got)
	}
	w.change(id, incident.Declared{Number: 1, Severity: incident.SEV3})
	if got := rail(); got.Code == "owing" {
		t.Errorf("the rail says %+v of what asks nobody", got)
	}
}

func TestTheDryRunSaysWhoWouldGetWhatAndSendsNothing(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.payments("webhook", "ntfy")
		w.person("Mute", "en")
		w.schedule("day", []oncall.Times{{From: "09:00", To: "17:00"}}, "budi")
		w.ladder([]oncall.Rung{{Schedules: []string{"day"}}, {People: w.ids("rina", "mute")}, {People: w.ids("eka"), Minutes: 1}})
		w.person("Sari", "id", "ntfy")
		w.team("Support", directory.SupportTeam, "sari")
		preview := func(at time.Time) string {
			p, err := w.inform.Preview(t.Context(), "payment", incident.SEV1, at)
			w.must(err)
			if want := []string{"Payments"}; !slices.Equal(p.Teams, want) || p.Rounds != 0 {
				t.Errorf("it says that the teams %v must answer in %d rounds", p.Teams, p.Rounds)
			}
			var b strings.Builder
			for _, a := range p.Asks {
				name := ""
				if a.Person != nil {
					name = a.Person.Name
				}
				fmt.Fprintf(&b, "%s %s %d +%d %s %s %s\n", a.Purpose, a.Team, a.Step, a.After, name, a.Channel, a.Code)
			}
			return b.String()
		}
		want := `page Payments 0 +0   gap
page Payments 1 +0 Rina webhook 
page Payments 1 +60 Rina ntfy 
page Payments 1 +0 Mute  no-method
page Payments 2 +180 Eka webhook 
notice Payments 0 +0 Rina webhook 
notice Payments 0 +0 Budi webhook 
notice Payments 0 +0 Eka webhook 
notice Support 0 +0 Sari ntfy 
`
		if diff := cmp.Diff(want, preview(w.clock.Now())); diff != "" {
			t.Errorf("at two in the night (-want +got):\n%s", diff)
		}
		if got := preview(w.clock.Now().Add(8 * time.Hour)); !strings.HasPrefix(got, "page Payments 0 +0 Budi webhook \npage Payments 0 +60 Budi ntfy \npage Payments 1 +180 Rina webhook") {
			t.Errorf("at ten in the morning:\n%s", got)
		}
		w.turn(time.Hour)
	})
}
