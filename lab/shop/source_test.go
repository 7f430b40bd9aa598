package shop_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/sigap-dev/sigap/lab/fault"
)

// The shop must break because of what it is given, never because it was told to.
func TestTheShopsCodeKnowsOfNoFault(t *testing.T) {
	t.Parallel()
	words := []string{`\bfault`, `\binject`, `\bchaos`}
	for _, f := range fault.Table() {
		words = append(words, strings.ReplaceAll(f.Name, "-", `[-_ ]?`))
	}
	forbidden := regexp.MustCompile(`(?i)` + strings.Join(words, "|"))
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	read := 0
	for _, entry := range entries {
		if strings.HasSuffix(entry.Name(), "_test.go") {
			continue
		}
		source, err := os.ReadFile(entry.Name())
		if err != nil {
			t.Fatal(err)
		}
		read++
		if found := forbidden.Find(source); found != nil {
			t.Errorf("%s speaks of %q", entry.Name(), found)
		}
	}
	if read < 10 {
		t.Errorf("only %d files were read", read)
	}
	if !forbidden.MatchString("if badDeploy {") {
		t.Error("the test would not find a fault's name")
	}
}
