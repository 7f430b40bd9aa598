package channel

import (
	"encoding/json"
	"encoding/xml"
	"slices"
	"strings"
	"unicode/utf8"
)

// measure is how a service counts the length of a text.
type measure func(string) int

// runes counts characters as most services mean them.
func runes(s string) int { return utf8.RuneCountInString(s) }

// octets counts bytes.
func octets(s string) int { return len(s) }

// jsonOctets counts bytes as they are sent in JSON, where < is \u003c.
func jsonOctets(s string) int {
	encoded, err := json.Marshal(s)
	if err != nil {
		panic(err) // a text: cannot fail
	}
	return len(encoded) - 2
}

// xmlOctets counts bytes as they are sent in XML, where < is &lt;.
func xmlOctets(s string) int {
	var b strings.Builder
	if err := xml.EscapeText(&b, []byte(s)); err != nil {
		panic(err) // a builder takes everything
	}
	return b.Len()
}

// utf16Units counts as Telegram does: a character outside the basic plane,
// an emoji for example, is two.
func utf16Units(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r > 0xFFFF {
			n++
		}
	}
	return n
}

// cut returns s if it is at most limit long, else its beginning and "…".
func cut(s string, limit int, length measure) string {
	if length(s) <= limit {
		return s
	}
	used := 0
	for i, r := range s {
		used += length(string(r))
		if used > limit-length("…") {
			return strings.TrimRight(s[:i], " \n") + "…"
		}
	}
	return s
}

// cutLines returns the lines that fit in limit when joined by newlines; the
// first that does not fit is cut, the others are left out.
func cutLines(lines []string, limit int, length measure) []string {
	var kept []string
	left := limit
	for _, line := range lines {
		if length(line) <= left {
			kept = append(kept, line)
			left -= length(line) + 1
			continue
		}
		if left > length("…") {
			kept = append(kept, cut(line, left, length))
		}
		break
	}
	return kept
}

// heading is the line that a message is known by: severity, number, title.
func (m Message) heading() string {
	title := strings.Join(strings.Fields(m.Title), " ") // one line, whatever the sender of an alert wrote
	parts := []string{m.Severity, m.Incident, title}
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), " · ")
}
