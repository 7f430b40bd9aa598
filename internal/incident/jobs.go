package incident

import "time"

// The jobs here are those that one stage asks of another: stages do not know
// each other, what one causes in another goes through the record and the
// queue. A job that a stage asks of itself is declared in the stage.

// Page asks stage 2 to page the on-call person of a team for a candidate or
// an incident, Step people after the first.
type Page struct {
	Incident string `json:"incident"`
	Team     string `json:"team,omitempty"` // empty: the team that owns the service
	Step     int    `json:"step,omitempty"`
	Round    int    `json:"round,omitempty"` // how often the ladder was climbed before
	Code     string `json:"code,omitempty"`  // why it comes to this step: timeout, declined, failed
	// After is the notice that this page follows. When another one went out
	// meanwhile the page is not needed: so a job that runs twice pages once.
	After string `json:"after,omitempty"`
}

func (Page) Kind() string { return "page" }

// SendNotice asks stage 2 to send the initial notice of a declared incident to
// everyone in support and engineering who must know.
type SendNotice struct {
	Incident string `json:"incident"`
}

func (SendNotice) Kind() string { return "send_notice" }

// FollowUp asks stage 2 to tell those who were told that something material
// changed: withdrawn, downgraded, merged, reopened, a task given.
type FollowUp struct {
	Incident string            `json:"incident"`
	Code     string            `json:"code"`
	Only     string            `json:"only,omitempty"` // one person's id
	Args     map[string]string `json:"args,omitempty"`
	// Entry is the newest entry of the operation that asked for it, set by
	// [Edit.Enqueue]: it tells a job that runs twice from another one.
	Entry int `json:"entry,omitempty"`
}

func (FollowUp) Kind() string { return "follow_up" }

// OpenRoom asks for a conversation of the incident's own, where a chat service
// is set up for that.
type OpenRoom struct {
	Incident string `json:"incident"`
}

func (OpenRoom) Kind() string { return "open_room" }

// SendUpdate asks stage 2 to deliver an update to its audience.
type SendUpdate struct {
	Incident string `json:"incident"`
	Update   string `json:"update"`
}

func (SendUpdate) Kind() string { return "send_update" }

// Verify asks stage 1 for the live checks and the evidence.
type Verify struct {
	Incident string `json:"incident"`
}

func (Verify) Kind() string { return "verify" }

// StartClocks asks stage 5 to start the audiences' clocks.
type StartClocks struct {
	Incident string `json:"incident"`
}

func (StartClocks) Kind() string { return "start_clocks" }

// WatchRecovery asks stage 4 to look whether the measures that showed the
// problem are back, again and again until the impact has ended.
type WatchRecovery struct {
	Incident string    `json:"incident"`
	Round    int       `json:"round,omitempty"`
	From     time.Time `json:"from,omitzero"`
}

func (WatchRecovery) Kind() string { return "watch_recovery" }

// DraftReview asks stage 6 for the post-mortem's first draft.
type DraftReview struct {
	Incident string `json:"incident"`
}

func (DraftReview) Kind() string { return "draft_review" }
