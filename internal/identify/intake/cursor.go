package intake

import (
	"encoding/json"
	"unicode/utf8"
)

// cursor walks JSON that json.Valid has accepted, so that none of its steps can
// go wrong and it needs no error. It exists because alerts come in bodies of
// sixty-four, again every minute, and most are repeats: reading one costs a
// string for its text and a map for its labels, where encoding/json allocates
// and copies for every field.
type cursor struct {
	b []byte // the value under way
	s string // the same as a string, of which texts are parts; empty while only skipping
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
	return spell(json.RawMessage(c.s[begin:c.i]))
}
