package api

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"

	"github.com/sigap-dev/sigap/internal/identify"
	"github.com/sigap-dev/sigap/internal/identify/intake"
	"github.com/sigap-dev/sigap/internal/incident"
)

// Tried is how a body was read, and what it would do. Nothing was done.
type Tried struct {
	First    *intake.Sample    `json:"first,omitempty" doc:"The first body that came by this key"`
	Last     *intake.Sample    `json:"last,omitempty" doc:"The last one"`
	Body     string            `json:"body,omitempty" doc:"The body that was read"`
	Error    string            `json:"error,omitempty" doc:"Why nothing of it could be read"`
	Signals  []TriedSignal     `json:"signals"`
	Changes  []incident.Change `json:"changes"`
	Reports  []incident.Report `json:"reports"`
	Beats    []string          `json:"beats" doc:"Jobs that say they are alive"`
	Rejected []intake.Rejected `json:"rejected"`
	Notes    []string          `json:"notes" doc:"What the mapping did not find"`
	Answer   json.RawMessage   `json:"answer,omitempty" doc:"What the sender is answered"`
	Status   int               `json:"status,omitempty" doc:"The answer's HTTP status"`
}

// TriedSignal is an alert that was read, and what it would do.
type TriedSignal struct {
	Signal   incident.Signal   `json:"signal"`
	Severity incident.Severity `json:"severity"`
	Say      string            `json:"say" doc:"What Sigap would think of it"`
	Pages    bool              `json:"pages" doc:"Whether somebody would be paged at once"`
}

func (s *Server) registerTry() {
	type try struct {
		ID   string `path:"id"`
		Body struct {
			Body        string            `json:"body,omitempty" maxLength:"1000000" doc:"What to read; left out: the last body that came by this key, or the first"`
			ContentType string            `json:"contentType,omitempty" maxLength:"200"`
			Path        string            `json:"path,omitempty" maxLength:"500" doc:"What follows the key in the address"`
			Headers     map[string]string `json:"headers,omitempty" doc:"Headers in which the sender says what the body is"`
			Mapping     *intake.Mapping   `json:"mapping,omitempty" doc:"Read it so, whatever the key is set to"`
		}
	}
	route(s, incident.Manager, http.MethodPost, "/api/keys/{id}/try", "See how a body is read and what it would do; nothing is done", func(ctx context.Context, in *try) (*body[Tried], error) {
		keys, err := s.Store.ListKeys(ctx)
		if err != nil {
			return nil, err
		}
		at := slices.IndexFunc(keys, func(k KeyView) bool { return k.ID == in.ID })
		if at < 0 {
			return nil, incident.Errorf(incident.NotFound, "There is no such key.")
		}
		key := keys[at]
		out := Tried{Signals: []TriedSignal{}, Changes: []incident.Change{}, Reports: []incident.Report{}, Beats: []string{}, Rejected: []intake.Rejected{}, Notes: []string{}}
		if out.First, out.Last, err = s.samplesOf(ctx, key.ID); err != nil {
			return nil, err
		}
		sample := intake.Sample{Body: in.Body.Body, ContentType: in.Body.ContentType, Path: in.Body.Path, Headers: in.Body.Headers}
		if sample.Body == "" && out.Last != nil {
			sample = *out.Last
		}
		mapping := key.Mapping
		if in.Body.Mapping != nil {
			mapping = in.Body.Mapping
		}
		if sample.Body == "" {
			return &body[Tried]{out}, nil
		}
		return &body[Tried]{out}, s.try(ctx, &out, key, sample, mapping)
	})
}

// try reads a body as its key's sender would have it read.
func (s *Server) try(ctx context.Context, out *Tried, key KeyView, sample intake.Sample, mapping *intake.Mapping) error {
	out.Body = sample.Body
	sender, ok := intake.SenderFor(key.Scope)
	if !ok {
		return incident.Errorf(incident.Conflict, "What comes by this key is telemetry, which is recorded as it is.")
	}
	req := intake.Request{ContentType: sample.ContentType, Header: http.Header{}, Path: sample.Path, Query: url.Values{}, Body: []byte(sample.Body), Now: s.Now()}
	for name, value := range sample.Headers {
		req.Header.Set(name, value)
	}
	if key.Scope == "generic" && mapping != nil && *mapping != (intake.Mapping{}) {
		reader, err := mapping.Compile()
		if err != nil {
			return err
		}
		req.Mapping = reader
	}
	batch, err := sender.Parse(req)
	if err != nil {
		out.Error = err.Error()
		return nil
	}
	reader := viewerOf(ctx).reader()
	for _, sig := range batch.Signals {
		t := TriedSignal{Signal: sig}
		if sig.State == incident.Firing {
			i, pages, held, err := s.Identify.Preview(ctx, identify.Key{ID: key.ID, Name: key.Name, Source: key.Scope, Drill: key.Drill}, sig)
			if err != nil {
				return err
			}
			t.Pages, t.Severity = pages, i.Severity
			if t.Say, _ = reader.Verdict(i.Verdict, i); held != nil {
				t.Say = reader.Held(held, false, s.Now())
			}
		}
		out.Signals = append(out.Signals, t)
	}
	for _, b := range batch.Heartbeats {
		out.Beats = append(out.Beats, b.Name)
	}
	out.Changes, out.Reports = orEmpty(batch.Changes), orEmpty(batch.Reports)
	out.Rejected, out.Notes = orEmpty(batch.Rejected), orEmpty(batch.Notes)
	answer := sender.Accepted(batch)
	out.Status = answer.Status
	if answer.Body != nil {
		out.Answer, err = json.Marshal(answer.Body)
	}
	return err
}
