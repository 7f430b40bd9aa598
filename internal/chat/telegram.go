package chat

import (
	"context"
	"errors"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/inform/channel"
	"github.com/sigap-dev/sigap/internal/text"
)

const (
	pollWait  = 10 * time.Second // how long one look waits for something to be written
	lookAgain = 2 * time.Second  // for a bot that is set up, and after a mistake
	leaseTime = time.Minute      // longer than a look takes, with what is done of it
	leaseName = "listen telegram"
)

// ListenTelegram hears what is written to the bot, as long as one is set up,
// until ctx ends. It asks Telegram, which therefore need not reach us. Of
// several processes one asks.
func (s *Service) ListenTelegram(ctx context.Context) {
	var l telegramListener
	defer l.release(ctx, s)
	for ctx.Err() == nil {
		wait, err := l.look(ctx, s)
		if err != nil && ctx.Err() == nil && err.Error() != l.told {
			l.told = err.Error()
			s.Logger.WarnContext(ctx, "what is written on Telegram is not heard", "err", err)
		}
		if err == nil {
			l.told = ""
		}
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
	}
}

// telegramListener is what is known between two looks.
type telegramListener struct {
	bot    *channel.Telegram // that was introduced
	self   channel.TelegramBot
	offset int64
	held   time.Time // until when nobody else asks
	told   string    // the mistake that was logged
	failed int       // how often the same could not be done
}

// release lets another process listen at once.
func (l *telegramListener) release(ctx context.Context, s *Service) {
	if l.held.IsZero() {
		return
	}
	if _, err := s.Store.Lease(context.WithoutCancel(ctx), leaseName, l.held, s.Now()); err != nil {
		s.Logger.WarnContext(ctx, "another process will listen to Telegram a minute later", "err", err)
	}
}

// look asks once for what was written and does it. It says how long to wait
// before the next look.
func (l *telegramListener) look(ctx context.Context, s *Service) (time.Duration, error) {
	ch, err := s.Channels.Channel(ctx, "telegram")
	if incident.Is(err, incident.NotFound) {
		return lookAgain, nil
	}
	if err != nil {
		return lookAgain, err
	}
	bot, ok := ch.(*channel.Telegram)
	if !ok {
		return lookAgain, nil
	}
	until := s.Now().Add(leaseTime)
	mine, err := s.Store.Lease(ctx, leaseName, l.held, until)
	if err != nil || !mine {
		return lookAgain, err
	}
	l.held = until
	if bot != l.bot {
		if err := l.introduce(ctx, bot); err != nil {
			return backoff(err), err
		}
	}
	heard, next, err := bot.Updates(ctx, l.self, l.offset, pollWait)
	if err != nil {
		return backoff(err), err
	}
	for _, h := range heard {
		if err := l.hear(ctx, s, bot, h); err != nil {
			return lookAgain, err // it is told again, since it was not confirmed
		}
	}
	l.offset = next
	return 0, nil
}

// maxTries is how often it is tried to do what was said before its writer is
// told that it failed, so that those behind it are heard.
const maxTries = 10

// hear does what was said and answers a press where it waits.
func (l *telegramListener) hear(ctx context.Context, s *Service, bot *channel.Telegram, h channel.Heard) error {
	answer, err := s.Hear(ctx, h)
	if incident.Is(err, incident.Conflict) {
		return err // a process that died had begun it: it is known soon whether it was done
	}
	if err != nil {
		if l.failed++; l.failed < maxTries {
			return err
		}
		s.Logger.ErrorContext(ctx, "what was written on Telegram was not done", "err", err)
		answer = message((text.Reader{Lang: h.Lang}).ChatSay("failed", ""), text.Reader{Lang: h.Lang})
		_, err = bot.Send(ctx, h.Chat, *answer)
		s.warn(ctx, err)
	}
	l.failed = 0
	if h.Press == "" || answer == nil {
		return nil
	}
	if err := bot.AnswerPress(ctx, h.Press, answer.Title, true); err != nil { // it is too old, perhaps
		return s.Store.Enqueue(ctx, incident.Job{Args: Say{Channel: h.Kind, To: h.Chat, Message: *answer}})
	}
	return nil
}

// introduce asks who the bot is and tells Telegram its commands, in both
// languages.
func (l *telegramListener) introduce(ctx context.Context, bot *channel.Telegram) (err error) {
	if l.self, err = bot.Bot(ctx); err != nil {
		return err
	}
	for code, lang := range map[string]string{"": "en", "id": "id"} {
		var commands []channel.BotCommand
		for _, c := range (text.Reader{Lang: lang}).ChatCommands() {
			commands = append(commands, channel.BotCommand{Name: c.Label, What: c.Value})
		}
		if err := bot.SetCommands(ctx, code, commands); err != nil {
			return err
		}
	}
	l.bot, l.offset = bot, 0
	return nil
}

// backoff is how long to wait after a mistake: as long as the service asks.
func backoff(err error) time.Duration {
	if e, ok := errors.AsType[*channel.Error](err); ok && e.After > lookAgain {
		return e.After
	}
	return lookAgain
}
