package inform_test

import (
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/directory"
	"github.com/sigap-dev/sigap/internal/inform"
)

func TestAReportSaysWhoCarriedHowMuch(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.payments("webhook")
		w.person("Nina", "en")
		w.schedule("night", nil, "rina", "budi", "nina") // Rina's day is the test's
		w.teamAsks("night", "")
		id := w.candidate() // at two in the night
		w.turn(3*time.Minute, "webhook rina", "webhook budi")
		w.answer(id, "budi", inform.Acknowledge)
		w.clock.Turn(8 * time.Hour)
		id = w.candidate()
		w.turn(0, "webhook rina")
		w.answer(id, "rina", inform.Acknowledge)
		day := w.clock.Now().Truncate(24 * time.Hour)
		r, err := w.inform.LoadReport(t.Context(), "night", day, day.AddDate(0, 0, 2))
		w.must(err)
		if len(r.Loads) != 3 || r.Uncovered.Total() != 0 {
			t.Fatalf("the report is %+v", r)
		}
		loads := map[string]inform.Load{}
		for _, l := range r.Loads {
			loads[l.Person] = l
		}
		rina, budi, nina := loads[w.people["rina"].ID], loads[w.people["budi"].ID], loads[w.people["nina"].ID]
		if rina.Hours.Total() != 24*time.Hour || rina.Hours.Night != 8*time.Hour || rina.Pages != 2 || rina.OutOf != 1 || rina.Against != 1.5 {
			t.Errorf("Rina carried %+v", rina)
		}
		if budi.Hours.Total() != 24*time.Hour || budi.Pages != 0 { // he was paged, and not on call then
			t.Errorf("Budi carried %+v", budi)
		}
		if nina.Hours.Total() != 0 || nina.Against != 0 {
			t.Errorf("Nina carried %+v", nina)
		}
	})
}

func TestAReportCountsOnlyPagesThatArrived(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	w.payments("webhook")
	w.schedule("night", nil, "rina", "budi")
	w.must(w.store.PutTeam(t.Context(), &directory.Team{ID: "payments", Name: "Payments", Does: directory.EngineeringTeam, Members: w.ids("budi"), Schedule: "night"}))
	_, err := w.store.ChangePerson(t.Context(), w.people["rina"].ID, func(p *directory.Person) error { p.Contacts = nil; return nil })
	w.must(err)
	w.candidate()
	w.turn(0, "webhook budi")
	day := w.clock.Now().Truncate(24 * time.Hour)
	r, err := w.inform.LoadReport(t.Context(), "night", day, day.AddDate(0, 0, 1))
	w.must(err)
	for _, l := range r.Loads {
		if l.Pages != 0 {
			t.Errorf("%s got %d pages while on call", l.Person, l.Pages)
		}
	}
}
