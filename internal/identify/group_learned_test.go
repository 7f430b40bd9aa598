package identify

import (
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// again fires two alerts of services that have nothing to do with one another,
// as they came before, and gives their records, the older first; one, if the
// second joined the first.
func (w *world) again() []*incident.Incident {
	w.t.Helper()
	before := len(w.all())
	w.accept(alert("slow", "payment", "critical"))
	w.accept(alert("full", "mail", "critical"))
	return w.all()[before:]
}

// over ends what is open, and its alerts.
func (w *world) over() {
	w.t.Helper()
	w.accept(resolved(alert("slow", "payment", "critical")), resolved(alert("full", "mail", "critical")))
	for _, i := range w.all() {
		if i.Status.Open() {
			_, err := w.service.Dismiss(w.t.Context(), rina(), i.ID, "a test")
			w.must(err)
		}
	}
	w.clock.Turn(24 * time.Hour)
}

func TestAlertsThatPeopleMergedTwiceJoinByThemselvesUntilTheySplitThem(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		for n := range mergedEnough {
			made := w.again()
			if len(made) != 2 {
				t.Fatalf("after %d merges they made %d records", n, len(made))
			}
			w.merge(made[1].ID, made[0].ID)
			w.over()
		}
		made := w.again()
		if len(made) != 1 {
			t.Fatalf("people merged them twice, and they made %d records", len(made))
		}
		joined := alertOf(made[0], "full on mail")
		if joined == nil || joined.Why != incident.Taught || joined.With != "2" {
			t.Fatalf("it joined as %+v", joined)
		}
		_, err := w.service.Split(t.Context(), rina(), made[0].ID, []string{joined.ID})
		w.must(err)
		w.over()
		if made := w.again(); len(made) != 2 {
			t.Errorf("people split them, and they made %d records", len(made))
		}
		w.verified()
	})
}

func TestWhatPeopleMergedJoinsNothingThatIsLongAgoOrElsewhere(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	for range mergedEnough {
		made := w.again()
		w.merge(made[1].ID, made[0].ID)
		w.over()
	}
	w.accept(alert("slow", "payment", "critical"))
	staging := alert("full", "mail", "critical")
	staging.Environment = "staging"
	w.accept(staging)
	first := w.all()[len(w.all())-2]
	w.declare(first.ID, incident.SEV1) // an incident takes alerts of its service as long as it lasts
	w.clock.Turn(incident.DefaultPolicy().GroupWindow + time.Second)
	w.accept(alert("full", "mail", "critical"))
	if i := w.incident(first.ID); len(i.Alerts) != 1 {
		t.Errorf("it has %d alerts", len(i.Alerts))
	}
}

func TestWhatPeopleSplitTwiceDoesNotJoinByItsService(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	for n := range splitEnough {
		w.accept(alert("slow", "payment", "critical"), alert("login", "payment", "critical"))
		made := w.all()[2*n:]
		if len(made) != 1 {
			t.Fatalf("after %d splits they made %d records", n, len(made))
		}
		_, err := w.service.Split(t.Context(), rina(), made[0].ID, []string{alertOf(made[0], "login on payment").ID})
		w.must(err)
		w.accept(resolved(alert("slow", "payment", "critical")), resolved(alert("login", "payment", "critical")))
		w.over()
	}
	before := len(w.all())
	w.accept(alert("slow", "payment", "critical"), alert("login", "payment", "critical"))
	w.accept(alert("errors", "payment", "critical"))
	if made := w.all()[before:]; len(made) != 2 {
		t.Errorf("people split them twice, and they made %d records: %s", len(made), titles(made))
	}
}
