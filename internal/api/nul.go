package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// strictJSON is JSON whose texts do not hold the character NUL: PostgreSQL
// cannot keep it, and no person types it.
func strictJSON() huma.Format {
	f := huma.DefaultJSONFormat
	f.Unmarshal = func(data []byte, v any) error {
		if escapesNUL(data) {
			return errors.New(`a text cannot hold the character NUL (\u0000)`)
		}
		return json.Unmarshal(data, v)
	}
	return f
}

// escapesNUL reports whether JSON holds an escaped NUL: one with an odd number
// of backslashes, since an even number is backslashes that are meant.
func escapesNUL(data []byte) bool {
	const escape = `\u0000`
	for {
		at := bytes.Index(data, []byte(escape))
		if at < 0 {
			return false
		}
		before := len(data[:at]) - len(bytes.TrimRight(data[:at], `\`))
		if before%2 == 0 {
			return true
		}
		data = data[at+len(escape):]
	}
}

// addressHoldsNUL reports whether a path or a query does.
func addressHoldsNUL(r *http.Request) bool {
	return strings.ContainsRune(r.URL.Path, 0) || strings.Contains(r.URL.RawQuery, "%00")
}
