package identify

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/identify/rule"
	"github.com/sigap-dev/sigap/internal/incident"
)

const month = 30 * 24 * time.Hour

func (w *world) replay() Replayed {
	w.t.Helper()
	out, _, err := w.service.Replay(w.t.Context(), month)
	w.must(err)
	return out
}

// livedThrough is some trouble: what pages and is declared since nobody
// answers, what pages and is dismissed, and what is mild.
func livedThrough(w *world) {
	w.t.Helper()
	w.clock.Turn(time.Hour)
	for n, service := range []string{"payment", "search"} {
		a := in(alert("a", service, "critical"), "region", "eu")
		a.Identity = fmt.Sprint("grave ", n)
		w.accept(a)
		w.turn(10 * time.Minute)
		w.accept(resolved(a))
		w.turn(time.Hour)
	}
	for n := range 3 {
		a := in(alert(fmt.Sprint("noise ", n), "cron", "critical"), "region", "us")
		w.accept(a)
		all := w.all()
		_, err := w.service.Dismiss(w.t.Context(), rina(), all[len(all)-1].ID, "It was nothing.")
		w.must(err)
		w.accept(resolved(a))
		w.turn(time.Hour)
	}
	mild := alert("mild", "web", "info")
	w.accept(mild)
	w.turn(time.Minute)
	w.accept(resolved(mild))
	w.turn(time.Hour)
}

func TestAReplayMakesOfThePastWhatWasMadeOfIt(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		livedThrough(w)
		all, declared, pages := w.all(), 0, w.pages()
		for _, i := range all {
			count(&declared, i.Number > 0)
		}
		before := w.all()
		got := w.replay()
		want := Replayed{Signals: 12, Candidates: len(all), Declared: declared, Pages: pages}
		want.FalsePages, want.FalseAlarms = got.FalsePages, got.FalseAlarms // nobody dismisses in a replay
		want.Declared += got.FalseAlarms
		if got != want || declared != 2 || got.FalsePages != 3 {
			t.Errorf("got %+v, want %+v with 2 declared and 3 false pages", got, want)
		}
		if after := w.all(); len(after) != len(before) || w.pages() != pages {
			t.Error("the replay changed something")
		}
		if again := w.replay(); again != got {
			t.Errorf("the second time it gives %+v, the first %+v", again, got)
		}
	})
}

func TestARuleIsTriedOnThePastBeforeItIsSaved(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	livedThrough(w)
	quiet := rule.Rule{Name: "Cron", Does: rule.Route, When: `service == "cron"`, Quiet: true}
	hides := rule.Rule{Name: "Payment", Does: rule.Route, When: `service == "payment"`, AtMost: incident.SEV4}
	together := rule.Rule{Name: "Regions", Does: rule.Join, When: "true", Key: "region", Minutes: 24 * 60}
	broken := rule.Rule{Name: "Broken", Does: rule.Apart, When: "int(severity) > 1"}

	tried := func(draft ...rule.Rule) *Trial {
		t.Helper()
		got, err := w.service.Try(t.Context(), draft, month)
		w.must(err)
		return got
	}
	if got := tried(); got.After != got.Before {
		t.Errorf("no rules change %+v to %+v", got.Before, got.After)
	}
	got := tried(quiet)
	if got.After.FalsePages != 0 || got.After.Pages != got.Before.Pages-3 || got.Rules[0].Matched != 3 || len(got.Missed) != 0 {
		t.Errorf("without the noise: %+v", got)
	}
	if got = tried(hides); got.After.Unpaged != 1 || got.After.Missed != 1 || len(got.Missed) != 1 || got.Missed[0].Ref != "INC-1" {
		t.Errorf("an incident that is hidden: %+v", got)
	}
	if got = tried(together, broken); got.After.Candidates >= got.Before.Candidates || len(got.Groups) == 0 || got.Groups[0].Alerts < 2 || got.Rules[0].Matched != 5 {
		t.Errorf("together: %+v", got)
	}
	if got = tried(broken); got.Rules[0].Error == "" || got.After != got.Before {
		t.Errorf("a rule that cannot be asked: %+v", got)
	}
	if kept, err := w.service.Rules(t.Context()); err != nil || len(kept) != 0 {
		t.Errorf("it kept %v, %v", kept, err)
	}
	if _, err := w.service.Try(t.Context(), []rule.Rule{{Name: "x", Does: rule.Apart, When: "("}}, month); !incident.Is(err, incident.Invalid) {
		t.Errorf("an expression that is none: %v", err)
	}
}

func TestAReplayEndsWhenNobodyWaitsForIt(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	livedThrough(w)
	ctx, cancel := context.WithCancel(t.Context())
	r, err := w.service.rules(ctx)
	w.must(err)
	past, err := w.service.recorded(ctx, w.clock.Now().Add(-month))
	w.must(err)
	cancel()
	if _, err := r.run(ctx, past); err == nil {
		t.Error("it went on")
	}
}

// The verdict of a replay knows nothing of what came out later.
func TestAReplayLearnsWhatCameOutWhenItDid(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	a := alert("a", "cron", "warning")
	for range 6 {
		w.clock.Turn(25 * time.Hour)
		w.accept(a)
		all := w.all()
		_, err := w.service.Declare(t.Context(), rina(), all[len(all)-1].ID, incident.SEV3, "")
		w.must(err)
		_, err = w.service.Dismiss(t.Context(), rina(), all[len(all)-1].ID, "No.")
		w.must(err)
		w.accept(resolved(a))
		w.turn(time.Hour)
	}
	r, err := w.service.rules(t.Context())
	w.must(err)
	past, err := w.service.recorded(t.Context(), w.clock.Now().Add(-month))
	w.must(err)
	p, err := r.run(t.Context(), past)
	w.must(err)
	scores := []int{}
	for _, o := range p.order {
		scores = append(scores, o.record.Verdict.Score)
	}
	if len(scores) != 6 || scores[0] <= scores[5] {
		t.Errorf("the scores were %v, want the first above the last", scores)
	}
}
