package api

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/sigap-dev/sigap/internal/identify"
	"github.com/sigap-dev/sigap/internal/identify/intake"
	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/recorder"
)

const (
	maxIntake   = 1 << 20  // bytes of a body, decompressed
	maxReported = 10 << 20 // of a user report, which may hold a picture
	keptOfLarge = 4 << 10  // of a body that was too large, kept with the signal that says so
)

// registerIntake registers the senders' routes: each in the sender's own wire
// format, with the key in the address or where the sender puts it.
func (s *Server) registerIntake() {
	post := func(pattern, source string) {
		s.own(public, pattern, func(w http.ResponseWriter, r *http.Request) { s.take(w, r, r.PathValue("key"), source) })
	}
	post("POST /in/{key}", "")
	post("POST /in/{key}/api/v2/alerts", "prometheus")
	post("POST /in/{key}/v2/enqueue", "pagerduty")
	post("POST /in/{key}/v2/change/enqueue", "pagerduty-change")
	post("POST /in/{key}/changes", "change")
	post("POST /in/{key}/reports", "report")
	post("POST /in/{key}/heartbeat/{rest...}", "heartbeat")
	post("GET /in/{key}/heartbeat/{rest...}", "heartbeat")
	s.own(public, "POST /v2/enqueue", func(w http.ResponseWriter, r *http.Request) { s.takeRouted(w, r, "pagerduty") })
	s.own(public, "POST /v2/change/enqueue", func(w http.ResponseWriter, r *http.Request) { s.takeRouted(w, r, "pagerduty-change") })
	opsgenie := func(w http.ResponseWriter, r *http.Request) {
		s.take(w, r, strings.TrimPrefix(r.Header.Get("Authorization"), "GenieKey "), "opsgenie")
	}
	s.own(public, "POST /v2/alerts", opsgenie)
	s.own(public, "POST /v2/alerts/{rest...}", opsgenie)
	s.own(public, "POST /in/{key}/v1/logs", s.takeLogs)
	s.own(public, "POST /in/{key}/v1/metrics", s.takeMetrics)
	s.registerAlertmanager()
}

// takeRouted takes a PagerDuty event whose key stands in its body.
func (s *Server) takeRouted(w http.ResponseWriter, r *http.Request, source string) {
	body, err := readBody(w, r, maxIntake)
	if err != nil {
		s.refuse(w, source, err)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	r.Header.Del("Content-Encoding")
	s.take(w, r, intake.PagerDutyRoutingKey(body), source)
}

// take reads a sender's body and accepts what is valid of it. The answer, and
// that of a refusal, is the one that this sender understands. A source of ""
// is the key's own.
func (s *Server) take(w http.ResponseWriter, r *http.Request, secret, source string) {
	key, err := s.Store.SenderKey(r.Context(), secret)
	if err != nil {
		s.refuse(w, source, &intake.Error{Status: http.StatusUnauthorized, Title: "The integration key is not known",
			Detail: "Make one under Settings, Sources, and put it into the address: /in/KEY"})
		return
	}
	if source == "" {
		source = key.Source
	}
	if key.Source == "report" && source != "report" {
		s.refuse(w, source, &intake.Error{Status: http.StatusForbidden, Title: "This key takes reports of users alone",
			Detail: "It stands in the address of the public form, so whoever can read that could send alerts with it. Make a key for this source."})
		return
	}
	sender, ok := intake.SenderFor(source)
	if !ok {
		s.refuse(w, source, &intake.Error{Status: http.StatusNotFound, Title: "Nothing is taken here with this key",
			Detail: fmt.Sprintf("The key is for %s: send to /in/KEY/v1/logs and /in/KEY/v1/metrics.", key.Source)})
		return
	}
	limit := int64(maxIntake)
	if source == "report" {
		limit = maxReported
	}
	body, err := readBody(w, r, limit)
	if err != nil {
		s.noteTooLarge(r, key, body, err)
		s.refuse(w, source, err)
		return
	}
	batch, err := sender.Parse(intake.Request{ContentType: r.Header.Get("Content-Type"), Header: r.Header, Path: r.PathValue("rest"),
		Query: r.URL.Query(), Body: body, Now: s.Now()})
	if err != nil {
		s.refuse(w, source, err)
		return
	}
	if err := s.accept(r, key, batch); err != nil {
		s.Logger.ErrorContext(r.Context(), "signals were not accepted", "source", source, "err", err)
		w.Header().Set("Retry-After", "5")
		s.refuse(w, source, &intake.Error{Status: http.StatusServiceUnavailable, Title: "Sigap cannot store it now", Detail: "Send it again in a few seconds."})
		return
	}
	writeAnswer(w, sender.Accepted(batch))
}

// accept stores a batch; when it returns nil all of it is on disk.
func (s *Server) accept(r *http.Request, key identify.Key, b intake.Batch) error {
	for _, c := range b.Changes {
		if err := s.Identify.RecordChange(r.Context(), c); err != nil {
			return err
		}
	}
	for _, h := range b.Heartbeats {
		if err := s.Identify.Beat(r.Context(), key, identify.Beat{Name: h.Name, At: h.At, Every: h.Every, Grace: h.Grace}); err != nil {
			return err
		}
	}
	return s.Identify.Accept(r.Context(), key, b.Signals, b.Reports, nil)
}

// noteTooLarge keeps the beginning of a body that was too large as a signal:
// it may have been about something that burns.
func (s *Server) noteTooLarge(r *http.Request, key identify.Key, body []byte, err error) {
	if e, ok := errors.AsType[*intake.Error](err); !ok || e.Status != http.StatusRequestEntityTooLarge {
		return
	}
	sig := incident.Signal{Source: key.Source, Identity: "sigap:payload-too-large", State: incident.Firing, Title: "Payload too large from " + key.Name,
		Description: strings.ToValidUTF8(string(body[:min(len(body), keptOfLarge)]), "�"), Severity: "warning", ExpiresAt: s.Now().Add(time.Hour)}
	if err := s.Identify.Accept(r.Context(), key, []incident.Signal{sig}, nil, nil); err != nil {
		s.Logger.ErrorContext(r.Context(), "a body that was too large was not noted", "err", err)
	}
}

func (s *Server) refuse(w http.ResponseWriter, source string, err error) {
	e, ok := errors.AsType[*intake.Error](err)
	if !ok {
		e = &intake.Error{Status: http.StatusBadRequest, Title: "The body could not be read", Detail: err.Error()}
	}
	if sender, known := intake.SenderFor(source); known {
		writeAnswer(w, sender.Refused(e))
		return
	}
	writeProblem(w, e.Status, e.Title, e.Detail)
}

func writeAnswer(w http.ResponseWriter, a intake.Answer) {
	if a.ContentType != "" {
		w.Header().Set("Content-Type", a.ContentType)
	}
	w.WriteHeader(a.Status)
	if a.Body != nil {
		_ = json.NewEncoder(w).Encode(a.Body) // the sender is gone if this fails
	}
}

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

// takeLogs takes OTLP logs for the flight recorder.
func (s *Server) takeLogs(w http.ResponseWriter, r *http.Request) {
	if !s.mayRecord(w, r) {
		return
	}
	lines, partial, err := recorder.DecodeLogs(r.Header.Get("Content-Type"), r.Header.Get("Content-Encoding"), r.Body, recorder.MaxOTLP)
	if err == nil {
		err = storing(s.Recorder.Logs(r.Context(), lines))
	}
	s.answerOTLP(w, r, err, func(contentType string) ([]byte, string) { return recorder.EncodeLogsResponse(contentType, partial) })
}

// takeMetrics takes OTLP metrics for the flight recorder.
func (s *Server) takeMetrics(w http.ResponseWriter, r *http.Request) {
	if !s.mayRecord(w, r) {
		return
	}
	series, partial, err := recorder.DecodeMetrics(r.Header.Get("Content-Type"), r.Header.Get("Content-Encoding"), r.Body, recorder.MaxOTLP)
	if err == nil {
		err = storing(s.Recorder.Metrics(r.Context(), series))
	}
	s.answerOTLP(w, r, err, func(contentType string) ([]byte, string) { return recorder.EncodeMetricsResponse(contentType, partial) })
}

func (s *Server) mayRecord(w http.ResponseWriter, r *http.Request) bool {
	key, err := s.Store.SenderKey(r.Context(), r.PathValue("key"))
	if err != nil || (key.Source != "otlp" && key.Source != "agent") {
		writeProblem(w, http.StatusUnauthorized, "The integration key is not known, or not for telemetry.", "Make one for the source otlp or agent under Settings, Sources.")
		return false
	}
	return true
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

// registerAlertmanager registers what amtool and Grafana ask an Alertmanager.
func (s *Server) registerAlertmanager() {
	began := s.Now()
	get := func(path string, view func(r *http.Request) (any, error)) {
		s.own(public, "GET /in/{key}/api/v2/"+path, func(w http.ResponseWriter, r *http.Request) {
			if _, err := s.Store.SenderKey(r.Context(), r.PathValue("key")); err != nil {
				writeProblem(w, http.StatusUnauthorized, "The integration key is not known.", "")
				return
			}
			v, err := view(r)
			if err != nil {
				writeProblem(w, http.StatusBadRequest, "The filter cannot be read.", err.Error())
				return
			}
			writeAnswer(w, intake.Answer{Status: http.StatusOK, ContentType: "application/json", Body: v})
		})
	}
	get("status", func(*http.Request) (any, error) {
		return intake.StatusView(intake.VersionInfo{Version: s.Version}, began), nil
	})
	get("receivers", func(*http.Request) (any, error) { return intake.ReceiversView(), nil })
	get("silences", func(*http.Request) (any, error) { return []intake.Silence{}, nil })
	get("alerts", func(r *http.Request) (any, error) { return s.firing(r) })
	get("alerts/groups", func(r *http.Request) (any, error) {
		alerts, err := s.firing(r)
		return intake.AlertGroupsView(alerts), err
	})
}

func (s *Server) firing(r *http.Request) ([]intake.GettableAlert, error) {
	var matchers []intake.Matcher
	for _, f := range r.URL.Query()["filter"] {
		m, err := intake.ParseMatcher(f)
		if err != nil {
			return nil, err
		}
		matchers = append(matchers, m)
	}
	alerts, err := s.Store.RecentAlerts(r.Context(), 1000)
	if err != nil {
		return nil, err
	}
	var signals []incident.Signal
	for _, a := range alerts {
		if a.State == incident.AlertFiring {
			signals = append(signals, a.Signal)
		}
	}
	return intake.AlertsView(signals, matchers, s.Now()), nil
}
