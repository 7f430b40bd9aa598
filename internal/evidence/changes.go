package evidence

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sigap-dev/sigap/internal/directory"
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
	end := time.Now().Add(liveOnset + slack/4)
	for _, name := range []string{"errors", "logs"} {
		s.board.await(ctx, name, time.Until(end))
	}
	onset := s.board.onsetBy(s.guess())
	e.Window = incident.Window{From: onset.Add(-changesBack), To: s.window.To}
	list, err := c.store.Changes(ctx, e.Window, 500)
	if err != nil {
		return []incident.Evidence{dead("changes", "sigap", err.Error())}
	}
	list = withoutRemedies(list, onset)
	if len(list) == 0 {
		return []incident.Evidence{e}
	}
	found := shift.Changes(list, s.changeOptions(list, onset, c.pastChanges(ctx, s)))
	defer func() { s.board.postChanges(e.Changes) }()
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

// withoutRemedies leaves out what takes an earlier change back after the onset:
// it was done about the incident.
func withoutRemedies(list []incident.Change, onset time.Time) []incident.Change {
	return slices.DeleteFunc(slices.Clone(list), func(c incident.Change) bool {
		return c.StartedAt.After(onset) && slices.ContainsFunc(list, func(o incident.Change) bool {
			return o.Service == c.Service && o.StartedAt.Before(c.StartedAt) && c.To != "" && o.From == c.To && o.To == c.From
		})
	})
}

// changeOptions is what the other checks know that speaks for or against a
// change.
func (s *subject) changeOptions(list []incident.Change, onset time.Time, past func(incident.Change) (culprits, total int)) shift.ChangeOptions {
	o := shift.ChangeOptions{Onset: onset, Service: s.incident.Service, Graph: s.shiftGraph(), Past: past}
	texts := []string{s.incident.Title}
	for _, a := range s.incident.Alerts {
		texts = append(texts, a.Title)
	}
	origins := s.board.originsBy(s.graph)
	s.board.mu.Lock()
	defer s.board.mu.Unlock()
	if len(origins) > 0 {
		o.Origins = origins
	}
	if s.board.hostBad {
		o.Hosts = s.board.hosts // where a machine is in trouble, what else runs there counts
	}
	o.Novelty = s.board.novelty(list, s.graph)
	o.VersionZ = versionZ(list, s.board.series)
	for _, f := range s.board.fresh {
		texts = append(texts, f.samples)
	}
	o.Text = strings.Join(texts, "\n")
	return o
}

// novelty gives, for each change, the share of the new errors that came first
// after it and are its service's, by who has them and whom they name.
func (b *board) novelty(list []incident.Change, graph directory.Graph) map[string]float64 {
	out := map[string]float64{}
	for _, f := range b.fresh {
		own, named := f.blame(graph, b.speaks)
		for _, c := range list {
			if !f.first.After(c.StartedAt) {
				continue
			}
			switch share := 1 / float64(len(b.fresh)); c.Service {
			case "":
				out[c.ID] += share
			case f.service:
				out[c.ID] += share * own
			default:
				out[c.ID] += share * named[c.Service]
			}
		}
	}
	return out
}

// pastChanges tells how often a change of the same service and kind was judged
// in earlier incidents, and confirmed as the cause.
func (c *Collector) pastChanges(ctx context.Context, s *subject) func(incident.Change) (culprits, total int) {
	drill := s.incident.Drill
	past, err := c.store.Incidents(ctx, incident.Filter{Drill: &drill, After: s.now.Add(-remember), Before: s.detected, Limit: 200})
	if err != nil {
		return nil // the other reasons stand without it
	}
	type sort struct {
		service string
		kind    incident.ChangeKind
	}
	type count struct{ culprits, total int }
	counts := map[sort]count{}
	for _, i := range past {
		for n := range i.Evidence {
			for _, ch := range i.Evidence[n].Changes {
				n := counts[sort{ch.Change.Service, ch.Change.Kind}]
				switch i.Changes[ch.Change.ID].State {
				case "confirmed":
					n.culprits, n.total = n.culprits+1, n.total+1
				case "cleared":
					n.total++
				}
				counts[sort{ch.Change.Service, ch.Change.Kind}] = n
			}
		}
	}
	return func(ch incident.Change) (culprits, total int) {
		n := counts[sort{ch.Service, ch.Kind}]
		return n.culprits, n.total
	}
}
