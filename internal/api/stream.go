package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/live"
)

const (
	pingEvery  = 20 * time.Second
	streamPart = 200 // entries read at once
)

// registerStreams registers the live streams. They are server-sent events,
// which go through proxies and reconnect by themselves.
func (s *Server) registerStreams() {
	s.own(incident.Viewer, "GET /api/incidents/{ref}/stream", s.incidentStream)
	s.own(incident.Viewer, "GET /api/stream", s.allStream)
	type typing struct {
		Ref  string `path:"ref"`
		Body struct{}
	}
	route(s, incident.Viewer, http.MethodPost, "/api/incidents/{ref}/presence", "I am typing", func(ctx context.Context, in *typing) (*nothing, error) {
		i, err := s.Store.Incident(ctx, in.Ref)
		if err != nil {
			return nil, err
		}
		s.Live.Typing(i.ID, viewerOf(ctx).actor.ID, s.Now())
		return nil, nil
	})
}

// events writes server-sent events.
type events struct {
	w  http.ResponseWriter
	rc *http.ResponseController
}

func startEvents(w http.ResponseWriter) (*events, error) {
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // nginx would hold entries back
	e := &events{w: w, rc: http.NewResponseController(w)}
	_ = e.rc.SetWriteDeadline(time.Time{})
	w.WriteHeader(http.StatusOK)
	return e, e.rc.Flush()
}

func (e *events) send(id int, name string, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if id > 0 {
		if _, err := fmt.Fprintf(e.w, "id: %d\n", id); err != nil {
			return err
		}
	}
	if _, err := fmt.Fprintf(e.w, "event: %s\ndata: %s\n\n", name, data); err != nil {
		return err
	}
	return e.rc.Flush()
}

// incidentStream sends each new entry, and the view after it, to one watcher.
func (s *Server) incidentStream(w http.ResponseWriter, r *http.Request) {
	v := viewerOf(r.Context())
	i, err := s.Store.Incident(r.Context(), r.PathValue("ref"))
	if err != nil {
		s.writeError(w, r, err)
		return
	}
	after := i.Seq
	for _, said := range []string{r.Header.Get("Last-Event-ID"), r.URL.Query().Get("after")} {
		if n, err := strconv.Atoi(said); err == nil && n >= 0 {
			after = n
			break
		}
	}
	watcher := s.Live.Watch(i.ID, incident.Person{ID: v.actor.ID, Name: v.actor.Name})
	defer s.Live.Leave(watcher)
	out, err := startEvents(w)
	if err != nil {
		return
	}
	ping := time.NewTicker(pingEvery)
	defer ping.Stop()
	for {
		if after, err = s.catchUp(r.Context(), out, v, i.ID, after); err != nil {
			return
		}
		select {
		case <-r.Context().Done():
			return
		case <-ping.C:
			err = out.send(0, "ping", s.Now())
		case <-watcher.News():
			err = out.send(0, "presence", s.Live.Presence(i.ID, s.Now()))
		}
		if err != nil {
			return
		}
	}
}

// catchUp sends what a watcher has not seen yet.
func (s *Server) catchUp(ctx context.Context, out *events, v viewer, id string, after int) (int, error) {
	fresh, err := s.Store.Entries(ctx, id, after, streamPart)
	if err != nil || len(fresh) == 0 {
		return after, err
	}
	i, err := s.Store.Incident(ctx, id)
	if err != nil {
		return after, err
	}
	for _, e := range s.entryViews(v, i, fresh) {
		if err := out.send(e.Seq, "entry", e); err != nil {
			return after, err
		}
	}
	view, err := s.view(ctx, v, i)
	if err != nil {
		return after, err
	}
	after = fresh[len(fresh)-1].Seq
	if err := out.send(after, "view", view); err != nil {
		return after, err
	}
	if len(fresh) == streamPart {
		return s.catchUp(ctx, out, v, id, after)
	}
	return after, nil
}

// allStream says which incidents changed, to those who watch all of them.
func (s *Server) allStream(w http.ResponseWriter, r *http.Request) {
	v := viewerOf(r.Context())
	watcher := s.Live.Watch(live.All, incident.Person{ID: v.actor.ID, Name: v.actor.Name})
	defer s.Live.Leave(watcher)
	out, err := startEvents(w)
	if err != nil {
		return
	}
	ping := time.NewTicker(pingEvery)
	defer ping.Stop()
	for {
		select {
		case <-r.Context().Done():
			return
		case <-ping.C:
			err = out.send(0, "ping", s.Now())
		case id := <-watcher.News():
			err = out.send(0, "changed", map[string]string{"id": id})
		}
		if err != nil {
			return
		}
	}
}
