package store_test

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/store"
)

// worked makes a declared incident that people wrote to.
func worked(t *testing.T, st *store.Store, service, note string) *incident.Incident {
	t.Helper()
	i, err := st.Create(t.Context(), incident.System(), store.NewID(), func(e *incident.Edit) error {
		e.Record(incident.Opened{ID: e.Incident.ID, Title: "Checkout fails", Service: service, Environment: "production"})
		e.Record(incident.SignalJoined{Alert: incident.JoinedAlert{ID: "a", Title: "High latency", Service: "cart-2", State: incident.AlertFiring}})
		return declare(e)
	})
	if err != nil {
		t.Fatal(err)
	}
	i, err = st.Change(t.Context(), incident.System(), i.ID, func(e *incident.Edit) error {
		e.Record(incident.Note{Text: note})
		e.Record(incident.Unreached{Code: "nobody"})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func TestASearchFindsWhatWasSaidByTheBeginningOfItsWords(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, dsn string) {
		st := open(t, dsn)
		one := worked(t, st, "payment", "The pool of service-7 ran DRY, says “Kafé”.")
		other := worked(t, st, "search", "Only the index is slow.")
		for text, want := range map[string][]string{
			"":                   {one.ID, other.ID},
			"checkout":           {one.ID, other.ID},
			"CHECK fail":         {one.ID, other.ID},
			"pool dry":           {one.ID},
			"service-7":          {one.ID},
			"service-8":          nil,
			"kafé":               {one.ID},
			"inc-1":              {one.ID},
			"INC-2":              {other.ID},
			"c-" + other.ID[30:]: {other.ID},
			"latency cart":       {one.ID, other.ID},
			"index pool":         nil,
			"unicorn":            nil,
			"heckout":            nil,
			"%":                  {one.ID, other.ID},
			`"; DROP -- slow`:    nil,
		} {
			found, err := st.Briefs(t.Context(), incident.Filter{Text: text})
			if err != nil {
				t.Fatalf("%q: %v", text, err)
			}
			got := map[string]bool{}
			for _, b := range found {
				got[b.ID] = true
			}
			if len(got) != len(want) {
				t.Errorf("%q finds %d, want %d", text, len(got), len(want))
			}
			for _, id := range want {
				if !got[id] {
					t.Errorf("%q does not find %s", text, id)
				}
			}
		}
	})
}

func TestOpenRecordsAreFoundByTheirGroupsAndOnlyWhileTheyAreOpen(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, dsn string) {
		st := open(t, dsn)
		payment := worked(t, st, "payment", "x")
		search := worked(t, st, "search", "y")
		find := func(ids, groups []string, newest int) (got string) {
			t.Helper()
			if err := st.InTx(t.Context(), func(tx *store.Tx) error {
				open, err := tx.Open(ids, groups, newest)
				for _, b := range open {
					got += b.Service + " "
				}
				return err
			}); err != nil {
				t.Fatal(err)
			}
			return strings.TrimSpace(got)
		}
		many := make([]string, 2000) // more than one statement's worth
		for n := range many {
			many[n] = fmt.Sprint("service:s", n)
		}
		for _, tt := range []struct {
			ids, groups []string
			newest      int
			want        string
		}{
			{nil, nil, 0, ""},
			{nil, []string{"service:payment"}, 0, "payment"},
			{nil, []string{"service:cart-2"}, 0, "search payment"},
			{[]string{search.ID, "unknown"}, append(many, "service:payment"), 0, "search payment"},
			{nil, nil, 1, "search"},
		} {
			if got := find(tt.ids, tt.groups, tt.newest); got != tt.want {
				t.Errorf("%d ids, %d groups, %d newest: %q, want %q", len(tt.ids), len(tt.groups), tt.newest, got, tt.want)
			}
		}
		if _, err := st.Change(t.Context(), incident.System(), payment.ID, func(e *incident.Edit) error {
			e.Record(incident.DismissedAs{Reason: "a test"})
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if got := find([]string{payment.ID}, []string{"service:payment", "service:cart-2"}, 9); got != "search" {
			t.Errorf("after one was dismissed: %q", got)
		}
	})
}

// exec changes a store behind its back.
func exec(t *testing.T, dsn string, statements ...string) {
	t.Helper()
	driver, address := "pgx", dsn
	if dir, ok := strings.CutPrefix(dsn, "sqlite:"); ok {
		driver, address = "sqlite", "file:"+filepath.Join(dir, "sigap.db")+"?_pragma=busy_timeout(10000)"
	}
	db, err := sql.Open(driver, address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	for _, s := range statements {
		if _, err := db.ExecContext(t.Context(), s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

func TestRecordsOfAnOlderVersionAreFilledIn(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, dsn string) {
		st, err := store.Open(t.Context(), dsn, store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for n := range 25 { // more than one commit's worth
			i := worked(t, st, fmt.Sprintf("service-%d", n), "It was the pool.")
			if n == 24 {
				break
			}
			if _, err := st.Change(t.Context(), incident.System(), i.ID, func(e *incident.Edit) error {
				e.Record(incident.StatusSet{From: e.Incident.Status, To: incident.Closed})
				return nil
			}); err != nil {
				t.Fatal(err)
			}
		}
		want, err := st.Briefs(t.Context(), incident.Filter{})
		if err != nil {
			t.Fatal(err)
		}
		if err := st.Close(); err != nil {
			t.Fatal(err)
		}
		exec(t, dsn, `UPDATE incidents SET filled = 0, brief = 'what an older version searched in', nobody = 0`, `DELETE FROM words`, `DELETE FROM incident_groups`)

		again := open(t, dsn)
		found := func(f incident.Filter) []*incident.Brief {
			t.Helper()
			list, err := again.Briefs(t.Context(), f)
			if err != nil {
				t.Fatal(err)
			}
			return list
		}
		if diff := cmp.Diff(want, found(incident.Filter{}), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("before it is filled in the list is another (-want +got):\n%s", diff)
		}
		if list := found(incident.Filter{Text: "pool"}); len(list) != 1 {
			t.Errorf("at the start the search finds %d, want the one that is open", len(list))
		}
		if err := again.Fill(t.Context()); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, found(incident.Filter{Text: "pool"})); diff != "" {
			t.Errorf("when it is filled in the search finds others (-want +got):\n%s", diff)
		}
		byStatus, nobody, err := again.OpenCounts(t.Context())
		if err != nil || byStatus[incident.Investigating] != 1 || nobody != 1 {
			t.Errorf("%v are open, %d reached nobody, %v; want one and one", byStatus, nobody, err)
		}
	})
}

func TestActionsAreListedOpenOnesFirstAndByWhoOwesThem(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, dsn string) {
		st := open(t, dsn)
		i := worked(t, st, "payment", "x")
		if _, err := st.Change(t.Context(), incident.System(), i.ID, func(e *incident.Edit) error {
			for n, id := range []string{"a", "b", "c", "d"} {
				e.Record(incident.Action{ID: id, What: incident.CodeFix, Title: id, Owner: incident.Person{ID: []string{"rina", "budi"}[n%2]}, Due: e.Now.Add(-time.Duration(n) * time.Hour)})
			}
			e.RecordAt(e.Now.Add(time.Minute), incident.ActionSet{Action: "c", Done: true})
			e.RecordAt(e.Now.Add(2*time.Minute), incident.ActionSet{Action: "b", Done: true})
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		names := func(list []incident.ActionOf, err error) (out string) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
			for _, a := range list {
				out += a.Action.ID
			}
			return out
		}
		for want, got := range map[string]string{
			"dabc": names(st.Actions(t.Context(), false, 10)), "da": names(st.Actions(t.Context(), true, 10)), "dab": names(st.Actions(t.Context(), false, 3)),
			"a": names(st.OwedBy(t.Context(), "rina", 10)), "d": names(st.OwedBy(t.Context(), "budi", 10)), "": names(st.OwedBy(t.Context(), "sari", 10)),
		} {
			if got != want {
				t.Errorf("actions %q, want %q", got, want)
			}
		}
	})
}
