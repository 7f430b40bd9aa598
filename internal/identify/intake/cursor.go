package intake

import (
	"encoding/json"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// cursor walks a value that scanArray has accepted, so that none of its steps
// can go wrong and it needs no error. It exists because alerts come in bodies of
// sixty-four, again every minute, and most are repeats: reading one costs a
// string for its text and a map for its labels, where encoding/json allocates
// and copies for every field.
type cursor struct {
	b []byte // the value under way
	s string // the same as a string, of which texts are parts
	i int    // the next byte
}

// peek returns the first byte of the next value, or 0 at the end.
func (c *cursor) peek() byte {
	for c.i < len(c.b) {
		switch c.b[c.i] {
		case ' ', '\t', '\n', '\r', ',', ':':
			c.i++
		default:
			return c.b[c.i]
		}
	}
	return 0
}

// enter steps into an object or array and says whether there was one; what is
// something else is skipped.
func (c *cursor) enter(open byte) bool {
	if c.peek() != open {
		c.skip()
		return false
	}
	c.i++
	return true
}

// more says whether the object or array entered has another member; at its end
// it steps out.
func (c *cursor) more() bool {
	switch c.peek() {
	case '}', ']':
		c.i++
		return false
	case 0:
		return false
	}
	return true
}

// skip steps over one value and returns where it begins.
func (c *cursor) skip() (begin int) {
	first := c.peek()
	begin = c.i
	switch first {
	case '"':
		c.skipString()
	case '{', '[':
		c.skipNested()
	default: // a number, true, false or null
		for c.i < len(c.b) && !ends(c.b[c.i]) {
			c.i++
		}
	}
	return begin
}

// skipNested steps over an object or array.
func (c *cursor) skipNested() {
	for depth := 0; c.i < len(c.b); {
		switch c.b[c.i] {
		case '"':
			c.skipString()
			continue
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		}
		c.i++
		if depth == 0 {
			return
		}
	}
}

// ends says whether a byte ends a number or literal.
func ends(b byte) bool {
	switch b {
	case ',', '}', ']', ' ', '\t', '\n', '\r':
		return true
	}
	return false
}

// skipString steps over a string and says whether its text is what is between
// the quotes: no escapes, nothing beyond ASCII.
func (c *cursor) skipString() (plain bool) {
	plain = true
	for c.i++; c.i < len(c.b); c.i++ {
		switch b := c.b[c.i]; {
		case b == '"':
			c.i++
			return plain
		case b == '\\':
			plain = false
			c.i++
		case b >= utf8.RuneSelf:
			plain = false
		}
	}
	return plain
}

// text reads the next value as a string: a number, boolean or nested value as
// it is spelt, null as "".
func (c *cursor) text() string {
	if c.peek() != '"' {
		begin := c.skip()
		return spell(json.RawMessage(c.s[begin:c.i]))
	}
	begin := c.i
	if c.skipString() {
		return c.s[begin+1 : c.i-1]
	}
	return unescape(c.s[begin+1 : c.i-1])
}

// unescape decodes what stands between the quotes of a string that was
// accepted, as encoding/json does: half a surrogate pair and bytes that are not
// UTF-8 become U+FFFD.
func unescape(s string) string {
	if strings.IndexByte(s, '\\') >= 0 {
		var b strings.Builder
		b.Grow(len(s))
		for s != "" {
			escape := strings.IndexByte(s, '\\')
			if escape < 0 {
				escape = len(s)
			}
			b.WriteString(s[:escape])
			if s = s[escape:]; s != "" {
				r, size := escaped(s)
				b.WriteRune(r)
				s = s[size:]
			}
		}
		s = b.String()
	}
	if !utf8.ValidString(s) {
		return string([]rune(s))
	}
	return s
}

// escaped decodes the escape that s begins with, and gives its length.
func escaped(s string) (r rune, size int) {
	switch s[1] {
	case 'b':
		return '\b', 2
	case 'f':
		return '\f', 2
	case 'n':
		return '\n', 2
	case 'r':
		return '\r', 2
	case 't':
		return '\t', 2
	case 'u':
		r = hex4(s[2:6])
		if utf16.IsSurrogate(r) && len(s) >= 12 && s[6] == '\\' && s[7] == 'u' {
			if pair := utf16.DecodeRune(r, hex4(s[8:12])); pair != utf8.RuneError {
				return pair, 12
			}
		}
		return r, 6
	}
	return rune(s[1]), 2
}

// hex4 reads four hexadecimal digits.
func hex4(s string) (r rune) {
	for i := range 4 {
		c := rune(s[i])
		switch {
		case c <= '9':
			c -= '0'
		case c <= 'F':
			c -= 'A' - 10
		default:
			c -= 'a' - 10
		}
		r = r<<4 | c
	}
	return r
}
