package api

import (
	"compress/flate"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/sigap-dev/sigap/internal/identify/intake"
)

// readBody reads a body, decompressed, up to limit. Of a larger one it gives
// the beginning with a 413 error.
func readBody(w http.ResponseWriter, r *http.Request, limit int64) ([]byte, error) {
	var src io.Reader = http.MaxBytesReader(w, r.Body, limit+1)
	switch enc := strings.ToLower(strings.TrimSpace(r.Header.Get("Content-Encoding"))); enc {
	case "", "identity":
	case "gzip", "x-gzip":
		z, err := gzip.NewReader(src)
		if err != nil {
			return nil, &intake.Error{Status: http.StatusBadRequest, Title: "The body is not gzip", Detail: "The Content-Encoding says gzip and the body is not. Send it as it is, or compress it."}
		}
		src = z
	case "deflate":
		src = flate.NewReader(src)
	default:
		return nil, &intake.Error{Status: http.StatusUnsupportedMediaType, Title: "The encoding is not known", Detail: "Send gzip, deflate or nothing, not " + enc + "."}
	}
	body, err := io.ReadAll(io.LimitReader(src, limit+1))
	if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); int64(len(body)) > limit || ok && tooLarge != nil {
		return body, &intake.Error{Status: http.StatusRequestEntityTooLarge, Title: "The body is too large",
			Detail: fmt.Sprintf("At most %d bytes are taken. Send fewer alerts a request.", limit)}
	}
	if err != nil {
		return nil, &intake.Error{Status: http.StatusBadRequest, Title: "The body could not be read to its end", Detail: "The connection broke, or the compressed data is damaged. Send it again."}
	}
	return body, nil
}
