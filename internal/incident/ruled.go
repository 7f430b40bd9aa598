package incident

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
)

// Ruled is what a rule of the team decided about an alert, beforehand.
type Ruled struct {
	Rule    string   `json:"rule"` // id
	Name    string   `json:"name"` // of the rule, as it was then
	Service string   `json:"service,omitempty"`
	From    string   `json:"from,omitempty"`    // the service that the sender named
	AtMost  Severity `json:"atMost,omitempty"`  // no graver than
	AtLeast Severity `json:"atLeast,omitempty"` // no milder than
	Quiet   bool     `json:"quiet,omitempty"`   // it pages nobody
}

// mild reports whether a rule made little of the alert: in a full record such
// a one makes room, so that it hides none which wakes people.
func (a *JoinedAlert) mild() bool {
	return a.Ruled != nil && (a.Ruled.Quiet || a.Ruled.AtMost.Valid())
}

// maxRuleGroups is how many keys of rules one record is found by.
const maxRuleGroups = 100

// RuleGroup names the open records that an alert joins by a rule and its key.
func RuleGroup(rule, key string) string {
	sum := sha256.Sum256([]byte(key)) // a key may be long
	return "rule:" + rule + "/" + hex.EncodeToString(sum[:16])
}

// joinedBy notes what alerts join the record by, as rules say.
func (i *Incident) joinedBy(groups []string) {
	for _, g := range groups {
		if !slices.Contains(i.RuleGroups, g) && len(i.RuleGroups) < maxRuleGroups {
			i.RuleGroups = append(i.RuleGroups, g)
		}
	}
}
