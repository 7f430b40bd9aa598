package api

import (
	"io"
	"net/http"
)

// maxReport is the size of what a service reports of a message, in bytes.
const maxReport = 64 << 10

// maxSlack is the size of what Slack tells, in bytes.
const maxSlack = 1 << 20

// registerHook takes what services say of messages that they were given, and
// what is said to us on Slack.
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
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxSlack))
		if err != nil {
			writeProblem(w, http.StatusRequestEntityTooLarge, "The request is larger than any that Slack sends.", "")
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
}
