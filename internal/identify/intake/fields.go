package intake

import (
	"encoding/json"
	"maps"
	"mime"
	"net/url"
	"slices"
	"strings"
)

// fields is one entry of a format that Sigap reads leniently: values by name,
// where names are compared without case, "_", "-", "." and spaces, so that
// dedupKey, dedup_key and Dedup-Key are one.
type fields struct {
	values map[string]json.RawMessage // by the name as sent
	names  map[string]string          // compared name to the name as sent
	used   map[string]bool            // names as sent that were read
}

func newFields(values map[string]json.RawMessage) *fields {
	f := &fields{values: values, names: make(map[string]string, len(values)), used: make(map[string]bool, len(values))}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if key := compared(name); f.names[key] == "" {
			f.names[key] = name
		}
	}
	return f
}

// compared is the form in which names are compared.
func compared(name string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case '_', '-', '.', ' ':
			return -1
		}
		return r
	}, strings.ToLower(name))
}

// take returns the first of the names that has a value which is neither an
// object nor a list, and marks it as read. Names are to be given in their
// compared form.
func (f *fields) take(names ...string) string {
	for _, name := range names {
		sent, ok := f.names[name]
		if !ok || f.used[sent] {
			continue
		}
		raw := f.values[sent]
		if len(raw) == 0 || raw[0] == '{' || raw[0] == '[' {
			continue
		}
		if v := spell(raw); strings.TrimSpace(v) != "" {
			f.used[sent] = true
			return v
		}
	}
	return ""
}

// takeRaw is take for values that are not text.
func (f *fields) takeRaw(name string) json.RawMessage {
	sent, ok := f.names[name]
	if !ok || f.used[sent] {
		return nil
	}
	f.used[sent] = true
	return f.values[sent]
}

// takeTags adds to labels what lists of tags under any of the names hold.
func (f *fields) takeTags(labels map[string]string, names ...string) {
	for _, name := range names {
		if raw := f.takeRaw(name); raw != nil {
			tags(labels, raw)
		}
	}
}

// rest adds what nobody read to labels.
func (f *fields) rest(labels map[string]string) {
	for name, value := range f.values {
		if !f.used[name] {
			flatten(labels, name, value)
		}
	}
}

// flatten adds a JSON value to labels: an object's members by their own names,
// deeper ones by path, a list as its members separated by commas, and any other
// value under the given name. A label that is there already stays.
func flatten(labels map[string]string, name string, raw json.RawMessage) {
	var object map[string]json.RawMessage
	if json.Unmarshal(raw, &object) == nil && object != nil {
		for _, key := range slices.Sorted(maps.Keys(object)) {
			flattenUnder(labels, key, object[key], 3)
		}
		return
	}
	flattenUnder(labels, name, raw, 3)
}

func flattenUnder(labels map[string]string, path string, raw json.RawMessage, depth int) {
	if len(labels) >= maxLabels {
		return
	}
	var object map[string]json.RawMessage
	if depth > 0 && json.Unmarshal(raw, &object) == nil && object != nil {
		for _, key := range slices.Sorted(maps.Keys(object)) {
			flattenUnder(labels, path+"."+key, object[key], depth-1)
		}
		return
	}
	value := spell(raw)
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) == nil && list != nil {
		members := make([]string, len(list))
		for i := range list {
			members[i] = spell(list[i])
		}
		value = strings.Join(members, ",")
	}
	if _, ok := labels[path]; !ok && value != "" {
		labels[path] = value
	}
}

// tags adds labels that are written as an object, as a list of "name:value" or
// "name=value", or as such a list in one string separated by commas.
func tags(labels map[string]string, raw json.RawMessage) {
	var object map[string]json.RawMessage
	if json.Unmarshal(raw, &object) == nil {
		flatten(labels, "labels", raw)
		return
	}
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) != nil {
		for part := range strings.SplitSeq(spell(raw), ",") {
			tag(labels, part)
		}
		return
	}
	for _, member := range list {
		tag(labels, spell(member))
	}
}

// tag adds one "name:value"; a word alone is a tag that is "true".
func tag(labels map[string]string, s string) {
	name, value := s, "true"
	if i := strings.IndexAny(s, ":="); i > 0 {
		name, value = s[:i], s[i+1:]
	}
	name, value = strings.TrimSpace(name), strings.TrimSpace(value)
	if _, ok := labels[name]; !ok && name != "" && value != "" && len(labels) < maxLabels {
		labels[name] = value
	}
}

// entries reads the body of a lenient format: a JSON object, a list of them, an
// object with such a list under one of the given names, or a form. An entry
// that is not an object is nil.
func entries(req Request, lists ...string) ([]*fields, error) {
	kind, _, err := mime.ParseMediaType(req.ContentType)
	if err != nil {
		kind = ""
	}
	body := strings.TrimSpace(string(req.Body))
	switch {
	case body == "" && len(req.Query) > 0: // what takes only an address can put it there
		return formEntry(req.Query.Encode())
	case body == "":
		return nil, unreadable("the body is empty: send a JSON object or a form")
	case body[0] == '{' || body[0] == '[' || kind == typeJSON:
		return jsonEntries([]byte(body), lists)
	case kind == "application/x-www-form-urlencoded" && strings.Contains(body, "="):
		return formEntry(body)
	case kind == "multipart/form-data":
		return multipartEntry(req)
	default:
		// curl -d "Checkout is down" and echo … | curl --data-binary @-
		title, description, _ := strings.Cut(body, "\n")
		return []*fields{textFields(map[string]string{"message": title, "description": description})}, nil
	}
}

// onlyEntry reads the body of a webhook that is one object or form, and that
// is known by one of its fields. Names are to be given in their compared form.
func onlyEntry(req Request, webhook string, names ...string) (*fields, error) {
	all, err := entries(req)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if len(all) == 1 && all[0] != nil && all[0].names[name] != "" {
			return all[0], nil
		}
	}
	return nil, unreadable("expected %s", webhook)
}

func jsonEntries(body []byte, lists []string) ([]*fields, error) {
	var raw []json.RawMessage
	if err := json.Unmarshal(body, &raw); err != nil {
		var object map[string]json.RawMessage
		if err := json.Unmarshal(body, &object); err != nil {
			return nil, unreadable("expected a JSON object or a list of them: %v", err)
		}
		one := newFields(object)
		for _, name := range lists {
			if sent, ok := one.names[name]; ok && json.Unmarshal(object[sent], &raw) == nil && raw != nil {
				break
			}
		}
		if raw == nil {
			return []*fields{one}, nil
		}
	}
	all := make([]*fields, len(raw))
	for i := range raw {
		var object map[string]json.RawMessage
		if json.Unmarshal(raw[i], &object) == nil && object != nil {
			all[i] = newFields(object)
		}
	}
	return all, nil
}

func formEntry(body string) ([]*fields, error) {
	form, err := url.ParseQuery(body)
	if err != nil {
		return nil, unreadable("the form could not be decoded: %v", err)
	}
	values := make(map[string]string, len(form))
	for name := range form {
		values[name] = form.Get(name)
	}
	return []*fields{textFields(values)}, nil
}

// textFields makes fields of texts.
func textFields(texts map[string]string) *fields {
	values := make(map[string]json.RawMessage, len(texts))
	for name, text := range texts {
		values[name] = quote(text)
	}
	return newFields(values)
}

// quote writes a text as JSON, which cannot fail.
func quote(s string) json.RawMessage {
	b, err := json.Marshal(s)
	if err != nil {
		return json.RawMessage(`""`)
	}
	return b
}
