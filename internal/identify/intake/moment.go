package intake

import (
	"strconv"
	"strings"
	"time"
)

// unendedLife is how long an alert lasts whose sender never tells its end, when
// it is not sent again.
const unendedLife = time.Hour

// moment is a time as senders write it: RFC 3339, the same without a zone
// (taken as UTC), or Unix seconds, milliseconds, microseconds or nanoseconds,
// as a number or a string. What cannot be read is the zero time, because an
// alert is not to be lost for its clock.
type moment struct{ time.Time }

// UnmarshalJSON never fails.
func (m *moment) UnmarshalJSON(b []byte) error {
	m.Time = parseTime(spell(b))
	return nil
}

// parseTime reads a time in one of the forms of [moment].
func parseTime(s string) time.Time {
	if t, err := time.Parse(time.RFC3339Nano, s); err == nil {
		return plausible(t)
	}
	s = strings.TrimSpace(s)
	if n, err := strconv.ParseFloat(s, 64); err == nil {
		return plausible(unixTime(s, n))
	}
	for _, layout := range [...]string{
		time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999Z07:00",
		"2006-01-02 15:04:05.999999999 Z0700", "2006-01-02 15:04:05.999999999 MST",
		"2006-01-02 15:04:05.999999999",
		"2006-01-02T15:04:05.999999999Z0700", time.RFC1123Z, time.RFC1123,
	} {
		if t, err := time.Parse(layout, s); err == nil {
			return plausible(t)
		}
	}
	return time.Time{}
}

// unixTime takes the unit from the size of n: seconds until the year 5138,
// then milliseconds, microseconds, nanoseconds.
func unixTime(s string, n float64) time.Time {
	whole, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		if n < 0 || n > 1e11 {
			return time.Time{}
		}
		return time.UnixMicro(int64(n * 1e6))
	}
	switch {
	case whole < 1e11:
		return time.Unix(whole, 0)
	case whole < 1e14:
		return time.UnixMilli(whole)
	case whole < 1e17:
		return time.UnixMicro(whole)
	default:
		return time.Unix(0, whole)
	}
}

// plausible turns a time that cannot be of an alert, such as Go's zero time
// for "not ended", into the zero time, and others into UTC microseconds, which
// is what the store keeps.
func plausible(t time.Time) time.Time {
	t = t.UTC()
	if y := t.Year(); y < 2000 || y >= 2100 {
		return time.Time{}
	}
	return t.Truncate(time.Microsecond)
}
