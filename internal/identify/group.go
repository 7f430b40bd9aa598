package identify

import (
	"maps"
	"slices"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// loadOpen looks up the open records that the arrivals may be about: those that
// their alerts belonged to, and those of their services and of who depends on
// these. However many others are open costs nothing.
func (b *batch) loadOpen(arrivals []arrival) error {
	ids, groups, newest := map[string]bool{}, map[string]bool{}, 0
	for _, alert := range b.alerts {
		if alert != nil && alert.Incident != "" {
			ids[alert.Incident] = true
		}
	}
	of := func(service string) {
		if service == "" { // an index by words would have to hold every title
			newest = anyOpen
			return
		}
		groups[incident.ServiceGroup(service)] = true
		for _, neighbours := range [][]string{b.catalog.graph[service], b.catalog.callers[service]} {
			for _, name := range neighbours {
				groups[incident.ServiceGroup(name)] = true
			}
		}
	}
	for _, a := range arrivals {
		for n := range a.Signals {
			s := &a.Signals[n]
			for _, service := range b.rules.learned.services(s) {
				of(service)
			}
			if b.catalog.loose(s.Service) {
				newest = anyOpen
			}
			if s.Service != "" {
				of(s.Service)
			} else {
				groups[group(s)] = true
			}
			if g := b.rules.own.Group(s); g != nil && !g.Apart {
				groups[ruleGroup(g)] = true
			}
		}
		for _, r := range a.Reports {
			if r.Service == "" {
				newest = anyOpen
			} else {
				of(r.Service)
			}
		}
	}
	open, err := b.tx.Open(slices.Sorted(maps.Keys(ids)), slices.Sorted(maps.Keys(groups)), newest)
	if err != nil {
		return err
	}
	for _, i := range open {
		b.open = append(b.open, i.Incident)
		b.classes[i.Incident] = i.Classes
	}
	return nil
}

// choose finds the open incident that an alert belongs to, and why; nil if
// none. It tries, in this order: the one that it belonged to before; what the
// team's rules say; the same service; a service that calls it or is called by
// it; for an alert that names no service, the same words; such as people merged
// before, or as began together before; the like words of services that nobody
// knows. What people split again and again does not join by its service.
func (b *batch) choose(alert *incident.Alert, a arrival) (*incident.Incident, incident.JoinReason, string) {
	sig := &alert.Signal
	for _, i := range b.open {
		if i.ID == alert.Incident && b.mayJoin(i, a) {
			return i, "", ""
		}
	}
	g := b.rules.own.Group(sig)
	if i := b.byRule(g, sig, a); i != nil {
		return i, incident.ByRule, named(g)
	}
	if g != nil && g.Apart {
		return nil, incident.OnItsOwn, g.Name
	}
	for _, i := range b.open {
		if b.takes(i, a) && sameEnvironment(i, sig) && !b.apart(i, sig) && sig.Service != "" && (i.Service == sig.Service || slices.Contains(i.Affected, sig.Service)) {
			return i, incident.SameService, ""
		}
	}
	for _, i := range b.open {
		if b.takes(i, a) && sameEnvironment(i, sig) && !b.apart(i, sig) && sig.Service != "" && b.catalog.graph.Neighbours(i.Service, sig.Service) {
			return i, incident.Neighbour, i.Service
		}
	}
	for _, i := range b.open {
		if b.takes(i, a) && sig.Service == "" && i.Service == "" && i.Title == sig.Title {
			return i, incident.SameGroup, ""
		}
	}
	if i, why, with := b.chooseLearned(sig, a); i != nil {
		return i, why, with
	}
	return b.chooseAlike(sig, a)
}

// mayJoin reports whether i still takes alerts: while people work to end its
// impact, a candidate within the window that rolls on with each alert. What
// fires when the impact has ended is news, and pages. A drill's alerts keep to
// drills.
func (b *batch) mayJoin(i *incident.Incident, a arrival) bool {
	return b.mayJoinWithin(i, a, b.policy.GroupWindow)
}

// takes reports whether i still takes alerts that it has not had.
func (b *batch) takes(i *incident.Incident, a arrival) bool { return !i.Apart && b.mayJoin(i, a) }

func (b *batch) mayJoinWithin(i *incident.Incident, a arrival, window time.Duration) bool {
	if !i.Status.Pages() || i.Drill != a.Key.Drill {
		return false
	}
	return i.Status != incident.Triage || a.At.Sub(lastAlert(i)) <= window
}

// lastAlert is when the newest alert joined.
func lastAlert(i *incident.Incident) time.Time {
	if i.LastFire.IsZero() {
		return i.Milestones[incident.Detected]
	}
	return i.LastFire
}

func sameEnvironment(i *incident.Incident, sig *incident.Signal) bool {
	return i.Environment == sig.Environment || i.Environment == "" || sig.Environment == ""
}
