package evidence

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/sigap-dev/sigap/internal/evidence/shift"
	"github.com/sigap-dev/sigap/internal/incident"
)

const (
	liveOnset   = 1200 * time.Millisecond // how long the onset is waited for
	slack       = time.Second             // clocks differ
	changesBack = 48 * time.Hour
)

// changes ranks what was done to production before the onset.
func (c *Collector) changes(ctx context.Context, s *subject) []incident.Evidence {
	e := incident.Evidence{Check: "changes", Source: "sigap", State: incident.EvidenceNothing, Code: "noChanges"}
	onset := s.waitOnset(ctx, liveOnset)
	e.Window = incident.Window{From: onset.Add(-changesBack), To: s.window.To}
	list, err := c.store.Changes(ctx, e.Window, 500)
	if err != nil {
		return []incident.Evidence{dead("changes", "sigap", err.Error())}
	}
	if len(list) == 0 {
		return []incident.Evidence{e}
	}
	words, novelty := s.waitNovelty(ctx, list)
	found := shift.Changes(list, shift.ChangeOptions{Onset: onset, Service: s.waitOrigin(ctx, liveOnset/4), Graph: s.shiftGraph(), Novelty: novelty, Text: words})
	for n, f := range found {
		if n == 5 {
			break
		}
		e.Changes = append(e.Changes, incident.ChangeSuspect{Change: f.Change, Score: f.Score, Reasons: reasons(f.Reasons)})
	}
	if len(e.Changes) == 0 {
		e.Code, e.Args = "noSuspect", map[string]string{"count": strconv.Itoa(len(list))}
		return []incident.Evidence{e}
	}
	top := e.Changes[0]
	e.State, e.Code = incident.EvidenceFound, "suspected"
	e.Args = map[string]string{"change": top.Change.Summary, "score": decimal(top.Score), "seconds": decimal(onset.Sub(top.Change.StartedAt).Seconds()),
		"minutes": decimal(onset.Sub(top.Change.StartedAt).Minutes()), "service": top.Change.Service, "by": top.Change.Author}
	return []incident.Evidence{e}
}

// waitNovelty gives the words of the incident, and for each change the share
// of the new error patterns that came first after it.
func (s *subject) waitNovelty(ctx context.Context, list []incident.Change) (words string, novelty map[string]float64) {
	texts := []string{s.incident.Title}
	for _, a := range s.incident.Alerts {
		texts = append(texts, a.Title)
	}
	t := time.NewTimer(liveOnset)
	defer t.Stop()
	select {
	case fresh := <-s.novelty:
		novelty = map[string]float64{}
		for _, c := range list {
			after := 0
			for _, f := range fresh {
				if f.first.After(c.StartedAt) && (c.Service == "" || c.Service == f.service) {
					after++
				}
			}
			if len(fresh) > 0 {
				novelty[c.ID] = float64(after) / float64(len(fresh))
			}
		}
		for _, f := range fresh {
			texts = append(texts, f.sample)
		}
	case <-t.C:
	case <-ctx.Done():
	}
	return strings.Join(texts, "\n"), novelty
}
