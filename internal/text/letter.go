package text

import (
	"fmt"
	"strings"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// Letter is what a message to one recipient is about.
type Letter struct {
	Incident *incident.Incident
	Purpose  incident.Purpose
	Notice   incident.Notice
	Audience string            // whose wording of the notice: engineering, support, management, other
	Code     string            // of a follow-up: what it says
	Args     map[string]string // of a follow-up
	Link     string            // to act on, or to the incident; empty: the message has no buttons
	Room     bool              // many read it: nobody can answer for them
	Held     bool              // it waited for its reader's quiet hours to end
	Template string            // the team's own of this message's kind, checked; empty: Sigap's
	Before   []string          // what it speaks for, that waited as well: notice, update or the code of a follow-up
	Now      time.Time
}

// Words is a message as any channel can show it, in plain text.
type Words struct {
	Title   string // one line, without the severity and number, which channels put before it
	Lines   []string
	Fields  []Field
	Actions []Action
	PlotAlt string // what the plot shows; empty if there is none
}

// Field is a labelled value.
type Field struct {
	Label string `json:"label"`
	Value string `json:"value"`
}

// Action is a button that opens a page.
type Action struct {
	Label   string
	URL     string
	Primary bool
}

// Letter words a message by its purpose and for its audience.
func (r Reader) Letter(l Letter) Words {
	var w Words
	switch l.Purpose {
	case incident.PurposeNotice:
		w = r.notice(l)
	case incident.PurposeUpdate:
		w = r.update(l)
	case incident.PurposeFollow:
		w = r.follow(l)
	default:
		w = r.page(l)
	}
	if l.Purpose != incident.PurposePage && (l.Held || len(l.Before) > 0) {
		w.Lines = append(w.Lines, r.held(l))
	}
	if i := l.Incident; (l.Purpose == incident.PurposeNotice || l.Purpose == incident.PurposeUpdate) && i.Head != "" {
		// Whoever keeps the message can show later that the timeline was cut or
		// rewritten.
		w.Fields = append(w.Fields, Field{r.say("field.timeline"), fmt.Sprintf("%d · %.12s", i.Seq, i.Head)})
	}
	if l.Incident.Drill {
		w.Title = r.drill() + " " + w.Title
	}
	if l.Purpose != incident.PurposeFollow {
		w.PlotAlt = r.plotAlt(l.Incident)
	}
	return w
}

// held says that a message, or others before it, waited for its reader's quiet
// hours to end, and how it stands now.
func (r Reader) held(l Letter) string {
	var what []string
	for _, code := range l.Before {
		what = append(what, r.say("followed."+code))
	}
	before := strings.Join(what, ", ")
	if !l.Held {
		return r.say("letter.before", "what", before)
	}
	args := []string{"status", r.Status(l.Incident.Status), "what", before}
	if l.Incident.Severity.Valid() {
		args = append(args, "severity", l.Incident.Severity.String())
	}
	return r.say("letter.held", args...)
}

// page asks one person to take it: what, how bad, since when, what is known,
// who is on it.
func (r Reader) page(l Letter) Words {
	i := l.Incident
	w := Words{Title: oneLine(i.Title)}
	if i.Verdict != nil {
		say, _ := r.Verdict(i.Verdict, i)
		w.Lines = append(w.Lines, say+".")
	} else {
		w.Lines = append(w.Lines, r.say("letter.unverified"))
	}
	if i.Status == incident.Triage {
		w.Lines = append(w.Lines, r.say("letter.candidate"))
	}
	w.Fields = append(r.facts(l), Field{r.say("field.who"), r.whoIsOnIt(i)})
	w.Actions = r.actions(l, "letter.onIt")
	return w
}

// actions is the one button: to answer where one person reads it, to look
// where many do.
func (r Reader) actions(l Letter, label string) []Action {
	if l.Link == "" {
		return nil
	}
	if l.Room {
		label = "letter.open"
	}
	return []Action{{Label: r.say(label), URL: l.Link, Primary: true}}
}

// facts are the fields that every first message has.
func (r Reader) facts(l Letter) []Field {
	i := l.Incident
	fields := []Field{{r.say("field.where"), r.where(i)}}
	if since := began(i); !since.IsZero() {
		lasted := ""
		if d := l.Now.Sub(since); d > 0 && i.Status.Open() {
			lasted = r.Duration(d)
		}
		fields = append(fields, Field{r.say("field.since"), r.say("letter.since", "at", r.whenZoned(since, l.Now), "span", lasted)})
	}
	fields = append(fields, Field{r.say("field.howBad"), r.howBad(i)})
	if known := r.known(i); known != "" {
		fields = append(fields, Field{r.say("field.known"), known})
	}
	return fields
}

func (r Reader) whenZoned(t, now time.Time) string {
	return r.when(t, now) + " " + r.in(t).Format("MST")
}

// began is when it began to hurt, as far as is known.
func began(i *incident.Incident) time.Time {
	if t := i.Milestones[incident.ImpactStarted]; !t.IsZero() {
		return t
	}
	return i.Milestones[incident.Detected]
}

// stopped is when it stopped to hurt; zero while it hurts.
func stopped(i *incident.Incident) time.Time {
	if t := i.Milestones[incident.MitigatedAt]; !t.IsZero() {
		return t
	}
	return i.Milestones[incident.ResolvedAt]
}

// where names the service and those that hurt with it, and the environment.
func (r Reader) where(i *incident.Incident) string {
	service := oneLine(i.Service)
	if service == "" {
		service = r.say("letter.unknownService")
	}
	return r.say("letter.where", "service", service, "affected", affected(i), "environment", r.environment(i.Environment))
}

// maxNamed is how many services a line names before it counts.
const maxNamed = 4

func affected(i *incident.Incident) string {
	out := ""
	for n, s := range i.Affected {
		switch {
		case n == maxNamed:
			return out + ", …"
		case n > 0:
			out += ", "
		}
		out += oneLine(s)
	}
	return out
}

// environment is the environment's own name, but for the usual one.
func (r Reader) environment(name string) string {
	switch name {
	case "production", "prod":
		return r.say("environment.production")
	case "":
		return r.say("environment.unknown")
	}
	return oneLine(name)
}

// howBad says in numbers how it hurts: what users feel now, who reported it,
// else what the sender measured, else that nobody knows yet.
func (r Reader) howBad(i *incident.Incident) string {
	var parts []string
	if e := i.EvidenceOf("errors"); e != nil && e.State == incident.EvidenceFound {
		parts = append(parts, r.Evidence(e))
	}
	if i.ReportCount > 0 {
		parts = append(parts, r.countReports(i))
	}
	if len(parts) == 0 {
		for _, a := range i.Alerts {
			if a.Value != "" && a.State != incident.AlertResolved {
				return r.say("letter.value", "title", cut(oneLine(a.Title), 80), "value", cut(oneLine(a.Value), 60))
			}
		}
		return r.say("letter.unmeasured")
	}
	return r.join(parts)
}

// join puts phrases into one line.
func (r Reader) join(parts []string) string {
	var out strings.Builder
	for n, p := range parts {
		if n > 0 {
			out.WriteString("; ")
		}
		out.WriteString(p)
	}
	return out.String()
}

// maxKnown is how many pieces of evidence a message names.
const maxKnown = 2

// known is the first data: what the evidence found, the likeliest cause first.
func (r Reader) known(i *incident.Incident) string {
	if i.Cause != nil {
		return cut(oneLine(plain(i.Cause.Text)), 240)
	}
	var parts []string
	for _, check := range []string{"changes", "metrics", "logs", "recurrence", "probe"} {
		if e := i.EvidenceOf(check); e != nil && e.State == incident.EvidenceFound && len(parts) < maxKnown {
			parts = append(parts, cut(r.Evidence(e), 200))
		}
	}
	return r.join(parts)
}

// whoIsOnIt names those who acknowledged.
func (r Reader) whoIsOnIt(i *incident.Incident) string {
	var names []string
	for _, p := range i.People {
		if len(names) == maxNamed {
			return r.say("letter.andMore", "names", r.list(names))
		}
		names = append(names, oneLine(p.Name))
	}
	if len(names) == 0 {
		return r.say("letter.nobodyYet")
	}
	return r.list(names)
}

// plotAlt says what the main plot shows.
func (r Reader) plotAlt(i *incident.Incident) string {
	p := i.MainPlot()
	if p == nil || len(p.Points) == 0 {
		return ""
	}
	return r.say("plot.alt", "title", r.PlotTitle(*p), "from", r.Clock(p.Points[0].At), "to", r.Clock(p.Points[len(p.Points)-1].At),
		"before", r.Quantity(p.Before, p.Unit), "peak", r.Quantity(p.Peak, p.Unit), "last", r.Quantity(p.Last, p.Unit))
}

// drill marks what is only practised.
func (r Reader) drill() string { return "[" + r.say("letter.drill") + "]" }
