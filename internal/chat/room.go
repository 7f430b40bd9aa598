package chat

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/sigap-dev/sigap/internal/directory"
	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/inform"
	"github.com/sigap-dev/sigap/internal/inform/channel"
	"github.com/sigap-dev/sigap/internal/text"
)

// KeepRoom is the job that keeps an incident's own channel: who is there, what
// stands above it, and its end. It waits and looks again until the channel is
// archived.
type KeepRoom struct {
	Incident string `json:"incident"`
	Room     string `json:"room"`
}

// kept is what this process did to channels, so that it asks Slack for what is
// new only. After a restart all of it is said once more, which changes nothing.
type kept struct {
	mu    sync.Mutex
	rooms map[string]*keptRoom
}

type keptRoom struct {
	topic   string
	invited []string // ids of people
}

// room gives what was done to a channel; one job at a time looks after it.
func (k *kept) room(id string) *keptRoom {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.rooms == nil {
		k.rooms = map[string]*keptRoom{}
	}
	if k.rooms[id] == nil {
		k.rooms[id] = &keptRoom{}
	}
	return k.rooms[id]
}

// forget is for a channel that was archived.
func (k *kept) forget(id string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.rooms, id)
}

var errKept = errors.New("the channel is kept until the incident is closed")

// Kind names the job.
func (KeepRoom) Kind() string { return "keep_room" }

// How often a channel is looked after, while people work on the incident and
// after that.
const (
	keepOpen = 15 * time.Second
	keepDone = 10 * time.Minute
)

// slack gives the Slack that is set up; nil if none is.
func (s *Service) slack(ctx context.Context) (*channel.Slack, error) {
	ch, err := s.Channels.Channel(ctx, "slack")
	if incident.Is(err, incident.NotFound) {
		return nil, nil
	}
	slack, _ := ch.(*channel.Slack)
	return slack, err
}

// slackFor gives Slack with an incident; nil if Slack is not set up.
func (s *Service) slackFor(ctx context.Context, id string) (*channel.Slack, *incident.Incident, error) {
	slack, err := s.slack(ctx)
	if err != nil || slack == nil {
		return nil, nil, err
	}
	i, err := s.Store.Incident(ctx, id)
	return slack, i, err
}

// OpenRoom opens a channel for a declared incident whose severity has one, and
// says there how it stands. Drills have none.
func (s *Service) OpenRoom(ctx context.Context, job incident.OpenRoom, _ inform.Try) error {
	slack, i, err := s.slackFor(ctx, job.Incident)
	if err != nil || slack == nil {
		return err
	}
	if i.Drill || len(i.Rooms) > 0 || over(i) || !slack.HasRoom(int(i.Severity)) {
		return nil
	}
	room, err := slack.OpenRoom(ctx, i.Ref(), i.Title)
	if err != nil {
		return s.tried(ctx, i, "open", err)
	}
	reader, err := s.readerOf(ctx, i)
	if err != nil {
		return err
	}
	_, err = s.Store.Change(ctx, incident.System(), i.ID, func(e *incident.Edit) error {
		if len(e.Incident.Rooms) > 0 {
			return nil
		}
		e.Record(incident.RoomOpened{Channel: "slack", ID: room.ID, Name: room.Name, URL: room.URL})
		e.Enqueue(Say{Channel: "slack", To: room.ID, Message: s.greeting(e.Incident, reader)})
		e.Enqueue(KeepRoom{Incident: i.ID, Room: room.ID})
		return nil
	})
	return err
}

// greeting is the first message in an incident's own channel.
func (s *Service) greeting(i *incident.Incident, r text.Reader) channel.Message {
	m := message(r.ChatIncident(i, s.Links.Incident(i.Ref()), s.Now()), r)
	m.ID, m.Incident, m.Severity = "room/"+i.ID, i.Ref(), i.Severity.String()
	m.Answer = &channel.Answer{Label: r.TakePart(), Says: "/join " + i.Ref()}
	return *m
}

// KeepRoom looks after an incident's own channel once. What Slack refuses for
// good is logged and left.
func (s *Service) KeepRoom(ctx context.Context, job KeepRoom, _ inform.Try) error {
	slack, i, err := s.slackFor(ctx, job.Incident)
	if err != nil || slack == nil {
		return err
	}
	if err := s.furnish(ctx, slack, i, job.Room); err != nil {
		return err
	}
	switch {
	case over(i):
		s.kept.forget(job.Room)
		return s.tried(ctx, i, "archive", slack.Archive(ctx, job.Room))
	case i.Status.Open():
		return &inform.Later{After: keepOpen, Err: errKept}
	}
	return &inform.Later{After: keepDone, Err: errKept}
}

// furnish invites who is new and brings the topic up to date.
func (s *Service) furnish(ctx context.Context, slack *channel.Slack, i *incident.Incident, id string) error {
	people, err := s.Store.People(ctx)
	if err != nil {
		return err
	}
	room := s.kept.room(id)
	for _, p := range missing(i, people, room.invited) {
		if err := s.tried(ctx, i, "invite into", s.invite(ctx, slack, id, p)); err != nil {
			return err
		}
		room.invited = append(room.invited, p.ID)
	}
	topic := language(i, people).ChatTopic(i, s.Links.Incident(i.Ref()))
	if topic == room.topic {
		return nil
	}
	if err := s.tried(ctx, i, "set the topic of", slack.SetTopic(ctx, id, topic)); err != nil {
		return err
	}
	room.topic = topic
	return nil
}

// over reports whether nobody works on an incident any more.
func over(i *incident.Incident) bool {
	return !i.Status.Open() && i.Status != incident.StatusResolved && i.Status != incident.Reviewing
}

// missing are those who have a part in an incident and were not invited yet:
// they joined, hold a role, or were asked or told.
func missing(i *incident.Incident, people []directory.Person, invited []string) []directory.Person {
	parts := map[string]bool{}
	for _, p := range i.People {
		parts[p.ID] = true
	}
	for _, p := range i.Roles {
		parts[p.ID] = true
	}
	for _, k := range i.WhoKnows() {
		parts[k.ID] = true
	}
	return slices.DeleteFunc(slices.Clone(people), func(p directory.Person) bool {
		return p.Disabled || !parts[p.ID] || slices.Contains(invited, p.ID)
	})
}

// invite brings a person into a channel: by their Slack contact, else by the
// address that Slack knows them by. Who is not on Slack is left out.
func (s *Service) invite(ctx context.Context, slack *channel.Slack, room string, p directory.Person) error {
	for _, c := range directory.Verified(p.Contacts) {
		if c.Kind == "slack" {
			return slack.Invite(ctx, room, c.Address)
		}
	}
	user, err := slack.UserByEmail(ctx, p.Email)
	if err != nil || user == "" {
		return err
	}
	return slack.Invite(ctx, room, user)
}

// readerOf is how an incident's own channel speaks.
func (s *Service) readerOf(ctx context.Context, i *incident.Incident) (text.Reader, error) {
	people, err := s.Store.People(ctx)
	return language(i, people), err
}

// language is that of most who have a part in an incident.
func language(i *incident.Incident, people []directory.Person) text.Reader {
	votes, r := map[string]int{}, text.Reader{Lang: "en", Location: time.UTC}
	for _, p := range missing(i, people, nil) {
		votes[p.Lang]++
		if len(votes) == 1 || votes[p.Lang] > votes[r.Lang] {
			r.Lang, r.Location = p.Lang, p.Location()
		}
	}
	return r
}

// later asks the queue to try again when the service said.
func later(failed *channel.Error, err error) error {
	return &inform.Later{After: failed.After, Err: err}
}

// tried gives the error of what may be tried again, for the queue; what may not
// is logged.
func (s *Service) tried(ctx context.Context, i *incident.Incident, what string, err error) error {
	failed, ok := errors.AsType[*channel.Error](err)
	switch {
	case err == nil:
		return nil
	case ok && failed.Retry:
		return later(failed, err)
	case ok:
		s.Logger.WarnContext(ctx, "Slack refuses to "+what+" an incident's channel", "incident", i.ID, "err", err)
		return nil
	}
	return err
}
