package inform_test

import (
	"slices"
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/directory"
	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/inform/oncall"
)

// asksToSwap has somebody ask for the day that is some days
// ahead, and gives the request.
func (w *world) asksToSwap(by string, days int, back *oncall.Stretch, to ...string) *oncall.Swap {
	w.t.Helper()
	from := w.clock.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, days)
	v, err := w.inform.RequestSwap(w.t.Context(), oncall.Swap{Schedule: "night", By: w.people[by].ID, To: w.ids(to...), From: from, Until: from.AddDate(0, 0, 1), Back: back, Reason: "a wedding"})
	w.must(err)
	return v
}

func (w *world) onCallAt(at time.Time) string {
	w.t.Helper()
	on, err := w.inform.OnCall(w.t.Context(), at)
	w.must(err)
	for name, p := range w.people {
		if p.ID == on["night"] {
			return name
		}
	}
	return ""
}

// wards has Rina, Budi and Eka take turns of a day: the test's day is Rina's,
// the next Budi's.
func (w *world) wards() {
	w.payments("webhook")
	w.person("Mute", "en")
	w.schedule("night", nil, "rina", "budi", "eka")
}

func TestACoverIsAskedOfAllOthersAndTheFirstWhoAcceptsHasIt(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.wards()
		v := w.asksToSwap("rina", 3, nil)
		for _, m := range w.turn(0, "webhook budi", "webhook eka") {
			saying(t, "Rina asks you to take over a shift", m.Text)
			saying(t, "a wedding", m.Text)
		}
		_, err := w.inform.AnswerSwap(t.Context(), v.ID, w.people["budi"].ID, false)
		w.must(err)
		_, err = w.inform.AnswerSwap(t.Context(), v.ID, w.people["eka"].ID, true)
		w.must(err)
		for _, m := range w.turn(time.Hour, "webhook rina") {
			saying(t, "Eka takes your shift over", m.Text)
		}
		if got := w.onCallAt(v.From.Add(time.Hour)); got != "eka" {
			t.Errorf("on that day it is %s, want eka", got)
		}
		if _, err = w.inform.AnswerSwap(t.Context(), v.ID, w.people["eka"].ID, true); !incident.Is(err, incident.Conflict) {
			t.Errorf("accepted a second time: %v", err)
		}
		w.turn(time.Hour)
	})
}

func TestASwapChangesBothShiftsAndSaysWhoAgreed(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.wards()
		day := w.clock.Now().UTC().Truncate(24 * time.Hour)
		back := &oncall.Stretch{From: day.AddDate(0, 0, 4), Until: day.AddDate(0, 0, 5)} // Budi's
		v := w.asksToSwap("rina", 3, back, "budi")
		w.turn(0, "webhook budi")
		_, err := w.inform.AnswerSwap(t.Context(), v.ID, w.people["budi"].ID, true)
		w.must(err)
		w.turn(0, "webhook rina")
		if a, b := w.onCallAt(v.From), w.onCallAt(back.From); a != "budi" || b != "rina" {
			t.Errorf("on the two days it is %s and %s, want budi and rina", a, b)
		}
		schedules, err := w.store.Schedules(t.Context())
		w.must(err)
		if n := len(schedules[0].Overrides); n != 2 || slices.ContainsFunc(schedules[0].Overrides, func(o oncall.Override) bool { return o.Agreed != w.people["budi"].ID || o.Swap != v.ID }) {
			t.Errorf("the schedule does not say who agreed: %+v", schedules[0].Overrides)
		}
	})
}

func TestARequestIsNotMadeTwiceForATimeNorOfWhoMayNotBeOnCall(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	w.wards()
	v := w.asksToSwap("rina", 3, nil, "budi")
	again := oncall.Swap{Schedule: "night", By: v.By, To: w.ids("eka"), From: v.From, Until: v.Until}
	if _, err := w.inform.RequestSwap(t.Context(), again); !incident.Is(err, incident.Conflict) {
		t.Errorf("asked for the same time again: %v", err)
	}
	_, err := w.store.ChangePerson(t.Context(), w.people["eka"].ID, func(p *directory.Person) error { p.Disabled = true; return nil })
	w.must(err)
	again.From, again.Until = v.From.AddDate(0, 0, 3), v.Until.AddDate(0, 0, 3)
	if _, err := w.inform.RequestSwap(t.Context(), again); !incident.Is(err, incident.Invalid) {
		t.Errorf("asked of a closed account: %v", err)
	}
	w.turn(0, "webhook budi")
}

func TestARequestThatIsTakenBackAsksNobodyAnyMore(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	w.wards()
	v := w.asksToSwap("rina", 3, nil, "budi", "eka")
	if _, err := w.inform.WithdrawSwap(t.Context(), w.people["budi"].Actor(), v.ID); !incident.Is(err, incident.Forbidden) {
		t.Errorf("another takes it back: %v", err)
	}
	_, err := w.inform.WithdrawSwap(t.Context(), w.people["rina"].Actor(), v.ID)
	w.must(err)
	for _, m := range w.turn(time.Hour, "webhook budi", "webhook eka") { // that it was asked was not sent yet
		saying(t, "no longer asks", m.Text)
	}
}

func TestARequestWaitsForQuietHoursToEndUnlessTheShiftBeginsBefore(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	w.wards()
	for _, name := range []string{"rina", "budi", "eka"} {
		_, err := w.store.ChangePerson(t.Context(), w.people[name].ID, func(p *directory.Person) error {
			p.Timezone, p.Quiet = "UTC", directory.Quiet{From: "00:00", To: "06:00"} // it is two in the night
			return nil
		})
		w.must(err)
	}
	w.asksToSwap("rina", 3, nil, "eka")
	w.turn(3*time.Hour + 59*time.Minute)
	w.turn(5*time.Minute, "webhook eka")
}
