package chat

import (
	"regexp"
	"strings"

	"github.com/sigap-dev/sigap/internal/incident"
)

// command is what somebody wrote to be done.
type command struct {
	verb string
	ref  string // the incident that it names; empty if none
	text string // the rest
}

// names are the verbs as people write them. All of them work in each language,
// so that nobody has to remember where they are.
var names = map[string]string{
	"start": "help", "help": "help", "bantuan": "help",
	"status": "status", "ack": "ack", "tangani": "ack", "pass": "pass", "teruskan": "pass", "join": "join", "gabung": "join", "ikut": "join",
	"finding": "finding", "temuan": "finding", "note": "note", "catatan": "note",
	"report": "report", "lapor": "report", "laporan": "report",
	"declare": "declare", "nyatakan": "declare", "oncall": "oncall", "piket": "oncall",
}

var named = regexp.MustCompile(`(?i)^(INC-\d{1,9}|C-[0-9a-f]{6})$`)

// parse reads a command: a slash, a verb, perhaps an incident's reference, and
// the rest as it was written. ok is false for what is no command.
func parse(said string) (c command, ok bool) {
	rest, ok := strings.CutPrefix(said, "/")
	if !ok {
		return c, false
	}
	word, rest := first(rest)
	c.verb = strings.ToLower(word)
	if verb := names[c.verb]; verb != "" {
		c.verb = verb
	}
	if ref, after := first(rest); named.MatchString(ref) {
		c.ref, rest = reference(ref), after
	}
	c.text = rest
	return c, true
}

// tidy takes out of a text what no store holds.
func tidy(s string) string {
	return strings.TrimSpace(strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\x00", ""))
}

// first cuts a text behind its first word.
func first(s string) (word, rest string) {
	if at := strings.IndexAny(s, " \t\r\n"); at >= 0 {
		return s[:at], strings.TrimSpace(s[at:])
	}
	return s, ""
}

// graded takes a severity off the beginning of a text; SEV2 if it names none.
func graded(s string) (incident.Severity, string) {
	word, rest := first(s)
	for sev := incident.SEV1; sev <= incident.SEV4; sev++ {
		if strings.EqualFold(strings.TrimSuffix(word, ":"), sev.String()) {
			return sev, rest
		}
	}
	return incident.SEV2, s
}

// reference writes a reference as Sigap does: INC-7, C-1a2b3c.
func reference(s string) string {
	kind, id, _ := strings.Cut(s, "-")
	return strings.ToUpper(kind) + "-" + strings.ToLower(id)
}
