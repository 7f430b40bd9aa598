package identify

import (
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/identify/window"
	"github.com/sigap-dev/sigap/internal/incident"
)

func manager() incident.Actor {
	return incident.Actor{Kind: incident.PersonActor, ID: "sari", Name: "Sari", Right: incident.Manager}
}

// window makes a window of an hour from now on.
func (w *world) window(kind incident.HoldKind, matchers ...string) *window.Window {
	w.t.Helper()
	made, err := w.service.MakeWindow(w.t.Context(), manager(), window.Window{Kind: kind, Matchers: matchers, Until: w.clock.Now().Add(time.Hour), Reason: "new disks"})
	w.must(err)
	return made
}

// release looks for alerts whose window is over, and applies them.
func (w *world) release() {
	w.t.Helper()
	_, err := w.service.Release(w.t.Context())
	w.must(err)
	w.apply()
}

func (w *world) alert(identity string) *incident.Alert {
	w.t.Helper()
	recent, err := w.store.RecentAlerts(w.t.Context(), 100)
	w.must(err)
	for _, a := range recent {
		if a.Signal.Identity == identity {
			return a
		}
	}
	w.t.Fatalf("there is no alert %s", identity)
	return nil
}

func TestAnAlertInAWindowIsRecordedAndPagesNobody(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		made := w.window(incident.Silence, "service=checkout")
		w.accept(alert("down", "checkout", "critical"), alert("slow", "checkout", "warning"))
		w.turn(10 * time.Minute)
		if all := w.all(); len(all) != 0 || w.pages() != 0 {
			t.Fatalf("%d pages, opened was %s", w.pages(), titles(all))
		}
		h := w.alert("down").Held
		if h == nil || h.Window != made.ID || h.Reason != "new disks" || !h.Until.Equal(made.Until) || !h.Grave {
			t.Errorf("the alert is held by %+v", h)
		}
		if w.alert("slow").Held.Grave {
			t.Error("a mild alert is said to be grave")
		}
	})
}

func TestAnAlertThatFiresWhenItsWindowEndsIsNewThen(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.window(incident.Maintenance, "service=checkout")
		over := alert("over", "checkout", "critical")
		w.accept(alert("down", "checkout", "critical"), over)
		w.accept(resolved(over))
		w.turn(time.Hour - time.Second)
		w.release()
		if len(w.all()) != 0 {
			t.Fatal("it was released before its time")
		}
		w.turn(time.Second)
		w.release()
		w.release()
		i := w.one()
		if w.pages() != 1 || len(i.Alerts) != 1 || i.Alerts[0].Why != incident.AfterWindow || i.Alerts[0].With != "new disks" {
			t.Fatalf("%d pages, alerts %+v", w.pages(), i.Alerts)
		}
		if a := w.alert("down"); a.Held != nil || a.Count != 1 || a.Incident != i.ID {
			t.Errorf("the alert is %+v", a)
		}
		if a := w.alert("over"); a.Held == nil || a.State != incident.AlertResolved || a.Incident != "" {
			t.Errorf("the alert that ended meanwhile is %+v", a)
		}
		w.verified()
	})
}

func TestWhatIsHeldSinceTheLastLookIsReleasedInTimeToo(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	made, err := w.service.MakeWindow(t.Context(), manager(), window.Window{Kind: incident.Silence, Matchers: []string{"service=checkout"}, Until: w.clock.Now().Add(90 * time.Second), Reason: "new disks"})
	w.must(err)
	w.turn(65 * time.Second)
	w.release() // the next look would be a minute later
	w.accept(alert("down", "checkout", "critical"))
	w.turn(made.Until.Sub(w.clock.Now()))
	w.release()
	if w.one(); w.pages() != 1 {
		t.Errorf("%d pages", w.pages())
	}
}

func TestAWindowThatAPersonEndsReleasesWhatItHeld(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		made := w.window(incident.Silence, "service=checkout")
		w.accept(alert("down", "checkout", "critical"))
		w.release()
		ended, err := w.service.EndWindow(t.Context(), rina(), made.ID, false)
		w.must(err)
		if ended.EndedBy == nil || ended.EndedBy.Name != "Rina" {
			t.Errorf("it was ended by %v", ended.EndedBy)
		}
		w.release()
		if w.one(); w.pages() != 1 {
			t.Errorf("%d pages", w.pages())
		}
		if _, err := w.service.EndWindow(t.Context(), rina(), made.ID, false); err == nil {
			t.Error("it can be ended twice")
		}
		kept, err := w.store.Windows(t.Context(), time.Time{})
		if w.must(err); len(kept) != 1 {
			t.Errorf("%d windows are on record", len(kept))
		}
	})
}

func TestAHeldAlertThatIsNoLongerReportedIsReleasedToo(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	w.window(incident.Silence, "service=checkout")
	s := alert("down", "checkout", "critical")
	s.ExpiresAt = w.clock.Now().Add(5 * time.Minute)
	w.accept(s)
	w.turn(10 * time.Minute)
	w.service.expire(t.Context())
	w.turn(time.Hour)
	w.release()
	if i := w.one(); w.pages() != 1 || i.Alerts[0].State != incident.AlertSilent {
		t.Errorf("%d pages, alerts %+v", w.pages(), i.Alerts)
	}
}

func TestAnEndThatIsAcceptedBeforeTheReleaseWins(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	w.window(incident.Silence, "service=checkout")
	s := alert("down", "checkout", "critical")
	w.accept(s)
	w.turn(time.Hour)
	w.must(w.service.Accept(t.Context(), key(), []incident.Signal{resolved(s)}, nil, nil))
	w.must(w.service.putBack(t.Context(), map[Key][]incident.Signal{key(): {s}}, w.clock.Now()))
	w.apply()
	w.apply()
	if a := w.alert("down"); a.State != incident.AlertResolved {
		// The copy ahead may have opened a candidate, which then settles by itself.
		t.Errorf("the alert is %s", a.State)
	}
}

func TestAnAlertThatGetsGraverInItsWindowPagesWhenItIsOver(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	w.catalog("checkout", 3)
	w.accept(alert("disk", "checkout", "warning"))
	w.window(incident.Silence, "service=checkout")
	w.accept(alert("disk", "checkout", "critical"))
	if w.pages() != 0 {
		t.Fatal("it paged in its window")
	}
	w.turn(time.Hour)
	w.release()
	if w.pages() == 0 {
		t.Errorf("nobody was paged: %s", titles(w.all()))
	}
}

func TestTheVerdictSaysWhatMaintenanceIsUnderWay(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	w.catalog("checkout", 1, "payment")
	w.catalog("payment", 1)
	w.window(incident.Maintenance, "service=payment")
	w.accept(alert("down", "checkout", "critical"))
	i := w.one()
	for _, c := range i.Verdict.Checks {
		if c.Code == "maintenanceBeside" && c.Args["service"] == "payment" && c.Args["reason"] == "new disks" && c.Weight == 0 {
			if w.pages() != 1 {
				t.Errorf("%d pages: the one that suffers from it is real", w.pages())
			}
			return
		}
	}
	t.Errorf("the checks are %+v", i.Verdict.Checks)
}

func TestAChangeAnnouncedAsMaintenanceHoldsTheAlertsOfItsService(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	works := incident.Change{ID: "m", Kind: incident.Planned, Service: "checkout", Environment: "production", Summary: "new disks", StartedAt: at.Add(-time.Minute), EndedAt: at.Add(time.Hour)}
	down := func(service, environment string) *incident.Signal {
		return &incident.Signal{Service: service, Environment: environment}
	}
	for name, c := range map[string]struct {
		change func(*incident.Change)
		signal *incident.Signal
		holds  bool
	}{
		"its service":                   {func(*incident.Change) {}, down("checkout", "production"), true},
		"the same by another word":      {func(*incident.Change) {}, down("checkout", "prod"), true},
		"no environment is named":       {func(*incident.Change) {}, down("checkout", ""), true},
		"another environment":           {func(*incident.Change) {}, down("checkout", "prod-us"), false},
		"another service":               {func(*incident.Change) {}, down("payment", "production"), false},
		"an upgrade that was planned":   {func(c *incident.Change) { c.Kind, c.Summary = incident.Infrastructure, "Planned upgrade" }, down("checkout", "production"), true},
		"an upgrade that was not":       {func(c *incident.Change) { c.Kind, c.Summary = incident.Infrastructure, "Unplanned upgrade" }, down("checkout", "production"), false},
		"a deploy, whatever it says":    {func(c *incident.Change) { c.Kind, c.Summary = incident.Deploy, "maintenance page" }, down("checkout", "production"), false},
		"no end is known":               {func(c *incident.Change) { c.EndedAt = time.Time{} }, down("checkout", "production"), false},
		"reported when it was over":     {func(c *incident.Change) { c.EndedAt = at.Add(-time.Second) }, down("checkout", "production"), false},
		"no service is named":           {func(c *incident.Change) { c.Service = "" }, down("", "production"), false},
		"a service with odd characters": {func(c *incident.Change) { c.Service = "a.b\"(" }, down("a.b\"(", "production"), true},
	} {
		change := works
		c.change(&change)
		made, ok := announced(&change, at)
		held := ok && window.Compile([]window.Window{made}).Cover(c.signal, at, "") != nil
		if held != c.holds {
			t.Errorf("%s: held is %v (%v)", name, held, made.Matchers)
		}
	}
	if works.EndedAt = at.AddDate(0, 1, 0); true {
		if made, _ := announced(&works, at); made.Until.Sub(made.From) != maxAnnounced {
			t.Errorf("a month's maintenance holds until %s", made.Until)
		}
	}
}

func TestWhenTheAnnouncedWorkIsDoneSoIsItsWindow(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		now := w.clock.Now()
		works := incident.Change{ID: "m", Kind: incident.Planned, Service: "checkout", Summary: "new disks", StartedAt: now, EndedAt: now.Add(time.Hour)}
		w.must(w.service.RecordChange(t.Context(), works))
		w.accept(alert("down", "checkout", "critical"))
		if len(w.all()) != 0 {
			t.Fatal("the announced work holds nothing")
		}
		w.turn(10 * time.Minute)
		works.EndedAt = w.clock.Now()
		w.must(w.service.RecordChange(t.Context(), works))
		w.release()
		if w.one(); w.pages() != 1 {
			t.Errorf("%d pages", w.pages())
		}
	})
}

func TestAnAnnouncedWindowThatAPersonEndedStaysEnded(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	now := w.clock.Now()
	works := incident.Change{ID: "m", Kind: incident.Planned, Service: "checkout", Summary: "new disks", StartedAt: now, EndedAt: now.Add(time.Hour)}
	w.must(w.service.RecordChange(t.Context(), works))
	_, err := w.service.EndWindow(t.Context(), rina(), windowOf("m"), false)
	w.must(err)
	w.must(w.service.RecordChange(t.Context(), works))
	w.accept(alert("down", "checkout", "critical"))
	if w.pages() != 1 {
		t.Errorf("%d pages", w.pages())
	}
}

func TestPreviewSaysThatAWindowWouldHoldIt(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	s := alert("down", "checkout", "critical")
	if _, pages, held, err := w.service.Preview(t.Context(), key(), s); err != nil || !pages || held != nil {
		t.Errorf("pages %v, held %v, %v", pages, held, err)
	}
	w.window(incident.Silence, "service=checkout")
	if _, pages, held, err := w.service.Preview(t.Context(), key(), s); err != nil || pages || held == nil {
		t.Errorf("in a window: pages %v, held %v, %v", pages, held, err)
	}
}

func TestAWindowThatIsChangedHoldsWhatItCoversNow(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		made := w.window(incident.Maintenance, "environment=production")
		w.accept(alert("kept", "checkout", "critical"), alert("freed", "search", "critical"))
		to := *made
		to.Matchers, to.Until, to.Reason = []string{"service=checkout"}, made.Until.Add(time.Hour), "newer disks"
		if _, err := w.service.EditWindow(t.Context(), rina(), made.ID, to); !incident.Is(err, incident.Forbidden) {
			t.Errorf("a responder changes maintenance: %v", err)
		}
		_, err := w.service.EditWindow(t.Context(), manager(), made.ID, to)
		w.must(err)
		w.release()
		if i := w.one(); i.Service != "search" {
			t.Errorf("let through was %s", i.Service)
		}
		if h := w.alert("kept").Held; h == nil || h.Reason != "newer disks" || !h.Until.Equal(to.Until) {
			t.Errorf("the other is held by %+v", h)
		}
		to.Until = w.clock.Now().Add(-time.Minute)
		to.From = to.Until.Add(-time.Hour)
		if _, err := w.service.EditWindow(t.Context(), manager(), made.ID, to); !incident.Is(err, incident.Invalid) {
			t.Errorf("one that would be over: %v", err)
		}
		w.clock.Turn(3 * time.Hour)
		if _, err := w.service.EditWindow(t.Context(), manager(), made.ID, *made); !incident.Is(err, incident.Conflict) {
			t.Errorf("one that is over: %v", err)
		}
	})
}

func TestNobodyMakesASilenceLongerByAnEditThanTheyMayMakeOne(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	made, err := w.service.MakeWindow(t.Context(), rina(), window.Window{Kind: incident.Silence, Matchers: []string{"service=checkout"}, Until: w.clock.Now().Add(time.Hour), Reason: "known"})
	w.must(err)
	to := *made
	to.Until = made.From.Add(25 * time.Hour)
	if _, err := w.service.EditWindow(t.Context(), rina(), made.ID, to); !incident.Is(err, incident.Forbidden) {
		t.Errorf("for 25 hours: %v", err)
	}
	to.Until = made.From.Add(24 * time.Hour)
	changed, err := w.service.EditWindow(t.Context(), rina(), made.ID, to)
	w.must(err)
	if changed.ID != made.ID || changed.By != made.By || changed.EditedBy == nil || !changed.Until.Equal(to.Until) {
		t.Errorf("it became %+v", changed)
	}
}
