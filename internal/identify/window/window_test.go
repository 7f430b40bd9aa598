package window

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

var monday = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)

func silence(matchers ...string) Window {
	return Window{ID: "w", Kind: incident.Silence, Matchers: matchers, From: monday, Until: monday.Add(time.Hour), Reason: "we know"}
}

func TestAWindowCoversWhatMeetsAllOfItsMatchers(t *testing.T) {
	t.Parallel()
	s := incident.Signal{Service: "checkout", Environment: "production", Severity: "critical", Title: "ServiceDown", Labels: map[string]string{"instance": "web-7", "service": "other"}}
	for name, c := range map[string]struct {
		matchers []string
		covers   bool
	}{
		"the service":                      {[]string{"service=checkout"}, true},
		"another service":                  {[]string{"service=payment"}, false},
		"what Sigap read, not the label":   {[]string{"service=other"}, false},
		"service and environment":          {[]string{"service=checkout", "environment=production"}, true},
		"one of two is not met":            {[]string{"service=checkout", "environment=staging"}, false},
		"a label by a pattern":             {[]string{"instance=~web-.*"}, true},
		"a pattern meets the whole value":  {[]string{"instance=~web"}, false},
		"not equal":                        {[]string{"service=checkout", "instance!=web-8"}, true},
		"a label that it lacks is empty":   {[]string{"service=checkout", "rack="}, true},
		"a label that it lacks is unequal": {[]string{"rack=7"}, false},
		"a quoted value":                   {[]string{`title="ServiceDown"`}, true},
	} {
		if got := Compile([]Window{silence(c.matchers...)}).Cover(&s, monday, ""); (got != nil) != c.covers {
			t.Errorf("%s: covered is %v", name, got)
		}
	}
}

func TestAWindowHoldsFromItsBeginningUntilItsEnd(t *testing.T) {
	t.Parallel()
	set := Compile([]Window{silence("service=checkout")})
	for at, want := range map[time.Duration]bool{-time.Nanosecond: false, 0: true, time.Hour - time.Nanosecond: true, time.Hour: false} {
		if got := set.Cover(&incident.Signal{Service: "checkout"}, monday.Add(at), ""); (got != nil) != want {
			t.Errorf("at %s: %v", at, got)
		}
	}
}

func TestOfSeveralWindowsTheOneThatEndsLastSaysUntilWhen(t *testing.T) {
	t.Parallel()
	long, works := silence("service=checkout"), silence("service=checkout")
	long.ID, long.Until = "long", monday.Add(3*time.Hour)
	works.ID, works.Kind, works.Until = "works", incident.Maintenance, monday.Add(2*time.Hour)
	set := Compile([]Window{silence("service=checkout"), long, works})
	s := incident.Signal{Service: "checkout"}
	if got := set.Cover(&s, monday, ""); got.Window != "long" || !got.Until.Equal(long.Until) || got.Reason != "we know" {
		t.Errorf("held by %+v", got)
	}
	if got := set.Cover(&s, monday, incident.Maintenance); got.Window != "works" {
		t.Errorf("maintenance is %+v", got)
	}
}

func TestAWindowThatCannotBeIsRefusedByItsField(t *testing.T) {
	t.Parallel()
	for field, spoil := range map[string]func(*Window){
		"kind":        func(w *Window) { w.Kind = "nap" },
		"reason":      func(w *Window) { w.Reason = "" },
		"until":       func(w *Window) { w.Until = time.Time{} },
		"until ":      func(w *Window) { w.Until = w.From },
		"until  ":     func(w *Window) { w.Until = w.From.AddDate(2, 0, 0) },
		"matchers":    func(w *Window) { w.Matchers = nil },
		"matchers ":   func(w *Window) { w.Matchers = []string{"service=~("} },
		"matchers  ":  func(w *Window) { w.Matchers = []string{"service=~.*", "rack="} },
		"matchers   ": func(w *Window) { w.Matchers = []string{"service=" + strings.Repeat("x", maxMatcher)} },
		"weekly.zone": func(w *Window) { w.Weekly = &Weekly{Zone: "Mars", Days: []int{1}, From: "01:00", To: "02:00"} },
		"weekly.days": func(w *Window) { w.Weekly = &Weekly{Zone: "UTC", Days: []int{7}, From: "01:00", To: "02:00"} },
		"weekly.to":   func(w *Window) { w.Weekly = &Weekly{Zone: "UTC", Days: []int{1}, From: "01:00", To: "25:00"} },
		"weekly.to ": func(w *Window) {
			w.Weekly = &Weekly{Zone: "UTC", Days: []int{0, 1, 2, 3, 4, 5, 6}, From: "01:00", To: "01:00"}
		},
	} {
		w := silence("service=checkout")
		spoil(&w)
		e, ok := w.Validate().(*incident.Error)
		if !ok || e.Field != strings.TrimSpace(field) {
			t.Errorf("%s: %v", field, e)
		}
	}
	w := silence("service=checkout")
	if err := w.Validate(); err != nil {
		t.Error(err)
	}
}

func TestAResponderSilencesForADayAtMost(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*Window)
		right  incident.Right
		may    bool
	}{
		"a responder, a day":             {func(w *Window) { w.Until = w.From.Add(24 * time.Hour) }, incident.Responder, true},
		"a responder, longer":            {func(w *Window) { w.Until = w.From.Add(24*time.Hour + time.Second) }, incident.Responder, false},
		"a responder, maintenance":       {func(w *Window) { w.Kind = incident.Maintenance }, incident.Responder, false},
		"a responder, each week":         {func(w *Window) { w.Weekly = &Weekly{} }, incident.Responder, false},
		"a viewer":                       {func(*Window) {}, incident.Viewer, false},
		"a manager, maintenance, weekly": {func(w *Window) { w.Kind, w.Weekly = incident.Maintenance, &Weekly{} }, incident.Manager, true},
	} {
		w := silence("service=checkout")
		c.change(&w)
		if err := w.MayMake(incident.Actor{Right: c.right}); (err == nil) != c.may {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAWeeklyWindowGoesByTheClockOnTheWall(t *testing.T) {
	t.Parallel()
	// Berlin leaves out 02:00 to 03:00 on 29 March 2026 and has it twice on 25 October, both Sundays.
	for name, c := range map[string]struct {
		weekly Weekly
		at     string
		until  string // empty: it does not hold
	}{
		"within":                          {Weekly{"Asia/Jakarta", []int{2}, "02:00", "04:00"}, "2026-03-02T19:00:00Z", "2026-03-02T21:00:00Z"},
		"another day":                     {Weekly{"Asia/Jakarta", []int{1}, "02:00", "04:00"}, "2026-03-02T19:00:00Z", ""},
		"over midnight":                   {Weekly{"UTC", []int{1}, "23:00", "01:00"}, "2026-03-03T00:30:00Z", "2026-03-03T01:00:00Z"},
		"a whole day":                     {Weekly{"UTC", []int{1}, "00:00", "00:00"}, "2026-03-02T23:59:00Z", "2026-03-03T00:00:00Z"},
		"just over":                       {Weekly{"UTC", []int{1}, "09:00", "10:00"}, "2026-03-02T10:00:00Z", ""},
		"winter":                          {Weekly{"Europe/Berlin", []int{0}, "04:00", "05:00"}, "2026-03-22T03:30:00Z", "2026-03-22T04:00:00Z"},
		"summer":                          {Weekly{"Europe/Berlin", []int{0}, "04:00", "05:00"}, "2026-03-29T02:30:00Z", "2026-03-29T03:00:00Z"},
		"it begins in the gap":            {Weekly{"Europe/Berlin", []int{0}, "02:30", "04:00"}, "2026-03-29T01:00:00Z", "2026-03-29T02:00:00Z"},
		"before the gap it has not begun": {Weekly{"Europe/Berlin", []int{0}, "02:30", "04:00"}, "2026-03-29T00:59:59Z", ""},
		"it ends in the gap":              {Weekly{"Europe/Berlin", []int{0}, "01:00", "02:30"}, "2026-03-29T00:30:00Z", "2026-03-29T01:00:00Z"},
		"the first of two 02:30":          {Weekly{"Europe/Berlin", []int{0}, "02:30", "02:45"}, "2026-10-25T00:30:00Z", "2026-10-25T01:45:00Z"},
		"between the two 02:30":           {Weekly{"Europe/Berlin", []int{0}, "02:30", "02:45"}, "2026-10-25T01:10:00Z", "2026-10-25T01:45:00Z"},
		"after the second":                {Weekly{"Europe/Berlin", []int{0}, "02:30", "02:45"}, "2026-10-25T01:45:00Z", ""},
		"half an hour's leap":             {Weekly{"Australia/Lord_Howe", []int{0}, "02:15", "03:00"}, "2026-10-03T15:30:00Z", "2026-10-03T16:00:00Z"},
	} {
		at, err := time.Parse(time.RFC3339, c.at)
		if err != nil {
			t.Fatal(err)
		}
		week, err := c.weekly.read()
		if err != nil {
			t.Fatal(err)
		}
		span := week.span(at)
		if got := span.Until.Format(time.RFC3339); span.Holds(at) != (c.until != "") || span.Holds(at) && got != c.until {
			t.Errorf("%s: holds %v until %s", name, span.Holds(at), got)
		}
	}
}

func TestTheNextTimeOfAWindowIsKnownUntilItIsOver(t *testing.T) {
	t.Parallel()
	once := silence("service=checkout")
	once.From = monday.Add(time.Hour)
	once.Until = monday.Add(2 * time.Hour)
	weekly := silence("service=checkout")
	weekly.From, weekly.Until = monday, monday.AddDate(0, 0, 10)
	weekly.Weekly = &Weekly{"UTC", []int{1, 4}, "09:30", "11:00"} // under way when it is made, Monday at 10:00
	for name, c := range map[string]struct {
		w  Window
		at time.Time
		is string // empty: it is over
	}{
		"once, before":             {once, monday, "Mon 11:00 to Mon 12:00"},
		"once, under way":          {once, monday.Add(90 * time.Minute), "Mon 11:00 to Mon 12:00"},
		"once, over":               {once, monday.Add(2 * time.Hour), ""},
		"not before it was made":   {weekly, monday.Add(-time.Hour), "Mon 10:00 to Mon 11:00"},
		"weekly, under way":        {weekly, monday, "Mon 10:00 to Mon 11:00"},
		"weekly, between two":      {weekly, monday.Add(time.Hour), "Thu 09:30 to Thu 11:00"},
		"weekly, the week after":   {weekly, monday.AddDate(0, 0, 4), "Mon 09:30 to Mon 11:00"},
		"the last is cut off":      {weekly, monday.AddDate(0, 0, 9), "Thu 09:30 to Thu 10:00"},
		"weekly, the last is over": {weekly, monday.AddDate(0, 0, 10), ""},
	} {
		s, ok := c.w.Next(c.at)
		got := ""
		if ok {
			got = s.From.Format("Mon 15:04") + " to " + s.Until.Format("Mon 15:04")
		}
		if got != c.is {
			t.Errorf("%s: %q, want %q", name, got, c.is)
		}
	}
}

func TestOfAWeeklyWindowOneTimeCanBeLeftOut(t *testing.T) {
	t.Parallel()
	w := silence("service=checkout")
	w.Until, w.Weekly = time.Time{}, &Weekly{"UTC", []int{1}, "09:00", "11:00"}
	if err := w.End(monday, incident.Person{Name: "Rina"}, true); err != nil {
		t.Fatal(err)
	}
	if s, ok := w.Next(monday); !ok || !s.From.Equal(monday.AddDate(0, 0, 7).Add(-time.Hour)) || w.EndedBy != nil {
		t.Errorf("it holds next from %s, ended by %v", s.From, w.EndedBy)
	}
	if err := w.End(monday, incident.Person{Name: "Rina"}, false); err != nil || w.EndedBy == nil {
		t.Errorf("ended by %v: %v", w.EndedBy, err)
	}
	if err := w.End(monday, incident.Person{Name: "Rina"}, true); err == nil {
		t.Error("what is over is ended once more")
	}
}

func TestTheConditionsForAnAlertCoverIt(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]incident.Signal{
		"of a Prometheus": {Title: "5.3 % of checkouts fail", Service: "checkout", Environment: "production", Labels: map[string]string{"alertname": "HighErrorRate", "instance": "web-7"}},
		"of a script":     {Title: `disk "C:\" is full, ≥ 90 %`},
		"endless words":   {Title: strings.Repeat("x", 2*maxMatcher), Service: "checkout", Labels: map[string]string{"alertname": strings.Repeat("y", maxMatcher)}},
	} {
		conditions, others := For(&s)
		if Compile([]Window{silence(conditions...)}).Cover(&s, monday, "") == nil {
			t.Errorf("%s: %v", name, conditions)
		}
		if Compile([]Window{silence(append(conditions, others...)...)}).Cover(&s, monday, "") == nil {
			t.Errorf("%s: %v and %v", name, conditions, others)
		}
		if strings.Contains(strings.Join(conditions, " "), "5.3") {
			t.Errorf("%s: %v would not hold the next one", name, conditions)
		}
	}
}

// FuzzWindow reads windows as they come from outside: whatever they say, one
// that is valid can be asked, is not open outside of its bounds, and does not
// hold a signal that names nothing.
func FuzzWindow(f *testing.F) {
	for _, w := range []Window{silence("service=checkout"), silence(`a!~"x|y"`, "b=~(a+)+$"), {Weekly: &Weekly{"Europe/Berlin", []int{0, 6}, "23:30", "02:30"}, Matchers: []string{"a=b"}, Kind: "maintenance", Reason: "r"}} {
		doc, err := json.Marshal(w)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(doc, "aaaaaaaaaaaaaaaaaaaaaaaa!", monday.Unix())
	}
	f.Fuzz(func(t *testing.T, doc []byte, value string, at int64) {
		var w Window
		if json.Unmarshal(doc, &w) != nil || w.Validate() != nil {
			return
		}
		now := time.Unix(at%(1<<35), 0)
		set := Compile([]Window{w})
		if len(set) != 1 {
			t.Fatalf("a valid window is left out: %+v", w)
		}
		held := set.Cover(&incident.Signal{Service: value, Labels: map[string]string{"a": value, "b": value}}, now, "")
		if held != nil && (now.Before(w.From) || !now.Before(held.Until)) {
			t.Errorf("held at %s until %s by %+v", now, held.Until, w)
		}
		if set.Cover(&incident.Signal{}, now, "") != nil {
			t.Errorf("holds what names nothing: %+v", w)
		}
		if s, ok := w.Next(now); ok && (!s.From.Before(s.Until) || !now.Before(s.Until) || held != nil && !s.Until.Equal(held.Until)) {
			t.Errorf("the next time at %s is %+v, held is %+v", now, s, held)
		}
	})
}

// BenchmarkCover asks a hundred windows, ten of them weekly, that are all open
// and none of which covers: what each new alert of a storm costs.
func BenchmarkCover(b *testing.B) {
	var all []Window
	for n := range 100 {
		w := silence(Is("service", "service-"+strconv.Itoa(n)), "instance=~web-.*")
		if n%10 == 0 {
			w.Weekly = &Weekly{"Asia/Jakarta", []int{1}, "16:00", "20:00"}
		}
		all = append(all, w)
	}
	set := Compile(all)
	s := incident.Signal{Service: "checkout", Environment: "production", Severity: "critical", Title: "ServiceDown", Labels: map[string]string{"instance": "web-7", "alertname": "ServiceDown"}}
	for b.Loop() {
		if set.Cover(&s, monday, "") != nil {
			b.Fatal("it is covered")
		}
	}
}
