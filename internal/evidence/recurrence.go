package evidence

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/sigap-dev/sigap/internal/incident"
)

const (
	remember   = 180 * 24 * time.Hour
	leastAlike = 0.35
	maxEarlier = 5
)

// recurrence looks for earlier incidents that are like this one, what fixed
// them, and which promised action is still open. Likeness is the overlap of
// words (Jaccard) with what services and alerts they share, after the weights
// of methods known from the field: 0.20 for the service, 0.40 for equal words.
func (c *Collector) recurrence(ctx context.Context, s *subject) []incident.Evidence {
	e := incident.Evidence{Check: "recurrence", Source: "sigap", State: incident.EvidenceNothing, Code: "firstTime",
		Window: incident.Window{From: s.now.Add(-remember), To: s.detected}}
	drill := s.incident.Drill
	past, err := c.store.Incidents(ctx, incident.Filter{Service: s.incident.Service, Drill: &drill, After: e.Window.From, Before: s.detected, Limit: 200})
	if err != nil {
		return []incident.Evidence{dead("recurrence", "sigap", err.Error())}
	}
	for _, i := range past {
		if i.ID == s.incident.ID || i.Status == incident.Triage {
			continue
		}
		if alike := likeness(s.incident, i); alike >= leastAlike {
			e.Earlier = append(e.Earlier, occurrence(i, alike))
		}
	}
	if len(e.Earlier) == 0 {
		return []incident.Evidence{e}
	}
	slices.SortStableFunc(e.Earlier, func(a, b incident.Occurrence) int {
		switch {
		case a.Alike > b.Alike:
			return -1
		case a.Alike < b.Alike:
			return 1
		}
		return b.At.Compare(a.At)
	})
	e.State, e.Code = incident.EvidenceFound, "seen"
	e.Args = map[string]string{"count": strconv.Itoa(len(e.Earlier)), "ref": e.Earlier[0].Ref, "days": strconv.Itoa(int(s.now.Sub(e.Earlier[0].At).Hours() / 24)), "fixedBy": e.Earlier[0].FixedBy}
	if len(e.Earlier) > maxEarlier {
		e.Earlier = e.Earlier[:maxEarlier]
	}
	return []incident.Evidence{e}
}

func occurrence(i *incident.Incident, alike float64) incident.Occurrence {
	o := incident.Occurrence{ID: i.ID, Ref: i.Ref(), Title: i.Title, At: i.Milestones[incident.Detected], Alike: alike}
	if i.Cause != nil {
		o.Cause = i.Cause.Text
	}
	if d := i.Decision(incident.Mitigation); d != nil {
		o.FixedBy = d.Title
	}
	o.Lasted, _ = i.Since(incident.ImpactStarted, incident.MitigatedAt)
	for _, a := range i.Actions {
		if a.Done.IsZero() {
			o.Open = append(o.Open, a.Title)
		}
	}
	return o
}

// likeness is from 0 to 1.
func likeness(a, b *incident.Incident) float64 {
	wa, wb := wordsOf(a), wordsOf(b)
	common := 0
	for w := range wa {
		if wb[w] {
			common++
		}
	}
	score := float64(common) / float64(max(1, len(wa)+len(wb)-common))
	if a.Service != "" && a.Service == b.Service {
		score += 0.2
	}
	if a.Title == b.Title {
		score += 0.4
	}
	return min(1, score)
}

func wordsOf(i *incident.Incident) map[string]bool {
	out := map[string]bool{}
	add := func(text string) {
		for w := range strings.FieldsFuncSeq(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
			if len(w) > 2 {
				out[w] = true
			}
		}
	}
	add(i.Title)
	for _, a := range i.Alerts {
		add(a.Title)
	}
	return out
}
