package api

import (
	"io"
	"net/http"
)

// maxReport is the size of what a service reports of a message, in bytes.
const maxReport = 64 << 10

// maxTold is the size of what a chat service tells, in bytes; Meta's limit is
// the larger one.
const maxTold = 3 << 20

// registerHook takes what services say of messages that they were given, and
// what is said to us on Slack and WhatsApp.
func (s *Server) registerHook() {
	s.own(public, "POST /hook/{token}", func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxReport)
		if err := r.ParseForm(); err != nil {
			writeProblem(w, http.StatusBadRequest, "A report is a form of at most 64 KiB.", "")
			return
		}
		said, err := s.Inform.Report(r.Context(), r.PathValue("token"), r.PostForm)
		switch {
		case err != nil:
			s.writeError(w, r, err)
		case said == nil:
			w.WriteHeader(http.StatusNoContent)
		default:
			w.Header().Set("Content-Type", "text/xml; charset=utf-8")
			_, _ = w.Write(said)
		}
	})
	s.own(public, "POST /chat/slack", func(w http.ResponseWriter, r *http.Request) {
		body, ok := readTold(w, r)
		if !ok {
			return
		}
		contentType, answer, err := s.Chat.Slack(r.Context(), r.Header, body)
		if err != nil {
			s.writeError(w, r, err)
			return
		}
		if answer != nil {
			w.Header().Set("Content-Type", contentType)
		}
		_, _ = w.Write(answer)
	})
	s.own(public, "GET /chat/whatsapp", func(w http.ResponseWriter, r *http.Request) {
		challenge, err := s.Chat.WhatsAppChallenge(r.Context(), r.URL.Query())
		if err != nil {
			s.writeError(w, r, err)
			return
		}
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = io.WriteString(w, challenge)
	})
	s.own(public, "POST /chat/whatsapp", func(w http.ResponseWriter, r *http.Request) {
		body, ok := readTold(w, r)
		if !ok {
			return
		}
		if err := s.Chat.WhatsApp(r.Context(), r.Header, body); err != nil {
			s.writeError(w, r, err)
		}
	})
}

// readTold reads what a chat service tells, or answers that it is too much.
func readTold(w http.ResponseWriter, r *http.Request) ([]byte, bool) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxTold))
	if err != nil {
		writeProblem(w, http.StatusRequestEntityTooLarge, "The request is larger than any that the service sends.", "")
	}
	return body, err == nil
}
