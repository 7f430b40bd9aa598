package channel

import (
	"regexp"
	"strings"
)

// Heard is what somebody said to Sigap over a channel: they wrote it, or
// pressed a button that says it.
type Heard struct {
	Kind    string // of the channel
	ID      string // the service's own; the same when it is told again
	From    string // who said it, as the address of a contact
	Lang    string // "en" or "id": what the service says of those whom we do not know
	Chat    string // where an answer goes
	Room    bool   // others read it too
	Thread  string // what an answer answers, as Message.Thread
	Text    string
	About   string // the reference of the incident that the answered message of ours is about; empty if none
	Answers string // the Result.Thread that it was said in, where the service does not tell what is answered
	Picture bool   // one came with it, which is not kept
	Alone   bool   // the answer is for who said it, though others read there
	Quiet   bool   // it was said to others: it is written down, and not answered
	Press   string // the service's id of what waits for its answer there and then; empty: a message answers
}

var reference = regexp.MustCompile(`\b(INC-\d+|C-[0-9a-f]{6})\b`)

// aboutOf reads in a message of ours which incident it is about: its first
// line is the heading, in which the reference stands before the title.
func aboutOf(message string) string {
	first, _, _ := strings.Cut(message, "\n")
	return reference.FindString(first)
}
