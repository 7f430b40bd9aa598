package agent

import (
	"strings"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

const (
	maxEvent     = 128 << 10 // bytes of one event, stack trace included; the rest is cut
	maxAttrs     = 32        // attributes of one event
	maxAttrValue = 1 << 10   // bytes of an attribute's value
)

// parser reads the events of one service's log files.
type parser struct {
	service string
	host    string
	format  string // as in LogConfig
	zone    *time.Location
}

// parse makes an event of its text. The time is the text's own, else the one
// that the container runtime noted, else now.
func (p *parser) parse(text string, noted, now time.Time) incident.LogLine {
	line := incident.LogLine{Service: p.service, Host: p.host}
	p.read(&line, text, now)
	if line.At.IsZero() {
		line.At = noted
	}
	if line.At.IsZero() {
		line.At = now
	}
	// A trace without a head of its own may have joined the line before it, so
	// that it raises the level of mere information too.
	if rank(line.Level) < rank("warn") {
		if level := levelOfTrace(line.Body); level != "" {
			line.Level = level
		}
	}
	return line
}

func (p *parser) read(line *incident.LogLine, text string, now time.Time) {
	switch p.format {
	case "json":
		if readJSON(line, text, p.zone) {
			return
		}
	case "logfmt":
		if readLogfmt(line, text, now, p.zone) {
			return
		}
	case "combined":
		if readCombined(line, text) {
			return
		}
	case "auto":
		switch first := text[:min(1, len(text))]; {
		case first == "{" && readJSON(line, text, p.zone):
			return
		case readCombined(line, text):
			return
		case readLogfmt(line, text, now, p.zone):
			return
		}
	}
	p.readPlain(line, text, now)
}

// readPlain takes the timestamp off the front, since At has it, and leaves the
// rest as people know it.
func (p *parser) readPlain(line *incident.LogLine, text string, now time.Time) {
	at, n := timestampAt(text, now, p.zone)
	if n > 0 {
		line.At = at
		rest := strings.TrimLeft(text[n:], "] :\t")
		if strings.IndexByte("IWEF", text[0]) >= 0 && n == 21 { // klog: the level is the letter before the time
			line.Level = map[byte]string{'I': "info", 'W': "warn", 'E': "error", 'F': "fatal"}[text[0]]
		}
		if rest != "" {
			text = rest
		}
	}
	line.Body = text
	if line.Level == "" {
		line.Level = levelIn(text)
	}
}

// levelOfTrace answers the level of an event that names none but is a crash:
// fatal for what ends a process, error for a stack trace.
func levelOfTrace(body string) string {
	head := body[:min(len(body), 400)]
	switch {
	case strings.HasPrefix(head, "panic: "), strings.HasPrefix(head, "fatal error: "), strings.HasPrefix(head, "Unhandled exception"), strings.Contains(head, "PHP Fatal error"):
		return "fatal"
	case strings.Contains(head, "Traceback (most recent call last)"), strings.HasPrefix(head, `Exception in thread "`):
		return "error"
	case strings.Contains(body, "\n\tat "), strings.Contains(body, "\n    at "), strings.Contains(body, "\n   at "), strings.Contains(body, "\n\tfrom "), strings.Contains(body, "\nStack trace:"):
		return "error"
	}
	return ""
}

// setAttr keeps an attribute within bounds.
func setAttr(line *incident.LogLine, name, value string) {
	if name == "" || value == "" || len(line.Attrs) >= maxAttrs {
		return
	}
	if line.Attrs == nil {
		line.Attrs = map[string]string{}
	}
	line.Attrs[name] = cut(value, maxAttrValue)
}

// cut shortens text to at most limit bytes at a rune's boundary, and says so.
func cut(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	const mark = " [cut]"
	return strings.ToValidUTF8(text[:limit-len(mark)], "") + mark
}
