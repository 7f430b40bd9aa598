package api

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/sigap-dev/sigap/internal/directory"
	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/inform"
	"github.com/sigap-dev/sigap/internal/inform/channel"
	"github.com/sigap-dev/sigap/internal/text"
)

type list[T any] struct {
	Items []T `json:"items"`
}

// kept registers a list that is set up in the settings: read by all, written
// by managers.
func kept[T any](s *Server, path, what string, read func(context.Context) ([]T, error), write func(context.Context, *T) error, table string) {
	route(s, incident.Viewer, http.MethodGet, path, "List "+what, func(ctx context.Context, _ *nothing) (*body[list[T]], error) {
		items, err := read(ctx)
		return &body[list[T]]{list[T]{orEmpty(items)}}, err
	})
	route(s, incident.Manager, http.MethodPut, path, "Write one of "+what+"; an empty id makes a new one", func(ctx context.Context, in *body[T]) (*body[T], error) {
		if err := write(ctx, &in.Body); err != nil {
			return nil, err
		}
		return in, nil
	})
	type key struct {
		Key string `path:"key"`
	}
	route(s, incident.Manager, http.MethodDelete, path+"/{key}", "Remove one of "+what, func(ctx context.Context, in *key) (*nothing, error) {
		return nil, s.Store.Remove(ctx, table, in.Key)
	})
}

func (s *Server) registerDirectory() {
	kept(s, "/api/teams", "the teams", func(ctx context.Context) ([]directory.Team, error) { return s.Store.Teams(ctx) }, func(ctx context.Context, t *directory.Team) error {
		t.Rooms = s.verifiedRooms(t.Rooms)
		return s.Store.PutTeam(ctx, t)
	}, "teams")
	kept(s, "/api/services", "the services", func(ctx context.Context) ([]directory.Service, error) { return s.Store.Services(ctx) },
		func(ctx context.Context, v *directory.Service) error { return s.Store.PutService(ctx, v) }, "services")
	kept(s, "/api/audiences", "the audiences", func(ctx context.Context) ([]directory.Audience, error) { return s.Store.Audiences(ctx) }, func(ctx context.Context, a *directory.Audience) error {
		a.Rooms = s.verifiedRooms(a.Rooms)
		return s.Store.PutAudience(ctx, a)
	}, "audiences")
	route(s, incident.Viewer, http.MethodGet, "/api/people", "List the people", func(ctx context.Context, _ *nothing) (*body[list[directory.Person]], error) {
		people, err := s.Store.People(ctx)
		if !viewerOf(ctx).actor.Right.Includes(incident.Responder) {
			for n := range people { // who only looks need not know how people are reached
				people[n].Contacts, people[n].Email = []directory.Contact{}, ""
			}
		}
		return &body[list[directory.Person]]{list[directory.Person]{orEmpty(people)}}, err
	})
	s.registerInvitation()
	s.registerContacts()
}

// verifiedRooms gives rooms ids; who sets up a room answers for it.
func (s *Server) verifiedRooms(rooms []directory.Contact) []directory.Contact {
	for n := range rooms {
		if rooms[n].ID == "" {
			rooms[n].ID, rooms[n].Verified = uuid.Must(uuid.NewV7()).String(), s.Now()
		}
	}
	return orEmpty(rooms)
}

func (s *Server) registerInvitation() {
	type invitation struct {
		Name     string         `json:"name"`
		Email    string         `json:"email"`
		Right    incident.Right `json:"right" enum:"viewer,responder,manager,admin"`
		Lang     string         `json:"lang,omitempty" enum:"en,id"`
		Timezone string         `json:"timezone,omitempty"`
	}
	type invited struct {
		Person directory.Person `json:"person"`
		Link   string           `json:"link" doc:"To be handed to the person; it is shown once"`
		Mailed bool             `json:"mailed"`
	}
	route(s, incident.Admin, http.MethodPost, "/api/people", "Invite somebody", func(ctx context.Context, in *body[invitation]) (*body[invited], error) {
		p := directory.Person{Name: in.Body.Name, Email: in.Body.Email, Right: in.Body.Right, Lang: in.Body.Lang, Timezone: in.Body.Timezone}
		token, err := s.Store.Invite(ctx, &p)
		if err != nil {
			return nil, err
		}
		link := s.PublicURL + "/invite?token=" + token
		return &body[invited]{invited{Person: p, Link: link, Mailed: s.mail(ctx, &p, "invite/"+p.ID, text.Reader{Lang: p.Lang}.Invitation(viewerOf(ctx).actor.Name, link))}}, nil
	})
	type change struct {
		ID   string `path:"id"`
		Body struct {
			Name     string         `json:"name,omitempty"`
			Right    incident.Right `json:"right,omitempty" enum:"viewer,responder,manager,admin"`
			Lang     string         `json:"lang,omitempty" enum:"en,id"`
			Timezone string         `json:"timezone,omitempty"`
			Disabled *bool          `json:"disabled,omitempty"`
		}
	}
	route(s, incident.Admin, http.MethodPatch, "/api/people/{id}", "Change an account", func(ctx context.Context, in *change) (*body[directory.Person], error) {
		b := in.Body
		if me := viewerOf(ctx).actor.ID; me == in.ID && (b.Right != "" && b.Right != incident.Admin || b.Disabled != nil && *b.Disabled) {
			return nil, incident.Errorf(incident.Conflict, "You cannot take your own administration away. Ask another admin.")
		}
		p, err := s.Store.ChangePerson(ctx, in.ID, func(p *directory.Person) error {
			for _, f := range []struct {
				to   *string
				from string
			}{{&p.Name, b.Name}, {(*string)(&p.Right), string(b.Right)}, {&p.Lang, b.Lang}, {&p.Timezone, b.Timezone}} {
				if f.from != "" {
					*f.to = f.from
				}
			}
			if b.Disabled != nil {
				p.Disabled = *b.Disabled
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		return &body[directory.Person]{*p}, nil
	})
}

// mail sends words to a person's address, if mail is set up.
func (s *Server) mail(ctx context.Context, p *directory.Person, id string, w text.Words) bool {
	ch, err := s.Channels.Channel(ctx, "email")
	if err != nil {
		return false
	}
	m := inform.Message(w, p.Lang)
	m.ID = id
	if _, err := ch.Send(ctx, p.Email, m); err != nil {
		s.Logger.WarnContext(ctx, "a mail was not sent", "person", p.ID, "err", err)
		return false
	}
	return true
}

// mayEdit reports whether the viewer may change a person's contacts: their
// own, or as an admin.
func mayEdit(v viewer, person string) error {
	if v.actor.ID == person || v.actor.Right.Includes(incident.Admin) {
		return nil
	}
	return incident.Errorf(incident.Forbidden, "Only the person or an admin may do this.")
}

func (s *Server) registerContacts() {
	type adding struct {
		ID   string `path:"id"`
		Body struct {
			Kind    string `json:"kind"`
			Address string `json:"address" minLength:"1" maxLength:"2000"`
		}
	}
	route(s, incident.Viewer, http.MethodPost, "/api/people/{id}/contacts", "Add a way to reach somebody", func(ctx context.Context, in *adding) (*body[directory.Person], error) {
		if err := mayEdit(viewerOf(ctx), in.ID); err != nil {
			return nil, err
		}
		if !slices.Contains(channel.Kinds(), in.Body.Kind) {
			return nil, incident.FieldError("kind", "There is no channel %q.", in.Body.Kind)
		}
		if in.Body.Kind == "push" {
			if _, err := channel.ReadSubscription(in.Body.Address); err != nil {
				return nil, err
			}
		}
		c := directory.Contact{ID: uuid.Must(uuid.NewV7()).String(), Kind: in.Body.Kind, Address: in.Body.Address}
		if v := viewerOf(ctx).actor; v.Right.Includes(incident.Admin) || in.Body.Kind == "push" && v.ID == in.ID {
			c.Verified = s.Now() // an admin who enters it answers for it; a subscription comes from the very device
		}
		return s.changed(ctx, in.ID, func(p *directory.Person) error { p.Contacts = append(p.Contacts, c); return nil })
	})
	type pushKey struct {
		Key string `json:"key" doc:"The applicationServerKey of a browser's subscription, in base64url"`
	}
	route(s, incident.Viewer, http.MethodGet, "/api/push", "What a browser subscribes to for web push", func(context.Context, *nothing) (*body[pushKey], error) {
		return &body[pushKey]{pushKey{s.PushKey}}, nil
	})
	type one struct {
		ID      string `path:"id"`
		Contact string `path:"contact"`
	}
	route(s, incident.Viewer, http.MethodDelete, "/api/people/{id}/contacts/{contact}", "Remove a way to reach somebody", func(ctx context.Context, in *one) (*body[directory.Person], error) {
		if err := mayEdit(viewerOf(ctx), in.ID); err != nil {
			return nil, err
		}
		return s.changed(ctx, in.ID, func(p *directory.Person) error {
			p.Contacts = slices.DeleteFunc(p.Contacts, func(c directory.Contact) bool { return c.ID == in.Contact })
			return nil
		})
	})
	type ordering struct {
		ID   string `path:"id"`
		Body struct {
			Order []string `json:"order"`
		}
	}
	route(s, incident.Viewer, http.MethodPut, "/api/people/{id}/contacts", "Set the order in which the ways are tried", func(ctx context.Context, in *ordering) (*body[directory.Person], error) {
		if err := mayEdit(viewerOf(ctx), in.ID); err != nil {
			return nil, err
		}
		return s.changed(ctx, in.ID, func(p *directory.Person) error {
			slices.SortStableFunc(p.Contacts, func(a, b directory.Contact) int {
				return slices.Index(in.Body.Order, a.ID) - slices.Index(in.Body.Order, b.ID)
			})
			return nil
		})
	})
	type using struct {
		ID      string `path:"id"`
		Contact string `path:"contact"`
		Body    struct {
			Use   string `json:"use" enum:"all,urgent,other" doc:"urgent: pages, and news of a SEV1 or SEV2; other: the rest"`
			After *int   `json:"after,omitempty" minimum:"0" maximum:"60" doc:"Minutes without an answer to a page before this contact is tried beside the one before it; missing: the policy's limit"`
		}
	}
	route(s, incident.Viewer, http.MethodPut, "/api/people/{id}/contacts/{contact}", "Say what a way to reach somebody is used for, and when", func(ctx context.Context, in *using) (*body[directory.Person], error) {
		if err := mayEdit(viewerOf(ctx), in.ID); err != nil {
			return nil, err
		}
		return s.changed(ctx, in.ID, func(p *directory.Person) error {
			at := slices.IndexFunc(p.Contacts, func(c directory.Contact) bool { return c.ID == in.Contact })
			if at < 0 {
				return incident.Errorf(incident.NotFound, "There is no such contact.")
			}
			p.Contacts[at].Use, p.Contacts[at].After = directory.Use(in.Body.Use), in.Body.After
			if in.Body.Use == "all" {
				p.Contacts[at].Use = directory.UseAll
			}
			return nil
		})
	})
	route(s, incident.Viewer, http.MethodPost, "/api/people/{id}/contacts/{contact}/test", "Send a test; a code in it verifies the contact", func(ctx context.Context, in *one) (*body[testResult], error) {
		if err := mayEdit(viewerOf(ctx), in.ID); err != nil {
			return nil, err
		}
		p, err := s.Store.Person(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		at := slices.IndexFunc(p.Contacts, func(c directory.Contact) bool { return c.ID == in.Contact })
		if at < 0 {
			return nil, incident.Errorf(incident.NotFound, "There is no such contact.")
		}
		c := p.Contacts[at]
		return s.sendTest(ctx, c.Kind, c.Address, text.Reader{Lang: p.Lang}.Test(p.Name, s.code(c)), p.Lang)
	})
	type verifying struct {
		ID      string `path:"id"`
		Contact string `path:"contact"`
		Body    struct {
			Code string `json:"code" maxLength:"12"`
		}
	}
	route(s, incident.Viewer, http.MethodPost, "/api/people/{id}/contacts/{contact}/verify", "Verify a contact with the code of its test", func(ctx context.Context, in *verifying) (*body[directory.Person], error) {
		if err := mayEdit(viewerOf(ctx), in.ID); err != nil {
			return nil, err
		}
		if err := s.throttled(ctx, "verify "+in.Contact); err != nil {
			return nil, err
		}
		return s.changed(ctx, in.ID, func(p *directory.Person) error {
			for n := range p.Contacts {
				if c := &p.Contacts[n]; c.ID == in.Contact {
					if in.Body.Code != s.code(*c) {
						return incident.FieldError("code", "This is not the code of the newest test.")
					}
					c.Verified = s.Now()
				}
			}
			return nil
		})
	})
}

func (s *Server) changed(ctx context.Context, id string, fn func(*directory.Person) error) (*body[directory.Person], error) {
	p, err := s.Store.ChangePerson(ctx, id, fn)
	if err != nil {
		return nil, err
	}
	return &body[directory.Person]{*p}, nil
}

// code is what a contact's test carries and its verification asks for: bound
// to the contact and its address, so that nothing needs to be kept.
func (s *Server) code(c directory.Contact) string {
	return s.Links.Code("contact " + c.ID + " " + c.Kind + " " + c.Address)
}

// testResult is what came back from a test.
type testResult struct {
	OK     bool      `json:"ok"`
	Detail string    `json:"detail" doc:"The service's own words"`
	Took   int64     `json:"took" doc:"Milliseconds"`
	At     time.Time `json:"at"`
	Lacks  []string  `json:"lacks,omitempty" doc:"Rights that the service has not given us and that what is set up needs"`
}

func (s *Server) sendTest(ctx context.Context, kind, address string, w text.Words, lang string) (*body[testResult], error) {
	ch, err := s.Channels.Channel(ctx, kind)
	if err != nil {
		return nil, err
	}
	began := s.Now()
	m := inform.Message(w, lang)
	m.ID = "test/" + uuid.Must(uuid.NewV7()).String()
	res, err := ch.Send(ctx, address, m)
	out := testResult{OK: err == nil, Detail: res.Detail, Took: s.Now().Sub(began).Milliseconds(), At: began}
	if err != nil {
		out.Detail = err.Error()
	}
	if slack, ok := ch.(*channel.Slack); ok {
		if out.Lacks, err = slack.Lacks(ctx); err != nil {
			s.Logger.WarnContext(ctx, "which scopes the app of Slack has is not known", "err", err)
		}
	}
	return &body[testResult]{out}, nil
}
