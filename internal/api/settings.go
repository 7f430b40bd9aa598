package api

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/sigap-dev/sigap/internal/identify"
	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/text"
)

func (s *Server) registerSettings() {
	s.registerChannels()
	s.registerKeys()
	s.registerTokens()
	s.registerSources()
	s.registerProbes()
	s.registerSignals()
	s.registerWindows()
	s.registerRules()
	s.registerPolicy()
	s.registerTemplates()
	type drill struct {
		Fault string `json:"fault,omitempty"`
	}
	route(s, incident.Responder, http.MethodPost, "/api/drills", "Start a drill on the small broken shop", func(ctx context.Context, in *body[drill]) (*body[drillView], error) {
		if s.Drill == nil {
			return nil, incident.Errorf(incident.Conflict, "Drills are not available on this server.")
		}
		if err := s.Drill.Start(ctx, in.Body.Fault); err != nil {
			return nil, err
		}
		return &body[drillView]{drillView{Available: true, Running: true}}, nil
	})
}

func (s *Server) registerChannels() {
	route(s, incident.Manager, http.MethodGet, "/api/channels", "The channels, without their secrets", func(ctx context.Context, _ *nothing) (*body[list[ChannelState]], error) {
		items, err := s.Channels.List(ctx)
		return &body[list[ChannelState]]{list[ChannelState]{orEmpty(items)}}, err
	})
	type setting struct {
		Kind string `path:"kind"`
		Body map[string]any
	}
	route(s, incident.Admin, http.MethodPut, "/api/channels/{kind}", "Set a channel up", func(ctx context.Context, in *setting) (*nothing, error) {
		config, err := json.Marshal(in.Body)
		if err != nil {
			return nil, err
		}
		return nil, s.Channels.Put(ctx, in.Kind, config)
	})
	type kind struct {
		Kind string `path:"kind"`
	}
	route(s, incident.Admin, http.MethodDelete, "/api/channels/{kind}", "Remove a channel", func(ctx context.Context, in *kind) (*nothing, error) {
		return nil, s.Channels.Remove(ctx, in.Kind)
	})
	type test struct {
		Kind string `path:"kind"`
		Body struct {
			Address string `json:"address" minLength:"1" maxLength:"1000"`
		}
	}
	route(s, incident.Manager, http.MethodPost, "/api/channels/{kind}/test", "Send a test and see what came back", func(ctx context.Context, in *test) (*body[testResult], error) {
		v := viewerOf(ctx)
		return s.sendTest(ctx, in.Kind, in.Body.Address, v.reader().Test(v.actor.Name, ""), v.lang)
	})
}

// Made is a secret that was just made; it is shown once.
type Made struct {
	Secret string `json:"secret"`
	URL    string `json:"url,omitempty"`
}

func (s *Server) registerTokens() {
	type id struct {
		ID string `path:"id"`
	}
	route(s, incident.Admin, http.MethodGet, "/api/tokens", "The API tokens", func(ctx context.Context, _ *nothing) (*body[list[Credential]], error) {
		items, err := s.Store.ListTokens(ctx)
		return &body[list[Credential]]{list[Credential]{orEmpty(items)}}, err
	})
	type newToken struct {
		Name  string         `json:"name" minLength:"1" maxLength:"100"`
		Scope incident.Right `json:"scope" enum:"viewer,responder,manager,admin"`
	}
	route(s, incident.Admin, http.MethodPost, "/api/tokens", "Make an API token", func(ctx context.Context, in *body[newToken]) (*body[Made], error) {
		secret, err := s.Store.IssueToken(ctx, in.Body.Name, in.Body.Scope)
		return &body[Made]{Made{Secret: secret}}, err
	})
	route(s, incident.Admin, http.MethodDelete, "/api/tokens/{id}", "Revoke an API token", func(ctx context.Context, in *id) (*nothing, error) {
		return nil, s.Store.RevokeToken(ctx, in.ID)
	})
}

// CandidateView is a candidate or open incident with the alerts that joined it.
type CandidateView struct {
	Card
	Joined []SignalView `json:"joined"`
}

// SignalView is an alert of the live stream.
type SignalView struct {
	ID       string              `json:"id"`
	Title    string              `json:"title"`
	Source   string              `json:"source"`
	Sender   string              `json:"sender"`
	Service  string              `json:"service"`
	Severity string              `json:"severity"`
	State    incident.AlertState `json:"state" enum:"firing,resolved,silent"`
	First    time.Time           `json:"first"`
	Last     time.Time           `json:"last"`
	Count    int                 `json:"count"`
	Why      string              `json:"why" doc:"Why it joined"`
	Rarity   incident.Rarity     `json:"rarity,omitempty" enum:"frequent,rare,unseen" doc:"How often such come, of all of its service in 30 days"`
	Standing string              `json:"standing,omitempty" doc:"The same in words"`
	Noise    int                 `json:"noise" doc:"0 to 100: how common its words are among all alerts"`
	Value    string              `json:"value,omitempty"`
	URL      string              `json:"url,omitempty"`
	Held     string              `json:"held,omitempty" doc:"Why it pages nobody: the window that holds it, until when, and its reason"`
	Window   string              `json:"window,omitempty" doc:"The window that holds it"`
	Grave    bool                `json:"grave,omitempty" doc:"It would have paged at once"`
}

// NoisyView is a noisy kind of alert with what to do about it.
type NoisyView struct {
	incident.Noisy
	Says       string `json:"says"`
	AdviceText string `json:"adviceText"`
}

func noisyView(v viewer, n incident.Noisy) NoisyView {
	out := NoisyView{Noisy: n}
	out.Says, out.AdviceText = v.reader().Noisy(n)
	return out
}

// standing is an alert with what the past says of such.
func (s *Server) standing(v viewer, before *identify.Past, a *incident.Alert) SignalView {
	x, st := s.signalView(v, a), before.Standing(a)
	x.Rarity, x.Standing, x.Noise = st.Rarity, v.reader().Standing(st), st.Noise
	return x
}

func (s *Server) registerSignals() {
	type signals struct {
		Candidates []CandidateView   `json:"candidates"`
		Loose      []SignalView      `json:"loose" doc:"Recent alerts that belong to nothing open"`
		Changes    []incident.Change `json:"changes" doc:"Changes of the last day, the newest first"`
		Held       HeldCount         `json:"held"`
		Noisy      []NoisyView       `json:"noisy" doc:"What comes often and is mostly nothing, the noisiest first"`
	}
	route(s, incident.Viewer, http.MethodGet, "/api/signals", "The live stream, grouped", func(ctx context.Context, _ *nothing) (*body[signals], error) {
		v := viewerOf(ctx)
		out := signals{Candidates: []CandidateView{}, Loose: []SignalView{}, Noisy: []NoisyView{}}
		before, err := s.Identify.Past(ctx)
		if err != nil {
			return nil, err
		}
		for _, n := range before.Noisy {
			out.Noisy = append(out.Noisy, noisyView(v, n))
		}
		open, err := s.Store.Incidents(ctx, incident.Filter{Statuses: incident.OpenStatuses(), Limit: 100})
		if err != nil {
			return nil, err
		}
		grouped := map[string]bool{}
		for _, i := range open {
			alerts, err := s.Store.AlertsOf(ctx, i.ID, 50)
			if err != nil {
				return nil, err
			}
			c := CandidateView{Card: s.card(v, i.Brief()), Joined: []SignalView{}}
			for _, a := range alerts {
				grouped[a.ID] = true
				x := s.standing(v, before, a)
				for _, j := range i.Alerts {
					if j.ID == a.ID {
						x.Why = v.reader().Join(j)
					}
				}
				c.Joined = append(c.Joined, x)
			}
			out.Candidates = append(out.Candidates, c)
		}
		recent, err := s.Store.RecentAlerts(ctx, 50)
		if err != nil {
			return nil, err
		}
		for _, a := range recent {
			if !grouped[a.ID] {
				out.Loose = append(out.Loose, s.standing(v, before, a))
			}
		}
		out.Changes, err = s.Store.Changes(ctx, incident.Window{From: s.Now().Add(-24 * time.Hour), To: s.Now().Add(time.Minute)}, 50)
		out.Changes = orEmpty(out.Changes)
		if err != nil {
			return nil, err
		}
		out.Held, err = s.heldCount(ctx)
		return &body[signals]{out}, err
	})
	s.registerStatus()
}

// ServiceStatus is a service on the internal status page.
type ServiceStatus struct {
	Name     string     `json:"name"`
	Title    string     `json:"title"`
	State    string     `json:"state" enum:"ok,degraded,down"`
	Incident string     `json:"incident,omitempty"`
	Text     string     `json:"text,omitempty"`
	Since    *time.Time `json:"since,omitempty"`
}

// StatusUpdate is an update as the status page shows it.
type StatusUpdate struct {
	At       time.Time `json:"at"`
	Ref      string    `json:"ref"`
	Title    string    `json:"title"`
	Audience string    `json:"audience"`
	HTML     string    `json:"html"`
}

func (s *Server) registerStatus() {
	type status struct {
		Services []ServiceStatus `json:"services"`
		Updates  []StatusUpdate  `json:"updates"`
	}
	route(s, incident.Viewer, http.MethodGet, "/api/status", "The internal status page", func(ctx context.Context, _ *nothing) (*body[status], error) {
		services, err := s.Store.Services(ctx)
		if err != nil {
			return nil, err
		}
		list, err := s.Store.Incidents(ctx, incident.Filter{After: s.Now().Add(-7 * 24 * time.Hour), Limit: 100})
		if err != nil {
			return nil, err
		}
		out := status{Services: []ServiceStatus{}, Updates: []StatusUpdate{}}
		for _, v := range services {
			out.Services = append(out.Services, serviceStatus(v.Name, v.Title, list))
		}
		for _, i := range list {
			for _, u := range i.Updates {
				md := strings.Join([]string{"**" + u.Text.Status + "**", u.Text.Impact, u.Text.Done, u.Text.Next}, "\n\n")
				out.Updates = append(out.Updates, StatusUpdate{At: u.At, Ref: i.Ref(), Title: i.Title, Audience: u.Name, HTML: text.Render(md)})
			}
		}
		slices.SortFunc(out.Updates, func(a, b StatusUpdate) int { return b.At.Compare(a.At) })
		return &body[status]{out}, nil
	})
}

func serviceStatus(name, title string, list []*incident.Incident) ServiceStatus {
	st := ServiceStatus{Name: name, Title: title, State: "ok"}
	for _, i := range list {
		if !i.Status.Declared() || !i.Status.Open() || i.Service != name && !slices.Contains(i.Affected, name) {
			continue
		}
		since := impactFrom(i)
		st.State, st.Incident, st.Text, st.Since = "degraded", i.Ref(), i.Title, &since
		if i.Severity == incident.SEV1 && i.Service == name {
			st.State = "down"
			return st
		}
	}
	return st
}
