// Package live tells those who watch an incident that it changed. It carries no
// entries, only the news that there are some: each watcher reads what it has
// not seen from the store, so that nothing can be missed or come twice. What
// other processes change arrives here too.
package live

import (
	"sync"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// All is the topic of those who watch every incident.
const All = ""

// Broker is the fan-out. The zero value is ready.
type Broker struct {
	mu       sync.Mutex
	watchers map[string]map[*Watcher]bool // by incident id, or All
}

// Watcher hears of changes to one incident, or to all.
type Watcher struct {
	topic  string
	person incident.Person
	typing time.Time
	news   chan string // ids; a full one drops: the reader catches up by itself
}

// Watch begins to listen; Leave ends it.
func (b *Broker) Watch(topic string, p incident.Person) *Watcher {
	w := &Watcher{topic: topic, person: p, news: make(chan string, 16)}
	b.mu.Lock()
	if b.watchers == nil {
		b.watchers = map[string]map[*Watcher]bool{}
	}
	if b.watchers[topic] == nil {
		b.watchers[topic] = map[*Watcher]bool{}
	}
	b.watchers[topic][w] = true
	b.mu.Unlock()
	b.Changed(topic) // those who are here see who came
	return w
}

// Leave ends a watch.
func (b *Broker) Leave(w *Watcher) {
	b.mu.Lock()
	delete(b.watchers[w.topic], w)
	if len(b.watchers[w.topic]) == 0 {
		delete(b.watchers, w.topic)
	}
	b.mu.Unlock()
	b.Changed(w.topic)
}

// News gives the id of what changed. It is a hint: several changes may come as
// one.
func (w *Watcher) News() <-chan string { return w.news }

// Changed tells the watchers of an incident, and those of all.
func (b *Broker) Changed(id string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, topic := range []string{id, All} {
		for w := range b.watchers[topic] {
			select {
			case w.news <- id:
			default:
			}
		}
		if id == All {
			return
		}
	}
}

// Present is somebody who has the incident open.
type Present struct {
	incident.Person
	Typing bool `json:"typing"`
}

// typingLasts is how long somebody counts as typing after they said so.
const typingLasts = 6 * time.Second

// Presence gives who has an incident open, each once.
func (b *Broker) Presence(id string, now time.Time) []Present {
	b.mu.Lock()
	defer b.mu.Unlock()
	at := map[string]int{}
	out := []Present{}
	for w := range b.watchers[id] {
		if w.person.ID == "" {
			continue
		}
		n, seen := at[w.person.ID]
		if !seen {
			n = len(out)
			at[w.person.ID] = n
			out = append(out, Present{Person: w.person})
		}
		out[n].Typing = out[n].Typing || now.Sub(w.typing) < typingLasts
	}
	return out
}

// Typing notes that somebody types on an incident.
func (b *Broker) Typing(id, personID string, now time.Time) {
	b.mu.Lock()
	for w := range b.watchers[id] {
		if w.person.ID == personID {
			w.typing = now
		}
	}
	b.mu.Unlock()
	b.Changed(id)
}
