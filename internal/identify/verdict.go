package identify

import (
	"maps"
	"strconv"
	"time"

	"github.com/sigap-dev/sigap/internal/directory"
	"github.com/sigap-dev/sigap/internal/incident"
)

// Known is what a verdict is made from.
type Known struct {
	Incident *incident.Incident
	Service  directory.Service
	Alerts   []*incident.Alert // those whose past is known
	Live     bool              // the evidence on the incident counts too
	Works    *incident.Held    // maintenance of the service that is under way
	Beside   *incident.Held    // maintenance of one that the service calls
	On       string            // that one
	Past     *Past             // of alerts such as these; nil: nothing is known
	Now      time.Time
}

// view is what is known of a candidate at a moment.
func (r *rules) view(i *incident.Incident, alerts []*incident.Alert, now time.Time, live bool) Known {
	k := Known{Incident: i, Service: r.catalog.services[i.Service], Alerts: alerts, Live: live, Past: &r.past, Now: now}
	works := func(service string) *incident.Held {
		return r.windows.Cover(&incident.Signal{Service: service, Environment: i.Environment}, now, incident.Maintenance)
	}
	if i.Service == "" || len(r.windows) == 0 {
		return k
	}
	k.Works = works(i.Service)
	for _, on := range k.Service.DependsOn {
		if k.Beside = works(on); k.Beside != nil {
			k.On = on
			break
		}
	}
	return k
}

// pages reports whether a verdict on a candidate wakes somebody at once: it may
// be SEV1 or SEV2, in production, and enough speaks for it.
func pages(i *incident.Incident, v *incident.Verdict, p incident.Policy) bool {
	return reaches(i, v, p.PageAt)
}

// reaches reports whether a verdict of something major in production comes to a
// score, and no rule has the candidate wait.
func reaches(i *incident.Incident, v *incident.Verdict, score int) bool {
	return v.Production && severityOf(i, v).Major() && v.Score >= score && !quiet(i)
}

// severityOf is the severity by a verdict; one that a person set stands before it.
func severityOf(i *incident.Incident, v *incident.Verdict) incident.Severity {
	if i.SeverityBy != nil {
		return i.Severity
	}
	return v.Severity
}

// judge makes a verdict: each check adds its weight, and says what it found or
// that it could not look.
func judge(k Known, p incident.Policy) incident.Verdict {
	v := incident.Verdict{Live: k.Live, Production: p.Production(k.Incident.Environment)}
	add := func(c incident.Check) {
		if c.Code != "" {
			v.Checks = append(v.Checks, c)
			v.Score += c.Weight
		}
	}
	checks := []func(Known, incident.Policy) incident.Check{production, urgency, sources, past, flaps, reports, maintenance}
	if k.Live {
		checks = append(checks, ownProbe, errorRate, logs)
	}
	for _, check := range checks {
		add(check(k, p))
	}
	for _, c := range rulings(k, p) {
		add(c)
	}
	add(undeciding(rarity(k, p), v.Score, p))
	v.Score = min(100, max(0, v.Score))
	v.Severity = bounded(k.Incident, severity(k, p))
	if !v.Production {
		v.Score = min(v.Score, 20)
		v.Severity = max(v.Severity, incident.SEV3)
	}
	return v
}

func yes(code string, weight int, args ...string) incident.Check {
	return check(code, incident.CheckYes, weight, args)
}
func no(code string, weight int, args ...string) incident.Check {
	return check(code, incident.CheckNo, weight, args)
}
func unknown(code string, args ...string) incident.Check {
	return check(code, incident.CheckUnknown, 0, args)
}

func check(code string, s incident.CheckState, weight int, args []string) incident.Check {
	c := incident.Check{Code: code, State: s, Weight: weight}
	for n := 0; n+1 < len(args); n += 2 {
		if c.Args == nil {
			c.Args = map[string]string{}
		}
		c.Args[args[n]] = args[n+1]
	}
	return c
}

// production: where it hurts and how much hangs on the service. An unknown
// environment counts as production until somebody says otherwise.
func production(k Known, p incident.Policy) incident.Check {
	env := k.Incident.Environment
	if !p.Production(env) {
		return no("notProduction", 0, "environment", env)
	}
	weight := map[int]int{1: 35, 2: 28, 3: 15, 4: 5}[k.Service.Tier]
	switch {
	case k.Service.Tier == 0 && env == "":
		return yes("assumedProduction", 20)
	case k.Service.Tier == 0:
		return yes("production", 20, "environment", env)
	}
	return yes("productionTier", weight, "environment", env, "tier", strconv.Itoa(k.Service.Tier))
}

// urgency: how bad the senders say it is.
func urgency(k Known, p incident.Policy) incident.Check {
	if len(k.Incident.Alerts) == 0 {
		return incident.Check{}
	}
	word, col := worst(k, p)
	return yes([]string{"urgent", "serious", "mild"}[col], []int{30, 15, 0}[col], "word", word)
}

// worst is the gravest word among the alerts that fire, and its urgency.
func worst(k Known, p incident.Policy) (word string, column int) {
	column = 2
	for _, a := range k.Incident.Alerts {
		col := p.Urgency(a.Severity)
		if a.State != incident.AlertResolved && (col < column || word == "") {
			word, column = a.Severity, min(col, column)
		}
	}
	return word, column
}

// sources: how many that know nothing of one another agree.
func sources(k Known, _ incident.Policy) incident.Check {
	names := map[string]bool{}
	for _, a := range k.Incident.Alerts {
		names[a.Source+"/"+a.Sender] = true
	}
	n := len(names)
	if k.Incident.ReportCount > 0 {
		n++
	}
	switch count := strconv.Itoa(n); {
	case n >= 3:
		return yes("sources", 20, "count", count)
	case n == 2:
		return yes("sources", 15, "count", count)
	default:
		return no("oneSource", 0)
	}
}

// past: how the same alerts ended before.
func past(k Known, _ incident.Policy) incident.Check {
	var real, all int
	for _, a := range k.Alerts {
		real += a.WasReal
		all += a.WasReal + a.WasFalse + a.WasEnded
	}
	args := []string{"real", strconv.Itoa(real), "all", strconv.Itoa(all)}
	switch share := float64(real+1) / float64(all+2); {
	case all < 3:
		return incident.Check{}
	case share >= 0.7:
		return yes("wasReal", 10, args...)
	case share <= 0.3:
		return no("wasNoise", -25, args...)
	default:
		return yes("wasMixed", 0, args...)
	}
}

// flaps: whether one of the alerts comes and goes. It weighs nothing: what comes
// and goes hurts too.
func flaps(k Known, _ incident.Policy) incident.Check {
	most := 0
	for _, a := range k.Alerts {
		most = max(most, turns(a, k.Now))
	}
	if most < flapTurns {
		return incident.Check{}
	}
	return no("flapping", 0, "times", strconv.Itoa(most))
}

// reports: what users say.
func reports(k Known, _ incident.Policy) incident.Check {
	n := k.Incident.ReportCount
	switch count := strconv.Itoa(n); {
	case n >= 5:
		return yes("reports", 20, "count", count)
	case n > 0:
		return yes("reports", 10, "count", count)
	case k.Live:
		return no("noReports", 0)
	default:
		return incident.Check{}
	}
}

// maintenance: work that was announced, on the service or on one that it calls.
// It explains and weighs nothing: what reached the candidate no window covers.
func maintenance(k Known, _ incident.Policy) incident.Check {
	said := func(w *incident.Held) []string {
		return []string{"reason", w.Reason, "until", w.Until.UTC().Format(time.RFC3339)}
	}
	switch {
	case k.Works != nil:
		return no("maintenance", 0, said(k.Works)...)
	case k.Beside != nil:
		return no("maintenanceBeside", 0, append(said(k.Beside), "service", k.On)...)
	}
	return incident.Check{}
}

// live words a live check by its evidence.
func live(k Known, name string, found, nothing int) incident.Check {
	e := k.Incident.EvidenceOf(name)
	switch {
	case e == nil || e.State == incident.EvidenceSkipped:
		return unknown(name + "Unknown")
	case e.State == incident.EvidenceFailed:
		c := unknown(name+"Failed", "source", e.Source)
		return c
	case e.State == incident.EvidenceFound:
		args := maps.Clone(e.Args)
		if args == nil {
			args = map[string]string{}
		}
		args["code"] = e.Code // tells failing from waiting
		return incident.Check{Code: name + "Bad", State: incident.CheckYes, Weight: found, Args: args}
	default:
		return incident.Check{Code: name + "Good", State: incident.CheckNo, Weight: nothing, Args: e.Args}
	}
}

func ownProbe(k Known, _ incident.Policy) incident.Check  { return live(k, "probe", 20, -15) }
func errorRate(k Known, _ incident.Policy) incident.Check { return live(k, "errors", 25, -10) }
func logs(k Known, _ incident.Policy) incident.Check      { return live(k, "logs", 10, 0) }

// fewReports is how many reports of users, without any alert, do not yet speak
// of more than a few.
const fewReports = 3

// severity reads the matrix: impact by how much hangs on what hurts, urgency
// by the gravest word, raised when live evidence shows that it hurts.
func severity(k Known, p incident.Policy) incident.Severity {
	i := k.Incident
	impact := row(k.Service.Tier)
	switch {
	case len(i.Alerts) == 0 && i.ReportCount < fewReports:
		impact = 2
	case len(i.Affected) >= 3 || i.ReportCount >= 10:
		impact = 0
	}
	_, col := worst(k, p)
	if len(i.Alerts) == 0 {
		col = 1
	}
	if k.Live {
		if e := i.EvidenceOf("errors"); e != nil && e.State == incident.EvidenceFound && col > 0 {
			col--
		}
	}
	return p.Matrix[impact][col]
}

// row is the row of the matrix by how much hangs on a service; 0 is not known.
func row(tier int) int {
	switch {
	case tier == 1:
		return 0
	case tier >= 3:
		return 2
	}
	return 1
}
