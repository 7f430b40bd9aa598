package inform

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// turn is the turn of a message that is not sent away.
func turn(t *testing.T, all *turns, ctx context.Context, contact string) (end func()) {
	t.Helper()
	end, err := all.take(ctx, contact)
	if err != nil {
		t.Error(err)
		return func() {}
	}
	return end
}

func TestMessagesToOneAddressGoOneAtATime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var all turns
		end := turn(t, &all, t.Context(), "budi")
		turn(t, &all, t.Context(), "sari")() // another's is not waited for
		began, waited := time.Now(), make(chan time.Duration)
		go func() {
			defer turn(t, &all, t.Context(), "budi")()
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
		turn(t, &all, t.Context(), "budi") // never ends
		began := time.Now()
		turn(t, &all, t.Context(), "budi")()
		if got := time.Since(began); got != turnLimit {
			t.Errorf("the second waited for %s, want %s", got, turnLimit)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		began = time.Now()
		turn(t, &all, ctx, "budi")()
		if got := time.Since(began); got != 0 {
			t.Errorf("who gave up waited for %s", got)
		}
	})
}

// A storm for one person must not take the workers from the page of another.
func TestInACrowdAMessageAsksAgainLater(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var all turns
		end := turn(t, &all, t.Context(), "budi")
		var waiting sync.WaitGroup
		for range crowd {
			waiting.Go(func() { turn(t, &all, t.Context(), "budi")() })
		}
		synctest.Wait()
		_, err := all.take(t.Context(), "budi")
		if later, ok := errors.AsType[*Later](err); !ok || later.After <= 0 {
			t.Errorf("the one too many got %v, want to come later", err)
		}
		turn(t, &all, t.Context(), "sari")()
		end()
		waiting.Wait()
		turn(t, &all, t.Context(), "budi")()
	})
}
