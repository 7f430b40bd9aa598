package intake

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/sigap-dev/sigap/internal/incident"
)

// gitLabHook holds the members of the webhook events that are read; its own
// object_kind says which one it is.
type gitLabHook struct {
	Kind    string `json:"object_kind"`
	Project struct {
		Name          string `json:"name"`
		Path          string `json:"path_with_namespace"`
		DefaultBranch string `json:"default_branch"`
		WebURL        string `json:"web_url"`
	} `json:"project"`
	User struct {
		Username string `json:"username"`
	} `json:"user"`

	// deployment
	Status        string `json:"status"`
	DeploymentID  int64  `json:"deployment_id"`
	Environment   string `json:"environment"`
	ChangedAt     moment `json:"status_changed_at"`
	DeployableURL string `json:"deployable_url"`
	ShortSHA      string `json:"short_sha"`
	CommitTitle   string `json:"commit_title"`

	// push
	Ref      string         `json:"ref"`
	Before   string         `json:"before"`
	After    string         `json:"after"`
	Username string         `json:"user_username"`
	Total    int            `json:"total_commits_count"`
	Commits  []gitLabCommit `json:"commits"`

	// release
	Action     string `json:"action"`
	Name       string `json:"name"`
	Tag        string `json:"tag"`
	URL        string `json:"url"`
	ReleasedAt moment `json:"released_at"`

	// pipeline
	Attributes struct {
		ID         int64  `json:"id"`
		Ref        string `json:"ref"`
		Status     string `json:"status"`
		URL        string `json:"url"`
		CreatedAt  moment `json:"created_at"`
		FinishedAt moment `json:"finished_at"`
	} `json:"object_attributes"`
}

type gitLabCommit struct {
	Title     string   `json:"title"`
	Message   string   `json:"message"`
	Timestamp moment   `json:"timestamp"`
	Added     []string `json:"added"`
	Removed   []string `json:"removed"`
	Modified  []string `json:"modified"`
}

// parseGitLab reads GitLab's webhooks: deployments, pushes to the default
// branch and releases are changes; a pipeline that fails on the default branch
// is a signal, if the hook sends pipelines. Other events hold nothing.
// Contract: GitLab documentation, "Webhook events".
//
// The several statuses of a deployment are one change, by its id; a failing
// pipeline is project and branch.
func parseGitLab(req Request) (Batch, error) {
	var hook gitLabHook
	// A pipeline's tag is a boolean and a release's action of another form than
	// a push's; what does not fit is left out, the rest is read.
	if err := json.Unmarshal(req.Body, &hook); err != nil && hook.Kind == "" {
		return Batch{}, unreadable("expected the JSON of a GitLab webhook: %v", err)
	}
	var batch Batch
	if s, ok := hook.failingPipeline(); ok {
		batch.addSignal(0, s, req.Now)
	}
	if c, ok := hook.change(); ok {
		c.Service = hook.Project.Name
		batch.addChange(0, c, req.Now)
	}
	return batch, nil
}

// change reads an event that changes production, or may.
func (h gitLabHook) change() (incident.Change, bool) {
	switch h.Kind {
	case "deployment":
		return h.deployment()
	case "push":
		return h.push()
	case "release":
		return incident.Change{
			ID: h.id("release", h.Tag), Kind: incident.Deploy, Summary: "Release " + firstOf(h.Name, h.Tag),
			To: h.Tag, URL: h.URL, StartedAt: h.ReleasedAt.Time,
		}, h.Action == "create"
	}
	return incident.Change{}, false
}

// id names a thing of a project.
func (h gitLabHook) id(kind, id string) string {
	return "gitlab/" + h.Project.Path + "/" + kind + "/" + id
}

func (h gitLabHook) deployment() (incident.Change, bool) {
	c := incident.Change{
		ID:          h.id("deployment", strconv.FormatInt(h.DeploymentID, 10)),
		Kind:        incident.Deploy,
		Environment: h.Environment,
		Summary:     strings.TrimSpace("Deploy " + h.Project.Name + " " + firstOf(h.Ref, h.ShortSHA) + " to " + h.Environment),
		Author:      h.User.Username,
		To:          h.ShortSHA,
		URL:         h.DeployableURL,
		StartedAt:   h.ChangedAt.Time,
	}
	switch h.Status {
	case "running":
	case "success":
		c.EndedAt = h.ChangedAt.Time
	case "failed":
		c.EndedAt, c.Summary = h.ChangedAt.Time, c.Summary+" (failed)"
	default: // created, canceled: nothing has changed
		return c, false
	}
	return c, true
}

func (h gitLabHook) push() (incident.Change, bool) {
	branch := strings.TrimPrefix(h.Ref, "refs/heads/")
	if branch != h.Project.DefaultBranch || len(h.Commits) == 0 || strings.Trim(h.After, "0") == "" {
		return incident.Change{}, false
	}
	last := h.Commits[len(h.Commits)-1]
	title, _, _ := strings.Cut(firstOf(last.Title, last.Message), "\n")
	if n := max(h.Total, len(h.Commits)); n > 1 {
		title += " (and " + strconv.Itoa(n-1) + " more)"
	}
	var files []string
	for _, c := range h.Commits {
		files = slices.Concat(files, c.Added, c.Removed, c.Modified)
	}
	return incident.Change{
		ID: h.id("push", h.After), Kind: kindOfFiles(files), Summary: title, Author: h.Username,
		From: short(h.Before), To: short(h.After), StartedAt: last.Timestamp.Time,
		URL: h.Project.WebURL + "/-/compare/" + h.Before + "..." + h.After,
	}, true
}

// failingPipeline reads an ended pipeline of the default branch.
func (h gitLabHook) failingPipeline() (incident.Signal, bool) {
	p := h.Attributes
	if h.Kind != "pipeline" || p.Ref != h.Project.DefaultBranch {
		return incident.Signal{}, false
	}
	s := incident.Signal{
		Source:   "gitlab",
		State:    incident.Firing,
		Identity: h.id("pipeline", p.Ref),
		Title:    "The pipeline fails on " + p.Ref + " of " + h.Project.Path,
		Service:  h.Project.Name,
		URL:      firstOf(p.URL, h.Project.WebURL+"/-/pipelines/"+strconv.FormatInt(p.ID, 10)),
		Labels:   map[string]string{"repository": h.Project.Path, "branch": p.Ref},
	}
	switch p.Status {
	case "failed":
		s.StartedAt = p.CreatedAt.Time
	case "success":
		s.State, s.EndedAt = incident.Resolved, p.FinishedAt.Time
	default:
		return s, false
	}
	return s, true
}
