package api

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"

	"github.com/sigap-dev/sigap/internal/identify/intake"
	"github.com/sigap-dev/sigap/internal/incident"
)

// maxListed bounds how many alerts an Alertmanager's client is shown.
const maxListed = 1000

// registerAlertmanager registers what amtool and Grafana ask an Alertmanager.
// A refusal is a JSON string, which is what they can show.
func (s *Server) registerAlertmanager() {
	began := s.Now()
	get := func(path string, view func(r *http.Request) (any, error)) {
		s.own(public, "GET /in/{key}/api/v2/"+path, func(w http.ResponseWriter, r *http.Request) {
			if _, err := s.Store.SenderKey(r.Context(), r.PathValue("key")); err != nil {
				s.refuse(w, "prometheus", errUnknownKey)
				return
			}
			v, err := view(r)
			if err != nil {
				s.refuse(w, "prometheus", err)
				return
			}
			writeAnswer(w, intake.Answer{Status: http.StatusOK, ContentType: "application/json", Body: v})
		})
	}
	get("status", func(*http.Request) (any, error) {
		return intake.StatusView(intake.VersionInfo{Version: s.Version}, began), nil
	})
	get("receivers", func(*http.Request) (any, error) { return intake.ReceiversView(), nil })
	get("silences", func(r *http.Request) (any, error) { return s.silences(r) })
	get("alerts", func(r *http.Request) (any, error) { return s.firing(r) })
	get("alerts/groups", func(r *http.Request) (any, error) {
		alerts, err := s.firing(r)
		return intake.AlertGroupsView(alerts), err
	})
	noSilence := func(w http.ResponseWriter, _ *http.Request) { s.refuse(w, "prometheus", errNoSilence) }
	s.own(public, "POST /in/{key}/api/v2/silences", noSilence)
	s.own(public, "GET /in/{key}/api/v2/silence/{id}", noSilence)
	s.own(public, "DELETE /in/{key}/api/v2/silence/{id}", noSilence)
}

// errNoSilence is a 400, the one status of which Alertmanager's clients show
// the reason.
var errNoSilence = &intake.Error{Status: http.StatusBadRequest, Title: "Sigap keeps no silences for an Alertmanager's client",
	Detail: "Who silences is a person with the right to: do it in Sigap, under Signals, or in the Alertmanager that sends to it."}

// silences gives the windows that hold or are to, as an Alertmanager's; a weekly
// one by its next time.
func (s *Server) silences(r *http.Request) ([]intake.Silence, error) {
	now, out := s.Now(), []intake.Silence{}
	all, err := s.Store.Windows(r.Context(), now)
	if err != nil {
		s.Logger.ErrorContext(r.Context(), "the windows were not read", "err", err)
		return nil, errUnavailable
	}
	for _, w := range all {
		next, ok := w.Next(now)
		if !ok {
			continue
		}
		silence := intake.Silence{ID: w.ID, UpdatedAt: w.MadeAt, StartsAt: next.From, EndsAt: next.Until, CreatedBy: w.By.Name, Comment: w.Reason}
		for _, condition := range w.Matchers {
			m, err := intake.ParseMatcher(condition)
			if err != nil {
				return nil, err // it was read before it was kept
			}
			silence.Matchers = append(silence.Matchers, m)
		}
		out = append(out, silence)
	}
	return intake.SilencesView(out, now), nil
}

// firing gives the alerts that a request's filters leave, of all sources.
func (s *Server) firing(r *http.Request) ([]intake.GettableAlert, error) {
	wrong := func(err error) error {
		return &intake.Error{Status: http.StatusBadRequest, Title: "The filter cannot be read", Detail: err.Error()}
	}
	query := r.URL.Query()
	var matchers []intake.Matcher
	for _, f := range query["filter"] {
		m, err := intake.ParseMatcher(f)
		if err != nil {
			return nil, wrong(err)
		}
		matchers = append(matchers, m)
	}
	receiver, err := regexp.Compile("^(?:" + query.Get("receiver") + ")$")
	if err != nil {
		return nil, wrong(fmt.Errorf("receiver: %w", err))
	}
	if query.Get("receiver") != "" && !receiver.MatchString(intake.ReceiversView()[0].Name) {
		return []intake.GettableAlert{}, nil
	}
	alerts, err := s.Store.RecentAlerts(r.Context(), maxListed)
	if err != nil {
		s.Logger.ErrorContext(r.Context(), "the alerts were not read", "err", err)
		return nil, errUnavailable
	}
	alerts = slices.DeleteFunc(alerts, func(a *incident.Alert) bool {
		asked := "active"
		if a.Held != nil && a.Held.Window != "" {
			asked = "silenced"
		}
		return a.State != incident.AlertFiring || query.Get(asked) == "false"
	})
	return intake.AlertsView(alerts, matchers, s.Now()), nil
}
