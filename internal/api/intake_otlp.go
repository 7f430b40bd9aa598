package api

import (
	"errors"
	"net/http"
	"slices"

	"github.com/sigap-dev/sigap/internal/evidence"
	"github.com/sigap-dev/sigap/internal/identify/intake"
	"github.com/sigap-dev/sigap/internal/recorder"
)

// takeLogs takes OTLP logs for the flight recorder.
func (s *Server) takeLogs(w http.ResponseWriter, r *http.Request) {
	key, ok := s.mayRecord(w, r)
	if !ok {
		return
	}
	lines, partial, err := recorder.DecodeLogs(r.Header.Get("Content-Type"), r.Header.Get("Content-Encoding"), r.Body, recorder.MaxOTLP)
	if key.Drill {
		evidence.MarkDrill(lines)
	}
	if err == nil {
		err = storing(s.Recorder.Logs(r.Context(), lines))
	}
	s.answerOTLP(w, r, err, func(contentType string) ([]byte, string) { return recorder.EncodeLogsResponse(contentType, partial) })
}

// takeMetrics takes OTLP metrics for the flight recorder.
func (s *Server) takeMetrics(w http.ResponseWriter, r *http.Request) {
	if _, ok := s.mayRecord(w, r); !ok {
		return
	}
	series, partial, err := recorder.DecodeMetrics(r.Header.Get("Content-Type"), r.Header.Get("Content-Encoding"), r.Body, recorder.MaxOTLP)
	if err == nil {
		err = storing(s.Recorder.Metrics(r.Context(), series))
	}
	s.answerOTLP(w, r, err, func(contentType string) ([]byte, string) { return recorder.EncodeMetricsResponse(contentType, partial) })
}

func (s *Server) mayRecord(w http.ResponseWriter, r *http.Request) (SenderKey, bool) {
	key, err := s.Store.SenderKey(r.Context(), r.PathValue("key"))
	if err != nil || (key.Source != "otlp" && key.Source != "agent") {
		writeProblem(w, http.StatusUnauthorized, "The integration key is not known, or not for telemetry.", "Make one for the source otlp or agent under Settings, Sources.")
		return key, false
	}
	req := intake.Request{Header: r.Header}
	if len(key.Signing) > 0 && !slices.ContainsFunc(key.Signing, func(secret string) bool { return intake.CarriesSecret(req, secret) }) {
		writeProblem(w, errUnsigned.Status, errUnsigned.Title, errUnsigned.Detail)
		return key, false
	}
	return key, true
}

// notStored is a failure on our side: the sender should try again.
type notStored struct{ error }

func storing(err error) error {
	if err != nil {
		return notStored{err}
	}
	return nil
}

func (s *Server) answerOTLP(w http.ResponseWriter, r *http.Request, err error, encode func(string) ([]byte, string)) {
	contentType := r.Header.Get("Content-Type")
	status := http.StatusOK
	if ns, ok := errors.AsType[notStored](err); ok {
		s.Logger.ErrorContext(r.Context(), "telemetry was not recorded", "err", ns.error)
		status = http.StatusServiceUnavailable
		w.Header().Set("Retry-After", "5")
	} else if err != nil {
		status = http.StatusBadRequest
		switch {
		case errors.Is(err, recorder.ErrTooLarge):
			status = http.StatusRequestEntityTooLarge
		case errors.Is(err, recorder.ErrContentType), errors.Is(err, recorder.ErrEncoding):
			status = http.StatusUnsupportedMediaType
		}
	}
	body, mediaType := encode(contentType)
	if err != nil {
		code := map[int]int32{http.StatusRequestEntityTooLarge: 8, http.StatusServiceUnavailable: 14}[status] // of gRPC: resource exhausted, unavailable
		body, mediaType = recorder.EncodeStatus(contentType, max(code, 3), err.Error())                       // 3: invalid argument
	}
	w.Header().Set("Content-Type", mediaType)
	w.WriteHeader(status)
	_, _ = w.Write(body)
}
