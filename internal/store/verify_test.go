package store_test

import (
	"database/sql"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sigap-dev/sigap/internal/incident"
)

// behind runs a statement on the database past the store.
func behind(t *testing.T, dsn, statement string) {
	t.Helper()
	if _, err := database(t, dsn).ExecContext(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}

// database is that of a store, past it.
func database(t *testing.T, dsn string) *sql.DB {
	t.Helper()
	driver := "pgx"
	if dir, ok := strings.CutPrefix(dsn, "sqlite:"); ok {
		driver, dsn = "sqlite", "file:"+filepath.Join(dir, "sigap.db")+"?_pragma=busy_timeout(10000)"
	}
	db, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func TestVerifyFindsWhatWasChangedBehindItsBack(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, dsn string) {
		st := open(t, dsn)
		incidents := map[string]*incident.Incident{}
		tampered := []struct{ statement, says string }{
			{`UPDATE entries SET data = '{"text":"All was well."}' WHERE incident_id = '%' AND seq = 2`, "entry 2 of % was altered"},
			{`UPDATE entries SET actor = replace(actor, 'Rina', 'Budi') WHERE incident_id = '%' AND seq = 2`, "entry 2 of % was altered"},
			{`DELETE FROM entries WHERE incident_id = '%' AND seq = 3`, "the timeline ends at entry 2, the record was written at entry 3"},
			{`DELETE FROM entries WHERE incident_id = '%' AND seq = 2`, "entry 2 of % is missing: the next one is 3"},
			{`UPDATE incidents SET doc = replace(doc, 'Checkout fails', 'A small matter') WHERE id = '%'`, "the record is not what its timeline replays to"},
		}
		for n := range tampered {
			i := candidate(t, st)
			_, err := st.Change(t.Context(), incident.Actor{Kind: incident.PersonActor, ID: "p1", Name: "Rina"}, i.ID, func(e *incident.Edit) error {
				e.Record(incident.Note{Text: "It was the deploy."})
				e.Record(incident.Note{Text: "Rolled back."})
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			incidents[i.ID] = i
			tampered[n].statement = strings.ReplaceAll(tampered[n].statement, "%", i.ID)
			tampered[n].says = strings.ReplaceAll(tampered[n].says, "%", i.ID) + "|" + i.ID
		}
		faults := map[string]string{}
		verify := func() (int, error) {
			return st.Verify(t.Context(), nil, func(i *incident.Incident, err error) { faults[i.ID] = err.Error() })
		}
		if whole, err := verify(); err != nil || whole != len(tampered) {
			t.Fatalf("untouched: %d whole, %v, %v", whole, err, faults)
		}
		untouched := candidate(t, st)
		for _, c := range tampered {
			behind(t, dsn, c.statement)
		}
		whole, err := verify()
		if err == nil || whole != 1 || faults[untouched.ID] != "" {
			t.Errorf("after tampering: %d whole, %v", whole, err)
		}
		for _, c := range tampered {
			says, id, _ := strings.Cut(c.says, "|")
			if faults[id] != says {
				t.Errorf("%s:\n  verify says %q, want %q", c.statement, faults[id], says)
			}
		}
	})
}
