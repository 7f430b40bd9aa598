package api

import (
	"bytes"
	"net/http"
	"net/url"

	"github.com/sigap-dev/sigap/web"
)

// withAnswers lets a page bring along what it shows first: the same operations
// answer, with the same rights, without a journey each.
func (s *Server) withAnswers(pages http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ask := func(address string) []byte { return s.answerTo(r, address) }
		pages.ServeHTTP(w, r.WithContext(web.WithAsk(r.Context(), ask)))
	})
}

// answerTo is the answer that the sender of a request would get to a GET of an
// address below /api; nil if it is none or an error.
func (s *Server) answerTo(r *http.Request, address string) []byte {
	to, err := url.Parse("/api" + address)
	if err != nil {
		return nil
	}
	in := (&http.Request{Method: http.MethodGet, URL: to, RequestURI: to.RequestURI(), Host: r.Host, RemoteAddr: r.RemoteAddr,
		Proto: r.Proto, ProtoMajor: r.ProtoMajor, ProtoMinor: r.ProtoMinor, Header: http.Header{}, Body: http.NoBody}).WithContext(r.Context())
	for _, name := range []string{"Cookie", "Authorization", "Accept-Language", "X-Forwarded-For", "Forwarded"} {
		in.Header[name] = r.Header[name]
	}
	out := unsent{header: http.Header{}, status: http.StatusOK}
	s.mux.ServeHTTP(&out, in)
	if out.status != http.StatusOK {
		return nil
	}
	return out.body.Bytes()
}

// unsent is an answer that stays here.
type unsent struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (k *unsent) Header() http.Header         { return k.header }
func (k *unsent) WriteHeader(status int)      { k.status = status }
func (k *unsent) Write(p []byte) (int, error) { return k.body.Write(p) }
