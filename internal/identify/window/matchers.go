package window

import (
	"maps"
	"slices"
	"strconv"

	"github.com/sigap-dev/sigap/internal/identify/intake"
	"github.com/sigap-dev/sigap/internal/incident"
)

const (
	maxMatchers = 20
	maxMatcher  = 500 // characters; with RE2's own limit on repetition this bounds what one costs
)

// matchers are a window's conditions, all of which must be met.
type matchers []intake.Matcher

// readMatchers reads a window's conditions. At least one must not be met by an
// alert without that label, so that no window holds everything.
func readMatchers(all []string) (matchers, error) {
	if len(all) == 0 || len(all) > maxMatchers {
		return nil, incident.FieldError("matchers", "Name 1 to %d conditions, such as service=checkout.", maxMatchers)
	}
	out, narrow := make(matchers, 0, len(all)), false
	for _, s := range all {
		if len(s) > maxMatcher {
			return nil, incident.FieldError("matchers", "A condition has at most %d characters.", maxMatcher)
		}
		m, err := intake.ParseMatcher(s)
		if err != nil {
			return nil, incident.FieldError("matchers", "%s", err)
		}
		narrow = narrow || !m.Matches(nil)
		out = append(out, m)
	}
	if !narrow {
		return nil, incident.FieldError("matchers", "These conditions hold every alert that names nothing. Add one such as service=checkout.")
	}
	return out, nil
}

func (all matchers) match(labels map[string]string) bool {
	for _, m := range all {
		if !m.Matches(labels) {
			return false
		}
	}
	return true
}

// labelsOf is what matchers look at: the sender's labels, and above them what
// Sigap read from the signal.
func labelsOf(s *incident.Signal) map[string]string {
	labels := make(map[string]string, len(s.Labels)+6)
	maps.Copy(labels, s.Labels)
	maps.Copy(labels, map[string]string{"service": s.Service, "environment": s.Environment, "severity": s.Severity, "title": s.Title, "source": s.Source, "sender": s.Sender})
	return labels
}

// Is is the matcher of a value, whatever characters it has.
func Is(name, value string) string { return name + "=" + strconv.Quote(value) }

// For gives the conditions that a window for an alert begins with: this alert of
// this service. The others hold for it too and would narrow them.
func For(s *incident.Signal) (conditions, others []string) {
	labels := labelsOf(s)
	what := "title"
	if labels["alertname"] != "" {
		what = "alertname" // a title may hold a figure that is another one next time
	}
	first := []string{what, "service", "environment"}
	for n, name := range append(first, slices.Sorted(maps.Keys(labels))...) {
		m := Is(name, labels[name])
		switch {
		case labels[name] == "" || len(m) > maxMatcher:
		case n < len(first):
			conditions = append(conditions, m)
		case !slices.Contains(first, name) && name != "title" && len(others) < maxMatchers:
			others = append(others, m)
		}
	}
	return conditions, others
}
