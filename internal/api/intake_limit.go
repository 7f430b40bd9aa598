package api

import (
	"context"
	"math"
	"net/http"
	"strconv"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/sigap-dev/sigap/internal/identify/intake"
	"github.com/sigap-dev/sigap/internal/incident"
)

// rates keeps for each key that has a limit how much of it is left.
type rates struct {
	mu   sync.Mutex
	keys map[string]*rate.Limiter // by the key's id
}

// take counts a request. It gives what is left of the minute, in requests,
// below zero for one beyond the limit.
func (r *rates) take(key string, perMinute int, now time.Time) float64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.keys == nil {
		r.keys = map[string]*rate.Limiter{}
	}
	every := rate.Limit(float64(perMinute) / time.Minute.Seconds())
	l := r.keys[key]
	if l == nil || l.Burst() != perMinute {
		l = rate.NewLimiter(every, perMinute)
		r.keys[key] = l
	}
	if !l.AllowN(now, 1) {
		return min(l.TokensAt(now)-1, -math.SmallestNonzeroFloat64)
	}
	return l.TokensAt(now)
}

// overLimit counts a request against its key's limit, says in the headers how
// much is left (RateLimit-Limit, -Remaining, -Reset in seconds), and reports
// whether it goes beyond.
func (s *Server) overLimit(w http.ResponseWriter, key SenderKey) bool {
	if key.PerMinute == 0 {
		return false
	}
	left := s.rates.take(key.ID, key.PerMinute, s.Now())
	perSecond := float64(key.PerMinute) / time.Minute.Seconds()
	h := w.Header()
	h.Set("RateLimit-Limit", strconv.Itoa(key.PerMinute))
	h.Set("RateLimit-Remaining", strconv.Itoa(int(max(left, 0))))
	h.Set("RateLimit-Reset", strconv.Itoa(int(math.Ceil((float64(key.PerMinute)-max(left, 0))/perSecond))))
	if left >= 0 {
		return false
	}
	h.Set("Retry-After", strconv.Itoa(int(math.Ceil(-left/perSecond))))
	return true
}

var errOverLimit = &intake.Error{Status: http.StatusTooManyRequests, Title: "This key sends more than its limit",
	Detail: "What was urgent was taken. Send the rest again after the seconds that Retry-After says: what is sent twice counts once."}

// urgent leaves of a batch what a limit must not hold back: alerts that may be
// grave, the end of alerts, and jobs that say they are alive. It reports
// whether all of the batch is that.
func (s *Server) urgent(ctx context.Context, b *intake.Batch) (all bool, err error) {
	policy, err := s.Store.Policy(ctx)
	if err != nil {
		return false, err
	}
	const mild = 2 // the column of the severity matrix
	kept := b.Signals[:0:0]
	for _, sig := range b.Signals {
		if sig.State != incident.Firing || policy.Urgency(sig.Severity) < mild {
			kept = append(kept, sig)
		}
	}
	all = len(kept) == len(b.Signals) && len(b.Changes) == 0 && len(b.Reports) == 0
	b.Signals, b.Changes, b.Reports = kept, nil, nil
	return all, nil
}
