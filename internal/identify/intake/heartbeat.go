package intake

import (
	"net/http"
	"strings"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// parseHeartbeat reads GET or POST …/heartbeat/{name}: a job that is alive. Its
// body, if any, is what the job has to say and is kept only when it failed.
// Contract: docs/integrations/heartbeat.md.
//
//	…/heartbeat/backup                 alive; the interval is set in Sigap
//	…/heartbeat/backup?every=24h&grace=1h   alive, and when to miss it
//	…/heartbeat/backup/fail            it ran and failed: a signal at once
//	…/heartbeat/backup/3               it ended with exit code 3, the same
func parseHeartbeat(req Request) (Batch, error) {
	name, outcome, _ := strings.Cut(strings.Trim(req.Path, "/"), "/")
	if name = line(firstOf(name, req.Query.Get("name")), maxLabelName); name == "" {
		return Batch{}, &Error{
			Status: http.StatusNotFound,
			Title:  "The heartbeat has no name",
			Detail: "put a name of your choice at the end of the address, as in …/heartbeat/backup",
		}
	}
	every, err := interval(req.Query.Get("every"))
	if err != nil {
		return Batch{}, err
	}
	grace, err := interval(req.Query.Get("grace"))
	if err != nil {
		return Batch{}, err
	}
	batch := Batch{Heartbeats: []Heartbeat{{Name: name, At: plausible(req.Now), Every: every, Grace: grace}}}
	failed, err := failure(firstOf(outcome, req.Query.Get("status")))
	if err != nil {
		return Batch{}, err
	}
	s := incident.Signal{
		Source:   "heartbeat",
		State:    incident.Resolved,
		Identity: "failed:" + name,
		Title:    name + " reported a failure",
		Service:  req.Query.Get("service"),
		Severity: req.Query.Get("severity"),
	}
	if failed {
		s.State, s.StartedAt, s.Description = incident.Firing, req.Now, string(req.Body)
	}
	batch.addSignal(0, s, req.Now)
	return batch, nil
}

// failure reads how a job ended: nothing, "ok" or exit code 0 is well.
func failure(outcome string) (bool, error) {
	switch outcome = strings.ToLower(strings.Trim(outcome, "/")); outcome {
	case "", "ok", "up", "success", "start", "0":
		return false, nil
	case "fail", "failed", "down", "error":
		return true, nil
	}
	if strings.Trim(outcome, "0123456789") == "" {
		return true, nil
	}
	return false, unreadable("%q is no outcome of a job: use fail, ok or its exit code", outcome)
}

// interval reads a duration such as 90s, 15m, 24h or 7d.
func interval(s string) (time.Duration, error) {
	if s == "" {
		return 0, nil
	}
	const longest = 366 * 24 * time.Hour
	unit := time.Duration(1)
	if days, ok := strings.CutSuffix(s, "d"); ok {
		s, unit = days+"h", 24
	}
	d, err := time.ParseDuration(s)
	if err != nil || d < time.Second || d > longest/unit {
		return 0, unreadable("%q is no interval: use 90s, 15m, 24h or 7d, at most 366 days", s)
	}
	return d * unit, nil
}
