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

// extend joins the token to the one before it if both are one variable.
func (l *line) extend(t token) bool {
	last := &l.toks[l.n-1]
	isVariable := t.kind > calendar && t.kind != empty
	glued := last.end+1 == t.start
	k := word
	if t.sep == ':' && glued {
		k = l.colon(last, t)
	}
	switch {
	case k != word || last.kind == empty:
	case last.kind > calendar && isVariable && joins(last.kind, t.kind, t.sep, glued):
		k = join(last.kind, t.kind, t.sep)
	case t.kind == word && last.kind == number && t.sep == 0:
		k = unit(l.text[t.start:t.end])
	case t.sep == 0 && last.kind > calendar && l.isFiller(t), t.sep == 0 && isVariable && l.isFiller(*last):
		k = list
	case last.kind == calendar && t.sep == 0 && t.kind == calendar:
		k = calendar
	case last.kind == calendar && t.sep == 0 && isVariable && t.kind != path:
		k = clock
	}
	if k == word {
		return false
	}
	last.kind, last.end = k, t.end
	last.val = last.val*prime ^ t.val
	if k == calendar {
		return true
	}
	last.hash = variableHash
	if l.n > 1 { // "10 Dec 2005": the day joined the month only now
		if prev := &l.toks[l.n-2]; prev.kind > calendar && prev.kind != empty && joins(prev.kind, k, last.sep, true) {
			prev.kind, prev.end, prev.val = join(prev.kind, k, last.sep), last.end, prev.val*prime^last.val
			l.n--
		}
	}
	return true
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
	case isHexGroup(b) && t.kind != number && (last.kind == address || last.kind == clock || last.kind > calendar && isHexGroup(a)):
		return address
	case last.kind == word && t.kind > calendar && len(a) == 2 && len(b) == 2 && isHexGroup(a) && isHexGroup(b):
		return address
	case last.kind == word && t.kind == number && strings.Count(a, ".") > 1 && isLower(a):
		return address
	}
	return word
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

// joins says whether two variables with this punctuation between them are
// one: an address and its port, or the values of a list, whose length then
// does not matter.
func joins(a, b kind, sep uint64, glued bool) bool {
	switch sep {
	case 0, ':', ',', ';', '#', '|', '@':
		return a == b || a == list || sep != 0 && glued || isNumeric(a) && isNumeric(b)
	}
	return false
}

func isNumeric(k kind) bool { return k == number || k == hex || k == clock }

// join is the type of two values in a row.
func join(a, b kind, sep uint64) kind {
	switch {
	case sep == ':' && (a == address || a == host) && b == number:
		return address
	case sep == ':' && a == number && b == number, a == clock && (b == number || b == clock):
		return clock
	case sep == ':' && (a == hex || a == address || a == number || a == ident) && (b == hex || b == number || b == ident):
		return address
	}
	return list
}
