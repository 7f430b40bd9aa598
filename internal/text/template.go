package text

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/sigap-dev/sigap/internal/incident"
)

// TemplateKind is a message whose words a team may write itself. A page is
// none: who is woken reads the same words each time.
type TemplateKind string

const (
	ToEngineering TemplateKind = "engineering" // the initial notice, by who reads it
	ToSupport     TemplateKind = "support"
	ToManagement  TemplateKind = "management"
	RegularUpdate TemplateKind = "update"
)

// TemplateKinds are all of them.
func TemplateKinds() []TemplateKind {
	return []TemplateKind{ToEngineering, ToSupport, ToManagement, RegularUpdate}
}

// TemplateOf is the kind of a message to an audience; false if it has no template.
func TemplateOf(purpose incident.Purpose, audience string) (TemplateKind, bool) {
	switch {
	case purpose == incident.PurposeUpdate:
		return RegularUpdate, true
	case purpose != incident.PurposeNotice:
		return "", false
	case audience == "engineering" || audience == "support":
		return TemplateKind(audience), true
	}
	return ToManagement, true
}

// What a template and what comes of it may hold.
const (
	maxTemplate = 4000     // bytes
	maxUses     = 60       // placeholders
	maxFilled   = 32 << 10 // characters
)

// Placeholders are the names that a template of the kind may use; nil for no kind.
func (k TemplateKind) Placeholders() []string {
	both := []string{"ref", "title", "severity", "service", "where", "since", "lead", "who", "state", "nextUpdate"}
	switch k {
	case ToEngineering, ToSupport, ToManagement:
		return append(both, "unverified", "verdict", "suspect", "howBad", "known", "symptoms", "impact", "affected", "whom")
	case RegularUpdate:
		return append(both, "number", "status", "impactNow", "done", "next", "last")
	}
	return nil
}

// Check names the first mistake of a template, with its line. What it lets
// pass can be filled for any incident.
func (k TemplateKind) Check(template string) error {
	switch {
	case k.Placeholders() == nil:
		return incident.FieldError("kind", "There is no template of the kind %q.", k)
	case len(template) > maxTemplate:
		return incident.FieldError("text", "A template has at most %d characters.", maxTemplate)
	case strings.TrimSpace(template) == "":
		return incident.FieldError("text", "A template says something.")
	case strings.Count(template, "{") > maxUses:
		return incident.FieldError("text", "A template uses at most %d placeholders.", maxUses)
	}
	for n, line := range strings.Split(template, "\n") {
		if wrong := k.mistake(line); wrong != "" {
			return incident.FieldError("text", "Line %d: %s", n+1, wrong)
		}
	}
	return nil
}

// mistake says what is wrong with a line; empty if nothing is.
func (k TemplateKind) mistake(line string) string {
	open := 0
	for {
		at := strings.IndexAny(line, "[]{}")
		if at < 0 {
			break
		}
		sign, rest := line[at], line[at+1:]
		switch sign {
		case '[':
			open++
		case ']':
			if open--; open < 0 {
				return "a ] has no [ before it."
			}
		case '}':
			return "a } has no { before it."
		case '{':
			name, after, closed := strings.Cut(rest, "}")
			switch {
			case !closed:
				return "a { is not closed by a }."
			case !slices.Contains(k.Placeholders(), name):
				return fmt.Sprintf("there is no {%s}. There are {%s}.", cut(oneLine(name), 40), strings.Join(k.Placeholders(), "}, {"))
			}
			rest = after
		}
		line = rest
	}
	if open > 0 {
		return "a [ is not closed by a ]."
	}
	return ""
}

// Template is the one that holds until a team writes its own.
func (r Reader) Template(k TemplateKind) string { return r.messages()["template."+string(k)] }

// Placeholder says what a placeholder stands for.
func (r Reader) Placeholder(name string) string { return r.say("placeholder." + name) }

// filled gives the lines of a message by its template. A line of which nothing
// is left when it is filled is left out.
func (r Reader) filled(l Letter, k TemplateKind, value func(name string) string) []string {
	template := l.Template
	if template == "" {
		template = r.Template(k)
	}
	var lines []string
	room := maxFilled
	for _, line := range strings.Split(template, "\n") {
		out, _ := fill(strings.TrimSpace(line), value)
		if out = strings.TrimSpace(out); out == "" || room < 2 {
			continue
		}
		out = cut(out, room)
		room -= len(out)
		lines = append(lines, out)
	}
	return lines
}

// common is what a placeholder of any kind stands for.
func (r Reader) common(l Letter, name string) string {
	i := l.Incident
	switch name {
	case "ref":
		return i.Ref()
	case "title":
		return oneLine(i.Title)
	case "severity":
		if i.Severity.Valid() {
			return i.Severity.String()
		}
	case "service":
		return oneLine(i.Service)
	case "where":
		return r.where(i)
	case "since":
		if since := began(i); !since.IsZero() {
			return r.whenZoned(since, l.Now)
		}
	case "lead":
		return oneLine(i.Roles[incident.Commander].Name)
	case "who":
		return r.whoIsOnIt(i)
	case "state":
		return r.Status(i.Status)
	case "nextUpdate":
		if c := i.NextUpdate(); c != nil {
			return r.whenZoned(c.Due, l.Now)
		}
	}
	return ""
}

// ofNotice is what a placeholder of a notice stands for.
func (r Reader) ofNotice(l Letter, name string) string {
	i := l.Incident
	switch name {
	case "unverified":
		if i.Verdict == nil || !i.Verdict.Live {
			return r.say("letter.unverified")
		}
		return ""
	case "verdict":
		if i.Verdict == nil {
			return ""
		}
		say, how := r.Verdict(i.Verdict, i)
		return say + ". " + how
	case "suspect":
		return r.suspicion(i)
	case "howBad":
		return r.howBad(i)
	case "known":
		return r.known(i)
	case "symptoms":
		return r.symptoms(i)
	case "impact":
		return r.impact(i)
	case "affected":
		return suffering(i)
	case "whom":
		return r.segments(i)
	}
	return r.common(l, name)
}

// ofUpdate is what a placeholder of an update stands for.
func (r Reader) ofUpdate(l Letter, u *incident.UpdateSent, name string) string {
	switch name {
	case "number":
		return strconv.Itoa(u.Number)
	case "status":
		return plain(u.Text.Status)
	case "impactNow":
		return plain(u.Text.Impact)
	case "done":
		return plain(u.Text.Done)
	case "next":
		return plain(u.Text.Next)
	case "last":
		if u.Final {
			return r.say("letter.lastUpdate")
		}
		return ""
	case "nextUpdate":
		if u.Final || u.NextDue.IsZero() {
			return ""
		}
		return r.whenZoned(u.NextDue, l.Now)
	}
	return r.common(l, name)
}
