package evidence

import (
	"context"
	"sync"
	"time"

	"github.com/sigap-dev/sigap/internal/evidence/shift"
	"github.com/sigap-dev/sigap/internal/incident"
)

// board is where the checks of one collection leave for each other what they
// found. Nobody waits on it longer than their patience: what a slow source
// would have said is then not known.
type board struct {
	mu   sync.Mutex
	open map[string]int           // checks that have not reported, by name
	in   map[string]chan struct{} // closed when all of that name have

	onset    time.Time               // of what users feel; the earliest of all sources
	step     time.Duration           // between two points of the series that gave it
	origins  map[string]metricOrigin // by service
	measured map[string]bool         // services of which there are metrics
	hosts    map[string][]string
	hostBad  bool // a host's own state is among the origins
	series   []incident.Series
	suspects []incident.Suspect

	fresh    []freshError
	speaks   map[string]bool // services that log anything
	patterns []incident.LogPattern

	changes []incident.ChangeSuspect
}

// freshError is an error pattern that the baseline lacks, or hardly has.
type freshError struct {
	service string
	first   time.Time
	count   int
	samples string
}

func newBoard(checks []check) *board {
	b := &board{open: map[string]int{}, in: map[string]chan struct{}{}, origins: map[string]metricOrigin{}, hosts: map[string][]string{}, speaks: map[string]bool{}, measured: map[string]bool{}}
	for _, k := range checks {
		if b.open[k.name]++; b.in[k.name] == nil {
			b.in[k.name] = make(chan struct{})
		}
	}
	return b
}

// reported says that a check of that name is done, however it ended.
func (b *board) reported(name string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.open[name]--; b.open[name] == 0 {
		close(b.in[name])
	}
}

// await waits until all checks of a name have reported, or patience is over.
func (b *board) await(ctx context.Context, name string, patience time.Duration) {
	in, asked := b.in[name]
	if !asked {
		return
	}
	t := time.NewTimer(patience)
	defer t.Stop()
	select {
	case <-in:
	case <-t.C:
	case <-ctx.Done():
	}
}

// postMetrics leaves what one source of metrics shows.
func (b *board) postMetrics(felt, ranked incident.Evidence, series []incident.Series, origins map[string]metricOrigin) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !felt.Onset.IsZero() && (b.onset.IsZero() || felt.Onset.Before(b.onset)) {
		b.onset = felt.Onset
	}
	if len(felt.Plots) > 0 {
		if p := felt.Plots[0].Points; len(p) > 1 {
			b.step = max(b.step, p[len(p)-1].At.Sub(p[0].At)/time.Duration(len(p)-1))
		}
	}
	for service, m := range origins {
		b.origins[service] = b.origins[service].or(m)
	}
	for _, s := range ranked.Suspects {
		b.hostBad = b.hostBad || s.Service == "" && s.Kind == string(shift.KindOrigin)
	}
	for _, s := range series {
		b.measured[s.Service] = true
	}
	b.suspects = append(b.suspects, ranked.Suspects...)
	b.series = append(b.series, series...)
	b.hosts = hostsOf(b.hosts, series)
}

// hostsOf adds to hosts where each service runs, by its series.
func hostsOf(hosts map[string][]string, series []incident.Series) map[string][]string {
	type pair struct{ service, host string }
	seen := map[pair]bool{}
	for service, list := range hosts {
		for _, h := range list {
			seen[pair{service, h}] = true
		}
	}
	for _, s := range series {
		p := pair{s.Service, s.Host}
		if s.Service == "" || s.Host == "" || seen[p] {
			continue
		}
		seen[p] = true
		hosts[s.Service] = append(hosts[s.Service], s.Host)
	}
	return hosts
}

// postLogs leaves what one source of logs shows.
func (b *board) postLogs(fresh []freshError, speaks map[string]bool, patterns []incident.LogPattern) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.fresh = append(b.fresh, fresh...)
	b.patterns = append(b.patterns, patterns...)
	for service := range speaks {
		b.speaks[service] = true
	}
}

func (b *board) postChanges(found []incident.ChangeSuspect) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.changes = found
}

// began is when the trouble began as the metrics see it, and how exact that is;
// false if they do not.
func (b *board) began() (onset time.Time, within time.Duration, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.onset, 2 * b.step, !b.onset.IsZero()
}

// onsetBy is the onset by metrics and logs: a log says to the moment when the
// first error came, a metric only when it was next read.
func (b *board) onsetBy(guess time.Time) time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	onset := b.onset
	if onset.IsZero() {
		onset = guess.Add(maxLate) // of the logs any moment is taken
	}
	from, first := onset.Add(-maxLate-2*b.step), time.Time{}
	for _, f := range b.fresh {
		if f.count >= leastFresh && f.first.After(from) && (first.IsZero() || f.first.Before(first)) {
			first = f.first
		}
	}
	switch {
	case !first.IsZero() && (b.onset.IsZero() || first.Before(b.onset)):
		return first
	case b.onset.IsZero():
		return guess
	}
	return b.onset
}

const (
	maxLate    = 30 * time.Second // by which metrics show later than logs, beside their own step
	leastFresh = 3                // lines of an error that count as its beginning
)
