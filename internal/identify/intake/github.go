package intake

import (
	"encoding/json"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/sigap-dev/sigap/internal/incident"
)

// gitHubHook holds the members of the webhook events that are read; the header
// X-GitHub-Event says which one it is.
type gitHubHook struct {
	Action     string `json:"action"`
	Repository struct {
		Name          string `json:"name"`
		FullName      string `json:"full_name"`
		DefaultBranch string `json:"default_branch"`
	} `json:"repository"`
	Sender gitHubUser `json:"sender"`

	// deployment_status
	Deployment struct {
		ID          int64      `json:"id"`
		SHA         string     `json:"sha"`
		Ref         string     `json:"ref"`
		Environment string     `json:"environment"`
		Description string     `json:"description"`
		CreatedAt   moment     `json:"created_at"`
		Creator     gitHubUser `json:"creator"`
	} `json:"deployment"`
	DeploymentStatus struct {
		State          string `json:"state"`
		EnvironmentURL string `json:"environment_url"`
		LogURL         string `json:"log_url"`
		TargetURL      string `json:"target_url"`
		CreatedAt      moment `json:"created_at"`
	} `json:"deployment_status"`

	// push
	Ref     string         `json:"ref"`
	Before  string         `json:"before"`
	After   string         `json:"after"`
	Compare string         `json:"compare"`
	Deleted bool           `json:"deleted"`
	Commits []gitHubCommit `json:"commits"`
	Head    *gitHubCommit  `json:"head_commit"`
	Pusher  struct {
		Name string `json:"name"`
	} `json:"pusher"`

	// release
	Release struct {
		ID          int64      `json:"id"`
		TagName     string     `json:"tag_name"`
		Name        string     `json:"name"`
		HTMLURL     string     `json:"html_url"`
		PublishedAt moment     `json:"published_at"`
		Author      gitHubUser `json:"author"`
	} `json:"release"`

	// workflow_run
	WorkflowRun struct {
		WorkflowID int64  `json:"workflow_id"`
		Name       string `json:"name"`
		Branch     string `json:"head_branch"`
		Conclusion string `json:"conclusion"`
		HTMLURL    string `json:"html_url"`
		StartedAt  moment `json:"run_started_at"`
		UpdatedAt  moment `json:"updated_at"`
	} `json:"workflow_run"`
}

type gitHubUser struct {
	Login string `json:"login"`
}

type gitHubCommit struct {
	Message   string   `json:"message"`
	Timestamp moment   `json:"timestamp"`
	Added     []string `json:"added"`
	Removed   []string `json:"removed"`
	Modified  []string `json:"modified"`
}

// parseGitHub reads GitHub's webhooks: deployments, pushes to the default
// branch and releases are changes; a workflow that fails on the default branch
// is a signal, if the hook sends workflow runs. Other events hold nothing.
// Contract: GitHub documentation, "Webhook events and payloads".
//
// The several statuses of a deployment are one change, by its id; a failing
// workflow is repository, branch and workflow.
func parseGitHub(req Request) (Batch, error) {
	body := req.Body
	if strings.HasPrefix(req.ContentType, "application/x-www-form-urlencoded") {
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return Batch{}, unreadable("the form could not be decoded: %v", err)
		}
		body = []byte(form.Get("payload"))
	}
	var hook gitHubHook
	if err := json.Unmarshal(body, &hook); err != nil {
		return Batch{}, unreadable("expected the JSON of a GitHub webhook: %v", err)
	}
	var batch Batch
	if s, ok := hook.failingWorkflow(req.Header.Get("X-GitHub-Event")); ok {
		batch.addSignal(0, s, req.Now)
	}
	if c, ok := hook.change(req.Header.Get("X-GitHub-Event")); ok {
		c.Service = firstOf(c.Service, hook.Repository.Name)
		batch.addChange(0, c, req.Now)
	}
	return batch, nil
}

// change reads an event that changes production, or may.
func (h gitHubHook) change(event string) (incident.Change, bool) {
	switch event {
	case "deployment_status":
		return h.deployment()
	case "push":
		return h.push()
	case "release":
		r := h.Release
		return incident.Change{
			ID: h.id("release", r.ID), Kind: incident.Deploy, Summary: "Release " + firstOf(r.Name, r.TagName),
			Author: r.Author.Login, To: r.TagName, URL: r.HTMLURL, StartedAt: r.PublishedAt.Time,
		}, h.Action == "published"
	}
	return incident.Change{}, false
}

// id names a thing of a repository.
func (h gitHubHook) id(kind string, id int64) string {
	return "github/" + h.Repository.FullName + "/" + kind + "/" + strconv.FormatInt(id, 10)
}

func (h gitHubHook) deployment() (incident.Change, bool) {
	d, status := h.Deployment, h.DeploymentStatus
	c := incident.Change{
		ID:          h.id("deployment", d.ID),
		Kind:        incident.Deploy,
		Environment: d.Environment,
		Summary:     "Deploy " + h.Repository.Name + " " + firstOf(short(d.Ref), short(d.SHA)) + " to " + d.Environment,
		Author:      firstOf(d.Creator.Login, h.Sender.Login),
		To:          short(d.SHA),
		URL:         firstOf(link(status.LogURL), link(status.TargetURL), link(status.EnvironmentURL)),
		StartedAt:   firstTime(d.CreatedAt.Time, status.CreatedAt.Time),
	}
	switch status.State {
	case "in_progress":
	case "success":
		c.EndedAt = status.CreatedAt.Time
	case "failure", "error":
		c.EndedAt, c.Summary = status.CreatedAt.Time, c.Summary+" (failed)"
	default: // queued, pending, waiting, inactive: nothing has changed
		return c, false
	}
	return c, true
}

func (h gitHubHook) push() (incident.Change, bool) {
	branch := strings.TrimPrefix(h.Ref, "refs/heads/")
	if h.Deleted || branch != h.Repository.DefaultBranch || h.Head == nil {
		return incident.Change{}, false
	}
	title, _, _ := strings.Cut(h.Head.Message, "\n")
	if n := len(h.Commits); n > 1 {
		title += " (and " + strconv.Itoa(n-1) + " more)"
	}
	var files []string
	for _, c := range h.Commits {
		files = slices.Concat(files, c.Added, c.Removed, c.Modified)
	}
	return incident.Change{
		ID: "github/" + h.Repository.FullName + "/push/" + h.After, Kind: kindOfFiles(files), Summary: title,
		Author: h.Pusher.Name, From: short(h.Before), To: short(h.After), URL: h.Compare, StartedAt: h.Head.Timestamp.Time,
	}, true
}

// failingWorkflow reads a completed workflow run on the default branch.
func (h gitHubHook) failingWorkflow(event string) (incident.Signal, bool) {
	run := h.WorkflowRun
	if event != "workflow_run" || h.Action != "completed" || run.Branch != h.Repository.DefaultBranch {
		return incident.Signal{}, false
	}
	s := incident.Signal{
		Source:   "github",
		State:    incident.Firing,
		Identity: h.id("workflow", run.WorkflowID) + "/" + run.Branch,
		Title:    run.Name + " fails on " + run.Branch + " of " + h.Repository.FullName,
		Service:  h.Repository.Name,
		URL:      run.HTMLURL,
		Labels:   map[string]string{"repository": h.Repository.FullName, "branch": run.Branch, "workflow": run.Name},
	}
	switch run.Conclusion {
	case "failure", "timed_out", "startup_failure":
		s.StartedAt = run.StartedAt.Time
	case "success":
		s.State, s.EndedAt = incident.Resolved, run.UpdatedAt.Time
	default:
		return s, false
	}
	return s, true
}

// short cuts a commit's hash to the twelve digits that people read.
func short(ref string) string {
	if len(ref) == 40 && strings.Trim(ref, "0123456789abcdef") == "" {
		return ref[:12]
	}
	return ref
}

// kindOfFiles guesses from the files of a commit what kind of change it is: if
// all are of one kind it is that kind, else it is a deploy.
func kindOfFiles(files []string) incident.ChangeKind {
	kind := incident.ChangeKind("")
	for _, file := range files {
		k := kindOfFile(file)
		if kind != "" && k != kind {
			return incident.Deploy
		}
		kind = k
	}
	if kind == "" {
		return incident.Deploy
	}
	return kind
}

func kindOfFile(file string) incident.ChangeKind {
	dir, ext := "/"+path.Dir(file)+"/", path.Ext(file)
	switch {
	case strings.Contains(dir, "/migrations/") || strings.Contains(dir, "/migrate/"):
		return incident.Migration
	case ext == ".tf" || ext == ".tfvars" || strings.Contains(dir, "/terraform/") || strings.Contains(dir, "/ansible/"):
		return incident.Infrastructure
	case slices.Contains([]string{".yaml", ".yml", ".toml", ".ini", ".conf", ".env", ".properties"}, ext):
		return incident.Config
	}
	return incident.Deploy
}
