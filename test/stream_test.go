package test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/storetest"
)

// watcher reads an incident's live stream.
type watcher struct {
	t    *testing.T
	stop context.CancelFunc
	seen chan entry
	last string // the id to reconnect with
}

type entry struct {
	Seq        int
	Kind, Text string
}

// watch opens the stream of an incident, from after an event on.
func (p *process) watch(token, ref, lastID string) *watcher {
	p.t.Helper()
	ctx, cancel := context.WithCancel(p.t.Context())
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, p.url+"/api/incidents/"+ref+"/stream", nil)
	if err != nil {
		p.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	if lastID != "" {
		r.Header.Set("Last-Event-ID", lastID)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil || res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != "text/event-stream" {
		p.t.Fatalf("watch %s: %v %v", ref, res, err)
	}
	w := &watcher{t: p.t, stop: cancel, seen: make(chan entry, 10_000)}
	p.t.Cleanup(cancel)
	go func() {
		defer res.Body.Close()
		defer close(w.seen)
		lines := bufio.NewScanner(res.Body)
		lines.Buffer(nil, 4<<20)
		event := ""
		for lines.Scan() {
			line := lines.Text()
			if name, ok := strings.CutPrefix(line, "event: "); ok {
				event = name
			}
			if data, ok := strings.CutPrefix(line, "data: "); ok && event == "entry" {
				var e entry
				if err := json.Unmarshal([]byte(data), &e); err == nil {
					w.seen <- e
				}
			}
		}
	}()
	return w
}

// next gives the next entry that holds the words.
func (w *watcher) next(words string) entry {
	w.t.Helper()
	late := time.After(20 * time.Second)
	for {
		select {
		case e, more := <-w.seen:
			if !more {
				w.t.Fatalf("the stream ended before %q", words)
			}
			w.last = strconv.Itoa(e.Seq)
			if strings.Contains(e.Text, words) {
				return e
			}
		case <-late:
			w.t.Fatalf("%q did not come", words)
		}
	}
}

func (p *process) declare(title string) string {
	p.t.Helper()
	var made struct{ Ref string }
	p.call("POST", "/api/incidents", map[string]any{"title": title, "severity": 3}, &made)
	return made.Ref
}

func (p *process) note(ref, text string) {
	p.t.Helper()
	p.call("POST", "/api/incidents/"+ref+"/notes", map[string]any{"text": text}, nil)
}

func TestAWatcherSeesEachEntryOnceAlsoAcrossABrokenConnection(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, dsn string) {
		s := install(t, dsn)
		p := s.launch()
		ref := p.declare("Checkout fails")
		w := p.watch(s.token, ref, "0")
		p.note(ref, "first words")
		w.next("first words")
		w.stop()
		for n := range 250 { // more than are read at once
			p.note(ref, fmt.Sprintf("meanwhile %03d", n))
		}
		again := p.watch(s.token, ref, w.last)
		from, _ := strconv.Atoi(w.last)
		for n := range 250 {
			want := fmt.Sprintf("meanwhile %03d", n)
			if e := again.next(want); e.Seq <= from {
				t.Fatalf("%q came as entry %d after entry %d", want, e.Seq, from)
			} else {
				from = e.Seq
			}
		}
		p.note(ref, "last words")
		if e := again.next("last words"); e.Seq != from+1 {
			t.Errorf("the last entry is %d, after %d", e.Seq, from)
		}
		p.stop() // with a stream open
	})
}

func TestTwoProcessesShareOneDatabaseAndEachJobIsDoneOnce(t *testing.T) {
	t.Parallel()
	s := install(t, storetest.Postgres(t))
	one, two := s.launch(), s.launch()
	ref := one.declare("Seen by both")
	w := two.watch(s.token, ref, "")
	one.note(ref, "written at the one")
	w.next("written at the one")
	two.note(ref, "written at the other")
	w.next("written at the other")

	var refs []string
	for n := range 20 {
		refs = append(refs, []*process{one, two}[n%2].declare(fmt.Sprintf("Shared %02d", n)))
	}
	for _, ref := range refs {
		eventually(t, 30*time.Second, "the message about "+ref, func() bool { return len(s.phone.about(ref)) > 0 })
	}
	one.kill() // what it had begun is taken over
	three := two.declare("After the one died")
	eventually(t, 30*time.Second, "the message after the one died", func() bool { return len(s.phone.about(three)) > 0 })
	times := map[string]int{}
	for _, m := range s.phone.about("") {
		if times[m.ID]++; times[m.ID] > 1 {
			t.Errorf("%q came %d times", m.Title, times[m.ID])
		}
	}
	two.stop()
}
