package text

import (
	"strconv"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// Summary is what one message tells of several incidents that wait for the
// same person.
type Summary struct {
	Incidents []*incident.Incident // the worst first
	Link      string               // to all of them
	Now       time.Time
}

// maxSummed is how many incidents a summary names before it counts.
const maxSummed = 8

// Summary words such a message: how many wait, then each in a line.
func (r Reader) Summary(s Summary) Words {
	w := Words{Title: r.SummaryTitle(len(s.Incidents)), Actions: []Action{{Label: r.say("summary.answer"), URL: s.Link, Primary: true}}}
	if s.Incidents[0].Drill {
		w.Title = r.drill() + " " + w.Title
	}
	for n, i := range s.Incidents {
		if n == maxSummed {
			w.Lines = append(w.Lines, r.say("summary.more", "n", strconv.Itoa(len(s.Incidents)-n)))
			break
		}
		w.Lines = append(w.Lines, r.summed(i, s.Now))
	}
	w.Lines = append(w.Lines, r.say("summary.why"))
	return w
}

// SummaryTitle counts what waits.
func (r Reader) SummaryTitle(n int) string {
	if n == 0 {
		return r.say("summary.none")
	}
	return r.say("summary.title", "n", strconv.Itoa(n))
}

func (r Reader) summed(i *incident.Incident, now time.Time) string {
	severity, lasted := "", ""
	if i.Severity.Valid() {
		severity = i.Severity.String()
	}
	if since := began(i); now.Sub(since) >= time.Second && !since.IsZero() {
		lasted = r.Duration(now.Sub(since))
	}
	return r.say("summary.line", "severity", severity, "ref", i.Ref(), "title", cut(oneLine(i.Title), 80), "service", oneLine(i.Service), "span", lasted)
}

// SummaryTake is the button that takes all of it.
func (r Reader) SummaryTake() string { return r.say("summary.take") }

// SummaryPrompt asks the one who is called with a summary for a key.
func (r Reader) SummaryPrompt() string { return r.say("summary.prompt") }
