package identify

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// two are candidates of services that have nothing to do with one another.
func (w *world) two() (a, b *incident.Incident) {
	w.t.Helper()
	w.accept(alert("slow", "payment", "critical"))
	w.accept(alert("full", "mail", "critical"))
	all := w.all()
	if len(all) != 2 {
		w.t.Fatalf("there are %d records, want two: %s", len(all), titles(all))
	}
	return all[0], all[1]
}

func (w *world) incident(id string) *incident.Incident {
	w.t.Helper()
	i, err := w.store.Incident(w.t.Context(), id)
	w.must(err)
	return i
}

func (w *world) merge(id, into string) {
	w.t.Helper()
	_, err := w.service.Merge(w.t.Context(), rina(), id, into)
	w.must(err)
}

func (w *world) declare(id string, severity incident.Severity) {
	w.t.Helper()
	_, err := w.service.Declare(w.t.Context(), rina(), id, severity, "")
	w.must(err)
}

// alertOf is the alert of a record with a title.
func alertOf(i *incident.Incident, title string) *incident.JoinedAlert {
	for n := range i.Alerts {
		if i.Alerts[n].Title == title {
			return &i.Alerts[n]
		}
	}
	return nil
}

func TestWhatIsMergedGoesOnInTheOtherAndPagesNobodyTwice(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		a, b := w.two()
		w.join(b.ID)
		w.must(w.service.Accept(t.Context(), key(), nil, []incident.Report{{Words: "no mail", Service: "mail"}}, []int{3}))
		w.apply()
		pages := w.pages()
		w.merge(b.ID, a.Ref())

		from, into := w.incident(b.ID), w.incident(a.ID)
		if from.Status != incident.Merged || from.MergedInto != a.ID {
			t.Errorf("the merged one is %s, into %q", from.Status, from.MergedInto)
		}
		if taken := alertOf(into, "full on mail"); taken == nil || taken.Why != incident.ByHand || taken.With != b.Ref() {
			t.Errorf("the alert that came along is %+v", taken)
		}
		if into.ReportCount != 3 || len(into.People) != 1 || !slices.Contains(into.Affected, "mail") {
			t.Errorf("%d reports, %v, affected %v came along", into.ReportCount, into.People, into.Affected)
		}
		w.accept(resolved(alert("full", "mail", "critical")))
		w.accept(alert("full", "mail", "critical"), alert("queue", "mail", "critical"))
		if all := w.all(); len(all) != 2 || alertOf(w.incident(a.ID), "queue on mail") == nil {
			t.Errorf("what fires afterwards does not join the one that stays: %s", titles(all))
		}
		w.turn(time.Hour)
		if w.pages() != pages {
			t.Errorf("%d more pages", w.pages()-pages)
		}
		w.verified()
	})
}

func TestOneThatNobodyWasPagedForPagesWhenItTakesOverOneThatDid(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	w.accept(alert("slow", "payment", "info"))
	w.accept(alert("full", "mail", "critical"))
	all := w.all()
	w.turn(0)
	pages := w.pages()
	w.merge(all[1].ID, all[0].ID)
	w.turn(0)
	if w.pages() != pages+1 {
		t.Errorf("%d pages, want one for the one that stays", w.pages()-pages)
	}
}

func TestAnIncidentBecomesAsGraveAsTheOneThatIsMergedIntoIt(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	a, b := w.two()
	w.declare(a.ID, incident.SEV3)
	w.declare(b.ID, incident.SEV1)
	w.merge(b.ID, a.ID)
	if i := w.incident(a.ID); i.Severity != incident.SEV1 {
		t.Errorf("it is %s", i.Severity)
	}
	w.verified()
}

func TestWhatCannotBeMergedSaysWhy(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	a, b := w.two()
	w.acceptBy(Key{ID: "k2", Name: "drill", Source: "alertmanager", Drill: true}, alert("exercise", "payment", "critical"))
	drill := w.all()[2]
	w.declare(a.ID, incident.SEV2)
	tests := map[string][2]string{
		"into itself":          {b.ID, b.ID},
		"into nothing":         {b.ID, "INC-99"},
		"a drill":              {drill.ID, a.ID},
		"declared into not so": {a.ID, b.ID},
	}
	for name, tt := range tests {
		if _, err := w.service.Merge(t.Context(), rina(), tt[0], tt[1]); !incident.Is(err, incident.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	w.merge(b.ID, a.ID)
	if _, err := w.service.Merge(t.Context(), rina(), b.ID, a.ID); !incident.Is(err, incident.Conflict) {
		t.Errorf("twice: %v", err)
	}
	w.verified()
}

func TestTwoThatAreMergedIntoOneAnotherAtOnceLeaveOne(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		a, b := w.two()
		failed := make(chan error, 2)
		for _, pair := range [][2]string{{a.ID, b.ID}, {b.ID, a.ID}} {
			go func() {
				_, err := w.service.Merge(context.WithoutCancel(t.Context()), rina(), pair[0], pair[1])
				failed <- err
			}()
		}
		first, second := <-failed, <-failed
		if (first == nil) == (second == nil) {
			t.Errorf("both ended alike: %v, %v", first, second)
		}
		w.verified()
	})
}

func TestAlertsThatAreSplitOffGetACandidateThatPages(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		a, b := w.two()
		w.merge(b.ID, a.ID)
		pages := w.pages()
		split, err := w.service.Split(t.Context(), rina(), a.ID, []string{alertOf(w.incident(a.ID), "full on mail").ID})
		w.must(err)
		stayed := w.incident(a.ID)
		if len(stayed.Alerts) != 1 || len(stayed.Affected) != 0 {
			t.Errorf("%v stayed, affected %v", stayed.Alerts, stayed.Affected)
		}
		if split.Status != incident.Triage || split.Service != "mail" || split.Verdict == nil || len(split.Alerts) != 1 || split.Alerts[0].Why != incident.SplitByHand {
			t.Errorf("split off was %+v", split)
		}
		w.turn(0)
		if w.pages() != pages+1 {
			t.Errorf("%d pages, want one for what was split off", w.pages()-pages)
		}
		w.accept(resolved(alert("full", "mail", "critical")))
		if w.incident(split.ID).Firing() != 0 || w.incident(a.ID).Firing() != 1 {
			t.Error("the end of the alert that was split off is not told where it is now")
		}
		w.turn(time.Minute)
		if i := w.incident(split.ID); i.Status != incident.Ended {
			t.Errorf("its alert ended and it is %s", i.Status)
		}
		w.verified()
	})
}

func TestWhatCannotBeSplitSaysWhy(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	a, b := w.two()
	other := b.Alerts[0].ID
	for name, ids := range map[string][]string{"nothing": nil, "all of it": {a.Alerts[0].ID}, "another's": {other}} {
		if _, err := w.service.Split(t.Context(), rina(), a.ID, ids); !incident.Is(err, incident.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	w.verified()
}
