package text

import (
	"strconv"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// Held says why an alert pages nobody and until when: the window that covers it
// with its reason, or its own past; of one that ended meanwhile, that it was so.
func (r Reader) Held(h *incident.Held, ended bool, now time.Time) string {
	key := "held." + string(h.Kind)
	if ended {
		key = "held.ended"
	}
	return r.say(key, "until", r.when(h.Until, now), "reason", oneLine(h.Reason),
		"times", strconv.Itoa(h.Times), "of", strconv.Itoa(h.Of), "within", r.Duration(h.Within))
}

// until is an argument that holds a moment, as the reader writes it; none if it
// holds something else.
func (r Reader) until(args map[string]string) []string {
	t, err := time.Parse(time.RFC3339, args["until"])
	if err != nil {
		return nil
	}
	return []string{"until", r.DateTime(t)}
}
