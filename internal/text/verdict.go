package text

import (
	"strconv"

	"github.com/sigap-dev/sigap/internal/incident"
)

// Scores between which a verdict is named: below likely too little speaks for
// it to say anything, from sure on it is said without a doubt. They follow the
// default policy's limits for paging and declaring.
const (
	likely = 50
	sure   = 70
)

// Verdict says what Sigap thinks of a candidate and how it came to that. i may
// be nil when the verdict is read from an entry.
func (r Reader) Verdict(v *incident.Verdict, i *incident.Incident) (say, how string) {
	if v == nil {
		return r.say("verdict.none"), ""
	}
	how = r.how(v, i)
	if i != nil && i.SeverityBy != nil && v.Severity != i.Severity { // a person's word stays; that it is another is said
		how += " " + r.say("verdict.disagrees", "verdict", v.Severity.String(), "who", i.SeverityBy.Name, "severity", i.Severity.String())
	}
	return r.say("verdict." + verdictCode(v)), how
}

func verdictCode(v *incident.Verdict) string {
	code := "unclear"
	switch {
	case !v.Production:
		return "elsewhere"
	case v.Score >= sure && v.Severity.Major():
		code = "real"
	case v.Score >= likely && v.Severity.Major():
		code = "likely"
	case v.Score >= likely:
		code = "mild"
	}
	if !v.Live {
		return code + "Unverified"
	}
	return code
}

func (r Reader) how(v *incident.Verdict, i *incident.Incident) string {
	yes, all, unknown := tally(v)
	if !v.Live {
		return r.say("verdict.stored")
	}
	span := ""
	if i != nil {
		if d, known := i.Since(incident.Detected, incident.Verified); known && d >= atOnce {
			span = r.Duration(d)
		}
	}
	return r.say("verdict.how", "span", span, "yes", yes, "all", all, "unknown", unknown)
}

// tally counts the checks that agree, those that could be judged, and those
// that could not; the last is empty if there are none.
func tally(v *incident.Verdict) (yes, all, unknown string) {
	count := map[incident.CheckState]int{}
	for _, c := range v.Checks {
		count[c.State]++
	}
	if n := count[incident.CheckUnknown]; n > 0 {
		unknown = strconv.Itoa(n)
	}
	return strconv.Itoa(count[incident.CheckYes]), strconv.Itoa(count[incident.CheckYes] + count[incident.CheckNo]), unknown
}

// Shadow says what a policy in shadow makes of a candidate, and why.
func (r Reader) Shadow(f incident.Shadowed) string {
	paged := ""
	if f.Pages {
		paged = r.say("shadow.pages")
	}
	return r.mark("shadow."+string(f.Why), "severity", f.Severity.String(), "score", strconv.Itoa(f.Score), "limit", strconv.Itoa(f.Limit), "pages", paged)
}

// Done says what people, or the policy in force, made of a candidate that one in
// shadow decided about.
func (r Reader) Done(i *incident.Incident) string {
	declared := ""
	if lasted, known := i.Since(incident.Detected, incident.DeclaredAt); known {
		by := "person"
		if i.Shadow != nil && r.has("done."+i.Shadow.InForce) {
			by = i.Shadow.InForce
		}
		declared = r.say("done."+by, "severity", i.Severity.String(), "after", r.Duration(lasted))
	}
	switch {
	case i.Status == incident.Dismissed:
		return upper(r.say("done.dismissed", "declared", declared, "reason", i.Reason))
	case declared != "":
		return declared
	}
	return r.say("status." + string(i.Status))
}

// Check is one reason of a verdict.
func (r Reader) Check(c incident.Check) string {
	key := "check." + c.Code
	switch c.Code {
	case "urgent", "serious", "mild":
		if c.Args["word"] == "" {
			key = "check.unsaid"
		}
	case "errorsBad": // the same check tells errors and waiting: the code says which it was
		if code := c.Args["code"]; code == "errorsUp" || code == "slowUp" {
			key += "." + code
		}
	}
	if !r.has(key) {
		return r.say("check." + string(c.State))
	}
	return r.say(key, append(r.until(c.Args), r.figures(c.Args)...)...) // the first of a name counts
}

// Standing is a word for how often such alerts come; empty if there is nothing
// to say.
func (r Reader) Standing(s incident.Standing) string {
	if s.Rarity == "" {
		return ""
	}
	return r.say("standing." + string(s.Rarity))
}

// Noisy says how noisy a kind of alert is, and what to do about it.
func (r Reader) Noisy(n incident.Noisy) (says, advice string) {
	args := []string{"times", r.Number(float64(n.Times)), "alerts", r.Number(float64(n.Alerts))}
	if n.Of > 0 {
		args = append(args, "real", r.Number(float64(n.Real)), "of", r.Number(float64(n.Of)))
	}
	return r.say("noisy.says", args...), r.say("noisy."+string(n.Advice), args...)
}

// Join says why an alert belongs to its candidate; it reads on from the
// alert's name.
func (r Reader) Join(a incident.JoinedAlert) string {
	key := "join." + string(a.Why)
	if !r.has(key) {
		return r.say("join.unknown")
	}
	return r.mark(key, "with", a.With, "service", a.Service)
}
