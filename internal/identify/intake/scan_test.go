package intake

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

// scanSeeds are arrays and near-arrays that a careless scanner gets wrong.
var scanSeeds = []string{
	``, ` `, `[`, `]`, `[]`, ` [ ] `, `[]x`, `[[]]`, `[1,]`, `[,1]`, `[1 2]`, `[1]]`, `{}`, `"x"`, `null`,
	`[0]`, `[00]`, `[-0]`, `[-]`, `[01]`, `[1.]`, `[.5]`, `[1.5e3]`, `[1e]`, `[1e+]`, `[1E-9]`, `[+1]`, `[1x]`, `[0x1]`,
	`[true,false,null]`, `[tru]`, `[truex]`, `[nul`, `["a"]`, `["a]`, `["\"]`, `["\\"]`, `["\u12aF"]`, `["\u12g4"]`, `["\u12"]`, `["\x"]`, `["\b\f\n\r\t\/\\\""]`, `["a\u0026b\u003c", "\ud83d\ude00", "\ud83d", "\ud83dx", "\ud83d\u0041", "\ude00", "\ud83d\ud83d\ude00"]`, "[\"\x01\"]", "[\"\xff\"]",
	`[{"a":1}]`, `[{"a" : 1 , "b":[]}]`, `[{"a":1,}]`, `[{a:1}]`, `[{"a"}]`, `[{"a":}]`, `[{"a":1 "b":2}]`, `[{]}`, `[{}}`, "[1,\n\t2\r, 3 ]",
	`[` + strings.Repeat(`[`, 150) + strings.Repeat(`]`, 150) + `]`,
}

// agree checks the scanner against encoding/json: the same bodies are arrays,
// with the same elements.
func agree(t *testing.T, body []byte) {
	t.Helper()
	elements, at, ok := scanArray(body)
	trimmed := bytes.Trim(body, " \t\r\n")
	want := json.Valid(body) && bytes.HasPrefix(trimmed, []byte("["))
	if ok != want {
		if want && nesting(body) > maxNesting {
			return
		}
		t.Fatalf("%q: got %v at byte %d, encoding/json says %v", body, ok, at, want)
	}
	if !ok {
		if at < 0 || at > len(body) {
			t.Fatalf("%q: byte %d is outside", body, at)
		}
		return
	}
	var theirs []json.RawMessage
	if err := json.Unmarshal(body, &theirs); err != nil {
		t.Fatal(err)
	}
	if len(theirs) != len(elements) {
		t.Fatalf("%q: got %d elements, want %d", body, len(elements), len(theirs))
	}
	for i, e := range elements {
		if !bytes.Equal(body[e.from:e.to], theirs[i]) {
			t.Fatalf("%q: element %d is %q, want %q", body, i, body[e.from:e.to], theirs[i])
		}
		c := cursor{b: theirs[i], s: string(theirs[i])}
		want := string(bytes.TrimPrefix(theirs[i], []byte("null")))
		if theirs[i][0] == '"' {
			if err := json.Unmarshal(theirs[i], &want); err != nil {
				t.Fatal(err)
			}
		}
		if got := c.text(); got != want {
			t.Fatalf("%q: the text of element %d is %q, want %q", body, i, got, want)
		}
	}
}

// nesting is at least how deep a body is nested.
func nesting(body []byte) int { return bytes.Count(body, []byte("[")) + bytes.Count(body, []byte("{")) }

func TestTheScannerTakesWhatEncodingJSONTakes(t *testing.T) {
	t.Parallel()
	for _, body := range scanSeeds {
		agree(t, []byte(body))
	}
	body := postedBatch(2)
	for end := range body {
		agree(t, body[:end])
	}
}

func TestABodyNestedTooDeepIsRefused(t *testing.T) {
	t.Parallel()
	body := strings.Repeat(`[`, 100_000) + strings.Repeat(`]`, 100_000)
	if _, _, ok := scanArray([]byte(body)); ok {
		t.Error("taken")
	}
}

func FuzzScanArray(f *testing.F) {
	for _, body := range scanSeeds {
		f.Add([]byte(body))
	}
	f.Add(postedBatch(1))
	f.Fuzz(func(t *testing.T, body []byte) { agree(t, body) })
}
