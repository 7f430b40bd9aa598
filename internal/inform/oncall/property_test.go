package oncall_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/inform/oncall"
)

func field(err error) string {
	if e, ok := errors.AsType[*incident.Error](err); ok {
		return e.Field
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

// zones are all names of the IANA data base that comes with Go.
func zones(t testing.TB) []string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(runtime.GOROOT(), "lib", "time", "zoneinfo.zip"))
	if err != nil {
		t.Fatal(err)
	}
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range archive.File {
		if !strings.HasSuffix(f.Name, "/") {
			names = append(names, f.Name)
		}
	}
	if len(names) < 500 {
		t.Fatalf("only %d zones", len(names))
	}
	return names
}

func layers(zone string) *rapid.Generator[oncall.Layer] {
	return rapid.Custom(func(t *rapid.T) oncall.Layer {
		l := oncall.Layer{Timezone: zone, Turn: rapid.IntRange(1, 30).Draw(t, "turn"), Unit: rapid.SampledFrom([]oncall.Unit{oncall.Hour, oncall.Day, oncall.Week}).Draw(t, "unit")}
		for n := range rapid.IntRange(1, 4).Draw(t, "people") {
			l.People = append(l.People, fmt.Sprintf("p%d", n))
		}
		l.Start = time.Unix(rapid.Int64Range(0, 80*365*86400).Draw(t, "start"), 0).UTC().Format("2006-01-02T15:04")
		for range rapid.IntRange(0, 2).Draw(t, "windows") {
			clock := func(name string) string {
				m := rapid.IntRange(0, 1439).Draw(t, name)
				return fmt.Sprintf("%02d:%02d", m/60, m%60)
			}
			l.Hours = append(l.Hours, oncall.Times{Days: rapid.SliceOfDistinct(rapid.Map(rapid.IntRange(0, 6), func(d int) time.Weekday { return time.Weekday(d) }), rapid.ID[time.Weekday]).Draw(t, "days"),
				From: clock("from"), To: clock("to")})
		}
		return l
	})
}

// TestShiftsAreTheAnswerOfEveryMoment: shifts lie end to end, and at every
// moment of one, its first and its last among them, At gives its person.
func TestShiftsAreTheAnswerOfEveryMoment(t *testing.T) {
	t.Parallel()
	all := zones(t)
	rapid.Check(t, func(t *rapid.T) {
		zone := rapid.SampledFrom(all).Draw(t, "zone")
		s := oncall.Schedule{Name: "x", Timezone: "UTC", Layers: rapid.SliceOfN(layers(zone), 1, 2).Draw(t, "layers")}
		p, err := oncall.NewPlan(s)
		if err != nil {
			t.Fatal(err)
		}
		from := time.Unix(rapid.Int64Range(0, 80*365*86400).Draw(t, "from"), 0)
		until := from.Add(time.Duration(rapid.IntRange(1, 400).Draw(t, "hours")) * time.Hour)
		at := from
		for _, sh := range p.Shifts(from, until) {
			if !sh.From.Equal(at) || !sh.From.Before(sh.Until) {
				t.Fatalf("a shift begins at %v and ends at %v, want from %v on", sh.From, sh.Until, at)
			}
			at = sh.Until
			span := int64(sh.Until.Sub(sh.From))
			for _, moment := range []time.Time{sh.From, sh.Until.Add(-1), sh.From.Add(time.Duration(rapid.Int64Range(0, span-1).Draw(t, "moment")))} {
				if got := p.At(moment); got != sh.Person {
					t.Fatalf("at %v it is %q, and of the shift %v – %v %q", moment, got, sh.From, sh.Until, sh.Person)
				}
			}
		}
		if !at.Equal(until) {
			t.Fatalf("the shifts end at %v, want %v", at, until)
		}
	})
}

// TestTurnsGoRoundWithoutAGapInEveryZone: over years with all their clock
// changes a rotation without hours has somebody at every moment, in the order
// of turns, and each handover is at its time on the wall, or at the moment at
// which the clock jumped over it.
func TestTurnsGoRoundWithoutAGapInEveryZone(t *testing.T) {
	t.Parallel()
	for _, zone := range zones(t) {
		loc, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		p := plan(t, oncall.Schedule{Timezone: zone, Layers: []oncall.Layer{{People: []string{"0", "1", "2"}, Start: "2009-12-01T02:30", Turn: 1, Unit: oncall.Day}}})
		from := time.Date(2009, 12, 3, 0, 0, 0, 0, time.UTC) // Apia left out a day in 2011
		list := p.Shifts(from, from.AddDate(3, 0, 0))
		for n, s := range list[1:] {
			if s.Person == "" {
				t.Errorf("%s: nobody from %v to %v", zone, s.From, s.Until)
			}
			before := list[n].Person
			wall := s.From.In(loc)
			_, was := s.From.Add(-time.Second).In(loc).Zone()
			_, is := wall.Zone()
			jumped := is > was
			if next := string('0' + (before[0]-'0'+1)%3); s.Person != next && !jumped {
				t.Errorf("%s: %s follows %s at %v", zone, s.Person, before, s.From)
			}
			if wall.Format("15:04") != "02:30" && !jumped {
				t.Errorf("%s: a handover at %v", zone, wall)
			}
		}
	}
}

func BenchmarkWhoIsOnCallOf500Schedules(b *testing.B) {
	var plans []*oncall.Plan
	names := []string{"Asia/Jakarta", "Europe/Berlin", "America/Denver", "UTC", "Australia/Lord_Howe"}
	for n := range 500 {
		zone := names[n%len(names)]
		var people []string
		for k := range 20 {
			people = append(people, fmt.Sprintf("p%d", n*20+k))
		}
		s := oncall.Schedule{Name: "x", Timezone: zone}
		s.Layers = []oncall.Layer{weekly(people...), {People: people, Start: "2027-01-01T00:00", Turn: 1, Unit: oncall.Day, Hours: []oncall.Times{{From: "22:00", To: "06:00"}}}}
		plans = append(plans, plan(b, s))
	}
	at := time.Date(2027, 5, 3, 12, 0, 0, 0, time.UTC)
	for b.Loop() {
		for _, p := range plans {
			if p.At(at) == "" {
				b.Fatal("nobody")
			}
		}
	}
}

func BenchmarkAMonthOfShifts(b *testing.B) {
	p := plan(b, oncall.Schedule{Timezone: "Europe/Berlin", Layers: []oncall.Layer{weekly("ana", "budi"),
		{People: []string{"nina", "noah"}, Start: "2027-01-01T00:00", Turn: 1, Unit: oncall.Day, Hours: []oncall.Times{{From: "22:00", To: "06:00"}}}}})
	from := time.Date(2027, 3, 1, 0, 0, 0, 0, time.UTC)
	for b.Loop() {
		p.Shifts(from, from.AddDate(0, 1, 0))
	}
}
