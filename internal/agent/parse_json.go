package agent

import (
	"encoding/json"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// The names under which logging libraries put the parts of an event: slog, zap,
// zerolog, logrus, bunyan, pino, winston, log4j's JSON layouts, logstash
// encoders, Serilog's compact format, structlog, Monolog, ECS and GELF. The
// first one that is there counts.
type jsonNames struct{ time, level, message, stack []string }

func knownNames() jsonNames {
	return jsonNames{
		time:    []string{"time", "ts", "timestamp", "@timestamp", "@t", "t", "datetime", "timeMillis", "instant", "asctime", "date"},
		level:   []string{"level", "severity", "lvl", "levelname", "log.level", "loglevel", "log_level", "level_name", "@l"},
		message: []string{"msg", "message", "@m", "@mt", "event", "short_message", "text", "body"},
		stack:   []string{"stack", "stack_trace", "stacktrace", "stackTrace", "error.stack_trace", "exc_info", "exception", "@x", "err", "error", "thrown", "backtrace"},
	}
}

// readJSON reads one JSON object, and reports whether it is one. Without a
// message the body is the whole text.
func readJSON(line *incident.LogLine, text string, zone *time.Location) bool {
	fields, ok := decodeObject(text)
	if !ok {
		return false
	}
	names := knownNames()
	if value, ok := take(fields, names.time); ok {
		line.At = jsonTime(value, zone)
	}
	if value, ok := take(fields, names.level); ok {
		line.Level = jsonLevel(value)
	}
	if value, ok := take(fields, names.message); ok {
		line.Body = jsonText(value)
	}
	if line.Body == "" {
		line.Body = text
	}
	for _, name := range names.stack {
		if value, ok := fields[name]; ok {
			addStack(line, name, value)
			delete(fields, name)
		}
	}
	for name, value := range fields {
		setAttr(line, name, jsonText(value))
	}
	return true
}

func decodeObject(text string) (map[string]any, bool) {
	if len(text) < 2 || text[0] != '{' {
		return nil, false
	}
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var fields map[string]any
	if decoder.Decode(&fields) != nil {
		return nil, false
	}
	_, err := decoder.Token()
	return fields, err == io.EOF
}

func take(fields map[string]any, names []string) (any, bool) {
	i := slices.IndexFunc(names, func(name string) bool { _, ok := fields[name]; return ok })
	if i < 0 {
		return nil, false
	}
	value := fields[names[i]]
	delete(fields, names[i])
	return value, true
}

// addStack puts an error's own words and its stack trace into the body: they
// are what the event is about, and tell one "request failed" from another.
func addStack(line *incident.LogLine, name string, value any) {
	var words string
	switch v := value.(type) {
	case string:
		words = v
	case map[string]any: // pino's err, log4j's thrown
		message, stack := "", ""
		for _, key := range []string{"message", "localizedMessage", "msg"} {
			if text, ok := v[key].(string); ok && message == "" {
				message = text
			}
		}
		for _, key := range []string{"stack", "stack_trace", "stacktrace", "extendedStackTrace", "trace"} {
			if text, ok := v[key].(string); ok && stack == "" {
				stack = text
			}
		}
		words = message
		if stack != "" {
			words = stack
		}
	default:
		words = jsonText(value)
	}
	switch {
	case words == "" || strings.Contains(line.Body, words):
	case strings.Contains(words, "\n"):
		line.Body += "\n" + words
	case len(words) < 512:
		line.Body += ": " + words
	default:
		setAttr(line, name, words)
	}
}

func jsonLevel(value any) string {
	switch v := value.(type) {
	case string:
		if n, err := strconv.Atoi(v); err == nil {
			return numericLevel(n)
		}
		return levelOf(strings.TrimSpace(v))
	case json.Number:
		if n, err := strconv.Atoi(v.String()); err == nil {
			return numericLevel(n)
		}
	}
	return ""
}

// jsonTime reads text in the forms of timestamp, numbers as seconds,
// milliseconds, microseconds or nanoseconds by their size, and log4j's instant.
func jsonTime(value any, zone *time.Location) time.Time {
	switch v := value.(type) {
	case string:
		if at, n := timestamp(v, time.Time{}, zone); n > 0 {
			return at
		}
		return epoch(v)
	case json.Number:
		return epoch(v.String())
	case map[string]any:
		seconds, ok := v["epochSecond"].(json.Number)
		if !ok {
			return time.Time{}
		}
		at := epoch(seconds.String())
		if nanos, ok := v["nanoOfSecond"].(json.Number); ok && !at.IsZero() {
			if n, err := nanos.Int64(); err == nil && n >= 0 && n < 1e9 {
				at = at.Add(time.Duration(n))
			}
		}
		return at
	}
	return time.Time{}
}

// epoch reads a number as time since 1970 in the unit that makes it a date
// between 2001 and 2286; anything else is no time.
func epoch(text string) time.Time {
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || n < 1e9 || n >= 1e19 {
		return time.Time{}
	}
	if whole, err := strconv.ParseInt(text, 10, 64); err == nil {
		switch {
		case n < 1e10:
			return time.Unix(whole, 0).UTC()
		case n >= 1e12 && n < 1e13:
			return time.UnixMilli(whole).UTC()
		case n >= 1e15 && n < 1e16:
			return time.UnixMicro(whole).UTC()
		case n >= 1e18:
			return time.Unix(0, whole).UTC()
		}
		return time.Time{}
	}
	if n >= 1e12 && n < 1e13 {
		n /= 1000
	}
	if n >= 1e10 {
		return time.Time{}
	}
	seconds, fraction := math.Modf(n)
	return time.Unix(int64(seconds), int64(math.Round(fraction*1e6))*1000).UTC()
}

func jsonText(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		return strconv.FormatBool(v)
	}
	text, err := json.Marshal(value)
	if err != nil {
		return ""
	}
	return string(text)
}
