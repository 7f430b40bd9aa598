package incident

import "time"

// Point is one measurement.
type Point struct {
	At    time.Time `json:"t"`
	Value float64   `json:"v"`
}

// Series is one measured quantity over time, points in order of time.
type Series struct {
	Name    string            `json:"name"`              // metric name, with its unit as suffix as Prometheus has it
	Service string            `json:"service,omitempty"` // empty for a host's own
	Host    string            `json:"host,omitempty"`
	Labels  map[string]string `json:"labels,omitempty"` // what else tells it from its siblings
	Unit    string            `json:"unit,omitempty"`   // seconds, bytes, ratio, 1/s
	Points  []Point           `json:"points"`
}

// Window is a span of time, From included, To not.
type Window struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// LogLine is one log event; a stack trace is part of the event it belongs to.
type LogLine struct {
	At      time.Time         `json:"at"`
	Service string            `json:"service,omitempty"`
	Host    string            `json:"host,omitempty"`
	Level   string            `json:"level,omitempty"` // trace, debug, info, warn, error, fatal; empty if unknown
	Body    string            `json:"body"`
	Attrs   map[string]string `json:"attrs,omitempty"`
}
