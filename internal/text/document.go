package text

import (
	"strconv"
	"strings"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// Document is what a complete post-mortem is made from.
type Document struct {
	Incident *incident.Incident
	Review   incident.Review // its written parts are Markdown
	Entries  []incident.Entry
	Now      time.Time
	Link     string // to the page of the review; may be empty
}

// sheet is a post-mortem as both forms of it, Markdown and HTML, lay it out.
// What was written by people in a part is Markdown; what is from the record is
// inline markup or plain.
type sheet struct {
	Document
	Lang    string
	Ref     string
	Head    string // one line: number, date, where, state
	Title   string
	Facts   []Fact
	Scores  []Score
	Moments []moment
	Options []option
	Actions []promise
	Checks  []checked
	Verdict string
	Found   []found
	Hash    string
}

type moment struct {
	At, Text, Tone string
}

type option struct {
	Title, Track, Detail, Votes string
	Chosen                      bool
	Decision                    string // who decided when and why; of the chosen one
}

type promise struct {
	Kind, Title, Owner, Due, State string
}

type checked struct {
	Mark, Text, Weight string
}

type found struct {
	Name, Source, Says string
	Lines              []string // patterns, suspects, changes, earlier incidents; inline markup
}

func (r Reader) sheet(d Document) sheet {
	i := d.Incident
	s := sheet{Document: d, Lang: "en", Ref: i.Ref(), Title: oneLine(d.Review.Title), Facts: r.Facts(i), Scores: r.Scorecard(i, d.Now), Hash: i.Head}
	if r.indonesian() {
		s.Lang = "id"
	}
	if s.Title == "" {
		s.Title = oneLine(i.Title)
	}
	if i.Drill {
		s.Title = r.drill() + " " + s.Title
	}
	s.Head = r.head(d)
	day := ""
	for _, h := range r.KeyMoments(i, d.Entries) {
		at := r.Clock(h.At)
		if date := r.Date(h.At); date != day && day != "" {
			at = date + ", " + at
			day = date
		} else if day == "" {
			day = date
		}
		s.Moments = append(s.Moments, moment{at, h.Text, h.Tone})
	}
	s.Options = r.options(i, d.Now)
	s.Actions = r.promises(i, d.Now)
	if v := i.Verdict; v != nil {
		say, how := r.Verdict(v, i)
		s.Verdict = r.say("doc.verdict", "say", say, "score", strconv.Itoa(v.Score), "how", how)
		for _, c := range v.Checks {
			s.Checks = append(s.Checks, r.checked(c))
		}
	}
	for n := range i.Evidence {
		s.Found = append(s.Found, r.found(&i.Evidence[n], i))
	}
	return s
}

// head is the line over the title, after the severity.
func (r Reader) head(d Document) string {
	i := d.Incident
	state := r.say("doc.draft")
	if d.Review.State == incident.ReviewPublished {
		state = r.say("doc.published", "date", r.dateOf(i.Milestones[incident.ReviewedAt]))
	}
	return strings.Join([]string{i.Ref(), r.Date(began(i)), r.where(i), state}, " · ")
}

func (r Reader) options(i *incident.Incident, now time.Time) []option {
	var out []option
	for _, o := range i.Options {
		x := option{Title: oneLine(o.Title), Track: r.say("track." + string(o.Track)), Detail: oneLine(r.option(o)), Chosen: o.Chosen}
		if n := len(o.Votes); n > 0 {
			x.Votes = r.say("count.votes", "n", strconv.Itoa(n))
		}
		for _, d := range i.Decisions {
			if d.Option == o.ID {
				x.Decision = r.mark("doc.decision", "who", d.By.Name, "at", r.when(d.At, now), "~reason", oneLine(d.Reason))
			}
		}
		out = append(out, x)
	}
	return out
}

func (r Reader) promises(i *incident.Incident, now time.Time) []promise {
	var out []promise
	for _, what := range []incident.ActionKind{incident.CodeFix, incident.MonitoringKind, incident.StandardProcess} {
		for _, a := range i.Actions {
			if a.What != what {
				continue
			}
			p := promise{Kind: r.say("action." + string(what)), Title: oneLine(a.Title), Owner: oneLine(a.Owner.Name), Due: r.dateOf(a.Due), State: r.say("doc.open")}
			switch {
			case !a.Done.IsZero():
				p.State = r.say("doc.done", "date", r.Date(a.Done))
			case now.After(a.Due):
				p.State = r.say("doc.overdue")
			}
			out = append(out, p)
		}
	}
	return out
}

func (r Reader) checked(c incident.Check) checked {
	x := checked{Text: r.Check(c)}
	switch c.State {
	case incident.CheckYes:
		x.Mark = "✓"
	case incident.CheckNo:
		x.Mark = "–"
	default:
		x.Mark, x.Weight = "?", r.say("doc.notChecked")
		return x
	}
	x.Weight = strconv.Itoa(c.Weight)
	if c.Weight > 0 {
		x.Weight = "+" + x.Weight
	}
	return x
}

// keptRows is how many patterns or suspects of a check a document lists.
const keptRows = 5

func (r Reader) found(e *incident.Evidence, i *incident.Incident) found {
	f := found{Name: r.EvidenceName(e.Check), Source: oneLine(e.Source), Says: r.Evidence(e)}
	for _, p := range e.Patterns[:min(len(e.Patterns), keptRows)] {
		factor := ""
		if p.Factor > 0 {
			factor = r.Number(p.Factor)
		}
		f.Lines = append(f.Lines, r.mark("doc.pattern", "kind", r.say("pattern."+p.Kind), "template", cut(oneLine(p.Template), 200), "service", p.Service,
			"count", strconv.Itoa(p.Count), "number", r.Number(float64(p.Count)), "factor", factor))
	}
	for n := range e.Suspects[:min(len(e.Suspects), keptRows)] {
		s := &e.Suspects[n]
		at := s.Service
		if at == "" {
			at = s.Host
		}
		f.Lines = append(f.Lines, r.mark("doc.suspect", "kind", r.say("suspect."+s.Kind), "metric", s.Metric, "service", at, "says", r.Suspect(s)))
	}
	for n := range e.Changes[:min(len(e.Changes), keptRows)] {
		f.Lines = append(f.Lines, r.changeLine(&e.Changes[n], i))
	}
	for _, o := range e.Earlier[:min(len(e.Earlier), keptRows)] {
		f.Lines = append(f.Lines, r.mark("doc.earlier", "ref", o.Ref, "title", o.Title, "date", r.dateOf(o.At), "cause", o.Cause, "fixedBy", o.FixedBy))
	}
	return f
}

func (r Reader) changeLine(c *incident.ChangeSuspect, i *incident.Incident) string {
	var reasons []string
	for _, x := range c.Reasons {
		reasons = append(reasons, r.Reason(x))
	}
	opinion := ""
	if o, judged := i.Changes[c.Change.ID]; judged {
		opinion = r.say("opinion."+o.State, "who", oneLine(o.By.Name))
	}
	return r.mark("doc.change", "what", changeName(&c.Change), "service", c.Change.Service, "by", c.Change.Author, "at", r.preciseClock(c.Change.StartedAt),
		"reasons", strings.Join(reasons, ", "), "opinion", opinion)
}
