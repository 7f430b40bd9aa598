package chat

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/sigap-dev/sigap/internal/incident"
)

func TestCommandsAreReadAsPeopleWriteThem(t *testing.T) {
	t.Parallel()
	for said, want := range map[string]command{
		"/status":                        {verb: "status"},
		"/Status inc-7":                  {verb: "status", ref: "INC-7"},
		"/ack INC-7":                     {verb: "ack", ref: "INC-7"},
		"/tangani C-1a2b3c":              {verb: "ack", ref: "C-1a2b3c"},
		"/temuan c-1A2B3C Pool\nis full": {verb: "finding", ref: "C-1a2b3c", text: "Pool\nis full"},
		"/finding 7 pods died":           {verb: "finding", text: "7 pods died"},
		"/finding\nThe pool":             {verb: "finding", text: "The pool"},
		"/note INC-7":                    {verb: "note", ref: "INC-7"},
		"/note INC-77777777777 x":        {verb: "note", text: "INC-77777777777 x"},
		"/dice":                          {verb: "dice"},
		"/":                              {},
	} {
		if got, ok := parse(tidy(said)); !ok || got != want {
			t.Errorf("%q is read as %+v (%t), want %+v", said, got, ok, want)
		}
	}
	for _, said := range []string{"", "status", "see /status", "INC-7"} {
		if got, ok := parse(tidy(said)); ok {
			t.Errorf("%q is read as the command %+v", said, got)
		}
	}
}

func TestASeverityBeforeATitleIsTakenOff(t *testing.T) {
	t.Parallel()
	for said, want := range map[string]struct {
		severity incident.Severity
		title    string
	}{
		"SEV1 It burns":  {incident.SEV1, "It burns"},
		"sev4: A typo":   {incident.SEV4, "A typo"},
		"It burns":       {incident.SEV2, "It burns"},
		"SEV9 It burns":  {incident.SEV2, "SEV9 It burns"},
		"SEV1":           {incident.SEV1, ""},
		"SEVEN are down": {incident.SEV2, "SEVEN are down"},
	} {
		if severity, title := graded(said); severity != want.severity || title != want.title {
			t.Errorf("%q is %s, %q", said, severity, title)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, said := range []string{"/finding INC-7 the pool", "/ack c-1a2b3c", "/", "\x00/note \xff", "/declare SEV1 x", "halo"} {
		f.Add(said)
	}
	f.Fuzz(func(t *testing.T, said string) {
		said = tidy(said)
		c, ok := parse(said)
		switch {
		case strings.Contains(said, "\x00") || !utf8.ValidString(said):
			t.Errorf("%q is not tidy", said)
		case ok != strings.HasPrefix(said, "/"):
			t.Errorf("%q is a command: %t", said, ok)
		case !strings.HasSuffix(said, c.text) || strings.ContainsAny(c.verb, " \n"):
			t.Errorf("%q is read as %+v", said, c)
		case c.ref != "" && !named.MatchString(c.ref):
			t.Errorf("%q names %q", said, c.ref)
		}
		graded(c.text)
	})
}
