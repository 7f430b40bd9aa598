package intake

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Matcher is a condition on one label, as in Alertmanager's filters and
// silences. An absent label is the empty value.
type Matcher struct {
	Name    string `json:"name"`
	Value   string `json:"value"`
	IsRegex bool   `json:"isRegex"`
	IsEqual bool   `json:"isEqual"`

	pattern *regexp.Regexp // of a regular expression, anchored at both ends
}

// ParseMatcher reads a filter as amtool and Grafana send it: severity="critical",
// job!=api, instance=~"web-.*", env!~"dev|test".
func ParseMatcher(s string) (Matcher, error) {
	at := strings.IndexAny(s, "=!")
	if at <= 0 {
		return Matcher{}, fmt.Errorf("matcher %q: expected name=value, name!=value, name=~regex or name!~regex", s)
	}
	m := Matcher{Name: strings.Trim(strings.TrimSpace(s[:at]), `"`)}
	value := s[at:]
	switch {
	case strings.HasPrefix(value, "=~"):
		m.IsEqual, m.IsRegex, value = true, true, value[2:]
	case strings.HasPrefix(value, "!~"):
		m.IsRegex, value = true, value[2:]
	case strings.HasPrefix(value, "!="):
		value = value[2:]
	case strings.HasPrefix(value, "="):
		m.IsEqual, value = true, value[1:]
	default:
		return Matcher{}, fmt.Errorf("matcher %q: %q is no operator", s, value[:1])
	}
	value = strings.TrimSpace(value)
	if strings.HasPrefix(value, `"`) {
		unquoted, err := strconv.Unquote(value)
		if err != nil {
			return Matcher{}, fmt.Errorf("matcher %q: reading the quoted value: %w", s, err)
		}
		value = unquoted
	}
	m.Value = value
	return m, m.compile()
}

// UnmarshalJSON reads a silence's matcher, in which isEqual is true if absent.
func (m *Matcher) UnmarshalJSON(b []byte) error {
	type plain Matcher
	read := plain{IsEqual: true}
	if err := json.Unmarshal(b, &read); err != nil {
		return err
	}
	*m = Matcher(read)
	return m.compile()
}

// compile prepares the pattern of a regular expression.
func (m *Matcher) compile() error {
	if !m.IsRegex {
		return nil
	}
	pattern, err := regexp.Compile("^(?:" + m.Value + ")$")
	if err != nil {
		return fmt.Errorf("matcher on %s: %w", m.Name, err)
	}
	m.pattern = pattern
	return nil
}

// Matches says whether a label set meets the condition.
func (m Matcher) Matches(labels map[string]string) bool {
	value := labels[m.Name]
	if m.pattern != nil {
		return m.pattern.MatchString(value) == m.IsEqual
	}
	return (value == m.Value) == m.IsEqual
}

func matchAll(matchers []Matcher, labels map[string]string) bool {
	for _, m := range matchers {
		if !m.Matches(labels) {
			return false
		}
	}
	return true
}
