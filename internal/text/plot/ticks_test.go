package plot

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestValuesAreWrittenAsPeopleReadThem(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		unit      string
		low, high float64
		lang      string
		want      string
	}{
		{"ratio", 0.001, 0.48, "en", "0 % 10 % 20 % 30 % 40 % 50 %"},
		{"ratio", 0, 0.012, "en", "0.0 % 0.5 % 1.0 % 1.5 %"},
		{"ratio", 0, 0.012, "id", "0,0 % 0,5 % 1,0 % 1,5 %"},
		{"seconds", 0, 0.7, "en", "0 ms 200 ms 400 ms 600 ms 800 ms"},
		{"seconds", 0, 12, "en", "0 s 5 s 10 s 15 s"},
		{"bytes", 0, 3 << 30, "en", "0 GiB 1 GiB 2 GiB 3 GiB"},
		{"bytes", 0, 700, "en", "0 B 256 B 512 B 768 B"},
		{"1/s", 0, 45000, "en", "0k/s 10k/s 20k/s 30k/s 40k/s 50k/s"},
		{"", 0, 3e6, "en", "0M 1M 2M 3M"},
		{"", -30, 20, "en", "-30 -20 -10 0 10 20"},
		{"connections", 0, 0, "en", "0.0 connections 0.2 connections 0.4 connections 0.6 connections 0.8 connections 1.0 connections"},
	} {
		u := unitOf(c.unit, max(-c.low, c.high), c.lang)
		ticks := valueTicks(c.low, c.high, u.binary)
		var words []string
		for _, v := range ticks {
			words = append(words, u.format(v, ticks))
		}
		if got := strings.Join(words, " "); got != c.want {
			t.Errorf("%g to %g %s: %s, want %s", c.low, c.high, c.unit, got, c.want)
		}
	}
}

func TestMomentsAreRoundInTheReadersZone(t *testing.T) {
	t.Parallel()
	jakarta := time.FixedZone("WIB", 7*3600)
	from := time.Date(2026, 11, 24, 1, 32, 10, 0, time.UTC)
	for span, want := range map[time.Duration]string{
		45 * time.Second:    "08:32:10 08:32:20 08:32:30 08:32:40 08:32:50",
		time.Hour:           "08:40 08:50 09:00 09:10 09:20 09:30",
		6 * time.Hour:       "09:00 10:00 11:00 12:00 13:00 14:00",
		30 * time.Hour:      "24/11 12:00 24/11 18:00 25/11 00:00 25/11 06:00 25/11 12:00",
		20 * 24 * time.Hour: "27/11 30/11 03/12 06/12 09/12 12/12",
	} {
		ticks := timeTicks(from.In(jakarta), from.Add(span).In(jakarta))
		layout := timeLayout(ticks, from.In(jakarta), from.Add(span).In(jakarta))
		var words []string
		for _, at := range ticks {
			words = append(words, at.Format(layout))
		}
		if got := strings.Join(words, " "); got != want {
			t.Errorf("%s: %s, want %s", span, got, want)
		}
	}
}

func FuzzValueTicksEncloseTheValues(f *testing.F) {
	f.Add(0.0, 1.0, false)
	f.Add(-3.5, 2e9, true)
	f.Add(1e-300, 1e300, false)
	f.Fuzz(func(t *testing.T, low, high float64, binary bool) {
		if low > high || !finite(low) || !finite(high) {
			return
		}
		ticks := valueTicks(low, high, binary)
		first, last := ticks[0], ticks[len(ticks)-1]
		if len(ticks) < 2 || len(ticks) > 9 || first > low+1e-9*max(-low, high) || last < high-1e-9*max(-low, high) || first == last {
			t.Errorf("%g to %g: %s", low, high, fmt.Sprint(ticks))
		}
	})
}
