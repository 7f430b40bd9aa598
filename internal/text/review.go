package text

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// Limits from which the draft of a review says that something went well or is
// to be improved. They are the process's own: everybody knows within
// [incident.InformLimit], and an impact is seen before users have to say it.
const (
	quickVerdict = time.Minute
	slowDetect   = 5 * time.Minute
	quickCause   = 15 * time.Minute
)

// ReviewDraft composes the post-mortem's first draft, each part Markdown, from
// what is on record. Where people were lucky only people know: that part stays
// empty.
func (r Reader) ReviewDraft(i *incident.Incident, entries []incident.Entry) incident.Review {
	lang := "en"
	if r.indonesian() {
		lang = "id"
	}
	return incident.Review{
		State: incident.ReviewDraft, Lang: lang,
		Title:   r.reviewTitle(i),
		Summary: r.reviewSummary(i),
		Impact:  r.reviewImpact(i),
		Cause:   r.reviewCause(i),
		Well:    maybeBullets(r.wentWell(i)),
		Improve: maybeBullets(r.toImprove(i, entries)),
	}
}

func maybeBullets(lines []string) string {
	if len(lines) == 0 {
		return ""
	}
	return bullets(lines)
}

// lasted is how long it hurt; false while it does.
func lasted(i *incident.Incident) (time.Duration, bool) {
	from, to := began(i), stopped(i)
	return to.Sub(from), !from.IsZero() && to.After(from)
}

func (r Reader) reviewTitle(i *incident.Incident) string {
	span := ""
	if d, known := lasted(i); known {
		span = r.spell(d)
	}
	return r.say("review.title", "title", strings.TrimRight(oneLine(i.Title), "."), "span", span)
}

func (r Reader) reviewSummary(i *incident.Incident) string {
	span, to := "", ""
	if d, known := lasted(i); known {
		span, to = r.spell(d), r.zoned(stopped(i))
	}
	parts := []string{r.say("review.happened", "date", r.Date(began(i)), "from", r.zoned(began(i)), "to", to, "span", span,
		"service", markdown(i.Service), "affected", markdown(affected(i)), "environment", markdown(r.environment(i.Environment)))}
	if i.Cause != nil {
		parts = append(parts, sentence(markdownOf(i.Cause.Text)))
	} else {
		parts = append(parts, r.say("review.noCause"))
	}
	if d := i.Decision(incident.Mitigation); d != nil && !stopped(i).IsZero() {
		parts = append(parts, r.say("review.endedBy", "decision", markdown(d.Title)))
	}
	return strings.Join(parts, " ")
}

// sentence ends s with a full stop.
func sentence(s string) string {
	if s == "" || strings.ContainsAny(s[len(s)-1:], ".!?:") {
		return s
	}
	return s + "."
}

func (r Reader) reviewImpact(i *incident.Incident) string {
	var parts []string
	if p := i.MainPlot(); p != nil {
		parts = append(parts, r.say("review.measured", "title", markdown(r.PlotTitle(*p)), "peak", r.measure(p.Peak, p.Unit), "before", r.measure(p.Before, p.Unit)))
	}
	if apart := r.apart(i); len(apart) > 0 {
		parts = append(parts, r.say("review.apart", "whom", markdown(strings.Join(apart, ", "))))
	}
	if i.ReportCount > 0 {
		parts = append(parts, r.say("draft.reports", "reports", r.countReports(i), "whom", markdown(r.segmentsOfReports(i))))
	}
	for _, f := range i.Findings {
		if f.Says == incident.ImpactFound {
			parts = append(parts, sentence(markdownOf(f.Text)))
		}
	}
	if len(parts) == 0 {
		return r.say("review.unmeasured")
	}
	return strings.Join(parts, " ")
}

// segmentsOfReports is segments, where there are reports that name any.
func (r Reader) segmentsOfReports(i *incident.Incident) string {
	if slices.ContainsFunc(i.Reports, func(x incident.Report) bool { return x.Segment != "" }) {
		return r.segments(i)
	}
	return ""
}

func (r Reader) reviewCause(i *incident.Incident) string {
	if i.Cause == nil {
		return r.say("review.noCauseYet")
	}
	out := sentence(markdownOf(i.Cause.Text))
	var lines []string
	for _, f := range i.Cause.Factors {
		lines = append(lines, markdownOf(f))
	}
	if len(lines) > 0 {
		out += "\n\n" + r.say("review.factors") + "\n\n" + bullets(lines)
	}
	return out
}

// wentWell is what the record shows to have gone well.
func (r Reader) wentWell(i *incident.Incident) []string {
	var lines []string
	if d, known := i.Since(incident.Detected, incident.Verified); known && d >= atOnce && d <= quickVerdict {
		lines = append(lines, r.say("well.verified", "span", r.spell(max(d, time.Second))))
	}
	if last, missing := lastToKnow(i); missing == 0 && last > 0 && last <= incident.InformLimit {
		lines = append(lines, r.say("well.informed", "span", r.spell(last), "total", strconv.Itoa(len(i.WhoKnows()))))
	}
	if d, known := i.Since(incident.DeclaredAt, incident.CauseAt); known && d <= quickCause {
		lines = append(lines, r.say("well.cause", "span", r.spell(d)))
	}
	late := lateUpdates(i)
	if len(i.Updates) > 0 && late == 0 {
		lines = append(lines, r.say("well.updates", "n", strconv.Itoa(len(i.Updates))))
	}
	if missed, all := lateTasks(i, stopped(i)); all > 0 && missed == 0 && !stopped(i).IsZero() {
		lines = append(lines, r.say("well.tasks", "n", strconv.Itoa(all)))
	}
	return lines
}

// lastToKnow is how long the last one took to know, and how many never did.
func lastToKnow(i *incident.Incident) (last time.Duration, missing int) {
	for _, k := range i.WhoKnows() {
		if !k.Knows && !k.Waived {
			missing++
		}
		last = max(last, k.After)
	}
	return last, missing
}

func lateUpdates(i *incident.Incident) int {
	n := 0
	for k := range i.Updates {
		if !i.Updates[k].OnTime() {
			n++
		}
	}
	return n
}

// toImprove is what the record shows to have gone wrong in the process.
func (r Reader) toImprove(i *incident.Incident, entries []incident.Entry) []string {
	var lines []string
	if d, known := i.Since(incident.ImpactStarted, incident.Detected); known && d > slowDetect {
		lines = append(lines, r.say("improve.detect", "span", r.spell(d)))
	}
	if usersFirst(i) {
		lines = append(lines, r.say("improve.usersFirst"))
	}
	lines = append(lines, r.improveInform(i, entries)...)
	if len(i.Updates) > 0 {
		if n := lateUpdates(i); n > 0 {
			lines = append(lines, r.say("improve.updates", "n", strconv.Itoa(n), "total", strconv.Itoa(len(i.Updates))))
		}
	} else if i.Status.Declared() {
		lines = append(lines, r.say("improve.noUpdate"))
	}
	if missed, all := lateTasks(i, stopped(i)); missed > 0 && !stopped(i).IsZero() {
		lines = append(lines, r.say("improve.tasks", "n", strconv.Itoa(missed), "total", strconv.Itoa(all)))
	}
	return append(lines, r.improveRest(i)...)
}

// usersFirst reports whether a user noticed before the first signal came.
func usersFirst(i *incident.Incident) bool {
	return slices.ContainsFunc(i.Reports, func(x incident.Report) bool {
		return !x.At.IsZero() && !x.At.After(i.Milestones[incident.Detected])
	})
}

func (r Reader) improveInform(i *incident.Incident, entries []incident.Entry) []string {
	var lines []string
	for _, k := range i.WhoKnows() {
		switch {
		case k.Waived:
		case !k.Knows:
			lines = append(lines, r.say("improve.notReached", "name", markdown(k.Name), "how", markdown(r.failures(k.Receipts))))
		case k.After > incident.InformLimit:
			lines = append(lines, r.say("improve.reachedLate", "name", markdown(k.Name), "span", r.spell(k.After), "how", markdown(r.failures(k.Receipts))))
		}
	}
	if i.Escalations > 0 {
		lines = append(lines, r.say("improve.escalated", "n", strconv.Itoa(i.Escalations)))
	}
	if slices.ContainsFunc(entries, func(e incident.Entry) bool { return e.Kind == (incident.Unreached{}).Kind() }) {
		lines = append(lines, r.say("improve.unreached"))
	}
	return lines
}

// failures names the channels over which somebody could not be reached.
func (r Reader) failures(receipts []incident.Receipt) string {
	var names []string
	for _, x := range receipts {
		if x.State == incident.FailedToSend && x.Channel != "none" && !slices.Contains(names, r.channel(x.Channel)) {
			names = append(names, r.channel(x.Channel))
		}
	}
	return r.list(names)
}

func (r Reader) improveRest(i *incident.Incident) []string {
	var lines []string
	if i.Cause == nil {
		lines = append(lines, r.say("improve.noCause"))
	}
	for _, e := range i.Evidence {
		if e.State == incident.EvidenceFailed {
			lines = append(lines, r.say("improve.source", "name", r.EvidenceName(e.Check), "source", markdown(e.Source)))
		}
	}
	if e := i.EvidenceOf("recurrence"); e != nil {
		for _, o := range e.Earlier {
			for _, title := range o.Open {
				lines = append(lines, r.say("improve.openAction", "ref", markdown(o.Ref), "title", markdown(title)))
			}
		}
	}
	fix := i.Decision(incident.Fix)
	assigned := slices.ContainsFunc(i.Tasks, func(t incident.Task) bool { return t.Track == incident.Fix && t.State != incident.TaskDeclined })
	tracked := slices.ContainsFunc(i.Actions, func(a incident.Action) bool { return a.What == incident.CodeFix })
	switch {
	case assigned || tracked:
	case fix != nil:
		lines = append(lines, r.say("improve.fixUnassigned", "title", markdown(fix.Title)))
	default:
		lines = append(lines, r.say("improve.noFix"))
	}
	return lines
}

// Agenda is the agenda of the review meeting, as plain text for a calendar.
func (r Reader) Agenda(i *incident.Incident) string {
	minutes := 45
	if i.Review != nil && i.Review.Meeting != nil && i.Review.Meeting.Minutes > 0 {
		minutes = i.Review.Meeting.Minutes
	}
	lines := []string{i.Ref() + " · " + i.Severity.String() + " · " + oneLine(i.Title), ""}
	for _, f := range r.Facts(i) {
		lines = append(lines, f.Label+": "+f.Value)
	}
	lines = append(lines, "", r.say("agenda.title", "minutes", strconv.Itoa(minutes)))
	for n, share := range []int{15, 25, 20, 30, 10} { // per cent of the meeting
		lines = append(lines, r.say("agenda."+strconv.Itoa(n+1), "minutes", strconv.Itoa(max(1, minutes*share/100))))
	}
	return strings.Join(append(lines, "", r.say("agenda.rule")), "\n")
}
