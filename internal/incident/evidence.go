package incident

import "fmt"

// EvidenceOf is the evidence of a check that says most: found before nothing,
// nothing before what could not look. Nil if the check has not reported.
func (i *Incident) EvidenceOf(check string) *Evidence {
	rank := func(e *Evidence) int {
		r := map[EvidenceState]int{EvidenceFound: 6, EvidenceNothing: 4, EvidenceFailed: 2}[e.State]
		if e.Code == "errorsUp" { // failures say more than waiting does
			r++
		}
		return r
	}
	var best *Evidence
	for n := range i.Evidence {
		if e := &i.Evidence[n]; e.Check == check && (best == nil || rank(e) > rank(best)) {
			best = e
		}
	}
	return best
}

// Says reports whether e says something that the incident's record does not
// hold yet: evidence is collected again and again, a timeline is read by
// people. What is collected when the impact has ended shows the whole of it.
func (e *Evidence) Says(i *Incident) bool {
	for n := range i.Evidence {
		old := &i.Evidence[n]
		if old.Check != e.Check || old.Source != e.Source {
			continue
		}
		switch {
		case e.State == EvidenceFailed || e.State == EvidenceSkipped:
			return old.State == EvidenceFailed && e.State == EvidenceSkipped
		case old.State != e.State:
			return e.State == EvidenceFound || !i.Status.Open() || old.State != EvidenceFound
		case e.State != EvidenceFound:
			return false
		case e.Check == "errors" && !i.Status.Pages():
			return true
		}
		return old.gist() != e.gist()
	}
	return e.State != EvidenceSkipped // what is not set up is no news; the verdict says it
}

// gist is what somebody would say of e in one breath.
func (e *Evidence) gist() string {
	switch {
	case len(e.Suspicions) > 0:
		return e.Code + string(e.Suspicions[0].Of) + e.Suspicions[0].Service + e.Suspicions[0].Host + e.Suspicions[0].Text
	case len(e.Suspects) > 0:
		return e.Code + e.Suspects[0].Service + e.Suspects[0].Host + e.Suspects[0].Metric
	case len(e.Patterns) > 0:
		return e.Code + e.Patterns[0].Service + e.Patterns[0].Template
	case len(e.Apart) > 0:
		return e.Code + fmt.Sprint(e.Apart[0].Where)
	case len(e.Changes) > 0:
		return e.Code + e.Changes[0].Change.ID
	case len(e.Earlier) > 0:
		return e.Code + e.Earlier[0].ID
	case len(e.Plots) > 0:
		return e.Code + e.Plots[0].Service
	}
	return e.Code
}

// MainPlot is the plot that shows best how it hurts; nil if there is none.
func (i *Incident) MainPlot() *Plot {
	for _, check := range []string{"errors", "metrics"} {
		if e := i.EvidenceOf(check); e != nil && len(e.Plots) > 0 {
			return &e.Plots[0]
		}
	}
	return nil
}
