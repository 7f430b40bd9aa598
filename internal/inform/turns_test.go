package inform

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

func TestMessagesToOneAddressGoOneAtATime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var all turns
		end := all.take(t.Context(), "budi")
		all.take(t.Context(), "sari")() // another's is not waited for
		began, waited := time.Now(), make(chan time.Duration)
		go func() {
			defer all.take(t.Context(), "budi")()
			waited <- time.Since(began)
		}()
		time.Sleep(time.Second) // the bubble's clock
		end()
		if got := <-waited; got != time.Second {
			t.Errorf("the second waited for %s, want until the first had ended", got)
		}
	})
}

// A phone that does not answer holds up nobody for long, and who gives up waits
// no more.
func TestATurnIsNotWaitedForForEver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var all turns
		all.take(t.Context(), "budi") // never ends
		began := time.Now()
		all.take(t.Context(), "budi")()
		if got := time.Since(began); got != turnLimit {
			t.Errorf("the second waited for %s, want %s", got, turnLimit)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		began = time.Now()
		all.take(ctx, "budi")()
		if got := time.Since(began); got != 0 {
			t.Errorf("who gave up waited for %s", got)
		}
	})
}
