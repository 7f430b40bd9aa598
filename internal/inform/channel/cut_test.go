package channel

import (
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"
)

func TestCutKeepsWhatFitsAndMarksWhatDoesNot(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in    string
		limit int
		by    measure
		want  string
	}{
		{"short", 5, runes, "short"},
		{"longer", 5, runes, "long…"},
		{"ends in space", 6, runes, "ends…"},
		{"🔴🔴🔴", 3, runes, "🔴🔴🔴"},
		{"🔴🔴🔴", 6, utf16Units, "🔴🔴🔴"},
		{"🔴🔴🔴", 5, utf16Units, "🔴🔴…"},
		{"🔴🔴🔴", 4, utf16Units, "🔴…"},
	} {
		if got := cut(c.in, c.limit, c.by); got != c.want {
			t.Errorf("cut(%q, %d) = %q, want %q", c.in, c.limit, got, c.want)
		}
	}
}

func TestCutLinesDropsWholeLinesAfterTheOneThatIsCut(t *testing.T) {
	t.Parallel()
	got := strings.Join(cutLines([]string{"one", "two and more", "three"}, 9, runes), "|")
	if got != "one|two…" {
		t.Errorf("got %q", got)
	}
}

func TestAHeadingIsOneLine(t *testing.T) {
	t.Parallel()
	got := Message{Severity: "SEV2", Title: "Disk\r\nBcc: all@example.com\tfull"}.heading()
	if got != "SEV2 · Disk Bcc: all@example.com full" {
		t.Errorf("got %q", got)
	}
}

func FuzzCut(f *testing.F) {
	f.Add("SEV1 🔴 Checkout", 7)
	f.Add("\xff\xfe", 1)
	f.Fuzz(func(t *testing.T, s string, limit int) {
		if limit < 1 || limit > 1<<16 {
			return
		}
		if got := cut(s, limit, runes); utf8.RuneCountInString(got) > limit {
			t.Errorf("%d runes of %d: %q", utf8.RuneCountInString(got), limit, got)
		}
		if got := cut(s, limit, octets); limit >= len("…") && utf8.ValidString(s) && len(got) > limit {
			t.Errorf("%d octets of %d: %q", len(got), limit, got)
		}
		if got := cut(s, limit, utf16Units); len(utf16.Encode([]rune(got))) > limit {
			t.Errorf("%d units of %d: %q", len(utf16.Encode([]rune(got))), limit, got)
		}
	})
}
