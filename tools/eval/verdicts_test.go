package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestVerdictsCountsWhatTheGateLetsThrough(t *testing.T) {
	t.Parallel()
	var file bytes.Buffer
	for _, c := range []generated{outage(newDrawer(5, 1)), staging(newDrawer(5, 2)), blip(newDrawer(5, 3))} {
		if err := json.NewEncoder(&file).Encode(c); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(t.TempDir(), "cases.jsonl")
	if err := os.WriteFile(path, file.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := run([]string{"verdicts", "-v", path}, &out); err != nil {
		t.Fatal(err)
	}
	if want := "3 cases, 1 critical   precision 1.000 recall 1.000   false alarms 0, missed 0\n"; out.String() != want {
		t.Errorf("printed was %q, want %q", out.String(), want)
	}
}

func TestVerdictsNamesTheLineThatItCannotRead(t *testing.T) {
	t.Parallel()
	for name, line := range map[string]string{
		"no JSON": "{", "an unknown source": `{"signals":[{"at":"2026-03-02T00:00:00Z","source":"tea leaves","body":{}}]}`,
		"a body that its sender cannot have sent": `{"signals":[{"at":"2026-03-02T00:00:00Z","source":"alertmanager","body":"<xml/>"}]}`,
	} {
		path := filepath.Join(t.TempDir(), "cases.jsonl")
		if err := os.WriteFile(path, []byte("\n"+line+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := run([]string{"verdicts", path}, &bytes.Buffer{}); err == nil || !strings.Contains(err.Error(), "line 2: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestGeneratedCasesAreTheSameForASeedAndMostlyNone(t *testing.T) {
	t.Parallel()
	draw := func(seed string) string {
		var out bytes.Buffer
		if err := run([]string{"verdicts", "-generate", "400", "-seed", seed}, &out); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	cases := draw("7")
	if cases != draw("7") || cases == draw("8") {
		t.Error("a seed does not give its own cases")
	}
	if n := strings.Count(cases, `"critical_production":true`); n < 100 || n > 200 {
		t.Errorf("%d of 400 cases are critical", n)
	}
}
