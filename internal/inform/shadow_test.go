package inform_test

import (
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/inform"
	"github.com/sigap-dev/sigap/internal/inform/oncall"
)

// learns has Nina, who is of the team, shadow whoever is on call, or one person,
// in the schedule by which the team pages: Rina's day, then Budi as a member.
func (w *world) learns(of string) {
	w.t.Helper()
	w.payments("webhook")
	w.person("Nina", "en", "ntfy")
	w.schedule("night", nil, "rina")
	w.teamAsks("night", "")
	_, err := w.store.ChangeSchedule(w.t.Context(), "night", func(v *oncall.Schedule) error {
		v.Shadows = []oncall.Shadow{{Person: w.people["nina"].ID, Of: of, Until: w.clock.Now().Add(24 * time.Hour)}}
		return nil
	})
	w.must(err)
}

func TestWhoLearnsIsToldAlongOnceAndWhatTheyDoIsNoAnswer(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.learns("")
		id := w.candidate()
		for _, m := range w.turn(0, "webhook rina", "ntfy nina") {
			if m.To == "nina" {
				saying(t, "Rina, whom you shadow, is paged", m.Text)
			}
		}
		w.answer(id, "nina", inform.Acknowledge)
		_, err := w.store.Change(t.Context(), w.people["nina"].Actor(), id, func(e *incident.Edit) error { e.Record(incident.Joined{}); return nil })
		w.must(err)
		if i := w.incident(id); !i.Milestones[incident.AckedAt].IsZero() || len(i.People) != 1 {
			t.Errorf("after Nina came it is acknowledged at %v, and %d take part", i.Milestones[incident.AckedAt], len(i.People))
		}
		w.turn(3*time.Minute, "webhook budi") // the page goes on
		w.turn(3*time.Minute, "webhook eka")
		w.turn(3 * time.Minute)
		w.nobody(id, "exhausted")
		w.answer(id, "nina", inform.Acknowledge)
		w.nobody(id, "exhausted")
		w.turn(3*time.Minute, "webhook rina") // anew, and Nina was told already
		w.answer(id, "rina", inform.Acknowledge)
		w.nobody(id, "")
		w.turn(time.Hour)
	})
}

func TestADryRunNamesWhoLearns(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	w.learns("")
	w.ladder([]oncall.Rung{{Schedules: []string{"night"}}, {Schedules: []string{"night"}}})
	p, err := w.inform.Preview(t.Context(), "payment", incident.SEV1, w.clock.Now())
	w.must(err)
	var along []inform.Ask
	for _, a := range p.Asks {
		if a.Purpose == incident.PurposeFollow {
			along = append(along, a)
		}
	}
	if len(along) != 1 || along[0].Person.Name != "Nina" || along[0].Channel != "ntfy" || along[0].After != 0 {
		t.Errorf("told along are %+v, want Nina, once and at once", along)
	}
}

func TestWhoLearnsOfOnePersonIsNotToldOfAnother(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	w.learns("somebody else")
	id := w.candidate()
	w.turn(0, "webhook rina")
	w.answer(id, "rina", inform.Acknowledge)
	w.clock.Turn(25 * time.Hour)
	w.candidate()
	w.turn(0, "webhook rina")
}

func TestWhoLearnsAndIsPagedThemselvesAnswersLikeAnybody(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	w.learns("")
	w.ladder([]oncall.Rung{{Schedules: []string{"night"}}, {People: w.ids("nina")}})
	id := w.candidate()
	w.turn(0, "webhook rina", "ntfy nina")
	w.turn(3*time.Minute, "ntfy nina") // her own page
	w.answer(id, "nina", inform.Acknowledge)
	w.turn(time.Hour)
}
