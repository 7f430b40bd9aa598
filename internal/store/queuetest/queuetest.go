// Package queuetest works the jobs of a store by hand, on a clock that a test
// turns, so that a night of escalation takes milliseconds and always goes the
// same way.
//
//	clock := queuetest.NewClock()
//	st, err := store.Open(ctx, dsn, store.Options{Now: clock.Now})
//	st = queuetest.Keep(t, st, err)
//	q := queuetest.New(st, clock)
//	queuetest.On(q, stage.Page)
//	q.Turn(t, 3*time.Minute) // works what falls due, in the order of time
//	queuetest.Asked[stage.Escalate](t, q) // what was asked for so far, worked or not
//
// A job that fails is tried again after 1, 2, 4, … seconds, as in the server.
package queuetest

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// Clock is a clock that stands still until it is turned.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock stands at a Tuesday, 02:00 UTC.
func NewClock() *Clock { return &Clock{now: time.Date(2027, 3, 2, 2, 0, 0, 0, time.UTC)} }

// Now is the time that the clock shows.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Set turns the clock to a time.
func (c *Clock) Set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = t
}

// Turn turns the clock on and works nothing.
func (c *Clock) Turn(d time.Duration) { c.Set(c.Now().Add(d)) }

// Keep closes a store that was just opened when the test ends.
func Keep[S io.Closer](t testing.TB, st S, err error) S {
	t.Helper()
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

// Store is where the jobs wait.
type Store interface {
	Pending(ctx context.Context, after int64) ([]incident.Pending, error)
}

// Queue works a store's jobs.
type Queue struct {
	store Store
	clock *Clock
	work  map[string]func(context.Context, []byte, Attempt) error
	seen  int64
	asked []incident.Pending
	open  []*job
}

type job struct {
	incident.Pending
	attempt int
}

// Attempt says how often a job was tried, from 1 on.
type Attempt int

// New works the jobs of st; kinds without [On] are left alone.
func New(st Store, clock *Clock) *Queue {
	return &Queue{store: st, clock: clock, work: map[string]func(context.Context, []byte, Attempt) error{}}
}

// On registers who works a kind of job.
func On[T incident.JobArgs](q *Queue, work func(context.Context, T) error) {
	OnAttempt(q, func(ctx context.Context, args T, _ Attempt) error { return work(ctx, args) })
}

// OnAttempt registers who works a kind of job and wants to know how often it
// was tried.
func OnAttempt[T incident.JobArgs](q *Queue, work func(context.Context, T, Attempt) error) {
	var kind T
	q.work[kind.Kind()] = func(ctx context.Context, raw []byte, n Attempt) error {
		var args T
		if err := json.Unmarshal(raw, &args); err != nil {
			return fmt.Errorf("read the arguments of %s: %w", args.Kind(), err)
		}
		return work(ctx, args, n)
	}
}

// maxJobs ends a test whose jobs ask for one another without end.
const maxJobs = 5000

// Turn turns the clock on by d and works each job when it falls due.
func (q *Queue) Turn(t testing.TB, d time.Duration) {
	t.Helper()
	until := q.clock.Now().Add(d)
	for range maxJobs {
		q.look(t)
		next := q.next(until)
		if next == nil {
			q.clock.Set(until)
			return
		}
		if next.At.After(q.clock.Now()) {
			q.clock.Set(next.At)
		}
		q.workOne(t, next)
	}
	t.Fatalf("more than %d jobs fell due within %v: they ask for one another without end", maxJobs, d)
}

// Settle works what is due now.
func (q *Queue) Settle(t testing.TB) {
	t.Helper()
	q.Turn(t, 0)
}

func (q *Queue) workOne(t testing.TB, j *job) {
	t.Helper()
	j.attempt++
	if err := q.work[j.Kind](t.Context(), j.Args, Attempt(j.attempt)); err != nil {
		j.At = q.clock.Now().Add(time.Second << min(j.attempt-1, 7))
		return
	}
	q.open = slices.DeleteFunc(q.open, func(o *job) bool { return o == j })
}

// look takes in what was asked for since the last look.
func (q *Queue) look(t testing.TB) {
	t.Helper()
	fresh, err := q.store.Pending(t.Context(), q.seen)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range fresh {
		q.seen = max(q.seen, p.ID)
		q.asked = append(q.asked, p)
		if q.work[p.Kind] != nil {
			q.open = append(q.open, &job{Pending: p})
		}
	}
}

// next is the job that falls due first, and not after until.
func (q *Queue) next(until time.Time) *job {
	due := slices.DeleteFunc(slices.Clone(q.open), func(j *job) bool { return j.At.After(until) })
	if len(due) == 0 {
		return nil
	}
	return slices.MinFunc(due, func(a, b *job) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) })
}

// Asked gives the arguments of all jobs of a kind that were asked for so far.
func Asked[T incident.JobArgs](t testing.TB, q *Queue) []T {
	t.Helper()
	q.look(t)
	var out []T
	for _, p := range q.asked {
		var args T
		if p.Kind != args.Kind() {
			continue
		}
		if err := json.Unmarshal(p.Args, &args); err != nil {
			t.Fatal(err)
		}
		out = append(out, args)
	}
	return out
}

// At gives when each of the jobs of a kind was asked for; zero: at once.
func At[T incident.JobArgs](t testing.TB, q *Queue) []time.Time {
	t.Helper()
	q.look(t)
	var kind T
	var out []time.Time
	for _, p := range q.asked {
		if p.Kind == kind.Kind() {
			out = append(out, p.At)
		}
	}
	return out
}
