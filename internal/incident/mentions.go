package incident

import (
	"strings"
	"unicode"
)

// Mentions reports whether a text has a name as a word of its own, in upper or
// lower case.
func Mentions(text, name string) bool {
	text, name = strings.ToLower(text), strings.ToLower(name)
	if name == "" {
		return false
	}
	part := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
	for at := 0; ; {
		i := strings.Index(text[at:], name)
		if i < 0 {
			return false
		}
		begin, end := at+i, at+i+len(name)
		before := []rune(text[max(0, begin-4):begin])
		after := []rune(text[end:min(len(text), end+4)])
		if (len(before) == 0 || !part(before[len(before)-1])) && (len(after) == 0 || !part(after[0])) {
			return true
		}
		at = end
	}
}
