package pattern

import (
	"strings"

	"github.com/sigap-dev/sigap/internal/incident"
)

// levels from the least severe; the first is for lines that do not say.
var levels = [...]string{"", "trace", "debug", "info", "warn", "error", "fatal"}

const severeLevel = 5 // error

// IsError says whether a line reports an error: by its level, or, if it has
// none, by a stack trace or the usual words.
func IsError(l incident.LogLine) bool { return levelOf(l) >= severeLevel }

// levelOf is the index of a line's level.
func levelOf(l incident.LogLine) int {
	switch strings.ToLower(l.Level) {
	case "":
		return guessLevel(l.Body)
	case "trace":
		return 1
	case "debug":
		return 2
	case "info", "notice", "information":
		return 3
	case "warn", "warning":
		return 4
	case "error", "err", "severe":
		return 5
	case "fatal", "critical", "crit", "alert", "emerg", "emergency", "panic":
		return 6
	}
	return 0
}

// maxGuess is how much of a line is read to guess its level: levels stand at
// the front.
const maxGuess = 256 // bytes

// guessLevel reads the level from a line that came without one. It looks for
// whole words, so that "error_count=0" and "errors: 0" say nothing.
func guessLevel(body string) int {
	line, trace, _ := strings.Cut(body, "\n")
	if trace != "" && errorClass(trace[:min(len(trace), maxTrace)]) != "" {
		return severeLevel
	}
	line = line[:min(len(line), maxGuess)]
	for w := range strings.FieldsFuncSeq(line, func(r rune) bool { return strings.ContainsRune(" \t[]():,;<>|\"'=", r) }) {
		switch w {
		case "ERROR", "Error", "error", "ERR", "SEVERE", "Exception", "E":
			return 5
		case "FATAL", "fatal", "Fatal", "CRITICAL", "PANIC", "panic":
			return 6
		case "WARN", "WARNING", "warning", "Warning", "warn":
			return 4
		case "INFO", "info", "NOTICE":
			return 3
		case "DEBUG", "debug":
			return 2
		}
	}
	return 0
}
