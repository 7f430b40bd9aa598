package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// writeCauses lays out a small folder of cases: front calls back and side; in
// each case the named component becomes slow, and front with it.
func writeCauses(t *testing.T, causes ...string) string {
	t.Helper()
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("graph.csv", ",front,back,side\nfront,0,1.0,1.0\nback,0,0,0\nside,,,\n")
	const head = "microservice,front,back,side,front,back,side\n" +
		"metric,latency,latency,latency,requests,requests,requests\n" +
		"statistic,Average,Average,Average,Sum,Sum,Sum\n" +
		"unix_timestamp,,,,,,\n"
	rows := func(from, n int, slow func(i int) map[string]float64) string {
		var b strings.Builder
		b.WriteString(head)
		for i := range n {
			more := slow(i)
			wobble := float64(i%5) / 1000
			fmt.Fprintf(&b, "%d,%g,%g,%g,100,90,80\n", from+300*i, 0.3+wobble+more["front"], 0.1+wobble+more["back"], 0.1-wobble+more["side"])
		}
		return b.String()
	}
	write("noissue/metrics.csv", rows(1_000_000, 200, func(int) map[string]float64 { return nil }))
	for i, cause := range causes {
		folder := fmt.Sprintf("test/issue_%d/", i)
		write(folder+"metrics.csv", rows(1_700_000_000, 6, func(i int) map[string]float64 {
			if i < 3 {
				return nil
			}
			return map[string]float64{"front": 0.5, cause: 0.5}
		}))
		write(folder+"target.json", fmt.Sprintf(
			`{"target": {"node": "front", "metric": "latency", "agg": "Average", "timestamp": %d}, "root_cause": {"node": %q, "metric": null}}`,
			1_700_000_900, cause))
	}
	return dir
}

func TestCausesCountsTheCasesWhoseCauseComesFirst(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	if err := runCauses([]string{writeCauses(t, "back", "side", "back")}, &out); err != nil {
		t.Fatal(err)
	}
	if want := "3 cases   with the graph: top-1 1.00 top-3 1.00"; !strings.Contains(out.String(), want) {
		t.Errorf("got\n%s\nwant %q in it", out.String(), want)
	}
}

func TestCausesCountsACauseThatIsNotFound(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	if err := runCauses([]string{"-v", writeCauses(t, "back", "nowhere")}, &out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"2 cases   with the graph: top-1 0.50 top-3 0.50", "nowhere (latency) in place 0"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("got\n%s\nwant %q in it", out.String(), want)
		}
	}
}

func TestCausesNamesTheFileThatItCannotRead(t *testing.T) {
	t.Parallel()
	dir := writeCauses(t, "back")
	bad := filepath.Join(dir, "test", "issue_0", "metrics.csv")
	if err := os.WriteFile(bad, []byte("microservice,a\nmetric,latency\n1,2\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	err := runCauses([]string{dir}, &strings.Builder{})
	if err == nil || !strings.Contains(err.Error(), bad) {
		t.Errorf("got %v, want an error that names %s", err, bad)
	}
}
