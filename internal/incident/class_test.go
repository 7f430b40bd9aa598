package incident

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestATemplateLeavesOutWhatChanges(t *testing.T) {
	t.Parallel()
	for title, want := range map[string]string{
		"Disk 91 % full on web-7":              "disk * % full on web-*",
		"disk 4 % full on web-12":              "disk * % full on web-*",
		"p99 of /api/v2/pay over 1.5s":         "* of /api/*/pay over *.*",
		"10.0.0.7:9100 down":                   "*.*.*.*:* down",
		"Galat é 0190af":                       "galat é *",
		"":                                     "",
		"  spaces\tand\nlines  ":               "spaces and lines",
		"no digits here":                       "no digits here",
		"a\xffb 7":                             "a\uFFFDb *",
		"pod payment-6f7d9c-x2x fails (4 / 9)": "pod payment-*-* fails (* / *)",
	} {
		if got := Template(title); got != want {
			t.Errorf("%q is %q, want %q", title, got, want)
		}
	}
}

func TestAClassIsOfAService(t *testing.T) {
	t.Parallel()
	a, b := AlertClass("payment", "Slow 1"), AlertClass("mail", "Slow 2")
	if a == b || a != AlertClass("payment", "slow 7") || ClassService(a) != "payment" {
		t.Errorf("%q, %q", a, b)
	}
	if words := ClassWords(AlertClass("pay-db-3", "Disk 91 % full")); !slices.Equal(words, []string{"pay", "db", "disk", "full"}) {
		t.Errorf("its words are %q", words)
	}
}

func FuzzTemplate(f *testing.F) {
	for _, seed := range []string{"Disk 91 % full on web-7", "\xff\x00", "a b\u00a0c٣", strings.Repeat("x9-", 500)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, title string) {
		once := Template(title)
		if !utf8.ValidString(once) || Template(once) != once {
			t.Errorf("%q is %q, and that again is %q", title, once, Template(once))
		}
		if len(AlertClass(title, title)) > maxName {
			t.Errorf("the class of %q is long", title)
		}
	})
}
