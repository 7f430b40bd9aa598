package incident

import (
	"slices"
	"time"
)

// Moment is a moment of the incident to be marked on a plot.
type Moment struct {
	At    time.Time `json:"at"`
	Code  string    `json:"code"`            // change, detected, declared, cause, decided, mitigated, resolved
	Label string    `json:"label,omitempty"` // of a change: the version; else worded by package text
}

// Moments are the incident's moments, in order of time.
func (i *Incident) Moments() []Moment {
	var out []Moment
	if e := i.EvidenceOf("changes"); e != nil && len(e.Changes) > 0 {
		c := e.Changes[0].Change
		m := Moment{At: c.StartedAt, Code: "change"}
		if c.Kind == Deploy {
			m.Label = c.To
		}
		out = append(out, m)
	}
	for _, m := range []struct {
		of   Milestone
		code string
	}{{Detected, "detected"}, {DeclaredAt, "declared"}, {CauseAt, "cause"}, {DecidedAt, "decided"}, {MitigatedAt, "mitigated"}, {ResolvedAt, "resolved"}} {
		if at := i.Milestones[m.of]; !at.IsZero() {
			out = append(out, Moment{At: at, Code: m.code})
		}
	}
	slices.SortStableFunc(out, func(a, b Moment) int { return a.At.Compare(b.At) })
	return out
}
