package shift_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/sigap-dev/sigap/internal/evidence/shift"
	"github.com/sigap-dev/sigap/internal/incident"
)

var midnight = time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC)

// every makes points a step apart, beginning at midnight.
func every(step time.Duration, values ...float64) []incident.Point {
	out := make([]incident.Point, len(values))
	for i, v := range values {
		out[i] = incident.Point{At: midnight.Add(time.Duration(i) * step), Value: v}
	}
	return out
}

// gaussian is n values of normal noise around level, the same for a seed.
func gaussian(seed uint64, n int, level, sigma float64) []float64 {
	r := rand.New(rand.NewPCG(seed, 1))
	out := make([]float64, n)
	for i := range out {
		out[i] = level + sigma*r.NormFloat64()
	}
	return out
}

func repeat(v float64, n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = v
	}
	return out
}

func join(parts ...[]float64) []float64 {
	var out []float64
	for _, p := range parts {
		out = append(out, p...)
	}
	return out
}

func counter(steps []float64) []float64 {
	out, sum := make([]float64, len(steps)), 1e6
	for i, s := range steps {
		sum += s
		out[i] = sum
	}
	return out
}

func TestDetectFindsTheMomentAndTheLevels(t *testing.T) {
	t.Parallel()
	nan := math.NaN()
	withGaps := join(gaussian(3, 40, 10, 1), gaussian(4, 20, 18, 1))
	for i := 0; i < len(withGaps); i += 3 {
		withGaps[i] = nan
	}
	rare := gaussian(5, 60, 0, 0)
	rare[7], rare[30] = 1, 2
	for name, tt := range map[string]struct {
		metric        string
		step          time.Duration
		values        []float64
		at            int // index of the first point at the new level
		slack         int // points by which At may be off
		before, after float64
		tolerance     float64
	}{
		"noisy":                      {"latency_seconds", time.Minute, join(gaussian(1, 60, 0.2, 0.02), gaussian(2, 15, 0.5, 0.05)), 60, 0, 0.2, 0.5, 0.05},
		"one and a half sigma":       {"cpu_ratio", time.Minute, join(gaussian(7, 80, 10, 1), gaussian(8, 60, 14, 1)), 80, 2, 10, 14, 0.7},
		"constant, then a jump":      {"pool_used", time.Minute, join(repeat(5, 30), repeat(20, 5)), 30, 0, 5, 20, 0},
		"constant, four points":      {"pool_used", time.Minute, join(repeat(5, 4), repeat(20, 2)), 4, 0, 5, 20, 0},
		"drop to zero":               {"requests", time.Minute, join(gaussian(9, 30, 100, 5), repeat(0, 4)), 30, 0, 100, 0, 5},
		"ten seconds, five minutes":  {"errors", 10 * time.Second, join(gaussian(10, 25, 1, 0.3), gaussian(11, 5, 9, 1)), 25, 0, 1, 9, 1},
		"rare events, then many":     {"errors", time.Minute, join(rare, []float64{6, 8, 7, 9, 8}), 60, 0, 0, 8, 1},
		"every third value missing":  {"queue", time.Minute, withGaps, 40, 1, 10, 18, 1},
		"raw counter":                {"errors_total", time.Minute, counter(join(gaussian(12, 40, 60, 6), gaussian(13, 12, 240, 9))), 40, 0, 1, 4, 0.2},
		"over again, long since":     {"latency_seconds", time.Minute, join(gaussian(14, 40, 1, 0.1), gaussian(15, 12, 4, 0.3), gaussian(16, 60, 1, 0.1)), 40, 0, 1, 4, 0.4},
		"a spike long before":        {"latency_seconds", time.Minute, join(gaussian(17, 20, 1, 0.1), []float64{400}, gaussian(18, 20, 1, 0.1), gaussian(19, 10, 2, 0.1)), 41, 0, 1, 2, 0.2},
		"a slow ramp at the start":   {"heap_bytes", time.Minute, join(gaussian(20, 40, 50, 1), []float64{56, 62, 68, 74, 80}, gaussian(21, 20, 85, 1)), 40, 1, 50, 84, 4},
		"negative values":            {"celsius", time.Minute, join(gaussian(22, 40, -20, 0.5), gaussian(23, 20, -5, 0.5)), 40, 0, -20, -5, 1},
		"the last point, very large": {"queue", time.Minute, join(gaussian(24, 40, 10, 1), []float64{90}), 40, 0, 10, 90, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, ok := shift.Detect(incident.Series{Name: tt.metric, Points: every(tt.step, tt.values...)}, shift.Options{})
			if !ok {
				t.Fatalf("no change found; best was %+v", got)
			}
			want := midnight.Add(time.Duration(tt.at) * tt.step)
			if d := got.At.Sub(want).Abs(); d > time.Duration(tt.slack)*tt.step {
				t.Errorf("changed at %v, want %v", got.At, want)
			}
			if math.Abs(got.Before-tt.before) > tt.tolerance || math.Abs(got.After-tt.after) > tt.tolerance {
				t.Errorf("levels %.3g → %.3g, want %.3g → %.3g", got.Before, got.After, tt.before, tt.after)
			}
			if (got.Direction == shift.Up) != (tt.after > tt.before) {
				t.Errorf("direction %q for %.3g → %.3g", got.Direction, got.Before, got.After)
			}
		})
	}
}

func TestDetectFindsNothingWhereNothingChanged(t *testing.T) {
	t.Parallel()
	ramp := make([]float64, 120)
	for i := range ramp {
		ramp[i] = float64(i)
	}
	spike := gaussian(1, 60, 10, 1)
	spike[30] = 1000
	for name, values := range map[string][]float64{
		"no points":          nil,
		"one point":          {1},
		"too few before":     {1, 1, 1, 9},
		"constant":           repeat(7, 50),
		"noise":              gaussian(2, 200, 10, 1),
		"a single spike":     spike,
		"a steady ramp":      ramp,
		"nothing but NaN":    repeat(math.NaN(), 30),
		"rare single errors": join(repeat(0, 10), []float64{1}, repeat(0, 20), []float64{1}, repeat(0, 15), []float64{1}),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got, ok := shift.Detect(incident.Series{Name: "m", Points: every(time.Minute, values...)}, shift.Options{}); ok {
				t.Errorf("found %+v", got)
			}
		})
	}
}

func TestDetectRarelyTakesNoiseForAChange(t *testing.T) {
	t.Parallel()
	const trials = 1000
	most := map[string]float64{"normal": 0.01, "heavy-tailed": 0.03, "wandering": 0.15}
	for _, n := range []int{8, 30, 200} {
		for kind, sample := range map[string]func(seed uint64) []float64{
			"normal": func(seed uint64) []float64 { return gaussian(seed, n, 10, 1) },
			"heavy-tailed": func(seed uint64) []float64 {
				v := gaussian(seed, n, 0, 1)
				for i := range v {
					v[i] = math.Exp(1.2 * v[i])
				}
				return v
			},
			"wandering": func(seed uint64) []float64 {
				v := gaussian(seed, n, 0, 1)
				for i := 1; i < len(v); i++ {
					v[i] += 0.8 * v[i-1]
				}
				return v
			},
		} {
			wrong := 0
			for seed := range uint64(trials) {
				if _, ok := shift.Detect(incident.Series{Name: "m", Points: every(time.Minute, sample(seed)...)}, shift.Options{}); ok {
					wrong++
				}
			}
			if share := float64(wrong) / trials; share > most[kind] {
				t.Errorf("%s, %d points: %.1f %% of quiet series are said to change, want at most %g %%", kind, n, 100*share, 100*most[kind])
			}
		}
	}
}

func TestDetectTakesTheDailyRiseForNormalOnceItKnowsTheDay(t *testing.T) {
	t.Parallel()
	const perDay = 24 * 12
	busy := func(days int, extra float64) []float64 {
		v := gaussian(5, days*perDay, 0, 3)
		for i := range v {
			if hour := i % perDay / 12; hour >= 9 && hour < 17 {
				v[i] += 100
			}
			v[i] += 50
		}
		for i := len(v) - 24; i < len(v); i++ {
			v[i] += extra
		}
		return v
	}
	cut := func(v []float64) []incident.Point { // end at 11:00 of the last day: two hours after the rise
		return every(5*time.Minute, v...)[:len(v)-13*12]
	}
	plain := cut(busy(5, 0))
	today := plain[len(plain)-11*12:]
	if _, ok := shift.Detect(incident.Series{Name: "m", Points: today}, shift.Options{}); !ok {
		t.Error("without history the rise at nine is a change, but none was found")
	}
	if got, ok := shift.Detect(incident.Series{Name: "m", Points: today}, shift.Options{Baseline: plain[:4*perDay]}); ok {
		t.Errorf("the rise at nine is normal by four days of history, but was found: %+v", got)
	}
	if got, ok := shift.Detect(incident.Series{Name: "m", Points: plain}, shift.Options{}); ok {
		t.Errorf("a series of five days knows its own mornings, but found %+v", got)
	}
	night := cut(busy(5, 0))
	for i := len(night) - 18; i < len(night); i++ {
		night[i].Value += 60
	}
	got, ok := shift.Detect(incident.Series{Name: "m", Points: night}, shift.Options{})
	if !ok || !got.At.Equal(night[len(night)-18].At) {
		t.Errorf("60 more than usual at 09:30: found %v %+v, want a change at %v", ok, got, night[len(night)-18].At)
	}
	if math.Abs(got.Before-150) > 6 {
		t.Errorf("level before %.3g, want the usual one of that hour, 150", got.Before)
	}
}

func TestDetectLooksOnlyWhereItIsTold(t *testing.T) {
	t.Parallel()
	points := every(time.Minute, join(repeat(1, 20), repeat(50, 30), gaussian(1, 30, 50, 0.5), gaussian(2, 10, 58, 0.5))...)
	between := incident.Window{From: midnight.Add(60 * time.Minute)}
	got, _ := shift.Detect(incident.Series{Name: "m", Points: points}, shift.Options{Between: between})
	if want := midnight.Add(80 * time.Minute); !got.At.Equal(want) {
		t.Errorf("best change in the window is at %v, want %v", got.At, want)
	}
}

func TestDetectDependsOnNeitherUnitNorOffset(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		// Hundredths, so that rounding by the offset does not erase a value.
		hundredths := rapid.SliceOfN(rapid.IntRange(-100_000, 100_000), 6, 60).Draw(t, "hundredths")
		jump := float64(rapid.IntRange(-5000, 5000).Draw(t, "jump"))
		values := make([]float64, len(hundredths))
		for i, h := range hundredths {
			values[i] = float64(h) / 100
		}
		for i := len(values) / 2; i < len(values); i++ {
			values[i] += jump
		}
		scale := rapid.Float64Range(0.01, 1000).Draw(t, "scale")
		offset := rapid.Float64Range(-1000, 1000).Draw(t, "offset")
		moved := make([]float64, len(values))
		for i, v := range values {
			moved[i] = v*scale + offset
		}
		a, _ := shift.Detect(incident.Series{Name: "m", Points: every(time.Minute, values...)}, shift.Options{})
		b, _ := shift.Detect(incident.Series{Name: "m", Points: every(time.Minute, moved...)}, shift.Options{})
		if !a.At.Equal(b.At) || a.Direction != b.Direction {
			t.Fatalf("%v %v became %v %v under ×%v%+v", a.At, a.Direction, b.At, b.Direction, scale, offset)
		}
		if math.Abs(a.Score-b.Score) > 1e-3*(1+a.Score) {
			t.Fatalf("score %v became %v under ×%v%+v", a.Score, b.Score, scale, offset)
		}
	})
}

func TestDetectDoesNotDependOnTheOrderOfPoints(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.Float64Range(0, 100), 5, 40).Draw(t, "values")
		points := every(time.Minute, values...)
		mixed := rapid.Permutation(points).Draw(t, "mixed")
		a, okA := shift.Detect(incident.Series{Name: "m", Points: points}, shift.Options{})
		b, okB := shift.Detect(incident.Series{Name: "m", Points: mixed}, shift.Options{})
		if a != b || okA != okB {
			t.Fatalf("%+v became %+v", a, b)
		}
	})
}

func BenchmarkDetect(b *testing.B) {
	for name, n := range map[string]int{"an hour": 360, "a day": 8640} {
		s := incident.Series{Name: "m", Points: every(10*time.Second, join(gaussian(1, n*3/4, 10, 1), gaussian(2, n/4, 20, 1))...)}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				shift.Detect(s, shift.Options{})
			}
		})
	}
}
