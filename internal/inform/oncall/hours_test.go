package oncall_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/sigap-dev/sigap/internal/inform/oncall"
)

func TestHoursAreToldApartByTheirKind(t *testing.T) {
	t.Parallel()
	alone := func(zone string, holidays ...oncall.Holiday) *oncall.Plan {
		p, err := oncall.NewPlan(oncall.Schedule{Name: "x", Timezone: zone, Holidays: holidays, Layers: []oncall.Layer{{People: []string{"rina"}, Start: "2020-01-01T00:00", Turn: 1, Unit: oncall.Week}}})
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	in := func(zone, at string) time.Time {
		loc, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		m, err := time.ParseInLocation("2006-01-02 15:04", at, loc)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	const jakarta, berlin = "Asia/Jakarta", "Europe/Berlin"
	eid := oncall.Holiday{Date: "2027-03-10", Name: "Idul Fitri"}
	h := time.Hour
	for name, tt := range map[string]struct {
		plan        *oncall.Plan
		zone        string
		from, until string
		want        oncall.Hours
	}{
		"a weekday":                        {alone(jakarta), jakarta, "2027-03-09 00:00", "2027-03-10 00:00", oncall.Hours{Weekday: 16 * h, Night: 8 * h}},
		"a week":                           {alone(jakarta), jakarta, "2027-03-15 00:00", "2027-03-22 00:00", oncall.Hours{Weekday: 80 * h, Night: 40 * h, Weekend: 48 * h}},
		"a holiday":                        {alone(jakarta, eid), jakarta, "2027-03-09 21:00", "2027-03-11 07:00", oncall.Hours{Weekday: 2 * h, Night: 8 * h, Holiday: 24 * h}},
		"the night that is an hour less":   {alone(berlin), berlin, "2027-03-28 00:00", "2027-03-29 00:00", oncall.Hours{Weekend: 23 * h}},
		"the night that is an hour longer": {alone(berlin, oncall.Holiday{Date: "2027-10-31"}), berlin, "2027-10-30 23:00", "2027-11-01 06:00", oncall.Hours{Weekend: 1 * h, Holiday: 25 * h, Night: 6 * h}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := tt.plan.Hours(in(tt.zone, tt.from), in(tt.zone, tt.until))["rina"]; got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
	p := alone(jakarta, eid)
	for at, want := range map[string]bool{"2027-03-09 10:00": false, "2027-03-09 21:59": false, "2027-03-09 22:00": true, "2027-03-10 10:00": true, "2027-03-11 05:59": true, "2027-03-11 06:00": false, "2027-03-13 10:00": true} {
		if got := p.OutOfHours(in(jakarta, at)); got != want {
			t.Errorf("%s is out of hours: %t, want %t", at, got, want)
		}
	}
}

// TestHoursAddUpToTheTimeThatIsCovered: in every zone, with whatever turns, the
// hours of all people and those of nobody are together the time that was asked for.
func TestHoursAddUpToTheTimeThatIsCovered(t *testing.T) {
	t.Parallel()
	all := zones(t)
	rapid.Check(t, func(t *rapid.T) {
		zone := rapid.SampledFrom(all).Draw(t, "zone")
		s := oncall.Schedule{Name: "x", Timezone: zone, Layers: rapid.SliceOfN(layers(zone), 1, 2).Draw(t, "layers")}
		from := time.Unix(rapid.Int64Range(0, 80*365*86400).Draw(t, "from"), 0)
		until := from.Add(time.Duration(rapid.IntRange(1, 60*24).Draw(t, "hours")) * time.Hour)
		for d := range rapid.IntRange(0, 5).Draw(t, "holidays") {
			s.Holidays = append(s.Holidays, oncall.Holiday{Date: from.AddDate(0, 0, d*3).UTC().Format(time.DateOnly)})
		}
		p, err := oncall.NewPlan(s)
		if err != nil {
			t.Fatal(err)
		}
		covered := map[string]time.Duration{}
		for _, sh := range p.Shifts(from, until) {
			covered[sh.Person] += sh.Until.Sub(sh.From)
		}
		var sum time.Duration
		for who, h := range p.Hours(from, until) {
			if h.Total() != covered[who] || min(h.Weekday, h.Night, h.Weekend, h.Holiday) < 0 {
				t.Fatalf("the hours of %q are %+v, %v together, and the shifts %v", who, h, h.Total(), covered[who])
			}
			sum += h.Total()
		}
		if sum != until.Sub(from) {
			t.Fatalf("all hours are %v, want %v", sum, until.Sub(from))
		}
	})
}
