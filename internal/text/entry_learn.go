package text

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

func (r Reader) updateEntry(e incident.Entry, fact incident.Fact) Line {
	switch f := fact.(type) {
	case incident.ClockSet:
		if f.Clock.Due.IsZero() {
			return Line{Icon: "clock", Tone: "minor", Text: r.mark("entry.clockStopped", "name", f.Clock.Name)}
		}
		every := ""
		if f.Clock.Every > 0 {
			every = r.Duration(f.Clock.Every)
		}
		return Line{Icon: "clock", Tone: "minor", Text: r.mark("entry.clock", "name", f.Clock.Name, "due", r.when(f.Clock.Due, e.At), "every", every)}
	case incident.UpdateDue:
		if f.Late {
			return Line{Icon: "alert", Tone: "loud", Text: r.mark("entry.updateLate", "name", f.Name, "due", r.when(f.Due, e.At))}
		}
		return Line{Icon: "clock", Tone: "minor", Text: r.mark("entry.updateDue", "name", f.Name, "due", r.when(f.Due, e.At))}
	case incident.UpdateSent:
		f.At = e.At
		return Line{Icon: "send", Tone: "plain", Quote: written(strings.TrimSpace(f.Text.Status + "\n" + f.Text.Impact)),
			Text: r.mark("entry.update", "who", e.Actor.Name, "number", strconv.Itoa(f.Number), "name", f.Name, "punctual", r.punctual(&f))}
	}
	return Line{}
}

// punctual says whether an update was on time; empty if none was promised.
func (r Reader) punctual(u *incident.UpdateSent) string {
	switch {
	case u.WasDue.IsZero():
		return ""
	case u.OnTime():
		return r.say("update.onTime")
	default:
		return r.say("update.late", "span", r.Duration(u.At.Sub(u.WasDue)))
	}
}

func (r Reader) learnEntry(who string, fact incident.Fact) Line {
	switch f := fact.(type) {
	case incident.ReviewDrafted:
		return Line{Icon: "book", Tone: "plain", Text: r.say("entry.reviewDrafted")}
	case incident.ReviewEdited:
		return Line{Icon: "book", Tone: "minor", Text: r.mark("entry.reviewEdited", "who", who, "parts", r.parts(f.Parts))}
	case incident.MeetingSet:
		return Line{Icon: "clock", Tone: "plain", Detail: inline(f.Where),
			Text: r.mark("entry.meeting", "who", who, "at", r.DateTime(f.At), "minutes", strconv.Itoa(f.Minutes), "people", strconv.Itoa(len(f.Attendees)))}
	case incident.Action:
		return Line{Icon: "flag", Tone: "plain", Text: r.mark("entry.action", "who", who, "title", f.Title),
			Detail: r.mark("entry.actionMore", "kind", r.say("action."+string(f.What)), "name", f.Owner.Name, "due", r.dateOf(f.Due))}
	case incident.ActionSet:
		if f.Done {
			return Line{Icon: "check", Tone: "ok", Text: r.mark("entry.actionDone", "who", who, "title", f.Title), Detail: written(f.Proof)}
		}
		return Line{Icon: "undo", Tone: "plain", Text: r.mark("entry.actionOpened", "who", who, "title", f.Title)}
	case incident.Published:
		return Line{Icon: "book", Tone: "key", Text: r.mark("entry.published", "who", who)}
	case incident.Graded:
		return r.gradedEntry(who, f)
	}
	return Line{}
}

// parts names the parts of a review that were edited, in the review's order.
func (r Reader) parts(edited map[string]string) string {
	var names []string
	for _, name := range []string{"title", "summary", "impact", "cause", "well", "improve", "lucky"} {
		if _, ok := edited[name]; ok {
			names = append(names, r.say("part."+name))
		}
	}
	return r.list(slices.Clip(names))
}

// dateOf is Date for a time that may not be set.
func (r Reader) dateOf(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return r.Date(t)
}
