package text

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// figures turns the arguments of a code into the language's own: what is a
// decimal number is written as one, the rest stays as it is.
func (r Reader) figures(args map[string]string) []string {
	out := make([]string, 0, 2*len(args))
	for name, value := range args {
		if f, err := strconv.ParseFloat(value, 64); err == nil && name != "ref" && name != "detail" && name != "change" && name != "template" && name != "word" {
			if name == "factor" && f >= 10 {
				f = math.Round(f) // 63×, not 63.3×
			}
			value = r.Number(f)
		}
		out = append(out, name, oneLine(value))
	}
	return out
}

// measured is figures, with the named ones written in a unit.
func (r Reader) measured(args map[string]string, unit string, names ...string) []string {
	out := r.figures(args)
	for _, name := range names {
		if f, err := strconv.ParseFloat(args[name], 64); err == nil {
			out = append([]string{name, r.Quantity(f, unit)}, out...) // the first of a name counts
		}
	}
	return out
}

// EvidenceName is how a page calls a check of the evidence.
func (r Reader) EvidenceName(check string) string {
	if key := "evidence." + check; r.has(key) {
		return r.say(key)
	}
	return check
}

// Evidence says in one sentence what a check found, or that it could not look.
func (r Reader) Evidence(e *incident.Evidence) string {
	key := "found." + e.Code
	if !r.has(key) {
		return r.say("found." + string(e.State))
	}
	switch e.Code {
	case "errorsUp", "errorsNormal":
		return r.say(key, r.measured(e.Args, "ratio", "before", "now")...)
	case "slowUp", "slowNormal":
		return r.say(key, r.measured(e.Args, "seconds", "before", "now")...)
	case "shifted":
		return r.say(key, r.measured(e.Args, e.Args["unit"], "before", "after")...)
	case "saturated":
		return r.say(key, r.measured(e.Args, "ratio", "value")...)
	case "suspected":
		args := append(r.ago(e.Args), r.figures(e.Args)...)
		if service := e.Args["service"]; service != "" && strings.Contains(e.Args["change"], service) { // it is said already
			args = append([]string{"service", ""}, args...)
		}
		return r.say(key, args...)
	case "suspicion":
		text := cut(oneLine(e.Args["text"]), 160)
		if service := e.Args["service"]; strings.Contains(text, service) { // it is said already
			return r.say(key, "count", e.Args["count"], "text", text)
		}
		return r.say(key, "count", e.Args["count"], "text", text, "service", e.Args["service"])
	case "patterns":
		return r.patterns(e)
	case "explained":
		return r.explained(e)
	case "probeDown":
		return r.say(key, append(r.figures(e.Args), "detail", r.Fault(faultOf(e.Args)))...)
	}
	return r.say(key, r.figures(e.Args)...)
}

// ago words how long before the onset a change began, from seconds or minutes.
func (r Reader) ago(args map[string]string) []string {
	for name, unit := range map[string]time.Duration{"seconds": time.Second, "minutes": time.Minute} {
		if f, err := strconv.ParseFloat(args[name], 64); err == nil {
			d := time.Duration(f * float64(unit))
			if d > 0 {
				return []string{"before", r.Duration(d)}
			}
			return []string{"after", r.Duration(d)}
		}
	}
	return nil
}

// patterns names the kinds of log patterns that there are, and the first one.
func (r Reader) patterns(e *incident.Evidence) string {
	var kinds []string
	for _, kind := range []string{"new", "surging", "stopped"} {
		if n := e.Args[kind]; n != "" && n != "0" {
			kinds = append(kinds, r.say("patterns."+kind, "count", n))
		}
	}
	if len(kinds) == 0 {
		return r.say("found.interesting")
	}
	return r.say("found.patterns", "kinds", upper(r.list(kinds)), "template", cut(oneLine(e.Args["template"]), 120))
}

// explained says what the errors share.
func (r Reader) explained(e *incident.Evidence) string {
	if len(e.Apart) == 0 {
		return r.say("found.interesting")
	}
	a := e.Apart[0]
	return r.say("found.explained", "what", r.what(a), "share", r.Percent(a.OfErrors), "others", r.Percent(a.OfOthers))
}

// what is the properties that an attribute stands for.
func (r Reader) what(a incident.Attribute) string {
	var parts []string
	for _, p := range a.Where {
		parts = append(parts, cut(oneLine(p.Key), 60)+" "+cut(oneLine(p.Value), 80))
	}
	return r.list(parts)
}

// Suspect says what changed in a metric, when, and the reason that decided.
func (r Reader) Suspect(s *incident.Suspect) string {
	change := r.say("suspect.change", "before", r.Quantity(s.Before, s.Unit), "after", r.Quantity(s.After, s.Unit), "at", r.preciseClock(s.At))
	if len(s.Reasons) == 0 {
		return change
	}
	reason := r.reason(s.Reasons[0], s.Unit)
	if code := s.Reasons[0].Code; code == "rose" || code == "fell" { // the same figures
		return r.say("suspect.plain", "reason", reason, "at", r.preciseClock(s.At))
	}
	return r.say("suspect.because", "change", change, "reason", reason)
}

// preciseClock is Clock with seconds: order matters among suspects. Empty for
// the zero time.
func (r Reader) preciseClock(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return r.in(t).Format(r.say("time.precise"))
}

// Reason words one reason of a suspect or of a suspected change.
func (r Reader) Reason(x incident.Reason) string { return r.reason(x, "") }

func (r Reader) reason(x incident.Reason, unit string) string {
	key := "reason." + x.Code
	if !r.has(key) {
		return r.say("reason.unknown")
	}
	args := x.Args
	switch x.Code {
	case "badByItself", "dependencyBad", "newErrors", "changesAreUsual":
		unit = "ratio"
	case "restarted", "trafficSurged", "trafficDropped", "servesTheAffected", "dependencyOf", "versionFails", "largeDiff", "oftenToBlame", "changedAll":
		unit = ""
	case "saturated":
		if args["limit"] == "1" { // a share: how much of it is used says all
			key, unit = key+"Share", "ratio"
		}
	case "certificateEnds", "stoppedReporting":
		if f, err := strconv.ParseFloat(args["seconds"], 64); err == nil && f < 0 {
			key += "Before"
		}
	}
	return r.say(key, append(r.spans(args), r.measured(args, unit, "value", "limit")...)...)
}

// spans words the seconds of a reason.
func (r Reader) spans(args map[string]string) []string {
	f, err := strconv.ParseFloat(args["seconds"], 64)
	if err != nil || f > 1e9 || f < -1e9 {
		return nil
	}
	return []string{"span", r.Duration(time.Duration(f * float64(time.Second)))}
}

// PlotTitle is a plot's title: what Sigap computes has a name in words, a
// metric is called what its source calls it.
func (r Reader) PlotTitle(p incident.Plot) string {
	key := "plot.title"
	if p.Title == "errors" || p.Title == "latency" {
		key = "plot." + p.Title
	}
	return r.say(key, "title", oneLine(p.Title), "service", oneLine(p.Service))
}

// Usual is the label of a plot's usual band.
func (r Reader) Usual() string { return r.say("plot.usual") }
