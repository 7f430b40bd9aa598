package inform

import (
	"context"
	"strings"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/text"
)

// Template is what a team wrote in place of Sigap's own words for a message.
type Template struct {
	ID      string            `json:"id"`
	Kind    text.TemplateKind `json:"kind"`
	Lang    string            `json:"lang"`
	Text    string            `json:"text"` // empty: Sigap's own again
	By      incident.Person   `json:"by"`
	At      time.Time         `json:"at"`
	Error   string            `json:"error,omitempty" doc:"Why the newest message went out without it"`
	ErrorAt time.Time         `json:"errorAt,omitzero"`
}

// Templates are the versions of what a team wrote, the newest first.
func (s *Service) Templates(ctx context.Context, kind text.TemplateKind, lang string) ([]Template, error) {
	return s.store.Templates(ctx, kind, lang, 20)
}

// Template is the version that counts; the zero one if Sigap's own words do.
func (s *Service) Template(ctx context.Context, kind text.TemplateKind, lang string) (Template, error) {
	versions, err := s.store.Templates(ctx, kind, lang, 1)
	if err != nil || len(versions) == 0 {
		return Template{}, err
	}
	return versions[0], nil
}

// PutTemplate makes a team's own words count from the next message on; empty
// or Sigap's own put these back.
func (s *Service) PutTemplate(ctx context.Context, by incident.Actor, kind text.TemplateKind, lang, words string) (Template, error) {
	words = strings.TrimSpace(strings.ReplaceAll(words, "\r\n", "\n"))
	if err := templateOfLang(kind, lang); err != nil {
		return Template{}, err
	}
	if words == (text.Reader{Lang: lang}).Template(kind) {
		words = ""
	}
	if words != "" {
		if err := kind.Check(words); err != nil {
			return Template{}, err
		}
	}
	have, err := s.Template(ctx, kind, lang)
	if err != nil || have.Text == words {
		return have, err
	}
	t := Template{ID: s.newID(), Kind: kind, Lang: lang, Text: words, By: incident.Person{ID: by.ID, Name: by.Name}, At: s.now()}
	return t, s.store.AddTemplate(ctx, t)
}

func templateOfLang(kind text.TemplateKind, lang string) error {
	switch {
	case kind.Placeholders() == nil:
		return incident.Errorf(incident.NotFound, "There is no template of the kind %q.", kind)
	case lang != "en" && lang != "id":
		return incident.Errorf(incident.NotFound, "There are templates in en and id, not in %q.", lang)
	}
	return nil
}

// template is a team's own words for a message; empty where there are none, or
// where they cannot be used: Sigap's own go out then, and that is kept.
func (s *Service) template(ctx context.Context, purpose incident.Purpose, audience, lang string) string {
	kind, has := text.TemplateOf(purpose, audience)
	if !has {
		return ""
	}
	t, err := s.Template(ctx, kind, lang)
	if err != nil {
		s.log.Warn("a message goes out without the team's template", "kind", kind, "lang", lang, "err", err)
		return ""
	}
	if t.Text == "" {
		return ""
	}
	if err := kind.Check(t.Text); err != nil { // another version of Sigap wrote it
		s.log.Warn("a message goes out without the team's template", "kind", kind, "lang", lang, "err", err)
		if err := s.store.TemplateFailed(ctx, t.ID, err.Error(), s.now()); err != nil {
			s.log.Warn("that a template failed was not kept", "err", err)
		}
		return ""
	}
	return t.Text
}

// TryTemplate words a message about an incident by a template that nobody has
// saved yet, as a reader in a zone gets it.
func (s *Service) TryTemplate(ctx context.Context, kind text.TemplateKind, lang, words, ref string, zone *time.Location) (*incident.Incident, text.Words, error) {
	if err := templateOfLang(kind, lang); err != nil {
		return nil, text.Words{}, err
	}
	if err := kind.Check(words); err != nil {
		return nil, text.Words{}, err
	}
	i, err := s.store.Incident(ctx, ref)
	if err != nil {
		return nil, text.Words{}, err
	}
	reader := text.Reader{Lang: lang, Location: zone}
	l := text.Letter{Incident: i, Purpose: incident.PurposeNotice, Audience: string(kind), Template: words, Link: s.links.Incident(i.Ref()), Now: s.now()}
	if kind == text.RegularUpdate {
		l.Purpose, l.Incident = incident.PurposeUpdate, withUpdate(i, reader, l.Now)
		l.Notice.Update = l.Incident.Updates[len(l.Incident.Updates)-1].ID
	}
	return i, reader.Letter(l), nil
}

// withUpdate gives an incident that has sent an update: its newest, else what
// one would say now.
func withUpdate(i *incident.Incident, r text.Reader, now time.Time) *incident.Incident {
	if len(i.Updates) > 0 {
		return i
	}
	shown := *i
	shown.Updates = []incident.UpdateSent{{ID: "draft", Number: 1, Text: r.UpdateDraft(i, nil, now), Final: !i.Status.Open()}}
	return &shown
}
