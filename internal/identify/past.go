package identify

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

const (
	pastSpan    = 30 * 24 * time.Hour
	pastEvery   = time.Hour // how often the past is read anew
	pastSetting = "alerts.past"
	pastPage    = 500  // alerts read at once
	pastClasses = 5000 // classes looked at, and
	keptWords   = 2000 // of which so many words
	keptPairs   = 1000 // and pairs are kept: the rules are read often
	apartBy     = time.Hour
)

// history is what the last thirty days say of alerts, by their classes. It is read
// anew on the plane that pages nobody; the one that does only reads the outcome.
type history struct {
	At       time.Time      `json:"at,omitzero"`
	Classes  int            `json:"classes"`
	Words    map[string]int `json:"words,omitempty"` // in how many classes each word occurs
	Together []together     `json:"together,omitempty"`
}

// LearnPast is the job that reads the past of alerts anew.
type LearnPast struct{}

func (LearnPast) Kind() string { return "learn_past" }

// LearnPast reads the past of alerts anew, unless another process just did.
func (s *Service) LearnPast(ctx context.Context, _ LearnPast) error {
	now := s.now()
	var have history
	if err := s.store.Setting(ctx, pastSetting, &have); err != nil || now.Sub(have.At) < pastEvery-pastEvery/10 {
		return err
	}
	t := tally{since: now.Add(-pastSpan), starts: map[string][]time.Time{}}
	for after := ""; ; {
		alerts, err := s.store.AlertsSince(ctx, t.since, after, pastPage)
		if err != nil {
			return err
		}
		for _, a := range alerts {
			t.add(a)
			after = a.ID
		}
		if len(alerts) < pastPage {
			break
		}
	}
	if err := s.store.PutSetting(ctx, pastSetting, t.history(now)); err != nil {
		return fmt.Errorf("keep the past of alerts: %w", err)
	}
	return nil
}

// LearnPasts asks for the past to be read anew, until ctx ends.
func (s *Service) LearnPasts(ctx context.Context, ask func(incident.Job) error) {
	t := time.NewTicker(pastEvery)
	defer t.Stop()
	for {
		if err := ask(incident.Job{Args: LearnPast{}}); err != nil && ctx.Err() == nil {
			s.log.Warn("the past of alerts is not read anew", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
	}
}

// tally gathers when alerts of each class began.
type tally struct {
	since  time.Time
	starts map[string][]time.Time
}

func (t *tally) add(a *incident.Alert) {
	class := incident.AlertClass(a.Signal.Service, a.Signal.Title)
	if len(t.starts) >= pastClasses && t.starts[class] == nil {
		return
	}
	for _, spell := range a.Spells {
		t.began(class, spell.From)
	}
	if a.State != incident.AlertResolved { // one that ended is among the spells
		t.began(class, a.First)
	}
}

func (t *tally) began(class string, at time.Time) {
	if at.After(t.since) {
		t.starts[class] = append(t.starts[class], at)
	}
}

func (t *tally) history(now time.Time) history {
	for class, starts := range t.starts {
		t.starts[class] = thinned(starts)
	}
	return history{At: now, Classes: len(t.starts), Words: t.words(), Together: t.together(now)}
}

// thinned leaves out what began within the hour after another: what comes and
// goes, and many of a class, count once.
func thinned(starts []time.Time) []time.Time {
	slices.SortFunc(starts, time.Time.Compare)
	out := starts[:0]
	for _, at := range starts {
		if len(out) == 0 || at.Sub(out[len(out)-1]) >= apartBy {
			out = append(out, at)
		}
	}
	return out
}

// words counts in how many classes each word occurs; the most frequent are kept.
func (t *tally) words() map[string]int {
	all := map[string]int{}
	for class := range t.starts {
		words := incident.ClassWords(class)
		slices.Sort(words)
		for _, w := range slices.Compact(words) {
			all[w]++
		}
	}
	often := slices.SortedFunc(maps.Keys(all), func(a, b string) int { return cmp.Or(all[b]-all[a], cmp.Compare(a, b)) })
	for _, w := range often[min(len(often), keptWords):] {
		delete(all, w)
	}
	return all
}
