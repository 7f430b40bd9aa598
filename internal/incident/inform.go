package incident

import (
	"slices"
	"time"
)

// Reach is how far a message got to one person over one channel.
type Reach string

const (
	Queued       Reach = "queued"
	Accepted     Reach = "accepted"  // the service took it
	Delivered    Reach = "delivered" // the service says that it arrived
	OpenedBy     Reach = "opened"    // the person opened its link
	AckedBy      Reach = "acknowledged"
	DeclinedBy   Reach = "declined"
	FailedToSend Reach = "failed"
)

// reachOrder ranks what is known of a message; of two acts of a person the
// later one counts.
var reachOrder = map[Reach]int{Queued: 1, FailedToSend: 1, Accepted: 2, Delivered: 3, OpenedBy: 4, DeclinedBy: 5, AckedBy: 5}

// Recipient is one person, or one room that a team reads.
type Recipient struct {
	Person
	Team string `json:"team"`           // name of the team for which they hear it
	Room bool   `json:"room,omitempty"` // a channel read by many: nobody's receipt
}

// Purpose is what a message is for.
type Purpose string

const (
	PurposePage   Purpose = "page"   // somebody must take it now
	PurposeNotice Purpose = "notice" // the initial notice, at the declaration
	PurposeUpdate Purpose = "update" // a regular update
	PurposeFollow Purpose = "follow" // what changed after the notice: withdrawn, downgraded, task assigned
)

// Notice says that a message goes out to people.
type Notice struct {
	ID      string      `json:"id"`
	Purpose Purpose     `json:"purpose"`
	To      []Recipient `json:"to"`
	Update  string      `json:"update,omitempty"` // the update that it carries
	Code    string      `json:"code,omitempty"`   // of a follow-up: what it says
	Entry   int         `json:"entry,omitempty"`  // of a follow-up: the entry that it follows
	Step    int         `json:"step,omitempty"`   // of a page: the rung of the ladder, 0 for the first
	Round   int         `json:"round,omitempty"`  // of a page: how often the ladder was climbed before
	At      time.Time   `json:"at,omitzero"`
}

func (Notice) Kind() Kind { return "notice" }
func (f Notice) apply(i *Incident, e *Entry) {
	f.At = e.At
	i.Notices = append(i.Notices, f)
}

// Receipt says how far a notice got to one recipient over one channel.
type Receipt struct {
	Notice  string    `json:"notice"`
	Purpose Purpose   `json:"purpose"`
	To      Recipient `json:"to"`
	Channel string    `json:"channel"` // slack, telegram, email, webhook, page
	Method  string    `json:"method"`  // id of the contact method
	State   Reach     `json:"state"`
	Detail  string    `json:"detail,omitempty"`  // the service's words, or one of Sigap's own below
	Until   time.Time `json:"until,omitzero"`    // of a queued one: it is held back until then
	Thread  string    `json:"thread,omitempty"`  // the service's name for the thread that the message began or joined
	Unsure  bool      `json:"unsure,omitempty"`  // of a failed one: it may have arrived all the same; else: it may have come twice
	Bounced bool      `json:"bounced,omitempty"` // the service took it and says afterwards that it did not arrive
	At      time.Time `json:"at,omitzero"`
}

// What a receipt says in its detail of a message that did not go by itself.
const (
	QuietHours = "quiet-hours" // queued: it waits for the person's quiet hours to end
	InLater    = "in-later"    // a later one of the incident spoke for it
	InSummary  = "in-summary"  // queued: a summary of many pages will carry it; else it did
	NotNeeded  = "not-needed"  // queued: it was gathered, and taken or over before the summary went
)

// Reached reports whether a message got that far already, or further.
func (f Receipt) Reached(s Reach) bool { return reachOrder[f.State] >= reachOrder[s] }

func (Receipt) Kind() Kind { return "receipt" }
func (f Receipt) apply(i *Incident, e *Entry) {
	f.At = e.At
	same := func(r Receipt) bool { return r.Notice == f.Notice && r.To.ID == f.To.ID && r.Method == f.Method }
	if n := slices.IndexFunc(i.Receipts, same); n >= 0 && reachOrder[i.Receipts[n].State] > reachOrder[f.State] && (!f.Bounced || i.Receipts[n].State != Accepted) {
		return // a late "accepted" does not undo an acknowledgement
	}
	i.Receipts = put(i.Receipts, f, same)
	learns := i.Shadows(f.To.ID)
	if i.NobodyYet != nil && !learns && i.NobodyYet.ends(i, f) {
		i.NobodyYet = nil
	}
	if f.State == AckedBy && f.Purpose != PurposeUpdate && !f.To.Room {
		if !learns {
			i.acknowledge(e.At)
		}
		i.join(e.Actor)
	}
}

// ToldAlong is the code of a follow-up to who learns: somebody whom they shadow
// is paged.
const ToldAlong = "shadow"

// Shadows reports whether somebody only learns here: they were told along with
// a page and not paged themselves. They may join and help; that they did is no
// answer to the page.
func (i *Incident) Shadows(person string) bool {
	along := false
	for _, n := range i.Notices {
		if slices.ContainsFunc(n.To, func(to Recipient) bool { return to.ID == person }) {
			if n.Purpose == PurposePage {
				return false
			}
			along = along || n.Code == ToldAlong
		}
	}
	return along
}

// RoomOpened is a conversation of a chat service that was opened for this
// incident alone.
type RoomOpened struct {
	Channel string `json:"channel"` // its kind: slack
	ID      string `json:"id"`      // the service's own
	Name    string `json:"name"`
	URL     string `json:"url,omitempty"`
}

func (RoomOpened) Kind() Kind                    { return "roomOpened" }
func (f RoomOpened) apply(i *Incident, _ *Entry) { i.Rooms = append(i.Rooms, f) }

// Required says that the answer of one team is no answer for another: the
// incident counts as acknowledged when somebody of each has it.
type Required struct {
	Teams []RequiredTeam `json:"teams"`
}

// RequiredTeam is a team that must answer by itself.
type RequiredTeam struct {
	Name    string   `json:"name"`
	Members []string `json:"members,omitempty"` // ids: what they do here answers for it, whatever for they were asked
}

func (Required) Kind() Kind { return "required" }
func (f Required) apply(i *Incident, _ *Entry) {
	for _, t := range f.Teams {
		i.Required = put(i.Required, t, func(o RequiredTeam) bool { return o.Name == t.Name })
	}
	if i.Reopened.IsZero() && len(i.Owing()) > 0 { // whoever came first spoke for their own team alone
		delete(i.Milestones, AckedAt)
	}
}

// Owing are the names of the required teams of which nobody has answered.
func (i *Incident) Owing() []string {
	var names []string
	for _, t := range i.Required {
		if !i.Answered(t.Name, t.Members) {
			names = append(names, t.Name)
		}
	}
	return names
}

// acknowledge notes that somebody has the incident, or of each required team
// somebody.
func (i *Incident) acknowledge(at time.Time) {
	if i.Milestones[AckedAt].IsZero() && len(i.Owing()) == 0 {
		i.reach(AckedAt, at)
	}
}

// Escalated says that a page went on because nobody had answered it.
type Escalated struct {
	Team string    `json:"team"`
	To   Recipient `json:"to"`
	Step int       `json:"step"` // 1 for the second person asked
	Code string    `json:"code"` // timeout, declined, failed
}

func (Escalated) Kind() Kind                    { return "escalated" }
func (f Escalated) apply(i *Incident, _ *Entry) { i.Escalations++ }

// Unreached is the loudest state there is: a notice that reached nobody.
type Unreached struct {
	Team string `json:"team"`
	// Code is why: nobody (the team is empty), no-method, all-failed, exhausted
	// (it begins anew), stopped (asked as often as the ladder says; nobody is
	// asked any more).
	Code string `json:"code"`
}

func (Unreached) Kind() Kind { return "unreached" }
func (f Unreached) apply(i *Incident, _ *Entry) {
	i.NobodyYet = &f
}

// ends reports whether a receipt shows that somebody was reached after all: of
// the same team if it was one's, and if everyone had been asked already, only
// by answering. Where nobody of the team is asked any more, another team's
// answer does not hide that.
func (f Unreached) ends(i *Incident, r Receipt) bool {
	switch {
	case f.Code == "stopped":
		return r.State == AckedBy && (r.To.Team == f.Team || i.paged(f.Team, r.To.ID))
	case r.Purpose != PurposePage && r.Purpose != PurposeNotice, f.Team != "" && r.To.Team != f.Team && r.State != AckedBy:
		return false
	case f.Code == "exhausted":
		return r.State == AckedBy
	}
	return reachOrder[r.State] > reachOrder[Queued]
}

// paged reports whether a person was paged for a team.
func (i *Incident) paged(team, person string) bool {
	return slices.ContainsFunc(i.Notices, func(n Notice) bool {
		return n.Purpose == PurposePage && slices.ContainsFunc(n.To, func(to Recipient) bool { return to.Team == team && to.ID == person })
	})
}

// Waived says that somebody need not be reached, by name and with a reason.
type Waived struct {
	Person Person `json:"person"`
	Reason string `json:"reason"`
}

func (Waived) Kind() Kind                    { return "waived" }
func (f Waived) apply(i *Incident, _ *Entry) { i.Waivers = append(i.Waivers, f) }

// Knower is what is known of one person's knowledge of the incident.
type Knower struct {
	Recipient
	Told     time.Time     `json:"told"`
	Knows    bool          `json:"knows"` // acknowledged, or joined by themselves
	Waived   bool          `json:"waived,omitempty"`
	After    time.Duration `json:"after,omitempty"` // from told to known
	Receipts []Receipt     `json:"receipts"`        // the newest of each channel
}

// WhoKnows is everyone who must know of the incident (paged, or on the initial
// notice), with how far it got to each. Rooms are left out: nobody answers for them.
func (i *Incident) WhoKnows() []Knower {
	var all []Knower
	index := map[string]int{}
	for _, n := range i.Notices {
		if n.Purpose != PurposePage && n.Purpose != PurposeNotice {
			continue
		}
		for _, to := range n.To {
			if _, seen := index[to.ID]; !to.Room && !seen {
				index[to.ID] = len(all)
				all = append(all, Knower{Recipient: to, Told: n.At, Receipts: []Receipt{}})
			}
		}
	}
	for _, r := range i.Receipts {
		n, ok := index[r.To.ID]
		if !ok || (r.Purpose != PurposePage && r.Purpose != PurposeNotice) {
			continue
		}
		k := &all[n]
		k.Receipts = put(k.Receipts, r, func(o Receipt) bool { return o.Channel == r.Channel && reachOrder[o.State] <= reachOrder[r.State] })
		if r.State == AckedBy && (!k.Knows || r.At.Sub(k.Told) < k.After) {
			k.Knows, k.After = true, max(0, r.At.Sub(k.Told))
		}
	}
	for n := range all {
		all[n].Waived = slices.ContainsFunc(i.Waivers, func(w Waived) bool { return w.Person.ID == all[n].ID })
		if !all[n].Knows && slices.ContainsFunc(i.People, func(p Person) bool { return p.ID == all[n].ID }) {
			all[n].Knows = true
		}
	}
	return all
}

// TeamKnows reports whether somebody of the team acknowledged, since the
// incident was opened or, if it was, reopened.
func (i *Incident) TeamKnows(team string) bool {
	return slices.ContainsFunc(i.Receipts, func(r Receipt) bool {
		return r.To.Team == team && i.acknowledges(r)
	})
}

// Answered reports whether somebody of a team has it: by acknowledging what
// they were sent for this team or another, or by taking part without having
// declined.
func (i *Incident) Answered(team string, members []string) bool {
	return i.TeamKnows(team) || slices.ContainsFunc(members, func(id string) bool {
		return i.Acknowledged(id) || i.takesPart(id)
	})
}

// takesPart reports whether somebody came by themselves. After a reopening it
// is not known who is still there.
func (i *Incident) takesPart(person string) bool {
	here := slices.ContainsFunc(i.People, func(p Person) bool { return p.ID == person })
	return here && !i.Shadows(person) && i.Reopened.IsZero() && !slices.ContainsFunc(i.Receipts, func(r Receipt) bool {
		return r.To.ID == person && r.State == DeclinedBy
	})
}

// Asks reports whether the incident asks people to take it: one that was
// declared, or set down, to less than SEV2 does not, other than by name.
func (i *Incident) Asks() bool {
	minor := i.Severity != 0 && !i.Severity.Major()
	return i.Status.Pages() && (!i.Status.Declared() || !minor)
}

// Acknowledged reports whether a person did, since the incident was opened or,
// if it was, reopened.
func (i *Incident) Acknowledged(person string) bool {
	return slices.ContainsFunc(i.Receipts, func(r Receipt) bool {
		return r.To.ID == person && i.acknowledges(r)
	})
}

func (i *Incident) acknowledges(r Receipt) bool {
	return r.State == AckedBy && r.Purpose != PurposeUpdate && !r.At.Before(i.Reopened) && !i.Shadows(r.To.ID)
}
