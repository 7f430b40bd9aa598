package recorder

import (
	"io"
	"strings"

	logspb "go.opentelemetry.io/proto/otlp/logs/v1"

	"github.com/sigap-dev/sigap/internal/incident"
)

// DecodeLogs reads an OTLP/HTTP logs request (ExportLogsServiceRequest) as
// protobuf or JSON, plain or gzip, of at most limit bytes decompressed (MaxOTLP).
// The message of an exception attribute and its stack trace become part of the
// body they belong to. Records with nothing to say are rejected and counted.
func DecodeLogs(contentType, encoding string, body io.Reader, limit int64) ([]incident.LogLine, Partial, error) {
	var data logspb.LogsData
	json, err := decodeOTLP(contentType, encoding, body, limit, &data)
	if err != nil {
		return nil, Partial{}, err
	}
	var lines []incident.LogLine
	var partial Partial
	for _, resource := range data.GetResourceLogs() {
		from := readResource(resource.GetResource())
		for _, scope := range resource.GetScopeLogs() {
			for _, record := range scope.GetLogRecords() {
				line := readRecord(&from, record, json)
				if line.Body == "" && line.Attrs == nil {
					partial.reject(1, "log record without body and attributes")
					continue
				}
				lines = append(lines, line)
			}
		}
	}
	return lines, partial, nil
}

func readRecord(from *origin, record *logspb.LogRecord, json bool) incident.LogLine {
	line := incident.LogLine{
		At:      instant(record.GetTimeUnixNano()),
		Service: from.Service,
		Host:    from.Host,
		Level:   readLevel(record.GetSeverityNumber(), record.GetSeverityText()),
		Body:    valueText(record.GetBody(), 0),
		Attrs:   from.withAttrs(record.GetAttributes()),
	}
	if line.At.IsZero() {
		line.At = instant(record.GetObservedTimeUnixNano())
	}
	if name := record.GetEventName(); name != "" && line.Body == "" {
		line.Body = name
	}
	line.Body = cut(strings.ToValidUTF8(withException(line.Body, record), "\uFFFD"), maxBody)
	if id := record.GetTraceId(); len(id) > 0 {
		if line.Attrs == nil {
			line.Attrs = map[string]string{}
		}
		line.Attrs["trace_id"] = idText(id, json)
		if span := record.GetSpanId(); len(span) > 0 {
			line.Attrs["span_id"] = idText(span, json)
		}
	}
	delete(line.Attrs, "exception.stacktrace") // it is in the body now
	return line
}

// withException appends the exception of the semantic conventions to the body,
// unless the body has it already.
func withException(body string, record *logspb.LogRecord) string {
	var message, trace string
	for _, attr := range record.GetAttributes() {
		switch attr.GetKey() {
		case "exception.message":
			message = valueText(attr.GetValue(), 0)
		case "exception.stacktrace":
			trace = valueText(attr.GetValue(), 0)
		}
	}
	if body == "" {
		body, message = message, ""
	}
	if trace != "" {
		message = "" // a stack trace begins with it
	}
	for _, part := range []string{message, trace} {
		if part != "" && !strings.Contains(body, part) {
			body += "\n" + part
		}
	}
	return body
}

// readLevel goes by the severity number, whose ranges of four are the levels,
// and where there is none by the words that logging libraries use.
func readLevel(number logspb.SeverityNumber, text string) string {
	if number > 0 && number <= 24 {
		return levels()[1+(number-1)/4]
	}
	switch strings.ToLower(strings.TrimSpace(text)) {
	case "trace", "finest", "finer", "verbose":
		return "trace"
	case "debug", "fine", "dbg":
		return "debug"
	case "info", "information", "informational", "notice", "inf":
		return "info"
	case "warn", "warning", "wrn":
		return "warn"
	case "error", "err", "severe":
		return "error"
	case "fatal", "critical", "crit", "alert", "emerg", "emergency", "panic":
		return "fatal"
	}
	return ""
}
