package text

import (
	"html"
	"regexp"
	"strings"
	"testing"

	"github.com/sigap-dev/sigap/internal/incident"
)

// hostile is what somebody might write into every field that a person or a
// sender fills.
const hostile = "<script>alert(1)</script> <img src=x onerror=alert(2)> **b** `c` | p |\n# H\n\n- l [x](javascript:alert(3)) ![i](https://evil.example/i.png) {{.Incident}} {name} [opt] \u202e\x00"

func hostileStory() *story {
	s := &story{}
	them := incident.Actor{Kind: incident.PersonActor, ID: "x", Name: hostile}
	p := incident.Person{ID: "x", Name: hostile}
	s.at("14:00:00", them, incident.Opened{ID: "0190000000000000000000000000bad1", Title: hostile, Service: hostile, Environment: hostile},
		incident.SignalJoined{Alert: incident.JoinedAlert{ID: "a", Source: hostile, Sender: hostile, Title: hostile, Service: hostile + "2", Value: hostile, State: incident.AlertFiring, Why: incident.FirstAlert}},
		incident.Evidence{Check: "logs", Source: hostile, State: incident.EvidenceFound, Code: "patterns", Args: map[string]string{"new": "1", "template": hostile}, Patterns: []incident.LogPattern{{Kind: "new", Template: hostile, Service: hostile, Count: 3}}},
		incident.Evidence{Check: "attributes", Source: hostile, State: incident.EvidenceFound, Code: "explained",
			Apart: []incident.Attribute{{Where: []incident.Property{{Key: hostile, Value: hostile}}, OfErrors: 1}}},
		incident.Evidence{Check: "changes", Source: "sigap", State: incident.EvidenceFound, Code: "suspected", Args: map[string]string{"change": hostile, "by": hostile, "seconds": "3"},
			Changes: []incident.ChangeSuspect{{Change: incident.Change{ID: "c", Summary: hostile, Author: hostile, Service: hostile, To: hostile, StartedAt: clockOf("13:59:00")}, Reasons: []incident.Reason{{Code: "sharedWords", Args: map[string]string{"words": hostile}}}}}},
		incident.Evidence{Check: "errors", Source: "p", State: incident.EvidenceFound, Code: "errorsUp", Args: map[string]string{"now": hostile, "before": "0.1", "service": hostile},
			Plots: []incident.Plot{{Title: hostile, Service: hostile, Unit: hostile, Peak: 1, High: 0.1, Points: []incident.Point{{At: clockOf("13:50:00")}, {At: clockOf("14:30:00"), Value: 1}}}}},
		incident.Declared{Number: 7, Severity: incident.SEV1, Reason: hostile, Policy: hostile},
		incident.Notice{ID: "n", Purpose: incident.PurposeNotice, To: []incident.Recipient{{Person: p, Team: hostile}}},
		incident.Receipt{Notice: "n", Purpose: incident.PurposeNotice, To: incident.Recipient{Person: p, Team: hostile}, Channel: hostile, State: incident.FailedToSend, Detail: hostile},
		incident.RoleTaken{Role: incident.Commander, Person: p},
		incident.Reported{Report: incident.Report{Words: hostile, Segment: hostile, Channel: hostile}},
		incident.Finding{ID: "f", Says: incident.ImpactFound, Area: incident.AreaUser, Text: hostile},
		incident.CauseConfirmed{Text: hostile, Area: incident.AreaCode, Factors: []string{hostile}},
		incident.Option{ID: "o", Track: incident.Mitigation, Title: hostile, Effect: hostile, Risk: hostile, Effort: hostile},
		incident.Decided{Option: "o", Track: incident.Mitigation, Title: hostile, Reason: hostile},
		incident.Task{ID: "t", Track: incident.Mitigation, Title: hostile, To: p},
		incident.Action{ID: "a", What: incident.CodeFix, Title: hostile, Owner: p, Due: clockOf("15:00:00")})
	s.at("14:20:00", them, incident.StatusSet{From: incident.Mitigating, To: incident.Monitoring, Reason: hostile})
	return s
}

// dangerous is what must not come out of any of it: an element or an attribute
// that runs or fetches something, or a link that does.
var (
	dangerous = regexp.MustCompile(`(?i)<(script|img|iframe|object|embed|form|input|link|base)\b|<[^>]*\son\w+\s*=`)
	leading   = regexp.MustCompile(`(?i)(href|src)\s*=\s*"?\s*(javascript|data|vbscript):`)
	quoted    = regexp.MustCompile(`"[^"<>]*"`)
)

func TestWhatPeopleWroteIsNeverHTML(t *testing.T) {
	t.Parallel()
	s := hostileStory()
	for _, r := range readers() {
		review := r.ReviewDraft(&s.incident, s.entries)
		for _, written := range []incident.Review{review, {Title: hostile, Summary: hostile, Impact: hostile, Cause: hostile, Well: hostile, Improve: hostile, Lucky: hostile}} {
			page, err := r.HTML(Document{Incident: &s.incident, Review: written, Entries: s.entries, Now: clockOf("15:00:00"), Link: hostile})
			if err != nil {
				t.Fatal(err)
			}
			bare := quoted.ReplaceAll(page, []byte(`""`)) // what stands in quotes is no attribute
			if at := append(dangerous.FindAll(bare, 1), leading.FindAll(page, 1)...); len(at) > 0 {
				t.Errorf("%s: the page holds %q", r.Lang, at)
			}
		}
	}
}

func TestWhatPeopleWroteAddsNothingToTheStructureOfMarkdown(t *testing.T) {
	t.Parallel()
	s := hostileStory()
	for _, r := range readers() {
		md := r.Markdown(Document{Incident: &s.incident, Review: r.ReviewDraft(&s.incident, s.entries), Entries: s.entries, Now: clockOf("15:00:00"), Link: hostile})
		out := Render(md)
		if n := strings.Count(out, "<h1"); n != 1 {
			t.Errorf("%s: %d titles in %s", r.Lang, n, md)
		}
		for _, bad := range []string{"<img", "href=\"javascript"} {
			if strings.Contains(out, bad) {
				t.Errorf("%s: the document holds %s", r.Lang, bad)
			}
		}
		for line := range strings.Lines(md) { // every row of a table has its cells and no more
			if cells := strings.Count(strings.ReplaceAll(line, `\|`, ""), "|"); strings.HasPrefix(line, "|") && (cells < 3 || cells > 6) {
				t.Errorf("%s: a row of %d cells: %s", r.Lang, cells-1, line)
			}
		}
	}
}

func TestWhatPeopleWroteIsNoMarkupOnTheTimeline(t *testing.T) {
	t.Parallel()
	s := hostileStory()
	for _, e := range s.entries {
		switch e.Kind {
		case "cause", "finding": // their texts may hold markup
			continue
		}
		line := Reader{}.Entry(e)
		if strings.Contains(line.Text, "**b**") || strings.Contains(line.Text, "`c`") || strings.ContainsAny(line.Text, "\x00\u202e") {
			t.Errorf("%s: %q", e.Kind, line.Text)
		}
	}
}

func TestMessagesAreOneLineAField(t *testing.T) {
	t.Parallel()
	s := hostileStory()
	for _, who := range []string{"engineering", "support", "management"} {
		w := Reader{}.Letter(Letter{Incident: &s.incident, Purpose: incident.PurposeNotice, Audience: who, Now: clockOf("14:30:00")})
		for _, f := range w.Fields {
			w.Lines = append(w.Lines, f.Value)
		}
		for _, text := range append(w.Lines, w.Title, w.PlotAlt) {
			if strings.ContainsAny(text, "\n\x00\u202e") {
				t.Errorf("%s: %q", who, text)
			}
		}
	}
}

func TestRenderKeepsWhatMarkdownIsFor(t *testing.T) {
	t.Parallel()
	for markdown, want := range map[string]string{
		"**a** `b` ~~c~~":           "<p><strong>a</strong> <code>b</code> <del>c</del></p>",
		"- a\n- b":                  "<ul>\n<li>a</li>\n<li>b</li>\n</ul>",
		"[a](https://x.example)":    `<p><a href="https://x.example" rel="nofollow noreferrer noopener" target="_blank">a</a></p>`,
		"[a](javascript:alert(1))":  "<p>a</p>",
		"![a](https://x.example/i)": "<p></p>",
		"<b>x</b>":                  "<p>x</p>",
		"a < b & c":                 "<p>a &lt; b &amp; c</p>",
	} {
		if got := Render(markdown); got != want {
			t.Errorf("%q gives %s, want %s", markdown, got, want)
		}
	}
}

var tag = regexp.MustCompile(`<[^>]*>`)

func FuzzRenderIsSafe(f *testing.F) {
	for _, s := range []string{hostile, "[x](data:text/html,<script>)", "<a href=\"jav\tascript:x\">", "```\n<script>\n```", "|a|\n|-|\n|<img>|", "<!--[if IE]><script>"} {
		f.Add(s)
	}
	allowed := regexp.MustCompile(`^</?(p|br|hr|strong|em|del|code|pre|blockquote|ul|li|h[1-6]|table|thead|tbody|tr)/?>$|^</?ol( start="\d+")?>$|^</?(th|td)( align="[a-z]+")?>$|^</a>$|^<a href="(https?|mailto):[^"<>]*"( (rel|target)="[a-z_ ]+")*>$`)
	f.Fuzz(func(t *testing.T, markdown string) {
		for _, found := range tag.FindAllString(Render(markdown), -1) {
			if !allowed.MatchString(found) {
				t.Errorf("%q gives the tag %s", markdown, found)
			}
		}
	})
}

// FuzzEscapedTextStaysText holds the two escapings against a real reader of
// each: the words come out as they went in, and nothing but words.
func FuzzEscapedTextStaysText(f *testing.F) {
	for _, s := range []string{hostile, "1. a", "+ a", "a_b_c", "a\\", "&lt;", "***", "=", "    code", "~~a~~", "a  \nb", "www.x.example", "x@y.example"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		out := Render(markdown(s))
		for _, found := range tag.FindAllString(out, -1) {
			if found != "<p>" && found != "</p>" && !strings.HasPrefix(found, "<a ") && found != "</a>" { // bare addresses become links
				t.Errorf("%q became %s", s, out)
			}
		}
		if got := html.UnescapeString(tag.ReplaceAllString(out, "")); got != oneLine(s) {
			t.Errorf("%q reads as %q", oneLine(s), got)
		}
		if got := inline(s); len(runs(got)) > 1 || strings.ContainsAny(got, "*`\n") {
			t.Errorf("%q is markup on the timeline: %q", s, got)
		}
	})
}
