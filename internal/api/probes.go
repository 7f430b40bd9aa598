package api

import (
	"context"
	"net/http"

	"github.com/sigap-dev/sigap/internal/evidence/probe"
	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/text"
)

// ProbeView is a probe and how it stands.
type ProbeView struct {
	probe.Watched
	Say string `json:"say,omitempty" doc:"What is wrong, in the reader's language"`
}

// probeSaw is what a probe saw that is not kept.
type probeSaw struct {
	probe.Outcome
	Say string `json:"say,omitempty" doc:"What is wrong, in the reader's language; empty if it is well"`
}

func (s *Server) registerProbes() {
	type byID struct {
		ID string `path:"id"`
	}
	type change struct {
		ID   string `path:"id"`
		Body probe.Probe
	}
	view := func(ctx context.Context, w *probe.Watched) ProbeView {
		return ProbeView{Watched: *w, Say: faultOf(viewerOf(ctx).reader(), w.State.Outcome)}
	}
	route(s, incident.Manager, http.MethodGet, "/api/probes", "Sigap's own probes and how they stand", func(ctx context.Context, _ *nothing) (*body[list[ProbeView]], error) {
		all, err := s.Store.Probes(ctx)
		out := make([]ProbeView, 0, len(all))
		for n := range all {
			out = append(out, view(ctx, &all[n]))
		}
		return &body[list[ProbeView]]{list[ProbeView]{out}}, err
	})
	route(s, incident.Admin, http.MethodPost, "/api/probes", "Make a probe", func(ctx context.Context, in *body[probe.Probe]) (*body[ProbeView], error) {
		w, err := s.Probes.Add(ctx, in.Body)
		if err != nil {
			return nil, err
		}
		return &body[ProbeView]{view(ctx, w)}, nil
	})
	route(s, incident.Admin, http.MethodPost, "/api/probes/try", "Look once and keep nothing", func(ctx context.Context, in *body[probe.Probe]) (*body[probeSaw], error) {
		o, err := s.Probes.Try(ctx, in.Body)
		return &body[probeSaw]{probeSaw{o, faultOf(viewerOf(ctx).reader(), o)}}, err
	})
	route(s, incident.Admin, http.MethodPut, "/api/probes/{id}", "Change a probe, pause it, or let it go on", func(ctx context.Context, in *change) (*body[ProbeView], error) {
		w, err := s.Probes.Change(ctx, in.ID, in.Body)
		if err != nil {
			return nil, err
		}
		return &body[ProbeView]{view(ctx, w)}, nil
	})
	route(s, incident.Admin, http.MethodDelete, "/api/probes/{id}", "Remove a probe; its failure ends", func(ctx context.Context, in *byID) (*nothing, error) {
		return nil, s.Probes.Remove(ctx, in.ID)
	})
}

func faultOf(r text.Reader, o probe.Outcome) string {
	if o.Fault == nil {
		return ""
	}
	return r.Fault(*o.Fault)
}
