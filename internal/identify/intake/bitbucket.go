package intake

import (
	"encoding/json"
	"strings"

	"github.com/sigap-dev/sigap/internal/incident"
)

// bitbucketHook is a webhook of Bitbucket Cloud: of a push, or of a build's
// status.
type bitbucketHook struct {
	Actor struct {
		Name string `json:"display_name"`
	} `json:"actor"`
	Repository struct {
		FullName string `json:"full_name"`
		Name     string `json:"name"`
		Main     struct {
			Name string `json:"name"`
		} `json:"mainbranch"`
	} `json:"repository"`
	Push *struct {
		Changes []struct {
			New   *bitbucketRef `json:"new"`
			Old   *bitbucketRef `json:"old"`
			Links struct {
				HTML bitbucketLink `json:"html"`
			} `json:"links"`
		} `json:"changes"`
	} `json:"push"`
	Status *struct {
		State     string `json:"state"` // INPROGRESS, SUCCESSFUL, FAILED, STOPPED
		Name      string `json:"name"`
		Key       string `json:"key"`
		URL       string `json:"url"`
		Branch    string `json:"refname"`
		CreatedOn moment `json:"created_on"`
		UpdatedOn moment `json:"updated_on"`
	} `json:"commit_status"`
}

type bitbucketLink struct {
	Href string `json:"href"`
}

type bitbucketRef struct {
	Type   string `json:"type"`
	Name   string `json:"name"`
	Target struct {
		Hash    string `json:"hash"`
		Message string `json:"message"`
		Date    moment `json:"date"`
	} `json:"target"`
}

// parseBitbucket reads Bitbucket's webhooks: a push to the main branch is a
// change, a failing build of it an alert. Other deliveries hold nothing.
// Contract: Bitbucket Cloud documentation, "Event payloads".
//
// An alert is its repository, branch and build.
func parseBitbucket(req Request) (Batch, error) {
	var h bitbucketHook
	if err := json.Unmarshal(req.Body, &h); err != nil {
		return Batch{}, unreadable("expected the JSON of Bitbucket's webhook: %v", err)
	}
	var batch Batch
	if h.Push != nil {
		for n, c := range h.Push.Changes {
			if c.New == nil || c.New.Type != "branch" || c.New.Name != mainBranch(h) {
				continue // a tag, another branch, or a branch that was deleted
			}
			title, _, _ := strings.Cut(c.New.Target.Message, "\n")
			change := incident.Change{
				ID: h.Repository.FullName + "/push/" + c.New.Target.Hash, Kind: incident.Deploy, Service: h.Repository.Name, Summary: title,
				Author: h.Actor.Name, To: short(c.New.Target.Hash), URL: c.Links.HTML.Href, StartedAt: c.New.Target.Date.Time,
			}
			if c.Old != nil {
				change.From = short(c.Old.Target.Hash)
			}
			batch.addChange(n, change, req.Now)
		}
	}
	if st := h.Status; st != nil && st.Branch == mainBranch(h) && (st.State == "FAILED" || st.State == "SUCCESSFUL") {
		s := incident.Signal{
			Source: "bitbucket", State: incident.Firing, Identity: h.Repository.FullName + "/" + st.Branch + "/" + st.Key,
			Title: firstOf(st.Name, st.Key) + " fails on " + st.Branch + " of " + h.Repository.FullName, Service: h.Repository.Name,
			URL: st.URL, StartedAt: st.CreatedOn.Time, Labels: map[string]string{"repository": h.Repository.FullName, "branch": st.Branch},
		}
		if st.State == "SUCCESSFUL" {
			s.State, s.StartedAt, s.EndedAt = incident.Resolved, s.EndedAt, st.UpdatedOn.Time
		}
		batch.addSignal(0, s, req.Now)
	}
	return batch, nil
}

// mainBranch is what the hook names as such, or what it is by custom.
func mainBranch(h bitbucketHook) string { return firstOf(h.Repository.Main.Name, "main") }
