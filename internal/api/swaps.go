package api

import (
	"context"
	"net/http"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/inform/oncall"
)

// SwapView is a request to take shifts over, as one viewer sees it.
type SwapView struct {
	ID       string            `json:"id"`
	Schedule string            `json:"schedule" doc:"Name"`
	By       incident.Person   `json:"by"`
	To       []incident.Person `json:"to" doc:"Who is asked and has not declined"`
	From     time.Time         `json:"from"`
	Until    time.Time         `json:"until"`
	Back     *oncall.Stretch   `json:"back,omitempty" doc:"What is taken over in return"`
	Reason   string            `json:"reason,omitempty"`
	Answers  bool              `json:"answers" doc:"It waits for the viewer's answer"`
	Mine     bool              `json:"mine" doc:"The viewer may take it back"`
}

func (s *Server) registerSwaps() {
	type swapAsked struct {
		ID   string `path:"id"`
		Body struct {
			To     []string        `json:"to,omitempty" doc:"Whom; empty: all others who take turns in the schedule"`
			From   time.Time       `json:"from"`
			Until  time.Time       `json:"until"`
			Back   *oncall.Stretch `json:"back,omitempty" doc:"Shifts of the one who is asked, taken over in return"`
			Reason string          `json:"reason,omitempty" maxLength:"500"`
		}
	}
	route(s, incident.Responder, http.MethodPost, "/api/schedules/{id}/swaps", "Ask a colleague, or all others of the rotation, to take one's shifts over", func(ctx context.Context, in *swapAsked) (*body[oncall.Swap], error) {
		v := viewerOf(ctx)
		if v.person == nil {
			return nil, incident.Errorf(incident.Forbidden, "Shifts are a person's. Sign in.")
		}
		b := in.Body
		swap := oncall.Swap{Schedule: in.ID, By: v.person.ID, To: b.To, From: b.From.UTC(), Until: b.Until.UTC(), Reason: b.Reason}
		if b.Back != nil {
			swap.Back = &oncall.Stretch{From: b.Back.From.UTC(), Until: b.Back.Until.UTC()}
		}
		return swapBody(s.Inform.RequestSwap(ctx, swap))
	})
	route(s, incident.Viewer, http.MethodGet, "/api/swaps", "Requests to take shifts over that wait for an answer", func(ctx context.Context, _ *struct{}) (*body[list[SwapView]], error) {
		views, err := s.swaps(ctx, viewerOf(ctx))
		return &body[list[SwapView]]{list[SwapView]{views}}, err
	})
	type swapAnswer struct {
		ID   string `path:"id"`
		Body struct {
			Accept bool `json:"accept"`
		}
	}
	route(s, incident.Responder, http.MethodPost, "/api/swaps/{id}/answer", "Accept or decline a request: accepted, the shifts change hands at once", func(ctx context.Context, in *swapAnswer) (*body[oncall.Swap], error) {
		return swapBody(s.Inform.AnswerSwap(ctx, in.ID, viewerOf(ctx).actor.ID, in.Body.Accept))
	})
	type oneSwap struct {
		ID string `path:"id"`
	}
	route(s, incident.Responder, http.MethodDelete, "/api/swaps/{id}", "Take a request back; one's own, or as a manager any", func(ctx context.Context, in *oneSwap) (*body[oncall.Swap], error) {
		return swapBody(s.Inform.WithdrawSwap(ctx, viewerOf(ctx).actor, in.ID))
	})
}

func swapBody(v *oncall.Swap, err error) (*body[oncall.Swap], error) {
	if err != nil {
		return nil, err
	}
	return &body[oncall.Swap]{*v}, nil
}

func (s *Server) swaps(ctx context.Context, v viewer) ([]SwapView, error) {
	now, out := s.Now(), []SwapView{}
	swaps, err := s.Store.Swaps(ctx, now)
	if err != nil {
		return nil, err
	}
	known, err := s.names(ctx)
	if err != nil {
		return nil, err
	}
	schedules, err := s.Store.Schedules(ctx)
	if err != nil {
		return nil, err
	}
	titles := map[string]string{}
	for _, sch := range schedules {
		titles[sch.ID] = sch.Name
	}
	for n := range swaps {
		w := &swaps[n]
		title, there := titles[w.Schedule]
		if !there || !w.Pending(now) {
			continue
		}
		view := SwapView{ID: w.ID, Schedule: title, By: known.ref(w.By), To: []incident.Person{}, From: w.From, Until: w.Until, Back: w.Back, Reason: w.Reason,
			Answers: w.Waits(v.actor.ID, now), Mine: w.By == v.actor.ID || v.actor.Right.Includes(incident.Manager)}
		for _, id := range w.To {
			if w.Waits(id, now) {
				view.To = append(view.To, known.ref(id))
			}
		}
		out = append(out, view)
	}
	return out, nil
}
