package main

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sigap-dev/sigap/internal/evidence/shift"
	"github.com/sigap-dev/sigap/internal/incident"
)

// runCauses measures how well the component at fault is found, on a folder in
// the layout of the PetShop data set: graph.csv, noissue/metrics.csv, and
// cases as folders with metrics.csv and target.json. It prints the share of
// cases whose true component comes first, and among the first three, with and
// without the call graph.
//
// Names must not help: for each case every component gets a random name and
// the series are shuffled before the ranking sees them.
func runCauses(args []string, out io.Writer) error {
	flags := flag.NewFlagSet("causes", flag.ContinueOnError)
	seed := flags.Uint64("seed", 1, "of the random names and order")
	verbose := flags.Bool("v", false, "list every case whose cause does not come first")
	noNormal := flags.Bool("no-normal", false, "rank without the data of normal operation")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() != 1 {
		return errors.New("usage: eval causes [-v] [-seed N] [-no-normal] DIR")
	}
	set, err := readCauseSet(flags.Arg(0))
	if err != nil {
		return err
	}
	if *noNormal {
		set.normal = nil
	}
	var total tally
	kinds := map[string]*tally{}
	var times []time.Duration
	for i, c := range set.cases {
		a := anonymise(set, c, rand.New(rand.NewPCG(*seed, uint64(i))))
		start := time.Now()
		with := a.rank(a.graph)
		times = append(times, time.Since(start))
		without := a.rank(nil)
		if kinds[c.metric] == nil {
			kinds[c.metric] = &tally{}
		}
		for _, t := range []*tally{&total, kinds[c.metric]} {
			t.add(place(with, a.root), place(without, a.root))
		}
		if *verbose {
			a.explain(out, c.name, with, without)
		}
	}
	total.print(out, "all")
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		kinds[kind].print(out, kind)
	}
	slices.Sort(times)
	fmt.Fprintf(out, "time a case with the graph: median %.1f ms, slowest %.1f ms\n",
		milliseconds(times[len(times)/2]), milliseconds(times[len(times)-1]))
	return nil
}

// causeSet is a folder of labelled cases.
type causeSet struct {
	graph  shift.Graph
	normal []incident.Series
	cases  []causeCase
}

type causeCase struct {
	name, target, metric, root string
	onset                      time.Time
	series                     []incident.Series
}

func readCauseSet(dir string) (*causeSet, error) {
	set := &causeSet{}
	var err error
	if set.graph, err = readGraph(filepath.Join(dir, "graph.csv")); err != nil {
		return nil, err
	}
	if set.normal, err = readMetrics(filepath.Join(dir, "noissue", "metrics.csv")); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.Name() != "target.json" {
			return err
		}
		c, err := readCase(filepath.Dir(path))
		set.cases = append(set.cases, c)
		return err
	})
	if err == nil && len(set.cases) == 0 {
		err = fmt.Errorf("%s holds no cases", dir)
	}
	return set, err
}

func readCase(dir string) (causeCase, error) {
	raw, err := os.ReadFile(filepath.Join(dir, "target.json"))
	if err != nil {
		return causeCase{}, err
	}
	var label struct {
		Target struct {
			Node, Metric string
			Timestamp    float64
		}
		RootCause struct{ Node string } `json:"root_cause"`
	}
	if err := json.Unmarshal(raw, &label); err != nil {
		return causeCase{}, fmt.Errorf("reading %s: %w", dir, err)
	}
	series, err := readMetrics(filepath.Join(dir, "metrics.csv"))
	return causeCase{
		name:   filepath.Join(filepath.Base(filepath.Dir(dir)), filepath.Base(dir)),
		target: label.Target.Node,
		metric: label.Target.Metric,
		root:   label.RootCause.Node,
		onset:  unix(label.Target.Timestamp),
		series: series,
	}, err
}

// readMetrics reads a table whose first rows, up to the one that begins with
// unix_timestamp, name each column's component, metric and statistic.
func readMetrics(name string) ([]incident.Series, error) {
	rows, err := readTable(name)
	if err != nil {
		return nil, err
	}
	heads := map[string][]string{}
	var series []incident.Series
	for _, row := range rows {
		at, err := strconv.ParseFloat(row[0], 64)
		if err != nil {
			heads[strings.ToLower(row[0])] = row
			continue
		}
		if series == nil {
			if series, err = columns(heads); err != nil {
				return nil, fmt.Errorf("reading %s: %w", name, err)
			}
		}
		for i := range series {
			v := math.NaN()
			if i+1 < len(row) {
				if f, err := strconv.ParseFloat(row[i+1], 64); err == nil {
					v = f
				}
			}
			series[i].Points = append(series[i].Points, incident.Point{At: unix(at), Value: v})
		}
	}
	return series, nil
}

func columns(heads map[string][]string) ([]incident.Series, error) {
	component, metric, statistic := heads["microservice"], heads["metric"], heads["statistic"]
	if component == nil || len(metric) != len(component) || len(statistic) != len(component) {
		return nil, errors.New("the rows microservice, metric and statistic do not head the columns")
	}
	out := make([]incident.Series, len(component)-1)
	for i := range out {
		out[i] = incident.Series{
			Service: component[i+1],
			Name:    metric[i+1],
			Labels:  map[string]string{"statistic": statistic[i+1]},
		}
	}
	return out, nil
}

// readGraph reads an adjacency matrix: a one in a row says that its component
// calls the column's.
func readGraph(name string) (shift.Graph, error) {
	rows, err := readTable(name)
	if err != nil {
		return nil, err
	}
	graph := shift.Graph{}
	for _, row := range rows[1:] {
		for i, cell := range row[1:] {
			if v, err := strconv.ParseFloat(cell, 64); err == nil && v != 0 && i+1 < len(rows[0]) {
				graph[row[0]] = append(graph[row[0]], rows[0][i+1])
			}
		}
	}
	return graph, nil
}

func readTable(name string) ([][]string, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.FieldsPerRecord = -1
	rows, err := r.ReadAll()
	if err == nil && len(rows) == 0 {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	return rows, nil
}

// anonymous is a case as the ranking sees it.
type anonymous struct {
	root, target   string
	symptom        shift.Class
	onset          time.Time
	graph          shift.Graph
	series, normal []incident.Series
	real           map[string]string // back to the real names
}

func anonymise(set *causeSet, c causeCase, r *rand.Rand) anonymous {
	names, taken := map[string]string{}, map[string]string{}
	hide := func(name string) string {
		if names[name] == "" {
			id := fmt.Sprintf("c%08x", r.Uint32())
			names[name], taken[id] = id, name
		}
		return names[name]
	}
	mix := func(in []incident.Series) []incident.Series {
		out := slices.Clone(in)
		for i := range out {
			out[i].Service = hide(out[i].Service)
		}
		r.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
		return out
	}
	a := anonymous{
		series: mix(c.series), normal: mix(set.normal), onset: c.onset,
		root: hide(c.root), target: hide(c.target), graph: shift.Graph{}, real: taken,
	}
	a.symptom = shift.ClassOf(incident.Series{Name: c.metric})
	for from, to := range set.graph {
		for _, t := range to {
			a.graph[hide(from)] = append(a.graph[hide(from)], hide(t))
		}
		r.Shuffle(len(to), func(i, j int) {
			g := a.graph[hide(from)]
			g[i], g[j] = g[j], g[i]
		})
	}
	return a
}

func (a anonymous) rank(graph shift.Graph) []shift.Origin {
	return shift.Origins(a.series, graph, shift.OriginOptions{
		Onset: a.onset, Target: a.target, Symptom: a.symptom, Baseline: a.normal,
	})
}

func (a anonymous) explain(out io.Writer, name string, with, without []shift.Origin) {
	p, q := place(with, a.root), place(without, a.root)
	fmt.Fprintf(out, "%s: %s (%s) in place %d, without the graph %d\n", name, a.real[a.root], a.symptom, p, q)
	if p == 1 {
		return
	}
	for _, o := range with[:min(5, len(with))] {
		fmt.Fprintf(out, "    %-40.40s score %.3f  excess %.4g  sigmas %.1f  own %.2f  share %.2f  by %s\n",
			a.real[o.Service], o.Score, o.Excess, o.Sigmas, o.Own, o.Share, a.real[o.By])
	}
}

// place is the rank of the true cause, from 1; 0 if it is not in the list.
func place(ranked []shift.Origin, root string) int {
	return slices.IndexFunc(ranked, func(o shift.Origin) bool { return o.Service == root }) + 1
}

type tally struct{ cases, first, three, bareFirst, bareThree int }

func (t *tally) add(with, without int) {
	t.cases++
	count := func(n *int, yes bool) {
		if yes {
			*n++
		}
	}
	count(&t.first, with == 1)
	count(&t.three, with >= 1 && with <= 3)
	count(&t.bareFirst, without == 1)
	count(&t.bareThree, without >= 1 && without <= 3)
}

func (t *tally) print(out io.Writer, kind string) {
	share := func(n int) float64 { return float64(n) / float64(t.cases) }
	fmt.Fprintf(out, "%-14s %3d cases   with the graph: top-1 %.2f top-3 %.2f   without: top-1 %.2f top-3 %.2f\n",
		kind, t.cases, share(t.first), share(t.three), share(t.bareFirst), share(t.bareThree))
}

func unix(seconds float64) time.Time { return time.UnixMilli(int64(seconds * 1000)).UTC() }

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
