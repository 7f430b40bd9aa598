package text

import "testing"

func TestAMessageTakesItsArguments(t *testing.T) {
	t.Parallel()
	value := func(name string) string {
		return map[string]string{"one": "1", "two": "2", "name": "[{name}]", "sentence": "It ran dry."}[name]
	}
	for message, want := range map[string]string{
		"plain":                       "plain",
		"{two} of {name}":             "2 of [{name}]", // a value is never read as a message
		"{one|report|reports}":        "report",
		"{two|report|reports}":        "reports",
		"{two|one knows|all {two}!}":  "all 2!",
		"a[, {two}][, {missing}][.]":  "a, 2.",
		"[{two} {one|hit|hits}]":      "2 hit",
		"[{missing|one|other {two}}]": "other 2", // a form chosen by what is missing is still a form
		"open {two":                   "open 2",
		"Why: {sentence}.":            "Why: It ran dry.", // it ends with its own full stop
		"Why: {sentence}. {two}.":     "Why: It ran dry. 2.",
		"Why: {sentence}, {two}":      "Why: It ran dry., 2",
	} {
		if got, _ := fill(message, value); got != want {
			t.Errorf("%q gives %q, want %q", message, got, want)
		}
	}
}

func TestAnUnknownKeyIsSaidAsItIs(t *testing.T) {
	t.Parallel()
	if got := (Reader{}).say("no.such.key"); got != "no.such.key" {
		t.Errorf("got %q", got)
	}
}

func TestListsAreJoinedAsTheLanguageDoes(t *testing.T) {
	t.Parallel()
	for n, want := range []struct{ en, id string }{{"", ""}, {"a", "a"}, {"a and b", "a dan b"}, {"a, b and c", "a, b, dan c"}} {
		items := []string{"a", "b", "c"}[:n]
		if en, id := (Reader{}).list(items), (Reader{Lang: "id"}).list(items); en != want.en || id != want.id {
			t.Errorf("%d items: %q and %q, want %q and %q", n, en, id, want.en, want.id)
		}
	}
}
