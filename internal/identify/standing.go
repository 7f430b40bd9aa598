package identify

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// How often such alerts come is PagerDuty's label of outliers, how noisy one is
// Moogsoft's entropy of an alert (methods.md 4).
const (
	frequentShare = 0.2
	rareShare     = 0.05
	fewFirings    = 10 // of a service: from fewer nothing is said
	fewWords      = 50 // firings, from fewer of which no word is common
	telling       = 5  // words that tell most
	oftenNoisy    = 10 // times in thirty days
	keptNoisy     = 8
	flapsEach     = 3 // times an alert, an hour in which such began
	manyInstances = 5
	enoughCases   = 5
)

// Past gives what the last thirty days say of alerts.
func (s *Service) Past(ctx context.Context) (*Past, error) {
	r, err := s.rules(ctx)
	if err != nil {
		return nil, err
	}
	return &r.past, nil
}

// Standing is what the past says of an alert. Its own beginning does not count.
func (h *Past) Standing(a *incident.Alert) incident.Standing {
	class := incident.AlertClass(a.Signal.Service, a.Signal.Title)
	st := incident.Standing{Times: h.Times[class], Of: h.Services[a.Signal.Service], Noise: h.noise(class)}
	if st.Times > 0 && a.First.Before(h.At) {
		st.Times, st.Of = st.Times-1, st.Of-1
	}
	switch share := float64(st.Times) / float64(max(1, st.Of)); {
	case st.Of < fewFirings:
	case st.Times == 0 && !h.Cut:
		st.Rarity = incident.Unseen
	case share >= frequentShare:
		st.Rarity = incident.Frequent
	case share <= rareShare && st.Times > 0:
		st.Rarity = incident.Rare
	}
	return st
}

// noise is 100 less the entropy of a class: the mean weight of its five rarest
// words, w = 1 − ln(1+df)/ln(1+N), df the firings with a word among all N.
func (h *Past) noise(class string) int {
	if h.Firings < fewWords {
		return 0
	}
	words := incident.ClassWords(class)
	slices.Sort(words)
	words = slices.Compact(words)
	weights := make([]float64, len(words))
	for n, w := range words {
		weights[n] = 1 - math.Log(float64(1+h.Said[w]))/math.Log(float64(1+h.Firings))
	}
	slices.SortFunc(weights, func(a, b float64) int { return cmp.Compare(b, a) })
	weights = weights[:min(len(weights), telling)]
	sum := 0.0
	for _, w := range weights {
		sum += w
	}
	if len(weights) == 0 {
		return 0
	}
	return int(math.Round(100 * (1 - sum/float64(len(weights)))))
}

// rarity: how often such alerts come. It speaks a little for or against, never
// against one that is urgent.
func rarity(k Known, p incident.Policy) incident.Check {
	if k.Past == nil {
		return incident.Check{}
	}
	var seldom *incident.Standing
	order := map[incident.Rarity]int{incident.Unseen: 1, incident.Rare: 2, "": 3, incident.Frequent: 4}
	for _, a := range k.Alerts {
		if st := k.Past.Standing(a); a.State != incident.AlertResolved && (seldom == nil || order[st.Rarity] < order[seldom.Rarity]) {
			seldom = &st
		}
	}
	if seldom == nil {
		return incident.Check{}
	}
	args := []string{"times", strconv.Itoa(seldom.Times), "all", strconv.Itoa(seldom.Of)}
	switch seldom.Rarity {
	case incident.Unseen:
		return yes("unseen", 5)
	case incident.Rare:
		return yes("rare", 5, args...)
	case incident.Frequent:
		weight := -5
		if _, urgency := worst(k, p); urgency == 0 {
			weight = 0
		}
		return no("frequent", weight, args...)
	}
	return incident.Check{}
}

// undeciding is a check without its weight, if that alone would page or
// declare, or keep from it.
func undeciding(c incident.Check, score int, p incident.Policy) incident.Check {
	for _, limit := range []int{p.PageAt, p.DeclareAt} {
		if (score >= limit) != (score+c.Weight >= limit) {
			c.Weight = 0
		}
	}
	return c
}

// heard is what was gathered of a class for the list of what is noisy.
type heard struct {
	incident.Noisy
	last time.Time
}

func (t *tally) hear(class string, a *incident.Alert) {
	h := t.heard[class]
	if h == nil {
		h = &heard{}
		t.heard[class] = h
	}
	h.Alerts++
	h.Real += a.WasReal
	h.Of += a.WasReal + a.WasFalse + a.WasEnded
	if !a.Last.Before(h.last) {
		h.last, h.Alert, h.Title, h.Service, h.Sender = a.Last, a.ID, a.Signal.Title, a.Signal.Service, cmp.Or(a.Signal.Sender, a.Signal.Source)
	}
}

// noisy are the classes that come often and are mostly nothing, the noisiest
// first.
func (t *tally) noisy(counts map[string]int) []incident.Noisy {
	var out []incident.Noisy
	for class, h := range t.heard {
		h.Times = counts[class]
		if h.Times < oftenNoisy || 2*h.Real >= h.Of && h.Of > 0 {
			continue
		}
		switch {
		case h.Times >= flapsEach*h.Alerts*len(t.starts[class]):
			h.Advice = incident.AdviseSteady
		case h.Alerts >= manyInstances:
			h.Advice = incident.AdviseGroup
		case h.Of < enoughCases: // hardly a candidate yet: nothing to advise
			continue
		case h.Real == 0:
			h.Advice = incident.AdviseRemove
		default:
			h.Advice = incident.AdviseLimit
		}
		out = append(out, h.Noisy)
	}
	idle := func(n incident.Noisy) float64 { return float64(n.Times) * (1 - float64(n.Real)/float64(max(1, n.Of))) }
	slices.SortFunc(out, func(a, b incident.Noisy) int {
		return cmp.Or(cmp.Compare(idle(b), idle(a)), strings.Compare(a.Alert, b.Alert))
	})
	return out[:min(len(out), keptNoisy)]
}
