package incident

import "time"

// ShadowPolicy is a policy that is tried before it is put in force: it decides
// about each candidate that comes, and nothing is done by it.
type ShadowPolicy struct {
	ID     string    `json:"id"`
	Policy Policy    `json:"policy"`
	Since  time.Time `json:"since"`
	By     Person    `json:"by"`
}

// ShadowWhy is why a policy in shadow decides as it does.
type ShadowWhy string

const (
	ShadowScore     ShadowWhy = "score"     // the score is over its limit: it would declare
	ShadowSilence   ShadowWhy = "silence"   // nobody answered within its limit: it would declare
	ShadowBelow     ShadowWhy = "below"     // the score is below its limit
	ShadowMild      ShadowWhy = "mild"      // it is no SEV1 and no SEV2
	ShadowElsewhere ShadowWhy = "elsewhere" // it is not in production
	ShadowQuiet     ShadowWhy = "quiet"     // a rule of the team says that it waits
)

// Shadowed is what the policy in shadow makes of a candidate: nothing else
// comes of it. What it would declare stays declared, as with one in force.
type Shadowed struct {
	Shadow   string    `json:"shadow"` // its id
	Pages    bool      `json:"pages,omitempty"`
	Declares bool      `json:"declares,omitempty"`
	Why      ShadowWhy `json:"why"`
	Score    int       `json:"score"`
	Limit    int       `json:"limit"` // the score from which it declares
	Severity Severity  `json:"severity"`
}

func (Shadowed) Kind() Kind { return "shadowed" }
func (f Shadowed) apply(i *Incident, e *Entry) {
	next := &InShadow{Shadowed: f, At: e.At}
	if i.Shadow != nil {
		next.InForce = i.Shadow.InForce
	}
	i.Shadow = next
}

// InShadow is the newest of what a policy in shadow made of a candidate.
type InShadow struct {
	Shadowed
	At time.Time `json:"at"`
	// InForce says by which of its rules the policy in force declared it; empty:
	// a person did, or nobody.
	InForce string `json:"inForce,omitempty"`
}
