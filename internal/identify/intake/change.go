package intake

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// parseChange reads Sigap's own format for changes, one or a list, as JSON or
// a form.
// Contract: docs/integrations/change.md.
func parseChange(req Request) (Batch, error) {
	all, err := entries(req, "changes")
	if err != nil {
		return Batch{}, err
	}
	var batch Batch
	for i, f := range all {
		switch {
		case i >= maxEntries:
			batch.reject(i, errTooMany)
		case f == nil:
			batch.reject(i, errors.New("not an object: a change needs at least a summary"))
		default:
			batch.addChange(i, ownChange(f), req.Now)
		}
	}
	return batch, nil
}

func ownChange(f *fields) incident.Change {
	return incident.Change{
		ID:          f.take("id"),
		Kind:        incident.ChangeKind(f.take("kind", "type")),
		Service:     f.take("service", "app", "application"),
		Environment: f.take("environment", "env"),
		Summary:     f.take("summary", "title", "message"),
		Author:      f.take("author", "by", "user"),
		From:        f.take("from", "fromversion", "previous"),
		To:          f.take("to", "toversion", "version"),
		Diff:        f.take("diff"),
		URL:         f.take("url", "link"),
		StartedAt:   parseTime(f.take("startedat", "at", "timestamp", "time", "date")),
		EndedAt:     parseTime(f.take("endedat", "finishedat")),
	}
}

// addChange brings a change within the limits and keeps it, or names it among
// the rejected. A change without an id gets one from its content, so that a
// retry is not a second change.
func (b *Batch) addChange(index int, c incident.Change, now time.Time) {
	var err error
	if c.Kind, err = changeKind(string(c.Kind)); err != nil {
		b.reject(index, err)
		return
	}
	c.Summary = line(c.Summary, maxTitle)
	c.Service, c.Environment = line(c.Service, maxField), line(c.Environment, maxField)
	c.Author, c.From, c.To = line(c.Author, maxField), line(c.From, maxField), line(c.To, maxField)
	if c.Summary == "" && c.To != "" {
		c.Summary = strings.TrimSpace(string(c.Kind) + " " + c.Service + " " + c.To)
	}
	if c.Summary == "" {
		b.reject(index, errors.New("no summary: say in one line what was changed"))
		return
	}
	c.Diff = paragraph(c.Diff, maxDiff)
	c.URL = link(c.URL)
	c.StartedAt, c.EndedAt = plausible(c.StartedAt), plausible(c.EndedAt)
	if c.StartedAt.IsZero() {
		c.StartedAt = firstTime(c.EndedAt, plausible(now))
	}
	if c.ID = tidyIdentity(c.ID); c.ID == "" {
		c.ID = hashOf("change", string(c.Kind), c.Service, c.Environment, c.Summary, c.From, c.To, c.StartedAt.Format(time.RFC3339Nano))
	}
	b.Changes = append(b.Changes, c)
}

// changeKind reads a kind; none is a deploy, which most changes are.
func changeKind(s string) (incident.ChangeKind, error) {
	kind := incident.ChangeKind(compared(s))
	switch kind {
	case "", "deployment", "release", "rollout":
		return incident.Deploy, nil
	case "featureflag", "toggle":
		return incident.FeatureFlag, nil
	case "configuration":
		return incident.Config, nil
	case "infra":
		return incident.Infrastructure, nil
	}
	known := []incident.ChangeKind{incident.Deploy, incident.Config, incident.Infrastructure, incident.FeatureFlag, incident.Migration, incident.Planned}
	if !slices.Contains(known, kind) {
		return "", errors.New("kind is unknown: use deploy, config, infrastructure, flag, migration or maintenance")
	}
	return kind, nil
}

// firstTime returns the first of its arguments that is set.
func firstTime(candidates ...time.Time) time.Time {
	for _, t := range candidates {
		if !t.IsZero() {
			return t
		}
	}
	return time.Time{}
}
