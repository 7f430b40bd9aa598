package pattern

import "strings"

// weight is how much one value at position i speaks for a variable there.
func (t *template) weight(i int, mask uint64) float64 {
	rest := 0
	for j := range t.toks {
		if mask>>j&1 == 0 && t.isWord(j) {
			rest++
		}
	}
	if rest == 0 {
		return 0
	}
	w := t.prior(i)
	if rest == 1 {
		w /= 1.5
	}
	return w
}

// valueLike is the least prior of a word that looks like a value by itself.
const valueLike = 1.0 / 4

// prior is the reciprocal of the number of different values of this kind, at
// such a place, that make a variable.
func (t *template) prior(i int) float64 {
	k := &t.toks[i]
	s := t.text[k.start:k.end]
	var before byte // the character before it
	if k.start > 0 {
		before = t.text[k.start-1]
	}
	previous := ""
	if i > 0 {
		previous = t.text[t.toks[i-1].start:t.toks[i-1].end]
	}
	isValue := before == '=' || k.sep == '='
	switch {
	case isState(s), isFailure(s), namesEvents(previous):
		return 1.0 / 20
	case i == 0 && k.sep == 0:
		return 1.0 / 16
	case isCoordinate(s), strings.Count(s, ".") > 1, isLiteral(s) && (isValue || k.sep == ':' || k.sep == '['):
		return 1.0 / 2
	case isValue && isName(s), isHexWord(s), before == '\'', before == '"', k.sep == 0 && announces(previous):
		return 1.0 / 3
	case isValue, isName(s):
		return valueLike
	}
	return 1.0 / 8
}

// namesEvents says whether s is a key whose value says what happened, so that
// its values tell events apart.
func namesEvents(s string) bool {
	switch strings.ToLower(s) {
	case "msg", "message", "event", "error", "err", "reason", "action", "status", "state", "result", "outcome", "success", "ok", "healthy":
		return true
	}
	return false
}

// isHexWord says whether s may be a short hexadecimal number that happens to
// have no digit.
func isHexWord(s string) bool {
	for i := range len(s) {
		if classes[s[i]] != cHex {
			return false
		}
	}
	return len(s) > 2
}

// isLiteral says whether s stands for a value in programs.
func isLiteral(s string) bool {
	switch strings.ToLower(s) {
	case "null", "nil", "none", "true", "false", "undefined", "nan", "on", "off", "yes", "no", "enabled", "disabled":
		return true
	}
	return false
}

// announces says whether s is a word after which a name is to be expected.
// "to" is not one: a verb is as likely ("failed to open").
func announces(s string) bool {
	switch strings.ToLower(s) {
	case "from", "for", "by", "user", "host":
		return true
	}
	return false
}

// kinship is how much a variable with digits in it, at position i of another
// template, speaks for the word at the same place to be one too: more after
// "=", and if both are names of one kind, such as classes with and without a version.
func (t *template) kinship(o *template, i int) float64 {
	a, b := &t.toks[i], &o.toks[i]
	if a.sep == '=' {
		return 3.0 / 4
	}
	if isName(t.text[a.start:a.end]) && b.end > b.start && isName(o.text[b.start:b.end]) {
		return 3.0 / 4
	}
	return 2.0 / 3
}

// isFailure says whether s is the class of an error, which tells events apart.
func isFailure(s string) bool {
	return strings.HasSuffix(s, "Exception") || strings.HasSuffix(s, "Error")
}

// isCoordinate says whether s is a letter with a sign: x+, z-.
func isCoordinate(s string) bool {
	return len(s) == 2 && classes[s[0]]&(cLetter|cHex) != 0 && (s[1] == '+' || s[1] == '-')
}

// isState says whether s is a constant of an enumeration: NEW, RUNNING,
// action.SCREEN_ON. Those name what happened and vary in no template.
func isState(s string) bool {
	s = s[strings.LastIndexByte(s, '.')+1:]
	letters := 0
	for i := range len(s) {
		if s[i] >= 'a' && s[i] <= 'z' {
			return false
		}
		if s[i] >= 'A' && s[i] <= 'Z' {
			letters++
		}
	}
	return letters > 1
}

// isName says whether s looks like an identifier and not like a word of a
// language: order.created, max_conns, MailQueue.
func isName(s string) bool {
	for i := 1; i < len(s)-1; i++ {
		c := s[i]
		if c == '.' || c == '_' || c == '$' || c == '/' || c >= 'A' && c <= 'Z' && s[i-1] >= 'a' && s[i-1] <= 'z' {
			return true
		}
	}
	return false
}
