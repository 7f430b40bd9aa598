package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/sigap-dev/sigap/internal/incident"
)

// maxIdempotencyKey bounds the name that a client gives a request.
const maxIdempotencyKey = 255

// keptAnswer is an answer that is given again to a request that is sent again.
type keptAnswer struct {
	Sent        string `json:"sent"` // hash of the body, which must be the same
	Status      int    `json:"status"`
	ContentType string `json:"contentType,omitempty"`
	Body        string `json:"body"` // base64
}

// mayBeIdempotent reports whether a request can be sent twice by a client that
// did not hear the answer, and would do its work twice: what people and
// programs report, declare and announce. Alerts need none of this, since each
// says itself which one it is. Operations that make secrets are left out, since
// their answers must not be kept.
func mayBeIdempotent(r *http.Request) bool {
	path := r.URL.Path
	switch {
	case r.Method != http.MethodPost || r.Header.Get("Idempotency-Key") == "":
		return false
	case path == "/api/incidents", strings.HasPrefix(path, "/api/incidents/"), strings.HasPrefix(path, "/api/report/"):
		return true
	}
	return strings.HasPrefix(path, "/in/") && (strings.HasSuffix(path, "/reports") || strings.HasSuffix(path, "/changes") || strings.Count(path, "/") == 2)
}

// idempotent answers a request with an Idempotency-Key once: sent again within
// a day, it gets the same answer, and nothing is done again.
// Contract: IETF draft-ietf-httpapi-idempotency-key-header: 422 if the key
// comes with another request, 409 while the first is under way.
func (s *Server) idempotent(w http.ResponseWriter, r *http.Request) {
	name := r.Header.Get("Idempotency-Key")
	if len(name) > maxIdempotencyKey {
		writeProblem(w, http.StatusBadRequest, "The Idempotency-Key is too long.", "A UUID is enough.")
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxReported))
	if err != nil {
		writeProblem(w, http.StatusRequestEntityTooLarge, "The body is too large to be sent with an Idempotency-Key.", "")
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	sent := hashOf(string(body))
	// Who asks is part of the name, so that nobody is given another's answer.
	name = hashOf(name, r.URL.Path, r.Header.Get("Authorization"), r.Header.Get("Cookie"))
	answer, err := s.Store.Begin(r.Context(), name)
	if err != nil {
		if incident.Is(err, incident.Conflict) {
			w.Header().Set("Retry-After", "1")
		}
		s.writeError(w, r, err)
		return
	}
	if answer != "" {
		replay(w, answer, sent)
		return
	}
	rec := &recording{ResponseWriter: w, status: http.StatusOK}
	finished := false
	defer func() {
		answer := ""
		if finished && rec.status < http.StatusInternalServerError && rec.status != http.StatusTooManyRequests {
			b, _ := json.Marshal(keptAnswer{Sent: sent, Status: rec.status, ContentType: w.Header().Get("Content-Type"), Body: base64.StdEncoding.EncodeToString(rec.body.Bytes())})
			answer = string(b)
		}
		// Who has the answer may be gone, and may still ask again.
		if err := s.Store.End(context.WithoutCancel(r.Context()), name, answer); err != nil {
			s.Logger.WarnContext(r.Context(), "the answer to a request was not kept", "err", err)
		}
	}()
	s.mux.ServeHTTP(rec, r)
	finished = true
}

func replay(w http.ResponseWriter, answer, sent string) {
	var k keptAnswer
	err := json.Unmarshal([]byte(answer), &k)
	body, err2 := base64.StdEncoding.DecodeString(k.Body)
	switch {
	case errors.Join(err, err2) != nil:
		writeProblem(w, http.StatusInternalServerError, "The answer that was kept cannot be read.", "Send it with another Idempotency-Key.")
	case k.Sent != sent:
		writeProblem(w, http.StatusUnprocessableEntity, "This Idempotency-Key came with another body.", "Use a new one for each request.")
	default:
		w.Header().Set("Content-Type", k.ContentType)
		w.Header().Set("Idempotency-Replayed", "true")
		w.WriteHeader(k.Status)
		_, _ = w.Write(body)
	}
}

// recording keeps what is answered while it is sent.
type recording struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

func (r *recording) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

func (r *recording) Write(b []byte) (int, error) {
	r.body.Write(b)
	return r.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach what is below.
func (r *recording) Unwrap() http.ResponseWriter { return r.ResponseWriter }

func hashOf(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		h.Write([]byte(p))
		h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil))
}
