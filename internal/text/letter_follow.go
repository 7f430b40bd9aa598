package text

import (
	"strconv"

	"github.com/sigap-dev/sigap/internal/incident"
)

// update is a regular update in its parts.
func (r Reader) update(l Letter) Words {
	i := l.Incident
	w := Words{Title: oneLine(i.Title), Actions: r.actions(l, "letter.open")}
	for n := range i.Updates {
		u := &i.Updates[n]
		if u.ID != l.Notice.Update {
			continue
		}
		w.Title = r.say("letter.update", "number", strconv.Itoa(u.Number), "title", oneLine(i.Title))
		w.Lines = r.filled(l, RegularUpdate, func(name string) string { return r.ofUpdate(l, u, name) })
		for _, part := range []Field{{"field.impactNow", u.Text.Impact}, {"field.done", u.Text.Done}, {"field.next", u.Text.Next}} {
			if words := plain(part.Value); words != "" {
				w.Fields = append(w.Fields, Field{r.say(part.Label), words})
			}
		}
		if due := r.ofUpdate(l, u, "nextUpdate"); due != "" {
			w.Fields = append(w.Fields, Field{r.say("field.nextUpdate"), due})
		}
	}
	return w
}

// follow says what changed after the first message, or what is owed.
func (r Reader) follow(l Letter) Words {
	i, code := l.Incident, l.Code
	key := "follow." + code
	if !r.has(key) {
		key = "follow.changed"
	}
	args := []string{"ref", i.Ref(), "status", r.Status(i.Status)}
	for name, value := range l.Args {
		if name != "ref" || code == "merged" { // the incident that it goes on in
			args = append([]string{name, oneLine(value)}, args...)
		}
	}
	if d, known := i.Since(incident.ImpactStarted, incident.MitigatedAt); known && d > 0 {
		args = append(args, "lasted", r.spell(d))
	}
	if code == "reopened" && i.Severity.Major() {
		args = append(args, "asked", r.say("follow.reopened.asked"))
	}
	w := Words{Title: r.say(key, args...), Lines: []string{oneLine(i.Title)}}
	if more := key + ".more"; r.has(more) {
		if words := r.say(more, args...); words != "" {
			w.Lines = append(w.Lines, words)
		}
	}
	label := "letter.open"
	switch code {
	case "task":
		label = "letter.answer"
	case "updateDue", "updateLate":
		label = "letter.write"
	}
	w.Actions = r.actions(l, label)
	return w
}
