// Package rule knows the rules of a team about its alerts: which belong to one
// candidate, which to none, whose they are and how grave they may be. It looks
// at a signal alone and does no I/O.
package rule

import (
	"strings"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// Deed is what a rule does with the alerts that match it.
type Deed string

const (
	Join  Deed = "join"  // they belong to one candidate, those of one key
	Apart Deed = "apart" // each opens a candidate of its own, which no other joins
	Route Deed = "route" // they are of a service, of a severity at most or at least, or page nobody
)

// Rule is one rule. Of those that group an alert the first that matches counts,
// and so of those that route it.
type Rule struct {
	ID      string            `json:"id,omitempty" doc:"Given by Sigap"`
	Name    string            `json:"name" doc:"It stands beside each alert that the rule decided about"`
	Does    Deed              `json:"does" enum:"join,apart,route"`
	When    string            `json:"when" doc:"An expression of CEL over service, environment, severity, title, description, source, sender, team and labels: service == \"checkout\" && labels.region.startsWith(\"eu-\"). One that asks for a label which an alert does not have does not match it"`
	Off     bool              `json:"off,omitempty"`
	Key     string            `json:"key,omitempty" doc:"Of join: what is alike in alerts of one candidate, as names of labels (region, cluster) or an expression that gives a text"`
	Minutes int               `json:"minutes,omitempty" doc:"Of join: a candidate takes the next alert so long after its last one; 1 to 1440"`
	Service string            `json:"service,omitempty" doc:"Of route: whose they are, instead of who the sender names"`
	AtMost  incident.Severity `json:"atMost,omitempty" minimum:"0" maximum:"4" doc:"Of route: no graver than this severity"`
	AtLeast incident.Severity `json:"atLeast,omitempty" minimum:"0" maximum:"4" doc:"Of route: no milder than this severity"`
	Quiet   bool              `json:"quiet,omitempty" doc:"Of route: they wait for a person and page nobody"`
}

// State is what became of a rule. It is a count, and may be lost.
type State struct {
	Matched   int64     `json:"matched" doc:"Alerts that it decided about"`
	MatchedAt time.Time `json:"matchedAt,omitzero"`
	Error     string    `json:"error,omitempty" doc:"Why it could not be asked the last time that it could not: such an alert counts as one that does not match"`
	ErrorAt   time.Time `json:"errorAt,omitzero"`
}

// Kept is a rule and what became of it.
type Kept struct {
	Rule
	State
}

const (
	// Most is how many rules there may be: each alert is held against all.
	Most = 100

	maxName       = 80
	maxExpression = 1000
	maxMinutes    = 24 * 60
)

// Normalize takes out what a rule of its kind does not have.
func (r *Rule) Normalize() {
	r.Name, r.When, r.Key, r.Service = strings.TrimSpace(r.Name), strings.TrimSpace(r.When), strings.TrimSpace(r.Key), strings.TrimSpace(r.Service)
	if r.Does != Join {
		r.Key, r.Minutes = "", 0
	}
	if r.Does != Route {
		r.Service, r.AtMost, r.AtLeast, r.Quiet = "", 0, 0, false
	}
}

// Validate names the first field that cannot be.
func (r *Rule) Validate() error {
	_, err := r.compile()
	return err
}

func (r *Rule) compile() (c compiled, err error) {
	switch {
	case r.Name == "" || len([]rune(r.Name)) > maxName:
		return c, incident.FieldError("name", "Name the rule in 1 to %d characters: its name stands beside what it decided.", maxName)
	case r.Does == Join && (r.Minutes < 1 || r.Minutes > maxMinutes):
		return c, incident.FieldError("minutes", "Say for how many minutes a candidate takes the next alert: 1 to %d.", maxMinutes)
	case r.Does == Route && r.Service == "" && r.AtMost == 0 && r.AtLeast == 0 && !r.Quiet:
		return c, incident.FieldError("service", "Say what the rule does with these alerts: a service, a severity, or that they page nobody.")
	case r.AtMost != 0 && !r.AtMost.Valid() || r.AtLeast != 0 && !r.AtLeast.Valid():
		return c, incident.FieldError("atMost", "A severity is 1 (worst) to 4.")
	case r.AtMost != 0 && r.AtLeast != 0 && r.AtLeast < r.AtMost:
		return c, incident.FieldError("atLeast", "It cannot be at least %s and at most %s.", r.AtLeast, r.AtMost)
	}
	c.Rule = *r
	switch r.Does {
	case Join:
		if c.key, err = compileKey(r.Key); err != nil {
			return c, err
		}
	case Apart, Route:
	default:
		return c, incident.FieldError("does", "A rule joins alerts, keeps them apart, or routes them.")
	}
	c.when, err = compileWhen(r.When)
	return c, err
}
