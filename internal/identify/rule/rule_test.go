package rule

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

func sig(labels ...string) *incident.Signal {
	s := &incident.Signal{Title: "HighErrorRate", Service: "checkout", Environment: "production", Severity: "critical", Labels: map[string]string{}}
	for n := 0; n+1 < len(labels); n += 2 {
		s.Labels[labels[n]] = labels[n+1]
	}
	return s
}

func joinBy(when, key string) Rule {
	return Rule{ID: "r1", Name: "Regions", Does: Join, When: when, Key: key, Minutes: 30}
}

func TestAnAlertIsGroupedByTheFirstRuleThatMatches(t *testing.T) {
	t.Parallel()
	apart := Rule{ID: "r2", Name: "Alone", Does: Apart, When: `labels.alone == "yes"`}
	route := Rule{ID: "r0", Name: "Route", Does: Route, When: "true", Quiet: true}
	for name, c := range map[string]struct {
		rules []Rule
		of    *incident.Signal
		want  *Grouping
	}{
		"no rules":             {nil, sig(), nil},
		"a label":              {[]Rule{joinBy("true", "region")}, sig("region", "eu"), &Grouping{ID: "r1", Name: "Regions", Key: "region eu", Window: 30 * time.Minute}},
		"two labels":           {[]Rule{joinBy("true", "region, service")}, sig("region", "eu"), &Grouping{ID: "r1", Name: "Regions", Key: "region eu, service checkout", Window: 30 * time.Minute}},
		"an unknown function":  {[]Rule{joinBy("true", `labels.host.split("-")[0]`)}, sig("host", "web-1"), nil},
		"a text":               {[]Rule{joinBy("true", `service + "/" + labels.region`)}, sig("region", "eu"), &Grouping{ID: "r1", Name: "Regions", Key: "checkout/eu", Window: 30 * time.Minute}},
		"no such label":        {[]Rule{joinBy("true", "region")}, sig(), nil},
		"no such label in CEL": {[]Rule{joinBy(`labels.region == "eu"`, "service")}, sig(), nil},
		"one of two is enough": {[]Rule{joinBy(`labels.region == "eu" || service == "checkout"`, "service")}, sig(), &Grouping{ID: "r1", Name: "Regions", Key: "service checkout", Window: 30 * time.Minute}},
		"another service":      {[]Rule{joinBy(`service == "cart"`, "service")}, sig(), nil},
		"the first of two":     {[]Rule{apart, joinBy("true", "service")}, sig("alone", "yes"), &Grouping{ID: "r2", Name: "Alone", Apart: true}},
		"the second of two":    {[]Rule{apart, joinBy("true", "service")}, sig(), &Grouping{ID: "r1", Name: "Regions", Key: "service checkout", Window: 30 * time.Minute}},
		"routing groups not":   {[]Rule{route}, sig(), nil},
	} {
		got := Compile(c.rules).Group(c.of)
		if (got == nil) != (c.want == nil) || got != nil && *got != *c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

func TestAnAlertIsRoutedByTheFirstRuleThatIsOn(t *testing.T) {
	t.Parallel()
	off := Rule{ID: "r1", Name: "Off", Does: Route, When: "true", Service: "cart", Off: true}
	on := Rule{ID: "r2", Name: "On", Does: Route, When: `title.startsWith("High")`, Service: "payment", AtMost: incident.SEV2, AtLeast: incident.SEV3, Quiet: true}
	got := Compile([]Rule{off, on}).Route(sig())
	if want := (incident.Ruled{Rule: "r2", Name: "On", Service: "payment", AtMost: incident.SEV2, AtLeast: incident.SEV3, Quiet: true}); got == nil || *got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := Compile([]Rule{off}).Route(sig()); got != nil {
		t.Errorf("a rule that is off decided %+v", got)
	}
}

func TestARuleThatCannotBeNamesTheField(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		rule  Rule
		field string
	}{
		"no name":             {Rule{Does: Apart, When: "true"}, "name"},
		"no condition":        {Rule{Name: "x", Does: Apart}, "when"},
		"no such field":       {Rule{Name: "x", Does: Apart, When: `colour == "red"`}, "when"},
		"no truth":            {Rule{Name: "x", Does: Apart, When: "service"}, "when"},
		"too long":            {Rule{Name: "x", Does: Apart, When: strings.Repeat("!", 1000) + "true"}, "when"},
		"too deep":            {Rule{Name: "x", Does: Apart, When: strings.Repeat("(", 500) + "true" + strings.Repeat(")", 500)}, "when"},
		"no key":              {Rule{Name: "x", Does: Join, When: "true", Minutes: 5}, "key"},
		"a key of no text":    {Rule{Name: "x", Does: Join, When: "true", Minutes: 5, Key: "1 + 1"}, "key"},
		"no window":           {joinBy("true", "region").with(func(r *Rule) { r.Minutes = 0 }), "minutes"},
		"nothing done":        {Rule{Name: "x", Does: Route, When: "true"}, "service"},
		"bounds crossed":      {Rule{Name: "x", Does: Route, When: "true", AtMost: 3, AtLeast: 2}, "atLeast"},
		"no such severity":    {Rule{Name: "x", Does: Route, When: "true", AtMost: 7}, "atMost"},
		"nothing of its kind": {Rule{Name: "x", Does: "drop", When: "true"}, "does"},
	} {
		err := c.rule.Validate()
		if !incident.Is(err, incident.Invalid) || !strings.Contains(fieldOf(err), c.field) {
			t.Errorf("%s: %v, want the field %s", name, err, c.field)
		}
	}
}

func (r Rule) with(change func(*Rule)) Rule { change(&r); return r }

func TestAnExpressionThatCostsTooMuchIsNoMatchAndSaysSo(t *testing.T) {
	t.Parallel()
	dear := `labels.all(a, labels.all(b, labels.all(c, a + b + c != "")))`
	s := sig()
	for _, a := range strings.Fields("a b c d e f g h i j k l m n o p q r s t u v w x y z") {
		s.Labels[a] = a
	}
	set := Compile([]Rule{{ID: "r1", Name: "Dear", Does: Apart, When: dear}, joinBy("true", "service")})
	if g := set.Group(s); g == nil || g.ID != "r1" || g.Apart {
		t.Errorf("the next rule was not asked: %+v", g)
	}
	if st := set.Take()["r1"]; !strings.Contains(st.Error, "cost") {
		t.Errorf("it says %q", st.Error)
	}
	if left := set.Take(); len(left) != 0 {
		t.Errorf("taken twice: %v", left)
	}
}

func TestWhatBecameOfARuleIsCounted(t *testing.T) {
	t.Parallel()
	set, at := &Set{}, time.Date(2027, 3, 2, 2, 0, 0, 0, time.UTC)
	set.Matched("r1", at)
	set.Matched("r1", at.Add(time.Minute))
	if st := set.Take()["r1"]; st.Matched != 2 || !st.MatchedAt.Equal(at.Add(time.Minute)) {
		t.Errorf("got %+v", st)
	}
}

// Whatever somebody writes into a rule, asking it ends soon and as an answer.
func FuzzRule(f *testing.F) {
	f.Add(`service == "checkout"`, "region")
	f.Add(`labels.exists(k, labels[k].matches("(a+)+$"))`, `service + title`)
	f.Add(`has(labels.region) ? labels.region in ["eu"] : severity != ""`, `string(size(title))`)
	f.Add(`[1, 2].all(x, x > 0) && duration("1h") > duration("1m")`, "a, b")
	f.Add("\x00(", "")
	s := sig("region", "eu", "host", strings.Repeat("a", 200))
	f.Fuzz(func(t *testing.T, when, key string) {
		r := joinBy(when, key)
		if err := r.Validate(); err != nil {
			if fieldOf(err) == "" {
				t.Errorf("no field is named: %v", err)
			}
			return
		}
		Compile([]Rule{r}).Group(s)
	})
}

func fieldOf(err error) string {
	if e, ok := errors.AsType[*incident.Error](err); ok {
		return e.Field
	}
	return ""
}
