package incident

import (
	"encoding/json"
	"fmt"
	"time"
)

// Job is work that follows from an operation. The store enqueues it in the
// operation's own transaction; the kind names the worker.
type Job struct {
	Args JobArgs
	At   time.Time // not before; zero: at once
}

// JobArgs is what a job carries; it is stored as JSON under its kind.
type JobArgs interface{ Kind() string }

// Pending is a job that waits in the queue for its time, or for a worker.
type Pending struct {
	ID    int64
	Kind  string
	Queue string
	Args  []byte    // JSON
	At    time.Time // not before; zero: at once
}

// Edit is one operation on one incident: it records facts and enqueues the
// jobs that follow. The store commits all of it or nothing.
type Edit struct {
	Incident *Incident
	Actor    Actor
	Now      time.Time
	// NextNumber gives the number of a declaration; it is taken for good only
	// if the edit is committed.
	NextNumber func() (int, error)

	entries []Entry
	jobs    []Job
}

// NewEdit begins an operation on i, which the edit changes in place.
func NewEdit(i *Incident, actor Actor, now time.Time) *Edit {
	return &Edit{Incident: i, Actor: actor, Now: now.UTC().Truncate(time.Microsecond)}
}

// Record states a fact of now.
func (e *Edit) Record(f Fact) *Entry { return e.RecordAt(e.Now, f) }

// RecordAt states a fact of another time than now.
func (e *Edit) RecordAt(at time.Time, f Fact) *Entry {
	data, err := json.Marshal(f)
	if err != nil {
		panic(fmt.Sprintf("fact %s cannot be written: %v", f.Kind(), err)) // facts are plain data: a programming error
	}
	entry := Entry{
		Incident: e.Incident.ID, Seq: e.Incident.Seq + 1, Kind: f.Kind(),
		At: at.UTC().Truncate(time.Microsecond), Recorded: e.Now, Actor: e.Actor, Data: data, Prev: e.Incident.Head,
	}
	entry.Hash = entry.sum()
	written, err := entry.Fact() // what a replay will read, so that both give the same record
	if err != nil {
		panic(fmt.Sprintf("fact %s cannot be read back: %v", f.Kind(), err))
	}
	e.Incident.take(&entry, written)
	e.entries = append(e.entries, entry)
	return &e.entries[len(e.entries)-1]
}

// Enqueue asks for a job at once.
func (e *Edit) Enqueue(args JobArgs) { e.EnqueueAt(time.Time{}, args) }

// EnqueueAt asks for a job not before at.
func (e *Edit) EnqueueAt(at time.Time, args JobArgs) {
	if f, ok := args.(FollowUp); ok {
		f.Entry = e.Incident.Seq
		args = f
	}
	e.jobs = append(e.jobs, Job{Args: args, At: at})
}

// Entries are the facts recorded so far.
func (e *Edit) Entries() []Entry { return e.entries }

// Jobs are the jobs asked for so far.
func (e *Edit) Jobs() []Job { return e.jobs }
