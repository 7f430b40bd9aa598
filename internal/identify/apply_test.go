package identify

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/store/queuetest"
)

func TestAlertsOfOneProblemAreOneCandidate(t *testing.T) {
	t.Parallel()
	other := func(s incident.Signal, change func(*incident.Signal)) incident.Signal { change(&s); return s }
	second := alert("b", "payment", "critical")
	tests := []struct {
		name   string
		second incident.Signal
		key    Key
		after  time.Duration
		why    incident.JoinReason // empty: a candidate of its own
	}{
		{"the same service", second, key(), time.Minute, incident.SameService},
		{"at the end of the window", second, key(), 20 * time.Minute, incident.SameService},
		{"after the window", second, key(), 20*time.Minute + time.Second, ""},
		{"a service that it calls", alert("b", "database", "critical"), key(), time.Minute, incident.Neighbour},
		{"a service that calls it", alert("b", "checkout", "critical"), key(), time.Minute, incident.Neighbour},
		{"two calls away", alert("b", "web", "critical"), key(), time.Minute, ""},
		{"a stranger", alert("b", "search", "critical"), key(), time.Minute, ""},
		{"another sender", second, Key{ID: "k2", Name: "grafana", Source: "grafana"}, time.Minute, incident.SameService},
		{"another environment", other(second, func(s *incident.Signal) { s.Environment = "staging" }), key(), time.Minute, ""},
		{"an unknown environment", other(second, func(s *incident.Signal) { s.Environment = "" }), key(), time.Minute, incident.SameService},
		{"of a drill", second, Key{ID: "k3", Name: "lab", Source: "alertmanager", Drill: true}, time.Minute, ""},
		{"no service", other(second, func(s *incident.Signal) { s.Service = "" }), key(), time.Minute, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := onSQLite(t)
			w.catalog("payment", 0, "database")
			w.catalog("checkout", 0, "payment")
			w.catalog("web", 0, "checkout")
			w.accept(alert("a", "payment", "critical"))
			w.clock.Turn(tt.after)
			w.acceptBy(tt.key, tt.second)
			all := w.all()
			if tt.why == "" {
				if len(all) != 2 {
					t.Fatalf("%d candidates, want two of their own", len(all))
				}
				return
			}
			if i := w.one(); len(i.Alerts) != 2 || i.Alerts[1].Why != tt.why {
				t.Errorf("it joined as %+v, want by %q", i.Alerts, tt.why)
			}
		})
	}
}

func TestTheWindowRollsOnWithEachAlert(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	for n := range 4 {
		w.accept(alert(fmt.Sprint(n), "payment", "critical"))
		w.clock.Turn(15 * time.Minute)
	}
	if i := w.one(); len(i.Alerts) != 4 {
		t.Errorf("%d alerts joined over an hour, want 4", len(i.Alerts))
	}
}

func TestAStormMakesFewEntriesAndOnePage(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		const alerts = 10_000
		storm := make([]incident.Signal, alerts)
		for n := range storm {
			storm[n] = alert(fmt.Sprintf("host-%d", n), "payment", "critical")
		}
		w.accept(storm...)
		i := w.one()
		if i.Seq > 10 || w.pages() != 1 {
			t.Errorf("%d alerts made %d entries and %d pages, want at most 10 and one", alerts, i.Seq, w.pages())
		}
		if of, err := w.store.AlertsOf(t.Context(), i.ID, alerts+1); err != nil || len(of) != alerts {
			t.Errorf("the store knows %d alerts of it, %v", len(of), err)
		}
		// Those that the record shows end, the others still fire.
		var few, rest []incident.Signal
		for n, s := range storm {
			if n < 10 {
				few = append(few, resolved(s))
			} else {
				rest = append(rest, resolved(s))
			}
		}
		w.accept(few...)
		w.turn(time.Minute)
		if i := w.one(); i.Status != incident.Triage {
			t.Fatalf("the candidate is %s while %d alerts fire", i.Status, len(rest))
		}
		w.accept(rest...)
		if i := w.one(); i.Firing() != 0 || i.Seq > 30 {
			t.Errorf("after the end %d fire in the record of %d entries", i.Firing(), i.Seq)
		}
		w.turn(time.Minute)
		if i := w.one(); i.Status != incident.Ended {
			t.Errorf("the candidate is %s after all of its alerts ended", i.Status)
		}
		w.verified()
	})
}

func TestARepeatCostsNoCommitAndIsCounted(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	w.accept(alert("a", "payment", "critical"))
	before := w.one().Seq
	for range 1000 {
		w.must(w.service.Accept(t.Context(), key(), []incident.Signal{alert("a", "payment", "critical")}, nil, nil))
	}
	if waiting, _, err := w.store.InboxSize(t.Context()); err != nil || waiting != 0 {
		t.Errorf("a thousand repeats left %d bodies in the inbox, %v", waiting, err)
	}
	w.service.writeRepeats(t.Context())
	i := w.one()
	of, err := w.store.AlertsOf(t.Context(), i.ID, 10)
	w.must(err)
	if len(of) != 1 || of[0].Count != 1001 || i.Seq != before {
		t.Errorf("after 1001 signals the alert counts %d and the record has %d more entries", of[0].Count, i.Seq-before)
	}
	w.service.writeRepeats(t.Context())
	if of, _ := w.store.AlertsOf(t.Context(), i.ID, 10); of[0].Count != 1001 {
		t.Errorf("the repeats were counted twice: %d", of[0].Count)
	}
}

func TestAnAlertThatGetsGraverIsNews(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.accept(alert("a", "payment", "warning"))
		if w.pages() != 0 {
			t.Fatal("a warning paged")
		}
		w.accept(alert("a", "payment", "critical"))
		if i := w.one(); w.pages() != 1 || len(i.Alerts) != 1 || i.Alerts[0].Severity != "critical" || !i.Severity.Major() {
			t.Errorf("the alert became critical: %d pages, %+v", w.pages(), i.Alerts)
		}
		w.accept(alert("a", "payment", "warning"))
		if i := w.one(); i.Alerts[0].Severity != "warning" || w.pages() != 1 {
			t.Errorf("the alert became milder: %d pages, %+v", w.pages(), i.Alerts)
		}
	})
}

func TestWhatWasDismissedAsAWarningPagesWhenItGetsCritical(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	w.accept(alert("a", "payment", "warning"))
	_, err := w.service.Dismiss(t.Context(), rina(), w.one().ID, "known")
	w.must(err)
	w.accept(alert("a", "payment", "warning"))
	if len(w.all()) != 1 || w.pages() != 0 {
		t.Error("a repeat of what was dismissed opened a candidate")
	}
	w.accept(alert("a", "payment", "critical"))
	if len(w.all()) != 2 || w.pages() != 1 {
		t.Errorf("%d candidates and %d pages, want a second one that pages", len(w.all()), w.pages())
	}
}

func TestTheEndOfWhatSigapNeverHeardOfDoesNothing(t *testing.T) {
	t.Parallel()
	for _, state := range []incident.SignalState{incident.Resolved, incident.Acknowledged} {
		t.Run(string(state), func(t *testing.T) {
			t.Parallel()
			w := onSQLite(t)
			s := alert("a", "payment", "critical")
			s.State = state
			w.accept(s)
			if n := len(w.all()); n != 0 {
				t.Errorf("it opened %d candidates", n)
			}
		})
	}
}

func TestAnAlertThatFiresAndEndsInOneBodyIsAppliedInOrder(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		a := alert("a", "payment", "critical")
		w.accept(a, resolved(a), a)
		if i := w.one(); i.Firing() != 1 {
			t.Errorf("%d fire, want the one that fired last", i.Firing())
		}
		w.accept(resolved(a))
		if i := w.one(); i.Firing() != 0 {
			t.Errorf("%d fire, want none", i.Firing())
		}
		w.verified()
	})
}

func TestACandidateEndsByItselfOnlyIfNobodyJoined(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		a, b := alert("a", "payment", "critical"), alert("b", "search", "critical")
		w.accept(a)
		w.accept(b)
		joined := w.all()[1]
		w.join(joined.ID)
		w.accept(resolved(a))
		w.accept(resolved(b))
		w.turn(settleAfter - time.Second)
		if s := w.all()[0].Status; s != incident.Triage {
			t.Fatalf("it is %s before the time to come back has passed", s)
		}
		w.turn(time.Second)
		all := w.all()
		if all[0].Status != incident.Ended || all[1].Status != incident.Triage {
			t.Errorf("alone: %s, want ended; joined: %s, want triage", all[0].Status, all[1].Status)
		}
		if told := queuetest.Asked[incident.FollowUp](t, w.queue); len(told) != 1 || told[0].Code != "ended" || told[0].Incident != all[0].ID {
			t.Errorf("follow-ups %+v, want that it ended", told)
		}
		// It returns: it is back at once, and pages.
		pages := w.pages()
		w.accept(a)
		if all := w.all(); len(all) != 3 || all[2].Status != incident.Triage || w.pages() != pages+1 {
			t.Errorf("it returned: %d records, %d more pages; want a third record that pages", len(all), w.pages()-pages)
		}
	})
}

func TestACandidateWhoseAlertReturnsInTimeGoesOn(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	a := alert("a", "payment", "critical")
	w.accept(a)
	w.accept(resolved(a))
	w.turn(10 * time.Second)
	w.accept(a)
	w.turn(time.Minute)
	if i := w.one(); i.Status != incident.Triage || i.Firing() != 1 || i.Alerts[0].Why != incident.FirstAlert {
		t.Errorf("it is %s with %+v, want that it goes on", i.Status, i.Alerts)
	}
}

func TestWhatFiresAfterTheImpactHasEndedIsNewsAndPages(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	a := alert("a", "payment", "critical")
	w.accept(a)
	w.turn(0)
	id := w.one().ID
	_, err := w.service.Declare(t.Context(), rina(), id, incident.SEV1, "")
	w.must(err)
	w.accept(alert("b", "payment", "critical")) // joins silently: people are on it
	if w.pages() != 1 || len(w.one().Alerts) != 2 {
		t.Fatalf("an alert of what is worked on paged again")
	}
	w.accept(resolved(a), resolved(alert("b", "payment", "critical")))
	if p := w.one().Proposed; p == nil || p.To != incident.Monitoring || w.one().Status != incident.Investigating {
		t.Errorf("all alerts ended: proposed %+v while %s; want a proposal and no step", p, w.one().Status)
	}
	_, err = w.store.Change(t.Context(), rina(), id, func(e *incident.Edit) error { e.Record(incident.StatusSet{To: incident.Monitoring}); return nil })
	w.must(err)
	w.accept(a)
	if len(w.all()) != 2 || w.pages() != 2 {
		t.Errorf("%d records and %d pages after the alert returned, want two each", len(w.all()), w.pages())
	}
}

func TestAnAlertThatIsNoLongerReportedIsNotResolved(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		a := alert("a", "payment", "critical")
		a.ExpiresAt = w.clock.Now().Add(5 * time.Minute)
		w.accept(a)
		w.clock.Turn(4 * time.Minute)
		a.ExpiresAt = w.clock.Now().Add(5 * time.Minute)
		w.accept(a) // a repeat moves it on
		w.service.writeRepeats(t.Context())
		w.clock.Turn(2 * time.Minute)
		w.service.expire(t.Context())
		if s := w.one().Alerts[0].State; s != incident.AlertFiring {
			t.Fatalf("it is %s although it was repeated", s)
		}
		seen := a
		seen.State = incident.Acknowledged
		w.accept(seen) // somebody has it in the sender's tool: it expires as before
		w.service.expire(t.Context())
		if s := w.one().Alerts[0].State; s != incident.AlertFiring {
			t.Fatalf("it is %s after an acknowledgement elsewhere", s)
		}
		w.clock.Turn(4 * time.Minute)
		w.service.expire(t.Context())
		w.turn(time.Minute)
		if i := w.one(); i.Alerts[0].State != incident.AlertSilent || i.Firing() != 1 || i.Status != incident.Investigating {
			t.Errorf("it is %s, %d fire, the candidate is %s; want silent, counted as firing, and real since nobody answered", i.Alerts[0].State, i.Firing(), i.Status)
		}
		a.ExpiresAt = w.clock.Now().Add(5 * time.Minute)
		w.accept(a)
		if i := w.one(); i.Alerts[0].State != incident.AlertFiring || len(i.Alerts) != 1 {
			t.Errorf("it is reported again: %+v", i.Alerts)
		}
	})
}

func TestABodyThatCannotBeAppliedDoesNotHoldUpTheOthers(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.must(w.store.Accept(t.Context(), "{not JSON", ""))
		w.must(w.service.Accept(t.Context(), key(), []incident.Signal{alert("a", "payment", "critical")}, nil, nil))
		w.service.drain(t.Context())
		waiting, aside, err := w.store.InboxSize(t.Context())
		if err != nil || waiting != 0 || aside != 1 {
			t.Errorf("%d wait and %d are set aside, %v; want none and one", waiting, aside, err)
		}
		if i := w.one(); i.Service != "payment" {
			t.Errorf("the body behind it made %+v", i)
		}
	})
}

// failing is a store whose transactions fail a number of times.
type failing struct {
	keeper
	times int
}

func (f *failing) InTx(ctx context.Context, fn func(Tx) error) error {
	if f.times--; f.times >= 0 {
		return errors.New("the store does not answer")
	}
	return f.keeper.InTx(ctx, fn)
}

func TestAStoreThatFailsForAMomentCostsNoSignal(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	w.must(w.service.Accept(t.Context(), key(), []incident.Signal{alert("a", "payment", "critical")}, nil, nil))
	w.service.store = &failing{keeper{w.store}, 3}
	w.service.drain(t.Context())
	if _, aside, err := w.store.InboxSize(t.Context()); err != nil || aside != 0 {
		t.Errorf("%d bodies were set aside, %v", aside, err)
	}
	w.one()
}

func TestApplyingTwiceDoesNothing(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	w.accept(alert("a", "payment", "critical"))
	before := w.one().Seq
	w.apply()
	// The same body once more, as after a crash of the sender: nothing new in it.
	w.must(w.store.Accept(t.Context(), fmt.Sprintf(`{"key":{"id":"k1"},"at":%q,"signals":[{"identity":"a","state":"firing","title":"a on payment","service":"payment","environment":"production","severity":"critical"}]}`,
		w.clock.Now().Format(time.RFC3339)), ""))
	w.apply()
	if i := w.one(); i.Seq != before || w.pages() != 1 {
		t.Errorf("%d more entries and %d pages", i.Seq-before, w.pages())
	}
}

func TestTextThatNoDatabaseLikesIsTakenAllTheSame(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		bad := alert("a", "payment", "critical")
		bad.Title, bad.Description = "down\x00 now \xff", "x\x00"
		w.accept(bad)
		if i := w.one(); w.pages() != 1 {
			t.Errorf("an alert with odd bytes made %d pages: %+v", w.pages(), i)
		}
	})
}

func TestAServiceThatNobodyKnewIsAddedAsSeen(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	w.accept(alert("a", "new service", "critical"))
	s, err := w.store.Service(t.Context(), "new service")
	if err != nil || !s.Seen {
		t.Errorf("service = %+v, %v", s, err)
	}
}

func TestReportsOfUsersJoinWhatTheyAreAbout(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	report := func(service string, n int) {
		w.must(w.service.Accept(t.Context(), key(), nil, []incident.Report{{Words: "I cannot pay", Service: service}}, []int{n}))
		w.apply()
	}
	staging := alert("s", "payment", "critical")
	staging.Environment = "staging"
	w.accept(staging) // users do not report what hurts in staging
	report("payment", 1)
	all := w.all()
	if len(all) != 2 || all[1].ReportCount != 1 || w.pages() != 0 {
		t.Fatalf("one report made %d records and %d pages; want one of its own that pages nobody", len(all), w.pages())
	}
	report("payment", 4)
	if all := w.all(); len(all) != 2 || all[1].ReportCount != 5 || w.pages() != 1 {
		t.Errorf("five users report: %d records, %d reports, %d pages", len(all), all[1].ReportCount, w.pages())
	}
}

func TestAJobThatStopsBeatingIsASignal(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	beat := func() {
		w.must(w.service.Beat(t.Context(), key(), Beat{Name: "backup", At: w.clock.Now(), Every: time.Hour, Grace: 5 * time.Minute}))
		w.apply()
	}
	look := func() { w.service.missBeats(t.Context()); w.apply() }
	beat()
	w.clock.Turn(65 * time.Minute)
	look()
	if n := len(w.all()); n != 0 {
		t.Fatalf("within its grace it made %d candidates", n)
	}
	w.clock.Turn(time.Second)
	look()
	look()
	if i := w.one(); i.Service != "backup" || i.Firing() != 1 || w.pages() != 1 {
		t.Errorf("it missed its beat: %+v, %d pages", i.Alerts, w.pages())
	}
	beat()
	if i := w.one(); i.Firing() != 0 {
		t.Error("it beats again and its alert still fires")
	}
}
