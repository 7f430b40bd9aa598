package api

import (
	"bytes"
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
)

const (
	maxIntake   = 1 << 20  // bytes of a body, decompressed
	maxReported = 10 << 20 // of a user report, which may hold a picture
	keptOfLarge = 4 << 10  // of a body that was too large, kept with the signal that says so
)

// The refusals that say the same whoever sends.
var (
	errUnknownKey = &intake.Error{Status: http.StatusUnauthorized, Title: "The integration key is not known",
		Detail: "Make one under Settings, Sources, and put it into the address: /in/KEY"}
	errUnavailable = &intake.Error{Status: http.StatusServiceUnavailable, Title: "Sigap cannot store it now", Detail: "Send it again in a few seconds."}
)

// registerIntake registers the senders' routes: each in the sender's own wire
// format, with the key in the address or where the sender puts it.
func (s *Server) registerIntake() {
	post := func(pattern, source string) {
		s.own(public, pattern, func(w http.ResponseWriter, r *http.Request) { s.take(w, r, r.PathValue("key"), source) })
	}
	post("POST /in/{key}", "")
	s.own(public, "GET /in/{key}", s.sayHow)
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

// sayHow tells who opens a key's address what is taken there: a person with a
// browser or curl, and the services that look whether an address answers
// before they send to it.
func (s *Server) sayHow(w http.ResponseWriter, r *http.Request) {
	key, err := s.Store.SenderKey(r.Context(), r.PathValue("key"))
	if err != nil {
		s.refuse(w, "", errUnknownKey)
		return
	}
	writeAnswer(w, intake.Answer{Status: http.StatusOK, ContentType: "application/json", Body: map[string]string{
		"source": key.Source, "name": key.Name, "send": "POST to this address, as the page of this source in docs/integrations says"}})
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
	if incident.Is(err, incident.NotFound) {
		s.refuse(w, source, errUnknownKey)
		return
	}
	if err != nil {
		s.unavailable(w, r, source, err)
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
	body, err := readBody(w, r, bodyLimit(key, source))
	if err != nil {
		s.noteTooLarge(r, key.Key, body, err)
		s.refuse(w, source, err)
		return
	}
	req := intake.Request{ContentType: r.Header.Get("Content-Type"), Header: r.Header, Path: r.PathValue("rest"),
		Query: r.URL.Query(), Body: body, Now: s.Now()}
	if err := s.signed(r.Context(), key, sender, req); err != nil {
		s.refuse(w, source, err)
		return
	}
	s.takeBody(w, r, secret, key, source, req)
}

// takeBody reads and accepts the body of a sender that is known.
func (s *Server) takeBody(w http.ResponseWriter, r *http.Request, secret string, key SenderKey, source string, req intake.Request) {
	sender, _ := intake.SenderFor(source)
	over := s.overLimit(w, key)
	if source == "generic" {
		var err error
		if req.Mapping, err = s.readers.reader(key.ID, key.Mapping); err != nil {
			s.Logger.ErrorContext(r.Context(), "the mapping of a key cannot be used", "key", key.ID, "err", err)
		}
	}
	batch, err := sender.Parse(req)
	s.keepSample(r.Context(), key, secret, req, err)
	if err != nil {
		s.refuse(w, source, err)
		return
	}
	answer := sender.Accepted(batch)
	if over {
		all, err := s.urgent(r.Context(), &batch)
		if err != nil {
			s.unavailable(w, r, source, err)
			return
		}
		if !all {
			answer = sender.Refused(errOverLimit)
		}
	}
	if err := s.accept(r, key.Key, batch); err != nil {
		s.unavailable(w, r, source, err)
		return
	}
	writeAnswer(w, answer)
}

// unavailable tells a sender to try again, and the log why.
func (s *Server) unavailable(w http.ResponseWriter, r *http.Request, source string, err error) {
	s.Logger.ErrorContext(r.Context(), "signals were not accepted", "source", source, "err", err)
	s.refuse(w, source, errUnavailable)
}

// bodyLimit is how many bytes of a body are taken.
func bodyLimit(key SenderKey, source string) int64 {
	limit := maxIntake
	if source == "report" {
		limit = maxReported
	}
	if key.MaxBytes > 0 {
		limit = min(limit, key.MaxBytes)
	}
	return int64(limit)
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
	if e.Status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "5")
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
