package shift_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/sigap-dev/sigap/internal/evidence/shift"
	"github.com/sigap-dev/sigap/internal/incident"
)

var noon = time.Date(2026, 11, 3, 12, 0, 0, 0, time.UTC) // a Tuesday

// deploy is a deploy of a service that began and ended before noon.
func deploy(id, service string, began, ended time.Duration) incident.Change {
	return incident.Change{
		ID: id, Kind: incident.Deploy, Service: service, Summary: "release " + id,
		StartedAt: noon.Add(-began), EndedAt: noon.Add(-ended),
	}
}

func codes(reasons []shift.Reason) []shift.Code {
	out := make([]shift.Code, len(reasons))
	for i, r := range reasons {
		out[i] = r.Code
	}
	return out
}

func TestChangesAreJudgedByTimeAndDistance(t *testing.T) {
	t.Parallel()
	graph := shift.Graph{"web": {"checkout"}, "checkout": {"payments"}, "payments": {"bank"}}
	for name, tt := range map[string]struct {
		change  incident.Change
		want    bool
		reasons []shift.Code
	}{
		"same service, four minutes before":  {deploy("1", "web", 6*time.Minute, 4*time.Minute), true, []shift.Code{shift.EndedBefore, shift.SameService}},
		"same service, under way":            {deploy("1", "web", 3*time.Minute, -time.Minute), true, []shift.Code{shift.UnderWay, shift.SameService}},
		"same service, clocks a minute off":  {deploy("1", "web", -time.Minute, -2*time.Minute), true, []shift.Code{shift.UnderWay, shift.SameService}},
		"same service, after the onset":      {deploy("1", "web", -3*time.Minute, -4*time.Minute), false, nil},
		"same service, three hours before":   {deploy("1", "web", 3*time.Hour, 3*time.Hour), false, nil},
		"a dependency, two minutes before":   {deploy("1", "checkout", 3*time.Minute, 2*time.Minute), true, []shift.Code{shift.EndedBefore, shift.DependencyOf}},
		"two hops away, a minute before":     {deploy("1", "payments", 2*time.Minute, time.Minute), true, []shift.Code{shift.EndedBefore, shift.DependencyOf}},
		"three hops away":                    {deploy("1", "bank", 2*time.Minute, time.Minute), false, nil},
		"unrelated, a minute before":         {deploy("1", "wiki", 2*time.Minute, time.Minute), false, nil},
		"without a time":                     {incident.Change{ID: "1", Service: "web"}, false, nil},
		"infrastructure, forty minutes back": {incident.Change{ID: "1", Kind: incident.Infrastructure, Service: "web", Summary: "resize", StartedAt: noon.Add(-40 * time.Minute)}, true, []shift.Code{shift.EndedBefore, shift.SameService}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := shift.Changes([]incident.Change{tt.change}, shift.ChangeOptions{Onset: noon, Service: "web", Graph: graph})
			if (len(got) == 1) != tt.want {
				t.Fatalf("got %+v, want a suspect: %v", got, tt.want)
			}
			if tt.want && !slices.Equal(codes(got[0].Reasons), tt.reasons) {
				t.Errorf("reasons %v, want %v", codes(got[0].Reasons), tt.reasons)
			}
		})
	}
}

func TestChangesRankNewErrorsAndSharedWordsHigher(t *testing.T) {
	t.Parallel()
	plain := deploy("plain", "web", 6*time.Minute, 4*time.Minute)
	guilty := deploy("guilty", "web", 12*time.Minute, 10*time.Minute)
	guilty.Summary = "hotfix: new retry in voucher client"
	guilty.Diff = "--- a/internal/voucher/client.go\n+++ b/internal/voucher/client.go\n@@ -1 +1 @@ func RedeemVoucher\n-a\n+b\n"
	got := shift.Changes([]incident.Change{plain, guilty}, shift.ChangeOptions{
		Onset: noon, Service: "web",
		Novelty:  map[string]float64{"guilty": 0.75},
		VersionZ: map[string]float64{"guilty": 5.5, "plain": 1},
		Text:     "panic: nil map\n  internal/voucher/client.go:42 RedeemVoucher",
		Past:     func(incident.Change) (int, int) { return 3, 10 },
	})
	if len(got) != 2 || got[0].Change.ID != "guilty" {
		t.Fatalf("got %+v, want guilty, then plain", got)
	}
	want := []shift.Code{shift.EndedBefore, shift.SameService, shift.NewErrors, shift.VersionFails, shift.Emergency, shift.SharedWords, shift.OftenToBlame}
	if !slices.Equal(codes(got[0].Reasons), want) {
		t.Errorf("reasons %v, want %v", codes(got[0].Reasons), want)
	}
	i := slices.Index(want, shift.SharedWords)
	if words := got[0].Reasons[i].Words; !slices.Contains(words, "voucher") {
		t.Errorf("shared words %v, want voucher among them", words)
	}
}

func TestAChangeOfEveryServiceSaysLess(t *testing.T) {
	t.Parallel()
	graph := shift.Graph{"web": {"a", "b"}, "a": {"c"}, "b": {"c"}}
	alone := []incident.Change{deploy("web", "web", 6*time.Minute, 4*time.Minute)}
	var all []incident.Change
	for _, s := range []string{"web", "a", "b", "c"} {
		all = append(all, deploy(s, s, 6*time.Minute, 4*time.Minute))
	}
	o := shift.ChangeOptions{Onset: noon, Service: "web", Graph: graph}
	one, many := shift.Changes(alone, o), shift.Changes(all, o)
	if len(one) != 1 {
		t.Fatalf("alone it is no suspect: %+v", one)
	}
	for _, s := range many {
		if s.Change.Service == "web" && s.Parts.Time > one[0].Parts.Time/2 {
			t.Errorf("time part %.2f among all, %.2f alone: want less than half", s.Parts.Time, one[0].Parts.Time)
		}
	}
}

func TestChangesThatAreMadeAllTheTimeSayLess(t *testing.T) {
	t.Parallel()
	changes := []incident.Change{deploy("last", "web", 6*time.Minute, 5*time.Minute)}
	once := shift.Changes(changes, shift.ChangeOptions{Onset: noon, Service: "web"})
	for i := range 60 {
		began := time.Duration(i+2) * 6 * time.Minute
		changes = append(changes, deploy(fmt.Sprint(i), "web", began, began-time.Minute))
	}
	often := shift.Changes(changes, shift.ChangeOptions{Onset: noon, Service: "web"})
	if len(often) == 0 {
		return // none of them is a suspect: less than that it cannot say
	}
	if often[0].Score >= once[0].Score || !slices.Contains(codes(often[0].Reasons), shift.ChangesAreUsual) {
		t.Errorf("every six minutes: %+v, once: %+v", often[0], once[0])
	}
}

func TestChangeScoresStayBetweenTheLeastSuspicionAndOne(t *testing.T) {
	t.Parallel()
	services := []string{"", "web", "a", "b", "c"}
	kinds := []incident.ChangeKind{incident.Deploy, incident.Config, incident.Infrastructure, incident.FeatureFlag, incident.Migration, "odd"}
	rapid.Check(t, func(t *rapid.T) {
		var changes []incident.Change
		for i := range rapid.IntRange(0, 12).Draw(t, "n") {
			changes = append(changes, incident.Change{
				ID:        fmt.Sprint(i),
				Kind:      rapid.SampledFrom(kinds).Draw(t, "kind"),
				Service:   rapid.SampledFrom(services).Draw(t, "service"),
				Summary:   rapid.StringN(0, 40, 80).Draw(t, "summary"),
				Diff:      strings.Repeat("+x\n", rapid.IntRange(0, 2000).Draw(t, "lines")),
				StartedAt: noon.Add(time.Duration(rapid.IntRange(-600, 60).Draw(t, "began")) * time.Minute),
				EndedAt:   noon.Add(time.Duration(rapid.IntRange(-600, 60).Draw(t, "ended")) * time.Minute),
			})
		}
		o := shift.ChangeOptions{
			Onset: noon, Service: rapid.SampledFrom(services).Draw(t, "incident"),
			Graph:   shift.Graph{"web": {"a"}, "a": {"b"}, "b": {"web"}},
			Text:    rapid.String().Draw(t, "text"),
			Novelty: map[string]float64{"1": rapid.Float64().Draw(t, "novelty")},
		}
		for _, s := range shift.Changes(changes, o) {
			if !(s.Score >= 0.35 && s.Score <= 1) {
				t.Fatalf("score %v of %+v", s.Score, s)
			}
			if s.Change.StartedAt.After(noon.Add(2 * time.Minute)) {
				t.Fatalf("%+v began after the onset", s.Change)
			}
			if len(s.Reasons) == 0 {
				t.Fatalf("no reasons for %+v", s)
			}
		}
	})
}
