package chat

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/inform/channel"
)

const (
	whatsappLongest = 20 * time.Second // that one request of Meta's may take
	// whatsappTooLate is how old what somebody said may be. Meta tells for a
	// week what was not taken, longer than is kept what was done.
	whatsappTooLate = 20 * time.Hour
	// whatsappSettled is how long a message may be on its way to its receipt,
	// which is recorded after the service took it; then it was removed.
	whatsappSettled = 10 * time.Minute
)

// WhatsAppChallenge answers Meta, which asks whether an address is ours.
func (s *Service) WhatsAppChallenge(ctx context.Context, query url.Values) (string, error) {
	number, err := s.whatsapp(ctx)
	if err != nil {
		return "", err
	}
	return number.Challenge(query)
}

// WhatsApp takes what Meta tells: what was written to us, and what became of
// what we wrote. What cannot be done now is an error, and Meta tells it again;
// what was done is not done twice.
func (s *Service) WhatsApp(ctx context.Context, header http.Header, body []byte) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), whatsappLongest)
	defer cancel()
	number, err := s.whatsapp(ctx)
	if err != nil {
		return err
	}
	told, err := number.Read(header, body)
	if err != nil {
		return err
	}
	var failed []error
	for _, h := range told.Heard {
		failed = append(failed, s.hearWhatsApp(ctx, h))
	}
	for _, r := range told.Reported {
		err := s.Inform.Reported(ctx, r.Token, r.Report)
		if incident.Is(err, incident.NotFound) && s.Now().Sub(r.At) > whatsappSettled {
			continue
		}
		failed = append(failed, err)
	}
	return errors.Join(failed...)
}

func (s *Service) hearWhatsApp(ctx context.Context, h channel.WhatsAppHeard) error {
	if s.Now().Sub(h.At) > whatsappTooLate {
		return nil
	}
	if err := s.Store.Wrote(ctx, h.Kind, h.From, h.At); err != nil {
		return err
	}
	_, err := s.Hear(ctx, h.Heard)
	return err
}

func (s *Service) whatsapp(ctx context.Context) (*channel.WhatsApp, error) {
	ch, err := s.Channels.Channel(ctx, "whatsapp")
	if err != nil {
		return nil, err
	}
	number, ok := ch.(*channel.WhatsApp)
	if !ok {
		return nil, incident.Errorf(incident.NotFound, "WhatsApp is not set up.")
	}
	return number, nil
}
