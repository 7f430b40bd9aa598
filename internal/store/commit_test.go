package store_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/storetest"
)

func TestAnOperationThatFailsLeavesThoseBesideItAlone(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, dsn string) {
		st := open(t, dsn)
		i := candidate(t, st)
		boom := errors.New("boom")
		const callers = 48
		var wg sync.WaitGroup
		for n := range callers {
			wg.Go(func() {
				_, err := st.Change(t.Context(), incident.System(), i.ID, func(e *incident.Edit) error {
					e.Record(incident.Note{Text: fmt.Sprint(n)})
					if n%3 == 0 {
						return boom
					}
					return nil
				})
				if want := n%3 == 0; errors.Is(err, boom) != want {
					t.Errorf("operation %d: %v", n, err)
				}
			})
		}
		wg.Wait()
		entries, err := st.AllEntries(t.Context(), i.ID)
		if err != nil {
			t.Fatal(err)
		}
		if want := 1 + callers*2/3; len(entries) != want {
			t.Errorf("%d entries, want %d", len(entries), want)
		}
		if _, err := incident.Replay(entries); err != nil {
			t.Error(err)
		}
	})
}

func TestAnOperationThatPanicsLeavesTheWriterAlive(t *testing.T) {
	t.Parallel()
	st := open(t, storetest.SQLite(t))
	i := candidate(t, st)
	if _, err := st.Change(t.Context(), incident.System(), i.ID, func(*incident.Edit) error { panic("boom") }); err == nil {
		t.Error("a panic gave no error")
	}
	if _, err := st.Change(t.Context(), incident.System(), i.ID, declare); err != nil {
		t.Error(err)
	}
}
