package channeltest

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"golang.org/x/time/rate"
)

// rooms are the incoming webhooks of a fake, and what limits each.
type rooms struct {
	url    string            // of the service
	prefix string            // of every webhook's path
	names  map[string]string // secret part of the path → name
	limits map[string]*rate.Limiter
	limit  func() *rate.Limiter
}

// roomKey makes the secret part of a room's address, as long as real ones are.
func roomKey(name string) string { return "k3y-of-" + name + "-" + strings.Repeat("x", 20) }

func newRooms(prefix string, limit func() *rate.Limiter, names []string) rooms {
	r := rooms{prefix: prefix, names: map[string]string{}, limits: map[string]*rate.Limiter{}, limit: limit}
	for _, name := range names {
		r.names[roomKey(name)] = name
	}
	return r
}

// Config is the configuration of a channel with all rooms of the service.
func (r *rooms) Config() json.RawMessage {
	addresses := map[string]string{}
	for key, name := range r.names {
		addresses[name] = r.url + r.prefix + key
	}
	return mustJSON(map[string]any{"rooms": addresses})
}

// room returns the name of the room that a request is for.
func (r *rooms) room(req *http.Request) (string, bool) {
	name, ok := r.names[strings.TrimPrefix(req.URL.Path, r.prefix)]
	return name, ok
}

// wait returns how long the sender to a room must wait at now. Only called
// under the inbox's lock.
func (r *rooms) wait(room string, now time.Time) time.Duration {
	limiter, ok := r.limits[room]
	if !ok {
		limiter = r.limit()
		r.limits[room] = limiter
	}
	reservation := limiter.ReserveN(now, 1)
	wait := reservation.DelayFrom(now)
	if wait > 0 {
		reservation.CancelAt(now)
	}
	return wait
}

// answerJSON answers with a status and v.
func answerJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(mustJSON(v))
}
