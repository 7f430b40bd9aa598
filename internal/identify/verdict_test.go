package identify

import (
	"context"
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/store/queuetest"
)

func TestTheFirstVerdictPagesWhatMayBeMajorInProduction(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name              string
		tier              int
		environment, word string
		wasReal, wasFalse int
		pages             bool
		severity          incident.Severity
	}{
		{"critical, nothing else known", 0, "production", "critical", 0, 0, true, incident.SEV1},
		{"critical, environment not known", 0, "", "critical", 0, 0, true, incident.SEV1},
		{"critical, an environment that nobody listed", 0, "eu-3", "critical", 0, 0, true, incident.SEV1},
		{"an error", 0, "production", "error", 0, 0, true, incident.SEV2},
		{"a word that nobody listed", 0, "production", "oh no", 0, 0, true, incident.SEV2},
		{"no word at all", 0, "production", "", 0, 0, true, incident.SEV2},
		{"a warning", 0, "production", "warning", 0, 0, false, incident.SEV3},
		{"a warning of what all hangs on", 1, "production", "warning", 0, 0, true, incident.SEV2},
		{"critical, of little weight", 4, "production", "critical", 0, 0, true, incident.SEV2},
		{"an error, of little weight", 4, "production", "error", 0, 0, false, incident.SEV3},
		{"critical in staging", 1, "staging", "critical", 0, 0, false, incident.SEV3},
		{"critical in Staging", 1, "Staging", "critical", 0, 0, false, incident.SEV3},
		{"critical, always noise before", 0, "production", "critical", 0, 5, false, incident.SEV1},
		{"critical, once noise before", 0, "production", "critical", 0, 1, true, incident.SEV1},
		{"critical, noise before, but all hangs on it", 1, "production", "critical", 0, 5, true, incident.SEV1},
		{"critical, real before", 0, "production", "critical", 5, 0, true, incident.SEV1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := incident.DefaultPolicy()
			k := Known{Incident: &incident.Incident{Service: "payment", Environment: tt.environment,
				Alerts: []incident.JoinedAlert{{ID: "a", Severity: tt.word, State: incident.AlertFiring}}},
				Alerts: []*incident.Alert{{WasReal: tt.wasReal, WasFalse: tt.wasFalse}}}
			k.Service.Tier = tt.tier
			v := judge(k, p)
			if pages(k.Incident, &v, p) != tt.pages || v.Severity != tt.severity {
				t.Errorf("score %d, %s, pages %v; want %s, pages %v: %+v", v.Score, v.Severity, pages(k.Incident, &v, p), tt.severity, tt.pages, v.Checks)
			}
			sum := 0
			for _, c := range v.Checks {
				sum += c.Weight
			}
			if v.Production && v.Score != min(100, max(0, sum)) {
				t.Errorf("the score %d is not the sum of its reasons, %d", v.Score, sum)
			}
		})
	}
}

func TestAFalseAlarmOfThePastLowersTheNextVerdict(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	a := alert("a", "payment", "critical")
	for range 4 {
		w.accept(a)
		all := w.all()
		_, err := w.service.Dismiss(t.Context(), rina(), all[len(all)-1].ID, "a test")
		w.must(err)
		w.accept(resolved(a))
		w.clock.Turn(time.Hour)
	}
	pages := w.pages()
	w.accept(a)
	all := w.all()
	if last := all[len(all)-1]; len(all) != 5 || last.Status != incident.Triage || w.pages() != pages {
		t.Errorf("after four false alarms: %d records, %s, %d more pages; want a fifth that waits", len(all), last.Status, w.pages()-pages)
	}
}

// found is evidence of an error rate that rose.
func found(source string) incident.Evidence {
	return incident.Evidence{Check: "errors", Source: source, State: incident.EvidenceFound, Code: "errorsUp"}
}

func TestLiveEvidenceDeclaresByPolicy(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.evidence = func(_ context.Context, say func(incident.Evidence)) { say(found("prometheus")) }
		w.accept(alert("a", "payment", "critical"))
		w.turn(0)
		i := w.one()
		if i.Status != incident.Investigating || i.Number != 1 || !i.Verdict.Live || i.Milestones[incident.Verified].IsZero() {
			t.Fatalf("with evidence it is %s, %+v", i.Status, i.Verdict)
		}
		w.turn(time.Hour)
		for kind, n := range map[string]int{
			"notice": len(queuetest.Asked[incident.SendNotice](t, w.queue)), "clocks": len(queuetest.Asked[incident.StartClocks](t, w.queue)),
			"watch": len(queuetest.Asked[incident.WatchRecovery](t, w.queue)), "page": w.pages(),
		} {
			if n != 1 {
				t.Errorf("%s was asked for %d times, want once", kind, n)
			}
		}
		w.verified()
	})
}

func TestLiveEvidenceThatFindsNothingWithdrawsTheVerdictAndDeclaresNothing(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	w.evidence = func(_ context.Context, say func(incident.Evidence)) {
		say(incident.Evidence{Check: "errors", Source: "p", State: incident.EvidenceNothing})
		say(incident.Evidence{Check: "probe", Source: "sigap", State: incident.EvidenceNothing})
	}
	w.accept(alert("a", "payment", "critical"))
	first := w.one().Verdict.Score
	w.turn(time.Minute)
	if i := w.one(); i.Status != incident.Triage || i.Verdict.Score >= first {
		t.Errorf("it is %s with %d points, %d at first", i.Status, i.Verdict.Score, first)
	}
	w.turn(time.Hour) // a person was paged, and the silence of people means real
	if i := w.one(); i.Status != incident.Investigating {
		t.Errorf("nobody answered the page and it is %s", i.Status)
	}
}

func TestEvidenceThatStallsOrPanicsIsNotInTheWay(t *testing.T) {
	t.Parallel()
	tests := map[string]collector{
		"stalls": func(context.Context, func(incident.Evidence)) { select {} },
		"panics": func(context.Context, func(incident.Evidence)) { panic("boom") },
		"says one thing and stalls": func(_ context.Context, say func(incident.Evidence)) {
			say(found("prometheus"))
			select {}
		},
	}
	for name, c := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := onSQLite(t)
			w.evidence = c
			w.accept(alert("a", "payment", "critical"))
			if w.pages() != 1 {
				t.Fatal("the page waits for the evidence")
			}
			ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			defer cancel()
			if err := w.service.Verify(ctx, w.one().ID); err != nil {
				t.Errorf("verify: %v", err)
			}
			i := w.one()
			want := incident.Triage
			if name == "says one thing and stalls" {
				want = incident.Investigating
			}
			if i.Verdict == nil || !i.Verdict.Live || i.Status != want {
				t.Errorf("it is %s by %+v, want %s by what there was", i.Status, i.Verdict, want)
			}
		})
	}
}

func TestTheSilenceOfPeopleMeansReal(t *testing.T) {
	t.Parallel()
	a := alert("a", "payment", "critical")
	tests := []struct {
		name string
		do   func(*world)
		want incident.Status
	}{
		{"nobody answers", func(*world) {}, incident.Investigating},
		{"somebody joined", func(w *world) { w.join(w.one().ID) }, incident.Triage},
		{"its alert is no longer reported", func(w *world) {
			_, err := w.store.Change(w.t.Context(), incident.System(), w.one().ID, func(e *incident.Edit) error {
				j := e.Incident.Alerts[0]
				j.State = incident.AlertSilent
				e.Record(incident.SignalJoined{Alert: j})
				return nil
			})
			w.must(err)
		}, incident.Investigating},
		{"its alert ended just before the limit", func(w *world) { w.turn(5*time.Minute - 10*time.Second); w.accept(resolved(a)) }, incident.Ended},
		{"its alert ended just before the limit and returned", func(w *world) {
			w.turn(5*time.Minute - 10*time.Second)
			w.accept(resolved(a))
			w.turn(20 * time.Second)
			w.accept(a)
		}, incident.Investigating},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := onSQLite(t)
			w.accept(a)
			w.turn(0)
			tt.do(w)
			w.turn(6 * time.Minute)
			if i := w.one(); i.Status != tt.want {
				t.Errorf("it is %s, want %s", i.Status, tt.want)
			}
		})
	}
}

func TestACandidateThatPagesLateIsDeclaredByTheSilenceAfterIt(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	w.accept(alert("a", "payment", "warning"))
	w.turn(10 * time.Minute)
	if i := w.one(); i.Status != incident.Triage {
		t.Fatalf("what pages nobody became %s", i.Status)
	}
	w.accept(alert("b", "payment", "critical"))
	w.turn(5*time.Minute - time.Second)
	if i := w.one(); i.Status != incident.Triage {
		t.Fatalf("it became %s before the limit", i.Status)
	}
	w.turn(time.Second)
	if i := w.one(); i.Status != incident.Investigating {
		t.Errorf("nobody answered the late page and it is %s", i.Status)
	}
}

func TestAPersonDeclaresDismissesAndMerges(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		minor, err := w.service.DeclareNew(t.Context(), rina(), Declaration{Title: "A typo", Severity: incident.SEV4})
		w.must(err)
		if w.pages() != 0 || minor.Number != 1 || len(minor.People) != 1 {
			t.Errorf("a SEV4 by hand made %d pages: %+v", w.pages(), minor)
		}
		if _, err := w.service.DeclareNew(t.Context(), rina(), Declaration{Title: "Nobody can pay", Severity: incident.SEV1}); err != nil || w.pages() != 1 {
			t.Errorf("a SEV1 by hand made %d pages, %v", w.pages(), err)
		}
		a := alert("a", "payment", "critical")
		w.accept(a)
		candidate := w.all()[2]
		if _, err := w.service.Merge(t.Context(), rina(), candidate.ID, candidate.ID); err == nil {
			t.Error("it was merged into itself")
		}
		merged, err := w.service.Merge(t.Context(), rina(), candidate.ID, "INC-2")
		if err != nil || merged.Status != incident.Merged {
			t.Fatalf("merge: %v", err)
		}
		target := w.all()[1]
		if len(target.Alerts) != 1 || target.Alerts[0].Why != incident.ByHand {
			t.Errorf("the target has the alerts %+v", target.Alerts)
		}
		w.accept(resolved(a))
		if target := w.all()[1]; target.Firing() != 0 {
			t.Error("the end of the alert did not reach the record that took it over")
		}
		if _, err := w.service.Dismiss(t.Context(), rina(), target.ID, " "); err == nil {
			t.Error("it was dismissed without a reason")
		}
		if _, err := w.service.Dismiss(t.Context(), rina(), target.ID, "a test"); err != nil {
			t.Error(err)
		}
		if _, err := w.service.Merge(t.Context(), rina(), minor.ID, target.ID); err == nil {
			t.Error("it was merged into what is dismissed: nobody would work on it")
		}
		if i, err := w.store.Incident(t.Context(), minor.ID); err != nil || i.Status != incident.Investigating {
			t.Errorf("a refused merge changed the record: %s, %v", i.Status, err)
		}
		w.verified()
	})
}

func TestASeverityThatIsRaisedPages(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	w.accept(alert("a", "payment", "warning"))
	id := w.one().ID
	if _, err := w.service.SetSeverity(t.Context(), rina(), id, incident.SEV1, "all users"); err != nil || w.pages() != 1 {
		t.Errorf("raised in triage: %d pages, %v", w.pages(), err)
	}
	if _, err := w.service.SetSeverity(t.Context(), rina(), id, incident.SEV1, "again"); err == nil {
		t.Error("the same severity was set again")
	}
	if _, err := w.service.SetSeverity(t.Context(), rina(), id, incident.SEV3, "few users"); err != nil || w.pages() != 1 {
		t.Errorf("lowered: %d pages, %v", w.pages(), err)
	}
}

func TestTheSeverityThatAPersonSetStays(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.accept(alert("a", "payment", "warning"))
		id := w.one().ID
		if _, err := w.service.SetSeverity(t.Context(), rina(), id, incident.SEV4, "one user"); err != nil {
			t.Fatal(err)
		}
		w.evidence = func(_ context.Context, found func(incident.Evidence)) {
			found(incident.Evidence{Check: "errors", Source: "prometheus", State: incident.EvidenceFound, Code: "errorsUp"})
			found(incident.Evidence{Check: "probe", Source: "probe", State: incident.EvidenceFound, Code: "probeFails"})
		}
		w.accept(alert("b", "payment", "critical"))
		w.turn(time.Minute)
		i := w.one()
		if i.Severity != incident.SEV4 || w.pages() != 0 || i.Status != incident.Triage {
			t.Errorf("it is %s and %s with %d pages; a person had said SEV4", i.Severity, i.Status, w.pages())
		}
		if !i.Verdict.Severity.Major() || !i.Verdict.Live {
			t.Errorf("the verdict does not say that it disagrees: %+v", i.Verdict)
		}
		w.verified()
	})
}

func TestTheLiveVerdictIsSaidThoughItCameAfterTheDeclaration(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.accept(alert("a", "payment", "critical"))
		id := w.one().ID
		if _, err := w.service.Declare(t.Context(), rina(), id, incident.SEV3, ""); err != nil {
			t.Fatal(err)
		}
		w.evidence = func(_ context.Context, found func(incident.Evidence)) {
			found(incident.Evidence{Check: "errors", Source: "prometheus", State: incident.EvidenceFound, Code: "errorsUp"})
		}
		w.turn(time.Second)
		i := w.one()
		if !i.Verdict.Live || i.Severity != incident.SEV3 || i.Number != 1 {
			t.Errorf("live: %t, %s, number %d; want the checks' verdict, and what was declared", i.Verdict.Live, i.Severity, i.Number)
		}
		seq := i.Seq
		w.must(w.service.judgeLive(t.Context(), id))
		if i := w.one(); i.Seq != seq {
			t.Error("the verdict of what is declared is said again")
		}
	})
}
