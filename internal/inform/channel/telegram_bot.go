package channel

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// TelegramBot is what Telegram says of a bot.
type TelegramBot struct {
	ID   int64  `json:"id"`
	Name string `json:"username"`
}

// BotCommand is one of the commands that Telegram offers to who writes to a bot.
type BotCommand struct {
	Name string `json:"command"`     // 1 to 32 of a-z, 0-9 and _
	What string `json:"description"` // 1 to 256 characters
}

// telegramPress is the length of the answer to a press
// (core.telegram.org/bots/api#answercallbackquery).
const telegramPress = 200

// Bot asks whose token it is (core.telegram.org/bots/api#getme).
func (t *Telegram) Bot(ctx context.Context) (TelegramBot, error) {
	var bot TelegramBot
	return bot, t.ask(ctx, "getMe", map[string]any{}, &bot)
}

// SetCommands says which commands are offered to those who read a language;
// an empty one is everybody's who has none of their own.
func (t *Telegram) SetCommands(ctx context.Context, lang string, commands []BotCommand) error {
	fields := map[string]any{"commands": commands}
	if lang != "" {
		fields["language_code"] = lang
	}
	return t.ask(ctx, "setMyCommands", fields, nil)
}

// AnswerPress answers a press of a button, which shows a sign of waiting until
// then. alert: it stays until the person closes it.
func (t *Telegram) AnswerPress(ctx context.Context, press, text string, alert bool) error {
	return t.ask(ctx, "answerCallbackQuery", map[string]any{"callback_query_id": press, "text": cut(text, telegramPress, utf16Units), "show_alert": alert}, nil)
}

// Updates waits up to wait for what was written to the bot, and gives it with
// the offset to ask with next. Asking with it tells Telegram that all before
// it is done; what is not done comes again, for a day
// (core.telegram.org/bots/api#getupdates).
func (t *Telegram) Updates(ctx context.Context, bot TelegramBot, offset int64, wait time.Duration) ([]Heard, int64, error) {
	var raw []json.RawMessage
	err := t.ask(ctx, "getUpdates", map[string]any{"offset": offset, "limit": 100, "timeout": int(wait.Seconds()), "allowed_updates": []string{"message", "callback_query"}}, &raw)
	if err != nil {
		return nil, offset, err
	}
	var heard []Heard
	for _, u := range raw {
		h, id := readTelegramUpdate(u, bot)
		if h != nil {
			heard = append(heard, *h)
		}
		offset = max(offset, id+1)
	}
	return heard, offset, nil
}

// ask calls a method and reads its result into v.
func (t *Telegram) ask(ctx context.Context, method string, fields map[string]any, v any) error {
	got, failed := postJSON(ctx, t.deps.HTTP, t.url(method), fields)
	if failed != nil {
		return failed
	}
	var a struct {
		telegramSent
		Result json.RawMessage `json:"result"`
	}
	if err := json.Unmarshal(got.body, &a); err != nil {
		e := statusError(got, t.deps.Now(), t.Config.Token.Reveal())
		e.Retry = true
		return e
	}
	if !a.OK {
		return t.refused(a.telegramSent)
	}
	if v == nil {
		return nil
	}
	if err := json.Unmarshal(a.Result, v); err != nil {
		return &Error{Retry: true, Detail: "reading what Telegram answered", Err: err}
	}
	return nil
}

// IsConflict reports whether Telegram refuses to tell us what is written to a
// bot because somebody else listens: another process, or a webhook.
func IsConflict(err error) bool {
	e, ok := err.(*Error) //nolint:errorlint // as ask returns it
	return ok && strings.HasPrefix(e.Detail, conflict)
}

// telegramUpdate is what somebody did in a chat (core.telegram.org/bots/api#update).
type telegramUpdate struct {
	ID      int64            `json:"update_id"`
	Message *telegramMessage `json:"message"`
	Press   *struct {
		ID      string           `json:"id"`
		From    telegramUser     `json:"from"`
		Message *telegramMessage `json:"message"`
		Data    string           `json:"data"`
	} `json:"callback_query"`
}

type telegramUser struct {
	ID   int64  `json:"id"`
	Bot  bool   `json:"is_bot"`
	Lang string `json:"language_code"`
}

type telegramMessage struct {
	ID      int64         `json:"message_id"`
	Topic   int64         `json:"message_thread_id"`
	Topical bool          `json:"is_topic_message"`
	From    *telegramUser `json:"from"`
	Chat    struct {
		ID   int64  `json:"id"`
		Type string `json:"type"` // private, group, supergroup, channel
	} `json:"chat"`
	Text    string            `json:"text"`
	Caption string            `json:"caption"`
	Photo   []json.RawMessage `json:"photo"`
	Answers *telegramMessage  `json:"reply_to_message"`
}

// readTelegramUpdate gives what was said to the bot, nil if nothing was, and
// the update's number.
func readTelegramUpdate(raw json.RawMessage, bot TelegramBot) (*Heard, int64) {
	var u telegramUpdate
	if json.Unmarshal(raw, &u) != nil {
		var only struct {
			ID int64 `json:"update_id"`
		}
		_ = json.Unmarshal(raw, &only) // it is passed over, whatever else it is
		return nil, only.ID
	}
	h := Heard{Kind: "telegram", ID: strconv.FormatInt(u.ID, 10)}
	switch {
	case u.Press != nil && u.Press.Message != nil:
		h.hear(u.Press.From, u.Press.Message)
		h.Text, h.Press = u.Press.Data, u.Press.ID
	case u.Message != nil && u.Message.From != nil && !u.Message.From.Bot:
		m := u.Message
		h.hear(*m.From, m)
		text, ours := forBot(m.Text+m.Caption, bot.Name)
		if !ours {
			return nil, u.ID
		}
		h.Text, h.Picture = text, len(m.Photo) > 0
		if a := m.Answers; a != nil && a.From != nil && a.From.ID == bot.ID {
			h.About = aboutOf(a.Text + a.Caption)
		}
	default:
		return nil, u.ID
	}
	return &h, u.ID
}

// hear notes who said something, and where.
func (h *Heard) hear(from telegramUser, m *telegramMessage) {
	h.From, h.Lang = strconv.FormatInt(from.ID, 10), "en"
	if strings.HasPrefix(from.Lang, "id") {
		h.Lang = "id"
	}
	h.Chat, h.Room, h.Thread = strconv.FormatInt(m.Chat.ID, 10), m.Chat.Type != "private", strconv.FormatInt(m.ID, 10)
	if m.Topical && m.Topic != 0 {
		h.Chat += "/" + strconv.FormatInt(m.Topic, 10)
	}
}

// forBot takes the bot's name off a command, "/status@sigap_bot". A command to
// another bot is not for us.
func forBot(text, name string) (string, bool) {
	if !strings.HasPrefix(text, "/") {
		return text, true
	}
	word, rest := text, ""
	if at := strings.IndexAny(text, " \n"); at >= 0 {
		word, rest = text[:at], text[at:]
	}
	command, to, addressed := strings.Cut(word, "@")
	return command + rest, !addressed || strings.EqualFold(to, name)
}

const conflict = "another listens to this bot: "

// refused is the error of a call that the Bot API did not obey.
func (t *Telegram) refused(sent telegramSent) *Error {
	e := &Error{
		Retry:  sent.ErrorCode == http.StatusTooManyRequests || sent.ErrorCode >= 500,
		After:  seconds(sent.Parameters.RetryAfter),
		Detail: excerpt([]byte(sent.Description), t.Config.Token.Reveal()),
	}
	switch sent.ErrorCode {
	case http.StatusUnauthorized, http.StatusNotFound: // how the Bot API answers to a token that it does not know
		e.Detail = "Telegram does not know this bot's token: " + e.Detail
	case http.StatusForbidden: // "bot was blocked by the user", "bot can't initiate conversation with a user", "bot was kicked…"
		e.Detail = "the bot may not write to this chat: " + e.Detail
	case http.StatusConflict: // of getUpdates: "terminated by other getUpdates request", "webhook is active"
		e.Detail = conflict + e.Detail
	}
	return e
}
