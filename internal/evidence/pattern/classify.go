package pattern

import "strings"

// classify gives a token its type from the characters it is made of.
func classify(s string, seen uint8, slashes int) kind {
	if seen&cDigit == 0 {
		switch {
		case seen&(cLetter|cHex) == 0:
			if s == "-" {
				return empty // no value, in access logs and many others
			}
			return word
		case seen == cHex && len(s) >= 8:
			return hex
		case slashes > 1, slashes == 1 && (s[0] == '/' && len(s) > 1 || strings.IndexByte(s[1:], '.') >= 0):
			return path
		case len(s) == 3 && isCalendar(s):
			return calendar
		case isHost(s):
			return host
		}
		return word
	}
	if seen == cDigit {
		return number
	}
	if slashes > 0 && isDotted(strings.TrimLeft(s, "/")) {
		return address // as Java and URLs have it
	}
	if slashes == 2 && len(s) == 11 && isCalendar(s[3:6]) {
		return clock // 10/Oct/2000
	}
	if slashes > 0 && seen&(cLetter|cHex) != 0 {
		if s[0] == '/' || slashes > 1 {
			return path
		}
		return ident
	}
	return classifyDigits(s, seen)
}

// classifyDigits tells the types apart that have digits and more.
func classifyDigits(s string, seen uint8) kind {
	digits, dots, dashes := 0, 0, 0
	for i := range len(s) {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			digits++
		case c == '.':
			dots++
		case c == '-':
			dashes++
		}
	}
	switch {
	case len(s) > 2 && s[0] == '0' && (s[1] == 'x' || s[1] == 'X'):
		return hex
	case seen&(cLetter|cHex|cSlash) == 0:
		switch {
		case dots == 3 && digits+dots == len(s):
			return address
		case dashes == 2 && s[0] != '-' && digits+dashes == len(s), seen&cSlash != 0:
			return clock
		}
		return number
	case isTimestamp(s):
		return clock
	case len(s) == 36 && dashes == 4 && seen&cLetter == 0:
		return uuid
	case seen&(cLetter|cSlash|cDot) == 0 && len(s) >= 6:
		return hex
	case seen&cSlash != 0 && seen&(cLetter|cHex) == 0:
		return clock
	}
	if u := numberWithUnit(s); u != word {
		return u
	}
	return ident
}

// isTimestamp says whether s begins like 2026-11-24T.
func isTimestamp(s string) bool {
	return len(s) > 10 && s[10] == 'T' && s[4] == '-' && s[7] == '-' && isNumber(s[:4]) && isNumber(s[5:7]) && isNumber(s[8:10])
}

func isNumber(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// isHost says whether s is a domain name below one of the general top-level
// domains or the usual private ones.
func isHost(s string) bool {
	s = strings.TrimRight(s, ".")
	i := strings.LastIndexByte(s, '.')
	if i <= 0 {
		return s == "localhost"
	}
	switch s[i+1:] {
	case "com", "org", "net", "edu", "gov", "mil", "info", "biz", "io", "local", "internal", "lan":
		return true
	}
	return false
}

func hasLetter(s string) bool {
	for i := range len(s) {
		if classes[s[i]]&(cLetter|cHex) != 0 {
			return true
		}
	}
	return false
}

// isDotted says whether s is four numbers with dots between them.
func isDotted(s string) bool {
	dots := 0
	for i := range len(s) {
		if s[i] == '.' {
			dots++
		} else if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return dots == 3
}

// numberWithUnit reads "15ms", "1.5GB", "2h30m".
func numberWithUnit(s string) kind {
	i := 0
	if s[0] == '-' || s[0] == '+' || s[0] == '~' {
		i++
	}
	first := i
	for i < len(s) && (s[i] >= '0' && s[i] <= '9' || s[i] == '.') {
		i++
	}
	if i == first || i == len(s) {
		return word
	}
	end := i
	for end < len(s) && classes[s[end]]&(cLetter|cHex) != 0 {
		end++
	}
	u := unit(s[i:end])
	if end < len(s) && u == duration && numberWithUnit(s[end:]) == duration {
		return duration
	}
	if end < len(s) && s[end:] != "." {
		return word
	}
	return u
}

// unit gives the type of a quantity from its unit; word if s is none.
func unit(s string) kind {
	switch s {
	case "ns", "us", "µs", "ms", "s", "m", "h", "d",
		"nsec", "nsecs", "usec", "usecs", "msec", "msecs", "sec", "secs", "min", "mins", "hr", "hrs",
		"nanoseconds", "microseconds", "milliseconds", "millisecond", "millis", "seconds", "second", "minutes", "minute",
		"hours", "hour", "days", "day",
		"sec.", "secs.", "ms.", "seconds.", "minutes.", "hours.", "milliseconds.":
		return duration
	case "B", "KB", "MB", "GB", "TB", "PB", "kB", "KiB", "MiB", "GiB", "TiB", "K", "M", "G", "T", "k",
		"bytes", "byte", "Bytes", "kb", "mb", "gb", "bytes.", "KB.", "MB.", "GB.":
		return size
	}
	return word
}

func isCalendar(s string) bool {
	switch s {
	case "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
		"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun":
		return true
	}
	return false
}
