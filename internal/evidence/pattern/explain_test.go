package pattern

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

var began = time.Date(2027, 3, 2, 2, 0, 0, 0, time.UTC)

// traffic is a window of two minutes and the half hour before it, with lines of
// two services at a steady pace; fails picks those that are errors.
func traffic(perSecond int, fails func(l incident.LogLine, before bool, rnd *rand.Rand) bool) (now Span, before []Span) {
	rnd := rand.New(rand.NewPCG(9, 10))
	span := func(from, to time.Time, before bool) Span {
		var lines []incident.LogLine
		for at := from; at.Before(to); at = at.Add(time.Second / time.Duration(perSecond)) {
			l := incident.LogLine{At: at, Service: []string{"pay", "mail"}[rnd.IntN(2)], Host: fmt.Sprint("web-", rnd.IntN(4)), Level: "info", Body: "x", Attrs: map[string]string{
				"region":   []string{"eu-1", "us-1", "us-2", "ap-1", "ap-2", "sa-1", "sa-2", "af-1"}[rnd.IntN(8)],
				"version":  []string{"4.2.1", "4.2.0", "4.2.0", "4.2.0"}[rnd.IntN(4)],
				"request":  fmt.Sprint(rnd.Uint64()),
				"trace_id": fmt.Sprint(rnd.Uint64()),
				"level":    "info",
				"status":   "200",
			}}
			l.Attrs["datacentre"] = l.Attrs["region"][:2] // coarser than the region
			l.Attrs["pod"] = "pod-of-" + l.Host           // the same as the host
			if fails(l, before, rnd) {
				l.Level, l.Attrs["level"], l.Attrs["status"], l.Attrs["exception.type"] = "error", "error", "503", "Timeout"
			}
			lines = append(lines, l)
		}
		return Span{incident.Window{From: from, To: to}, slices.Values(lines)}
	}
	for n := range 6 {
		from := began.Add(time.Duration(n-6) * 5 * time.Minute)
		before = append(before, span(from, from.Add(5*time.Minute), true))
	}
	return span(began, began.Add(2*time.Minute), false), before
}

// told writes what was found as people would: a=b & c=d (or e=f).
func told(found []Explanation) []string {
	var out []string
	for _, e := range found {
		join := func(list []Property, by string) string {
			var parts []string
			for _, p := range list {
				parts = append(parts, p.Key+"="+p.Value)
			}
			return strings.Join(parts, by)
		}
		text := join(e.Where, " & ")
		if len(e.Alike) > 0 {
			text += " (or " + join(e.Alike, ", ") + ")"
		}
		out = append(out, text)
	}
	return out
}

func TestExplainNamesWhatHoldsTheErrors(t *testing.T) {
	t.Parallel()
	rare := func(rnd *rand.Rand) bool { return rnd.IntN(500) == 0 }
	for name, tt := range map[string]struct {
		fails func(l incident.LogLine, before bool, rnd *rand.Rand) bool
		want  []string
	}{
		"one region, among errors that are usual": {
			func(l incident.LogLine, before bool, rnd *rand.Rand) bool {
				return !before && l.Attrs["region"] == "us-2" && rnd.IntN(3) == 0 || rare(rnd)
			},
			[]string{"region=us-2", "status=503"},
		},
		"one of four hosts, which cannot be told from its pod": {
			func(l incident.LogLine, before bool, rnd *rand.Rand) bool {
				return !before && l.Service == "pay" && l.Host == "web-2" && rnd.IntN(2) == 0
			},
			[]string{"host=web-2 (or pod=pod-of-web-2)", "status=503"},
		},
		"every line of a host": {
			func(l incident.LogLine, before bool, _ *rand.Rand) bool { return !before && l.Host == "web-2" },
			[]string{"host=web-2 (or pod=pod-of-web-2)", "status=503"},
		},
		"a version in a region": {
			func(l incident.LogLine, before bool, rnd *rand.Rand) bool {
				return !before && l.Attrs["region"] == "us-2" && l.Attrs["version"] == "4.2.1" && rnd.IntN(2) == 0
			},
			[]string{"region=us-2 & version=4.2.1", "status=503"},
		},
		"a host that always fails, and no more than usual": {
			func(l incident.LogLine, _ bool, rnd *rand.Rand) bool { return l.Host == "web-1" && rnd.IntN(9) == 0 },
			nil,
		},
		"a host that always fails, and now another too": {
			func(l incident.LogLine, before bool, rnd *rand.Rand) bool {
				return l.Host == "web-1" && rnd.IntN(9) == 0 || !before && l.Host == "web-3" && rnd.IntN(5) == 0
			},
			[]string{"host=web-3 (or pod=pod-of-web-3)", "status=503"},
		},
		"all alike": {
			func(_ incident.LogLine, before bool, rnd *rand.Rand) bool { return !before && rnd.IntN(9) == 0 },
			[]string{"status=503"},
		},
		"a single moment": {
			func(l incident.LogLine, before bool, _ *rand.Rand) bool {
				return !before && l.At.Sub(began) < 2*time.Second && l.Host == "web-2"
			},
			nil,
		},
		"no errors": {func(incident.LogLine, bool, *rand.Rand) bool { return false }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			now, before := traffic(10, tt.fails)
			if got := told(Explain(now, before).Found); !slices.Equal(got, tt.want) {
				t.Errorf("found %q, want %q", got, tt.want)
			}
		})
	}
}

func TestAnExplanationSaysHowMuch(t *testing.T) {
	t.Parallel()
	now, before := traffic(10, func(l incident.LogLine, before bool, rnd *rand.Rand) bool {
		return !before && (l.Attrs["region"] == "us-2" && rnd.IntN(2) == 0 || rnd.IntN(100) == 0)
	})
	x := Explain(now, before)
	if len(x.Found) == 0 || x.Errors < 75 || x.Compared < 5 {
		t.Fatalf("explained %+v", x)
	}
	e := x.Found[0]
	if e.OfErrors < 0.8 || e.OfErrors > 0.95 || math.Abs(e.OfOthers-0.125) > 0.02 || e.P > 1e-50 || e.Errors < 60 || e.Others < 2000 {
		t.Errorf("explanation %+v", e)
	}
}

func TestTheSameLinesAreExplainedTheSame(t *testing.T) {
	t.Parallel()
	fails := func(l incident.LogLine, before bool, rnd *rand.Rand) bool {
		return rnd.IntN(50) == 0 || !before && l.Host == "web-2" && rnd.IntN(3) == 0
	}
	first := Explain(traffic(10, fails))
	for range 5 {
		if again := Explain(traffic(10, fails)); !reflect.DeepEqual(first, again) {
			t.Fatalf("first %+v, then %+v", first, again)
		}
	}
}

// Whatever the errors are, an attribute drawn by lot explains none of them.
func TestChanceExplainsNothing(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		lot := rand.New(rand.NewPCG(seed, 1))
		line := func(at time.Time, level string) incident.LogLine {
			attrs := map[string]string{}
			for k := range 30 {
				attrs[fmt.Sprint("k", k)] = fmt.Sprint(lot.IntN(1 + k%6))
			}
			return incident.LogLine{At: at, Service: "pay", Level: level, Attrs: attrs}
		}
		var now, usual []incident.LogLine
		for n := range 300 {
			at := began.Add(time.Duration(n) * 300 * time.Millisecond)
			usual = append(usual, line(at.Add(-5*time.Minute), "info"))
			if lot.IntN(4) == 0 {
				now = append(now, line(at, "error"))
			} else {
				now = append(now, line(at, "info"))
			}
		}
		window := incident.Window{From: began, To: began.Add(2 * time.Minute)}
		x := Explain(Span{window, slices.Values(now)}, []Span{{incident.Window{From: began.Add(-5 * time.Minute), To: began}, slices.Values(usual)}})
		if len(x.Found) != 0 || x.Compared == 0 {
			t.Fatalf("seed %d: explained %+v", seed, x)
		}
	}
}

func TestExplainNeedsNoBaseline(t *testing.T) {
	t.Parallel()
	now, _ := traffic(10, func(l incident.LogLine, _ bool, rnd *rand.Rand) bool { return l.Host == "web-2" && rnd.IntN(2) == 0 })
	if got := told(Explain(now, nil).Found); len(got) == 0 || !strings.HasPrefix(got[0], "host=web-2") {
		t.Errorf("found %q", got)
	}
	if x := Explain(Span{}, nil); x.Errors != 0 || x.Found != nil {
		t.Errorf("of nothing: %+v", x)
	}
}

func TestGTestAgreesWithAWorkedExample(t *testing.T) {
	t.Parallel()
	// 30 of 40 errors and 10 of 60 others have it: by hand 2·Σ O·ln(O/E) = 2·(18.858 − 8.755 − 8.755 + 16.425) = 35.55.
	g := gTest(30, 40, 40, 100)
	if math.Abs(g-35.548) > 0.001 {
		t.Errorf("G = %.3f, want 35.548", g)
	}
	if p := chance(3.841); math.Abs(p-0.05) > 1e-4 {
		t.Errorf("chance(3.841) = %v, want 0.05", p)
	}
}

// BenchmarkExplain takes about as many lines as a collection reads at most, each
// with ten properties.
func BenchmarkExplain(b *testing.B) {
	now, before := traffic(80, func(l incident.LogLine, before bool, rnd *rand.Rand) bool {
		return !before && l.Host == "web-2" && rnd.IntN(2) == 0
	})
	lines := 80 * 32 * 60
	b.ReportAllocs()
	for b.Loop() {
		Explain(now, before)
	}
	b.ReportMetric(float64(lines)*float64(b.N)/b.Elapsed().Seconds(), "lines/s")
}
