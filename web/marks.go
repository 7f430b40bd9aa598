package web

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

var diffHead = regexp.MustCompile(`^(diff |index |--- |\+\+\+ )`)

// DiffLines are the first lines of a row's diff; More counts the others.
func (r row) DiffLines() (lines []diffLine) {
	for _, l := range r.diffLines()[:min(12, len(r.diffLines()))] {
		kind := map[byte]string{'-': "m", '+': "p", '@': "h"}[(l + " ")[0]]
		if len(l) > 1 && (l[0] == '-' || l[0] == '+') && l[1] != ' ' {
			l = l[:1] + " " + l[1:]
		}
		lines = append(lines, diffLine{kind, cmp.Or(l, " ")})
	}
	return lines
}

// DiffMore counts the lines that are not shown.
func (r row) DiffMore() int { return max(0, len(r.diffLines())-12) }

func (r row) diffLines() []string {
	return slices.DeleteFunc(strings.Split(r.Diff, "\n"), diffHead.MatchString)
}

type diffLine struct{ Kind, Text string }

// run is a piece of inline markup: "bold", "code", "ref" or plain.
type run struct{ As, Text string }

// reference is how people call an incident: in bold it leads there.
var reference = regexp.MustCompile(`^(?:INC-\d+|C-[0-9a-f]{6})$`)

var marks = regexp.MustCompile("\\*\\*[^*\n]+?\\*\\*|`[^`\n]+?`")

// runs reads the inline markup of the record's texts.
func runs(text string) (out []run) {
	at := 0
	for _, m := range marks.FindAllStringIndex(text, -1) {
		out = append(out, run{"", text[at:m[0]]})
		switch bold := strings.Trim(text[m[0]:m[1]], "*"); {
		case text[m[0]] == '`':
			out = append(out, run{"code", strings.Trim(bold, "`")})
		case reference.MatchString(bold):
			out = append(out, run{"ref", bold})
		default:
			out = append(out, run{"bold", bold})
		}
		at = m[1]
	}
	return append(out, run{"", text[at:]})
}

// face is the mark of a person: two letters and one of eight hues.
type face struct {
	Letters string
	Hue     int
}

func faceOf(name string) face {
	hue := 7
	for _, c := range name {
		hue = (hue*31 + int(c)) % 997
	}
	words := strings.Fields(strings.Map(func(c rune) rune {
		if unicode.IsLetter(c) || unicode.IsDigit(c) || c == ' ' {
			return c
		}
		return -1
	}, name))
	letters := "?"
	switch {
	case len(words) > 1:
		letters = beginning(words[0], 1) + beginning(words[len(words)-1], 1)
	case len(words) == 1:
		letters = beginning(words[0], 2)
	}
	return face{strings.ToUpper(letters), hue % 8}
}

func beginning(word string, letters int) string {
	end := 0
	for range letters {
		_, size := utf8.DecodeRuneInString(word[end:])
		end += size
	}
	return word[:end]
}

// sparkLine is the path of a small plot, 120 by 26; empty without a course.
func sparkLine(values []float64) string {
	if len(values) < 2 {
		return ""
	}
	const width, height = 120.0, 26.0
	low, high := min(0, slices.Min(values)), slices.Max(values)
	span := high - low
	if span == 0 {
		span = 1
	}
	var out strings.Builder
	for i, v := range values {
		letter := "L"
		if i == 0 {
			letter = "M"
		}
		fmt.Fprintf(&out, "%s%.1f %.1f", letter, float64(i)/float64(len(values)-1)*width, 2+(height-4)*(1-(v-low)/span))
	}
	return out.String()
}
