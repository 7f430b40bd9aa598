package identify

import (
	"slices"

	"github.com/sigap-dev/sigap/internal/identify/rule"
	"github.com/sigap-dev/sigap/internal/incident"
)

// byRule finds the open incident that an alert belongs to as a rule of the team
// says, which is asked before the graph is; nil if it says none. What a rule
// keeps apart joins nothing, which ends the search.
func (b *batch) byRule(g *rule.Grouping, sig *incident.Signal, a arrival) *incident.Incident {
	if g == nil || g.Apart {
		return nil
	}
	group := ruleGroup(g)
	for _, i := range b.open {
		// A candidate of staging wakes nobody: no rule puts what does in there.
		alike := b.policy.Production(i.Environment) == b.policy.Production(sig.Environment)
		if alike && slices.Contains(i.RuleGroups, group) && !i.Apart && b.mayJoinWithin(i, a, g.Window) {
			return i
		}
	}
	return nil
}

func ruleGroup(g *rule.Grouping) string { return incident.RuleGroup(g.ID, g.Key) }

// named is a rule and what it joins by, as an entry names it.
func named(g *rule.Grouping) string {
	if g.Key == "" {
		return g.Name
	}
	return g.Name + ": " + g.Key
}

// noteRule keeps with an incident what others join it by after an alert that a
// rule spoke of, and counts that it did.
func (b *batch) noteRule(g *rule.Grouping, i *incident.Incident) (group string) {
	if g == nil {
		return ""
	}
	b.rules.own.Matched(g.ID, b.now)
	if g.Apart {
		return ""
	}
	group = ruleGroup(g)
	if !slices.Contains(i.RuleGroups, group) {
		i.RuleGroups = append(slices.Clip(i.RuleGroups), group)
	}
	return group
}
