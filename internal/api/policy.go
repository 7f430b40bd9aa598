package api

import (
	"context"
	"net/http"
	"time"

	"github.com/sigap-dev/sigap/internal/identify"
	"github.com/sigap-dev/sigap/internal/incident"
)

func (s *Server) registerPolicy() {
	route(s, incident.Viewer, http.MethodGet, "/api/policy", "What the team decided beforehand", func(ctx context.Context, _ *nothing) (*body[incident.Policy], error) {
		p, err := s.Store.Policy(ctx)
		return &body[incident.Policy]{p}, err
	})
	route(s, incident.Manager, http.MethodPut, "/api/policy", "Change the policy", func(ctx context.Context, in *body[incident.Policy]) (*body[incident.Policy], error) {
		return in, s.Store.PutPolicy(ctx, in.Body)
	})
	s.registerShadow()
}

// ShadowView is what a policy in shadow would have done, beside what was done.
type ShadowView struct {
	Policy      *incident.ShadowPolicy `json:"policy,omitempty" doc:"Missing: none is in shadow"`
	Cases       []ShadowCaseView       `json:"cases" doc:"The candidates of which it decided, the newest first, 100 at most"`
	Candidates  int                    `json:"candidates" doc:"Of which it decided; what follows counts them all"`
	Open        int                    `json:"open" doc:"People have not decided yet"`
	Agreed      int                    `json:"agreed"`
	FalseAlarms int                    `json:"falseAlarms" doc:"It would have declared, and a person dismissed it"`
	Missed      int                    `json:"missed" doc:"Was declared and not dismissed, and it would not have declared"`
	Unpaged     int                    `json:"unpaged" doc:"Of the missed: it would have paged nobody, either"`
	Unclear     int                    `json:"unclear" doc:"It would have declared what ended by itself"`
	Lead        *float64               `json:"lead,omitempty" doc:"Median seconds by which it would have declared earlier, where both did; negative: later"`
	Cut         bool                   `json:"cut,omitempty" doc:"There were more candidates than are looked at"`
}

// ShadowCaseView is one candidate, as the policy in shadow and people saw it.
type ShadowCaseView struct {
	ID       string                 `json:"id"`
	Ref      string                 `json:"ref"`
	Title    string                 `json:"title"`
	At       time.Time              `json:"at"`
	Shadow   string                 `json:"shadow" doc:"What the policy in shadow would have done, in words"`
	Declares bool                   `json:"declares" doc:"It would have declared"`
	Done     string                 `json:"done" doc:"What was done, in words"`
	Outcome  identify.ShadowOutcome `json:"outcome" enum:"open,agreed,falseAlarm,missed,unclear"`
	Lead     *float64               `json:"lead,omitempty" doc:"Seconds by which it would have declared earlier"`
}

// shownCases is how many candidates a report names.
const shownCases = 100

func (s *Server) registerShadow() {
	type adopt struct {
		ID string `json:"id" minLength:"1" doc:"Of the policy in shadow that was looked at"`
	}
	route(s, incident.Viewer, http.MethodGet, "/api/policy/shadow", "What the policy in shadow would have done, beside what was done", func(ctx context.Context, _ *nothing) (*body[ShadowView], error) {
		report, err := s.Identify.Shadow(ctx)
		if err != nil {
			return nil, err
		}
		return &body[ShadowView]{shadowView(viewerOf(ctx), report)}, nil
	})
	route(s, incident.Manager, http.MethodPut, "/api/policy/shadow", "Run a policy in shadow, in place of the one before; nothing is done by it", func(ctx context.Context, in *body[incident.Policy]) (*nothing, error) {
		return nil, s.Identify.PutShadow(ctx, viewerOf(ctx).actor, in.Body)
	})
	route(s, incident.Manager, http.MethodPost, "/api/policy/shadow/adopt", "Put the policy in shadow in force", func(ctx context.Context, in *body[adopt]) (*nothing, error) {
		return nil, s.Identify.AdoptShadow(ctx, in.Body.ID)
	})
	route(s, incident.Manager, http.MethodDelete, "/api/policy/shadow", "Throw the policy in shadow away", func(ctx context.Context, _ *nothing) (*nothing, error) {
		return nil, s.Identify.DropShadow(ctx)
	})
}

func shadowView(v viewer, r *identify.ShadowReport) ShadowView {
	out := ShadowView{Policy: r.Shadow, Cases: []ShadowCaseView{}, Candidates: len(r.Cases), Open: r.Counts[identify.ShadowOpen], Agreed: r.Counts[identify.ShadowAgreed],
		FalseAlarms: r.Counts[identify.ShadowFalseAlarm], Missed: r.Counts[identify.ShadowMissed], Unpaged: r.Unpaged, Unclear: r.Counts[identify.ShadowUnclear],
		Lead: inSeconds(r.Lead), Cut: r.Cut}
	for _, c := range r.Cases[:min(len(r.Cases), shownCases)] {
		i := c.Incident
		out.Cases = append(out.Cases, ShadowCaseView{ID: i.ID, Ref: i.Ref(), Title: i.Title, At: i.Milestones[incident.Detected],
			Shadow: v.reader().Shadow(i.Shadow.Shadowed), Declares: i.Shadow.Declares, Done: v.reader().Done(i), Outcome: c.Outcome, Lead: inSeconds(c.Lead)})
	}
	return out
}

func inSeconds(d *time.Duration) *float64 {
	if d == nil {
		return nil
	}
	seconds := d.Seconds()
	return &seconds
}
