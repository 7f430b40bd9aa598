package directory

import (
	"slices"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// Contact is a way to reach somebody, or a room that a team reads.
type Contact struct {
	ID       string    `json:"id"`
	Kind     string    `json:"kind"`    // slack, telegram, email, webhook, …
	Address  string    `json:"address"` // as the channel knows it: a chat id, an address, a URL
	Verified time.Time `json:"verified,omitzero"`
	Use      Use       `json:"use,omitempty" enum:"urgent,other" doc:"What it is used for; missing: everything"`
	// After is how many minutes a page waits for an answer before it tries this
	// contact, from the one before it on; nil: as long as the policy says. The
	// first that is used is tried at once.
	After *int `json:"after,omitempty" minimum:"0" maximum:"60" doc:"Minutes without an answer to a page before this contact is tried beside the one before it; missing: the policy's limit"`
}

// Use is what a contact is used for.
type Use string

const (
	UseAll    Use = ""
	UseUrgent Use = "urgent" // pages, and news of a major incident
	UseOther  Use = "other"  // the rest
)

// maxAfter is the longest that a page waits for a contact, in minutes.
const maxAfter = 60

func (c *Contact) validate() error {
	switch {
	case !slices.Contains([]Use{UseAll, UseUrgent, UseOther}, c.Use):
		return incident.FieldError("use", "A contact is used for urgent messages, for other messages, or for all.")
	case c.After != nil && (*c.After < 0 || *c.After > maxAfter):
		return incident.FieldError("after", "A contact is tried 0 to %d minutes after the one before it.", maxAfter)
	}
	return nil
}

// Verified are the contacts that were shown to reach their person, in order.
func Verified(list []Contact) []Contact {
	return slices.DeleteFunc(slices.Clone(list), func(c Contact) bool { return c.Verified.IsZero() })
}

// For chooses the contacts for an urgent message, or for another. If none is
// meant for such, all are: nobody becomes unreachable by a setting.
func For(list []Contact, urgent bool) []Contact {
	not := UseUrgent
	if urgent {
		not = UseOther
	}
	if meant := slices.DeleteFunc(slices.Clone(list), func(c Contact) bool { return c.Use == not }); len(meant) > 0 {
		return meant
	}
	return list
}
