package pattern

import "strings"

// maxTrace is how much of a log event of several lines is searched for the
// class of its error, in bytes.
const maxTrace = 8 << 10

// head is what tells a log event apart: its first line, and the class of the
// error if a stack trace follows. The trace's frames change with every
// release and every thread, and do not count.
func head(body string) string {
	end := strings.IndexByte(body, '\n')
	if end < 0 {
		return body
	}
	first := strings.TrimRight(body[:end], "\r ")
	if class := errorClass(body[end+1 : min(len(body), end+1+maxTrace)]); class != "" && !strings.Contains(first, class) {
		return first + " " + class
	}
	return first
}

// errorClass finds the class of the error in a stack trace as Java, Python,
// .NET, JavaScript and Ruby print it: the first line that is not indented and
// begins with a name that ends like the name of an error.
func errorClass(trace string) string {
	for line := range strings.Lines(trace) {
		if line[0] == ' ' || line[0] == '\t' {
			continue
		}
		name := strings.TrimPrefix(strings.TrimRight(line, "\r\n"), "Caused by: ")
		if i := strings.IndexAny(name, ": ("); i >= 0 {
			name = name[:i]
		}
		if isErrorName(name) {
			return name
		}
	}
	return ""
}

func isErrorName(s string) bool {
	for _, suffix := range [...]string{"Exception", "Error", "Failure", "Fault", "Throwable", "Interrupt"} {
		if strings.HasSuffix(s, suffix) {
			return true
		}
	}
	return s == "panic"
}
