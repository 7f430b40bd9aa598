package shift_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/sigap-dev/sigap/internal/evidence/shift"
	"github.com/sigap-dev/sigap/internal/incident"
)

func rank(l *lab, graph shift.Graph, o shift.OriginOptions) []shift.Origin {
	o.Onset = onset
	return shift.Origins(l.series, graph, o)
}

func origin(t *testing.T, origins []shift.Origin, service string) shift.Origin {
	t.Helper()
	i := slices.IndexFunc(origins, func(o shift.Origin) bool { return o.Service == service })
	if i < 0 {
		t.Fatalf("%s is not ranked: %+v", service, origins)
	}
	return origins[i]
}

func TestOriginsFollowTheSymptomToWhereItBegins(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		lab     *lab
		symptom shift.Class
		want    string
	}{
		"two calls away":                        {quietShop().slow("payments", 1).slow("checkout", 1).slow("web", 0.4), shift.Latency, "payments"},
		"one call away":                         {quietShop().slow("checkout", 1).slow("web", 0.4), shift.Latency, "checkout"},
		"the target itself":                     {quietShop().slow("web", 1), shift.Latency, "web"},
		"a dependency much louder, but as ever": {quietShop().slow("checkout", 1).slow("web", 0.4).slow("db", 0.01), shift.Latency, "checkout"},
		"failures two calls away":               {quietShop().fail("payments", 0.2).fail("checkout", 0.2).fail("web", 0.08), shift.Errors, "payments"},
		"failures, symptom not told":            {quietShop().fail("payments", 0.2).fail("checkout", 0.2).fail("web", 0.08), "", "payments"},
		"failures that few calls explain": { // search fails in 0.1 %, checkout in 20 %
			quietShop().fail("checkout", 0.2).fail("web", 0.08).fail("search", 0.002), shift.Errors, "checkout",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := rank(tt.lab, shop, shift.OriginOptions{Target: "web", Symptom: tt.symptom})
			if got[0].Service != tt.want {
				t.Errorf("first is %+v, want %s; all: %+v", got[0], tt.want, got)
			}
		})
	}
}

func TestOriginsTellWhatADependencyExplains(t *testing.T) {
	t.Parallel()
	got := rank(quietShop().slow("payments", 1).slow("checkout", 1.5).slow("web", 0.6), shop, shift.OriginOptions{Target: "web", Symptom: shift.Latency})
	checkout := origin(t, got, "checkout")
	if checkout.By != "payments" || math.Abs(checkout.Own-1.0/3) > 0.05 {
		t.Errorf("of 1.5 s payments explains 1 s, but own is %.2f, by %q", checkout.Own, checkout.By)
	}
	if payments := origin(t, got, "payments"); payments.Own != 1 || math.Abs(payments.Excess-1) > 0.05 {
		t.Errorf("payments has own %.2f and %.2f s more, want all of 1 s", payments.Own, payments.Excess)
	}
}

func TestOriginsDoubtAWayThroughAHealthyService(t *testing.T) {
	t.Parallel()
	// The database is slow at the same moment, but checkout, between it and
	// web, shows nothing of it; search is slow as well.
	l := quietShop().slow("db", 0.5).slow("search", 0.3).slow("web", 0.25)
	got := rank(l, shop, shift.OriginOptions{Target: "web", Symptom: shift.Latency})
	if got[0].Service != "search" {
		t.Errorf("first is %+v, want search", got[0])
	}
}

func TestOriginsLearnTheNoiseOfEachServiceFromNormalOperation(t *testing.T) {
	t.Parallel()
	// Search strays by a second now and then, today as ever; checkout never
	// does, and did by a little.
	const history = 600
	var baseline []incident.Series
	jumpy := gaussian(7, history, 0.05, 0.002)
	for i := 0; i < history; i += 9 {
		jumpy[i] = 1
	}
	for service, values := range map[string][]float64{
		"web": gaussian(8, history, 0.30, 0.01), "checkout": gaussian(9, history, 0.12, 0.004), "search": jumpy,
	} {
		points := every(time.Minute, values...)
		for i := range points {
			points[i].At = points[i].At.Add(-48 * time.Hour)
		}
		baseline = append(baseline, incident.Series{Service: service, Name: "http_request_duration_seconds", Points: points})
	}
	l := quietShop().slow("checkout", 0.05).slow("web", 0.05)
	l.points("search", "http_request_duration_seconds")[trouble+2].Value = 1
	o := shift.OriginOptions{Target: "web", Symptom: shift.Latency}
	o.Baseline = baseline
	got := rank(l, shop, o)
	if got[0].Service != "checkout" {
		t.Errorf("first is %+v, want checkout; all: %+v", got[0], got)
	}
	if s := origin(t, got, "search"); s.Sigmas > 3 {
		t.Errorf("search strays by %.1f sigmas, want what it always does", s.Sigmas)
	}
}

func TestOriginsTakeOneFailureWhereThereIsNeverAnyForMoreThanOneOfMany(t *testing.T) {
	t.Parallel()
	shopWith := func(usual float64) *lab {
		l := quietShop()
		points := l.points("payments", "http_error_ratio")
		for i := range points {
			points[i].Value = usual
			if i == trouble || i == trouble+1 {
				points[i].Value += 2.0 / 40
			}
		}
		return l
	}
	never := origin(t, rank(shopWith(0), shop, shift.OriginOptions{Symptom: shift.Errors}), "payments")
	often := origin(t, rank(shopWith(0.1), shop, shift.OriginOptions{Symptom: shift.Errors}), "payments")
	if never.Sigmas < 3 || often.Sigmas > 3 {
		t.Errorf("two failures of 40 are %.1f sigmas where there are none and %.1f where there are four, want above and below 3", never.Sigmas, often.Sigmas)
	}
}

func TestOriginsInferWhoCallsWhomWhereNobodySaid(t *testing.T) {
	t.Parallel()
	// In normal operation front's time follows that of back, one for one.
	const history = 400
	back, front := gaussian(1, history, 0.2, 0.03), gaussian(2, history, 0.1, 0.02)
	var baseline []incident.Series
	for i := range front {
		front[i] += back[i]
	}
	for service, values := range map[string][]float64{"front": front, "back": back} {
		points := every(time.Minute, values...)
		baseline = append(baseline, incident.Series{Service: service, Name: "latency_seconds", Points: points})
	}
	var now []incident.Series
	for service, level := range map[string]float64{"front": 0.3, "back": 0.2} {
		values := join(repeat(level, trouble), repeat(level+1, minutes-trouble))
		now = append(now, incident.Series{Service: service, Name: "latency_seconds", Points: every(time.Minute, values...)})
	}
	got := shift.Origins(now, nil, shift.OriginOptions{Onset: onset, Symptom: shift.Latency, Baseline: baseline})
	if got[0].Service != "back" || origin(t, got, "front").By != "back" {
		t.Errorf("got %+v, want back before front, which it explains", got)
	}
}

func TestOriginsAreTheSameWhateverTheOrderOfSeries(t *testing.T) {
	t.Parallel()
	l := quietShop().slow("payments", 1).slow("checkout", 1).slow("web", 0.4)
	want := rank(l, shop, shift.OriginOptions{Target: "web"})
	rapid.Check(t, func(t *rapid.T) {
		mixed := &lab{series: rapid.Permutation(l.series).Draw(t, "series")}
		got := rank(mixed, shop, shift.OriginOptions{Target: "web"})
		if !slices.Equal(got, want) {
			t.Fatalf("got %+v, want %+v", got, want)
		}
	})
}

func TestOriginsAreNoneWithoutASymptomThatCanBeMeasured(t *testing.T) {
	t.Parallel()
	for name, series := range map[string][]incident.Series{
		"no series":           nil,
		"only states":         {{Service: "a", Name: "disk_used_ratio", Points: every(time.Minute, 1, 2, 3)}},
		"nothing after onset": {{Service: "a", Name: "latency_seconds", Points: every(time.Minute, 1, 2, 3)}},
	} {
		if got := shift.Origins(series, shop, shift.OriginOptions{Onset: onset, Target: "a"}); len(got) != 0 {
			t.Errorf("%s: got %+v", name, got)
		}
	}
}
