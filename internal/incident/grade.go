package incident

import (
	"cmp"
	"math"
	"slices"
)

// Mark is what became of a check's word when the cause was agreed.
type Mark string

const (
	MarkRight Mark = "right"    // it pointed at the cause
	MarkWrong Mark = "wrong"    // it pointed elsewhere
	MarkAside Mark = "noMatter" // it was no word on the cause; it counts for nothing
)

// Grade is how one check of the evidence did in one incident.
type Grade struct {
	Check string `json:"check"`
	Mark  Mark   `json:"mark"`
	Why   Reason `json:"why,omitzero"` // of a guess; worded by package text
	By    Person `json:"by,omitzero"`  // nobody: it was guessed
}

// Graded says how checks did: a person of one, or Sigap, with the publication,
// of those that nobody graded.
type Graded struct {
	Grades []Grade `json:"grades"`
}

// Kind names the fact.
func (Graded) Kind() Kind { return "graded" }
func (f Graded) apply(i *Incident, e *Entry) {
	for _, g := range f.Grades {
		if g.Why.Code == "" {
			g.By = e.Actor.person()
		}
		i.Grades = put(i.Grades, g, func(o Grade) bool { return o.Check == g.Check })
	}
}

// Spoke are the names of the checks that called something interesting, each
// once, in the order in which they first reported.
func (i *Incident) Spoke() []string {
	var out []string
	for n := range i.Evidence {
		if e := &i.Evidence[n]; e.State == EvidenceFound && !slices.Contains(out, e.Check) {
			out = append(out, e.Check)
		}
	}
	return out
}

// GradesNow are the grades of all checks that spoke: those that stand, and for
// the others a guess by what the record knows of the cause. A guess without a
// mark says that only a person can tell.
func (i *Incident) GradesNow() []Grade {
	agreed := i.agreed()
	var out []Grade
	for _, check := range i.Spoke() {
		if n := slices.IndexFunc(i.Grades, func(g Grade) bool { return g.Check == check }); n >= 0 {
			out = append(out, i.Grades[n])
			continue
		}
		g := Grade{Check: check}
		g.Mark, g.Why = agreed.guess(i.claims(check))
		out = append(out, g)
	}
	return out
}

// graded is how many of the first claims of a check are looked at: those that
// a person reads.
const graded = 3

// claim is one thing that a check put forward as what may be the cause.
type claim struct {
	change string // id
	place  string // service, else host
	name   string // what it shows to people: a summary, a metric, a kind of line
}

// claims are what a check put forward, of each of its sources the first few.
// A check that only says how it hurts has none.
func (i *Incident) claims(check string) []claim {
	var out []claim
	for n := range i.Evidence {
		if e := &i.Evidence[n]; e.Check == check && e.State == EvidenceFound {
			all := e.claims()
			out = append(out, all[:min(graded, len(all))]...)
		}
	}
	return out
}

func (e *Evidence) claims() []claim {
	var out []claim
	for _, s := range e.Suspicions {
		out = append(out, claim{s.Change, cmp.Or(s.Service, s.Host), s.Text})
	}
	for _, c := range e.Changes {
		out = append(out, claim{c.Change.ID, c.Change.Service, c.Change.Summary})
	}
	for n := range e.Suspects {
		s := &e.Suspects[n]
		out = append(out, claim{"", cmp.Or(s.Service, s.Host), s.Metric})
	}
	for n := range e.Patterns {
		out = append(out, claim{"", e.Patterns[n].Service, e.Patterns[n].Template})
	}
	for _, a := range e.Apart {
		for _, p := range a.Where {
			out = append(out, claim{name: p.Value})
		}
	}
	for _, o := range e.Earlier {
		out = append(out, claim{name: o.Ref})
	}
	return out
}

// agreedCause is what the record knows of the cause that people agreed on.
type agreedCause struct {
	text      string
	changes   map[string]Opinion
	confirmed bool            // one of the changes is the cause
	places    map[string]bool // services and hosts where it lies
}

// agreed gathers it. Where a change was confirmed, the cause lies with its
// service; else where the words of the cause say, and those name victims too.
func (i *Incident) agreed() agreedCause {
	a := agreedCause{changes: i.Changes, places: map[string]bool{}}
	if i.Cause != nil {
		a.text = i.Cause.Text
		for _, f := range i.Cause.Factors {
			a.text += "\n" + f
		}
	}
	if i.Review != nil {
		a.text += "\n" + i.Review.Cause
	}
	var named []string
	for n := range i.Evidence {
		for _, c := range i.Evidence[n].claims() {
			switch {
			case c.change != "" && i.Changes[c.change].State == "confirmed":
				a.confirmed = true
				a.places[c.place] = true
			case Mentions(a.text, c.place):
				named = append(named, c.place)
			}
		}
	}
	for _, s := range append([]string{i.Service}, i.Affected...) {
		if Mentions(a.text, s) {
			named = append(named, s)
		}
	}
	if !a.confirmed {
		for _, place := range named {
			a.places[place] = true
		}
	}
	delete(a.places, "")
	return a
}

// points says whether a claim is the agreed cause; empty if that cannot be
// told.
func (a agreedCause) points(c claim) Mark {
	if c.change != "" {
		switch state := a.changes[c.change].State; {
		case state == "confirmed":
			return MarkRight
		case state == "cleared" || a.confirmed:
			return MarkWrong
		}
	} else if a.places[c.place] || Mentions(a.text, c.name) {
		return MarkRight
	}
	if c.place == "" || len(a.places) == 0 || a.places[c.place] {
		return ""
	}
	return MarkWrong
}

// guess grades a check by its claims: right if one of them is the cause, wrong
// if none is.
func (a agreedCause) guess(claims []claim) (Mark, Reason) {
	if len(claims) == 0 {
		return MarkAside, Reason{Code: "onlyEffect"}
	}
	unsure := false
	for _, c := range claims {
		switch a.points(c) {
		case MarkRight:
			return MarkRight, Reason{Code: "pointedAt", Args: map[string]string{"what": cmp.Or(c.place, c.name)}}
		case "":
			unsure = true
		}
	}
	if unsure {
		return "", Reason{Code: "cannotTell"}
	}
	return MarkWrong, Reason{Code: "pointedElsewhere", Args: map[string]string{"what": cmp.Or(claims[0].place, claims[0].name)}}
}

// CheckRecord is how a check did over all graded incidents.
type CheckRecord struct {
	Check string `json:"check"`
	Right int    `json:"right"`
	Wrong int    `json:"wrong"`
	Aside int    `json:"noMatter"`
}

// Claimed is in how many incidents the check said something of the cause.
func (r CheckRecord) Claimed() int { return r.Right + r.Wrong }

// Bounds are within what the share of right claims lies with a confidence of
// 95 %, each 0 to 1: Wilson's score interval (E. B. Wilson, Journal of the
// American Statistical Association 22, 1927), which is honest about few cases.
// Of a check that never claimed anything they are 0 and 1.
func (r CheckRecord) Bounds() (low, high float64) {
	const z = 1.959964
	n := float64(r.Claimed())
	if n == 0 {
		return 0, 1
	}
	p := float64(r.Right) / n
	middle, scale := p+z*z/(2*n), 1+z*z/n
	half := z * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	return max(0, (middle-half)/scale), min(1, (middle+half)/scale)
}

// Poor reports whether the record proves that the check is wrong more often
// than right. A few unlucky cases prove nothing.
func (r CheckRecord) Poor() bool {
	_, high := r.Bounds()
	return high < 0.5
}

// Weight is what the check's next word weighs beside others', from a half to 1:
// 1 for a check that is new or does well, less as far as its record proves it
// wrong.
func (r CheckRecord) Weight() float64 {
	_, high := r.Bounds()
	return 0.5 + high/2
}
