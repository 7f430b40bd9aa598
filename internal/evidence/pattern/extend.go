package pattern

import "strings"

// add appends a token, or makes it part of the variable before it: a unit
// after its number, an address and its port, the values of a list.
// It reports whether there is room for more.
func (l *line) add(t token) bool {
	if l.n > 0 && l.extend(t) {
		return true
	}
	if l.n == maxTokens {
		return false
	}
	l.toks[l.n] = t
	l.n++
	return true
}

// extend joins the token to the one before it if both are one variable. It
// never depends on whether a word happens to have a digit in it: "web:x" and
// "web1:x" must have the same number of tokens.
func (l *line) extend(t token) bool {
	last := &l.toks[l.n-1]
	k, elem := l.joint(last, t)
	if k == word {
		return false
	}
	last.kind, last.elem, last.end, last.val = k, elem, t.end, last.val*prime^t.val
	if k == calendar {
		return true
	}
	last.hash = variableHash
	if l.n == 1 {
		return true
	}
	prev := &l.toks[l.n-2]
	switch {
	case l.continues(prev, *last): // "10 Dec 2005": the year made a variable of the month only now
		l.fold(prev, last, several(prev, *last), prev.elem)
	case elem == mixed && last.sep == ':' && prev.end+1 == last.start && isValue(prev):
		l.fold(prev, last, ident, mixed)
	}
	return true
}

// joint is the type of two tokens as one variable, and of its elements if it
// is a list; word if they are not one.
func (l *line) joint(last *token, t token) (k, elem kind) {
	if t.sep == ':' && (last.end+1 == t.start || l.text[last.end:t.start] == "::") {
		if k := l.colon(last, t); k != word {
			return k, k
		}
		if isValue(&t) && l.chains(last) {
			return ident, mixed
		}
	}
	if isValue(&t) && l.continues(last, t) {
		return several(last, t), last.elem
	}
	if t.sep != 0 {
		return word, word
	}
	switch {
	case t.kind == word && last.elem == number:
		k = unit(l.text[t.start:t.end])
	case t.kind == empty && isNumeric(last.elem): // "200 -"
		return last.kind, last.elem
	case isValue(last) && l.isFiller(t):
		return list, last.elem
	case isValue(&t) && l.isFiller(*last):
		return list, t.kind
	case last.kind == calendar && t.kind == calendar:
		k = calendar
	case last.kind == calendar && isNumeric(t.kind):
		k = clock
	}
	return k, k
}

// fold makes the last token part of the one before it.
func (l *line) fold(prev, last *token, k, elem kind) {
	prev.kind, prev.elem, prev.end, prev.val = k, elem, last.end, prev.val*prime^last.val
	l.n--
}

// chains says whether one more variable after a colon makes a chain of three
// or more, which is one identifier: WWID-1:01000010:6005-08b4. Two may be a
// name with a digit in it and its value.
func (l *line) chains(last *token) bool {
	if last.elem == mixed {
		return true
	}
	if l.n < 2 || last.sep != ':' || !isValue(last) {
		return false
	}
	prev := &l.toks[l.n-2]
	return isValue(prev) && prev.end+1 == last.start
}

// isValue says whether a token is a variable that has a value.
func isValue(t *token) bool { return t.kind > calendar && t.kind != empty }

// continues says whether t is one more value of the list, or the list of one,
// that ends with last. How long a list is does not matter.
func (l *line) continues(last *token, t token) bool {
	switch t.sep {
	case 0, ':', ',', ';', '#', '|', '@':
	default:
		return false
	}
	if t.sep == ',' && last.end+1 == t.start && isValue(last) {
		return true
	}
	switch a, b := last.elem, t.elem; {
	case isNumeric(a) && isNumeric(b):
		return true
	case a != b:
		return false
	case a == ident:
		return stem(l.text[last.start:last.end]) == stem(l.text[t.start:t.end])
	default:
		return a == address || a == uuid || a == host || a == size || a == duration
	}
}

// stem is the first letters of s, at most three, up to a digit: "dn" of dn295.
func stem(s string) string {
	for i := range len(s) {
		if i == 3 || classes[s[i]] == cDigit {
			return s[:i]
		}
	}
	return s
}

// several is the type of a variable and its continuation: a date and a time
// are one time.
func several(last *token, t token) kind {
	if last.kind == clock && isNumeric(t.elem) {
		return clock
	}
	return list
}

// isFiller says whether a token stands for a missing value in a list: "****".
func (l *line) isFiller(t token) bool {
	s := l.text[t.start:t.end]
	return t.kind == word && len(s) > 1 && (s[0] == '*' || s[0] == '-' || s[0] == '?') && strings.Count(s, s[:1]) == len(s)
}

// colon gives the type of two tokens with nothing but a colon between them:
// the bytes of a MAC or IPv6 address, a host and its port.
func (l *line) colon(last *token, t token) kind {
	a, b := l.text[last.start:last.end], l.text[t.start:t.end]
	switch {
	case isHexGroup(b) && (last.kind == address || t.kind != number && last.kind == clock ||
		last.kind > calendar && isHexGroup(a) && (t.kind != number || last.kind != number)):
		return address
	case last.kind == word && t.kind > calendar && len(a) == 2 && len(b) == 2 && isHexGroup(a) && isHexGroup(b):
		return address
	case (last.kind == address || last.kind == host) && t.kind == number:
		return last.kind
	case (last.kind == number || last.kind == clock) && t.kind == number, last.kind == clock && t.kind == ident:
		return clock
	case last.kind == word && t.kind == number && isLower(a) && !isSource(a) && strings.Contains(a, "."):
		return host
	}
	return word
}

// isSource says whether s is a file of source code, after which a colon and
// the number of a line follow, and no port.
func isSource(s string) bool {
	switch s[strings.LastIndexByte(s, '.')+1:] {
	case "go", "py", "rb", "rs", "js", "ts", "jsx", "tsx", "mjs", "c", "cc", "cpp", "h", "hpp", "m", "cs", "java", "kt",
		"scala", "php", "pl", "lua", "ex", "erl", "swift", "sh", "sql":
		return true
	}
	return false
}

func isHexGroup(s string) bool {
	for i := range len(s) {
		if classes[s[i]]&(cDigit|cHex) == 0 {
			return false
		}
	}
	return len(s) <= 4
}

func isLower(s string) bool {
	for i := range len(s) {
		if s[i] >= 'A' && s[i] <= 'Z' {
			return false
		}
	}
	return true
}

func isNumeric(k kind) bool { return k == number || k == hex || k == clock }
