package incident

import "time"

// Heartbeat is a sign of life of a job. Silence longer than Every and Grace is
// the signal.
type Heartbeat struct {
	Key    string        // id of the integration key that it came by
	Sender string        // the key, as who accepts signals writes it
	Name   string        // the job's
	At     time.Time     // when it was heard last
	Every  time.Duration // 0: as it said before
	Grace  time.Duration
}

// Due is when its silence begins to count.
func (b *Heartbeat) Due() time.Time { return b.At.Add(b.Every + b.Grace) }
