package chat

import (
	"context"
	"net/http"

	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/inform/channel"
)

// Slack takes a request that Slack sent, and gives what it is answered: a
// text, or JSON.
func (s *Service) Slack(ctx context.Context, header http.Header, body []byte) (contentType string, answer []byte, err error) {
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
	m, err := s.Hear(ctx, *told.Heard)
	if err != nil || !told.AtOnce || m == nil {
		return "", nil, err
	}
	answer, err = slack.Response(*m)
	return "application/json; charset=utf-8", answer, err
}
