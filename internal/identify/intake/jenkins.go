package intake

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// jenkinsJob is what Jenkins' Notification plugin posts.
type jenkinsJob struct {
	Name  string `json:"name"`
	URL   string `json:"url"` // job/shop/job/checkout/job/main/
	Build *struct {
		FullURL   string          `json:"full_url"`
		Number    json.RawMessage `json:"number"`
		Timestamp moment          `json:"timestamp"` // of its begin
		Duration  int64           `json:"duration"`  // milliseconds, once it has ended
		Phase     string          `json:"phase"`     // QUEUED, STARTED, COMPLETED, FINALIZED
		Status    string          `json:"status"`    // SUCCESS, UNSTABLE, FAILURE, ABORTED, NOT_BUILT
		SCM       struct {
			Branch string `json:"branch"` // origin/main
			Commit string `json:"commit"`
		} `json:"scm"`
		Parameters map[string]json.RawMessage `json:"parameters"`
	} `json:"build"`
}

// parseJenkins reads Jenkins' Notification plugin: a job that runs is a change,
// its several notifications the same one. With failures=signal in the address,
// a job that fails on the main branch is an alert too, and its next success
// ends it.
// Contract: github.com/jenkinsci/notification-plugin, README.
func parseJenkins(req Request) (Batch, error) {
	var j jenkinsJob
	if err := json.Unmarshal(req.Body, &j); err != nil {
		return Batch{}, unreadable("expected the JSON of Jenkins' Notification plugin: %v", err)
	}
	if j.Build == nil {
		return Batch{}, unreadable("expected the JSON of Jenkins' Notification plugin, which has a build")
	}
	given := newFields(j.Build.Parameters)
	service := firstOf(given.take("service", "app", "application"), j.service())
	var batch Batch
	if c, ok := j.change(); ok {
		c.Service, c.Environment = service, given.take("environment", "env", "stage")
		c.To = firstOf(given.take("version", "tag", "release"), c.To)
		batch.addChange(0, c, req.Now)
	}
	if s, ok := j.signal(); ok && req.Query.Get("failures") == "signal" {
		s.Service = service
		batch.addSignal(0, s, req.Now)
	}
	return batch, nil
}

// path is the job with its folders.
func (j jenkinsJob) path() string {
	var folders []string
	for part := range strings.SplitSeq(j.URL, "/") {
		if part != "job" && part != "" {
			folders = append(folders, part)
		}
	}
	return firstOf(strings.Join(folders, "/"), j.Name)
}

// service is the job; of a pipeline that has a job for each branch, it is the
// folder of them.
func (j jenkinsJob) service() string {
	parts := strings.Split(j.path(), "/")
	if n := len(parts); n > 1 && parts[n-1] == j.branch() {
		return parts[n-2]
	}
	return parts[len(parts)-1]
}

func (j jenkinsJob) branch() string { return strings.TrimPrefix(j.Build.SCM.Branch, "origin/") }

func (j jenkinsJob) change() (incident.Change, bool) {
	b := j.Build
	c := incident.Change{
		ID: fmt.Sprintf("jenkins/%s/%s", j.path(), spell(b.Number)), Kind: incident.Deploy, Summary: fmt.Sprintf("%s #%s", j.path(), spell(b.Number)),
		To: short(b.SCM.Commit), URL: b.FullURL, StartedAt: b.Timestamp.Time,
	}
	switch {
	case b.Phase == "STARTED":
	case b.Phase != "FINALIZED" || b.Status == "NOT_BUILT": // waiting, the same end told twice, or nothing was done
		return c, false
	default:
		c.EndedAt = j.ended()
		if b.Status == "FAILURE" || b.Status == "ABORTED" {
			c.Summary += " (failed)"
		}
	}
	return c, true
}

func (j jenkinsJob) ended() time.Time {
	if j.Build.Timestamp.IsZero() {
		return time.Time{}
	}
	return j.Build.Timestamp.Add(time.Duration(j.Build.Duration) * time.Millisecond)
}

func (j jenkinsJob) signal() (incident.Signal, bool) {
	b, branch := j.Build, j.branch()
	s := incident.Signal{
		Source: "jenkins", State: incident.Firing, Identity: j.path(), Title: j.path() + " fails", URL: b.FullURL,
		StartedAt: b.Timestamp.Time, Labels: map[string]string{"job": j.path(), "branch": branch},
	}
	if b.Phase != "FINALIZED" || branch != "" && branch != "main" && branch != "master" {
		return s, false
	}
	switch b.Status {
	case "FAILURE":
	case "SUCCESS":
		s.State, s.StartedAt, s.EndedAt = incident.Resolved, s.EndedAt, j.ended()
	default:
		return s, false
	}
	return s, true
}
