package api

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"github.com/sigap-dev/sigap/internal/incident"
)

// Sources are where evidence is looked for beside the flight recorder. Each
// address may hold credentials: https://name:password@host, or apikey: or
// bearer: in place of the name. They are never shown again.
type Sources struct {
	Prometheus    string `json:"prometheus,omitempty" doc:"Address of a Prometheus-compatible API"`
	Loki          string `json:"loki,omitempty" doc:"Address of Loki"`
	Elasticsearch string `json:"elasticsearch,omitempty" doc:"Address of Elasticsearch or OpenSearch, with the indices as its path: https://es:9200/logs-*"`
	VictoriaLogs  string `json:"victorialogs,omitempty" doc:"Address of VictoriaLogs"`
	IgnoreErrors  bool   `json:"ignoreErrors,omitempty" doc:"New errors in recorded logs are no signal by themselves"`
}

// addresses are the fields that hold one, by name.
func (s *Sources) addresses() map[string]*string {
	return map[string]*string{"prometheus": &s.Prometheus, "loki": &s.Loki, "elasticsearch": &s.Elasticsearch, "victorialogs": &s.VictoriaLogs}
}

func (s *Server) registerSources() {
	route(s, incident.Manager, http.MethodGet, "/api/sources", "Where evidence is looked for", func(ctx context.Context, _ *nothing) (*body[Sources], error) {
		var v Sources
		err := s.Store.Setting(ctx, "sources", &v)
		for _, address := range v.addresses() {
			*address = withoutPassword(*address)
		}
		return &body[Sources]{v}, err
	})
	route(s, incident.Admin, http.MethodPut, "/api/sources", "Set where evidence is looked for", func(ctx context.Context, in *body[Sources]) (*body[Sources], error) {
		var before Sources
		if err := s.Store.Setting(ctx, "sources", &before); err != nil {
			return nil, err
		}
		old := before.addresses()
		for field, address := range in.Body.addresses() {
			u, err := url.Parse(*address)
			if *address != "" && (err != nil || u.Host == "" || !slices.Contains([]string{"http", "https"}, u.Scheme)) {
				return nil, incident.FieldError(field, "An address begins with http:// or https:// and names a host.")
			}
			if *address == withoutPassword(*old[field]) {
				*address = *old[field] // as it was shown
			}
		}
		if err := s.Store.PutSetting(ctx, "sources", in.Body); err != nil {
			return nil, err
		}
		for _, address := range in.Body.addresses() {
			*address = withoutPassword(*address)
		}
		return in, nil
	})
}

// withoutPassword hides the password of an address; others are as they were.
func withoutPassword(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.User == nil {
		return address
	}
	return u.Redacted()
}
