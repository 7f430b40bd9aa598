package text

import (
	"slices"
	"strings"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// Happening is a key moment of an incident, as its post-mortem tells it.
type Happening struct {
	At   time.Time `json:"at"`
	Text string    `json:"text"` // inline markup
	Tone string    `json:"tone"`
	Seq  int       `json:"seq"` // of the entry; 0 if it is not from one
}

// KeyMoments are the moments that tell how it went, in order of time: the
// change that is suspected, the turns of the process, and what people pinned.
func (r Reader) KeyMoments(i *incident.Incident, entries []incident.Entry) []Happening {
	var out []Happening
	if e := i.EvidenceOf("changes"); e != nil && len(e.Changes) > 0 {
		out = append(out, r.changed(&e.Changes[0].Change))
	}
	if t := i.Milestones[incident.ImpactStarted]; !t.IsZero() && t.Before(i.Milestones[incident.Detected]) {
		out = append(out, Happening{At: t, Tone: "signal", Text: r.say("moments.began")})
	}
	better := corrections(entries)
	seen := map[incident.Kind]bool{}
	for _, e := range entries {
		f, err := e.Fact()
		if err != nil || (!turn(f, seen[e.Kind]) && !slices.Contains(i.Pins, e.Seq)) {
			continue
		}
		seen[e.Kind] = true
		line := r.Entry(e)
		h := Happening{At: e.At, Text: line.Text, Tone: line.Tone, Seq: e.Seq}
		switch fixed, corrected := better[e.Seq]; {
		case corrected:
			h.Text = r.mark("moments.corrected", "who", e.Actor.Name, "~text", written(fixed))
		case line.Detail != "":
			h.Text += r.say("moments.detail", "detail", line.Detail)
		}
		out = append(out, h)
	}
	slices.SortStableFunc(out, func(a, b Happening) int { return a.At.Compare(b.At) })
	return out
}

func (r Reader) changed(c *incident.Change) Happening {
	key := "moments.change." + string(c.Kind)
	if !r.has(key) {
		key = "moments.change"
	}
	what, service := changeName(c), c.Service
	if strings.Contains(what, service) { // it is said already
		service = ""
	}
	return Happening{At: c.StartedAt, Tone: "signal", Text: r.mark(key, "who", c.Author, "what", what, "service", service)}
}

// changeName is how a change is called: what it says of itself, else its version.
func changeName(c *incident.Change) string {
	if c.Summary != "" {
		return cut(oneLine(c.Summary), 160)
	}
	return oneLine(c.To)
}

// corrections are the newest words of each entry that was corrected.
func corrections(entries []incident.Entry) map[int]string {
	out := map[int]string{}
	for _, e := range entries {
		if f, err := e.Fact(); err == nil {
			if c, ok := f.(incident.Corrected); ok {
				out[c.Seq] = c.Text
			}
		}
	}
	return out
}

// turn reports whether an entry is a turn of the incident by itself. Of signals
// and reports it is the first.
func turn(fact incident.Fact, seen bool) bool {
	switch f := fact.(type) {
	case incident.SignalJoined, incident.Reported:
		return !seen
	case incident.Declared, incident.DismissedAs, incident.EndedBySelf, incident.MergedInto, incident.TookOver, incident.SplitOff, incident.SplitFrom, incident.SeveritySet,
		incident.Unreached, incident.CauseConfirmed, incident.Decided, incident.Published:
		return true
	case incident.Finding:
		return f.Says == incident.CauseFound || f.Says == incident.ImpactFound
	case incident.StatusSet:
		return f.To != incident.Reviewing && f.To != incident.Closed
	}
	return false
}
