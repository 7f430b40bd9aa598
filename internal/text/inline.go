package text

import (
	"regexp"
	"strings"
)

// inline escapes a value for the timeline's markup: one line, whose asterisks
// and backticks mean nothing.
func inline(s string) string {
	return strings.NewReplacer("*", "∗", "`", "ʼ").Replace(oneLine(s))
}

// oneLine folds all white space and drops what cannot be seen.
func oneLine(s string) string { return strings.Join(strings.Fields(visible(s)), " ") }

// visible drops what cannot be seen: control characters, and those that turn
// the direction of the text after them.
func visible(s string) string {
	return strings.Map(func(c rune) rune {
		if c < ' ' && c != '\n' && c != '\t' || c == 0x7f || c >= 0x202a && c <= 0x202e || c >= 0x2066 && c <= 0x2069 {
			return -1
		}
		return c
	}, strings.ToValidUTF8(s, "�"))
}

// cut shortens s to n characters, at a word where there is one.
func cut(s string, n int) string {
	chars := []rune(s)
	if len(chars) <= n {
		return s
	}
	short := string(chars[:n-1])
	if at := strings.LastIndexByte(short, ' '); at > len(short)/2 {
		short = short[:at]
	}
	return strings.TrimRight(short, " ,.;:") + "…"
}

// run is a piece of inline markup.
type run struct {
	text string
	mark string // "", ** or `
}

var marks = regexp.MustCompile("\\*\\*[^*\n]+?\\*\\*|`[^`\n]+?`")

// runs reads inline markup. An unclosed mark is text.
func runs(s string) []run {
	var out []run
	for s != "" {
		at := marks.FindStringIndex(s)
		if at == nil {
			return append(out, run{text: s})
		}
		if at[0] > 0 {
			out = append(out, run{text: s[:at[0]]})
		}
		found := s[at[0]:at[1]]
		mark := found[:1]
		if mark == "*" {
			mark = "**"
		}
		out = append(out, run{found[len(mark) : len(found)-len(mark)], mark})
		s = s[at[1]:]
	}
	return out
}

var blockMarks = regexp.MustCompile(`(?m)^[ \t]*(#{1,6}|>)[ \t]+`)

// plain takes the marks of inline markup and of headings and quotes away, for
// messages. Lists stay: a dash reads well as it is.
func plain(s string) string {
	var b strings.Builder
	for _, piece := range runs(blockMarks.ReplaceAllString(visible(s), "")) {
		b.WriteString(piece.text)
	}
	out := strings.TrimSpace(b.String())
	if !strings.Contains(out, "\n") {
		out = strings.TrimPrefix(out, "- ") // a list of one
	}
	return out
}

// special are the characters that mean something in Markdown.
var special = regexp.MustCompile("[\\\\`*_\\[\\]<>|~&$]|^[#+=-]")

// numbered is what begins a numbered list.
var numbered = regexp.MustCompile(`^(\d{1,9})([.)](?: |$))`)

// markdown escapes a value for a line of Markdown.
func markdown(s string) string {
	s = special.ReplaceAllString(oneLine(s), `\$0`)
	return numbered.ReplaceAllString(s, `$1\$2`)
}

// markdownOf turns inline markup into a line of Markdown: what is bold or code
// stays so, all else is escaped.
func markdownOf(s string) string {
	var b strings.Builder
	for _, piece := range runs(oneLine(s)) {
		switch piece.mark {
		case "`":
			b.WriteString("`" + strings.ReplaceAll(piece.text, "|", "¦") + "`") // a bar would end a table's cell
		case "**":
			if words := strings.TrimSpace(piece.text); words != "" {
				b.WriteString("**" + markdown(words) + "**")
			}
		default:
			lead, trail := strings.HasPrefix(piece.text, " "), strings.HasSuffix(piece.text, " ")
			words := markdown(piece.text)
			if lead {
				b.WriteByte(' ')
			}
			b.WriteString(words)
			if trail && words != "" {
				b.WriteByte(' ')
			}
		}
	}
	return strings.TrimSpace(b.String())
}
