package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sigap-dev/sigap/internal/evidence/pattern"
)

func TestGroupingAccuracyCountsTheLinesOfGroupsThatAreExactlyRight(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		ids   []pattern.ID
		truth []string
		want  float64
	}{
		"all right":         {[]pattern.ID{7, 7, 3}, []string{"E1", "E1", "E2"}, 1},
		"one event split":   {[]pattern.ID{1, 1, 2, 3}, []string{"E1", "E1", "E1", "E2"}, 0.25},
		"two events joined": {[]pattern.ID{1, 1, 2, 2}, []string{"E1", "E2", "E3", "E3"}, 0.5},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := groupingAccuracy(tc.ids, tc.truth); got != tc.want {
				t.Errorf("accuracy %v, want %v", got, tc.want)
			}
		})
	}
}

func TestPatternsPrintsEachFileAndTheMean(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "Shop.csv")
	rows := "LineId,Content,EventId\n1,order 17 paid,E1\n2,order 18 paid,E1\n3,\"pool \"\"main\"\" empty\",E2\n"
	if err := os.WriteFile(file, []byte(rows), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := run([]string{"patterns", file}, &out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Shop.csv", "3 lines", "2 templates", "mean grouping accuracy 1.0000", "lines/s"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the report does not say %q:\n%s", want, out.String())
		}
	}
}

func TestPatternsNamesWhatIsWrongWithAFile(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "x.csv")
	if err := os.WriteFile(file, []byte("Line,Event\na,b\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"patterns"}, {"patterns", file}, {"patterns", file + ".missing"}, {"unknown"}, nil} {
		if err := run(args, &bytes.Buffer{}); err == nil {
			t.Errorf("eval %q reported no error", args)
		}
	}
}
