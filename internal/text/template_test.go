package text

import (
	"strings"
	"testing"

	"github.com/sigap-dev/sigap/internal/incident"
)

func TestEachPlaceholderStandsForSomethingAndIsExplained(t *testing.T) {
	t.Parallel()
	unverified := &incident.Incident{Number: 7}
	reported, _ := inc142(t, "14:09")
	sent, _ := inc142(t, "14:17")
	ended := *sent
	ended.Updates = []incident.UpdateSent{{ID: "u1", Final: true}}
	for _, r := range readers() {
		for _, k := range TemplateKinds() {
			for _, name := range k.Placeholders() {
				if r.Placeholder(name) == "placeholder."+name {
					t.Errorf("%s: {%s} is not explained", r.Lang, name)
				}
				found := false
				for _, i := range []*incident.Incident{unverified, reported, sent, &ended} {
					l := Letter{Incident: i, Purpose: incident.PurposeNotice, Audience: string(k), Template: "{" + name + "}", Now: clockOf("14:10:00"), Notice: incident.Notice{Update: "u1"}}
					if k == RegularUpdate {
						l.Purpose = incident.PurposeUpdate
					}
					found = found || len(r.Letter(l).Lines) > 0
				}
				if !found {
					t.Errorf("%s: {%s} of %s is empty in each incident of the story", r.Lang, name, k)
				}
			}
		}
	}
}

func TestSigapsOwnTemplatesPassTheirCheck(t *testing.T) {
	t.Parallel()
	for _, r := range readers() {
		for _, k := range TemplateKinds() {
			if err := k.Check(r.Template(k)); err != nil {
				t.Errorf("%s, %s: %v", r.Lang, k, err)
			}
		}
	}
}

func TestAMistakeInATemplateIsNamedWithItsLine(t *testing.T) {
	t.Parallel()
	for template, want := range map[string]string{
		"":                                 "says something",
		"Hello\n{wrong}":                   "Line 2: there is no {wrong}. There are {ref}, {title}",
		"{status}":                         "there is no {status}", // an update's
		"{ref":                             "a { is not closed",
		"ref}":                             "a } has no { before it",
		"[in {service}":                    "a [ is not closed",
		"in {service}]":                    "a ] has no [ before it",
		"[a\nb]":                           "Line 1: a [ is not closed",
		"{ref|one|other}":                  "there is no {ref|one|other}",
		strings.Repeat("x", maxTemplate+1): "at most 4000",
		strings.Repeat("{ref}", maxUses+1): "at most 60 placeholders",
	} {
		err := ToSupport.Check(template)
		if !incident.Is(err, incident.Invalid) || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: %v, want %q", template, err, want)
		}
	}
	if err := ToSupport.Check("Halo tim,\n[Terdampak: {whom}]\n\n{ref} [di {service}[ ({severity})]]"); err != nil {
		t.Error(err)
	}
}

func TestWhatHasNoValueIsLeftOut(t *testing.T) {
	t.Parallel()
	i := &incident.Incident{Number: 7, Title: "Checkout fails", Status: incident.Investigating}
	l := Letter{Incident: i, Purpose: incident.PurposeNotice, Audience: "support", Template: "{ref}[ of {service}]: {title}.\n[Affected: {whom}]\n\n{suspect}\nThe end."}
	got := strings.Join(Reader{}.Letter(l).Lines, "|")
	if got != "INC-7: Checkout fails.|The end." {
		t.Errorf("got %q", got)
	}
}

func TestAValueIsNeverReadAsATemplate(t *testing.T) {
	t.Parallel()
	i := &incident.Incident{Number: 7, Title: "{ref} [x] {wrong", Status: incident.Investigating}
	got := Reader{}.Letter(Letter{Incident: i, Purpose: incident.PurposeNotice, Audience: "support", Template: "{title}"}).Lines
	if len(got) != 1 || got[0] != i.Title {
		t.Errorf("got %q", got)
	}
}

// FuzzTemplate gives templates that the check lets pass to a real incident:
// each message ends, within its bounds and without a placeholder left.
func FuzzTemplate(f *testing.F) {
	for _, r := range readers() {
		for _, k := range TemplateKinds() {
			f.Add(string(k), r.Template(k))
		}
	}
	for _, s := range []string{"{", "}", "[", "]", "{ref|}", "[{ref}]{ref", "[[[{ref}]]]", "\x00{title}\xff", "{ref}\r\n{ref}"} {
		f.Add("update", s)
	}
	i, _ := inc142(f, "14:17")
	f.Fuzz(func(t *testing.T, kind, template string) {
		k := TemplateKind(kind)
		if k.Check(template) != nil {
			return
		}
		l := Letter{Incident: i, Purpose: incident.PurposeNotice, Audience: kind, Template: template, Now: clockOf("14:20:00"), Notice: incident.Notice{Update: "u1"}}
		if k == RegularUpdate {
			l.Purpose = incident.PurposeUpdate
		}
		all := strings.Join(Reader{}.Letter(l).Lines, "\n")
		if len([]rune(all)) > 2*maxFilled {
			t.Errorf("a message of %d bytes", len(all))
		}
	})
}
