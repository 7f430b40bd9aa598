package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/riverqueue/river"

	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/store"
	"github.com/sigap-dev/sigap/internal/storetest"
)

// engines runs a test on both engines, on stores that were migrated before.
func engines(t *testing.T, run func(t *testing.T, dsn string)) {
	t.Helper()
	storetest.Copies(t, store.Schema(), store.Migrate, run)
}

func open(t *testing.T, dsn string) *store.Store {
	t.Helper()
	st, err := store.Open(t.Context(), dsn, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	return st
}

func candidate(t *testing.T, st *store.Store) *incident.Incident {
	t.Helper()
	i, err := st.Create(t.Context(), incident.System(), store.NewID(), func(e *incident.Edit) error {
		e.Record(incident.Opened{ID: e.Incident.ID, Title: "Checkout fails", Service: "payment", Environment: "production"})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func declare(e *incident.Edit) error {
	n, err := e.NextNumber()
	if err != nil {
		return err
	}
	e.Record(incident.Declared{Number: n, Severity: incident.SEV1})
	return nil
}

func TestARecordIsWhatItsTimelineReplaysTo(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, dsn string) {
		st := open(t, dsn)
		i := candidate(t, st)
		steps := []func(*incident.Edit) error{
			declare,
			func(e *incident.Edit) error { e.Record(incident.Note{Text: "Looking."}); return nil },
			func(e *incident.Edit) error {
				e.Record(incident.Option{ID: "o1", Track: incident.Mitigation, Title: "Roll back"})
				e.Record(incident.Decided{Option: "o1", Track: incident.Mitigation, Title: "Roll back", Reason: "Proven."})
				return nil
			},
		}
		for _, step := range steps {
			if _, err := st.Change(t.Context(), incident.Actor{Kind: incident.PersonActor, ID: "p1", Name: "Rina"}, i.ID, step); err != nil {
				t.Fatal(err)
			}
		}
		got, err := st.Incident(t.Context(), "INC-1")
		if err != nil {
			t.Fatal(err)
		}
		entries, err := st.AllEntries(t.Context(), i.ID)
		if err != nil {
			t.Fatal(err)
		}
		want, err := incident.Replay(entries)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("the stored record is not its timeline's (-replayed +stored):\n%s", diff)
		}
		if got.Status != incident.Mitigating {
			t.Errorf("status = %s after a mitigation was decided", got.Status)
		}
	})
}

func TestAnOperationThatFailsLeavesNothing(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, dsn string) {
		st := open(t, dsn)
		i := candidate(t, st)
		boom := errors.New("boom")
		_, err := st.Change(t.Context(), incident.System(), i.ID, func(e *incident.Edit) error {
			if err := declare(e); err != nil {
				return err
			}
			e.Enqueue(incident.Verify{Incident: i.ID})
			return boom
		})
		if !errors.Is(err, boom) {
			t.Fatalf("err = %v", err)
		}
		got, err := st.Incident(t.Context(), i.ID)
		if err != nil || got.Seq != 1 || got.Number != 0 {
			t.Errorf("after a failed operation: seq %d, number %d, %v", got.Seq, got.Number, err)
		}
		again, err := st.Change(t.Context(), incident.System(), i.ID, declare)
		if err != nil || again.Number != 1 {
			t.Errorf("the failed declaration took a number: %d, %v", again.Number, err)
		}
	})
}

func TestManyWritersLoseNoEntry(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, dsn string) {
		st := open(t, dsn)
		i := candidate(t, st)
		const writers, each = 8, 10
		var wg sync.WaitGroup
		for w := range writers {
			wg.Go(func() {
				for n := range each {
					_, err := st.Change(t.Context(), incident.System(), i.ID, func(e *incident.Edit) error {
						e.Record(incident.Note{Text: fmt.Sprintf("%d/%d", w, n)})
						return nil
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		entries, err := st.AllEntries(t.Context(), i.ID)
		if err != nil {
			t.Fatal(err)
		}
		if len(entries) != 1+writers*each {
			t.Errorf("%d entries, want %d", len(entries), 1+writers*each)
		}
		if _, err := incident.Replay(entries); err != nil {
			t.Error(err)
		}
	})
}

func TestAJobOfACommittedOperationIsWorkedSoon(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, dsn string) {
		st := open(t, dsn)
		i := candidate(t, st)
		worked := make(chan incident.Verify, 1)
		workers := river.NewWorkers()
		river.AddWorker(workers, river.WorkFunc(func(_ context.Context, job *river.Job[incident.Verify]) error {
			worked <- job.Args
			return nil
		}))
		client, err := st.Work(t.Context(), &river.Config{Workers: workers, Queues: map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: 4}}, TestOnly: true})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = client.Stop(context.Background()) })
		began := time.Now()
		if _, err := st.Change(t.Context(), incident.System(), i.ID, func(e *incident.Edit) error {
			e.Enqueue(incident.Verify{Incident: i.ID})
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		select {
		case got := <-worked:
			if got.Incident != i.ID {
				t.Errorf("worked %q", got.Incident)
			}
			t.Logf("worked %v after the operation began", time.Since(began))
		case <-time.After(20 * time.Second):
			t.Fatal("the job was not worked")
		}
	})
}

func TestAlertsSinceAMomentComeInPagesTheLastReportedFirst(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, dsn string) {
		st := open(t, dsn)
		now := time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC)
		var alerts []*incident.Alert
		for n, ago := range []int{60, 3, 1, 3, 2} { // hours; two at the same moment, and one too old
			at := now.Add(-time.Duration(ago) * time.Hour)
			alerts = append(alerts, &incident.Alert{ID: fmt.Sprint("a", n), Key: "k", State: incident.AlertFiring, First: at, Last: at, Count: 1, Signal: incident.Signal{Identity: fmt.Sprint(n), Title: "t"}})
		}
		if err := st.InTx(t.Context(), func(tx *store.Tx) error { return tx.PutAlerts(alerts) }); err != nil {
			t.Fatal(err)
		}
		var got []string
		for after := (*incident.Alert)(nil); ; {
			page, err := st.AlertsSince(t.Context(), now.Add(-24*time.Hour), after, 2)
			if err != nil {
				t.Fatal(err)
			}
			for _, a := range page {
				got, after = append(got, a.ID), a
			}
			if len(page) < 2 {
				break
			}
		}
		if want := []string{"a2", "a4", "a3", "a1"}; !slices.Equal(got, want) {
			t.Errorf("they come as %v, want %v", got, want)
		}
	})
}

// Without a leader nothing that falls due is made ready, an escalation neither.
func TestTheLeadOfAProcessThatDiedIsTakenAtOnce(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, dsn string) {
		st := open(t, dsn)
		behind(t, dsn, `INSERT INTO river_leader (elected_at, expires_at, leader_id, name) VALUES ('2026-01-01 00:00:00', '2999-01-01 00:00:00', 'sigap-dead', 'default')`)
		workers := river.NewWorkers()
		river.AddWorker(workers, river.WorkFunc(func(context.Context, *river.Job[incident.Verify]) error { return nil }))
		client, err := st.Work(t.Context(), &river.Config{Workers: workers, Queues: map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: 1}}, TestOnly: true})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = client.Stop(context.Background()) })
		var dead int
		if err := database(t, dsn).QueryRowContext(t.Context(), `SELECT count(*) FROM river_leader WHERE leader_id = 'sigap-dead'`).Scan(&dead); err != nil || dead != 0 {
			t.Errorf("the process that died still leads (%d, %v)", dead, err)
		}
	})
}

func TestRepeatedAlertsAreOneRow(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, dsn string) {
		st := open(t, dsn)
		now := time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC)
		put := func(n int) {
			err := st.InTx(t.Context(), func(tx *store.Tx) error {
				var alerts []*incident.Alert
				for k := range 130 { // more than one statement's worth
					alerts = append(alerts, &incident.Alert{ID: store.NewID(), Key: "k", State: incident.AlertFiring, First: now, Last: now, Count: n,
						Signal: incident.Signal{Identity: fmt.Sprint(k), Title: "t", Labels: map[string]string{"a": "b"}}})
				}
				return tx.PutAlerts(alerts)
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		put(1)
		put(7)
		err := st.InTx(t.Context(), func(tx *store.Tx) error {
			found, err := tx.Alerts("k", []string{"0", "129", "unknown"})
			if err != nil {
				return err
			}
			if len(found) != 2 || found["129"].Count != 7 {
				return fmt.Errorf("found %v", found)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}

func TestACredentialIsFoundOnlyByItsSecretAndWhileItLives(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, dsn string) {
		st := open(t, dsn)
		secret, err := st.Issue(t.Context(), &store.Credential{Kind: store.Invitation, Person: "p1"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := st.Credential(t.Context(), store.Session, secret); err == nil {
			t.Error("an invitation opened a session")
		}
		if c, err := st.Use(t.Context(), store.Invitation, secret); err != nil || c.Person != "p1" {
			t.Errorf("use: %v, %v", c, err)
		}
		if _, err := st.Use(t.Context(), store.Invitation, secret); err == nil {
			t.Error("an invitation served twice")
		}
		old, err := st.Issue(t.Context(), &store.Credential{Kind: store.Session, Person: "p1", Expires: time.Now().Add(-time.Second)})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := st.Credential(t.Context(), store.Session, old); err == nil {
			t.Error("an expired session opened")
		}
	})
}
