// Package intake reads what senders post, in each sender's own documented wire
// format, so that a user who moves to Sigap changes a URL and a key and nothing
// else: bytes in, signals, changes, reports and heartbeats out.
//
// One file holds what is known of one sender: how its body is read, which of
// its fields makes two signals one alert, and what it expects to be answered.
// Nothing here does I/O, keeps state or looks at a clock; the same request
// always gives the same batch.
//
// What every parser guarantees, whatever it was sent: it does not panic, the
// valid entries of a batch are kept and the others named by their place, and
// each signal has an identity and a title, is valid UTF-8 without control
// characters, and is within the limits of this package.
//
// What it does not know: who the key belongs to (the caller fills
// [incident.Signal.Sender]), whether a signal is a repeat, and whether it
// matters.
package intake

import (
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// Request is one delivery, with its body decompressed and within the size that
// the key allows.
type Request struct {
	ContentType string
	Header      http.Header
	Path        string     // what follows the key in the route: a heartbeat's name, an Opsgenie alias and action
	Query       url.Values // parameters of the URL
	Body        []byte     // not kept: signals do not point into it
	Mapping     *Reader    // of a generic key; nil reads what has a title
	Now         time.Time  // when it was received; senders leave times out
}

// Batch is what one delivery holds.
type Batch struct {
	Signals    []incident.Signal
	Changes    []incident.Change
	Reports    []incident.Report
	Heartbeats []Heartbeat
	Rejected   []Rejected
	Notes      []string `json:",omitempty"` // what a mapping did not find, for who sets it up
	Truncated  int      // alerts that the sender itself left out of its message and says so
}

// Rejected names an entry that was not taken, by its place in the body.
type Rejected struct {
	Index  int    `json:"index"`
	Reason string `json:"reason"` // what is wrong and what to do, for the person who set the sender up
}

// Heartbeat says that a job is alive. Silence longer than Every is the signal.
type Heartbeat struct {
	Name  string        `json:"name"`
	At    time.Time     `json:"at"`
	Every time.Duration `json:"every,omitempty"` // zero: as set in Sigap
	Grace time.Duration `json:"grace,omitempty"` // how much later it may come
}

// Parser reads one sender's body. Its error is an [*Error] and means that
// nothing of the body could be read.
type Parser func(Request) (Batch, error)

// Error is a body that could not be read at all, in the members of a problem
// document (RFC 9457).
type Error struct {
	Status int    // the HTTP status that makes this sender do right
	Title  string // what is wrong, the same for every occurrence
	Detail string // what is wrong with this one, and what to do
}

// Error gives the detail, for logs.
func (e *Error) Error() string { return e.Title + ": " + e.Detail }

// Answer is what a sender expects to hear. Body is to be written as JSON; nil
// is an empty body.
type Answer struct {
	Status      int
	ContentType string
	Body        any
}

const (
	typeJSON    = "application/json"
	typeProblem = "application/problem+json"
)

// unreadable is the error of a body that is not what its sender documents.
func unreadable(format string, args ...any) *Error {
	return &Error{
		Status: http.StatusBadRequest,
		Title:  "The body could not be read",
		Detail: fmt.Sprintf(format, args...),
	}
}

// reject records that the entry at index was not taken.
func (b *Batch) reject(index int, err error) {
	b.Rejected = append(b.Rejected, Rejected{Index: index, Reason: err.Error()})
}

// addSignal seals a signal and keeps it, or names it among the rejected.
func (b *Batch) addSignal(index int, s incident.Signal, now time.Time) {
	if err := seal(&s, now); err != nil {
		b.reject(index, err)
		return
	}
	b.Signals = append(b.Signals, s)
}
