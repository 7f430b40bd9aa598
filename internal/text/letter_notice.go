package text

import (
	"slices"
	"strings"

	"github.com/sigap-dev/sigap/internal/incident"
)

// notice is the initial notice in the wording of its audience: engineers get
// data, suspects and what is asked of them; support how to recognise it and
// what to tell customers, without a guess at the cause and without a promised
// time; management the impact, who leads and when the next news comes.
func (r Reader) notice(l Letter) Words {
	i := l.Incident
	kind, _ := TemplateOf(incident.PurposeNotice, l.Audience)
	w := Words{Title: oneLine(i.Title), Lines: r.filled(l, kind, func(name string) string { return r.ofNotice(l, name) })}
	switch kind {
	case ToEngineering:
		w.Fields = append(r.facts(l), Field{r.say("field.who"), r.whoIsOnIt(i)})
	case ToSupport:
		w.Fields = r.toSupport(l)
	default:
		w.Fields = r.toManagement(l)
	}
	if c := i.NextUpdate(); c != nil {
		w.Fields = append(w.Fields, Field{r.say("field.nextUpdate"), r.whenZoned(c.Due, l.Now)})
	}
	label := "letter.read" // opening the page and answering there is how a notice is acknowledged
	if kind == ToEngineering {
		label = "letter.onIt"
	}
	w.Actions = r.actions(l, label)
	return w
}

// suspicion names the first suspect by its reason.
func (r Reader) suspicion(i *incident.Incident) string {
	e := i.EvidenceOf("metrics")
	if e == nil || len(e.Suspects) == 0 {
		return ""
	}
	s := &e.Suspects[0]
	at := s.Service
	if at == "" {
		at = s.Host
	}
	return r.say("notice.suspect", "service", oneLine(at), "metric", oneLine(s.Metric), "says", r.Suspect(s))
}

// suffering is what users see: the caller, not what broke behind it.
func suffering(i *incident.Incident) string {
	if len(i.Affected) > 0 {
		return affected(i)
	}
	return oneLine(i.Service)
}

func (r Reader) toSupport(l Letter) []Field {
	i := l.Incident
	fields := []Field{{r.say("field.affected"), suffering(i)}}
	if since := began(i); !since.IsZero() {
		fields = append(fields, Field{r.say("field.since"), r.whenZoned(since, l.Now)})
	}
	if who := r.segments(i); who != "" {
		fields = append(fields, Field{r.say("field.whom"), who})
	}
	return fields
}

// symptoms are the users' own words where there are any, else what users must
// be feeling by the measurements, else the title.
func (r Reader) symptoms(i *incident.Incident) string {
	if n := len(i.Reports); n > 0 {
		return "“" + cut(oneLine(i.Reports[n-1].Words), 200) + "”"
	}
	if felt := r.felt(i); felt != "" {
		return felt
	}
	return oneLine(i.Title)
}

// felt says what users must be feeling by the measurements, for those who do
// not read metrics; empty if nothing was found.
func (r Reader) felt(i *incident.Incident) string {
	e := i.EvidenceOf("errors")
	if e == nil || e.State != incident.EvidenceFound {
		return ""
	}
	unit := map[string]string{"errorsUp": "ratio", "slowUp": "seconds"}[e.Code]
	if unit == "" {
		return r.Evidence(e)
	}
	return r.say("felt."+e.Code, r.measured(e.Args, unit, "before", "now")...)
}

// segments are what sets the affected apart: of the reports, the most frequent
// first, else of the failing log lines.
func (r Reader) segments(i *incident.Incident) string {
	count, order := map[string]int{}, []string{}
	for _, rep := range i.Reports {
		if s := oneLine(rep.Segment); s != "" {
			if count[s] == 0 {
				order = append(order, s)
			}
			count[s]++
		}
	}
	if len(order) == 0 {
		return strings.Join(r.apart(i), ", ")
	}
	slices.SortStableFunc(order, func(a, b string) int { return count[b] - count[a] })
	return strings.Join(order[:min(len(order), maxNamed)], "; ")
}

// apart names the attributes that nearly all errors share and most other
// lines do not.
func (r Reader) apart(i *incident.Incident) []string {
	e := i.EvidenceOf("attributes")
	if e == nil {
		return nil
	}
	var parts []string
	for _, a := range e.Apart {
		if !a.Outcome && a.OfErrors >= 0.7 && a.OfErrors >= 1.5*a.OfOthers && len(parts) < maxNamed {
			parts = append(parts, r.say("apart", "what", r.what(a), "share", r.Percent(a.OfErrors)))
		}
	}
	return parts
}

// impact is howBad in the words of felt.
func (r Reader) impact(i *incident.Incident) string {
	felt := r.felt(i)
	switch {
	case felt == "":
		return r.howBad(i)
	case i.ReportCount > 0:
		return r.join([]string{felt, r.countReports(i)})
	}
	return felt
}

func (r Reader) toManagement(l Letter) []Field {
	i := l.Incident
	lead := r.say("notice.noLead")
	if p := i.Roles[incident.Commander]; p.Name != "" {
		lead = oneLine(p.Name)
	}
	fields := []Field{
		{r.say("field.where"), r.where(i)},
		{r.say("field.lead"), lead},
		{r.say("field.state"), r.Status(i.Status)},
	}
	if since := began(i); !since.IsZero() {
		fields = append(fields, Field{r.say("field.since"), r.whenZoned(since, l.Now)})
	}
	return fields
}
