package store_test

import (
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/storetest"
)

func TestALeaseIsOneProcesssAtATime(t *testing.T) {
	t.Parallel()
	st := open(t, storetest.Postgres(t))
	now := st.Now()
	take := func(held, until time.Time, want bool) {
		t.Helper()
		if got, err := st.Lease(t.Context(), "listen", held, until); err != nil || got != want {
			t.Errorf("the lease is given: %t (%v), want %t", got, err, want)
		}
	}
	first, second := now.Add(time.Minute), now.Add(2*time.Minute)
	take(time.Time{}, first, true)
	take(time.Time{}, second, false) // another
	take(first, second, true)        // the one goes on
	take(first, second, false)       // what it showed is spent
	take(second, now.Add(-time.Second), true)
	take(time.Time{}, first, true) // it was given back
}
