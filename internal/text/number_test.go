package text

import (
	"math"
	"testing"
	"time"
)

func TestNumbersAreWrittenAsTheLanguageDoes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		of     float64
		en, id string
	}{
		{0, "0", "0"}, {0.3, "0.3", "0,3"}, {0.01234, "0.0123", "0,0123"}, {1.284, "1.28", "1,28"}, {63.33, "63.3", "63,3"}, {1284, "1,284", "1.284"},
		{1234567, "1,234,567", "1.234.567"}, {-4.5, "−4.5", "−4,5"}, {1e-9, "0", "0"}, {999.6, "1,000", "1.000"}, {math.NaN(), "?", "?"}, {math.Inf(1), "?", "?"},
	} {
		if en, id := (Reader{}).Number(c.of), (Reader{Lang: "id"}).Number(c.of); en != c.en || id != c.id {
			t.Errorf("%v: %q and %q, want %q and %q", c.of, en, id, c.en, c.id)
		}
	}
}

func TestQuantitiesCarryTheirUnit(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		of     float64
		unit   string
		en, id string
	}{
		{0.19, "ratio", "19%", "19%"}, {0.041, "ratio", "4.1%", "4,1%"}, {0.003, "ratio", "0.3%", "0,3%"}, {0.0003, "ratio", "0.03%", "0,03%"},
		{0, "ratio", "0%", "0%"}, {0.00001, "ratio", "<0.01%", "<0,01%"}, {1, "ratio", "100%", "100%"}, {0.0996, "ratio", "10%", "10%"},
		{0.2, "seconds", "0.2 s", "0,2 dtk"}, {0.004, "seconds", "4 ms", "4 ms"}, {2.5, "seconds", "2.5 s", "2,5 dtk"}, {0, "seconds", "0 s", "0 dtk"}, {30, "seconds", "30 s", "30 dtk"}, {5400, "seconds", "1 h 30 min", "1 jam 30 mnt"},
		{1.4e9, "bytes", "1.4 GB", "1,4 GB"}, {512, "bytes", "512 B", "512 B"}, {999_700, "bytes", "1 MB", "1 MB"},
		{32, "1/s", "32/s", "32/dtk"}, {5, "", "5", "5"}, {5, "orders", "5 orders", "5 orders"}, {math.NaN(), "seconds", "?", "?"}, {1e300, "bytes", "", ""},
	} {
		en, id := (Reader{}).Quantity(c.of, c.unit), (Reader{Lang: "id"}).Quantity(c.of, c.unit)
		if c.en != "" && (en != c.en || id != c.id) {
			t.Errorf("%v %s: %q and %q, want %q and %q", c.of, c.unit, en, id, c.en, c.id)
		}
	}
}

func TestSpansAreSaidInTheirTwoLargestUnits(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		of                   time.Duration
		en, id, long, ticker string
	}{
		{0, "0 s", "0 dtk", "0 seconds", "0:00"},
		{400 * time.Millisecond, "0.4 s", "0,4 dtk", "0 seconds", "0:00"},
		{time.Second, "1 s", "1 dtk", "1 second", "0:01"},
		{26 * time.Second, "26 s", "26 dtk", "26 seconds", "0:26"},
		{59*time.Second + 700*time.Millisecond, "1 min", "1 menit", "1 minute", "1:00"},
		{4 * time.Minute, "4 min", "4 menit", "4 minutes", "4:00"},
		{72 * time.Second, "1 min 12 s", "1 mnt 12 dtk", "1 minute", "1:12"},
		{15*time.Minute + 2*time.Second, "15 min", "15 menit", "15 minutes", "15:02"},
		{72 * time.Minute, "1 h 12 min", "1 jam 12 mnt", "1 hour 12 minutes", "1:12:00"},
		{time.Hour, "1 h", "1 jam", "1 hour", "1:00:00"},
		{72 * time.Hour, "3 days", "3 hari", "3 days", "3 days"},
		{-time.Minute, "1 min", "1 menit", "0 seconds", "0:00"},
	} {
		en, id := Reader{}, Reader{Lang: "id"}
		if got := [4]string{en.Duration(c.of), id.Duration(c.of), en.spell(c.of), en.stopwatch(c.of)}; got != [4]string{c.en, c.id, c.long, c.ticker} {
			t.Errorf("%v: %q, want %q", c.of, got, [4]string{c.en, c.id, c.long, c.ticker})
		}
	}
}

func TestTimesAreInTheReadersZone(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 8, 23, 18, 3, 9, 0, time.UTC)
	en, id := Reader{Location: jakarta}, Reader{Lang: "id", Location: jakarta}
	for _, c := range []struct{ got, want string }{
		{en.Clock(at), "01:03"}, {id.Clock(at), "01.03"}, {en.Date(at), "24 August 2026"}, {id.Date(at), "24 Agustus 2026"},
		{en.DateTime(at), "24 August 2026, 01:03 WIB"}, {id.DateTime(at), "24 Agustus 2026, 01.03 WIB"},
		{Reader{}.DateTime(at), "23 August 2026, 18:03 UTC"},
		{en.when(at, at.Add(time.Hour)), "01:03"}, {en.when(at, at.Add(-2*time.Hour)), "24 August 2026, 01:03"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}
