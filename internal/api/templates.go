package api

import (
	"context"
	"net/http"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/inform"
	"github.com/sigap-dev/sigap/internal/text"
)

// TemplateView is the words of a message in a language, as they count now.
type TemplateView struct {
	Kind    text.TemplateKind `json:"kind" enum:"engineering,support,management,update"`
	Lang    string            `json:"lang" enum:"en,id"`
	Text    string            `json:"text"`
	Default string            `json:"default" doc:"Sigap's own words"`
	Own     bool              `json:"own" doc:"The team wrote it"`
	Error   string            `json:"error,omitempty" doc:"Why the newest message went out in Sigap's own words all the same"`
	ErrorAt *time.Time        `json:"errorAt,omitempty"`
	Uses    []TemplateUse     `json:"uses" doc:"What may stand in it in {braces}"`
	Changes []inform.Template `json:"changes" doc:"Who wrote what, the newest first; an empty text is Sigap's own again"`
}

// TemplateUse is a placeholder.
type TemplateUse struct {
	Name string `json:"name"`
	Says string `json:"says"`
}

// Letter is a message as channels show it.
type Letter struct {
	Ref      string       `json:"ref"`
	Severity string       `json:"severity"`
	Title    string       `json:"title"`
	Lines    []string     `json:"lines"`
	Fields   []text.Field `json:"fields"`
	Actions  []string     `json:"actions" doc:"The labels of its buttons"`
}

func (s *Server) registerTemplates() {
	route(s, incident.Manager, http.MethodGet, "/api/templates", "The words of notices and updates, and who changed them", func(ctx context.Context, _ *nothing) (*body[list[TemplateView]], error) {
		items := []TemplateView{}
		for _, kind := range text.TemplateKinds() {
			for _, lang := range []string{"en", "id"} {
				v, err := s.templateView(ctx, kind, lang)
				if err != nil {
					return nil, err
				}
				items = append(items, v)
			}
		}
		return &body[list[TemplateView]]{list[TemplateView]{items}}, nil
	})
	type templateChange struct {
		Kind text.TemplateKind `path:"kind"`
		Lang string            `path:"lang"`
		Body struct {
			Text string `json:"text" maxLength:"4000" doc:"Empty: Sigap's own again"`
		}
	}
	route(s, incident.Manager, http.MethodPut, "/api/templates/{kind}/{lang}", "Write a message in one's own words, or put Sigap's back", func(ctx context.Context, in *templateChange) (*body[TemplateView], error) {
		if _, err := s.Inform.PutTemplate(ctx, viewerOf(ctx).actor, in.Kind, in.Lang, in.Body.Text); err != nil {
			return nil, err
		}
		v, err := s.templateView(ctx, in.Kind, in.Lang)
		return &body[TemplateView]{v}, err
	})
	type templateTrial struct {
		Kind     text.TemplateKind `json:"kind"`
		Lang     string            `json:"lang"`
		Text     string            `json:"text" maxLength:"4000"`
		Incident string            `json:"incident" doc:"Id or reference of the incident that it is tried on"`
	}
	route(s, incident.Manager, http.MethodPost, "/api/templates/try", "A message about an incident by a template that is not saved; nothing is sent", func(ctx context.Context, in *body[templateTrial]) (*body[Letter], error) {
		b := in.Body
		i, w, err := s.Inform.TryTemplate(ctx, b.Kind, b.Lang, b.Text, b.Incident, viewerOf(ctx).loc)
		if err != nil {
			return nil, err
		}
		out := Letter{Ref: i.Ref(), Title: w.Title, Lines: orEmpty(w.Lines), Fields: orEmpty(w.Fields), Actions: []string{}}
		if i.Severity.Valid() {
			out.Severity = i.Severity.String()
		}
		for _, a := range w.Actions {
			out.Actions = append(out.Actions, a.Label)
		}
		return &body[Letter]{out}, nil
	})
}

func (s *Server) templateView(ctx context.Context, kind text.TemplateKind, lang string) (TemplateView, error) {
	versions, err := s.Inform.Templates(ctx, kind, lang)
	if err != nil {
		return TemplateView{}, err
	}
	own := text.Reader{Lang: lang}.Template(kind)
	v := TemplateView{Kind: kind, Lang: lang, Text: own, Default: own, Uses: []TemplateUse{}, Changes: versions}
	if len(versions) > 0 && versions[0].Text != "" {
		now := versions[0]
		v.Text, v.Own, v.Error = now.Text, true, now.Error
		if now.Error != "" {
			v.ErrorAt = &now.ErrorAt
		}
	}
	reader := viewerOf(ctx).reader()
	for _, name := range kind.Placeholders() {
		v.Uses = append(v.Uses, TemplateUse{name, reader.Placeholder(name)})
	}
	return v, nil
}
