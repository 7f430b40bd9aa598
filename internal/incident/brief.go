package incident

import "slices"

// Brief is a record as lists show it: a tenth of its size, and all that its
// rail, its clocks and what it waits for are read from.
type Brief struct {
	*Incident           // without what only its own page shows
	Joined    int       `json:"joined"`            // alerts that its record holds
	Fires     int       `json:"fires"`             // of which still fire
	Classes   []string  `json:"classes,omitempty"` // of the first alerts; see [AlertClass]
	Spark     []float64 `json:"spark,omitempty"`   // the main plot, in at most sparkPoints
}

// sparkPoints is how many points the small curve of a list can show.
const sparkPoints = 40

// Brief cuts the record down to what lists show.
func (i *Incident) Brief() *Brief {
	b := &Brief{Joined: len(i.Alerts), Fires: i.Firing(), Classes: i.Classes(), Spark: i.spark()}
	r := *i
	r.Alerts, r.Evidence, r.Changes, r.Findings, r.Reports, r.Pins, r.Proofs, r.Grades = nil, nil, nil, nil, nil, nil, nil, nil
	r.Hypotheses, r.Options = make([]Hypothesis, len(i.Hypotheses)), make([]Option, len(i.Options)) // they are counted
	r.Updates = slices.Clone(i.Updates)
	for n := range r.Updates {
		r.Updates[n].Text = UpdateText{}
	}
	if i.Cause != nil {
		r.Cause = &CauseConfirmed{Area: i.Cause.Area}
	}
	if i.Review != nil {
		r.Review = &Review{State: i.Review.State}
	}
	b.Incident = &r
	return b
}

// spark is the main plot in few points: of each stretch the one that sticks out
// most from the plot's beginning.
func (i *Incident) spark() []float64 {
	p := i.MainPlot()
	if p == nil {
		return nil
	}
	n := min(len(p.Points), sparkPoints)
	out := make([]float64, n)
	for k := range n {
		stretch := p.Points[k*len(p.Points)/n : (k+1)*len(p.Points)/n]
		out[k] = stretch[0].Value
		for _, at := range stretch {
			if apart(at.Value, p.Points[0].Value) > apart(out[k], p.Points[0].Value) {
				out[k] = at.Value
			}
		}
	}
	return out
}

func apart(a, b float64) float64 { return max(a-b, b-a) }
