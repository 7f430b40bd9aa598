package inform

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"
)

// turns lets one message at a time go to an address: what was handed over is on
// record before the next one is. So a crash leaves one message of which nobody
// knows whether it went out, not all that were under way, and the first message
// of an incident has made its thread before the second asks for it.
type turns struct {
	mu   sync.Mutex
	lane map[string]*address // by contact
}

type address struct {
	place   chan struct{} // its one place is taken while a message is under way
	waiting int           // for the place
}

const (
	// turnLimit is how long a message waits for its turn. A service that does
	// not answer must not hold up what others have to say, nor the queue's
	// workers: then two at a time are the smaller evil.
	turnLimit = 3 * time.Second
	// crowd is how many wait for one address. Who comes then asks again later,
	// so that a hundred messages to one do not take the workers from another.
	crowd = 3
	// comeBack is about how long later.
	comeBack = 500 * time.Millisecond
)

var errCrowd = errors.New("others go to this address first")

// take waits for the turn of a message to a contact, and gives how it ends. If
// many wait already, the error is a [*Later].
func (t *turns) take(ctx context.Context, contact string) (end func(), err error) {
	t.mu.Lock()
	if t.lane == nil {
		t.lane = map[string]*address{}
	}
	l := t.lane[contact]
	if l == nil {
		l = &address{place: make(chan struct{}, 1)}
		t.lane[contact] = l
	}
	if l.waiting >= crowd {
		t.mu.Unlock()
		return nil, &Later{After: comeBack/2 + rand.N(comeBack), Err: errCrowd}
	}
	l.waiting++
	t.mu.Unlock()
	defer func() {
		t.mu.Lock()
		l.waiting--
		t.mu.Unlock()
	}()
	late := time.NewTimer(turnLimit)
	defer late.Stop()
	select {
	case l.place <- struct{}{}:
		return func() { <-l.place }, nil
	case <-late.C:
	case <-ctx.Done():
	}
	return func() {}, nil
}
