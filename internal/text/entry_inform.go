package text

import (
	"slices"
	"strconv"
	"strings"

	"github.com/sigap-dev/sigap/internal/incident"
)

func (r Reader) informEntry(who string, fact incident.Fact) Line {
	switch f := fact.(type) {
	case incident.Notice:
		return r.noticeEntry(f)
	case incident.Receipt:
		return r.receiptEntry(f)
	case incident.Escalated:
		return Line{Icon: "alert", Tone: "plain", Text: r.mark("entry.escalated", "name", f.To.Name, "team", f.Team), Detail: r.say("why." + f.Code)}
	case incident.Required:
		names := make([]string, 0, len(f.Teams))
		for _, t := range f.Teams {
			names = append(names, oneLine(t.Name))
		}
		return Line{Icon: "user", Tone: "minor", Text: r.mark("entry.required", "teams", r.list(names)), Detail: r.say("entry.required.why")}
	case incident.Unreached:
		return Line{Icon: "alert", Tone: "loud", Text: r.mark("entry.unreached", "team", f.Team), Detail: r.say("unreached." + f.Code)}
	case incident.Waived:
		return Line{Icon: "check", Tone: "plain", Text: r.mark("entry.waived", "who", who, "name", f.Person.Name), Detail: written(f.Reason)}
	case incident.RoomOpened:
		return Line{Icon: "chat", Tone: "minor", Text: r.mark("entry.room", "name", f.Name), Detail: written(f.URL)}
	}
	return Line{}
}

func (r Reader) noticeEntry(f incident.Notice) Line {
	people, rooms := 0, 0
	names := make([]string, 0, len(f.To))
	teams := []string{}
	for _, to := range f.To {
		if to.Room {
			rooms++
		} else {
			people++
			names = append(names, to.Name)
		}
		if to.Team != "" && !slices.Contains(teams, to.Team) {
			teams = append(teams, to.Team)
		}
	}
	line := Line{Icon: "send", Tone: "minor"}
	to := r.audience(people, rooms)
	switch {
	case f.Purpose == incident.PurposePage && people == 1:
		line.Text = r.mark("entry.page", "name", names[0], "team", f.To[0].Team)
	case f.Purpose == incident.PurposeFollow:
		line.Text = r.mark("entry.follow", "~what", r.say("followed."+f.Code), "to", to)
	default:
		line.Text = r.mark("entry.notice."+string(f.Purpose), "to", to)
		line.Detail = inline(r.list(teams))
	}
	return line
}

// audience counts those that a notice goes to.
func (r Reader) audience(people, rooms int) string {
	var parts []string
	if people > 0 || rooms == 0 {
		parts = append(parts, r.say("count.people", "n", strconv.Itoa(people)))
	}
	if rooms > 0 {
		parts = append(parts, r.say("count.rooms", "n", strconv.Itoa(rooms)))
	}
	return r.list(parts)
}

func (r Reader) receiptEntry(f incident.Receipt) Line {
	state := string(f.State)
	switch f.Detail {
	case incident.InLater:
		state = "inOne"
	case incident.NotNeeded:
		state = "notNeeded"
	}
	line := Line{Icon: "send", Tone: "minor", Text: r.mark("entry.receipt."+state, "name", f.To.Name, "channel", r.channel(f.Channel))}
	switch f.State {
	case incident.Queued:
		switch f.Detail {
		case incident.QuietHours:
			line.Detail = r.say("receipt.quiet", "until", r.zoned(f.Until))
		case incident.InSummary:
			line.Detail = r.say("receipt.gathered", "until", r.zoned(f.Until))
		}
	case incident.Accepted, incident.Delivered:
		if f.Detail == incident.InSummary {
			line.Detail = r.say("receipt.summary")
		}
	case incident.AckedBy:
		line.Icon = "user"
	case incident.DeclinedBy:
		line.Icon, line.Tone = "undo", "plain"
	case incident.FailedToSend:
		line.Icon, line.Tone, line.Detail = "alert", "plain", inline(r.failure(f.Detail))
	}
	if f.Unsure {
		key := "receipt.twice"
		if f.State == incident.FailedToSend {
			key = "receipt.perhaps"
		}
		line.Detail = strings.TrimSpace(line.Detail + " " + r.say(key))
	}
	return line
}

// channel is how people call a channel.
func (r Reader) channel(kind string) string {
	if key := "channel." + kind; r.has(key) {
		return r.say(key)
	}
	return upper(kind)
}

// failure words why a message did not go out: Sigap's own reasons in the
// language, a service's words as they are.
func (r Reader) failure(detail string) string {
	own := map[string]string{"no-method": "noMethod", "the contact method was removed": "removed", "the channel is not set up": "notSetUp", "the channel did not answer": "noAnswer"}
	if code, ok := own[detail]; ok {
		return r.say("failure." + code)
	}
	if detail == "" {
		return ""
	}
	return "“" + cut(oneLine(detail), 200) + "”"
}
