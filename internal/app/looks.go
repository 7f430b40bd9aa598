package app

import (
	"sync"
	"time"
)

// looks remembers when evidence of an incident was last begun to be collected.
// Looks that piled up while the machine was busy become one by it: the first
// that runs sees all that the others were asked for.
type looks struct {
	mu    sync.Mutex
	began map[string]time.Time // by incident
}

// maxLooks bounds what is remembered; to forget costs a look too many.
const maxLooks = 20_000

// begin reports whether a look that fell due is still to be made, and notes that
// it is.
func (l *looks) begin(incident string, due, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.began[incident].After(due) {
		return false
	}
	if l.began == nil || len(l.began) >= maxLooks {
		l.began = map[string]time.Time{}
	}
	l.began[incident] = now
	return true
}
