package text

import (
	"strconv"
	"strings"

	"github.com/sigap-dev/sigap/internal/incident"
)

func (r Reader) actEntry(e incident.Entry, fact incident.Fact) Line {
	who := e.Actor.Name
	switch f := fact.(type) {
	case incident.Option:
		return Line{Icon: "list", Tone: "plain", Text: r.mark("entry.option", "who", who, "title", f.Title, "track", r.say("track."+string(f.Track))), Detail: inline(r.option(f))}
	case incident.Voted:
		key := "entry.voted"
		if f.Back {
			key = "entry.unvoted"
		}
		return Line{Icon: "user", Tone: "minor", Text: r.mark(key, "who", who, "title", f.Title)}
	case incident.Decided:
		return Line{Icon: "scale", Tone: "key", Text: r.mark("entry.decided", "who", who, "title", f.Title), Detail: written(f.Reason)}
	case incident.Task:
		return Line{Icon: "user", Tone: "minor", Text: r.mark("entry.task", "who", who, "name", f.To.Name, "title", f.Title, "due", r.due(f.Due, e.At))}
	case incident.TaskAnswered:
		if f.Accepted {
			return Line{Icon: "user", Tone: "minor", Text: r.mark("entry.taskAccepted", "who", who, "title", f.Title)}
		}
		return Line{Icon: "undo", Tone: "plain", Text: r.mark("entry.taskDeclined", "who", who, "title", f.Title), Detail: written(f.Why)}
	case incident.TaskDone:
		return Line{Icon: "check", Tone: "ok", Text: r.mark("entry.taskDone", "who", who, "title", f.Title), Detail: written(f.Result)}
	case incident.Proof:
		return r.proofEntry(f)
	case incident.StepProposed:
		return Line{Icon: "flag", Tone: "plain", Text: r.mark("entry.proposed."+f.Code, "to", r.Status(f.To)), Detail: r.say("entry.proposedMore")}
	case incident.StatusSet:
		return r.statusEntry(who, f)
	}
	return Line{}
}

// option says an option's effect, time, risk and whether it can be undone.
func (r Reader) option(o incident.Option) string {
	parts := []string{o.Effect}
	if o.Minutes > 0 {
		parts = append(parts, r.say("option.minutes", "n", strconv.Itoa(o.Minutes)))
	}
	if o.Risk != "" {
		parts = append(parts, r.say("option.risk", "risk", o.Risk))
	}
	if o.Effort != "" {
		parts = append(parts, r.say("option.effort", "effort", o.Effort))
	}
	if o.Reversible {
		parts = append(parts, r.say("option.reversible"))
	} else {
		parts = append(parts, r.say("option.final"))
	}
	if parts[0] == "" {
		parts = parts[1:]
	}
	return strings.Join(parts, " · ")
}

func (r Reader) proofEntry(f incident.Proof) Line {
	name := r.PlotTitle(incident.Plot{Title: f.Title, Service: f.Service})
	side := "below"
	if f.Above {
		side = "above"
	}
	args := []string{"name", name, "now", r.Quantity(f.Now, f.Unit), "limit", r.say("proof."+side, "limit", r.Quantity(f.Limit, f.Unit)), "hold", r.holds(f)}
	switch {
	case f.Unknown:
		return Line{Icon: "alert", Tone: "plain", Text: r.mark("entry.proofUnknown", args...)}
	case f.Good:
		return Line{Icon: "signal", Tone: "ok", Spark: f.Spark, Text: r.mark("entry.proofGood", args...), Detail: r.mark("entry.proofHold", args...)}
	default:
		return Line{Icon: "signal", Tone: "minor", Spark: f.Spark, Text: r.mark("entry.proofBad", args...)}
	}
}

func (r Reader) holds(f incident.Proof) string {
	if f.Hold <= 0 {
		return ""
	}
	return r.Duration(f.Hold)
}

func (r Reader) statusEntry(who string, f incident.StatusSet) Line {
	line := Line{Icon: "flag", Tone: "plain", Text: r.mark("entry.status", "who", who, "to", r.Status(f.To)), Detail: written(f.Reason)}
	switch {
	case f.To.Before(f.From):
		line.Icon, line.Tone, line.Text = "undo", "key", r.mark("entry.reopened", "who", who, "to", r.Status(f.To))
	case f.To == incident.Monitoring:
		line.Icon, line.Tone, line.Text = "check", "ok", r.mark("entry.mitigated", "who", who)
	case f.To == incident.StatusResolved:
		line.Icon, line.Tone, line.Text = "check", "ok", r.mark("entry.resolved", "who", who)
	}
	return line
}
