package intake

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/sigap-dev/sigap/internal/incident"
)

// Mapping says how a body of somebody's own form is read. Each member is the
// path of a field, such as check.name or results[0].id, or an expression of
// CEL (https://cel.dev) over entry, the alert, and body, the whole. A member
// that is empty is read as [parseGeneric] reads it, so that one sets only what
// Sigap does not find by itself.
type Mapping struct {
	Entries     string `json:"entries,omitempty" maxLength:"1000" doc:"A list in the body of which each member is an alert; empty: the body is one"`
	Ignore      string `json:"ignore,omitempty" maxLength:"1000" doc:"Whether an alert is none"`
	Title       string `json:"title,omitempty" maxLength:"1000"`
	Description string `json:"description,omitempty" maxLength:"1000"`
	Service     string `json:"service,omitempty" maxLength:"1000"`
	Environment string `json:"environment,omitempty" maxLength:"1000"`
	Severity    string `json:"severity,omitempty" maxLength:"1000"`
	Team        string `json:"team,omitempty" maxLength:"1000"`
	Identity    string `json:"identity,omitempty" maxLength:"1000" doc:"What makes two signals one alert"`
	Resolved    string `json:"resolved,omitempty" maxLength:"1000" doc:"Whether it ended: true, or a word such as ok"`
	StartedAt   string `json:"startedAt,omitempty" maxLength:"1000"`
	URL         string `json:"url,omitempty" maxLength:"1000"`
	Value       string `json:"value,omitempty" maxLength:"1000"`
}

// Reader reads bodies as a mapping says. It is safe for concurrent use.
type Reader struct {
	entries, ignore, resolved getter
	fields                    []mapped
}

// mapped is a member of a mapping, and the field that it fills.
type mapped struct {
	name string
	get  getter
	set  func(*incident.Signal, string)
}

// getter gives a value of an entry; nil is a member that nobody set.
type getter func(entry, body any) (any, error)

// Compile checks a mapping. Its error names the member that cannot be read.
func (m Mapping) Compile() (*Reader, error) {
	type text = func(*incident.Signal, string)
	r := &Reader{}
	for _, f := range []struct {
		name, expression string
		set              text
	}{
		{"title", m.Title, func(s *incident.Signal, v string) { s.Title = v }},
		{"description", m.Description, func(s *incident.Signal, v string) { s.Description = v }},
		{"service", m.Service, func(s *incident.Signal, v string) { s.Service = v }},
		{"environment", m.Environment, func(s *incident.Signal, v string) { s.Environment = v }},
		{"severity", m.Severity, func(s *incident.Signal, v string) { s.Severity = v }},
		{"team", m.Team, func(s *incident.Signal, v string) { s.Team = v }},
		{"identity", m.Identity, func(s *incident.Signal, v string) { s.Identity = v }},
		{"startedAt", m.StartedAt, func(s *incident.Signal, v string) { s.StartedAt = parseTime(v) }},
		{"url", m.URL, func(s *incident.Signal, v string) { s.URL = v }},
		{"value", m.Value, func(s *incident.Signal, v string) { s.Value = v }},
	} {
		get, err := compile(f.name, f.expression)
		if err != nil {
			return nil, err
		}
		if get != nil {
			r.fields = append(r.fields, mapped{f.name, get, f.set})
		}
	}
	var errs [3]error
	r.entries, errs[0] = compile("entries", m.Entries)
	r.ignore, errs[1] = compile("ignore", m.Ignore)
	r.resolved, errs[2] = compile("resolved", m.Resolved)
	return r, errors.Join(errs[:]...)
}

// plainPath is an expression that only names a field.
var plainPath = regexp.MustCompile(`^[\pL_@$][\pL\pN_@$-]*(\.[\pL\pN_@$-]+|\[\d+\])*$`)

func compile(name, expression string) (getter, error) {
	expression = strings.TrimSpace(expression)
	switch {
	case expression == "":
		return nil, nil
	case expression == "true" || expression == "false" || !plainPath.MatchString(expression):
		get, err := compileCEL(expression)
		if err != nil {
			return nil, incident.FieldError(name, "This is neither the path of a field nor an expression: %v", err)
		}
		return get, nil
	}
	steps := strings.FieldsFunc(expression, func(r rune) bool { return r == '.' || r == '[' || r == ']' })
	switch steps[0] {
	case "body":
		return func(_, body any) (any, error) { return walk(body, steps[1:]) }, nil
	case "entry":
		return func(entry, _ any) (any, error) { return walk(entry, steps[1:]) }, nil
	}
	return func(entry, body any) (any, error) {
		if v, err := walk(entry, steps); err == nil {
			return v, nil
		}
		return walk(body, steps)
	}, nil
}

// walk follows a path of names and places.
func walk(v any, steps []string) (any, error) {
	for _, step := range steps {
		switch at := v.(type) {
		case map[string]any:
			next, ok := at[step]
			if !ok {
				return nil, fmt.Errorf("there is no %q", step)
			}
			v = next
		case []any:
			n, err := strconv.Atoi(step)
			if err != nil || n < 0 || n >= len(at) {
				return nil, fmt.Errorf("the list has no place %q", step)
			}
			v = at[n]
		default:
			return nil, fmt.Errorf("there is nothing below %q", step)
		}
	}
	return v, nil
}

// read reads a body. What a member of the mapping did not find stands in the
// batch's notes, for who sets it up.
func (r *Reader) read(req Request) (Batch, error) {
	dec := json.NewDecoder(bytes.NewReader(req.Body))
	dec.UseNumber()
	var body any
	if err := dec.Decode(&body); err != nil {
		return Batch{}, unreadable("expected JSON, which this key's mapping reads: %v", err)
	}
	body = numbers(body)
	all, ok := body.([]any)
	if r.entries != nil {
		found, err := r.entries(body, body)
		if all, ok = found.([]any); err != nil || !ok {
			return Batch{}, unreadable("the mapping's entries is no list in this body")
		}
	} else if !ok {
		all = []any{body}
	}
	var batch Batch
	for i, entry := range all {
		if i >= maxEntries {
			batch.reject(i, errTooMany)
			continue
		}
		r.readEntry(&batch, i, entry, body, req)
	}
	return batch, nil
}

func (r *Reader) readEntry(batch *Batch, i int, entry, body any, req Request) {
	get := func(name string, from getter) string {
		v, err := from(entry, body)
		if err != nil {
			batch.note("entry %d: %s: %v", i, name, err)
		}
		return say(v)
	}
	if r.ignore != nil && truth(get("ignore", r.ignore)) {
		return
	}
	s := incident.Signal{Source: "generic", State: incident.Firing, Labels: map[string]string{}}
	if raw, err := json.Marshal(entry); err == nil {
		var object map[string]json.RawMessage
		if json.Unmarshal(raw, &object) == nil && object != nil {
			s = genericSignal(newFields(object), req.Now)
		}
	}
	named := false
	for _, f := range r.fields {
		if v := get(f.name, f.get); strings.TrimSpace(v) != "" {
			f.set(&s, v)
			named = named || f.name == "identity"
		}
	}
	if r.resolved != nil {
		s.State = incident.Firing
		if word := get("resolved", r.resolved); truth(word) || stateOf(word) == incident.Resolved {
			s.State = incident.Resolved
		}
	}
	if !named && len(r.fields) > 0 && s.Title != "" {
		s.Identity = firstOf(s.Identity, hashOf("generic", s.Service, s.Title))
	}
	batch.addSignal(i, s, req.Now)
}

// maxNotes bounds what a body can make a mapping say.
const maxNotes = 20

func (b *Batch) note(format string, args ...any) {
	if len(b.Notes) < maxNotes {
		b.Notes = append(b.Notes, line(fmt.Sprintf(format, args...), maxTitle))
	}
}

func truth(word string) bool { return strings.EqualFold(word, "true") || word == "1" }

// numbers makes of each number of a body a whole one if it can be.
func numbers(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for name := range v {
			v[name] = numbers(v[name])
		}
	case []any:
		for i := range v {
			v[i] = numbers(v[i])
		}
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return n
		}
		f, err := v.Float64()
		if err != nil { // beyond what a float can say
			return v.String()
		}
		return f
	}
	return v
}

// say writes a value as text; objects and lists as JSON.
func say(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return strings.Trim(string(b), `"`)
}
