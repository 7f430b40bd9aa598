package chat

import (
	"context"
	"net/http"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/inform/channel"
	"github.com/sigap-dev/sigap/internal/text"
)

// slackLongest bounds what one request of Slack's may take.
const slackLongest = 20 * time.Second

// Slack takes a request that Slack sent, and gives what it is answered: a
// text, or JSON.
func (s *Service) Slack(ctx context.Context, header http.Header, body []byte) (contentType string, answer []byte, err error) {
	// Slack hangs up after three seconds; what it told of is done all the same.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), slackLongest)
	defer cancel()
	ch, err := s.Channels.Channel(ctx, "slack")
	if err != nil {
		return "", nil, err
	}
	slack, ok := ch.(*channel.Slack)
	if !ok {
		return "", nil, incident.Errorf(incident.NotFound, "Slack is not set up.")
	}
	told, err := slack.Read(header, body)
	switch {
	case err != nil:
		return "", nil, err
	case told.Challenge != "":
		return "text/plain; charset=utf-8", []byte(told.Challenge), nil
	case told.Heard == nil:
		return "", nil, nil
	}
	if err := s.complete(ctx, slack, &told); err != nil {
		return "", nil, err
	}
	if told.Marked && told.Heard.Text == "" {
		return "", nil, nil // not in an incident's own channel, or of a bot
	}
	m, err := s.Hear(ctx, *told.Heard)
	if err != nil || !told.AtOnce || m == nil {
		return "", nil, err
	}
	answer, err = slack.Response(*m)
	return "application/json; charset=utf-8", answer, err
}

// complete asks Slack for what an event does not tell: the words of a message
// that was marked in an incident's own channel, and the address of one that
// goes to a timeline.
func (s *Service) complete(ctx context.Context, slack *channel.Slack, told *channel.SlackTold) error {
	h := told.Heard
	if told.TS == "" {
		return nil
	}
	at, err := s.place(ctx, *h)
	if err != nil || at.about == "" {
		return err
	}
	link := slack.Permalink(ctx, h.Chat, told.TS)
	if !told.Marked {
		h.Text = (text.Reader{}).ChatMarked(h.Text, "", link)
		return nil
	}
	words, author, err := slack.Written(ctx, h.Chat, told.TS)
	if err != nil || words == "" || !at.own {
		return err
	}
	by, err := s.whois(ctx, channel.Heard{Kind: h.Kind, From: author})
	if err != nil {
		return err
	}
	name := ""
	if by != nil && author != h.From {
		name = by.Name
	}
	h.Text = "/finding " + (text.Reader{}).ChatMarked(words, name, link)
	return nil
}
