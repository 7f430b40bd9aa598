package identify

import (
	"slices"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// A mild alert whose own past says that it will be over in a moment waits that
// moment before it opens a candidate, and so does one that comes and goes. The
// waiting is what methods.md has from those who do so: a step of a few minutes
// that covers nine of ten times before, and never for what may page.
const (
	keptSpells   = 20
	fewSpells    = 8                // from fewer times nothing is learned
	flapWindow   = 15 * time.Minute // in which so many changes
	flapTurns    = 4                // make it flap
	flapQuiet    = 15 * time.Minute // without a change, and it counts as steady again
	flapHeldMost = time.Hour        // what comes and goes for so long is a problem by itself
)

// waits are the steps that an alert may be held for.
var waits = []time.Duration{2 * time.Minute, 3 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute}

// endSpell notes that its sender ended an alert that fired.
func endSpell(a *incident.Alert, at time.Time) {
	a.Spells = append(a.Spells, incident.Spell{From: a.First, Until: at})
	if n := len(a.Spells); n > keptSpells {
		a.Spells = slices.Clone(a.Spells[n-keptSpells:])
	}
}

// rhythm gives why the past of an alert that fires since just now says to wait;
// nil if it does not. Before is why it was held last.
func rhythm(a *incident.Alert, before *incident.Held, now time.Time) *incident.Held {
	if turns := turns(a, now); turns >= flapTurns {
		since := now
		if before != nil && before.Kind == incident.Flapping && now.Before(before.Until) {
			since = before.Since
		}
		if now.Sub(since) >= flapHeldMost {
			return nil
		}
		return &incident.Held{Kind: incident.Flapping, Until: now.Add(flapQuiet), Times: turns, Within: flapWindow, Since: since}
	}
	return transient(a, now)
}

// turns is how often an alert that fires changed lately, this time included.
func turns(a *incident.Alert, now time.Time) int {
	n, from := 1, now.Add(-flapWindow)
	for _, s := range a.Spells {
		if s.From.After(from) {
			n++
		}
		if s.Until.After(from) {
			n++
		}
	}
	return n
}

// transient holds an alert that mostly ended by itself, and soon, for as long
// as covers nine of ten times.
func transient(a *incident.Alert, now time.Time) *incident.Held {
	if len(a.Spells) < fewSpells {
		return nil
	}
	lasted := make([]time.Duration, len(a.Spells))
	for n, s := range a.Spells {
		lasted[n] = s.Until.Sub(s.From)
	}
	slices.Sort(lasted)
	usual := lasted[(len(lasted)*9+9)/10-1]
	at := slices.IndexFunc(waits, func(w time.Duration) bool { return usual <= w })
	if at < 0 {
		return nil
	}
	within, _ := slices.BinarySearch(lasted, waits[at]+1)
	return &incident.Held{Kind: incident.Transient, Until: now.Add(waits[at]), Times: within, Of: len(lasted), Within: waits[at]}
}
