package text

import (
	"strconv"
	"strings"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// What Sigap answers to who works with it from a chat.

// ChatCommands are the verbs of a chat, with what each does.
func (r Reader) ChatCommands() []Field {
	var out []Field
	for _, verb := range []string{"status", "ack", "pass", "join", "finding", "note", "report", "declare", "oncall", "help"} {
		out = append(out, Field{verb, r.say("chat.what." + verb)})
	}
	return out
}

// ChatHelp lists the verbs.
func (r Reader) ChatHelp() Words {
	w := Words{Title: r.say("chat.help")}
	for _, f := range r.ChatCommands() {
		w.Lines = append(w.Lines, r.say("chat.helpLine", "verb", f.Label, "what", f.Value))
	}
	w.Lines = append(w.Lines, r.say("chat.helpAnswer"))
	return w
}

// ChatSay is a short answer that needs nothing but a reference.
func (r Reader) ChatSay(code, ref string) Words { return Words{Title: r.say("chat."+code, "ref", ref)} }

// ChatStranger tells somebody whom Sigap does not know how to be known, by
// what the service calls them.
func (r Reader) ChatStranger(address string) string {
	return r.say("chat.stranger", "address", address)
}

// ChatRoom tells that a room is none of Sigap's, and how it becomes one.
func (r Reader) ChatRoom(address string) string { return r.say("chat.room", "address", address) }

// ChatDone says what a verb did to an incident.
func (r Reader) ChatDone(verb string, i *incident.Incident, link string) Words {
	return Words{Title: r.say("chat.done."+verb, "ref", i.Ref(), "title", oneLine(i.Title)), Actions: r.actions(Letter{Link: link}, "letter.open")}
}

// ChatPicture says that a picture was not kept.
func (r Reader) ChatPicture() string { return r.say("chat.picture") }

// ChatNeeds says what a verb lacks, with an example.
func (r Reader) ChatNeeds(verb string) Words {
	return Words{Title: r.say("chat.needs." + verb)}
}

// ChatWhich lists the incidents that a verb may be about.
func (r Reader) ChatWhich(verb string, open []*incident.Incident, now time.Time) Words {
	w := r.ChatOpen(open, now)
	w.Title = r.say("chat.which", "verb", verb, "ref", open[0].Ref())
	return w
}

// ChatOpen lists what is open, the worst first.
func (r Reader) ChatOpen(open []*incident.Incident, now time.Time) Words {
	w := Words{Title: r.say("chat.open", "n", strconv.Itoa(len(open)))}
	if len(open) == 0 {
		w.Title = r.say("chat.nothing")
	}
	for n, i := range open {
		if n == maxSummed {
			w.Lines = append(w.Lines, r.say("summary.more", "n", strconv.Itoa(len(open)-n)))
			break
		}
		lead := r.say("chat.noLead")
		if p := i.Roles[incident.Commander]; p.Name != "" {
			lead = oneLine(p.Name)
		}
		w.Lines = append(w.Lines, r.say("chat.line", "incident", r.summed(i, now), "status", r.Status(i.Status), "lead", lead))
	}
	return w
}

// ChatIncident is how one incident stands: what people ask first.
func (r Reader) ChatIncident(i *incident.Incident, link string, now time.Time) Words {
	l := Letter{Incident: i, Now: now, Link: link}
	w := Words{Title: oneLine(i.Title), Fields: append([]Field{{r.say("field.state"), r.Status(i.Status)}}, r.facts(l)...)}
	if p := i.Roles[incident.Commander]; p.Name != "" {
		w.Fields = append(w.Fields, Field{r.say("field.lead"), oneLine(p.Name)})
	}
	w.Fields = append(w.Fields, Field{r.say("field.who"), r.whoIsOnIt(i)})
	if c := i.NextUpdate(); c != nil {
		w.Fields = append(w.Fields, Field{r.say("field.nextUpdate"), r.whenZoned(c.Due, now)})
	}
	w.Actions = r.actions(l, "letter.open")
	if i.Drill {
		w.Title = r.drill() + " " + w.Title
	}
	return w
}

// ChatTopic is the line above an incident's own conversation: how bad, how it
// stands, who leads, and where all of it is.
func (r Reader) ChatTopic(i *incident.Incident, link string) string {
	severity, lead := "", r.say("chat.noLead")
	if i.Severity.Valid() {
		severity = i.Severity.String()
	}
	if p := i.Roles[incident.Commander]; p.Name != "" {
		lead = oneLine(p.Name)
	}
	return r.say("chat.topic", "severity", severity, "status", r.Status(i.Status), "lead", lead, "link", link)
}

// ChatMarked is a message of others as a finding; author may be empty.
func (r Reader) ChatMarked(text, author, link string) string {
	return text + r.say("chat.marked", "author", author, "link", link)
}

// ChatDuty is a team with those whom a page asks first, or one step of a
// service's ladder.
type ChatDuty struct {
	Team  string
	Names []string
	After time.Duration // after the first; 0: at once
}

// ChatOnCall says who is asked first; service is empty for all teams.
func (r Reader) ChatOnCall(service string, duty []ChatDuty) Words {
	w := Words{Title: r.say("chat.onCall")}
	if service != "" {
		w.Title = r.say("chat.onCallFor", "service", oneLine(service))
	}
	for _, d := range duty {
		names := r.say("chat.nobody")
		if len(d.Names) > 0 {
			names = r.list(d.Names)
		}
		after := ""
		if d.After > 0 {
			after = r.Duration(d.After)
		}
		w.Lines = append(w.Lines, r.say("chat.duty", "team", oneLine(d.Team), "names", oneLine(names), "after", after))
	}
	if len(duty) == 0 {
		w.Lines = append(w.Lines, r.say("chat.noTeams"))
	}
	return w
}

// ChatRefused says why something was not done, and what to do: by the code of
// the mistake, since its own words are in English.
func (r Reader) ChatRefused(e *incident.Error) Words {
	if !r.indonesian() {
		return Words{Title: oneLine(e.Message)}
	}
	return Words{Title: r.say("chat.refused." + strings.ReplaceAll(string(e.Code), "-", ""))}
}

// ChatRight names the right that something needs.
func (r Reader) ChatRight(right incident.Right) Words {
	return Words{Title: r.say("chat.right", "right", r.say("right."+string(right)))}
}

// Open is the button that opens the incident's page.
func (r Reader) Open() string { return r.say("letter.open") }

// TakePart is the button that says that one takes part.
func (r Reader) TakePart() string { return r.say("chat.join") }
