package text

import (
	"strings"
	"time"
	"unicode/utf8"
)

// Reader is whoever reads: a language and a time zone. The zero value reads
// English and UTC.
type Reader struct {
	Lang     string         // en or id
	Location *time.Location // nil: UTC
}

// catalog holds a language's messages by key. In a message, {name} stands for
// an argument, {name|one|other} for one of two forms by whether the argument is
// 1, and what is in [brackets] is left out if an argument in it is empty.
type catalog map[string]string

func (r Reader) indonesian() bool { return r.Lang == "id" }

func (r Reader) messages() catalog {
	if r.indonesian() {
		return indonesian
	}
	return english
}

// has reports whether there is a message for a key that comes from the record.
func (r Reader) has(key string) bool { _, ok := r.messages()[key]; return ok }

// say gives the message with its arguments, which are pairs of name and value.
// A key that is not in the catalog is said as it is: better than nothing.
func (r Reader) say(key string, args ...string) string {
	message, ok := r.messages()[key]
	if !ok {
		return key
	}
	out, _ := fill(message, func(name string) string {
		for n := 0; n+1 < len(args); n += 2 {
			if args[n] == name {
				return args[n+1]
			}
		}
		return ""
	})
	return out
}

// mark is say for the timeline's inline markup: values are escaped, except
// those whose name begins with ~, which are markup already.
func (r Reader) mark(key string, args ...string) string {
	escaped := make([]string, len(args))
	for n := 0; n+1 < len(args); n += 2 {
		escaped[n], escaped[n+1] = args[n], inline(args[n+1])
		if strings.HasPrefix(args[n], "~") {
			escaped[n], escaped[n+1] = args[n][1:], args[n+1]
		}
	}
	return r.say(key, escaped...)
}

// fill puts values into a message; complete is false if one of them is empty.
// Values are never read as a message again.
func fill(message string, value func(string) string) (out string, complete bool) {
	var b strings.Builder
	complete = true
	for message != "" {
		message = afterEnd(b.String(), message)
		at := strings.IndexAny(message, "[{")
		if at < 0 {
			b.WriteString(message)
			break
		}
		b.WriteString(message[:at])
		end := at + closing(message[at:])
		inner, opened := message[at+1:end], message[at]
		message = message[min(end+1, len(message)):]
		name, forms, counts := strings.Cut(inner, "|")
		switch {
		case opened == '[':
			if part, all := fill(inner, value); all {
				b.WriteString(part)
			}
		case counts:
			part, all := fill(form(forms, value(name)), value)
			b.WriteString(part)
			complete = complete && all
		default:
			v := value(inner)
			b.WriteString(v)
			complete = complete && v != ""
		}
	}
	return b.String(), complete
}

// afterEnd takes the full stop off the rest of a message where what stands
// before it ends its sentence already, as what people write often does.
func afterEnd(before, rest string) string {
	if tail, ok := strings.CutPrefix(rest, "."); ok && before != "" && strings.ContainsRune(".!?…", lastRune(before)) {
		return tail
	}
	return rest
}

func lastRune(s string) rune {
	c, _ := utf8.DecodeLastRuneInString(s)
	return c
}

// form chooses between one|other.
func form(forms, count string) string {
	one, other, _ := strings.Cut(forms, "|")
	if count == "1" {
		return one
	}
	return other
}

// closing is where the bracket that begins s is closed, or its end.
func closing(s string) int {
	depth := 0
	for n := range len(s) {
		switch s[n] {
		case '[', '{':
			depth++
		case ']', '}':
			if depth--; depth == 0 {
				return n
			}
		}
	}
	return len(s)
}

// list joins items as the language lists them: a, b and c.
func (r Reader) list(items []string) string {
	switch n := len(items); n {
	case 0, 1:
		return strings.Join(items, "")
	case 2:
		return items[0] + r.say("list.and") + items[1]
	default:
		return strings.Join(items[:n-1], ", ") + r.say("list.last") + items[n-1]
	}
}

// upper begins a sentence.
func upper(s string) string {
	for n, c := range s {
		return strings.ToUpper(string(c)) + s[n+len(string(c)):]
	}
	return s
}
