// Package channel carries one message to one person or room over a service
// that the team already uses: Slack, Telegram, e-mail, a webhook.
//
// It guarantees three things. A message that goes out again after an error is
// recognisable as the same one wherever the service offers a way (Message-ID,
// delivery id). An error says whether and when the sending may be tried again,
// so that the queue needs to know nothing about services. And no secret – token,
// password, key, address that is itself a secret – appears in a result, an
// error or a log.
//
// It does not know who is to be told, in which words, or what happens when
// nobody answers: those are the caller's. A channel keeps no state between
// two sends and may be used by many goroutines at once.
package channel

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// Channel sends messages over one configured service.
type Channel interface {
	// Send tells to, an address in the service's own terms, what m says. It
	// returns when the service has answered; every error is an *Error.
	Send(ctx context.Context, to string, m Message) (Result, error)
}

// Message is what one person (or one room) is to be told. Every channel shows
// the parts that it can, in this order, cut to the lengths that it allows.
type Message struct {
	ID       string   // the same on every attempt to deliver this message
	Incident string   // its number, "INC-142"; empty before it has one
	Thread   string   // Result.Thread of the first message in this thread at this address; empty for the first
	Severity string   // SEV1 to SEV4, for the colour of the bar; empty for none
	Title    string   // one line
	Lines    []string // the few lines that matter, plain text
	Fields   []Field
	Plot     []byte // PNG; nil if there is none yet
	PlotAlt  string // what the plot shows, for those who cannot see it
	Actions  []Action
	Callback string // where the service may report what became of it, and pass a keypress on; empty for nobody's
	Answer   *Answer
	Prompt   string // asks the one who is called for a key; empty for no answer
	Lang     string // "en" or "id": the language that the texts are in
	Only     string // the address of the one who alone is to see it, in a room; where a channel can
	Open     bool   // the person wrote to us lately: a service that else takes only templates takes any words
}

// Field is a labelled value.
type Field struct {
	Label string `json:"label"`
	Value string `json:"value"`
}

// Answer is a button that answers there and then: by the message's link where
// nobody but the person can press it, or by what it says in a chat that Sigap
// listens to, where the service tells who pressed it.
type Answer struct {
	Label string
	Done  string // what is shown when it was taken; empty: it has no link
	Says  string // the command that a press stands for; at most 64 bytes
	Open  string // the label of the link beside it
	Pass  *Press // the other answer, that somebody else is to take it; nil if there is none
}

// Press is a button that says a command.
type Press struct {
	Label string
	Says  string // at most 64 bytes
}

// says are the buttons of m that say a command, the answer first.
func (m *Message) says() []Press {
	a := m.Answer
	if a == nil || a.Says == "" {
		return nil
	}
	out := []Press{{a.Label, a.Says}}
	if a.Pass != nil {
		out = append(out, *a.Pass)
	}
	return out
}

// linksBeside are the actions as they stand beside the answer's button: the
// first of them no longer answers, it opens.
func (m *Message) linksBeside() []Action {
	actions := slices.Clone(m.Actions)
	if m.Answer != nil && m.Answer.Open != "" {
		for n := range actions {
			if actions[n].Primary {
				actions[n].Label = m.Answer.Open
			}
		}
	}
	return actions
}

// Action is a button that opens a page. Acting is done there, never by the
// mere opening of the link: mail scanners and previews open links too.
type Action struct {
	Label   string `json:"label"`
	URL     string `json:"url"`
	Primary bool   `json:"primary,omitempty"`
}

// State is how far the service's own answer says that a message has come.
type State = incident.Reach

const (
	Accepted  = incident.Accepted  // the service took it over
	Delivered = incident.Delivered // it lies before the person, as far as the service can know
	Failed    = incident.FailedToSend
)

// Result is what the service answered to a message that it took.
type Result struct {
	State  State
	Ref    string // the service's id of the message
	Thread string // to be passed as Message.Thread by later messages of the incident to the same address
	Detail string // the service's words, or what could not be shown; may be empty
}

// Error is why a message was not sent.
type Error struct {
	Retry  bool          // the same sending may succeed later
	After  time.Duration // the service asked to wait at least this long; 0 if it said nothing
	Unsure bool          // the connection broke after the message was handed over: it may have been taken
	Detail string        // for people: the service's own words, or what to mend
	Err    error         // the cause; never holds a secret
	code   int           // the service's own, where another way to send depends on it
}

// Error leaves out what differs between two attempts, such as After, so that
// the same failure reads the same.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Detail)
	if e.Err != nil {
		if b.Len() > 0 {
			b.WriteString(": ")
		}
		b.WriteString(e.Err.Error())
	}
	return b.String()
}

func (e *Error) Unwrap() error { return e.Err }

// permanent returns the error of a message that no retry will bring through.
func permanent(detail string) *Error { return &Error{Detail: detail} }

// check returns the first of the mistakes that is one.
func check(mistakes ...error) error {
	for _, err := range mistakes {
		if err != nil {
			return err
		}
	}
	return nil
}

// must returns a mistake in field unless ok holds.
func must(ok bool, field, message string) error {
	if ok {
		return nil
	}
	return incident.FieldError(field, "%s", message)
}
