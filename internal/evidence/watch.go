package evidence

import (
	"cmp"
	"context"
	"iter"
	"log/slog"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sigap-dev/sigap/internal/evidence/pattern"
	"github.com/sigap-dev/sigap/internal/incident"
)

// WatchEvery is how often a Watch looks.
const WatchEvery = 5 * time.Second

const (
	watchLearns  = 30 * time.Minute // what is usual is learned from
	watchWindow  = time.Minute      // in which lines are counted together
	watchQuiet   = 3 * time.Minute  // without such lines before the signal ends
	watchLines   = 20_000           // read in one look at most; more are not needed to see a surge
	watchKinds   = 2_000            // kinds of errors remembered
	watchSettles = 30 * time.Second // until the errors of a service that was never heard of say anything
	newLines     = 5                // of a kind that is new
	surgeLines   = 10               // of one that surges
	surgeRatio   = 3
)

// drillAttr marks the lines of a drill's own system.
const drillAttr = "sigap.drill"

// Watch looks for errors that were not there before in what is recorded, and
// makes signals of them, one a service. It keeps counts of each kind of error
// in bounded memory and reads each line once. It is for one goroutine.
type Watch struct {
	lines  func(ctx context.Context, w incident.Window, limit int) iter.Seq2[incident.LogLine, error]
	signal func(ctx context.Context, drill bool, s incident.Signal) error
	now    func() time.Time
	log    *slog.Logger

	miner    *pattern.Miner
	read     time.Time             // until which was read
	heard    map[string]time.Time  // of which service, since when
	kinds    map[errorKind]*tally  //
	firing   map[service]time.Time // since when nothing bad was seen, or zero
	learning bool
}

type service struct {
	name  string
	drill bool
}

type errorKind struct {
	service
	id pattern.ID
}

// tally is how often a kind of error came.
type tally struct {
	recent []stamp // in the window
	usual  float64 // lines that a window usually has
	bad    int     // looks in a row that found it out of the ordinary
	last   time.Time
	sample string
}

type stamp struct {
	at time.Time
	n  int
}

// NewWatch makes a watch over lines of the level error and above, the oldest
// first.
func NewWatch(lines func(ctx context.Context, w incident.Window, limit int) iter.Seq2[incident.LogLine, error],
	signal func(ctx context.Context, drill bool, s incident.Signal) error, now func() time.Time, log *slog.Logger,
) *Watch {
	return &Watch{lines: lines, signal: signal, now: now, log: log, miner: pattern.New(pattern.Options{MaxTemplates: watchKinds}),
		heard: map[string]time.Time{}, kinds: map[errorKind]*tally{}, firing: map[service]time.Time{}}
}

// Look reads what came since the last look and signals what is new. The first
// look only learns. services are those that are recorded at all.
func (w *Watch) Look(ctx context.Context, services []string) {
	now := w.now()
	w.learning = w.read.IsZero()
	from := w.read
	if w.learning || now.Sub(from) > watchLearns {
		from = now.Add(-watchLearns)
	}
	for _, s := range services {
		if _, known := w.heard[s]; !known {
			w.heard[s] = now
			if w.learning {
				w.heard[s] = time.Time{} // before us
			}
		}
	}
	if err := w.count(ctx, incident.Window{From: from, To: now}); err != nil {
		w.log.Warn("recorded logs are not watched for new errors", "err", err)
		return // the next look reads the same
	}
	w.read = now
	w.judge(ctx, now)
	w.forget()
}

func (w *Watch) count(ctx context.Context, window incident.Window) error {
	counted := map[errorKind]int{}
	for l, err := range w.lines(ctx, window, watchLines) {
		if err != nil {
			return err
		}
		if l.Service == "" || !l.At.Before(window.To) {
			continue
		}
		if _, known := w.heard[l.Service]; !known && !w.learning {
			w.heard[l.Service] = window.To
		}
		k := errorKind{service{l.Service, l.Attrs[drillAttr] != ""}, w.miner.Add(l.Body)}
		t := w.kinds[k]
		if t == nil {
			t = &tally{}
			w.kinds[k] = t
		}
		t.last, t.sample = l.At, cmp.Or(t.sample, l.Body)
		if counted[k]++; w.learning {
			t.usual += float64(watchWindow) / float64(watchLearns)
		}
	}
	for k, n := range counted {
		if t := w.kinds[k]; !w.learning {
			t.recent = append(t.recent, stamp{window.To, n})
		}
	}
	return nil
}

// judge signals services with errors that are out of the ordinary, and the end
// of those that had them.
func (w *Watch) judge(ctx context.Context, now time.Time) {
	bad := map[service]*tally{}
	for k, t := range w.kinds {
		n := t.settle(now, !w.isFiring(k.service))
		if n == 0 || !t.unusual(n) || now.Sub(w.heard[k.name]) < watchSettles {
			t.bad = 0
			continue
		}
		if t.bad++; t.bad < 2 {
			continue // once is a burst
		}
		if have := bad[k.service]; have == nil || t.count() > have.count() {
			bad[k.service] = t
		}
	}
	for s, t := range bad {
		if _, fires := w.firing[s]; !fires {
			if err := w.signal(ctx, s.drill, signalOf(s.name, t, incident.Firing)); err != nil {
				w.log.Error("new errors in the logs were not signalled", "service", s.name, "err", err)
				continue
			}
		}
		w.firing[s] = now
	}
	for s, last := range w.firing {
		if now.Sub(last) < watchQuiet {
			continue
		}
		if err := w.signal(ctx, s.drill, signalOf(s.name, &tally{}, incident.Resolved)); err != nil {
			w.log.Error("the end of errors in the logs was not signalled", "service", s.name, "err", err)
			continue
		}
		delete(w.firing, s)
	}
}

func (w *Watch) isFiring(s service) bool {
	_, fires := w.firing[s]
	return fires
}

// settle moves what left the window into what is usual, and gives the lines in
// the window. While a signal fires nothing is learned: trouble must not become
// the custom.
func (t *tally) settle(now time.Time, learn bool) int {
	const share = float64(WatchEvery) / float64(watchLearns)
	if learn {
		t.usual *= 1 - share
	}
	for len(t.recent) > 0 && now.Sub(t.recent[0].at) >= watchWindow {
		if learn {
			t.usual += float64(t.recent[0].n) * float64(watchWindow) / float64(watchLearns)
		}
		t.recent = t.recent[1:]
	}
	return t.count()
}

func (t *tally) count() int {
	n := 0
	for _, s := range t.recent {
		n += s.n
	}
	return n
}

// unusual reports whether n lines in a window are more than chance makes of
// what is usual: by four standard deviations of a Poisson count and a half.
func (t *tally) unusual(n int) bool {
	if t.usual < 0.05 {
		return n >= newLines
	}
	return n >= surgeLines && float64(n) >= surgeRatio*t.usual && float64(n) > t.usual+4*math.Sqrt(t.usual+0.5)
}

// forget keeps the kinds bounded: those go that were not seen for longest.
func (w *Watch) forget() {
	if len(w.kinds) <= watchKinds {
		return
	}
	var all []time.Time
	for _, t := range w.kinds {
		all = append(all, t.last)
	}
	slices.SortFunc(all, time.Time.Compare)
	oldest := all[len(all)-watchKinds/2]
	for k, t := range w.kinds {
		if t.last.Before(oldest) {
			delete(w.kinds, k)
		}
	}
}

// signalOf is the alert of a service's errors.
func signalOf(name string, t *tally, state incident.SignalState) incident.Signal {
	title, _, _ := strings.Cut(strings.TrimSpace(t.sample), "\n")
	if len(title) > 200 {
		title = strings.ToValidUTF8(title[:200], "") + "…"
	}
	s := incident.Signal{Source: "logs", Sender: "Sigap", Identity: "errors:" + name, State: state, Title: name + ": " + title, Service: name, Severity: "error"}
	if n := t.count(); n > 0 {
		s.Description, s.Value = strings.ToValidUTF8(t.sample[:min(len(t.sample), 4<<10)], ""), strconv.Itoa(n)
		s.StartedAt = t.recent[0].at.Add(-WatchEvery)
	}
	return s
}

// MarkDrill marks lines as those of a drill's own system.
func MarkDrill(lines []incident.LogLine) {
	for n := range lines {
		attrs := map[string]string{drillAttr: "true"}
		maps.Copy(attrs, lines[n].Attrs)
		lines[n].Attrs = attrs
	}
}
