package inform

import (
	"context"
	"sync"
	"time"
)

// turns lets one message at a time go to an address: what was handed over is on
// record before the next one is. So a crash leaves one message of which nobody
// knows whether it went out, not all that were under way, and the first message
// of an incident has made its thread before the second asks for it.
type turns struct {
	mu   sync.Mutex
	lane map[string]chan struct{} // by contact; its one place is taken while a message is under way
}

// turnLimit is how long a message waits for its turn. A service that does not
// answer must not hold up what others have to say, nor the queue's workers: then
// two at a time are the smaller evil.
const turnLimit = 3 * time.Second

// take waits for the turn of a message to a contact, and gives how it ends.
func (t *turns) take(ctx context.Context, contact string) (end func()) {
	t.mu.Lock()
	if t.lane == nil {
		t.lane = map[string]chan struct{}{}
	}
	place := t.lane[contact]
	if place == nil {
		place = make(chan struct{}, 1)
		t.lane[contact] = place
	}
	t.mu.Unlock()
	late := time.NewTimer(turnLimit)
	defer late.Stop()
	select {
	case place <- struct{}{}:
		return func() { <-place }
	case <-late.C:
	case <-ctx.Done():
	}
	return func() {}
}
