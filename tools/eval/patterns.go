package main

import (
	"encoding/csv"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/sigap-dev/sigap/internal/evidence/pattern"
)

// runPatterns measures how well log lines are grouped: for each file with the
// columns Content and EventId the grouping accuracy, which is the share of
// lines whose group is exactly the set of lines with their true EventId, and
// the lines read in a second once the templates are known; then the means.
func runPatterns(args []string, out io.Writer) error {
	flags := flag.NewFlagSet("patterns", flag.ContinueOnError)
	verbose := flags.Bool("v", false, "list the groups that are wrong")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() == 0 {
		return errors.New("usage: eval patterns [-v] FILE.csv…")
	}
	accuracies, rates := 0.0, 0.0
	for _, name := range flags.Args() {
		content, truth, err := readLabelled(name)
		if err != nil {
			return err
		}
		m := pattern.New(pattern.Options{})
		ids := group(m, content)
		accuracy, rate := groupingAccuracy(ids, truth), rate(m, content)
		accuracies, rates = accuracies+accuracy, rates+rate
		fmt.Fprintf(out, "%-20s %5d lines  %4d templates  grouping accuracy %.4f  %9.0f lines/s\n",
			filepath.Base(name), len(content), distinct(ids), accuracy, rate)
		if *verbose {
			listWrong(out, m, ids, content, truth)
		}
	}
	n := float64(flags.NArg())
	fmt.Fprintf(out, "mean grouping accuracy %.4f over %d files, %.0f lines/s\n", accuracies/n, flags.NArg(), rates/n)
	return nil
}

// group mines the lines in one pass and returns the template of each.
func group(m *pattern.Miner, content []string) []pattern.ID {
	ids := make([]pattern.ID, len(content))
	for i, c := range content {
		ids[i] = m.Add(c)
	}
	for i, id := range ids {
		ids[i] = m.Resolve(id)
	}
	return ids
}

// rate is how many lines a second a miner reads that knows their templates.
func rate(m *pattern.Miner, content []string) float64 {
	lines, start := 0, time.Now()
	for time.Since(start) < 50*time.Millisecond {
		for _, c := range content {
			m.Add(c)
		}
		lines += len(content)
	}
	return float64(lines) / time.Since(start).Seconds()
}

// readLabelled reads the columns Content and EventId.
func readLabelled(name string) (content, truth []string, err error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.LazyQuotes = true
	rows, err := r.ReadAll()
	if err != nil {
		return nil, nil, fmt.Errorf("reading %s: %w", name, err)
	}
	if len(rows) < 2 {
		return nil, nil, fmt.Errorf("%s has no lines", name)
	}
	c, e := slices.Index(rows[0], "Content"), slices.Index(rows[0], "EventId")
	if c < 0 || e < 0 {
		return nil, nil, fmt.Errorf("%s has no columns Content and EventId", name)
	}
	for _, row := range rows[1:] {
		content, truth = append(content, row[c]), append(truth, row[e])
	}
	return content, truth, nil
}

// groupingAccuracy is the share of lines whose group equals the true group as a set.
func groupingAccuracy(ids []pattern.ID, truth []string) float64 {
	type pair struct {
		id    pattern.ID
		truth string
	}
	byID, byTruth, both := map[pattern.ID]int{}, map[string]int{}, map[pair]int{}
	for i, id := range ids {
		byID[id]++
		byTruth[truth[i]]++
		both[pair{id, truth[i]}]++
	}
	right := 0
	for p, n := range both {
		if isWhole := byID[p.id] == n; isWhole && byTruth[p.truth] == n {
			right += n
		}
	}
	return float64(right) / float64(len(ids))
}

func distinct(ids []pattern.ID) int {
	seen := map[pattern.ID]bool{}
	for _, id := range ids {
		seen[id] = true
	}
	return len(seen)
}

// listWrong prints the true groups that were split or joined, with one line of each part.
func listWrong(out io.Writer, m *pattern.Miner, ids []pattern.ID, content, truth []string) {
	parts := map[string]map[pattern.ID]int{}
	truths := map[pattern.ID]map[string]int{}
	for i, id := range ids {
		if parts[truth[i]] == nil {
			parts[truth[i]] = map[pattern.ID]int{}
		}
		if truths[id] == nil {
			truths[id] = map[string]int{}
		}
		parts[truth[i]][id]++
		truths[id][truth[i]]++
	}
	shown := map[pattern.ID]bool{}
	for i, id := range ids {
		split, joined := len(parts[truth[i]]) > 1, len(truths[id]) > 1
		if shown[id] || !split && !joined {
			continue
		}
		shown[id] = true
		fmt.Fprintf(out, "  %v split %d joined %d: %s\n      %s\n", truths[id], len(parts[truth[i]]), len(truths[id]), m.Template(id), content[i])
	}
}
