package chat

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/sigap-dev/sigap/internal/directory"
	"github.com/sigap-dev/sigap/internal/identify"
	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/inform"
	"github.com/sigap-dev/sigap/internal/inform/channel"
	"github.com/sigap-dev/sigap/internal/text"
)

// verb is what one can do from a chat.
type verb struct {
	right incident.Right // that it needs, as the API's operation does
	words bool           // it needs a text
	do    func(*Service, context.Context, asked) (*channel.Message, error)
}

var verbs = map[string]verb{
	"help":    {right: incident.Viewer, do: (*Service).help},
	"status":  {right: incident.Viewer, do: (*Service).status},
	"oncall":  {right: incident.Viewer, do: (*Service).onCall},
	"ack":     {right: incident.Responder, do: (*Service).acknowledge},
	"pass":    {right: incident.Responder, do: (*Service).passOn},
	"join":    {right: incident.Responder, do: (*Service).join},
	"finding": {right: incident.Responder, words: true, do: (*Service).find},
	"note":    {right: incident.Responder, words: true, do: (*Service).note},
	"report":  {right: incident.Responder, words: true, do: (*Service).report},
	"declare": {right: incident.Responder, words: true, do: (*Service).declare},
}

// obey does what somebody asked for and words what became of it. What a person
// can mend is said; anything else is an error.
func (s *Service) obey(ctx context.Context, a asked) (*channel.Message, error) {
	v, known := verbs[a.verb]
	switch {
	case !known:
		return message(a.reader.ChatSay("unknown", ""), a.reader), nil
	case !a.person.Right.Includes(v.right):
		return message(a.reader.ChatRight(v.right), a.reader), nil
	case v.words && a.text == "":
		return message(a.reader.ChatNeeds(a.verb), a.reader), nil
	}
	m, err := v.do(s, ctx, a)
	if refused, ok := errors.AsType[*incident.Error](err); ok {
		return message(a.reader.ChatRefused(refused), a.reader), nil
	}
	return m, err
}

func (s *Service) help(_ context.Context, a asked) (*channel.Message, error) {
	return message(a.reader.ChatHelp(), a.reader), nil
}

// status lists what is open, or tells how one incident stands.
func (s *Service) status(ctx context.Context, a asked) (*channel.Message, error) {
	if a.about == "" {
		open, err := s.open(ctx)
		return message(a.reader.ChatOpen(open, s.Now()), a.reader), err
	}
	i, err := s.Store.Incident(ctx, a.about)
	if err != nil {
		return nil, err
	}
	m := s.about(a.reader.ChatIncident(i, s.Links.Incident(i.Ref()), s.Now()), a, i)
	return m, nil
}

func (s *Service) acknowledge(ctx context.Context, a asked) (*channel.Message, error) {
	return s.answer(ctx, a, inform.Acknowledge)
}

func (s *Service) passOn(ctx context.Context, a asked) (*channel.Message, error) {
	return s.answer(ctx, a, inform.Decline)
}

// answer answers the page to somebody.
func (s *Service) answer(ctx context.Context, a asked, answer inform.Answer) (*channel.Message, error) {
	return s.work(ctx, a, func(actor incident.Actor, id string) (*incident.Incident, error) {
		return s.Inform.Answer(ctx, actor, id, answer)
	})
}

func (s *Service) join(ctx context.Context, a asked) (*channel.Message, error) {
	return s.work(ctx, a, func(actor incident.Actor, id string) (*incident.Incident, error) {
		return s.Investigate.Join(ctx, actor, id)
	})
}

func (s *Service) find(ctx context.Context, a asked) (*channel.Message, error) {
	return s.work(ctx, a, func(actor incident.Actor, id string) (*incident.Incident, error) {
		return s.Investigate.Find(ctx, actor, id, incident.Finding{Text: a.text})
	})
}

func (s *Service) note(ctx context.Context, a asked) (*channel.Message, error) {
	return s.work(ctx, a, func(actor incident.Actor, id string) (*incident.Incident, error) {
		return s.Investigate.Write(ctx, actor, id, a.text)
	})
}

// maxReport bounds a report as the public form does, in bytes.
const maxReport = 4096

// report takes what a user says. Without an incident it goes where a report of
// the form goes: to the incident that it fits, or it begins one.
func (s *Service) report(ctx context.Context, a asked) (*channel.Message, error) {
	if len(a.text) > maxReport {
		return nil, incident.FieldError("words", "A report has at most %d bytes.", maxReport)
	}
	r := incident.Report{Words: a.text, Channel: a.heard.Kind, Reporter: a.person.Name, Noticed: s.Now(), At: s.Now()}
	if a.about == "" {
		key := identify.Key{ID: a.heard.Kind, Name: a.heard.Kind, Source: "report"}
		if err := s.Identify.Accept(ctx, key, nil, []incident.Report{r}, nil); err != nil {
			return nil, err
		}
		return s.withPicture(a.reader.ChatSay("done.reportLoose", ""), a), nil
	}
	return s.work(ctx, a, func(actor incident.Actor, id string) (*incident.Incident, error) {
		return s.Investigate.Report(ctx, actor, id, r, 1)
	})
}

func (s *Service) declare(ctx context.Context, a asked) (*channel.Message, error) {
	severity, title := graded(a.text)
	if title == "" {
		return message(a.reader.ChatNeeds(a.verb), a.reader), nil
	}
	i, err := s.Identify.DeclareNew(ctx, a.person.Actor(), identify.Declaration{Title: title, Severity: severity})
	if err != nil {
		return nil, err
	}
	return s.about(a.reader.ChatDone("declare", i, s.Links.Incident(i.Ref())), a, i), nil
}

// work does something to the incident that is meant, and says that it is done;
// if that is not clear, it asks.
func (s *Service) work(ctx context.Context, a asked, do func(actor incident.Actor, id string) (*incident.Incident, error)) (*channel.Message, error) {
	i, ask, err := s.meant(ctx, a)
	if err != nil || ask != nil {
		return ask, err
	}
	if i, err = do(a.person.Actor(), i.ID); err != nil {
		return nil, err
	}
	return s.about(a.reader.ChatDone(a.verb, i, s.Links.Incident(i.Ref())), a, i), nil
}

// meant is the incident that somebody means: the one that they name or whose
// message they answer, else the one that waits for their answer, else the only
// one that is open. ask is the question if it may be several.
func (s *Service) meant(ctx context.Context, a asked) (i *incident.Incident, ask *channel.Message, err error) {
	if a.about != "" {
		i, err = s.Store.Incident(ctx, a.about)
		return i, nil, err
	}
	open, err := s.open(ctx)
	if err != nil {
		return nil, nil, err
	}
	mine := slices.DeleteFunc(slices.Clone(open), func(i *incident.Incident) bool { return !waitsFor(i, a.person.ID) })
	switch {
	case (a.verb == "ack" || a.verb == "pass") && len(mine) == 1:
		return mine[0], nil, nil
	case len(open) == 1:
		return open[0], nil, nil
	case len(open) == 0:
		return nil, message(a.reader.ChatOpen(nil, s.Now()), a.reader), nil
	}
	return nil, message(a.reader.ChatWhich(a.verb, open, s.Now()), a.reader), nil
}

// waitsFor reports whether an incident waits for somebody's acknowledgement.
func waitsFor(i *incident.Incident, person string) bool {
	return slices.ContainsFunc(i.WhoKnows(), func(k incident.Knower) bool { return k.ID == person && !k.Knows && !k.Waived })
}

// maxOpen bounds how many open incidents are looked at.
const maxOpen = 200

// open are the incidents that people work on, the worst first.
func (s *Service) open(ctx context.Context) ([]*incident.Incident, error) {
	briefs, err := s.Store.Briefs(ctx, incident.Filter{Statuses: incident.OpenStatuses(), Limit: maxOpen})
	var out []*incident.Incident
	for _, b := range briefs {
		out = append(out, b.Incident)
	}
	slices.SortStableFunc(out, func(a, b *incident.Incident) int { return int(a.Severity) - int(b.Severity) })
	return out, err
}

// about is an answer about one incident.
func (s *Service) about(w text.Words, a asked, i *incident.Incident) *channel.Message {
	m := s.withPicture(w, a)
	if a.verb == "status" {
		m.Incident = i.Ref()
		if i.Severity.Valid() {
			m.Severity = i.Severity.String()
		}
	}
	return m
}

// withPicture says what became of the picture that came with what was said.
func (s *Service) withPicture(w text.Words, a asked) *channel.Message {
	if a.heard.Picture {
		w.Lines = append(w.Lines, a.reader.ChatPicture())
	}
	return message(w, a.reader)
}

// onCall says who is asked first: in each team, or for a service.
func (s *Service) onCall(ctx context.Context, a asked) (*channel.Message, error) {
	duty, err := s.duty(ctx, a.text)
	if err != nil {
		return nil, err
	}
	return message(a.reader.ChatOnCall(a.text, duty), a.reader), nil
}

func (s *Service) duty(ctx context.Context, service string) ([]text.ChatDuty, error) {
	if service != "" {
		return s.dutyFor(ctx, service)
	}
	teams, err := s.Store.Teams(ctx)
	if err != nil {
		return nil, err
	}
	people, err := s.Store.People(ctx)
	if err != nil {
		return nil, err
	}
	teams = directory.ForDrill(teams, false, func(t directory.Team) bool { return t.Drill })
	var out []text.ChatDuty
	for _, t := range teams {
		first, err := s.Inform.First(ctx, teams, t, s.Now())
		if err != nil {
			return nil, err
		}
		d := text.ChatDuty{Team: t.Name}
		for _, p := range people {
			if slices.Contains(first, p.ID) {
				d.Names = append(d.Names, p.Name)
			}
		}
		out = append(out, d)
	}
	return out, nil
}

// dutyFor are the steps of a page for a service, each with who is asked then.
func (s *Service) dutyFor(ctx context.Context, service string) ([]text.ChatDuty, error) {
	if _, err := s.Store.Service(ctx, service); err != nil {
		return nil, err
	}
	p, err := s.Inform.Preview(ctx, service, incident.SEV1, s.Now())
	if err != nil {
		return nil, err
	}
	var out []text.ChatDuty
	for _, ask := range p.Asks {
		if ask.Purpose != incident.PurposePage || ask.Person == nil {
			continue
		}
		if n := len(out); n > 0 && out[n-1].Team == ask.Team && slices.Contains(out[n-1].Names, ask.Person.Name) {
			continue // the same person over the next of their contacts
		}
		out = append(out, text.ChatDuty{Team: ask.Team, Names: []string{ask.Person.Name}, After: time.Duration(ask.After) * time.Second})
	}
	return out, nil
}
