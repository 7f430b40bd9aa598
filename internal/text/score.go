package text

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// Fact is one figure of an incident.
type Fact struct {
	Value string `json:"value"`
	Label string `json:"label"`
}

// Facts are the figures by which an incident is remembered; what is not known
// is left out.
func (r Reader) Facts(i *incident.Incident) []Fact {
	var facts []Fact
	for _, m := range []struct {
		from, to incident.Milestone
		label    string
	}{
		{incident.ImpactStarted, incident.Detected, "fact.detect"},
		{incident.Detected, incident.AckedAt, "fact.acknowledge"},
		{incident.ImpactStarted, incident.MitigatedAt, "fact.mitigate"},
	} {
		if d, known := i.Since(m.from, m.to); known {
			facts = append(facts, Fact{r.stopwatch(d), r.say(m.label)})
		}
	}
	if i.ReportCount > 0 {
		facts = append(facts, Fact{r.Number(float64(i.ReportCount)), r.say("fact.reports", "n", strconv.Itoa(i.ReportCount))})
	}
	return facts
}

// Score is how one stage of the process went, in words and on the incident's
// time axis.
type Score struct {
	Stage incident.Stage `json:"stage"`
	Name  string         `json:"name"`
	Text  string         `json:"text"`
	Late  bool           `json:"late"`
	Bars  []Bar          `json:"bars"`
	Marks []time.Time    `json:"marks"` // single moments: acknowledgements, updates
}

// Bar is a span on the time axis.
type Bar struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
	Kind string    `json:"kind"` // solid, late, or soft for what went on after the impact
}

// Scorecard says how each stage went, and what of it was late.
func (r Reader) Scorecard(i *incident.Incident, now time.Time) []Score {
	scores := []Score{r.scoreIdentify(i), r.scoreInform(i, now), r.scoreInvestigate(i, now), r.scoreAct(i, now), r.scoreUpdate(i, now), r.scoreLearn(i, now)}
	for n := range scores {
		s := &scores[n]
		s.Stage = incident.Stages()[n]
		s.Name = r.Stage(s.Stage)
		s.Bars = slices.DeleteFunc(s.Bars, func(b Bar) bool { return b.From.IsZero() || !b.To.After(b.From) })
		if s.Bars == nil {
			s.Bars = []Bar{}
		}
		if s.Marks == nil {
			s.Marks = []time.Time{}
		}
	}
	return scores
}

// atOnce is the time to a verdict below which there was none to wait for: what
// is stored was enough, or a person declared the incident.
const atOnce = 500 * time.Millisecond

func (r Reader) scoreIdentify(i *incident.Incident) Score {
	d, known := i.Since(incident.Detected, incident.Verified)
	if !known {
		return Score{Text: r.say("score.unverified")}
	}
	switch {
	case d < atOnce && i.OpenedByAlert():
		return Score{Text: r.say("score.atOnce")}
	case d < atOnce:
		return Score{Text: r.say("score.byHand")}
	}
	s := Score{Text: r.say("score.verified", "span", r.Duration(d)), Bars: []Bar{{i.Milestones[incident.Detected], i.Milestones[incident.Verified], "solid"}}}
	if after, known := i.Since(incident.Verified, incident.DeclaredAt); known && after >= time.Second {
		s.Text += r.say("score.declared", "span", r.Duration(after))
		s.Bars = append(s.Bars, Bar{i.Milestones[incident.Verified], i.Milestones[incident.DeclaredAt], "solid"})
	}
	return s
}

// known is when a team first had somebody who knew.
type known struct {
	team  string
	after time.Duration
}

func (r Reader) scoreInform(i *incident.Incident, now time.Time) Score {
	all := i.WhoKnows()
	if len(all) == 0 {
		return Score{Text: r.say("score.nobodyAsked")}
	}
	var s Score
	var teams []known
	first, last, missing := all[0].Told, time.Duration(0), 0
	for _, k := range all {
		if k.Told.Before(first) {
			first = k.Told
		}
		if !k.Knows && !k.Waived {
			missing++
		}
		if k.After > 0 {
			s.Marks = append(s.Marks, k.Told.Add(k.After))
			last = max(last, k.After)
		}
		if k.Knows && k.After > 0 {
			teams = sooner(teams, known{k.Team, k.After})
		}
	}
	var parts []string
	for _, t := range teams {
		parts = append(parts, oneLine(t.team)+" "+r.stopwatch(t.after))
	}
	s.Late = missing > 0 || last > incident.InformLimit
	span := ""
	if last > 0 {
		span = r.stopwatch(last)
	}
	s.Text = r.say("score.informed", "known", strconv.Itoa(len(all)-missing), "total", strconv.Itoa(len(all)), "last", span, "teams", strings.Join(parts, ", "))
	end := first.Add(last)
	if missing > 0 {
		end = until(i, now)
	}
	limit := first.Add(incident.InformLimit)
	s.Bars = []Bar{{first, earlier(end, limit), "solid"}, {limit, end, "late"}}
	return s
}

// sooner keeps for each team the first who knew.
func sooner(teams []known, k known) []known {
	at := slices.IndexFunc(teams, func(t known) bool { return t.team == k.team })
	if at < 0 {
		return append(teams, k)
	}
	teams[at].after = min(teams[at].after, k.after)
	return teams
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// until is where a bar of something that never ended ends: with the impact, or now.
func until(i *incident.Incident, now time.Time) time.Time {
	if t := stopped(i); !t.IsZero() {
		return t
	}
	return now
}

func (r Reader) scoreInvestigate(i *incident.Incident, now time.Time) Score {
	from := i.Milestones[incident.DeclaredAt]
	if from.IsZero() {
		return Score{Text: r.say("score.notDeclared")}
	}
	if i.Cause == nil {
		return Score{Text: r.say("score.noCause"), Bars: []Bar{{from, until(i, now), "solid"}}}
	}
	refuted := 0
	for _, h := range i.Hypotheses {
		if h.State == incident.Refuted {
			refuted++
		}
	}
	rest := ""
	if refuted > 0 {
		rest = strconv.Itoa(refuted)
	}
	at := i.Milestones[incident.CauseAt]
	return Score{Text: r.say("score.cause", "span", r.stopwatch(at.Sub(from)), "refuted", rest), Bars: []Bar{{from, at, "solid"}}, Marks: []time.Time{at}}
}

func (r Reader) scoreAct(i *incident.Incident, now time.Time) Score {
	from, end := i.Milestones[incident.DecidedAt], stopped(i)
	if from.IsZero() {
		if end.IsZero() || i.Milestones[incident.DeclaredAt].IsZero() {
			return Score{Text: r.say("score.noDecision")}
		}
		return Score{Text: r.say("score.endedUndecided"), Bars: []Bar{{i.Milestones[incident.DeclaredAt], end, "soft"}}}
	}
	late, all := lateTasks(i, now)
	tasks := ""
	if all > 0 {
		tasks = strconv.Itoa(all)
	}
	args := []string{"title", oneLine(i.Decision(incident.Mitigation).Title), "onTime", strconv.Itoa(all - late), "tasks", tasks}
	if end.IsZero() {
		return Score{Text: r.say("score.acting", args...), Late: late > 0, Bars: []Bar{{from, now, "solid"}}}
	}
	s := Score{Text: r.say("score.acted", append(args, "span", r.stopwatch(end.Sub(from)))...), Late: late > 0, Bars: []Bar{{from, end, "solid"}}}
	if resolved := i.Milestones[incident.ResolvedAt]; !resolved.IsZero() {
		s.Bars = append(s.Bars, Bar{end, resolved, "soft"})
	}
	return s
}

// lateTasks counts the tasks that had a time, and those of them that missed it.
func lateTasks(i *incident.Incident, now time.Time) (late, all int) {
	for _, t := range i.Tasks {
		if t.Due.IsZero() || t.State == incident.TaskDeclined {
			continue
		}
		all++
		if done := t.Done; done.After(t.Due) || done.IsZero() && now.After(t.Due) {
			late++
		}
	}
	return late, all
}

func (r Reader) scoreUpdate(i *incident.Incident, now time.Time) Score {
	if len(i.Updates) == 0 {
		late := i.NextUpdate() != nil && now.After(i.NextUpdate().Due)
		return Score{Text: r.say("score.noUpdate"), Late: late}
	}
	var s Score
	onTime := 0
	for n := range i.Updates {
		u := &i.Updates[n]
		s.Marks = append(s.Marks, u.At)
		if u.OnTime() {
			onTime++
		} else {
			s.Bars = append(s.Bars, Bar{u.WasDue, u.At, "late"})
		}
	}
	s.Late = onTime < len(i.Updates)
	s.Text = r.say("score.updates", "onTime", strconv.Itoa(onTime), "total", strconv.Itoa(len(i.Updates)))
	if c := i.NextUpdate(); c != nil && now.After(c.Due) {
		s.Late = true
		s.Text += r.say("score.updateOwed", "span", r.Duration(now.Sub(c.Due)))
		s.Bars = append(s.Bars, Bar{c.Due, now, "late"})
	}
	return s
}

func (r Reader) scoreLearn(i *incident.Incident, now time.Time) Score {
	if i.Review == nil {
		return Score{Text: r.say("score.notReviewed")}
	}
	done, overdue := 0, 0
	for _, a := range i.Actions {
		switch {
		case !a.Done.IsZero():
			done++
		case now.After(a.Due):
			overdue++
		}
	}
	key, span := "score.drafted", ""
	if d, known := i.Since(incident.ResolvedAt, incident.ReviewedAt); known && i.Review.State == incident.ReviewPublished {
		key, span = "score.reviewed", r.Duration(d)
	}
	text := r.say(key, "span", span)
	if n := len(i.Actions); n > 0 {
		text += r.say("score.actions", "done", strconv.Itoa(done), "total", strconv.Itoa(n))
	}
	return Score{Text: text, Late: overdue > 0}
}
