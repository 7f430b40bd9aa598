package intake

import (
	"errors"
	"regexp"
	"strings"

	"github.com/sigap-dev/sigap/internal/incident"
)

// parseDatadog reads Datadog's webhook. Its body is the user's template: the
// one in docs/integrations/datadog.md, or Datadog's own when there is none.
// Contract: Datadog documentation, "Webhooks".
//
// An alert is $ALERT_CYCLE_KEY, which links what happens from trigger to
// recovery; without it, as in Datadog's own template, it is the title less the
// state that stands before it in brackets.
func parseDatadog(req Request) (Batch, error) {
	all, err := entries(req)
	if err != nil {
		return Batch{}, err
	}
	var batch Batch
	for i, f := range all {
		if f == nil {
			batch.reject(i, errors.New("not an object: use the template of this integration"))
			continue
		}
		batch.addSignal(i, datadogSignal(f), req.Now)
	}
	return batch, nil
}

func datadogSignal(f *fields) incident.Signal {
	get := func(names ...string) string {
		v := f.take(names...)
		if strings.HasPrefix(v, "$") && strings.ToUpper(v) == v {
			return "" // a variable that Datadog did not know
		}
		return v
	}
	title := get("title", "eventtitle", "alerttitle")
	state, name := datadogTitle(title)
	s := incident.Signal{
		Source:      "datadog",
		Title:       name,
		Identity:    get("alertcyclekey", "cyclekey", "aggregkey"),
		State:       datadogState(firstOf(get("alerttransition", "transition"), state)),
		Description: strings.Trim(get("textonlymsg", "eventmsg", "message", "body"), "% \n"),
		Severity:    get("alertpriority", "priority"),
		StartedAt:   parseTime(get("date", "lastupdated", "dateposix")),
		URL:         get("link", "url"),
		Value:       get("value"),
		Labels:      map[string]string{},
	}
	s.Severity = firstOf(s.Severity, get("alerttype", "type"))
	for _, name := range [...]string{"tags", "alertscope", "scope"} {
		tags(s.Labels, quote(get(name)))
	}
	for name, value := range map[string]string{"host": get("hostname", "host"), "monitor_id": get("alertid", "id"), "metric": get("alertmetric", "metric"), "query": get("alertquery", "query")} {
		if value != "" && s.Labels[name] == "" {
			s.Labels[name] = value
		}
	}
	if s.Identity == "" && name != "" {
		s.Identity = hashOf("datadog", name, s.Labels["host"])
	}
	addLink(&s, "snapshot", get("snapshot"))
	if s.State == incident.Resolved {
		s.StartedAt, s.EndedAt = s.EndedAt, s.StartedAt
	}
	return s
}

// datadogTitle parts "[P1] [Triggered on {host:web-1}] CPU is high" into what
// is said of the state and the monitor's own title.
func datadogTitle(title string) (state, name string) {
	name = title
	for range 4 { // there are two at most
		m := datadogBracket.FindStringSubmatch(name)
		if m == nil {
			break
		}
		if !strings.HasPrefix(m[1], "P") || len(m[1]) != 2 {
			state, _, _ = strings.Cut(m[1], " on ")
		}
		name = name[len(m[0]):]
	}
	return state, firstOf(name, title)
}

var datadogBracket = regexp.MustCompile(`^\s*\[([^\]]*)\]\s*`)

// datadogState reads $ALERT_TRANSITION: Triggered, Re-Triggered, Warn, No Data
// and their like fire; only a recovery ends.
func datadogState(transition string) incident.SignalState {
	if strings.EqualFold(transition, "Recovered") || strings.EqualFold(transition, "OK") {
		return incident.Resolved
	}
	return incident.Firing
}
