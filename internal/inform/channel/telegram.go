package channel

import (
	"context"
	"encoding/json"
	"html"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// Lengths that the Bot API allows (core.telegram.org/bots/api#sendmessage and
// #sendphoto), counted in UTF-16 units after the markup is taken out.
const (
	telegramText    = 4096
	telegramCaption = 1024
)

// TelegramConfig configures a bot. Addresses are chats: a number, "@name" of
// a public channel, or "number/topic" for a topic of a forum.
type TelegramConfig struct {
	Token Secret `json:"token"`         // from @BotFather; it is part of every URL
	API   string `json:"api,omitempty"` // default https://api.telegram.org; a local Bot API server
}

// Validate returns the first mistake as a *incident.Error.
func (c TelegramConfig) Validate() error {
	id, key, found := strings.Cut(c.Token.Reveal(), ":")
	_, err := strconv.ParseInt(id, 10, 64)
	return check(
		must(found && err == nil && len(key) >= 20 && !strings.ContainsAny(key, "/?# "), "token", "give the token that @BotFather showed: digits, a colon, letters and digits"),
		validBase("api", c.API),
	)
}

// validBase checks the optional address of a service's API.
func validBase(field, base string) error {
	if base == "" {
		return nil
	}
	u, err := url.Parse(base)
	return must(err == nil && u.Host != "" && (u.Scheme == "https" || u.Scheme == "http") && u.User == nil && u.RawQuery == "",
		field, "give an http or https URL, or leave it out")
}

// Telegram sends messages as a bot.
type Telegram struct {
	Config TelegramConfig // exported, because fmt shows what it finds in unexported fields unmasked
	deps   Deps
}

// NewTelegram returns a Telegram for a valid configuration.
func NewTelegram(config TelegramConfig, deps Deps) *Telegram {
	if config.API == "" {
		config.API = "https://api.telegram.org"
	}
	config.API = strings.TrimRight(config.API, "/")
	return &Telegram{config, deps}
}

// Send tells m to the chat to: as one picture where the text is short enough
// for a caption, else as a text and a picture in answer to it. A plot that
// cannot be sent never holds up the words.
func (t *Telegram) Send(ctx context.Context, to string, m Message) (Result, error) {
	chat, topic, _ := strings.Cut(to, "/")
	if _, err := strconv.Atoi(topic); chat == "" || (topic != "" && err != nil) {
		return Result{}, permanent("the address is not a chat's number, @name or number/topic")
	}
	r := telegramRequest{ChatID: chat, Topic: topic, ReplyTo: m.Thread}
	var linked []Action
	r.Buttons, linked = telegramButtons(m)

	caption, whole := telegramHTML(m, linked, telegramCaption)
	if m.Plot == nil || !whole {
		return t.sendText(ctx, r, m, linked)
	}
	result, failed := t.deliver(&r, func() (telegramSent, *Error) { return t.photo(ctx, r, caption, m.Plot) })
	if failed == nil {
		return result, nil
	}
	if failed.Retry {
		return Result{}, failed
	}
	m.Plot = nil // it may be the picture that is refused
	result, err := t.sendText(ctx, r, m, linked)
	if err == nil {
		result.Detail = "sent without its plot: " + failed.Error()
	}
	return result, err
}

// sendText sends m as a text and then its plot, if it has one.
func (t *Telegram) sendText(ctx context.Context, r telegramRequest, m Message, linked []Action) (Result, error) {
	r.Text, _ = telegramHTML(m, linked, telegramText)
	result, failed := t.deliver(&r, func() (telegramSent, *Error) { return t.message(ctx, r) })
	if failed != nil {
		return Result{}, failed
	}
	if m.Plot == nil {
		return result, nil
	}
	r.ReplyTo, r.Buttons = result.Ref, nil
	if _, failed := t.photo(ctx, r, html.EscapeString(cut(m.PlotAlt, telegramCaption, utf16Units)), m.Plot); failed != nil {
		result.Detail = "sent without its plot: " + failed.Error()
	}
	return result, nil
}

// deliver sends, once more at the chat's new number if the group was made a
// supergroup meanwhile: a page must not die of that.
func (t *Telegram) deliver(r *telegramRequest, send func() (telegramSent, *Error)) (Result, *Error) {
	sent, failed := send()
	detail := ""
	if failed != nil && sent.Parameters.MigrateTo != 0 {
		r.ChatID = strconv.FormatInt(sent.Parameters.MigrateTo, 10)
		detail = "the group became a supergroup; its number is now " + r.ChatID
		sent, failed = send()
	}
	if failed != nil {
		return Result{}, failed
	}
	ref := strconv.FormatInt(sent.Result.MessageID, 10)
	thread := r.ReplyTo
	if thread == "" {
		thread = ref
	}
	return Result{State: Delivered, Ref: ref, Thread: thread, Detail: detail}, nil
}

// telegramRequest is a call of sendMessage or, without Text, of sendPhoto.
type telegramRequest struct {
	ChatID  string
	Topic   string
	ReplyTo string
	Text    string
	Buttons [][]telegramButton
}

type telegramButton struct {
	Text string `json:"text"`
	URL  string `json:"url,omitempty"`
	Says string `json:"callback_data,omitempty"`
}

// fields returns the request as the Bot API names its parameters.
func (r telegramRequest) fields() map[string]any {
	fields := map[string]any{"chat_id": r.ChatID, "parse_mode": "HTML"}
	if r.Topic != "" {
		fields["message_thread_id"] = json.Number(r.Topic)
	}
	if r.ReplyTo != "" {
		fields["reply_parameters"] = map[string]any{"message_id": json.Number(r.ReplyTo), "allow_sending_without_reply": true}
	}
	if r.Text != "" {
		fields["text"] = r.Text
		fields["link_preview_options"] = map[string]any{"is_disabled": true}
	}
	if len(r.Buttons) > 0 {
		fields["reply_markup"] = map[string]any{"inline_keyboard": r.Buttons}
	}
	return fields
}

// telegramSent is an answer of the Bot API.
type telegramSent struct {
	OK          bool   `json:"ok"`
	ErrorCode   int    `json:"error_code"`
	Description string `json:"description"`
	Parameters  struct {
		RetryAfter float64 `json:"retry_after"` // seconds
		MigrateTo  int64   `json:"migrate_to_chat_id"`
	} `json:"parameters"`
	Result struct {
		MessageID int64 `json:"message_id"`
	} `json:"result"`
}

// message calls sendMessage.
func (t *Telegram) message(ctx context.Context, r telegramRequest) (telegramSent, *Error) {
	got, failed := postJSON(ctx, t.deps.HTTP, t.url("sendMessage"), r.fields())
	if failed != nil {
		return telegramSent{}, failed
	}
	return t.read(got)
}

// photo calls sendPhoto with the picture in the request.
func (t *Telegram) photo(ctx context.Context, r telegramRequest, caption string, png []byte) (telegramSent, *Error) {
	r.Text = ""
	fields := map[string]string{"caption": caption}
	for name, value := range r.fields() {
		text, isText := value.(string)
		if !isText {
			encoded, err := json.Marshal(value)
			if err != nil {
				return telegramSent{}, &Error{Detail: "encoding the message", Err: err}
			}
			text = string(encoded)
		}
		fields[name] = text
	}
	kind, body, err := pictureForm(fields, "photo", png)
	if err != nil {
		return telegramSent{}, &Error{Detail: "encoding the message", Err: err}
	}
	header := http.Header{"Content-Type": {kind}, "User-Agent": {userAgent}}
	got, failed := post(ctx, t.deps.HTTP, t.url("sendPhoto"), header, body)
	if failed != nil {
		return telegramSent{}, failed
	}
	return t.read(got)
}

func (t *Telegram) url(method string) string {
	return t.Config.API + "/bot" + t.Config.Token.Reveal() + "/" + method
}

// read judges an answer. Error codes are those of HTTP; the description is
// for people (core.telegram.org/bots/api#making-requests).
func (t *Telegram) read(a answer) (telegramSent, *Error) {
	var sent telegramSent
	if err := json.Unmarshal(a.body, &sent); err != nil {
		e := statusError(a, t.deps.Now(), t.Config.Token.Reveal())
		e.Retry = true // whatever this was, it was not the Bot API
		return sent, e
	}
	if sent.OK && sent.Result.MessageID != 0 {
		return sent, nil
	}
	return sent, t.refused(sent)
}

// telegramHTML renders m within limit. whole is false if something had to be
// left out.
func telegramHTML(m Message, linked []Action, limit int) (markup string, whole bool) {
	heading := cut(strings.TrimSpace(severityMark(m.Severity)+" "+m.heading()), 256, utf16Units)
	lines := append([]string{}, m.Lines...)
	for _, f := range m.Fields {
		lines = append(lines, f.Label+": "+f.Value)
	}
	for _, a := range linked {
		lines = append(lines, a.Label+": "+a.URL)
	}
	plain := strings.Join(lines, "\n")
	left := limit - utf16Units(heading) - 2
	whole = utf16Units(plain) <= left
	if !whole {
		plain = strings.Join(cutLines(lines, left, utf16Units), "\n")
	}
	markup = "<b>" + html.EscapeString(heading) + "</b>"
	if plain != "" {
		markup += "\n\n" + html.EscapeString(plain)
	}
	return markup, whole
}

// telegramButtons returns the keyboard, two buttons a row with the primary
// ones first and alone, and the actions that cannot be buttons: Telegram
// refuses a whole message for one whose host has no dot, as "localhost".
func telegramButtons(m Message) (keyboard [][]telegramButton, linked []Action) {
	var row []telegramButton
	for _, b := range m.says() {
		row = append(row, telegramButton{Text: cut(b.Label, 64, runes), Says: b.Says})
	}
	if row != nil {
		keyboard, row = append(keyboard, row), nil
	}
	for _, a := range m.linksBeside() {
		u, err := url.Parse(a.URL)
		if err != nil || (u.Scheme != "http" && u.Scheme != "https") || !reachableHost(u.Hostname()) {
			linked = append(linked, a)
			continue
		}
		button := telegramButton{Text: cut(a.Label, 64, runes), URL: a.URL}
		if a.Primary {
			keyboard = append(keyboard, []telegramButton{button})
			continue
		}
		if row = append(row, button); len(row) == 2 {
			keyboard, row = append(keyboard, row), nil
		}
	}
	if row != nil {
		keyboard = append(keyboard, row)
	}
	return keyboard, linked
}

func reachableHost(host string) bool {
	_, err := netip.ParseAddr(host)
	return err == nil || strings.Contains(host, ".")
}
