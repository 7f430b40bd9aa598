package channeltest

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"time"
)

// What one writes to the bot, and what the bot asks for that
// (core.telegram.org/bots/api#getting-updates).

// telegramBotID and its name are what getMe says: the digits before the
// token's colon are the bot's id.
const (
	telegramBotID   = 110201543
	telegramBotName = "sigap_test_bot"
)

// telegramTold is what was written to the bot and not confirmed yet.
type telegramTold struct {
	updates []map[string]any
	next    int64
	more    chan struct{} // closed and replaced when something is written
	ended   chan struct{}
	asking  bool
	webhook bool
	menus   map[string][]string // commands by language
	pressed map[string]string   // presses that wait for an answer, and the answer
}

// Written is a message to the bot.
type Written struct {
	Chat    int64 // the person's own, or a group's, which is below zero
	From    int64 // 0: the chat's person
	Lang    string
	Text    string
	Photo   bool      // the text is its caption
	Answers *Received // a message of the bot
}

// Write writes to the bot.
func (f *Telegram) Write(w Written) {
	if w.From == 0 {
		w.From = w.Chat
	}
	message := map[string]any{"message_id": f.nextID(), "date": f.time().Unix(), "chat": telegramChat(w.Chat),
		"from": map[string]any{"id": w.From, "is_bot": false, "first_name": "Rina", "language_code": w.Lang}}
	if w.Photo {
		message["photo"] = []map[string]any{{"file_id": "AgAC", "file_unique_id": "AQAD", "width": 90, "height": 90}}
		message["caption"] = w.Text
	} else {
		message["text"] = w.Text
	}
	if w.Answers != nil {
		message["reply_to_message"] = f.ofBot(w.Answers)
	}
	f.tell(map[string]any{"message": message})
}

// Press presses the button of a message that says something, and returns what
// the bot answers within the time of ctx.
func (f *Telegram) Press(ctx context.Context, got Received, label string, from int64) (string, error) {
	says := ""
	for _, b := range got.Buttons {
		if b.Text == label {
			says = b.Says
		}
	}
	if says == "" {
		return "", fmt.Errorf("no button %q that says something in %+v", label, got.Buttons)
	}
	press := strconv.FormatInt(f.nextID(), 10)
	f.set(func() { f.told.pressed[press] = "" })
	f.tell(map[string]any{"callback_query": map[string]any{"id": press, "chat_instance": "1", "data": says, "message": f.ofBot(&got),
		"from": map[string]any{"id": from, "is_bot": false, "first_name": "Rina", "language_code": "en"}}})
	for {
		f.mu.Lock()
		said, changed := f.told.pressed[press], f.changed
		f.mu.Unlock()
		if said != "" {
			return said, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
}

// SetWebhook makes updates go to a webhook, so that getUpdates is refused.
func (f *Telegram) SetWebhook(set bool) { f.set(func() { f.told.webhook = set }) }

// Commands are those that were set for a language, empty for everybody else.
func (f *Telegram) Commands(lang string) []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.told.menus[lang]
}

// Unconfirmed counts the updates that would be told again.
func (f *Telegram) Unconfirmed() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.told.updates)
}

func telegramChat(id int64) map[string]any {
	kind := "private"
	if id < 0 {
		kind = "supergroup"
	}
	return map[string]any{"id": id, "type": kind}
}

// ofBot is a message that the bot sent.
func (f *Telegram) ofBot(got *Received) map[string]any {
	chat, _ := strconv.ParseInt(got.To, 10, 64)
	id, _ := strconv.ParseInt(got.Ref, 10, 64)
	return map[string]any{"message_id": id, "date": f.time().Unix(), "chat": telegramChat(chat), "text": got.Text,
		"from": map[string]any{"id": telegramBotID, "is_bot": true, "first_name": "Sigap", "username": telegramBotName}}
}

func (f *Telegram) nextID() int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.lastID++
	return f.lastID
}

func (f *Telegram) tell(update map[string]any) {
	f.set(func() {
		f.told.next++
		update["update_id"] = f.told.next
		f.told.updates = append(f.told.updates, update)
		close(f.told.more)
		f.told.more = make(chan struct{})
	})
}

// listening answers the methods of a bot that listens; false for the others.
func (f *Telegram) listening(w http.ResponseWriter, r *http.Request, method string, fields map[string]string) bool {
	var result any
	var err error
	switch method {
	case "getMe":
		result = map[string]any{"id": telegramBotID, "is_bot": true, "first_name": "Sigap", "username": telegramBotName}
	case "getUpdates":
		f.getUpdates(w, r, fields)
		return true
	case "setMyCommands":
		result, err = true, f.setCommands(fields)
	case "answerCallbackQuery":
		result, err = true, f.answerPress(fields)
	default:
		return false
	}
	if err != nil {
		telegramError(w, http.StatusBadRequest, "Bad Request: "+err.Error(), nil)
		return true
	}
	telegramResult(w, result)
	return true
}

func telegramResult(w http.ResponseWriter, result any) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(mustJSON(map[string]any{"ok": true, "result": result}))
}

// getUpdates: an offset confirms all before it; one waits up to timeout
// seconds; of two that wait the first is told to stop, and nobody is told
// anything while a webhook is set.
func (f *Telegram) getUpdates(w http.ResponseWriter, r *http.Request, fields map[string]string) {
	limit, timeout := 100, 0
	var err error
	for name, to := range map[string]*int{"limit": &limit, "timeout": &timeout} {
		if fields[name] != "" {
			if *to, err = strconv.Atoi(fields[name]); err != nil || *to < 0 || *to > 100 {
				telegramError(w, http.StatusBadRequest, "Bad Request: invalid "+name, nil)
				return
			}
		}
	}
	var kinds []string
	if json.Unmarshal([]byte(fields["allowed_updates"]), &kinds) != nil && fields["allowed_updates"] != "" {
		telegramError(w, http.StatusBadRequest, "Bad Request: can't parse allowed_updates", nil)
		return
	}
	offset, _ := strconv.ParseInt(fields["offset"], 10, 64)
	f.mu.Lock()
	webhook, asking := f.told.webhook, f.told.asking
	f.told.asking = true
	f.mu.Unlock()
	switch {
	case webhook:
		f.set(func() { f.told.asking = asking })
		telegramError(w, http.StatusConflict, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first", nil)
		return
	case asking:
		telegramError(w, http.StatusConflict, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running", nil)
		return
	}
	defer f.set(func() { f.told.asking = false })
	telegramResult(w, f.updates(r.Context(), offset, limit, time.Duration(timeout)*time.Second))
}

// updates waits for some from offset on.
func (f *Telegram) updates(ctx context.Context, offset int64, limit int, timeout time.Duration) []map[string]any {
	end := time.NewTimer(timeout)
	defer end.Stop()
	for {
		f.mu.Lock()
		for len(f.told.updates) > 0 && f.told.updates[0]["update_id"].(int64) < offset {
			f.told.updates = f.told.updates[1:]
		}
		got, more := f.told.updates[:min(limit, len(f.told.updates))], f.told.more
		f.mu.Unlock()
		if len(got) > 0 {
			return got
		}
		select {
		case <-more:
		case <-end.C:
			return []map[string]any{}
		case <-ctx.Done():
			return []map[string]any{}
		case <-f.told.ended:
			return []map[string]any{}
		}
	}
}

var (
	telegramCommand = regexp.MustCompile(`^[a-z0-9_]{1,32}$`)
	telegramLang    = regexp.MustCompile(`^([a-z]{2})?$`)
)

// setCommands: "setMyCommands" and "BotCommand".
func (f *Telegram) setCommands(fields map[string]string) error {
	var commands []struct{ Command, Description string }
	if err := json.Unmarshal([]byte(fields["commands"]), &commands); err != nil {
		return fmt.Errorf("can't parse commands JSON object")
	}
	if len(commands) > 100 {
		return fmt.Errorf("BOT_COMMANDS_TOO_MUCH")
	}
	lang := fields["language_code"]
	if !telegramLang.MatchString(lang) {
		return fmt.Errorf("invalid language code specified")
	}
	var names []string
	for _, c := range commands {
		if !telegramCommand.MatchString(c.Command) {
			return fmt.Errorf("BOT_COMMAND_INVALID")
		}
		if n := len([]rune(c.Description)); n < 1 || n > 256 {
			return fmt.Errorf("BOT_COMMAND_DESCRIPTION_INVALID")
		}
		names = append(names, c.Command)
	}
	f.set(func() { f.told.menus[lang] = names })
	return nil
}

// answerPress: "answerCallbackQuery"; 0 to 200 characters, and once.
func (f *Telegram) answerPress(fields map[string]string) error {
	if err := telegramLength(fields["text"], 0, 200, "", "MESSAGE_TOO_LONG"); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	said, known := f.told.pressed[fields["callback_query_id"]]
	if !known || said != "" {
		return fmt.Errorf("query is too old and response timeout expired or query ID is invalid")
	}
	f.told.pressed[fields["callback_query_id"]] = fields["text"]
	close(f.changed)
	f.changed = make(chan struct{})
	return nil
}
