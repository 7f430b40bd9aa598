package oncall_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/sigap-dev/sigap/internal/inform/oncall"
)

func at(day, hour int) time.Time { return time.Date(2027, 3, day, hour, 0, 0, 0, time.UTC) }

// daily has rina, budi and eka take turns of a day, rina on odd days of March 2027 first.
func daily(t interface{ Fatal(...any) }, overrides ...oncall.Override) (oncall.Schedule, *oncall.Plan) {
	s := oncall.Schedule{Name: "x", Timezone: "UTC", Overrides: overrides, Layers: []oncall.Layer{
		{People: []string{"rina", "budi", "eka"}, Start: "2027-03-01T00:00", Turn: 1, Unit: oncall.Day}}}
	s.Normalize()
	p, err := oncall.NewPlan(s)
	if err != nil {
		t.Fatal(err)
	}
	return s, p
}

func TestARequestIsRefusedWithItsReason(t *testing.T) {
	t.Parallel()
	_, p := daily(t)
	span := func(from, until int) *oncall.Stretch { return &oncall.Stretch{From: at(from, 0), Until: at(until, 0)} }
	for name, tt := range map[string]struct {
		swap oncall.Swap
		want string
	}{
		"it can be":                   {oncall.Swap{By: "rina", To: []string{"budi"}, From: at(4, 0), Until: at(5, 0)}, ""},
		"the rest of a shift":         {oncall.Swap{By: "budi", To: []string{"rina"}, From: at(2, 0), Until: at(3, 0)}, ""},
		"a swap can be":               {oncall.Swap{By: "rina", To: []string{"budi"}, From: at(4, 0), Until: at(5, 0), Back: span(5, 6)}, ""},
		"it is over":                  {oncall.Swap{By: "rina", To: []string{"budi"}, From: at(1, 0), Until: at(2, 0)}, "over"},
		"it has no length":            {oncall.Swap{By: "rina", To: []string{"budi"}, From: at(4, 0), Until: at(4, 0)}, "end comes after"},
		"it is somebody else's shift": {oncall.Swap{By: "rina", To: []string{"budi"}, From: at(5, 0), Until: at(6, 0)}, "not on call"},
		"nobody is asked":             {oncall.Swap{By: "rina", From: at(4, 0), Until: at(5, 0)}, "somebody else"},
		"oneself is asked":            {oncall.Swap{By: "rina", To: []string{"rina"}, From: at(4, 0), Until: at(5, 0)}, "somebody else"},
		"many in return":              {oncall.Swap{By: "rina", To: []string{"budi", "eka"}, From: at(4, 0), Until: at(5, 0), Back: span(5, 6)}, "one person"},
		"the halves overlap":          {oncall.Swap{By: "rina", To: []string{"budi"}, From: at(4, 0), Until: at(6, 0), Back: span(5, 7)}, "overlap"},
		"in return is not theirs":     {oncall.Swap{By: "rina", To: []string{"budi"}, From: at(4, 0), Until: at(5, 0), Back: span(6, 7)}, "time in return"},
		"in return is over":           {oncall.Swap{By: "rina", To: []string{"budi"}, From: at(4, 0), Until: at(5, 0), Back: span(1, 2)}, "is over"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := tt.swap.Check(p, at(2, 12))
			if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want one that says %q", err, tt.want)
			}
		})
	}
}

func TestARequestIsAnsweredOnceAndByThoseWhoAreAsked(t *testing.T) {
	t.Parallel()
	_, p := daily(t)
	now := at(2, 12)
	s := oncall.Swap{By: "rina", To: []string{"budi", "eka"}, From: at(4, 0), Until: at(5, 0), State: oncall.SwapOpen}
	if _, err := s.Accept(p, "nina", now); err == nil {
		t.Error("somebody accepts who was not asked")
	}
	if err := s.Decline("budi", now); err != nil || s.State != oncall.SwapOpen || s.Waits("budi", now) || !s.Waits("eka", now) {
		t.Errorf("one of two declines: %v, %+v", err, s)
	}
	if _, err := s.Accept(p, "budi", now); err == nil {
		t.Error("budi accepts what he declined")
	}
	if err := s.Decline("eka", now); err != nil || s.State != oncall.SwapDeclined {
		t.Errorf("both decline: %v, %+v", err, s)
	}
	if s.Withdraw(now) == nil {
		t.Error("what is over is taken back")
	}
}

// TestASwapChangesWhatItSaysAndNothingElse: whatever overrides there are, after
// an agreement each moment has the person that it had, but for those of the
// asker's within the time, and of the other's within the time in return.
func TestASwapChangesWhatItSaysAndNothingElse(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		hours := func(name string) int { return rapid.IntRange(0, 10*24).Draw(t, name) }
		people := rapid.SampledFrom([]string{"rina", "budi", "eka"})
		var overrides []oncall.Override
		for range rapid.IntRange(0, 4).Draw(t, "overrides") {
			from := hours("from")
			overrides = append(overrides, oncall.Override{Person: people.Draw(t, "person"), From: at(1, from), Until: at(1, from+1+hours("length"))})
		}
		sch, before := daily(t, overrides...)
		from, now := hours("shift"), at(1, hours("now"))
		swap := oncall.Swap{By: "rina", To: []string{"budi"}, From: at(1, from), Until: at(1, from+24), State: oncall.SwapOpen,
			Back: &oncall.Stretch{From: at(1, from+24), Until: at(1, from+24+hours("back")+1)}}
		made, err := swap.Accept(before, "budi", now)
		if err != nil {
			return
		}
		sch.Overrides = append(sch.Overrides, made...)
		sch.Normalize()
		after, err := oncall.NewPlan(sch)
		if err != nil {
			t.Fatal(err)
		}
		for m := at(1, 0); m.Before(at(1, 24*24)); m = m.Add(30 * time.Minute) {
			want := before.At(m)
			switch {
			case m.Before(now):
			case want == "rina" && !m.Before(swap.From) && m.Before(swap.Until):
				want = "budi"
			case want == "budi" && !m.Before(swap.Back.From) && m.Before(swap.Back.Until):
				want = "rina"
			}
			if got := after.At(m); got != want {
				t.Fatalf("at %v it is %s, want %s; overrides %+v", m, got, want, sch.Overrides)
			}
		}
	})
}
