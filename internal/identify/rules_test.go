package identify

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/identify/rule"
	"github.com/sigap-dev/sigap/internal/incident"
)

// ruled writes a rule of the team.
func (w *world) ruled(r rule.Rule) *rule.Kept {
	w.t.Helper()
	r.Name = "Ours"
	if r.When == "" {
		r.When = "true"
	}
	kept, err := w.service.PutRule(w.t.Context(), r)
	w.must(err)
	return kept
}

// in is the alert with a label.
func in(s incident.Signal, name, value string) incident.Signal {
	s.Labels = map[string]string{name: value}
	return s
}

func TestARuleJoinsStrangersByItsKeyWithinItsWindow(t *testing.T) {
	t.Parallel()
	first := in(alert("a", "payment", "critical"), "region", "eu")
	second := in(alert("b", "search", "critical"), "region", "eu")
	staging := second
	staging.Environment = "staging"
	for name, c := range map[string]struct {
		second incident.Signal
		after  time.Duration
		joins  bool
	}{
		"the same key":    {second, time.Minute, true},
		"the window ends": {second, 40 * time.Minute, true},
		"it is over":      {second, 41 * time.Minute, false},
		"another key":     {in(second, "region", "us"), time.Minute, false},
		"no key":          {alert("b", "search", "critical"), time.Minute, false},
		"of staging":      {staging, time.Minute, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onBoth(t, func(t *testing.T, w *world) {
				w.ruled(rule.Rule{Does: rule.Join, Key: "region", Minutes: 40})
				w.accept(first)
				w.clock.Turn(c.after)
				w.accept(c.second)
				if !c.joins {
					if all := w.all(); len(all) != 2 {
						t.Errorf("%d candidates, want two of their own", len(all))
					}
					return
				}
				i := w.one()
				if j := i.Alerts[1]; j.Why != incident.ByRule || j.With != "Ours: region eu" {
					t.Errorf("it joined as %+v", j)
				}
				w.verified()
			})
		})
	}
}

func TestAStormOfOneKeyIsOneCandidateAtOnce(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	w.ruled(rule.Rule{Does: rule.Join, Key: "region", Minutes: 10})
	var storm []incident.Signal
	for _, service := range []string{"a", "b", "c", "d", "e", "f", "g"} {
		storm = append(storm, in(alert(service, service, "critical"), "region", "eu"))
	}
	last := in(alert("late", "h", "critical"), "region", "us")
	last.Service = "a" // it joins by its service, behind the few that the record tells of, and brings another key along
	w.accept(append(storm, last)...)
	w.accept(in(alert("later", "z", "critical"), "region", "us"))
	if i := w.one(); !slices.ContainsFunc(i.Alerts, func(a incident.JoinedAlert) bool { return a.Title == "later on z" && a.Why == incident.ByRule }) {
		t.Errorf("what joins by the key of a storm's tail: %+v", i.Alerts)
	}
}

func TestWhatARuleKeepsApartJoinsNothingAndNothingJoinsIt(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	w.ruled(rule.Rule{Does: rule.Apart, When: `title.contains("disk")`})
	w.accept(alert("a", "payment", "critical"))
	w.accept(alert("disk", "payment", "critical"))
	w.accept(alert("c", "payment", "critical"))
	all := w.all()
	if len(all) != 2 || len(all[0].Alerts) != 2 || len(all[1].Alerts) != 1 || all[1].Alerts[0].Why != incident.OnItsOwn {
		t.Fatalf("got %s", titles(all))
	}
	w.accept(resolved(alert("disk", "payment", "critical")))
	w.accept(alert("disk", "payment", "critical"))
	if n := len(w.all()); n != 2 {
		t.Errorf("back at once it made %d candidates, want its own again", n)
	}
}

func TestARuleGivesAnAlertToAnotherService(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	w.catalog("payment", 1)
	w.ruled(rule.Rule{Does: rule.Route, When: `service == "gateway"`, Service: "payment"})
	w.accept(alert("a", "payment", "critical"))
	w.accept(alert("b", "gateway", "critical"))
	i := w.one()
	if j := i.Alerts[1]; j.Service != "payment" || j.Why != incident.SameService || j.Ruled == nil || j.Ruled.From != "gateway" {
		t.Errorf("it joined as %+v", j)
	}
	w.accept(resolved(alert("b", "gateway", "critical")), resolved(alert("a", "payment", "critical")))
	if i := w.one(); i.Firing() != 0 {
		t.Errorf("%d fire after both ended", i.Firing())
	}
	if _, err := w.service.PutRule(t.Context(), rule.Rule{Name: "x", Does: rule.Route, When: "true", Service: "nobody's"}); !incident.Is(err, incident.Invalid) {
		t.Errorf("a service that is not there: %v", err)
	}
}

func TestARuleBoundsTheSeverityAndNamesItself(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		rule  rule.Rule
		word  string
		want  incident.Severity
		pages int
	}{
		"none":       {rule.Rule{Does: rule.Route, When: "false", Quiet: true}, "critical", incident.SEV1, 1},
		"at most":    {rule.Rule{Does: rule.Route, AtMost: incident.SEV3}, "critical", incident.SEV3, 0},
		"milder yet": {rule.Rule{Does: rule.Route, AtMost: incident.SEV2}, "info", incident.SEV3, 0},
		"at least":   {rule.Rule{Does: rule.Route, AtLeast: incident.SEV2}, "info", incident.SEV2, 1},
		"quiet":      {rule.Rule{Does: rule.Route, Quiet: true}, "critical", incident.SEV1, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := onSQLite(t)
			w.ruled(c.rule)
			w.accept(alert("a", "payment", c.word))
			i := w.one()
			if i.Severity != c.want || w.pages() != c.pages {
				t.Errorf("%s and %d pages, want %s and %d", i.Severity, w.pages(), c.want, c.pages)
			}
			named := slices.ContainsFunc(i.Verdict.Checks, func(k incident.Check) bool { return k.Args["rule"] == "Ours" })
			if named != (name != "none") {
				t.Errorf("the rule is named: %t, in %+v", named, i.Verdict.Checks)
			}
			w.turn(time.Hour)
			if i := w.one(); c.rule.Quiet && c.rule.When == "" && i.Status != incident.Triage {
				t.Errorf("nobody was asked, and it is %s", i.Status)
			}
		})
	}
}

// A rule that makes little of one alert takes nothing from another, wherever
// it stands among them.
func TestAMildAlertNeverHidesAGraveOne(t *testing.T) {
	t.Parallel()
	for name, mild := range map[string]rule.Rule{"quiet": {Quiet: true}, "at most": {AtMost: incident.SEV4}} {
		for _, many := range []int{1, 8, 250} {
			t.Run(fmt.Sprint(name, " ", many), func(t *testing.T) {
				t.Parallel()
				w, mild := onSQLite(t), mild
				mild.Does, mild.When = rule.Route, `labels.mild == "yes"`
				w.ruled(mild)
				var batch []incident.Signal
				for n := range many {
					s := in(alert(string(rune('a'+n)), "payment", "critical"), "mild", "yes")
					if batch = append(batch, s); many > 200 { // one at a time, so that they fill the record
						w.accept(s)
						batch = nil
					}
				}
				w.accept(append(batch, alert("grave", "payment", "critical"))...)
				if i := w.one(); w.pages() != 1 || i.Severity != incident.SEV1 {
					t.Errorf("among %d: %d pages, %s", many, w.pages(), i.Severity)
				}
				w.verified()
			})
		}
	}
}

func TestWhatBecameOfARuleIsKeptWithIt(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		a := w.ruled(rule.Rule{Does: rule.Join, When: `int(severity) > 3`, Key: "service", Minutes: 5})
		b := w.ruled(rule.Rule{Does: rule.Join, Key: "service", Minutes: 5})
		w.accept(alert("a", "payment", "critical"))
		w.service.noteRules(t.Context())
		rules, err := w.service.Rules(t.Context())
		w.must(err)
		if rules[0].Error == "" || rules[0].Matched != 0 || rules[1].Matched != 1 || rules[1].Error != "" || !rules[1].MatchedAt.Equal(w.clock.Now()) {
			t.Errorf("got %+v", rules)
		}
		w.must(w.service.OrderRules(t.Context(), []string{b.ID, a.ID}))
		if err := w.service.OrderRules(t.Context(), []string{b.ID}); !incident.Is(err, incident.Conflict) {
			t.Errorf("an order of some: %v", err)
		}
		a.When = "false"
		_, err = w.service.PutRule(t.Context(), a.Rule)
		w.must(err)
		rules, err = w.service.Rules(t.Context())
		w.must(err)
		if rules[0].ID != b.ID || rules[1].ID != a.ID || rules[1].Error != "" {
			t.Errorf("in another order and mended: %+v", rules)
		}
		w.must(w.service.RemoveRule(t.Context(), a.ID))
		if rules, _ = w.service.Rules(t.Context()); len(rules) != 1 {
			t.Errorf("after one was removed there are %d", len(rules))
		}
	})
}
