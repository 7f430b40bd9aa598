package text

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// Line is an entry of the timeline in words. Text, Detail and Quote carry
// inline markup: **bold** and `code`.
type Line struct {
	Icon   string    `json:"icon"` // signal scale send pin check users user alert wrench list clock chat flag book undo
	Tone   string    `json:"tone"` // key signal support ok minor plain loud
	Text   string    `json:"text"`
	Detail string    `json:"detail,omitempty"`
	Quote  string    `json:"quote,omitempty"` // verbatim words
	Diff   string    `json:"diff,omitempty"`
	Spark  []float64 `json:"spark,omitempty"`
}

// Entry words an entry. One that cannot be read is named by its kind, so that
// a timeline written by a newer version still shows.
func (r Reader) Entry(e incident.Entry) Line {
	f, err := e.Fact()
	if err != nil {
		return Line{Icon: "chat", Tone: "minor", Text: inline(string(e.Kind))}
	}
	who := e.Actor.Name
	switch f := f.(type) {
	case incident.Notice, incident.Receipt, incident.Escalated, incident.Required, incident.Unreached, incident.Waived, incident.RoomOpened:
		return r.informEntry(who, f)
	case incident.Joined, incident.RoleTaken, incident.Note, incident.Finding, incident.Hypothesis, incident.HypothesisJudged,
		incident.EvidenceLinked, incident.Reported, incident.CauseConfirmed, incident.Pinned, incident.Corrected:
		return r.investigateEntry(e.Actor, f)
	case incident.Option, incident.Voted, incident.Decided, incident.Task, incident.TaskAnswered, incident.TaskDone,
		incident.Proof, incident.StepProposed, incident.StatusSet:
		return r.actEntry(e, f)
	case incident.ClockSet, incident.UpdateDue, incident.UpdateSent:
		return r.updateEntry(e, f)
	case incident.ReviewDrafted, incident.ReviewEdited, incident.MeetingSet, incident.Action, incident.ActionSet, incident.Published, incident.Graded:
		return r.learnEntry(who, f)
	}
	return r.identifyEntry(e.Actor, f)
}

func (r Reader) identifyEntry(by incident.Actor, fact incident.Fact) Line {
	switch f := fact.(type) {
	case incident.Opened:
		return Line{Icon: "flag", Tone: "minor", Text: r.mark("entry.opened", "title", f.Title), Detail: r.mark("entry.where", "service", f.Service, "environment", f.Environment)}
	case incident.Retitled:
		return Line{Icon: "list", Tone: "minor", Text: r.mark("entry.retitled", "who", by.Name, "title", f.Title)}
	case incident.SignalJoined:
		return r.signalEntry(f)
	case incident.Judged:
		say, _ := r.Verdict(&f.Verdict, nil)
		yes, all, unknown := tally(&f.Verdict)
		return Line{Icon: "scale", Tone: "plain", Text: "**" + say + ".**", Detail: r.say("entry.judged", "yes", yes, "all", all, "unknown", unknown,
			"score", strconv.Itoa(f.Verdict.Score), "severity", f.Verdict.Severity.String())}
	case incident.Shadowed:
		return Line{Icon: "scale", Tone: "minor", Text: r.Shadow(f), Detail: r.say("entry.shadowed")}
	case incident.Evidence:
		return r.evidenceEntry(&f)
	case incident.SeveritySet:
		key, tone := "entry.lowered", "plain"
		if f.To < f.From {
			key, tone = "entry.raised", "key"
		}
		return Line{Icon: "scale", Tone: tone, Text: r.mark(key, "who", by.Name, "from", f.From.String(), "to", f.To.String()), Detail: written(f.Reason)}
	case incident.Declared:
		return r.declaredEntry(by, f)
	case incident.DismissedAs:
		return Line{Icon: "undo", Tone: "plain", Text: r.mark("entry.dismissed", "who", by.Name), Detail: written(f.Reason)}
	case incident.EndedBySelf:
		return Line{Icon: "check", Tone: "ok", Text: r.say("entry.ended"), Detail: r.say("entry.endedMore")}
	case incident.MergedInto, incident.TookOver, incident.SplitOff, incident.SplitFrom:
		return r.regroupEntry(by.Name, f)
	case incident.ChangeJudged:
		key := "entry.changeCleared"
		if f.State == "confirmed" {
			key = "entry.changeConfirmed"
		}
		return Line{Icon: "wrench", Tone: "plain", Text: r.mark(key, "who", by.Name, "change", f.Summary), Detail: written(f.Why)}
	}
	return Line{Icon: "chat", Tone: "minor", Text: inline(string(fact.Kind()))}
}

// regroupEntry words what people merged or split by hand.
func (r Reader) regroupEntry(who string, fact incident.Fact) Line {
	say := func(key string, o incident.Other) string {
		if o.Ref == "" { // it was not recorded at first
			return r.mark("entry.merged", "who", who)
		}
		return r.mark(key, "who", who, "ref", o.Ref, "title", o.Title)
	}
	switch f := fact.(type) {
	case incident.MergedInto:
		return Line{Icon: "undo", Tone: "plain", Text: say("entry.mergedInto", f.Other), Detail: r.say("entry.mergedMore")}
	case incident.TookOver:
		return Line{Icon: "undo", Tone: "key", Text: say("entry.tookOver", f.Other), Detail: r.cameAlong(f)}
	case incident.SplitOff:
		return Line{Icon: "undo", Tone: "plain", Text: say("entry.splitOff", f.Other), Detail: r.say("entry.splitMore", "count", strconv.Itoa(len(f.Alerts)))}
	case incident.SplitFrom:
		return Line{Icon: "undo", Tone: "key", Text: say("entry.splitFrom", f.Other), Detail: r.say("entry.splitMore", "count", strconv.Itoa(len(f.Alerts)))}
	}
	return Line{}
}

// cameAlong is what a merged record brought.
func (r Reader) cameAlong(f incident.TookOver) string {
	var parts []string
	for _, p := range []struct {
		key   string
		count int
	}{{"entry.tookAlerts", len(f.Alerts)}, {"entry.tookReports", f.ReportCount}, {"entry.tookPeople", len(f.People)}} {
		if p.count > 0 {
			parts = append(parts, r.say(p.key, "count", strconv.Itoa(p.count)))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return r.say("entry.tookMore", "what", strings.Join(parts, ", "))
}

func (r Reader) signalEntry(f incident.SignalJoined) Line {
	a := f.Alert
	from := a.Sender
	if from == "" {
		from = upper(a.Source)
	}
	line := Line{Icon: "signal", Tone: "plain", Text: r.mark("entry.signal", "from", from, "title", a.Title)}
	why := ""
	switch {
	case a.State == incident.AlertResolved:
		line.Tone, line.Text = "ok", r.mark("entry.signalEnded", "from", from, "title", a.Title)
	case a.State == incident.AlertSilent:
		line.Icon, line.Text = "alert", r.mark("entry.signalSilent", "from", from, "title", a.Title)
	case a.Why == incident.FirstAlert:
		line.Tone = "signal"
	default:
		why = r.Join(a)
	}
	routed, more := "", ""
	if d := a.Ruled; d != nil && d.Service != "" && a.State == incident.AlertFiring {
		routed = r.mark("entry.routed", "rule", d.Name, "service", d.Service, "from", d.From)
	}
	if f.More > 0 {
		more = r.say("entry.more", "count", strconv.Itoa(f.More), "number", r.Number(float64(f.More)))
	}
	line.Detail = strings.TrimSpace(r.mark("entry.signalMore", "value", a.Value, "~why", why, "~routed", routed, "more", more))
	return line
}

// keptDiff is how much of a suspected change's diff an entry shows, in bytes.
const keptDiff = 2 << 10

func (r Reader) evidenceEntry(e *incident.Evidence) Line {
	line := Line{Icon: "list", Tone: "minor", Text: r.mark("entry.evidence", "name", r.EvidenceName(e.Check), "says", r.Evidence(e)),
		Detail: r.mark("entry.evidenceFrom", "source", e.Source, "took", r.took(e.Took))}
	switch e.State {
	case incident.EvidenceFound:
		line.Tone = "plain"
	case incident.EvidenceFailed:
		line.Icon = "alert"
	}
	switch {
	case len(e.Plots) > 0:
		line.Spark = sparkOf(e.Plots[0].Points)
	case len(e.Suspects) > 0:
		line.Spark = e.Suspects[0].Spark
	case len(e.Patterns) > 0:
		line.Spark = e.Patterns[0].Spark
	}
	if len(e.Changes) > 0 {
		line.Diff = e.Changes[0].Change.Diff
		if len(line.Diff) > keptDiff {
			line.Diff = line.Diff[:keptDiff] + "\n…"
		}
	}
	return line
}

// took is how long a check took, where that is worth a word.
func (r Reader) took(d time.Duration) string {
	if d < 100*time.Millisecond {
		return ""
	}
	return r.Duration(d)
}

// sparkPoints is enough for a line as wide as a thumb.
const sparkPoints = 48

// sparkOf keeps of each stretch of points the highest, so that a peak shows.
func sparkOf(points []incident.Point) []float64 {
	n := min(len(points), sparkPoints)
	out := make([]float64, 0, n)
	for k := range n {
		stretch := points[k*len(points)/n : (k+1)*len(points)/n]
		out = append(out, slices.MaxFunc(stretch, func(a, b incident.Point) int {
			if a.Value < b.Value {
				return -1
			}
			return 1
		}).Value)
	}
	return out
}

func (r Reader) declaredEntry(by incident.Actor, f incident.Declared) Line {
	key := "entry.declaredBy"
	switch {
	case f.Policy == "":
	case r.has("entry.declared." + f.Policy):
		key = "entry.declared." + f.Policy
	default:
		key = "entry.declaredPolicy"
	}
	return Line{Icon: "flag", Tone: "key", Detail: written(f.Reason),
		Text: r.mark(key, "who", by.Name, "ref", "INC-"+strconv.Itoa(f.Number), "severity", f.Severity.String(), "policy", f.Policy)}
}

// written is text that a person wrote: its inline markup and its lines are kept.
func written(s string) string { return strings.TrimSpace(visible(s)) }

// due words a time that something is due, on the day of the entry or another.
func (r Reader) due(t, now time.Time) string {
	if t.IsZero() {
		return ""
	}
	return r.when(t, now)
}
