package live_test

import (
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/live"
)

var rina = incident.Person{ID: "rina", Name: "Rina"}

func news(w *live.Watcher) []string {
	var out []string
	for {
		select {
		case id := <-w.News():
			out = append(out, id)
		default:
			return out
		}
	}
}

func TestAWatcherHearsOfItsIncidentAndNoOther(t *testing.T) {
	t.Parallel()
	b := &live.Broker{}
	w, all := b.Watch("one", rina), b.Watch(live.All, rina)
	news(w)
	news(all)
	b.Changed("one")
	b.Changed("two")
	if got := news(w); len(got) != 1 || got[0] != "one" {
		t.Errorf("the watcher of one heard %v", got)
	}
	if got := news(all); len(got) != 2 {
		t.Errorf("the watcher of all heard %v", got)
	}
}

func TestAWatcherThatDoesNotListenHoldsUpNobody(t *testing.T) {
	t.Parallel()
	b := &live.Broker{}
	deaf, w := b.Watch("one", incident.Person{}), b.Watch("one", rina)
	for range 1000 {
		b.Changed("one")
	}
	news(w)
	b.Changed("one")
	if len(news(w)) != 1 {
		t.Error("a watcher was not told because another did not listen")
	}
	b.Leave(deaf)
}

func TestPresenceNamesEachPersonOnceAndForgetsWhoLeft(t *testing.T) {
	t.Parallel()
	b, now := &live.Broker{}, time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC)
	phone, desk := b.Watch("one", rina), b.Watch("one", rina)
	b.Watch("one", incident.Person{}) // an API token is nobody
	b.Typing("one", "rina", now)
	if got := b.Presence("one", now.Add(time.Second)); len(got) != 1 || !got[0].Typing {
		t.Errorf("present: %+v", got)
	}
	if got := b.Presence("one", now.Add(time.Minute)); got[0].Typing {
		t.Error("somebody types for a minute after a key")
	}
	b.Leave(phone)
	if len(b.Presence("one", now)) != 1 {
		t.Error("who is here on another device was forgotten")
	}
	b.Leave(desk)
	if got := b.Presence("one", now); len(got) != 0 {
		t.Errorf("present after all left: %+v", got)
	}
}
