package channel

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/slack-go/slack"
)

// Lengths of a channel's name and topic (docs.slack.dev/reference/methods/conversations.create
// and /conversations.setTopic).
const (
	slackRoomName  = 80
	slackRoomTopic = 250
)

// maxNamesTaken is how many channels of one name are counted up.
const maxNamesTaken = 20

// Room is a conversation that was opened for one incident.
type Room struct{ ID, Name, URL string }

// HasRoom reports whether an incident of a severity, 1 to 4, gets a channel of
// its own.
func (s *Slack) HasRoom(severity int) bool { return severity >= 1 && severity <= s.Config.RoomsUpTo }

// OpenRoom makes a channel whose name is made of an incident's reference and
// title; where one has the name already, it is counted up.
func (s *Slack) OpenRoom(ctx context.Context, ref, title string) (Room, error) {
	name := roomName(s.Config.RoomName, ref, title)
	for n := 1; ; n++ {
		try := name
		if n > 1 {
			end := fmt.Sprintf("-%d", n)
			try = strings.TrimRight(name[:min(len(name), slackRoomName-len(end))], "-") + end
		}
		ctx, handedOver := watchHandover(ctx)
		c, err := s.client.CreateConversationContext(ctx, slack.CreateConversationParams{ChannelName: try})
		switch {
		case err == nil:
			return Room{ID: c.ID, Name: c.Name, URL: "https://slack.com/app_redirect?channel=" + c.ID}, nil
		case slackWord(err) != "name_taken" || n == maxNamesTaken:
			return Room{}, slackError(err, handedOver.Load())
		}
	}
}

// roomName fills a template with {ref} and {title} and brings it within Slack's
// rules: small letters, digits and hyphens, at most 80.
func roomName(template, ref, title string) string {
	if template == "" {
		template = "{ref}-{title}"
	}
	var b strings.Builder
	for _, r := range strings.ToLower(strings.NewReplacer("{ref}", ref, "{title}", title).Replace(template)) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '_':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	name := b.String()
	name = strings.Trim(name[:min(len(name), slackRoomName)], "-")
	if name == "" {
		return strings.ToLower(ref)
	}
	return name
}

// SetTopic says above a channel what everybody asks first.
func (s *Slack) SetTopic(ctx context.Context, room, topic string) error {
	_, err := s.client.SetTopicOfConversationContext(ctx, room, cut(topic, slackRoomTopic, runes))
	return s.did(err)
}

// Invite brings somebody into a channel; it is no mistake if they are there.
func (s *Slack) Invite(ctx context.Context, room, user string) error {
	_, err := s.client.InviteUsersToConversationContext(ctx, room, user)
	return s.did(err, "already_in_channel", "cant_invite_self")
}

// Archive closes a channel; what was written stays to be read.
func (s *Slack) Archive(ctx context.Context, room string) error {
	return s.did(s.client.ArchiveConversationContext(ctx, room), "already_archived")
}

// UserByEmail finds somebody's id by their address; empty if nobody has it.
func (s *Slack) UserByEmail(ctx context.Context, email string) (string, error) {
	u, err := s.client.GetUserByEmailContext(ctx, email)
	if slackWord(err) == "users_not_found" {
		return "", nil
	}
	if err != nil {
		return "", s.did(err)
	}
	return u.ID, nil
}

// did gives the error of a call; a refusal by one of the words means that it
// was so already.
func (s *Slack) did(err error, soAlready ...string) error {
	if err == nil || slices.Contains(soAlready, slackWord(err)) {
		return nil
	}
	return slackError(err, false)
}

// Written is what stands in a message, with who wrote it; empty if it is a bot's.
func (s *Slack) Written(ctx context.Context, conversation, ts string) (text, author string, err error) {
	list, _, _, err := s.client.GetConversationRepliesContext(ctx, &slack.GetConversationRepliesParameters{
		ChannelID: conversation, Timestamp: ts, Oldest: ts, Latest: ts, Inclusive: true, Limit: 10})
	if err != nil {
		return "", "", s.did(err)
	}
	for _, m := range list {
		if m.Timestamp == ts && m.BotID == "" {
			return slackPlainText(m.Text), m.User, nil
		}
	}
	return "", "", nil
}

// Permalink is the address of a message; empty if Slack does not tell.
func (s *Slack) Permalink(ctx context.Context, conversation, ts string) string {
	link, err := s.client.GetPermalinkContext(ctx, &slack.PermalinkParameters{Channel: conversation, Ts: ts})
	if err != nil {
		return ""
	}
	return link
}
