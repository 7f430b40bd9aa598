package inform_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sigap-dev/sigap/internal/directory"
	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/inform"
)

// uses sets what somebody's contact is for, and after how many minutes it is
// tried; -1: as long as the policy says.
func (w *world) uses(name, kind string, use directory.Use, after int) {
	w.t.Helper()
	_, err := w.store.ChangePerson(w.t.Context(), w.people[name].ID, func(p *directory.Person) error {
		for n := range p.Contacts {
			if c := &p.Contacts[n]; c.Kind == kind {
				c.Use, c.After = use, nil
				if after >= 0 {
					c.After = &after
				}
			}
		}
		return nil
	})
	w.must(err)
}

func TestEachContactIsUsedForWhatItsPersonSaid(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.person("Rina", "en", "webhook", "ntfy")
		w.team("Payments", directory.EngineeringTeam, "rina")
		w.uses("rina", "webhook", directory.UseOther, -1)
		w.uses("rina", "ntfy", directory.UseUrgent, -1)
		id := w.candidate()
		w.turn(2*time.Minute, "ntfy rina") // the page, and not over the other after a minute
		w.answer(id, "rina", inform.Acknowledge)
		w.operate(id, incident.Declared{Number: 1, Severity: incident.SEV2}, incident.SendNotice{Incident: id})
		w.turn(0, "ntfy rina")
		w.severity(id, incident.SEV2, incident.SEV3)
		w.turn(0, "webhook rina")
		w.severity(id, incident.SEV3, incident.SEV1)
		w.turn(0, "ntfy rina")
		w.operate(id, incident.StatusSet{To: incident.Monitoring}, incident.FollowUp{Incident: id, Code: "mitigated"})
		w.turn(time.Hour, "webhook rina")
	})
}

func TestAPageTriesTheNextContactAfterTheMinutesThatItsPersonSaid(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.person("Rina", "en", "webhook", "ntfy")
		w.person("Budi", "en", "webhook", "ntfy")
		w.team("Payments", directory.EngineeringTeam, "rina", "budi")
		w.uses("rina", "ntfy", directory.UseAll, 2)
		w.uses("budi", "ntfy", directory.UseAll, 0)
		id := w.candidate()
		w.turn(2*time.Minute-time.Second, "webhook rina")
		w.turn(time.Second, "ntfy rina")
		w.turn(time.Minute, "webhook budi", "ntfy budi") // his two at once
		w.answer(id, "budi", inform.Acknowledge)
		w.turn(time.Hour)
	})
}

func TestAContactThatFailsIsFollowedByTheNextAtOnceHoweverLongItsPersonWouldWait(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.payments("webhook", "ntfy")
		w.uses("rina", "ntfy", directory.UseAll, 60)
		delete(w.set, "webhook")
		w.candidate()
		w.turn(0, "ntfy rina")
	})
}

func TestWhoHasNoContactForUrgentMessagesIsPagedOverWhatThereIs(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.payments("webhook")
		w.uses("rina", "webhook", directory.UseOther, -1)
		w.uses("budi", "webhook", directory.UseUrgent, -1)
		id := w.candidate()
		w.turn(0, "webhook rina")
		w.nobody(id, "")
		w.operate(id, incident.Declared{Number: 1, Severity: incident.SEV3}, incident.SendNotice{Incident: id})
		w.turn(0, "webhook rina", "webhook budi", "webhook eka")
	})
}

func TestTheDryRunTriesTheContactsThatAreForPagesWhenTheirPersonSaid(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	w.payments("webhook", "ntfy")
	w.uses("rina", "ntfy", directory.UseAll, 2)
	w.uses("budi", "webhook", directory.UseOther, -1)
	w.uses("eka", "ntfy", directory.UseAll, 60) // the next round has begun by then
	p, err := w.inform.Preview(t.Context(), "payment", incident.SEV1, w.clock.Now())
	w.must(err)
	var got []string
	for _, a := range p.Asks {
		if a.Purpose == incident.PurposePage {
			got = append(got, time.Duration(a.After*int(time.Second)).String()+" "+a.Channel+" "+a.Person.Name)
		}
	}
	want := []string{"0s webhook Rina", "2m0s ntfy Rina", "3m0s ntfy Budi", "6m0s webhook Eka"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("who would be paged (-want +got):\n%s", diff)
	}
}
