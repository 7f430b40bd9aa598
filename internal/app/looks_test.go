package app

import (
	"testing"
	"time"
)

func TestLooksThatPiledUpBecomeOne(t *testing.T) {
	t.Parallel()
	var l looks
	at := func(seconds int) time.Time { return time.Unix(int64(1_800_000_000+seconds), 0) }
	for n, tt := range []struct {
		incident string
		due, now int
		want     bool
	}{
		{"a", 0, 60, true},   // the first is late
		{"a", 8, 61, false},  // it has seen what this was asked for
		{"a", 30, 62, false}, // and this
		{"b", 8, 62, true},   // another incident's is its own
		{"a", 61, 63, true},  // asked for while the first ran: it may have missed it
		{"a", 180, 180, true},
	} {
		if got := l.begin(tt.incident, at(tt.due), at(tt.now)); got != tt.want {
			t.Errorf("look %d: %v, want %v", n, got, tt.want)
		}
	}
	for n := range maxLooks + 1 {
		l.begin(time.Duration(n).String(), at(0), at(1))
	}
	if len(l.began) > maxLooks {
		t.Errorf("%d are remembered", len(l.began))
	}
}
