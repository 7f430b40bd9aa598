package pattern

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// tenMinutes is the i-th window of ten minutes before the incident's, which is 0.
func tenMinutes(i int) incident.Window {
	from := noon.Add(time.Duration(-10*i) * time.Minute)
	return incident.Window{From: from, To: from.Add(10 * time.Minute)}
}

// journal makes a Span of n lines each of the given bodies, spread over its window.
// A body's "%d" is replaced by a number; "error: " before it sets its level.
func journal(w incident.Window, counts map[string]int) Span {
	var lines []incident.LogLine
	for body, n := range counts {
		level, text, found := strings.Cut(body, ": ")
		if !found {
			level, text = "info", body
		}
		for i := range n {
			at := w.From.Add(w.To.Sub(w.From) * time.Duration(i) / time.Duration(n))
			lines = append(lines, incident.LogLine{At: at, Service: "pay", Level: level, Body: strings.ReplaceAll(text, "%d", fmt.Sprint(i))})
		}
	}
	slices.SortFunc(lines, func(a, b incident.LogLine) int {
		if c := a.At.Compare(b.At); c != 0 {
			return c
		}
		return strings.Compare(a.Body, b.Body)
	})
	return Span{w, slices.Values(lines)}
}

func baseline(windows int, counts map[string]int) (spans []Span) {
	for i := range windows {
		spans = append(spans, journal(tenMinutes(windows-i), counts))
	}
	return spans
}

func TestCompareSaysWhatIsNewSurgingStoppedAndRare(t *testing.T) {
	t.Parallel()
	usual := map[string]int{"request %d served": 400, "warn: retry %d": 5, "heartbeat %d": 60, "error: card %d declined": 8}
	for name, tc := range map[string]struct {
		now     map[string]int
		windows int
		want    []string
	}{
		"nothing changed": {usual, 3, nil},
		"a little more":   {map[string]int{"request %d served": 440, "warn: retry %d": 9, "heartbeat %d": 58, "error: card %d declined": 11}, 3, nil},
		"a new error": {
			map[string]int{"request %d served": 390, "heartbeat %d": 60, "error: pool exhausted after %d tries": 3, "error: card %d declined": 8, "warn: retry %d": 5}, 3,
			[]string{"new pool exhausted after <n> tries"},
		},
		"errors before the rest, new before surging": {
			map[string]int{
				"request %d served": 390, "heartbeat %d": 60, "error: card %d declined": 60, "warn: retry %d": 90,
				"error: pool exhausted %d": 20, "opened circuit %d": 30,
			},
			3,
			[]string{"new pool exhausted <n>", "surging card <n> declined", "new opened circuit <n>", "surging retry <n>"},
		},
		"few new lines that are no errors say nothing": {
			map[string]int{"request %d served": 390, "heartbeat %d": 60, "error: card %d declined": 8, "warn: retry %d": 5, "cache warmed %d": 9}, 3, nil,
		},
		"a heartbeat that stopped": {
			map[string]int{"request %d served": 390, "error: card %d declined": 8, "warn: retry %d": 5}, 3,
			[]string{"stopped heartbeat <n>"},
		},
		"one error never seen before": {
			map[string]int{"request %d served": 390, "heartbeat %d": 60, "error: card %d declined": 8, "warn: retry %d": 5, "fatal: out of memory": 1}, 3,
			[]string{"rare out of memory"},
		},
		"no baseline at all": {
			map[string]int{"request %d served": 390, "error: card %d declined": 8}, 0,
			[]string{"unjudged card <n> declined"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, f := range Compare(journal(tenMinutes(0), tc.now), baseline(tc.windows, usual), CompareOptions{}) {
				got = append(got, string(f.Kind)+" "+f.Template)
			}
			if !slices.Equal(got, tc.want) {
				t.Errorf("found %q, want %q", got, tc.want)
			}
		})
	}
}

func TestAFindingCarriesWhatOneNeedsToBelieveIt(t *testing.T) {
	t.Parallel()
	trace := "charge 7 failed\njava.sql.SQLTransientException: pool empty\n\tat Pool.get(Pool.java:42)\n\tat Pay.charge(Pay.java:7)"
	now := journal(tenMinutes(0), map[string]int{"error: " + trace: 30, "info: ok %d": 100})
	before := baseline(4, map[string]int{"error: " + trace: 2, "info: ok %d": 100})
	found := Compare(now, before, CompareOptions{})
	if len(found) != 1 {
		t.Fatalf("%d findings, want 1: %+v", len(found), found)
	}
	f := found[0]
	if f.Kind != KindSurging || f.Count != 30 || f.BaselineRate != 2 || f.Factor != 15 || f.P >= 1e-4 || f.Level != "error" || f.Service != "pay" {
		t.Errorf("finding %+v", f)
	}
	if len(f.Samples) != 1 || f.Samples[0] != trace {
		t.Errorf("samples %q, want the stack trace in one piece, once", f.Samples)
	}
	if len(f.Spark) != 48 || f.Spark[0] == 0 || f.SparkSpan.From != tenMinutes(4).From || f.SparkSpan.To != tenMinutes(0).To {
		t.Errorf("spark %v over %v", f.Spark, f.SparkSpan)
	}
	total := 0.0
	for _, n := range f.Spark {
		total += n
	}
	if total != 38 {
		t.Errorf("the spark has %v lines, want 38", total)
	}
	if f.FirstSeen != tenMinutes(4).From || !f.LastSeen.After(noon) {
		t.Errorf("first seen %v, last %v", f.FirstSeen, f.LastSeen)
	}
	if text, err := json.Marshal(f); err != nil || !strings.Contains(string(text), `"baselineRate":2`) {
		t.Errorf("as JSON %s (%v)", text, err)
	}
}

func TestTheSamePatternHasTheSameFingerprintInAnotherIncident(t *testing.T) {
	t.Parallel()
	fingerprint := func(other string) string {
		now := journal(tenMinutes(0), map[string]int{"error: pool %d is empty": 20, other: 5})
		return Compare(now, baseline(2, map[string]int{"fine": 9}), CompareOptions{})[0].Fingerprint
	}
	a, b := fingerprint("info: something"), fingerprint("info: else %d happened")
	if a == "" || a != b {
		t.Errorf("fingerprints %q and %q, want equal", a, b)
	}
}

func TestCompareSaysWhichValueOfAVariableBecameFrequent(t *testing.T) {
	t.Parallel()
	counts := func(failed int) map[string]int {
		m := map[string]int{}
		for i := range 500 {
			status := 200
			if i < failed {
				status = 503
			}
			m[fmt.Sprintf(`info: "GET /cart/%d" status: %d time: 0.0%d`, i, status, i*7%89)] = 1
		}
		return m
	}
	if found := Compare(journal(tenMinutes(0), counts(4)), baseline(2, counts(4)), CompareOptions{}); len(found) != 0 {
		t.Errorf("nothing changed, found %+v", found)
	}
	found := Compare(journal(tenMinutes(0), counts(150)), baseline(2, counts(4)), CompareOptions{})
	if len(found) != 1 || found[0].Kind != KindShifted || len(found[0].Shifts) != 1 {
		t.Fatalf("found %+v, want one shift", found)
	}
	s := found[0].Shifts[0]
	if s.Key != "status" || s.Value != "503" || s.Count != 150 || s.Share != 0.3 || s.BaselineShare != 0.008 || s.P >= 1e-6 {
		t.Errorf("shift %+v", s)
	}
}

func TestWhoeverSurgesInATemplateIsNamed(t *testing.T) {
	t.Parallel()
	users := []string{"ann", "bob", "eve", "joe", "zoe", "kim"}
	usual, now := map[string]int{}, map[string]int{}
	for _, u := range users {
		usual["error: login failed for user "+u+" twice"] = 10
		now["error: login failed for user "+u+" twice"] = 10
	}
	now["error: login failed for user eve twice"] = 400
	found := Compare(journal(tenMinutes(0), now), baseline(3, usual), CompareOptions{})
	if len(found) != 1 || found[0].Kind != KindSurging || len(found[0].Shifts) != 1 || found[0].Shifts[0].Value != "eve" || found[0].Shifts[0].Key != "user" {
		t.Errorf("found %+v, want a surge by user eve", found)
	}
}

func TestAChangeMustBeLargeAgainstHowMuchTheBaselineVaries(t *testing.T) {
	t.Parallel()
	const line = "batch %d done"
	now := journal(tenMinutes(0), map[string]int{line: 60, "tick": 1})
	var steady, bursty []Span
	for i, n := range []int{0, 0, 70, 0, 0, 35, 0} {
		bursty = append(bursty, journal(tenMinutes(7-i), map[string]int{line: n, "tick": 1}))
		steady = append(steady, journal(tenMinutes(7-i), map[string]int{line: 15, "tick": 1}))
	}
	if found := Compare(now, steady, CompareOptions{}); len(found) != 1 || found[0].Kind != KindSurging {
		t.Errorf("steady baseline: %+v, want one surge", found)
	}
	if found := Compare(now, bursty, CompareOptions{}); len(found) != 0 {
		t.Errorf("bursty baseline: %+v, want nothing", found)
	}
}

func TestChanceAloneMakesHardlyAnyFindings(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(7, 8))
	poisson := func(mean int) map[string]int {
		counts := map[string]int{}
		for i := range 50 {
			n := 0
			for range mean * 20 {
				if rnd.IntN(20) == 0 {
					n++
				}
			}
			counts[fmt.Sprintf("error: w%c%c happened", 'a'+i/26, 'a'+i%26)] = n
		}
		return counts
	}
	alarms := 0
	for range 20 {
		var before []Span
		for i := range 3 {
			before = append(before, journal(tenMinutes(3-i), poisson(12)))
		}
		for _, f := range Compare(journal(tenMinutes(0), poisson(12)), before, CompareOptions{}) {
			if f.Kind != KindRare {
				alarms++
			}
		}
	}
	if alarms > 1 {
		t.Errorf("%d findings in 20 comparisons of 50 templates where nothing changed", alarms)
	}
}

func TestLinesOutsideTheWindowDoNotCount(t *testing.T) {
	t.Parallel()
	late := journal(tenMinutes(-1), map[string]int{"error: boom %d": 50})
	late.Window = tenMinutes(0)
	if found := Compare(late, baseline(2, map[string]int{"fine": 3}), CompareOptions{}); len(found) != 0 {
		t.Errorf("found %+v in lines after the window", found)
	}
}

func TestMoreTemplatesThanAreKeptStillMakeFindings(t *testing.T) {
	t.Parallel()
	var lines []incident.LogLine
	for i, body := range randomLines(5_000) {
		lines = append(lines, incident.LogLine{At: noon.Add(time.Duration(i) * time.Millisecond), Level: "error", Body: body})
		if i%10 == 0 {
			lines = append(lines, incident.LogLine{At: noon.Add(time.Duration(i) * time.Millisecond), Level: "error", Body: fmt.Sprint("disk ", i, " full")})
		}
	}
	found := Compare(Span{tenMinutes(0), slices.Values(lines)}, baseline(2, map[string]int{"fine": 3}), CompareOptions{})
	if len(found) != 100 || found[0].Template != "disk <n> full" || found[0].Count != 500 {
		t.Errorf("%d findings, the first %+v", len(found), found[0])
	}
	for _, f := range found {
		if f.Template == "" || len(f.Samples) == 0 {
			t.Errorf("a finding without template or sample: %+v", f)
		}
	}
}

func TestASampleIsCutBetweenCharacters(t *testing.T) {
	t.Parallel()
	for n := maxSample - 4; n < maxSample+4; n++ {
		s := clip(strings.Repeat("x", n) + "ééé")
		if len(s) > maxSample || strings.ToValidUTF8(s, "?") != s {
			t.Errorf("sample of %d bytes, valid %v", len(s), strings.ToValidUTF8(s, "?") == s)
		}
	}
}

func TestTheLevelIsReadFromTheLineIfItHasNone(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]bool{
		"2026-01-01 12:00:00 ERROR [pay] no money":     true,
		"level=error msg=\"no\"":                       true,
		"java: x\njava.io.IOException: y\n\tat a.b(c)": true,
		"goroutine panic: nil map":                     true,
		"error_count=0 of 5":                           false,
		"all is well":                                  false,
		"served 200":                                   false,
	} {
		if got := IsError(incident.LogLine{Body: body}); got != want {
			t.Errorf("IsError(%q) = %v, want %v", body, got, want)
		}
	}
	if IsError(incident.LogLine{Level: "info", Body: "ERROR"}) {
		t.Error("the word in the text overrode the line's own level")
	}
}

func TestExpectationIsADistribution(t *testing.T) {
	t.Parallel()
	minutes := []time.Duration{time.Minute, time.Minute, 2 * time.Minute}
	for _, counts := range [][]int{{0, 0, 0}, {1, 0, 3}, {5, 90, 4}, {1000, 1003, 2001}} {
		e := expect(counts, minutes, time.Minute)
		last := 1.0
		for n := range 3000 {
			if s := e.atLeast(n+1) + e.atMost(n); s < 0.999999 || s > 1.000001 {
				t.Fatalf("%v: P(>%d) + P(<=%d) = %v", counts, n, n, s)
			}
			if p := e.atLeast(n); p > last {
				t.Fatalf("%v: P(>=%d) = %v grew", counts, n, p)
			} else {
				last = p
			}
		}
	}
}

func BenchmarkCompare(b *testing.B) {
	var lines []incident.LogLine
	for i, body := range apacheLines(20_000) {
		lines = append(lines, incident.LogLine{At: noon.Add(time.Duration(i) * time.Hour / 20_000), Service: "web", Level: "error", Body: body})
	}
	now := Span{incident.Window{From: noon.Add(50 * time.Minute), To: noon.Add(time.Hour)}, slices.Values(lines)}
	before := Span{incident.Window{From: noon, To: noon.Add(50 * time.Minute)}, slices.Values(lines)}
	b.ReportAllocs()
	for b.Loop() {
		Compare(now, []Span{before}, CompareOptions{})
	}
	b.ReportMetric(float64(b.N)*20_000/b.Elapsed().Seconds(), "lines/s")
}

func FuzzCompare(f *testing.F) {
	f.Add("user ann left\x00user bob left\x00user eve left\x00user 5 left\x00status 200\x00status 500", uint8(3))
	f.Add("a\nb.Error: c\x00\x00 ()\x00x=1,2,3\x00x=1", uint8(1))
	f.Fuzz(func(t *testing.T, text string, stride uint8) {
		var now, before []incident.LogLine
		for i, body := range strings.Split(text, "\x00") {
			for j := range 12 {
				if at := time.Duration(j) * time.Second; i%(int(stride%5)+1) == 0 {
					now = append(now, incident.LogLine{At: tenMinutes(0).From.Add(at), Body: body})
				} else {
					before = append(before, incident.LogLine{At: tenMinutes(1).From.Add(at), Body: body})
				}
			}
		}
		total := 0
		for _, found := range Compare(Span{tenMinutes(0), slices.Values(now)}, []Span{{tenMinutes(1), slices.Values(before)}}, CompareOptions{}) {
			total += found.Count
			if found.P < 0 || found.P > 1 || found.Score < 0 || found.Score > 100 || len(found.Samples) == 0 {
				t.Errorf("finding %+v", found)
			}
			for _, s := range found.Shifts {
				if s.Count > found.Count || s.Share > 1 || s.BaselineShare > 1 {
					t.Errorf("shift %+v of %+v", s, found)
				}
			}
		}
		if total > len(now) {
			t.Errorf("%d lines in findings, %d were given", total, len(now))
		}
	})
}
