package intake

import (
	"html"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits of one signal. They are wide enough for what real senders send and
// keep a broken or hostile one from filling the store and the page.
const (
	maxTitle       = 255      // characters
	maxField       = 255      // characters of a service, environment, severity, team, value
	maxIdentity    = 255      // bytes; a longer one is hashed
	maxDescription = 16 << 10 // bytes
	maxURL         = 2048     // bytes; a longer one would be broken by cutting and is left out
	maxLabels      = 64       // per signal
	maxLabelName   = 128      // characters
	maxLabelValue  = 1024     // characters
	maxDiff        = 16 << 10 // bytes, as [incident.Change.Diff] says
	maxEntries     = 10_000   // per body; 1 MiB holds fewer real ones
)

// line makes s one line of at most max characters: valid UTF-8, no control
// characters, no space around it.
func line(s string, max int) string {
	if tidyLine(s, max) {
		return s
	}
	var b strings.Builder
	b.Grow(min(len(s), 4*max))
	space, n := false, 0
	for _, r := range s {
		if unicode.IsSpace(r) || unicode.IsControl(r) {
			space = n > 0
			continue
		}
		if space {
			b.WriteByte(' ')
			n++
		}
		b.WriteRune(r)
		n++
		space = false
		if n > max {
			return cut(b.String(), max)
		}
	}
	return b.String()
}

// cut shortens s, which is longer, to max characters, the last one an ellipsis.
func cut(s string, max int) string {
	n := 0
	for i := range s {
		if n == max-1 {
			return strings.TrimRight(s[:i], " ") + "…"
		}
		n++
	}
	return s
}

// tidyLine says that s needs no work, which is so for nearly every label.
func tidyLine(s string, max int) bool {
	if len(s) > max {
		return false
	}
	if s == "" {
		return true
	}
	if s[0] == ' ' || s[len(s)-1] == ' ' {
		return false
	}
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// paragraph makes s text of at most max bytes that keeps its line breaks and
// tabs: valid UTF-8, no other control characters.
func paragraph(s string, max int) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	s = strings.TrimSpace(s)
	if len(s) <= max {
		return s
	}
	const mark = "…"
	end := max - len(mark)
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + mark
}

// link keeps an absolute web address and drops all else, such as
// "javascript:", because it becomes a link on a page.
func link(s string) string {
	s = strings.TrimSpace(s)
	if len(s) > maxURL || !webAddress(s) {
		return ""
	}
	for i := range len(s) {
		if s[i] <= ' ' || s[i] == 0x7f {
			return ""
		}
	}
	return strings.ToValidUTF8(s, "")
}

func webAddress(s string) bool {
	for _, scheme := range [...]string{"https://", "http://"} {
		if len(s) > len(scheme) && strings.EqualFold(s[:len(scheme)], scheme) {
			return true
		}
	}
	return false
}

// firstOf returns the first of its arguments that is not blank.
func firstOf(candidates ...string) string {
	for _, s := range candidates {
		if strings.TrimSpace(s) != "" {
			return s
		}
	}
	return ""
}

var (
	unread = regexp.MustCompile(`(?is)<(script|style)\b.*?</(script|style)>|<!--.*?-->`)
	breaks = regexp.MustCompile(`(?i)<br\b[^>]*>|</(p|div|li|tr|h[1-6])>`)
	markup = regexp.MustCompile(`</?[a-zA-Z][^>]*>`)
)

// plainOf is the text that a person reads of HTML. It becomes no HTML again:
// what shows it escapes it.
func plainOf(s string) string {
	s = breaks.ReplaceAllString(unread.ReplaceAllString(s, ""), "\n")
	return strings.TrimSpace(html.UnescapeString(markup.ReplaceAllString(s, "")))
}
