// Package channeltest has fakes of the services that channels send to. Each is
// a real server on the loopback interface that enforces the documented
// contract of its service – required fields, lengths, rate limits, signatures,
// the shape of errors – so that what passes here would pass there. Each rule
// names its document; each has a test in which the fake refuses its breach.
//
// A fake records what it accepted and nothing else, so that a test can assert
// who got what and that nobody else got anything.
package channeltest

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// Received is a message that a fake accepted.
type Received struct {
	Ref     string   // the service's id of it
	To      string   // address in the service's terms
	Only    string   // who alone sees it there; empty for everybody
	Thread  string   // id of the message that it answers; empty if none
	Text    string   // what a person reads, without markup
	Buttons []Button // in order
	Plot    []byte   // picture, if any
	Raw     []byte   // as it came: JSON, form or mail
}

// Button is an action that a person is offered.
type Button struct {
	Text string
	URL  string
	Says string // what a press tells the sender; empty for a link
}

// Inbox holds what a fake accepted, and the faults it was told to show. All
// methods may be called at any time.
type Inbox struct {
	mu       sync.Mutex
	received []Received
	changed  chan struct{} // closed and replaced at every change
	calls    int
	down     bool
	failing  int // how many calls still fail, with
	failWith int
	losing   int           // how many calls are still answered by hanging up after they were obeyed
	hold     chan struct{} // calls wait until it is closed
	now      func() time.Time
}

func newInbox() Inbox {
	open := make(chan struct{})
	close(open)
	return Inbox{changed: make(chan struct{}), hold: open, now: time.Now}
}

// Messages returns what was accepted so far, in order.
func (b *Inbox) Messages() []Received {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.received)
}

// Wait returns the messages as soon as at least n were accepted, or an error
// that lists those there are when ctx ends before.
func (b *Inbox) Wait(ctx context.Context, n int) ([]Received, error) {
	for {
		b.mu.Lock()
		got, changed := slices.Clone(b.received), b.changed
		b.mu.Unlock()
		if len(got) >= n {
			return got, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return got, fmt.Errorf("waiting for %d messages, there are %d:%s: %w", n, len(got), list(got), context.Cause(ctx))
		}
	}
}

func list(got []Received) string {
	var b strings.Builder
	for _, m := range got {
		fmt.Fprintf(&b, "\n  to %s: %.60q", m.To, m.Text)
	}
	return b.String()
}

// Calls returns how many requests came, refused and failed ones included.
func (b *Inbox) Calls() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.calls
}

// Down makes the service hang up on everyone, or ends that.
func (b *Inbox) Down(down bool) { b.set(func() { b.down = down }) }

// FailNext makes the next n calls fail with a status: one of HTTP, or a reply
// code of SMTP.
func (b *Inbox) FailNext(n, status int) { b.set(func() { b.failing, b.failWith = n, status }) }

// LoseNext makes the service obey the next n calls but hang up before it answers.
func (b *Inbox) LoseNext(n int) { b.set(func() { b.losing = n }) }

// Hold makes every call wait until release is called: a slow service, without
// a test that sleeps.
func (b *Inbox) Hold() (release func()) {
	gate := make(chan struct{})
	b.set(func() { b.hold = gate })
	return sync.OnceFunc(func() { close(gate) })
}

// SetClock gives the time that rate limits and signatures are judged by.
func (b *Inbox) SetClock(now func() time.Time) { b.set(func() { b.now = now }) }

func (b *Inbox) set(change func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	change()
}

func (b *Inbox) time() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.now()
}

// accept records a message; fill, if any, completes it with its place (1 for the first).
func (b *Inbox) accept(m Received) {
	b.set(func() {
		b.received = append(b.received, m)
		close(b.changed)
		b.changed = make(chan struct{})
	})
}

// fault is what a call is to suffer.
type fault struct {
	hangUp bool
	status int  // 0: none
	lose   bool // obey, then hang up
}

// enter counts a call, waits while calls are held, and returns its fault.
func (b *Inbox) enter(ctx context.Context) fault {
	b.mu.Lock()
	b.calls++
	gate := b.hold
	b.mu.Unlock()
	select {
	case <-gate:
	case <-ctx.Done():
		return fault{hangUp: true}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.down:
		return fault{hangUp: true}
	case b.failing > 0:
		b.failing--
		return fault{status: b.failWith}
	case b.losing > 0:
		b.losing--
		return fault{lose: true}
	}
	return fault{}
}

// serve starts an HTTP server that suffers the inbox's faults and otherwise
// answers by handle; fail words a failure in the service's own shape.
func (b *Inbox) serve(t testing.TB, handle http.HandlerFunc, fail func(http.ResponseWriter, int)) (url string) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch f := b.enter(r.Context()); {
		case f.hangUp:
			panic(http.ErrAbortHandler)
		case f.status != 0:
			fail(w, f.status)
		case f.lose:
			handle(httptest.NewRecorder(), r)
			panic(http.ErrAbortHandler)
		default:
			handle(w, r)
		}
	}))
	t.Cleanup(server.Close)
	return server.URL
}
