package text

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Number writes f with three figures, and with the language's own marks.
func (r Reader) Number(f float64) string {
	a := math.Abs(f)
	switch {
	case math.IsNaN(f) || math.IsInf(f, 0):
		return "?"
	case a >= 100:
		return r.decimal(f, 0)
	case a >= 10:
		return r.decimal(f, 1)
	case a >= 1 || a == 0:
		return r.decimal(f, 2)
	case a < 1e-6:
		return "0"
	default:
		return r.decimal(f, 2-int(math.Floor(math.Log10(a))))
	}
}

// decimal writes f with at most so many decimals.
func (r Reader) decimal(f float64, decimals int) string {
	s := strconv.FormatFloat(math.Abs(f), 'f', decimals, 64)
	whole, fraction, _ := strings.Cut(s, ".")
	fraction = strings.TrimRight(fraction, "0")
	thousands, point := ",", "."
	if r.indonesian() {
		thousands, point = ".", ","
	}
	for n := len(whole) - 3; n > 0; n -= 3 {
		whole = whole[:n] + thousands + whole[n:]
	}
	if fraction != "" {
		whole += point + fraction
	}
	if f < 0 && whole != "0" {
		return "−" + whole
	}
	return whole
}

// Percent writes a ratio: 19%, 4.1%, 0.03%.
func (r Reader) Percent(ratio float64) string {
	p := ratio * 100
	switch a := math.Abs(p); {
	case math.IsNaN(p) || math.IsInf(p, 0):
		return "?"
	case a >= 9.95:
		return r.decimal(p, 0) + "%"
	case a >= 0.095 || a == 0:
		return r.decimal(p, 1) + "%"
	case a >= 0.005:
		return r.decimal(p, 2) + "%"
	default:
		return "<" + r.decimal(0.01, 2) + "%"
	}
}

// Quantity writes a value with its unit: seconds, bytes, ratio, 1/s, or any
// other word, which follows the number.
func (r Reader) Quantity(v float64, unit string) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return "?"
	}
	switch unit {
	case "seconds":
		return r.seconds(v)
	case "bytes":
		return r.bytes(v)
	case "ratio":
		return r.Percent(v)
	case "1/s":
		return r.Number(v) + r.say("unit.perSecond")
	case "":
		return r.Number(v)
	default:
		return r.Number(v) + " " + cut(oneLine(unit), 24)
	}
}

func (r Reader) seconds(v float64) string {
	switch a := math.Abs(v); {
	case a == 0:
		return "0 " + r.say("unit.second")
	case a < 0.0995:
		return r.decimal(v*1000, max(0, 1-int(math.Floor(math.Log10(a*1000))))) + " ms"
	case a < 9.95:
		return r.decimal(v, 1) + " " + r.say("unit.second")
	case a < math.MaxInt64/1e9:
		return r.Duration(time.Duration(v * float64(time.Second)))
	default:
		return r.Number(v) + " " + r.say("unit.second")
	}
}

func (r Reader) bytes(v float64) string {
	units := []string{"B", "KB", "MB", "GB", "TB", "PB"}
	n := 0
	for n < len(units)-1 && math.Abs(v) >= 999.5 {
		v, n = v/1000, n+1
	}
	if math.Abs(v) < 9.95 {
		return r.decimal(v, 1) + " " + units[n]
	}
	return r.decimal(v, 0) + " " + units[n]
}

// Duration writes a span in its two largest units: 4 s, 1 min 12 s, 15 min,
// 1 h 12 min, 3 days.
func (r Reader) Duration(d time.Duration) string {
	if d < 0 {
		d = -d
	}
	switch {
	case d < time.Second:
		if d = d.Round(100 * time.Millisecond); d > 0 && d < time.Second {
			return r.decimal(d.Seconds(), 1) + " " + r.say("unit.second")
		}
		return strconv.Itoa(int(d.Seconds())) + " " + r.say("unit.second")
	case d < 10*time.Minute:
		d = d.Round(time.Second)
		if seconds := d % time.Minute; seconds > 0 {
			return r.units(int(d/time.Minute), "unit.minute", int(seconds/time.Second), "unit.second")
		}
		return strconv.Itoa(int(d/time.Minute)) + " " + r.say("unit.minuteAlone")
	case d < 48*time.Hour:
		d = d.Round(time.Minute)
		if d < time.Hour {
			return strconv.Itoa(int(d/time.Minute)) + " " + r.say("unit.minuteAlone")
		}
		return r.units(int(d/time.Hour), "unit.hour", int(d%time.Hour/time.Minute), "unit.minute")
	default:
		return r.say("unit.days", "n", r.Number(math.Round(d.Hours()/24)))
	}
}

func (r Reader) units(large int, largeUnit string, small int, smallUnit string) string {
	var parts []string
	if large > 0 {
		parts = append(parts, strconv.Itoa(large)+" "+r.say(largeUnit))
	}
	if small > 0 || large == 0 {
		parts = append(parts, strconv.Itoa(small)+" "+r.say(smallUnit))
	}
	return strings.Join(parts, " ")
}

// spell is Duration in whole words, for sentences that are read at leisure:
// 15 minutes, 1 hour 12 minutes.
func (r Reader) spell(d time.Duration) string {
	d = max(d, 0)
	word := func(n int, unit string) string { return r.say("spell."+unit, "n", strconv.Itoa(n)) }
	switch {
	case d < time.Minute-500*time.Millisecond:
		return word(int(d.Round(time.Second).Seconds()), "second")
	case d < time.Hour-30*time.Second:
		return word(int(d.Round(time.Minute)/time.Minute), "minute")
	case d < 48*time.Hour:
		d = d.Round(time.Minute)
		if minutes := int(d % time.Hour / time.Minute); minutes > 0 {
			return word(int(d/time.Hour), "hour") + " " + word(minutes, "minute")
		}
		return word(int(d/time.Hour), "hour")
	default:
		return word(int(math.Round(d.Hours()/24)), "day")
	}
}

// stopwatch writes a span as a clock does: 0:26, 15:02, 1:48:05. Days are said
// in words.
func (r Reader) stopwatch(d time.Duration) string {
	d = max(d, 0).Round(time.Second)
	minutes, seconds := int(d/time.Minute), int(d%time.Minute/time.Second)
	switch {
	case d >= 48*time.Hour:
		return r.Duration(d)
	case d >= time.Hour:
		return fmt.Sprintf("%d:%02d:%02d", minutes/60, minutes%60, seconds)
	default:
		return fmt.Sprintf("%d:%02d", minutes, seconds)
	}
}
