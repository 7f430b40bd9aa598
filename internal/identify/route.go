package identify

import (
	"slices"
	"strings"

	"github.com/sigap-dev/sigap/internal/incident"
)

// route has the rules of the team decide whose alert a signal is, and how grave
// it may be.
func (r *rules) route(s *incident.Signal) {
	s.Ruled = r.own.Route(s)
	if d := s.Ruled; d != nil && d.Service != "" {
		d.From, s.Service = s.Service, d.Service
	}
}

// routed has the rules decide about all signals of an arrival.
func (r *rules) routed(a *arrival) {
	if a.Released {
		return // they were, when they came
	}
	for n := range a.Signals {
		r.route(&a.Signals[n])
	}
}

// quiet reports whether rules say of all alerts of a candidate that they page
// nobody. One alert that does, or one user's report, and it pages.
func quiet(i *incident.Incident) bool {
	loud := func(a incident.JoinedAlert) bool { return a.Ruled == nil || !a.Ruled.Quiet }
	return len(i.Alerts) > 0 && i.ReportCount == 0 && !slices.ContainsFunc(i.Alerts, loud)
}

// bounded is a severity within what rules say of the candidate's alerts. One of
// them raises it. It is lowered only if rules lower all that fires, and then to
// the gravest of what they allow: a rule about one alert never hides another.
func bounded(i *incident.Incident, s incident.Severity) incident.Severity {
	most, least, lowered := incident.SEV4, incident.SEV4, i.ReportCount == 0
	for n := range i.Alerts {
		a := &i.Alerts[n]
		switch r := a.Ruled; {
		case a.State == incident.AlertResolved:
		case r == nil:
			lowered = false
		default:
			lowered = lowered && r.AtMost.Valid()
			most = gravest(most, r.AtMost)
			least = gravest(least, r.AtLeast)
		}
	}
	if lowered && i.Firing() > 0 {
		s = max(s, most)
	}
	return min(s, least)
}

func gravest(s, other incident.Severity) incident.Severity {
	if other.Valid() {
		return min(s, other)
	}
	return s
}

// shownRulings is how many rules a verdict names.
const shownRulings = 5

// rulings are what rules say of a candidate's alerts, one check a rule. They
// bound the severity, or the page. One that raises what its sender calls mild
// weighs as much as the sender's word would, had it called it serious.
func rulings(k Known, p incident.Policy) []incident.Check {
	var out []incident.Check
	named := map[string]bool{}
	for n := range k.Incident.Alerts {
		a := &k.Incident.Alerts[n]
		if r := a.Ruled; r != nil && a.State != incident.AlertResolved && !named[r.Rule] && len(out) < shownRulings {
			named[r.Rule] = true
			if c := ruling(r); c.Code != "" {
				if r.AtLeast.Major() && p.Urgency(a.Severity) == 2 {
					c.Weight = 15
				}
				out = append(out, c)
			}
		}
	}
	return out
}

func ruling(r *incident.Ruled) incident.Check {
	var bounds []string
	if r.AtMost.Valid() {
		bounds = append(bounds, "atMost", r.AtMost.String())
	}
	if r.AtLeast.Valid() {
		bounds = append(bounds, "atLeast", r.AtLeast.String())
	}
	args := append([]string{"rule", strings.TrimSpace(r.Name)}, bounds...)
	switch {
	case r.Quiet:
		return no("ruledQuiet", 0, args...)
	case r.AtMost.Valid():
		return no("ruled", 0, args...)
	case r.AtLeast.Valid():
		return yes("ruled", 0, args...)
	}
	return incident.Check{}
}
