package text

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// UpdateDraft composes an update, each part Markdown, from the record and the
// entries since the last one. It says nothing that is not on record: where
// nothing was measured or done, it says that.
func (r Reader) UpdateDraft(i *incident.Incident, since []incident.Entry, now time.Time) incident.UpdateText {
	return incident.UpdateText{
		Status: r.draftStatus(i, now),
		Impact: r.draftImpact(i, now),
		Done:   r.draftDone(i, since),
		Next:   r.draftNext(i, now),
	}
}

func (r Reader) draftStatus(i *incident.Incident, now time.Time) string {
	code := string(i.Status)
	if i.Status == incident.Investigating && i.Cause != nil {
		code = "identified"
	}
	decision, at := "", ""
	if d := i.Decision(incident.Mitigation); d != nil {
		decision = markdown(d.Title)
	}
	if t := stopped(i); !t.IsZero() {
		at = r.whenZoned(t, now)
	}
	key := "draft.status." + code
	if !r.has(key) {
		return r.Status(i.Status) + "."
	}
	out := r.say(key, "decision", decision, "at", at)
	if t := trend(i, now); t != "" && i.Status.Pages() {
		out += " " + r.say("draft."+t)
	}
	return out
}

// stale is how old a measurement may be to be said to be of now.
const stale = 3 * time.Minute

// trend compares what hurts now with its worst and with what is usual: falling
// or unchanged; empty while that cannot be told.
func trend(i *incident.Incident, now time.Time) string {
	p := i.MainPlot()
	if p == nil || p.Peak <= p.Before {
		return ""
	}
	last, at := newest(i, p, now)
	if now.Sub(at) > stale {
		return ""
	}
	switch share := (last - p.Before) / (p.Peak - p.Before); {
	case share < 0.1:
		return "nearlyUsual"
	case share < 0.7:
		return "falling"
	default:
		return "unchanged"
	}
}

// newest is the newest value of what a plot shows and when it was read: of the
// proof that watches it, which is recorded whenever it moves, else of the plot,
// which is as old as its evidence.
func newest(i *incident.Incident, p *incident.Plot, now time.Time) (float64, time.Time) {
	for _, proof := range i.Proofs {
		if proof.Title == p.Title && proof.Service == p.Service && !proof.Unknown {
			return proof.Now, now
		}
	}
	if n := len(p.Points); n > 0 {
		return p.Last, p.Points[n-1].At
	}
	return p.Last, time.Time{}
}

func (r Reader) draftImpact(i *incident.Incident, now time.Time) string {
	var parts []string
	end := stopped(i)
	if !end.IsZero() {
		parts = append(parts, r.say("draft.lasted", "from", r.whenZoned(began(i), now), "to", r.whenZoned(end, now), "span", r.spell(end.Sub(began(i)))))
	}
	if p := i.MainPlot(); p != nil {
		key := "draft.measured"
		if p.Title == "errors" || p.Title == "latency" {
			key += "." + p.Title
		}
		last, at := newest(i, p, now)
		asOf := ""
		if now.Sub(at) > stale && !at.IsZero() {
			asOf = r.whenZoned(at, now)
		}
		parts = append(parts, r.say(key, "title", markdown(p.Title), "service", markdown(p.Service), "now", r.measure(last, p.Unit), "asOf", asOf,
			"peak", r.measure(p.Peak, p.Unit), "before", r.measure(p.Before, p.Unit)))
	}
	if i.ReportCount > 0 {
		parts = append(parts, r.say("draft.reports", "reports", r.countReports(i), "whom", markdown(r.segments(i))))
	}
	if len(parts) == 0 {
		return r.say("draft.unmeasured")
	}
	return strings.Join(parts, " ")
}

// measure is Quantity for a line of Markdown.
func (r Reader) measure(v float64, unit string) string { return markdown(r.Quantity(v, unit)) }

func (r Reader) countReports(i *incident.Incident) string {
	return r.say("count.reports", "n", strconv.Itoa(i.ReportCount))
}

// maxDone is how many lines of what was done a draft holds, the newest kept.
const maxDone = 8

// draftDone lists what happened that readers care for; what Sigap or its
// messages did is left out.
func (r Reader) draftDone(i *incident.Incident, since []incident.Entry) string {
	var lines []string
	for _, e := range since {
		f, err := e.Fact()
		if err != nil {
			continue
		}
		if line := r.happened(i, e, f); line != "" && !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	if len(lines) == 0 {
		return r.say("draft.nothingNew")
	}
	return bullets(lines[max(0, len(lines)-maxDone):])
}

func bullets(lines []string) string {
	return "- " + strings.Join(lines, "\n- ")
}

func (r Reader) happened(i *incident.Incident, e incident.Entry, fact incident.Fact) string {
	switch f := fact.(type) {
	case incident.Declared:
		return r.say("done.declared", "severity", f.Severity.String(), "at", r.zoned(e.At))
	case incident.SeveritySet:
		return r.say("done.severity", "from", f.From.String(), "to", f.To.String(), "reason", markdownOf(f.Reason))
	case incident.Finding:
		return r.say("done.finding."+string(f.Says), "text", markdownOf(f.Text))
	case incident.CauseConfirmed:
		return r.say("done.cause", "text", markdownOf(f.Text))
	case incident.HypothesisJudged:
		if h, err := i.Hypothesis(f.ID); err == nil && f.State == incident.Refuted {
			return r.say("done.refuted", "text", markdownOf(h.Text), "why", markdownOf(f.Why))
		}
	case incident.Decided:
		return r.say("done.decided."+string(f.Track), "title", markdown(f.Title))
	case incident.TaskDone:
		return r.say("done.task", "title", markdown(f.Title), "result", markdownOf(f.Result))
	case incident.StatusSet:
		key := "done.status." + string(f.To)
		if f.To.Before(f.From) {
			key = "done.reopened"
		}
		if r.has(key) {
			return r.say(key, "at", r.zoned(e.At), "reason", markdownOf(f.Reason))
		}
	case incident.Proof:
		if f.Good && !f.Unknown {
			return r.say("done.proof", "name", markdown(r.PlotTitle(incident.Plot{Title: f.Title, Service: f.Service})), "now", r.measure(f.Now, f.Unit))
		}
	}
	return ""
}

// tested counts the hypotheses that are not judged yet; empty if there are none.
func tested(i *incident.Incident) string {
	n := 0
	for _, h := range i.Hypotheses {
		if h.State == incident.Proposed || h.State == incident.Testing || h.State == incident.Supported {
			n++
		}
	}
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// draftNext is what is owed next: the open tasks, else the next step of the
// process.
func (r Reader) draftNext(i *incident.Incident, now time.Time) string {
	var lines []string
	for _, t := range i.Tasks {
		if t.State == incident.TaskOffered || t.State == incident.TaskAccepted {
			lines = append(lines, r.say("next.task", "title", markdown(t.Title), "name", markdown(t.To.Name), "due", r.due(t.Due, now)))
		}
	}
	switch i.Status {
	case incident.Investigating:
		switch {
		case len(i.Options) > 0:
			lines = append(lines, r.say("next.decide", "count", strconv.Itoa(len(i.Options))))
		case i.Cause == nil:
			lines = append(lines, r.say("next.cause", "count", tested(i)))
		default:
			lines = append(lines, r.say("next.option"))
		}
	case incident.Mitigating:
		if len(lines) == 0 {
			lines = append(lines, r.say("next.assign"))
		}
		lines = append(lines, r.say("next.watch"))
	case incident.Monitoring:
		lines = append(lines, r.say("next.hold"))
	case incident.StatusResolved, incident.Reviewing:
		lines = append(lines, r.say("next.review"))
	}
	if len(lines) == 0 {
		return r.say("next.nothing")
	}
	if len(lines) == 1 {
		return lines[0]
	}
	return bullets(lines)
}
