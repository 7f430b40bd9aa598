// Package chat is the face of Sigap in the chats that a team lives in: what
// the page and the API do, done by who writes to Sigap's bot.
//
// One place reads commands and does them, whatever chat they come from, by the
// same operations and with the same rights as the API. What somebody wrote is
// done once, however often the service tells of it; the answer is a durable
// job. Who is not known by a verified contact is told how to become known and
// nothing else, and a room that is none of Sigap's hears nothing of incidents.
//
// It knows no service's wire format: channels read and write those.
package chat

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/sigap-dev/sigap/internal/directory"
	"github.com/sigap-dev/sigap/internal/identify"
	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/inform"
	"github.com/sigap-dev/sigap/internal/inform/channel"
	"github.com/sigap-dev/sigap/internal/investigate"
	"github.com/sigap-dev/sigap/internal/text"
)

// Store is what a chat reads, and what keeps it from doing a thing twice.
type Store interface {
	Incident(ctx context.Context, ref string) (*incident.Incident, error)
	Briefs(ctx context.Context, f incident.Filter) ([]*incident.Brief, error)
	People(ctx context.Context) ([]directory.Person, error)
	Teams(ctx context.Context) ([]directory.Team, error)
	Audiences(ctx context.Context) ([]directory.Audience, error)
	Service(ctx context.Context, name string) (*directory.Service, error)
	Change(ctx context.Context, actor incident.Actor, id string, fn func(*incident.Edit) error) (*incident.Incident, error)
	Enqueue(ctx context.Context, jobs ...incident.Job) error
	// Begin gives the answer if what is named was done already, and Conflict
	// while it is being done; End says that it was.
	Begin(ctx context.Context, name string) (answer string, err error)
	End(ctx context.Context, name, answer string) error
	// Lease gives a name to one process until a time, or lets it keep it: held
	// is what it was given before.
	Lease(ctx context.Context, name string, held, until time.Time) (bool, error)
	// Wrote keeps when somebody wrote to us last.
	Wrote(ctx context.Context, kind, address string, at time.Time) error
}

// Parts are what chats are a face of.
type Parts struct {
	Store       Store
	Channels    inform.Channels
	Identify    *identify.Service
	Inform      *inform.Service
	Investigate *investigate.Service
	Links       inform.Links
	Now         func() time.Time
	Logger      *slog.Logger
}

// Service hears what is written in chats, and answers.
type Service struct {
	Parts
	kept kept
}

// New makes the face.
func New(p Parts) *Service { return &Service{Parts: p} }

// Say is the job that sends an answer to where it was asked for.
type Say struct {
	Channel string          `json:"channel"` // its kind
	To      string          `json:"to"`
	Message channel.Message `json:"message"`
}

// Kind names the job.
func (Say) Kind() string { return "say" }

// Say sends an answer. One that is asked to wait goes out later, as the queue
// does with all that is sent.
func (s *Service) Say(ctx context.Context, job Say, _ inform.Try) error {
	ch, err := s.Channels.Channel(ctx, job.Channel)
	if err != nil {
		return err
	}
	if _, err = ch.Send(ctx, job.To, job.Message); err == nil {
		return nil
	}
	if failed, ok := errors.AsType[*channel.Error](err); ok && failed.Retry {
		return later(failed, err)
	}
	s.warn(ctx, err)
	return nil
}

func (s *Service) warn(ctx context.Context, err error) {
	if err != nil {
		s.Logger.WarnContext(ctx, "an answer in a chat was not sent", "err", err)
	}
}

// done is what is kept of something that was heard: it was done.
const done = "done"

// Hear does what somebody said, once, and gives the answer; nil if there is
// none, or if it was given before. The error is [incident.Conflict] while the
// same is being done, and nothing that a person can mend otherwise.
func (s *Service) Hear(ctx context.Context, h channel.Heard) (*channel.Message, error) {
	name := h.Kind + " " + h.ID
	switch was, err := s.Store.Begin(ctx, name); {
	case err != nil:
		return nil, err
	case was != "":
		return nil, nil
	}
	answer, err := s.hear(ctx, h)
	if h.Quiet {
		answer = nil
	}
	if err != nil {
		return nil, errors.Join(err, s.Store.End(ctx, name, ""))
	}
	if answer != nil {
		answer.ID, answer.Thread, answer.Open = name, h.Thread, true
		if h.Alone {
			answer.Only = h.From
		}
		if h.Press == "" { // else it waits for its answer where it was said
			err = s.Store.Enqueue(ctx, incident.Job{Args: Say{Channel: h.Kind, To: h.Chat, Message: *answer}})
		}
	}
	return answer, errors.Join(err, s.Store.End(ctx, name, done))
}

// asked is what somebody whom we know asked for.
type asked struct {
	command
	person *directory.Person
	reader text.Reader
	about  string // the reference of the incident, as far as what was said tells
	heard  channel.Heard
}

// hear finds out who says what, and does it.
func (s *Service) hear(ctx context.Context, h channel.Heard) (*channel.Message, error) {
	h.Text = tidy(h.Text)
	place, err := s.place(ctx, h)
	if err != nil {
		return nil, err
	}
	if h.About == "" {
		h.About = place.about
	}
	c, isCommand := parse(h.Text)
	if !isCommand {
		if h.Room && h.About == "" {
			return nil, nil // people talk to each other
		}
		c = command{verb: "note", text: h.Text}
	}
	if _, known := verbs[c.verb]; !known && h.Room {
		return nil, nil // it may be for another bot
	}
	person, err := s.whois(ctx, h)
	if err != nil {
		return nil, err
	}
	if person == nil {
		return s.toStranger(ctx, h)
	}
	a := asked{command: c, person: person, reader: text.Reader{Lang: person.Lang, Location: person.Location()}, about: h.About, heard: h}
	if a.ref != "" {
		a.about = a.ref
	}
	if ours, err := s.isOurs(ctx, h); err != nil || !ours && !place.own {
		return message(text.Words{Title: a.reader.ChatRoom(h.Chat)}, a.reader), err
	}
	if !isCommand && h.About == "" {
		return message(a.reader.ChatSay("hint", ""), a.reader), nil
	}
	return s.obey(ctx, a)
}

// strangersWait is how long somebody whom we do not know waits for the next
// answer, so that nobody keeps the bot busy.
const strangersWait = time.Hour

// toStranger tells somebody how to become known, and nothing else; what waits
// for its answer there and then always has one.
func (s *Service) toStranger(ctx context.Context, h channel.Heard) (*channel.Message, error) {
	r := text.Reader{Lang: h.Lang}
	answer := message(text.Words{Title: r.ChatStranger(h.From)}, r)
	if h.Press != "" {
		return answer, nil
	}
	name := "stranger " + h.Kind + " " + h.From + " " + s.Now().Truncate(strangersWait).Format(time.RFC3339)
	was, err := s.Store.Begin(ctx, name)
	switch {
	case was != "" || incident.Is(err, incident.Conflict):
		return nil, nil
	case err != nil:
		return nil, err
	}
	return answer, s.Store.End(ctx, name, done)
}

// place is what the place where something was said tells of it.
type place struct {
	about string // the incident's reference; empty if it tells none
	own   bool   // it is a conversation of that incident alone
}

// place looks whether something was said in an incident's own conversation, or
// in a thread that a message about one began. Closed incidents are left out.
func (s *Service) place(ctx context.Context, h channel.Heard) (place, error) {
	if h.Kind != "slack" && h.Answers == "" { // the others say themselves what is answered
		return place{}, nil
	}
	live := append(incident.OpenStatuses(), incident.StatusResolved, incident.Reviewing)
	list, err := s.Store.Briefs(ctx, incident.Filter{Statuses: live, Limit: maxOpen})
	if err != nil {
		return place{}, err
	}
	for _, i := range list {
		if slices.ContainsFunc(i.Rooms, func(r incident.RoomOpened) bool { return r.Channel == h.Kind && r.ID == h.Chat }) {
			return place{i.Ref(), true}, nil
		}
		if h.Answers != "" && slices.ContainsFunc(i.Receipts, func(r incident.Receipt) bool { return r.Thread == h.Answers }) {
			return place{about: i.Ref()}, nil
		}
	}
	return place{}, nil
}

// whois gives the one whose verified contact somebody writes from; nil if
// there is none.
func (s *Service) whois(ctx context.Context, h channel.Heard) (*directory.Person, error) {
	people, err := s.Store.People(ctx)
	if err != nil {
		return nil, err
	}
	for n := range people {
		isFrom := func(c directory.Contact) bool { return c.Kind == h.Kind && c.Address == h.From }
		if !people[n].Disabled && slices.ContainsFunc(directory.Verified(people[n].Contacts), isFrom) {
			return &people[n], nil
		}
	}
	return nil, nil
}

// isOurs reports whether a chat may hear of incidents: one person's own, or
// one of the rooms that were set up for a team or an audience.
func (s *Service) isOurs(ctx context.Context, h channel.Heard) (bool, error) {
	if !h.Room {
		return true, nil
	}
	teams, err := s.Store.Teams(ctx)
	if err != nil {
		return false, err
	}
	audiences, err := s.Store.Audiences(ctx)
	var rooms []directory.Contact
	for _, t := range teams {
		rooms = append(rooms, t.Rooms...)
	}
	for _, a := range audiences {
		rooms = append(rooms, a.Rooms...)
	}
	return slices.ContainsFunc(rooms, func(c directory.Contact) bool {
		return c.Kind == h.Kind && chatOf(c.Address) == chatOf(h.Chat)
	}), err
}

// chatOf is the chat of an address that may name a topic in it.
func chatOf(address string) string {
	chat, _, _ := strings.Cut(address, "/")
	return chat
}

// message carries words in a reader's language.
func message(w text.Words, r text.Reader) *channel.Message {
	m := inform.Message(w, r.Lang)
	return &m
}
