package identify

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/sigap-dev/sigap/internal/identify/rule"
	"github.com/sigap-dev/sigap/internal/identify/window"
	"github.com/sigap-dev/sigap/internal/incident"
)

// Bounds of a replay: it asks the store for so much, for so long, and no other
// runs beside it.
const (
	replayAlerts    = 10_000
	replayIncidents = 500
	replayLimit     = 25 * time.Second
	replayMost      = 90 * 24 * time.Hour
	shownGroups     = 5
	shownTitles     = 5
)

// Trial is what the team's rules as somebody drafts them would have made of the
// last days, beside what those that hold would have.
type Trial struct {
	From   time.Time    `json:"from"`
	To     time.Time    `json:"to"`
	Cut    bool         `json:"cut,omitempty" doc:"There was more than is looked at"`
	Before Replayed     `json:"before" doc:"By the rules that hold now"`
	After  Replayed     `json:"after" doc:"By those that were sent"`
	Rules  []TriedRule  `json:"rules" doc:"What became of each rule that was sent, in their order"`
	Groups []TriedGroup `json:"groups" doc:"Candidates that a rule had a say in, a few of them, the largest first"`
	Missed []NotPaged   `json:"missed" doc:"Incidents that page nobody any more, a few of them"`
}

// TriedRule is what became of a rule in a trial.
type TriedRule struct {
	Name    string `json:"name"`
	Matched int64  `json:"matched"`
	Error   string `json:"error,omitempty"`
}

// TriedGroup is a candidate that a trial made.
type TriedGroup struct {
	Title    string            `json:"title"`
	Service  string            `json:"service"`
	At       time.Time         `json:"at"`
	Severity incident.Severity `json:"severity"`
	Pages    bool              `json:"pages"`
	Alerts   int               `json:"alerts"`
	Titles   []string          `json:"titles" doc:"Of the first of its alerts"`
}

// NotPaged is a recorded incident of which no alert would have paged.
type NotPaged struct {
	ID    string `json:"id"`
	Ref   string `json:"ref"`
	Title string `json:"title"`
}

// Try replays the last days by the rules that hold and by those of a draft. It
// changes nothing.
func (s *Service) Try(ctx context.Context, draft []rule.Rule, span time.Duration) (*Trial, error) {
	if len(draft) > rule.Most {
		return nil, incident.FieldError("rules", "There may be %d rules.", rule.Most)
	}
	for n := range draft {
		if draft[n].ID == "" {
			draft[n].ID = fmt.Sprint("draft ", n)
		}
		if err := s.checkRule(ctx, &draft[n]); err != nil {
			return nil, err
		}
	}
	var t *Trial
	err := s.replaying(ctx, span, func(ctx context.Context, now *rules, past Recorded) error {
		before, err := now.run(ctx, past)
		if err != nil {
			return err
		}
		then := *now
		then.own = rule.Compile(draft)
		after, err := then.run(ctx, past)
		if err != nil {
			return err
		}
		t = &Trial{From: past.From, To: past.To, Cut: past.Cut, Before: before.out, After: after.out, Rules: []TriedRule{}, Groups: after.groups(), Missed: missed(before, after)}
		for _, r := range draft {
			t.Rules = append(t.Rules, TriedRule{Name: r.Name, Matched: after.became[r.ID].Matched, Error: after.became[r.ID].Error})
		}
		return nil
	})
	return t, err
}

// Replay tells what the rules and the policy that hold make of the last days.
func (s *Service) Replay(ctx context.Context, span time.Duration) (out Replayed, past Recorded, err error) {
	err = s.replaying(ctx, span, func(ctx context.Context, now *rules, of Recorded) error {
		p, err := now.run(ctx, of)
		if err == nil {
			out, past = p.out, of
		}
		return err
	})
	return out, past, err
}

// replaying runs fn with what was recorded, one at a time, and not for long.
func (s *Service) replaying(ctx context.Context, span time.Duration, fn func(context.Context, *rules, Recorded) error) error {
	if span <= 0 || span > replayMost {
		return incident.FieldError("days", "Look at 1 to 90 days.")
	}
	ctx, cancel := context.WithTimeout(ctx, replayLimit)
	defer cancel()
	select {
	case s.replays <- struct{}{}:
		defer func() { <-s.replays }()
	case <-ctx.Done():
		return errReplayLong
	}
	known, err := s.rules(ctx)
	if err != nil {
		return err
	}
	past, err := s.recorded(ctx, s.now().Add(-span))
	if err != nil {
		return err
	}
	windows, err := s.store.Windows(ctx, past.From)
	if err != nil {
		return err
	}
	r := *known
	r.windows, r.own, r.shadow = window.Compile(windows), r.own.Fresh(), nil
	if err := fn(ctx, &r, past); ctx.Err() != nil {
		return errReplayLong
	} else if err != nil {
		return err
	}
	return nil
}

var errReplayLong = incident.Errorf(incident.Conflict, "This takes too long, or another one runs: try fewer days, or try it again.")

// recorded reads what is known since a moment. Drills are none of it.
func (s *Service) recorded(ctx context.Context, from time.Time) (Recorded, error) {
	past := Recorded{From: from, To: s.now()}
	list, err := s.store.Incidents(ctx, incident.Filter{After: from, Limit: replayIncidents})
	if err != nil {
		return past, err
	}
	drills := map[string]bool{}
	for _, i := range slices.Backward(list) {
		if !i.Drill {
			past.Incidents = append(past.Incidents, i)
			continue
		}
		for _, a := range i.Alerts {
			drills[a.ID] = true
		}
	}
	past.Cut = len(list) == replayIncidents
	for after := (*incident.Alert)(nil); len(past.Alerts) < replayAlerts; {
		alerts, err := s.store.AlertsSince(ctx, from, after, pastPage)
		if err != nil {
			return past, err
		}
		for _, a := range alerts {
			after = a
			if !drills[a.ID] && (a.Held == nil || !a.Held.Drill) {
				past.Alerts = append(past.Alerts, a)
			}
		}
		if len(alerts) < pastPage {
			return past, nil
		}
	}
	past.Cut = true
	return past, nil
}

// groups are the candidates that a rule had a say in, the largest first.
func (p *replay) groups() []TriedGroup {
	out := []TriedGroup{}
	for _, o := range p.order {
		i := o.record
		if !slices.ContainsFunc(i.Alerts, func(a incident.JoinedAlert) bool {
			return a.Why == incident.ByRule || a.Why == incident.OnItsOwn || a.Ruled != nil
		}) {
			continue
		}
		g := TriedGroup{Title: i.Title, Service: i.Service, At: i.Milestones[incident.Detected], Severity: i.Severity, Pages: o.paged, Alerts: len(i.Alerts)}
		for _, a := range i.Alerts[:min(len(i.Alerts), shownTitles)] {
			g.Titles = append(g.Titles, a.Title)
		}
		out = append(out, g)
	}
	slices.SortStableFunc(out, func(a, b TriedGroup) int { return b.Alerts - a.Alerts })
	return out[:min(len(out), shownGroups)]
}

// missed are the incidents that page nobody after, and did before.
func missed(before, after *replay) []NotPaged {
	out := []NotPaged{}
	for _, i := range after.unpaged {
		if !slices.Contains(before.unpaged, i) && len(out) < shownGroups {
			out = append(out, NotPaged{ID: i.ID, Ref: i.Ref(), Title: i.Title})
		}
	}
	return out
}
