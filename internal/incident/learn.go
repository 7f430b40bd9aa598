package incident

import "time"

// ReviewState is how far the post-mortem is.
type ReviewState string

const (
	ReviewDraft     ReviewState = "draft"
	ReviewPublished ReviewState = "published"
)

// Review is the post-mortem's written parts, each Markdown. What can be
// computed from the record (times, moments, scorecard) is not stored in it.
type Review struct {
	State    ReviewState `json:"state"`
	Lang     string      `json:"lang"`
	Title    string      `json:"title"`
	Summary  string      `json:"summary"`
	Impact   string      `json:"impact"`
	Cause    string      `json:"cause"`
	Well     string      `json:"well"`    // what went well
	Improve  string      `json:"improve"` // what to improve
	Lucky    string      `json:"lucky"`   // where we were lucky
	Meeting  *MeetingSet `json:"meeting,omitempty"`
	Edited   time.Time   `json:"edited,omitzero"`
	EditedBy []Person    `json:"editedBy,omitempty"`
}

// ReviewDrafted is the first draft, as Sigap composed it.
type ReviewDrafted struct {
	Review Review `json:"review"`
}

func (ReviewDrafted) Kind() Kind { return "reviewDrafted" }
func (f ReviewDrafted) apply(i *Incident, e *Entry) {
	f.Review.State = ReviewDraft
	f.Review.Edited = e.At
	i.Review = &f.Review
}

// ReviewEdited changes parts of the post-mortem, by their JSON names.
type ReviewEdited struct {
	Parts map[string]string `json:"parts"`
}

func (ReviewEdited) Kind() Kind { return "reviewEdited" }
func (f ReviewEdited) apply(i *Incident, e *Entry) {
	r := i.Review
	if r == nil {
		return
	}
	for name, text := range f.Parts {
		if p := r.part(name); p != nil {
			*p = text
		}
	}
	r.Edited = e.At
	by := e.Actor.person()
	r.EditedBy = put(r.EditedBy, by, func(p Person) bool { return p.ID == by.ID })
}

func (r *Review) part(name string) *string {
	return map[string]*string{"title": &r.Title, "summary": &r.Summary, "impact": &r.Impact, "cause": &r.Cause,
		"well": &r.Well, "improve": &r.Improve, "lucky": &r.Lucky}[name]
}

// HasPart reports whether a post-mortem has a written part of that name.
func (r *Review) HasPart(name string) bool { return r.part(name) != nil }

// MeetingSet plans the review meeting.
type MeetingSet struct {
	ID        string    `json:"id"`
	At        time.Time `json:"at"`
	Minutes   int       `json:"minutes"`
	Where     string    `json:"where,omitempty"`
	Attendees []Person  `json:"attendees"`
	Moved     int       `json:"moved,omitempty"` // how often it was planned anew
	By        Person    `json:"by,omitzero"`
}

func (MeetingSet) Kind() Kind { return "meeting" }
func (f MeetingSet) apply(i *Incident, e *Entry) {
	f.By = e.Actor.person()
	if i.Review != nil {
		i.Review.Meeting = &f
	}
}

// ActionKind is what an action improves.
type ActionKind string

const (
	CodeFix         ActionKind = "code"
	MonitoringKind  ActionKind = "monitoring"
	StandardProcess ActionKind = "sop"
)

// Action is a promise made after the incident, followed until done.
type Action struct {
	ID    string     `json:"id"`
	What  ActionKind `json:"what"`
	Title string     `json:"title"`
	Owner Person     `json:"owner"`
	Due   time.Time  `json:"due"`
	Done  time.Time  `json:"done,omitzero"`
	Proof string     `json:"proof,omitempty"` // what shows that it is done
	By    Person     `json:"by,omitzero"`
	At    time.Time  `json:"at,omitzero"`
}

func (Action) Kind() Kind { return "action" }
func (f Action) apply(i *Incident, e *Entry) {
	f.By, f.At = e.Actor.person(), e.At
	i.Actions = put(i.Actions, f, func(a Action) bool { return a.ID == f.ID })
}

// Action gives the one with the id.
func (i *Incident) Action(id string) (*Action, error) {
	return find(i.Actions, "action", id, func(a *Action) string { return a.ID })
}

// ActionSet ends an action with its proof, or opens it again.
type ActionSet struct {
	Action string `json:"action"`
	Title  string `json:"title"`
	Done   bool   `json:"done"`
	Proof  string `json:"proof,omitempty"`
}

func (ActionSet) Kind() Kind { return "actionSet" }
func (f ActionSet) apply(i *Incident, e *Entry) {
	a, err := i.Action(f.Action)
	if err != nil {
		return
	}
	a.Done, a.Proof = time.Time{}, f.Proof
	if f.Done {
		a.Done = e.At
	}
}

// Published makes the post-mortem final.
type Published struct {
	At time.Time `json:"at"`
}

func (Published) Kind() Kind { return "published" }
func (f Published) apply(i *Incident, e *Entry) {
	if i.Review != nil {
		i.Review.State = ReviewPublished
	}
	i.reach(ReviewedAt, e.At)
}

// ActionOf is an action with the incident that it came from.
type ActionOf struct {
	Incident string `json:"incident"` // id
	Ref      string `json:"ref"`
	Title    string `json:"title"`
	Action   Action `json:"action"`
}
