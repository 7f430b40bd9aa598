package agent

import (
	"strings"
	"time"
)

// timestampAt reads the timestamp that a line begins with, after an opening
// bracket or a syslog priority, and answers how many bytes it takes with those;
// 0 if the line begins with none. Timestamps without a zone are in loc, without
// a year (syslog, klog) in the year that brings them nearest to now.
func timestampAt(line string, now time.Time, loc *time.Location) (time.Time, int) {
	start := 0
	if len(line) > 0 && line[0] == '<' { // <165> or <165>1, RFC 3164 and 5424
		if end := strings.IndexByte(line[:min(len(line), 6)], '>'); end > 1 && digits(line[1:end]) {
			start = end + 1
			if strings.HasPrefix(line[start:], "1 ") {
				start += 2
			}
		}
	}
	if start < len(line) && line[start] == '[' {
		start++
	}
	at, n := timestamp(line[start:], now, loc)
	if n == 0 {
		return time.Time{}, 0
	}
	return at, start + n
}

func timestamp(s string, now time.Time, loc *time.Location) (time.Time, int) {
	if len(s) < 15 {
		return time.Time{}, 0
	}
	switch c := s[0]; {
	case c >= '0' && c <= '9' && (s[4] == '-' || s[4] == '/'):
		return isoTime(s, loc)
	case c >= '0' && c <= '9' && s[2] == '/':
		return layoutTime(s, "02/Jan/2006:15:04:05 -0700", loc) // access logs
	case c >= '0' && c <= '9':
		return redisTime(s, loc)
	case strings.IndexByte("IWEF", c) >= 0 && digits(s[1:5]):
		if at, n := yearless(s[1:], "0102 15:04:05.000000", now, loc); n > 0 { // klog
			return at, n + 1
		}
		return time.Time{}, 0
	case c >= 'A' && c <= 'Z' && s[3] == ' ' && s[7] == ' ':
		if at, n := layoutTime(s, "Mon Jan 02 15:04:05.000000 2006", loc); n > 0 {
			return at, n
		}
		return layoutTime(s, "Mon Jan 02 15:04:05 2006", loc) // Apache's error log
	case c >= 'A' && c <= 'Z' && s[3] == ' ':
		return yearless(s, "Jan _2 15:04:05", now, loc) // syslog
	}
	return time.Time{}, 0
}

// isoTime reads 2006-01-02T15:04:05 and its many relatives by hand, since most
// lines have it: slashes or dashes, T or a space, a fraction after a point or a
// comma, and Z, an offset, UTC or nothing.
func isoTime(s string, loc *time.Location) (time.Time, int) {
	if len(s) < 19 || s[7] != s[4] || s[10] != 'T' && s[10] != ' ' && s[10] != 't' || s[13] != ':' || s[16] != ':' {
		return time.Time{}, 0
	}
	year, ok1 := number(s[0:4])
	month, ok2 := number(s[5:7])
	day, ok3 := number(s[8:10])
	hour, ok4 := number(s[11:13])
	minute, ok5 := number(s[14:16])
	second, ok6 := number(s[17:19])
	if !ok1 || !ok2 || !ok3 || !ok4 || !ok5 || !ok6 || month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60 {
		return time.Time{}, 0
	}
	n, nanos := 19, 0
	if n < len(s) && (s[n] == '.' || s[n] == ',') {
		n++
		for unit := 100_000_000; n < len(s) && s[n] >= '0' && s[n] <= '9'; n++ {
			nanos += int(s[n]-'0') * unit
			unit /= 10
		}
	}
	zone, width := zoneAt(s[n:], loc)
	return time.Date(year, time.Month(month), day, hour, minute, second, nanos, zone).UTC(), n + width
}

// zoneAt reads a zone after a time: Z, +07:00, +0700, +07, " UTC", " GMT" or
// " +0700"; loc if there is none.
func zoneAt(s string, loc *time.Location) (zone *time.Location, width int) {
	rest := strings.TrimPrefix(s, " ")
	space := len(s) - len(rest)
	switch {
	case strings.HasPrefix(rest, "Z"), strings.HasPrefix(rest, "z"):
		return time.UTC, space + 1
	case strings.HasPrefix(rest, "UTC"), strings.HasPrefix(rest, "GMT"):
		return time.UTC, space + 3
	case len(rest) >= 3 && (rest[0] == '+' || rest[0] == '-'):
		hours, ok := number(rest[1:3])
		if !ok || hours > 14 {
			return loc, 0
		}
		seconds, n := hours*3600, 3
		tail := strings.TrimPrefix(rest[3:], ":")
		if len(tail) >= 2 {
			if minutes, ok := number(tail[:2]); ok && minutes < 60 {
				seconds += minutes * 60
				n = len(rest) - len(tail) + 2
			}
		}
		if rest[0] == '-' {
			seconds = -seconds
		}
		return time.FixedZone("", seconds), space + n
	}
	return loc, 0
}

func layoutTime(s, layout string, loc *time.Location) (time.Time, int) {
	if len(s) < len(layout) {
		return time.Time{}, 0
	}
	at, err := time.ParseInLocation(layout, s[:len(layout)], loc)
	if err != nil {
		return time.Time{}, 0
	}
	return at.UTC(), len(layout)
}

// redisTime reads what Redis begins a line with: "12345:M 24 Nov 2026 12:00:00.123".
func redisTime(s string, loc *time.Location) (time.Time, int) {
	colon := strings.IndexByte(s[:min(len(s), 12)], ':')
	if colon < 1 || !digits(s[:colon]) || len(s) < colon+3 || s[colon+2] != ' ' || !isLetter(s[colon+1]) {
		return time.Time{}, 0
	}
	at, n := layoutTime(s[colon+3:], "02 Jan 2006 15:04:05.000", loc)
	if n == 0 {
		return time.Time{}, 0
	}
	return at, colon + 3 + n
}

func yearless(s, layout string, now time.Time, loc *time.Location) (time.Time, int) {
	if len(s) < len(layout) {
		return time.Time{}, 0
	}
	parsed, err := time.ParseInLocation(layout, s[:len(layout)], loc)
	if err != nil {
		return time.Time{}, 0
	}
	year := now.In(loc).Year()
	best := parsed.AddDate(year-parsed.Year(), 0, 0)
	for _, other := range []int{-1, 1} {
		if at := parsed.AddDate(year+other-parsed.Year(), 0, 0); at.Sub(now).Abs() < best.Sub(now).Abs() {
			best = at
		}
	}
	return best.UTC(), len(layout)
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// number reads a few digits; it does not guard against overflow.
func number(s string) (n int, ok bool) {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n, true
}
