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
	pastFirst   = time.Minute
	pastAlerts  = 50_000 // read at most, the last reported
	pastPage    = 500    // read at once, and
	pastRest    = 3      // times as long as that took, rest
	pastClasses = 3000   // classes looked at, and
	keptWords   = 2000   // of which so many words
	keptPairs   = 1000   // and pairs are kept: the rules are read often
	apartBy     = time.Hour
)

// Past is what the last thirty days say of alerts, by their classes. It is read
// anew on the plane that pages nobody; the one that does only reads the outcome.
type Past struct {
	At       time.Time      `json:"at,omitzero"`
	Classes  int            `json:"classes"`
	Words    map[string]int `json:"words,omitempty"` // in how many classes each word occurs
	Together []together     `json:"together,omitempty"`

	Firings  int              `json:"firings"`            // counted once an hour and class, as all here
	Said     map[string]int   `json:"said,omitempty"`     // of them, those with each word
	Times    map[string]int   `json:"times,omitempty"`    // by class
	Services map[string]int   `json:"services,omitempty"` // by service
	Cut      bool             `json:"cut,omitempty"`      // there are more classes: one that is not here may be among them
	Noisy    []incident.Noisy `json:"noisy,omitempty"`
}

// LearnPast is the job that reads the past of alerts anew.
type LearnPast struct{}

func (LearnPast) Kind() string { return "learn_past" }

// LearnPast reads the past of alerts anew, unless another process just did.
func (s *Service) LearnPast(ctx context.Context, _ LearnPast) error {
	now := s.now()
	var have Past
	if err := s.store.Setting(ctx, pastSetting, &have); err != nil || now.Sub(have.At) < pastEvery-pastEvery/10 {
		return err
	}
	t := newTally(now)
	if err := s.readPast(ctx, t); err != nil {
		return err
	}
	if err := s.store.PutSetting(ctx, pastSetting, t.past(now)); err != nil {
		return fmt.Errorf("keep the past of alerts: %w", err)
	}
	return nil
}

// readPast adds the alerts that were reported last. It rests in between, since
// what a person waits for runs on the same processors.
func (s *Service) readPast(ctx context.Context, t *tally) error {
	var after *incident.Alert
	for range pastAlerts / pastPage {
		began := time.Now()
		alerts, err := s.store.AlertsSince(ctx, t.since, after, pastPage)
		if err != nil {
			return err
		}
		for _, a := range alerts {
			t.add(a)
		}
		if len(alerts) < pastPage {
			return nil
		}
		after = alerts[len(alerts)-1]
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pastRest * time.Since(began)):
		}
	}
	t.cut = true
	return nil
}

// LearnPasts asks for the past to be read anew, until ctx ends. A server that
// has just started has other things to do.
func (s *Service) LearnPasts(ctx context.Context, ask func(incident.Job) error) {
	t := time.NewTimer(pastFirst)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		if err := ask(incident.Job{Args: LearnPast{}}); err != nil && ctx.Err() == nil {
			s.log.Warn("the past of alerts is not read anew", "err", err)
		}
		t.Reset(pastEvery)
	}
}

// tally gathers when alerts of each class began.
type tally struct {
	since  time.Time
	starts map[string][]time.Time
	heard  map[string]*heard
	cut    bool
}

func newTally(now time.Time) *tally {
	return &tally{since: now.Add(-pastSpan), starts: map[string][]time.Time{}, heard: map[string]*heard{}}
}

func (t *tally) add(a *incident.Alert) {
	class := incident.AlertClass(a.Signal.Service, a.Signal.Title)
	if len(t.heard) >= pastClasses && t.heard[class] == nil {
		t.cut = true
		return
	}
	t.hear(class, a)
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

func (t *tally) past(now time.Time) Past {
	p := Past{At: now, Classes: len(t.starts), Cut: t.cut, Words: map[string]int{}, Said: map[string]int{}, Times: map[string]int{}, Services: map[string]int{}}
	all := map[string]int{}
	for class, starts := range t.starts {
		all[class] = len(starts)
		t.starts[class] = thinned(starts)
		n := len(t.starts[class])
		p.Firings += n
		p.Times[class] = n
		p.Services[incident.ClassService(class)] += n
		words := incident.ClassWords(class)
		slices.Sort(words)
		for _, w := range slices.Compact(words) {
			p.Words[w]++
			p.Said[w] += n
		}
	}
	keepMost(p.Words)
	keepMost(p.Said)
	p.Together, p.Noisy = t.together(now), t.noisy(all)
	return p
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

// keepMost keeps the most frequent words.
func keepMost(counts map[string]int) {
	often := slices.SortedFunc(maps.Keys(counts), func(a, b string) int { return cmp.Or(counts[b]-counts[a], cmp.Compare(a, b)) })
	for _, w := range often[min(len(often), keptWords):] {
		delete(counts, w)
	}
}
