package pattern

import "strings"

// scan splits the text into tokens and gives each its type, in one pass.
func (l *line) scan(text string) {
	if len(text) > maxLine {
		text = text[:maxLine]
	}
	l.text, l.n = text, 0
	var sep uint64
	for i := 0; i < len(text); {
		class := classes[text[i]]
		switch {
		case class&cBlank != 0:
			i++
		case class&cWord == 0 && !isBound(text[i:]) || isLeader(text, i):
			var room bool
			if i, sep, room = l.punctuation(i, sep); !room {
				return
			}
		default:
			start := i
			if class&cWord == 0 {
				start++
			}
			t := l.word(start)
			t.sep, t.start = sep, int32(i)
			l.literal(&t)
			if !l.add(t) {
				return
			}
			i, sep = int(t.end), 0
		}
	}
	l.tail = sep
}

// isLeader says whether the dots at i lead the eye to a value, as in
// "depth....0", and are not part of a relative path.
func isLeader(s string, i int) bool {
	return s[i] == '.' && i+1 < len(s) && s[i+1] == '.' && (i+2 == len(s) || classes[s[i+2]] != cSlash)
}

// punctuation reads the character at i into sep. Brackets that stand alone
// with nothing inside are a variable that is empty here.
func (l *line) punctuation(i int, sep uint64) (next int, now uint64, room bool) {
	c := l.text[i]
	var following byte
	if i+1 < len(l.text) {
		following = l.text[i+1]
	}
	switch {
	case c == '.':
		for i+1 < len(l.text) && l.text[i+1] == '.' {
			i++
		}
	case (c == '(' && following == ')' || c == '[' && following == ']') && (i == 0 || l.text[i-1] == ' '):
		at := int32(i + 1)
		room = l.add(token{hash: variableHash, sep: sep*31 + uint64(c), start: at, end: at, kind: empty, elem: empty})
		return i + 2, uint64(following), room
	case c == '"' && sep == '=' && !l.tells() && agentLength(l.text[i+1:]) == 0:
		if n := strings.IndexByte(l.text[i+1:min(len(l.text), i+1+maxQuoted)], '"'); n > 0 {
			end := i + 1 + n
			t := token{hash: variableHash, sep: sep, start: int32(i + 1), end: int32(end), kind: quoted, elem: quoted}
			for _, c := range []byte(l.text[i+1 : end]) {
				t.val = (t.val ^ uint64(c)) * prime
			}
			return end + 1, 0, l.add(t)
		}
	case c == '"' && classes[following]&(cLetter|cHex) != 0:
		if n := agentLength(l.text[i+1:]); n > 0 {
			end := i + 1 + n
			t := token{hash: variableHash, sep: sep*31 + uint64(c), start: int32(i + 1), end: int32(end), kind: agent, elem: agent}
			for _, c := range []byte(l.text[i+1 : end]) {
				t.val = (t.val ^ uint64(c)) * prime
			}
			return end, 0, l.add(t)
		}
	case c == '#' && classes[following] == cDigit:
		return i + 1, sep, true
	case sep&0xff == uint64(c) && sep <= 0xff: // "::" and "...." count once
		return i + 1, sep, true
	}
	return i + 1, sep*31 + uint64(c), true
}

// maxQuoted is how long a value in quotes may be, in bytes.
const maxQuoted = 128

// tells says whether the last token is a key whose value says what happened.
func (l *line) tells() bool {
	if l.n == 0 {
		return true
	}
	last := &l.toks[l.n-1]
	return namesEvents(l.text[last.start:last.end])
}

// literal makes a variable of true, false and null behind a key.
func (l *line) literal(t *token) {
	if t.kind != word || t.sep != '=' && t.sep != ':' {
		return
	}
	switch l.text[t.start:t.end] {
	case "true", "false", "null", "True", "False", "nil":
		if !l.tells() {
			t.kind, t.elem, t.hash = literal, literal, variableHash
		}
	}
}

// agentLength is the length of the user agent that s begins with, up to the
// quote that ends it; zero if it begins with none. A user agent is a list of
// products with versions and comments, of any length.
func agentLength(s string) int {
	i := 0
	for i < len(s) && classes[s[i]]&(cLetter|cHex|cDot) != 0 {
		i++
	}
	if i+1 >= len(s) || s[i] != '/' || classes[s[i+1]] != cDigit || strings.HasPrefix(s, "HTTP/") {
		return 0
	}
	return max(0, strings.IndexByte(s, '"'))
}

// isBound says whether s begins with a sign of comparison that belongs to a
// number: "<1 sec".
func isBound(s string) bool {
	if s[0] != '<' && s[0] != '>' {
		return false
	}
	i := 1
	for i < len(s) && (classes[s[i]] == cDigit || s[i] == '.') {
		i++
	}
	return i > 1 && (i == len(s) || s[i] == ' ')
}

// word reads the token that starts at i.
func (l *line) word(start int) token {
	text, i := l.text, start
	if isMAC(text[start:]) {
		t := token{hash: variableHash, start: int32(start), end: int32(start + macLength), kind: address, elem: address}
		for _, c := range []byte(text[start : start+macLength]) {
			t.val = (t.val ^ uint64(c)) * prime
		}
		return t
	}
	h, seen, slashes := uint64(seed), uint8(0), 0
	for ; i < len(text); i++ {
		c := text[i]
		class := classes[c]
		if class&cWord == 0 {
			if class&cBlank != 0 || !l.inside(start, i, slashes) {
				break
			}
		} else if c == '.' && i > start && isLeader(text, i) {
			break
		}
		seen |= class
		if class == cSlash {
			slashes++
		}
		h = (h ^ uint64(c)) * prime
	}
	t := token{hash: h, val: h, start: int32(start), end: int32(i)}
	t.kind = classify(text[start:i], seen, slashes)
	switch {
	case i == len(text):
	case text[i] == ':' && strings.HasPrefix(text[i:], "://"):
		t.kind = url
		for ; i < len(text) && classes[text[i]]&cBlank == 0 && strings.IndexByte("\"'<>()[]{},;|", text[i]) < 0; i++ {
			t.val = (t.val ^ uint64(text[i])) * prime
		}
		t.end = int32(i)
	case text[i] == '[':
		if n := rangeLength(text[i:]); n > 0 { // node[1-5,8]
			t.kind, t.end = ident, t.end+int32(n)
		}
	}
	if t.kind > calendar {
		t.hash = variableHash
	}
	t.elem = t.kind
	return t
}

const macLength = len("00:11:43:e3:ba:c3")

// isMAC says whether s begins with a hardware address, whose groups may be
// without digits.
func isMAC(s string) bool {
	if len(s) < macLength || s[2] != ':' || len(s) > macLength && classes[s[macLength]]&(cDigit|cHex|cLetter) != 0 {
		return false
	}
	for i := range macLength {
		if i%3 == 2 && s[i] != ':' || i%3 != 2 && classes[s[i]]&(cDigit|cHex) == 0 {
			return false
		}
	}
	return true
}

// inside says whether the punctuation at i belongs to the token that began at
// start: an apostrophe between letters, or what stands in the query of a URL.
func (l *line) inside(start, i, slashes int) bool {
	text := l.text
	if text[i] == '\'' {
		return i > start && i+1 < len(text) && classes[text[i-1]]&(cLetter|cHex) != 0 && classes[text[i+1]]&(cLetter|cHex) != 0
	}
	if slashes == 0 {
		return false
	}
	switch text[i] {
	case '=', ',', ':', ';', '@', '#':
		return strings.IndexByte(text[start:i], '?') >= 0
	}
	return false
}

// rangeLength is the length of a bracketed list of numbers and ranges at the
// start of s, zero if there is none.
func rangeLength(s string) int {
	several := false
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case c == ']':
			if several && i > 2 {
				return i + 1
			}
			return 0
		case c == '-' || c == ',':
			several = true
		case classes[c] != cDigit && c != ' ':
			return 0
		}
	}
	return 0
}
