package intake

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/sigap-dev/sigap/internal/incident"
)

// launchDarklyEntry is a webhook of LaunchDarkly, which is an entry of its
// audit log.
type launchDarklyEntry struct {
	ID     string `json:"_id"`
	Date   moment `json:"date"`
	Kind   string `json:"kind"` // flag, project, environment, segment and others
	Name   string `json:"name"`
	Verb   string `json:"titleVerb"` // turned on the flag
	Member struct {
		Email string `json:"email"`
		First string `json:"firstName"`
		Last  string `json:"lastName"`
	} `json:"member"`
	Accesses []struct {
		Action   string `json:"action"`
		Resource string `json:"resource"` // proj/shop:env/production:flag/checkout-v2
	} `json:"accesses"`
	Target struct {
		Links struct {
			Site struct {
				Href string `json:"href"`
			} `json:"site"`
		} `json:"_links"`
	} `json:"target"`
}

// launchDarklyWords are the actions that change how a flag is described, and
// not what it does.
var launchDarklyWords = []string{"updateName", "updateDescription", "updateTags", "updateMaintainer", "updateFlagDefaultVariations", "createFlagLink"}

// parseLaunchDarkly reads LaunchDarkly's webhook: what changes a flag or a
// segment is a change. Other entries hold nothing.
// Contract: LaunchDarkly documentation, "Webhooks"; API reference, "Audit log".
func parseLaunchDarkly(req Request) (Batch, error) {
	var e launchDarklyEntry
	if err := json.Unmarshal(req.Body, &e); err != nil {
		return Batch{}, unreadable("expected the JSON of LaunchDarkly's webhook: %v", err)
	}
	if e.Kind == "" {
		return Batch{}, unreadable("expected LaunchDarkly's webhook, which has a kind")
	}
	var batch Batch
	if e.Kind != "flag" && e.Kind != "segment" || e.onlyWords() {
		return batch, nil
	}
	c := incident.Change{
		Kind: incident.FeatureFlag, Summary: strings.Trim(e.Name+": "+e.Verb, ": "),
		Author: firstOf(strings.TrimSpace(e.Member.First+" "+e.Member.Last), e.Member.Email), StartedAt: e.Date.Time, EndedAt: e.Date.Time,
	}
	if e.ID != "" {
		c.ID = "launchdarkly/" + e.ID
	}
	c.Service, c.Environment = e.where()
	if path := e.Target.Links.Site.Href; strings.HasPrefix(path, "/") {
		c.URL = "https://app.launchdarkly.com" + path
	}
	batch.addChange(0, c, req.Now)
	return batch, nil
}

func (e launchDarklyEntry) onlyWords() bool {
	for _, a := range e.Accesses {
		if !slices.Contains(launchDarklyWords, a.Action) {
			return false
		}
	}
	return len(e.Accesses) > 0
}

// where gives the project as the service, unless it has the name that
// LaunchDarkly gave it, and the environment if there is only one.
func (e launchDarklyEntry) where() (project, environment string) {
	for i, a := range e.Accesses {
		for part := range strings.SplitSeq(a.Resource, ":") {
			kind, name, _ := strings.Cut(part, "/")
			switch {
			case kind == "proj" && name != "default":
				project = name
			case kind == "env" && (i == 0 || environment == name):
				environment = name
			case kind == "env":
				environment = ""
			}
		}
	}
	return project, environment
}
