package agent

import (
	"regexp"
	"strings"
	"time"
)

const (
	joinQuiet    = 400 * time.Millisecond // an event ends when its file was silent for so long
	maxJoinLines = 1000                   // lines of one event; a dump of more is cut there
)

// rawLine is a line as read from a file.
type rawLine struct {
	text    string
	noted   time.Time // by the container runtime; zero without one
	partial bool      // the runtime split it: the next line continues it directly
	end     int64     // offset in the file behind it
}

// event is one or more lines that belong together.
type event struct {
	text  string
	noted time.Time
	end   int64
}

// joiner puts the lines of stack traces back into the event they belong to. A
// line begins an event if it has a timestamp, a level or is JSON; in a file
// where lines do, all others continue the one before. In a file of bare text the
// shapes of the languages' traces decide: Java, Kotlin, .NET, Node (frames are
// indented, "Caused by:"), Python (from "Traceback" to the first line at the
// margin), Go (all of a goroutine dump), Ruby ("from"), PHP ("#0").
type joiner struct {
	lines   []string
	size    int
	noted   time.Time
	end     int64
	last    time.Time // when the newest line was read
	partial bool
	headed  bool  // lines of this file have timestamps
	trace   trace // what the open event is in the midst of
	now     func() time.Time
	zone    *time.Location
	out     func(event)
}

// trace is the kind of trace that an event is in the midst of.
type trace int

const (
	noTrace     trace = iota
	goTrace           // a panic or goroutine dump: everything belongs to it
	pythonTrace       // frames; the first line at the margin names the exception
	pythonNext        // named; another trace may follow after a blank line
	phpTrace          // "Stack trace:", then frames "#0"
)

// add takes the next line of the file.
func (j *joiner) add(line rawLine) {
	headed := j.hasHead(line.text)
	begins := headed || j.trace != goTrace && crash(line.text)
	if len(j.lines) > 0 && !j.partial && (begins || !j.continues(line.text) || len(j.lines) >= maxJoinLines) {
		j.flush()
	}
	if len(j.lines) == 0 {
		j.noted = line.noted
		j.trace = noTrace
	}
	j.headed = j.headed || headed
	switch {
	case j.partial && len(j.lines) > 0 && j.size < maxEvent:
		j.lines[len(j.lines)-1] += line.text
		j.size += len(line.text)
	case j.size < maxEvent:
		j.lines = append(j.lines, line.text)
		j.size += len(line.text) + 1
	}
	j.partial = line.partial
	j.end = line.end
	j.last = j.now()
	j.trace = j.follow(line.text)
}

// poll ends the open event if the file has been silent.
func (j *joiner) poll() {
	if len(j.lines) > 0 && j.now().Sub(j.last) >= joinQuiet {
		j.flush()
	}
}

// flush ends the open event.
func (j *joiner) flush() {
	if len(j.lines) == 0 {
		return
	}
	text := strings.TrimRight(strings.Join(j.lines, "\n"), "\n\r\t ")
	j.lines, j.size, j.partial, j.trace = nil, 0, false, noTrace
	if text == "" {
		return
	}
	j.out(event{text: cut(text, maxEvent), noted: j.noted, end: j.end})
}

// hasHead reports whether a line is the first of an event for certain, since it
// begins as a logging library begins its lines.
func (j *joiner) hasHead(text string) bool {
	if text == "" || text[0] == ' ' || text[0] == '\t' {
		return false
	}
	if text[0] == '{' && len(text) > 1 && text[1] == '"' {
		return true
	}
	if _, n := timestampAt(text, time.Time{}, j.zone); n > 0 {
		return true
	}
	first := text[:wordEnd(text)]
	word, _, _ := strings.Cut(strings.Trim(first, "[]"), ":") // ERROR:root:text, as Python has it
	if levelOf(word) != "" && len(word) >= 3 && (word == strings.ToUpper(word) || first[0] == '[') {
		return true
	}
	return strings.HasPrefix(text, "level=") || strings.HasPrefix(text, "time=") || strings.HasPrefix(text, "ts=") || readsCombined(text)
}

// crash reports the first line of what a runtime prints when it gives up: it has
// nothing to do with the line before, whatever that was.
func crash(text string) bool {
	for _, start := range []string{"panic: ", "fatal error: ", "Exception in thread ", "Unhandled exception"} {
		if strings.HasPrefix(text, start) {
			return true
		}
	}
	return false
}

func readsCombined(text string) bool {
	open := strings.IndexByte(text[:min(len(text), 120)], '[')
	if open < 5 {
		return false
	}
	_, n := layoutTime(text[open+1:], "02/Jan/2006:15:04:05 -0700", time.UTC)
	return n > 0
}

func wordEnd(text string) int {
	if i := strings.IndexByte(text[:min(len(text), 20)], ' '); i >= 0 {
		return i
	}
	return min(len(text), 20)
}

// continues reports whether a line that does not begin an event belongs to the
// open one.
func (j *joiner) continues(text string) bool {
	if j.headed {
		return true
	}
	switch j.trace {
	case goTrace, pythonTrace, pythonNext, phpTrace:
		return j.follow(text) != noTrace
	}
	if text == "" {
		return false
	}
	if text[0] == ' ' || text[0] == '\t' {
		return true
	}
	for _, start := range []string{"Caused by: ", "Suppressed: ", "... ", "--- End of", "Stack trace:", "#0 ", "goroutine ", "[signal ", "thrown in", "}", "]", ")", "exit status "} {
		if strings.HasPrefix(text, start) {
			return true
		}
	}
	return rubyFrame(text)
}

// follow answers what the event is in the midst of after a line.
func (j *joiner) follow(text string) trace {
	indented := text != "" && (text[0] == ' ' || text[0] == '\t')
	switch j.trace {
	case goTrace:
		if goFrame(text) || indented || text == "" {
			return goTrace
		}
		return noTrace
	case pythonTrace:
		if indented || strings.HasPrefix(text, "Traceback ") {
			return pythonTrace
		}
		return pythonNext
	case pythonNext:
		switch {
		case text == "", strings.HasPrefix(text, "During handling of the above"), strings.HasPrefix(text, "The above exception was"):
			return pythonNext
		case strings.HasPrefix(text, "Traceback (most recent call last)"):
			return pythonTrace
		case indented:
			return pythonNext
		}
		return noTrace
	case phpTrace:
		if indented || strings.HasPrefix(text, "#") {
			return phpTrace
		}
		return noTrace
	}
	switch {
	case strings.Contains(text, "Traceback (most recent call last)"):
		return pythonTrace
	case strings.HasPrefix(text, "goroutine "), strings.Contains(text, "panic: "), strings.HasPrefix(text, "fatal error: "):
		return goTrace
	case strings.HasPrefix(text, "Stack trace:"):
		return phpTrace
	}
	return noTrace
}

// goFrame reports the lines at the margin of a Go crash: headings of goroutines,
// functions with their arguments, registers.
func goFrame(text string) bool {
	for _, start := range []string{"goroutine ", "created by ", "[signal ", "panic: ", "fatal error: ", "runtime: ", "exit status ", "main.", "runtime."} {
		if strings.HasPrefix(text, start) {
			return true
		}
	}
	return strings.HasSuffix(text, ")") && strings.Contains(text, "(") && strings.IndexByte(text, ' ') < 0 ||
		strings.HasSuffix(text, "(...)")
}

// rubyFrame reports "app/models/order.rb:12:in `charge'"; with a message behind
// it, such a line begins the trace.
func rubyFrame(text string) bool {
	i := strings.Index(text, ":in ")
	return i > 0 && strings.Contains(text[:i], ".rb:") && strings.HasSuffix(text, "'")
}

// criPattern is a line of a Kubernetes container's log: time, stream, whether it
// is whole, text.
const criPattern = `^(\d{4}-\d\d-\d\dT\S+) (?:stdout|stderr) ([FP]) (.*)$`

// unwrap takes a line out of its container runtime's wrapping: Docker's
// json-file and the CRI's "time stream P|F text".
func unwrap(text string, criLine *regexp.Regexp) rawLine {
	if strings.HasPrefix(text, `{"log":"`) {
		if fields, ok := decodeObject(text); ok {
			log, _ := fields["log"].(string)
			inner, whole := strings.CutSuffix(log, "\n")
			return rawLine{text: inner, noted: jsonTime(fields["time"], time.UTC), partial: !whole}
		}
	}
	if len(text) > 40 && text[4] == '-' {
		if m := criLine.FindStringSubmatch(text); m != nil {
			at, _ := timestamp(m[1], time.Time{}, time.UTC)
			return rawLine{text: m[3], noted: at, partial: m[2] == "P"}
		}
	}
	return rawLine{text: text}
}
