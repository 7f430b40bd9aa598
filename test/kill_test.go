package test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/app"
	"github.com/sigap-dev/sigap/internal/client"
	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/storetest"
)

const (
	writers    = 4
	killWithin = 1500 * time.Millisecond // of the process's answering
)

// ledger is what was acknowledged.
type ledger struct {
	mu      sync.Mutex
	signals map[string]bool            // by identity
	notes   map[string]map[string]bool // by incident, the texts
	n       int
}

func (l *ledger) next() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.n++
	return l.n
}

func (l *ledger) anyIncident(r *rand.Rand) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	pick := 0
	if len(l.notes) > 0 {
		pick = r.IntN(len(l.notes))
	}
	for ref := range maps.Keys(l.notes) {
		if pick == 0 {
			return ref
		}
		pick--
	}
	return ""
}

// write does what senders and people do until the process is gone, and keeps
// what it acknowledged.
func (l *ledger) write(ctx context.Context, p *process, token, key string, r *rand.Rand) {
	api := client.New(p.url, token) // of this writer alone
	for ctx.Err() == nil {
		n := l.next()
		switch what := r.IntN(20); {
		case what < 12:
			identity := fmt.Sprintf("signal-%d", n)
			body := fmt.Sprintf(`{"title":"Signal %d","identity":%q,"service":"service-%d","severity":"warning"}`, n, identity, n%5)
			if p.send(ctx, "/in/"+key, body) {
				l.mu.Lock()
				l.signals[identity] = true
				l.mu.Unlock()
			}
		case what < 18:
			ref, text := l.anyIncident(r), fmt.Sprintf("note-%d", n)
			if ref != "" && api.Call(ctx, "POST", "/api/incidents/"+ref+"/notes", map[string]any{"text": text}, nil) == nil {
				l.mu.Lock()
				l.notes[ref][text] = true
				l.mu.Unlock()
			}
		default:
			var made struct{ Ref string }
			if api.Call(ctx, "POST", "/api/incidents", map[string]any{"title": fmt.Sprintf("Incident %d", n), "severity": 3, "service": fmt.Sprintf("made-%d", n)}, &made) == nil {
				l.mu.Lock()
				l.notes[made.Ref] = map[string]bool{}
				l.mu.Unlock()
			}
		}
	}
}

func TestNothingThatWasAcknowledgedIsMissingAfterKills(t *testing.T) {
	t.Parallel()
	kills := 5
	if soak() {
		kills = 1000
	}
	from := seed(t)
	storetest.Engines(t, func(t *testing.T, dsn string) {
		s := install(t, dsn)
		key := s.key("generic")
		l := &ledger{signals: map[string]bool{}, notes: map[string]map[string]bool{}}
		r := rand.New(rand.NewPCG(from, 9))
		first := s.launch()
		l.notes[first.declare("Before all kills")] = map[string]bool{}
		first.kill()
		for n := range kills {
			p := s.launch()
			ctx, cancel := context.WithCancel(t.Context())
			var wg sync.WaitGroup
			for w := range uint64(writers) {
				wg.Go(func() { l.write(ctx, p, s.token, key, rand.New(rand.NewPCG(from+uint64(n), w))) })
			}
			<-time.After(time.Duration(r.Int64N(int64(killWithin))))
			p.kill()
			cancel()
			wg.Wait()
		}
		last := s.launch()
		s.checkLedger(l, kills+1)
		s.checkPeace(last)
	})
}

// checkPeace sees that in a life without a kill each message comes once.
func (s *system) checkPeace(p *process) {
	s.t.Helper()
	for n := range 5 {
		ref := p.declare(fmt.Sprintf("In peace %d", n))
		eventually(s.t, 60*time.Second, "the message about "+ref, func() bool { return len(s.phone.about(ref)) > 0 })
	}
	p.stop() // ends what is under way
	times := map[string]int{}
	for _, m := range s.phone.about("In peace") {
		if times[m.ID]++; times[m.ID] > 1 {
			s.t.Errorf("%q (%s) came %d times and nothing was killed", m.Title, m.ID, times[m.ID])
		}
	}
}

// checkLedger holds the store and the phone to what was acknowledged.
func (s *system) checkLedger(l *ledger, kills int) {
	s.t.Helper()
	ctx := s.t.Context()
	s.store(func(a app.Accounts) {
		eventually(s.t, 30*time.Second, "what was taken in is applied", func() bool {
			waiting, aside, err := a.InboxSize(ctx)
			return err == nil && waiting+aside == 0
		})
		alerts, err := a.RecentAlerts(ctx, 10_000_000)
		if err != nil {
			s.t.Fatal(err)
		}
		for _, alert := range alerts {
			delete(l.signals, alert.Signal.Identity)
		}
		if len(l.signals) > 0 {
			s.t.Errorf("%d signals were acknowledged and are gone: %v", len(l.signals), l.signals)
		}
		for ref, notes := range l.notes {
			s.checkNotes(a, ref, notes)
		}
		if _, err := a.Verify(ctx, nil, func(i *incident.Incident, fault error) { s.t.Errorf("%s: %v", i.Ref(), fault) }); err != nil {
			s.t.Error(err)
		}
	})
	for ref := range l.notes {
		eventually(s.t, 60*time.Second, "the message about "+ref+" goes out", func() bool { return len(s.phone.about(ref)) > 0 })
	}
	times := map[string]int{}
	for _, m := range s.phone.about("") {
		times[m.ID]++
	}
	twice := 0
	for _, n := range times {
		twice += n - 1
	}
	s.t.Logf("%d kills, %d incidents, %d alerts' signals, %d messages, %d of them twice", kills, len(l.notes), l.n, len(times), twice)
	if twice > kills {
		s.t.Errorf("%d messages came twice after %d kills, want at most one a kill", twice, kills)
	}
}

func (s *system) checkNotes(a app.Accounts, ref string, notes map[string]bool) {
	s.t.Helper()
	i, err := a.Incident(s.t.Context(), ref)
	if err != nil {
		s.t.Errorf("%s was acknowledged and is gone: %v", ref, err)
		return
	}
	entries, err := a.AllEntries(s.t.Context(), i.ID)
	if err != nil {
		s.t.Error(err)
		return
	}
	seen := map[string]int{}
	for _, e := range entries {
		var note struct{ Text string }
		if json.Unmarshal(e.Data, &note) == nil {
			seen[note.Text]++
		}
	}
	for text := range notes {
		if seen[text] != 1 {
			s.t.Errorf("%s has %s %d times", ref, text, seen[text])
		}
	}
}
