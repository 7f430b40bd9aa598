package api

import "net/http"

// maxReport is the size of what a service reports of a message, in bytes.
const maxReport = 64 << 10

// registerHook takes what services say of messages that they were given.
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
}
