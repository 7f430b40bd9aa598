package agent

import (
	"strconv"
	"strings"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// readLogfmt reads key=value pairs, values quoted as in Go where they must be.
// A line is logfmt if it consists of pairs and one of them is a message or a
// level; others are somebody's prose with an equals sign.
func readLogfmt(line *incident.LogLine, text string, now time.Time, zone *time.Location) bool {
	first, _, _ := strings.Cut(text, " ")
	if strings.IndexByte(first, '=') <= 0 {
		return false
	}
	head, tail, _ := strings.Cut(text, "\n") // a stack trace may follow
	var found incident.LogLine
	var message, failure string
	known := false
	for rest := head; rest != ""; {
		name, value, left, ok := logfmtPair(rest)
		if !ok {
			return false
		}
		rest = left
		switch name {
		case "time", "ts", "timestamp", "t":
			at, n := timestamp(value, now, zone)
			if n == 0 {
				at = epoch(value)
			}
			found.At = at
		case "level", "lvl", "severity":
			found.Level = levelOf(value)
			known = true
		case "msg", "message":
			message = value
			known = true
		case "err", "error":
			failure = value
		default:
			setAttr(&found, name, value)
		}
	}
	if !known {
		return false
	}
	found.Service, found.Host = line.Service, line.Host
	found.Body = message
	switch {
	case message == "" && failure == "":
		found.Body = head
	case message == "":
		found.Body = failure
	case failure != "":
		found.Body += ": " + failure
	}
	if tail != "" {
		found.Body += "\n" + tail
	}
	*line = found
	return true
}

// logfmtPair splits the first pair off.
func logfmtPair(s string) (name, value, rest string, ok bool) {
	end := strings.IndexAny(s, "= \"")
	switch {
	case end == 0:
		return "", "", "", false
	case end < 0:
		return s, "", "", true
	case s[end] == '"':
		return "", "", "", false
	case s[end] == ' ': // a name alone
		return s[:end], "", strings.TrimLeft(s[end:], " "), true
	}
	name, s = s[:end], s[end+1:]
	if strings.HasPrefix(s, `"`) {
		quoted, err := strconv.QuotedPrefix(s)
		if err != nil {
			return "", "", "", false
		}
		if value, err = strconv.Unquote(quoted); err != nil {
			return "", "", "", false
		}
		return name, value, strings.TrimLeft(s[len(quoted):], " "), true
	}
	value, rest, _ = strings.Cut(s, " ")
	return name, value, strings.TrimLeft(rest, " "), true
}

// readCombined reads the common and combined log formats of Apache and nginx.
// The level is the status': 5xx is an error, the rest is traffic. The client's
// address and its browser stay in the body only.
func readCombined(line *incident.LogLine, text string) bool {
	open := strings.IndexByte(text, '[')
	if open < 5 || open > 300 || strings.Count(text[:open], " ") < 3 {
		return false
	}
	at, n := layoutTime(text[open+1:], "02/Jan/2006:15:04:05 -0700", time.UTC)
	rest, isTime := strings.CutPrefix(text[open+1+n:], `] "`)
	if n == 0 || !isTime {
		return false
	}
	request, rest, isRequest := strings.Cut(rest, `" `)
	status, _, _ := strings.Cut(rest, " ")
	code, isCode := number(status)
	if !isRequest || !isCode || len(status) != 3 {
		return false
	}
	line.At, line.Body, line.Level = at, text, "info"
	if code >= 500 {
		line.Level = "error"
	}
	setAttr(line, "status", status)
	if method, target, ok := strings.Cut(request, " "); ok {
		path, _, _ := strings.Cut(target, " ")
		path, _, _ = strings.Cut(path, "?")
		setAttr(line, "method", method)
		setAttr(line, "path", path)
	}
	return true
}
