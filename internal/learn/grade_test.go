package learn_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/store"
	"github.com/sigap-dev/sigap/internal/storetest"
)

// found lets two checks name payment and cart, and one say how it hurts.
func (w *world) found() {
	w.t.Helper()
	_, err := w.store.Change(w.t.Context(), incident.System(), w.id, func(e *incident.Edit) error {
		e.Record(incident.Evidence{Check: "errors", Source: "prometheus", State: incident.EvidenceFound, Code: "errorsUp"})
		e.Record(incident.Evidence{Check: "logs", Source: "loki", State: incident.EvidenceFound, Code: "patterns", Patterns: []incident.LogPattern{{Service: "payment", Template: "pool exhausted"}}})
		e.Record(incident.Evidence{Check: "metrics", Source: "prometheus", State: incident.EvidenceFound, Code: "shifted", Suspects: []incident.Suspect{{Service: "cart", Metric: "load"}}})
		e.Record(incident.CauseConfirmed{Text: "Payment ran out of connections.", Area: incident.AreaConfiguration})
		return nil
	})
	w.must(err)
}

func (w *world) records() []incident.CheckRecord {
	w.t.Helper()
	list, err := w.store.CheckRecords(w.t.Context())
	w.must(err)
	return list
}

func (w *world) grade(check string, mark incident.Mark) error {
	_, err := w.learn.Grade(w.t.Context(), w.rina.Actor(), w.id, check, mark)
	return err
}

func TestThePublishedPostMortemGradesTheChecks(t *testing.T) {
	t.Parallel()
	storetest.Copies(t, store.Schema(), store.Migrate, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		w.found()
		refused(t, "a grade before there is a draft", w.grade("logs", incident.MarkRight), incident.Conflict)
		w.queue.Settle(t)
		refused(t, "a mark that there is not", w.grade("logs", "splendid"), incident.Invalid)
		refused(t, "a check that said nothing", w.grade("probe", incident.MarkRight), incident.NotFound)
		w.must(w.grade("metrics", incident.MarkAside))
		if got := w.records(); len(got) != 0 {
			t.Errorf("before the publication %v counts", got)
		}
		_, err := w.learn.Edit(t.Context(), w.rina.Actor(), w.id, map[string]string{"improve": "Nothing to promise."})
		w.must(err)
		_, err = w.learn.Publish(t.Context(), w.rina.Actor(), w.id)
		w.must(err)
		want := []incident.CheckRecord{{Check: "errors", Aside: 1}, {Check: "logs", Right: 1}, {Check: "metrics", Aside: 1}}
		if diff := cmp.Diff(want, w.records()); diff != "" {
			t.Errorf("the person's grade and the guesses count (-want +got):\n%s", diff)
		}
		w.must(w.grade("logs", incident.MarkWrong))
		want[1] = incident.CheckRecord{Check: "logs", Wrong: 1}
		if diff := cmp.Diff(want, w.records()); diff != "" {
			t.Errorf("a grade that was corrected counts once (-want +got):\n%s", diff)
		}
	})
}
