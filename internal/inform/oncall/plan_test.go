package oncall_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // the same rules on every machine

	"github.com/google/go-cmp/cmp"

	"github.com/sigap-dev/sigap/internal/inform/oncall"
)

func plan(t testing.TB, s oncall.Schedule) *oncall.Plan {
	t.Helper()
	s.Name = "test"
	p, err := oncall.NewPlan(s)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// shifts writes who is on call as people read it: "ana Mon 09:00 – Tue 09:00".
func shifts(t testing.TB, s oncall.Schedule, from, until string) string {
	t.Helper()
	s.Normalize()
	loc, err := time.LoadLocation(s.Timezone)
	if err != nil {
		t.Fatal(err)
	}
	at := func(s string) time.Time {
		v, err := time.ParseInLocation("2006-01-02 15:04", s, loc)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	var b strings.Builder
	for _, sh := range plan(t, s).Shifts(at(from), at(until)) {
		who := sh.Person
		if who == "" {
			who = "nobody"
		}
		if sh.Override {
			who += "!"
		}
		fmt.Fprintf(&b, "%s %s – %s\n", who, sh.From.In(loc).Format("Jan 2 15:04"), sh.Until.In(loc).Format("Jan 2 15:04"))
	}
	return b.String()
}

func weekly(people ...string) oncall.Layer {
	return oncall.Layer{People: people, Start: "2027-03-01T09:00", Turn: 1, Unit: oncall.Week}
}

func TestShifts(t *testing.T) {
	t.Parallel()
	moment := func(s string) time.Time {
		v, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for _, tt := range []struct {
		name        string
		schedule    oncall.Schedule
		from, until string
		want        string
	}{
		{"a weekly rotation goes round", oncall.Schedule{Timezone: "Asia/Jakarta", Layers: []oncall.Layer{weekly("ana", "budi")}},
			"2027-02-28 00:00", "2027-03-20 00:00", `
nobody Feb 28 00:00 – Mar 1 09:00
ana Mar 1 09:00 – Mar 8 09:00
budi Mar 8 09:00 – Mar 15 09:00
ana Mar 15 09:00 – Mar 20 00:00`},
		{"a turn begins by the clock on the wall when the clocks go forward", oncall.Schedule{Timezone: "Europe/Berlin",
			Layers: []oncall.Layer{{People: []string{"ana", "budi"}, Start: "2027-03-27T02:30", Turn: 1, Unit: oncall.Day}}},
			"2027-03-27 02:30", "2027-03-30 02:30", `
ana Mar 27 02:30 – Mar 28 03:00
budi Mar 28 03:00 – Mar 29 02:30
ana Mar 29 02:30 – Mar 30 02:30`},
		{"and when they go back the hour that comes twice counts the first time", oncall.Schedule{Timezone: "Europe/Berlin",
			Layers: []oncall.Layer{{People: []string{"ana", "budi"}, Start: "2027-10-30T02:30", Turn: 1, Unit: oncall.Day}}},
			"2027-10-30 12:00", "2027-11-01 12:00", `
ana Oct 30 12:00 – Oct 31 02:30
budi Oct 31 02:30 – Nov 1 02:30
ana Nov 1 02:30 – Nov 1 12:00`},
		{"hours leave gaps at night", oncall.Schedule{Timezone: "Asia/Jakarta",
			Layers: []oncall.Layer{{People: []string{"ana"}, Start: "2027-03-01T00:00", Turn: 1, Unit: oncall.Week, Hours: []oncall.Times{
				{Days: []time.Weekday{time.Monday, time.Tuesday}, From: "09:00", To: "17:00"}}}}},
			"2027-03-01 00:00", "2027-03-03 00:00", `
nobody Mar 1 00:00 – Mar 1 09:00
ana Mar 1 09:00 – Mar 1 17:00
nobody Mar 1 17:00 – Mar 2 09:00
ana Mar 2 09:00 – Mar 2 17:00
nobody Mar 2 17:00 – Mar 3 00:00`},
		{"a night shift goes over midnight", oncall.Schedule{Timezone: "Asia/Jakarta", Layers: []oncall.Layer{weekly("ana"),
			{People: []string{"nina"}, Start: "2027-03-01T00:00", Turn: 1, Unit: oncall.Week, Hours: []oncall.Times{{From: "22:00", To: "06:00"}}}}},
			"2027-03-03 12:00", "2027-03-04 12:00", `
ana Mar 3 12:00 – Mar 3 22:00
nina Mar 3 22:00 – Mar 4 06:00
ana Mar 4 06:00 – Mar 4 12:00`},
		{"three follow the sun", oncall.Schedule{Timezone: "UTC", Layers: []oncall.Layer{
			{People: []string{"jakarta"}, Start: "2027-03-01T00:00", Turn: 1, Unit: oncall.Week, Timezone: "Asia/Jakarta", Hours: []oncall.Times{{From: "07:00", To: "15:00"}}},
			{People: []string{"london"}, Start: "2027-03-01T00:00", Turn: 1, Unit: oncall.Week, Timezone: "Europe/London", Hours: []oncall.Times{{From: "08:00", To: "16:00"}}},
			{People: []string{"denver"}, Start: "2027-03-01T00:00", Turn: 1, Unit: oncall.Week, Timezone: "America/Denver", Hours: []oncall.Times{{From: "09:00", To: "17:00"}}}}},
			"2027-03-10 00:00", "2027-03-11 00:00", `
jakarta Mar 10 00:00 – Mar 10 08:00
london Mar 10 08:00 – Mar 10 16:00
denver Mar 10 16:00 – Mar 11 00:00`},
		{"a clock change in one of three leaves a gap that is seen", oncall.Schedule{Timezone: "UTC", Layers: []oncall.Layer{
			{People: []string{"london"}, Start: "2027-03-01T00:00", Turn: 1, Unit: oncall.Week, Timezone: "Europe/London", Hours: []oncall.Times{{From: "08:00", To: "16:00"}}},
			{People: []string{"denver"}, Start: "2027-03-01T00:00", Turn: 1, Unit: oncall.Week, Timezone: "America/Denver", Hours: []oncall.Times{{From: "09:00", To: "17:00"}}}}},
			"2027-03-29 06:00", "2027-03-29 20:00", `
nobody Mar 29 06:00 – Mar 29 07:00
london Mar 29 07:00 – Mar 29 15:00
denver Mar 29 15:00 – Mar 29 20:00`},
		{"twelve hours each, by the clock", oncall.Schedule{Timezone: "Europe/Berlin",
			Layers: []oncall.Layer{{People: []string{"ana", "budi"}, Start: "2027-03-27T08:00", Turn: 12, Unit: oncall.Hour}}},
			"2027-03-27 08:00", "2027-03-28 20:00", `
ana Mar 27 08:00 – Mar 27 20:00
budi Mar 27 20:00 – Mar 28 08:00
ana Mar 28 08:00 – Mar 28 20:00`},
		{"an override covers all", oncall.Schedule{Timezone: "Asia/Jakarta", Layers: []oncall.Layer{weekly("ana", "budi")}, Overrides: []oncall.Override{
			{Person: "eka", From: moment("2027-03-03T00:00:00Z"), Until: moment("2027-03-04T00:00:00Z")}}},
			"2027-03-02 00:00", "2027-03-08 09:00", `
ana Mar 2 00:00 – Mar 3 07:00
eka! Mar 3 07:00 – Mar 4 07:00
ana Mar 4 07:00 – Mar 8 09:00`},
		{"of two overrides the one made later counts, even if it begins first", oncall.Schedule{Timezone: "UTC", Overrides: []oncall.Override{
			{Person: "eka", From: moment("2027-03-02T06:00:00Z"), Until: moment("2027-03-02T12:00:00Z")},
			{Person: "dewi", From: moment("2027-03-02T00:00:00Z"), Until: moment("2027-03-02T09:00:00Z")}}},
			"2027-03-02 00:00", "2027-03-02 12:00", `
dewi! Mar 2 00:00 – Mar 2 09:00
eka! Mar 2 09:00 – Mar 2 12:00`},
		{"a cover takes one person's turns only", oncall.Schedule{Timezone: "Asia/Jakarta", Layers: []oncall.Layer{weekly("ana", "budi")}, Overrides: []oncall.Override{
			{Person: "eka", For: "budi", From: moment("2027-03-01T00:00:00Z"), Until: moment("2027-03-10T00:00:00Z")}}},
			"2027-03-02 00:00", "2027-03-12 00:00", `
ana Mar 2 00:00 – Mar 8 09:00
eka! Mar 8 09:00 – Mar 10 07:00
budi Mar 10 07:00 – Mar 12 00:00`},
		{"a rotation ends", oncall.Schedule{Timezone: "Asia/Jakarta", Layers: []oncall.Layer{
			{People: []string{"ana"}, Start: "2027-03-01T09:00", End: "2027-03-02T09:00", Turn: 1, Unit: oncall.Day}}},
			"2027-03-01 09:00", "2027-03-03 00:00", `
ana Mar 1 09:00 – Mar 2 09:00
nobody Mar 2 09:00 – Mar 3 00:00`},
		{"nobody at all", oncall.Schedule{Timezone: "UTC"}, "2027-03-01 09:00", "2027-03-02 00:00", `
nobody Mar 1 09:00 – Mar 2 00:00`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(strings.TrimSpace(tt.want), strings.TrimSpace(shifts(t, tt.schedule, tt.from, tt.until))); diff != "" {
				t.Errorf("who is on call (-want +got):\n%s", diff)
			}
		})
	}
}

func TestNowTellsWhoIsNextAndUntilWhen(t *testing.T) {
	t.Parallel()
	p := plan(t, oncall.Schedule{Timezone: "Asia/Jakarta", Layers: []oncall.Layer{weekly("ana", "budi")}})
	at := time.Date(2027, 3, 3, 0, 0, 0, 0, time.UTC)
	now, next := p.Now(at)
	handover := time.Date(2027, 3, 8, 2, 0, 0, 0, time.UTC)
	if now.Person != "ana" || !now.Until.Equal(handover) || next.Person != "budi" || !next.From.Equal(handover) || !next.Until.Equal(handover.AddDate(0, 0, 7)) {
		t.Errorf("now %+v, next %+v", now, next)
	}
	alone := plan(t, oncall.Schedule{Timezone: "Asia/Jakarta", Layers: []oncall.Layer{weekly("ana")}})
	if now, next := alone.Now(at); now.Person != "ana" || next != (oncall.Shift{}) || !now.Until.After(at.AddDate(0, 3, 0)) {
		t.Errorf("alone: now %+v, next %+v", now, next)
	}
	early := plan(t, oncall.Schedule{Timezone: "Asia/Jakarta", Layers: []oncall.Layer{weekly("ana", "budi")}})
	if now, next := early.Now(at.AddDate(0, 0, -5)); now.Person != "" || next.Person != "ana" {
		t.Errorf("before it begins: now %+v, next %+v", now, next)
	}
}

func TestAScheduleThatCannotBeIsNamedByItsField(t *testing.T) {
	t.Parallel()
	good := func(change func(*oncall.Schedule)) oncall.Schedule {
		s := oncall.Schedule{Name: "x", Timezone: "UTC", Layers: []oncall.Layer{weekly("ana")}}
		s.Layers[0].Hours = []oncall.Times{{From: "09:00", To: "17:00"}}
		change(&s)
		return s
	}
	for want, s := range map[string]oncall.Schedule{
		"name":                  good(func(s *oncall.Schedule) { s.Name = " " }),
		"timezone":              good(func(s *oncall.Schedule) { s.Timezone, s.Layers[0].Timezone = "Mars/Olympus", "UTC" }),
		"layers.0.timezone":     good(func(s *oncall.Schedule) { s.Layers[0].Timezone = "Mars/Olympus" }),
		"layers.0.people":       good(func(s *oncall.Schedule) { s.Layers[0].People = nil }),
		"layers.0.unit":         good(func(s *oncall.Schedule) { s.Layers[0].Unit = "month" }),
		"layers.0.turn":         good(func(s *oncall.Schedule) { s.Layers[0].Turn = 0 }),
		"layers.0.start":        good(func(s *oncall.Schedule) { s.Layers[0].Start = "Monday" }),
		"layers.0.end":          good(func(s *oncall.Schedule) { s.Layers[0].End = "2027-02-01T09:00" }),
		"layers.0.hours.0.from": good(func(s *oncall.Schedule) { s.Layers[0].Hours[0].From = "24:00" }),
		"layers.0.hours.0.to":   good(func(s *oncall.Schedule) { s.Layers[0].Hours[0].To = "5pm" }),
		"layers.0.hours.0.days": good(func(s *oncall.Schedule) { s.Layers[0].Hours[0].Days = []time.Weekday{7} }),
		"overrides.0":           good(func(s *oncall.Schedule) { s.Overrides = []oncall.Override{{Person: "ana"}} }),
		"":                      good(func(*oncall.Schedule) {}),
	} {
		if got := field(s.Validate()); got != want {
			t.Errorf("the mistake is in %q, want %q", got, want)
		}
	}
}

func TestNobodyShadowsThemselvesOrAGap(t *testing.T) {
	t.Parallel()
	s := officeAndWeekend()
	s.Shadows = []oncall.Shadow{{Person: "nina", Until: time.Date(2027, 3, 20, 0, 0, 0, 0, time.UTC)}, {Person: "rina", Until: time.Date(2027, 3, 20, 0, 0, 0, 0, time.UTC)}}
	p, err := oncall.NewPlan(s)
	if err != nil {
		t.Fatal(err)
	}
	for at, want := range map[string]int{"2027-03-09T05:00:00Z": 1, "2027-03-09T15:00:00Z": 0, "2027-03-13T05:00:00Z": 2, "2027-03-23T05:00:00Z": 0} { // Rina, nobody, Budi, and Rina when it is over
		moment, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.Shadows(moment); len(got) != want {
			t.Errorf("at %s %v learn, want %d", at, got, want)
		}
	}
}
