package agent

import "strings"

// rank orders the levels of incident.LogLine; unknown is 0.
func rank(level string) int {
	switch level {
	case "trace":
		return 1
	case "debug":
		return 2
	case "info":
		return 3
	case "warn":
		return 4
	case "error":
		return 5
	case "fatal":
		return 6
	}
	return 0
}

// levelOf reads the words that logging libraries use for levels.
func levelOf(word string) string {
	if len(word) > 16 {
		return ""
	}
	switch strings.ToLower(word) {
	case "trace", "trc", "finest", "finer", "verbose", "silly":
		return "trace"
	case "debug", "dbg", "debu", "fine":
		return "debug"
	case "info", "information", "inf", "notice", "note", "config", "log":
		return "info"
	case "warn", "warning", "wrn":
		return "warn"
	case "error", "err", "eror", "severe", "failure":
		return "error"
	case "fatal", "ftl", "critical", "crit", "emerg", "emergency", "alert", "panic", "dpanic":
		return "fatal"
	}
	return ""
}

// numericLevel reads the numbers of bunyan and pino, 10 for trace to 60 for
// fatal; other numbers say nothing.
func numericLevel(n int) string {
	if n%10 != 0 || n < 10 || n > 60 {
		return ""
	}
	return [...]string{"trace", "debug", "info", "warn", "error", "fatal"}[n/10-1]
}

// levelIn finds the level in the head of a line that is plain text: a word in
// capitals, one in brackets, or one that ends in a colon. Words in the running
// text ("no error occurred") say nothing.
func levelIn(line string) string {
	const head = 120
	line = line[:min(len(line), head)]
	for i := 0; i < len(line); {
		if !isLetter(line[i]) {
			i++
			continue
		}
		start := i
		for i < len(line) && isLetter(line[i]) {
			i++
		}
		level := levelOf(line[start:i])
		if level == "" {
			continue
		}
		word := line[start:i]
		if word == strings.ToUpper(word) && len(word) >= 3 && levelWordEnds(line, i) ||
			start > 0 && i < len(line) && bracketed(line[start-1], line[i]) ||
			word != "log" && word != "note" && i < len(line) && line[i] == ':' && len(word) >= 4 {
			return level
		}
	}
	return ""
}

// levelWordEnds keeps INFO_SCHEMA and ERROR404 from being levels.
func levelWordEnds(line string, end int) bool {
	return end == len(line) || line[end] != '_' && (line[end] < '0' || line[end] > '9')
}

// bracketed reports [error], <error>, |error| and Apache's [core:error].
func bracketed(before, after byte) bool {
	switch before {
	case '[', ':':
		return after == ']'
	case '<':
		return after == '>'
	case '|', '(':
		return after == '|' || after == ')'
	}
	return false
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
