package text

import (
	"strconv"
	"strings"

	"github.com/sigap-dev/sigap/internal/incident"
)

func (r Reader) investigateEntry(by incident.Actor, fact incident.Fact) Line {
	who := by.Name
	switch f := fact.(type) {
	case incident.Joined:
		return Line{Icon: "user", Tone: "minor", Text: r.mark("entry.joined", "who", who)}
	case incident.RoleTaken:
		key := "entry.roleGiven"
		if f.Person.ID == by.ID {
			key = "entry.roleTaken"
		}
		return Line{Icon: "user", Tone: "plain", Text: r.mark(key, "who", who, "name", f.Person.Name, "role", r.Role(f.Role))}
	case incident.Note:
		return Line{Icon: "chat", Tone: "plain", Text: r.mark("entry.note", "who", who, "~text", written(f.Text))}
	case incident.Finding:
		return Line{Icon: "pin", Tone: "key", Diff: f.Diff, Text: r.mark("entry.finding", "who", who, "says", r.say("says."+string(f.Says)), "area", r.say("area."+string(f.Area)), "~text", written(f.Text))}
	case incident.Hypothesis:
		return Line{Icon: "list", Tone: "plain", Text: r.mark("entry.hypothesis", "who", who, "~text", written(f.Text))}
	case incident.HypothesisJudged:
		return Line{Icon: "list", Tone: "plain", Text: r.mark("entry.hypothesisJudged", "who", who, "state", r.say("hypothesis."+string(f.State)), "~text", written(f.Text)), Detail: written(f.Why)}
	case incident.EvidenceLinked:
		key := "entry.evidenceFor"
		if f.Against {
			key = "entry.evidenceAgainst"
		}
		return Line{Icon: "pin", Tone: "minor", Text: r.mark(key, "who", who, "~text", written(f.Text))}
	case incident.Reported:
		return r.reportEntry(by, f)
	case incident.CauseConfirmed:
		return Line{Icon: "check", Tone: "key", Text: r.mark("entry.cause", "who", who, "~text", written(f.Text)),
			Detail: r.mark("entry.causeMore", "area", upper(r.say("area."+string(f.Area))), "~factors", strings.Join(f.Factors, "; "))}
	case incident.Pinned:
		key := "entry.pinned"
		if f.Off {
			key = "entry.unpinned"
		}
		return Line{Icon: "pin", Tone: "minor", Text: r.mark(key, "who", who, "seq", strconv.Itoa(f.Seq))}
	case incident.Corrected:
		return Line{Icon: "undo", Tone: "minor", Text: r.mark("entry.corrected", "who", who, "seq", strconv.Itoa(f.Seq)), Quote: written(f.Text)}
	}
	return Line{}
}

func (r Reader) reportEntry(by incident.Actor, f incident.Reported) Line {
	key := "entry.reportHeard"
	if by.Kind == incident.PersonActor {
		key = "entry.reportBy"
	}
	count := strconv.Itoa(max(1, f.Count))
	return Line{Icon: "users", Tone: "support", Text: r.mark(key, "who", by.Name, "count", count),
		Detail: r.mark("entry.reportMore", "segment", f.Report.Segment, "channel", r.channelOf(f.Report.Channel)), Quote: "“" + inline(f.Report.Words) + "”"}
}

// channelOf is channel for what may not be said.
func (r Reader) channelOf(kind string) string {
	if kind == "" {
		return ""
	}
	return r.channel(kind)
}
