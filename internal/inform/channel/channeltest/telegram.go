package channeltest

import (
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"golang.org/x/time/rate"
)

// Telegram is a fake of the Bot API (core.telegram.org/bots/api): of one bot
// that knows some chats, what it sends and what is written to it.
type Telegram struct {
	Inbox
	URL   string
	Token string

	chats    map[string]bool // chat id → exists
	blocked  map[string]bool
	migrated map[string]int64
	limits   map[string]*rate.Limiter
	lastID   int64
	told     telegramTold
}

// NewTelegram starts a Bot API with a bot that may write to chats.
func NewTelegram(t testing.TB, chats ...string) *Telegram {
	t.Helper()
	f := &Telegram{
		Inbox: newInbox(), Token: "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw",
		chats: map[string]bool{}, blocked: map[string]bool{}, migrated: map[string]int64{}, limits: map[string]*rate.Limiter{},
		told: telegramTold{more: make(chan struct{}), ended: make(chan struct{}), menus: map[string][]string{}, pressed: map[string]string{}},
	}
	for _, chat := range chats {
		f.chats[chat] = true
	}
	f.URL = f.serve(t, f.receive, func(w http.ResponseWriter, status int) {
		telegramError(w, status, http.StatusText(status), nil)
	})
	t.Cleanup(func() { close(f.told.ended) }) // before the server, which waits for those who ask
	return f
}

// Config is the configuration of a channel that uses this service.
func (f *Telegram) Config() json.RawMessage {
	return mustJSON(map[string]any{"token": f.Token, "api": f.URL})
}

// Block makes the person of a chat block the bot.
func (f *Telegram) Block(chat string) { f.set(func() { f.blocked[chat] = true }) }

// Migrate turns a group into a supergroup with a new id.
func (f *Telegram) Migrate(chat string, to int64) {
	f.set(func() {
		f.migrated[chat] = to
		f.chats[strconv.FormatInt(to, 10)] = true
	})
}

// telegramError answers as in "Making requests": ok, error_code, description
// and, for some errors, ResponseParameters.
func telegramError(w http.ResponseWriter, code int, words string, parameters map[string]any) {
	answer := map[string]any{"ok": false, "error_code": code, "description": words}
	if parameters != nil {
		answer["parameters"] = parameters
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_, _ = w.Write(mustJSON(answer))
}

// telegramCall is a request, in whichever of the documented encodings it came.
type telegramCall struct {
	fields map[string]string // structured values as JSON
	photo  []byte
	raw    []byte
}

func (f *Telegram) receive(w http.ResponseWriter, r *http.Request) {
	token, method, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/bot"), "/")
	if token != f.Token { // "Authorizing your bot": an unknown token is answered 401, a malformed path 404
		telegramError(w, http.StatusUnauthorized, "Unauthorized", nil)
		return
	}
	call, err := readTelegram(r)
	if err != nil {
		telegramError(w, http.StatusBadRequest, "Bad Request: "+err.Error(), nil)
		return
	}
	if f.listening(w, r, method, call.fields) {
		return
	}
	var got Received
	switch method {
	case "sendMessage":
		got.Text, err = telegramText(call.fields["text"], call.fields["parse_mode"])
		if err == nil {
			err = telegramLength(got.Text, 1, 4096, "message text is empty", "message is too long")
		}
	case "sendPhoto":
		got.Plot = call.photo
		got.Text, err = telegramText(call.fields["caption"], call.fields["parse_mode"])
		if err == nil {
			err = telegramLength(got.Text, 0, 1024, "", "message caption is too long")
		}
		if err == nil {
			err = telegramPhoto(call.photo)
		}
	default:
		telegramError(w, http.StatusNotFound, "Not Found: method not found", nil)
		return
	}
	if err == nil {
		got.Buttons, err = telegramKeyboard(call.fields["reply_markup"])
	}
	if err != nil {
		telegramError(w, http.StatusBadRequest, "Bad Request: "+err.Error(), nil)
		return
	}
	got.Raw = call.raw
	f.deliver(w, call, got)
}

// deliver checks what depends on the chat, and records the message.
func (f *Telegram) deliver(w http.ResponseWriter, call telegramCall, got Received) {
	chat := call.fields["chat_id"]
	f.mu.Lock()
	exists, blocked, moved := f.chats[chat], f.blocked[chat], f.migrated[chat]
	f.mu.Unlock()
	switch {
	case chat == "":
		telegramError(w, http.StatusBadRequest, "Bad Request: chat_id is empty", nil)
		return
	case moved != 0: // ResponseParameters.migrate_to_chat_id
		telegramError(w, http.StatusBadRequest, "Bad Request: group chat was upgraded to a supergroup chat", map[string]any{"migrate_to_chat_id": moved})
		return
	case !exists:
		telegramError(w, http.StatusBadRequest, "Bad Request: chat not found", nil)
		return
	case blocked:
		telegramError(w, http.StatusForbidden, "Forbidden: bot was blocked by the user", nil)
		return
	}
	if wait := f.limit(chat); wait > 0 { // ResponseParameters.retry_after
		seconds := int(wait.Seconds()) + 1
		telegramError(w, http.StatusTooManyRequests, fmt.Sprintf("Too Many Requests: retry after %d", seconds), map[string]any{"retry_after": seconds})
		return
	}
	thread, err := telegramReply(call.fields["reply_parameters"])
	if err != nil {
		telegramError(w, http.StatusBadRequest, "Bad Request: "+err.Error(), nil)
		return
	}
	f.mu.Lock()
	f.lastID++
	id := f.lastID
	f.mu.Unlock()
	got.Ref, got.To, got.Thread = strconv.FormatInt(id, 10), chat, thread
	if topic := call.fields["message_thread_id"]; topic != "" {
		got.To += "/" + topic
	}
	f.accept(got)
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(mustJSON(map[string]any{"ok": true, "result": map[string]any{"message_id": id, "date": f.time().Unix(), "chat": map[string]any{"id": chat}}}))
}

// limit returns how long the chat's sender must wait. "My bot is hitting
// limits" (core.telegram.org/bots/faq): more than one message a second to one
// chat passes in short bursts only, to a group no more than 20 a minute.
func (f *Telegram) limit(chat string) time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	limiter, ok := f.limits[chat]
	if !ok {
		limiter = rate.NewLimiter(1, 5)
		if strings.HasPrefix(chat, "-") {
			limiter = rate.NewLimiter(rate.Every(3*time.Second), 20)
		}
		f.limits[chat] = limiter
	}
	now := f.now()
	reservation := limiter.ReserveN(now, 1)
	wait := reservation.DelayFrom(now)
	if wait > 0 {
		reservation.CancelAt(now)
	}
	return wait
}

// readTelegram reads JSON or a multipart form ("Making requests").
func readTelegram(r *http.Request) (telegramCall, error) {
	call := telegramCall{fields: map[string]string{}}
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
		if err := r.ParseMultipartForm(10 << 20); err != nil {
			return call, fmt.Errorf("can't parse the form")
		}
		for name, values := range r.MultipartForm.Value {
			call.fields[name] = values[0]
		}
		call.raw = mustJSON(call.fields)
		if files := r.MultipartForm.File["photo"]; len(files) == 1 {
			file, err := files[0].Open()
			if err != nil {
				return call, err
			}
			defer file.Close()
			call.photo, err = io.ReadAll(file)
			return call, err
		}
		return call, nil
	}
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		return call, err
	}
	call.raw = raw
	var fields map[string]json.RawMessage
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") || json.Unmarshal(raw, &fields) != nil {
		return call, fmt.Errorf("can't parse JSON object")
	}
	for name, value := range fields {
		text := string(value)
		_ = json.Unmarshal(value, &text) // a text loses its quotes, anything else stays JSON
		call.fields[name] = text
	}
	return call, nil
}

// telegramTag is what "HTML style" lists.
var telegramTag = regexp.MustCompile(`^<(/?)(b|strong|i|em|u|ins|s|strike|del|code|pre|blockquote|tg-spoiler|a)( href="[^"]*")?>`)

// telegramText returns text without its markup. "HTML style": only the listed
// tags, each closed; all other <, > and & written as entities.
func telegramText(text, mode string) (string, error) {
	if mode == "" {
		return text, nil
	}
	if mode != "HTML" {
		return "", fmt.Errorf("unsupported parse_mode")
	}
	var plain strings.Builder
	var open []string
	for at := 0; at < len(text); {
		if text[at] != '<' {
			plain.WriteByte(text[at])
			at++
			continue
		}
		tag := telegramTag.FindStringSubmatch(text[at:])
		if tag == nil {
			return "", fmt.Errorf("can't parse entities: Unsupported start tag at byte offset %d", at)
		}
		at += len(tag[0])
		if tag[1] == "" {
			open = append(open, tag[2])
			continue
		}
		if len(open) == 0 || open[len(open)-1] != tag[2] {
			return "", fmt.Errorf("can't parse entities: Unexpected end tag at byte offset %d", at)
		}
		open = open[:len(open)-1]
	}
	if len(open) > 0 {
		return "", fmt.Errorf("can't parse entities: Can't find end tag corresponding to start tag %q", open[len(open)-1])
	}
	return html.UnescapeString(plain.String()), nil
}

// telegramLength counts as entities are counted, in UTF-16 units ("MessageEntity").
func telegramLength(text string, least, most int, short, long string) error {
	switch n := len(utf16.Encode([]rune(text))); {
	case n < least:
		return fmt.Errorf("%s", short)
	case n > most:
		return fmt.Errorf("%s", long)
	}
	return nil
}

// telegramPhoto: at most 10 MB ("sendPhoto"); what is no picture is answered
// IMAGE_PROCESS_FAILED.
func telegramPhoto(photo []byte) error {
	switch {
	case len(photo) == 0:
		return fmt.Errorf("there is no photo in the request")
	case len(photo) > 10<<20:
		return fmt.Errorf("file is too big")
	case http.DetectContentType(photo) != "image/png":
		return fmt.Errorf("IMAGE_PROCESS_FAILED")
	}
	return nil
}

// telegramKeyboard: "InlineKeyboardMarkup"; a button has a text and exactly one
// other field; a URL needs a host with a dot or an address, callback_data has 1
// to 64 bytes.
func telegramKeyboard(markup string) ([]Button, error) {
	if markup == "" {
		return nil, nil
	}
	var keyboard struct {
		Rows [][]map[string]any `json:"inline_keyboard"`
	}
	if err := json.Unmarshal([]byte(markup), &keyboard); err != nil {
		return nil, fmt.Errorf("can't parse reply keyboard markup JSON object")
	}
	var buttons []Button
	for _, row := range keyboard.Rows {
		for _, b := range row {
			text, _ := b["text"].(string)
			address, _ := b["url"].(string)
			if text == "" || len(b) != 2 {
				return nil, fmt.Errorf("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
			}
			if says, ok := b["callback_data"].(string); ok {
				if len(says) < 1 || len(says) > 64 {
					return nil, fmt.Errorf("BUTTON_DATA_INVALID")
				}
				buttons = append(buttons, Button{Text: text, Says: says})
				continue
			}
			u, err := url.Parse(address)
			if err != nil || (u.Scheme != "http" && u.Scheme != "https" && u.Scheme != "tg") || !hasDotOrAddress(u.Hostname()) {
				return nil, fmt.Errorf("inline keyboard button URL '%s' is invalid: Wrong HTTP URL", address)
			}
			buttons = append(buttons, Button{Text: text, URL: address})
		}
	}
	return buttons, nil
}

func hasDotOrAddress(host string) bool {
	_, err := netip.ParseAddr(host)
	return err == nil || strings.Contains(host, ".")
}

// telegramReply: "ReplyParameters" require message_id, an integer.
func telegramReply(parameters string) (string, error) {
	if parameters == "" {
		return "", nil
	}
	var reply struct {
		MessageID int64 `json:"message_id"`
	}
	if err := json.Unmarshal([]byte(parameters), &reply); err != nil || reply.MessageID == 0 {
		return "", fmt.Errorf("can't parse reply parameters")
	}
	return strconv.FormatInt(reply.MessageID, 10), nil
}
