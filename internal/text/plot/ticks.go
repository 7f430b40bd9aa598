package plot

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// valueTicks returns four to seven round values that enclose low and high.
// What is never negative is drawn from zero, so that a small change looks small.
func valueTicks(low, high float64, binary bool) []float64 {
	if low > 0 {
		low = 0
	}
	if high < 0 {
		high = 0
	}
	if high-low < 1e-12 {
		high = low + 1
	}
	step := roundStep((high-low)/5, binary)
	first, last := math.Floor(low/step), math.Ceil(high/step)
	ticks := make([]float64, 0, 8)
	for i := first; i <= last; i++ {
		ticks = append(ticks, i*step)
	}
	return ticks
}

// roundStep returns the next of 1, 2, 5 times a power of ten, or the next
// power of two for bytes, that is at least rough.
func roundStep(rough float64, binary bool) float64 {
	if binary && rough >= 1 {
		return math.Exp2(math.Ceil(math.Log2(rough)))
	}
	power := math.Pow(10, math.Floor(math.Log10(rough)))
	for _, times := range []float64{1, 2, 5, 10} {
		if times*power >= rough*(1-1e-9) {
			return times * power
		}
	}
	return 10 * power
}

// unit is how values are written.
type unit struct {
	factor float64 // shown = value × factor
	suffix string
	binary bool
	comma  bool // decimal comma
}

// unitOf returns the unit for values up to most of a series' unit (seconds,
// bytes, ratio, 1/s; anything else is written behind the number).
func unitOf(name string, most float64, lang string) unit {
	u := unit{factor: 1, comma: lang == "id"}
	switch name {
	case "ratio":
		u.factor, u.suffix = 100, " %"
	case "seconds", "s":
		u.suffix = " s"
		if most < 1 {
			u.factor, u.suffix = 1e3, " ms"
		}
	case "bytes":
		u.binary, u.suffix = true, " B"
		for _, prefix := range []string{" KiB", " MiB", " GiB", " TiB"} {
			if most*u.factor < 1024 {
				break
			}
			u.factor, u.suffix = u.factor/1024, prefix
		}
	case "1/s":
		u.suffix = "/s"
	case "":
	default:
		u.suffix = " " + name
	}
	if !u.binary && most*u.factor >= 1e4 {
		u = u.shorten(most)
	}
	return u
}

// shorten writes large numbers with k, M or G.
func (u unit) shorten(most float64) unit {
	for _, prefix := range []string{"k", "M", "G"} {
		if most*u.factor < 1e3 {
			break
		}
		u.factor /= 1e3
		suffix := strings.TrimLeft(u.suffix, "kMG")
		u.suffix = prefix + suffix
	}
	return u
}

// format writes v with as many decimals as tell the ticks apart.
func (u unit) format(v float64, ticks []float64) string {
	decimals := 0
	if len(ticks) > 1 {
		step := (ticks[1] - ticks[0]) * u.factor
		decimals = int(min(max(0, math.Ceil(-math.Log10(step)-1e-9)), 9))
		for scaled := step * math.Pow10(decimals); decimals < 9 && math.Abs(scaled-math.Round(scaled)) > 1e-6*scaled; scaled = step * math.Pow10(decimals) {
			decimals++
		}
	}
	text := strconv.FormatFloat(v*u.factor, 'f', decimals, 64)
	if u.comma {
		text = strings.Replace(text, ".", ",", 1)
	}
	return text + u.suffix
}

// timeTicks returns three to eight round moments between from and to, in the
// zone of from.
func timeTicks(from, to time.Time) []time.Time {
	step := timeStep(to.Sub(from))
	day := time.Date(from.Year(), from.Month(), from.Day(), 0, 0, 0, 0, from.Location())
	first := day.Add(from.Sub(day).Truncate(step))
	var ticks []time.Time
	for at := first; !at.After(to); at = at.Add(step) {
		if !at.Before(from) {
			ticks = append(ticks, at)
		}
	}
	return ticks
}

// timeStep is the round step that makes at most eight ticks of a span.
func timeStep(span time.Duration) time.Duration {
	for _, step := range []time.Duration{
		time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second, 15 * time.Second, 30 * time.Second,
		time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute,
		time.Hour, 2 * time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour, 48 * time.Hour,
	} {
		if span/step <= 7 {
			return step
		}
	}
	const day = 24 * time.Hour
	return (span/day + 6) / 7 * day
}

// timeLayout shows no more of a moment than tells the ticks apart.
func timeLayout(ticks []time.Time, from, to time.Time) string {
	step := to.Sub(from)
	if len(ticks) > 1 {
		step = ticks[1].Sub(ticks[0])
	}
	switch {
	case step < time.Minute:
		return "15:04:05"
	case step >= 24*time.Hour:
		return "02/01"
	case from.YearDay() != to.YearDay() && to.Sub(from) > 24*time.Hour:
		return "02/01 15:04"
	}
	return "15:04"
}
