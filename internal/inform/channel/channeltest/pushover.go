package channeltest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

// Pushover is a fake of Pushover's Message API (pushover.net/api). What rings
// can be acknowledged, which it tells at the callback.
type Pushover struct {
	Inbox
	URL   string
	Token string

	lastID int
	used   bool // the month's messages are used up
}

// PushoverUser is the key of the one who has the app.
const PushoverUser = "uQiRzpo4DXghDmr9QzzfQu27cmVRsG"

// NewPushover starts a server with one application and one user.
func NewPushover(t testing.TB) *Pushover {
	t.Helper()
	f := &Pushover{Inbox: newInbox(), Token: "azGDORePK8gMaC0QOYAMyEEuzJnyUi"}
	f.URL = f.serve(t, f.receive, func(w http.ResponseWriter, status int) { pushoverRefuses(w, status, "told to fail") })
	return f
}

// Config is the configuration of a channel that uses this server.
func (f *Pushover) Config() json.RawMessage {
	return mustJSON(map[string]any{"token": f.Token, "api": f.URL})
}

// UseUp has the application send as much as a month allows.
func (f *Pushover) UseUp() { f.set(func() { f.used = true }) }

func pushoverRefuses(w http.ResponseWriter, status int, words string) {
	answerJSON(w, status, map[string]any{"status": 0, "request": "5042853c-402d-4a18-abcb-168734a801de", "errors": []string{words}})
}

func (f *Pushover) receive(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 6<<20)
	plot, err := pushoverForm(r)
	f.mu.Lock()
	used := f.used
	f.mu.Unlock()
	switch {
	case r.Method != http.MethodPost || r.URL.Path != "/1/messages.json":
		pushoverRefuses(w, http.StatusNotFound, "not found")
	case err != nil:
		pushoverRefuses(w, http.StatusRequestEntityTooLarge, "attachment is too large")
	case r.Form.Get("token") != f.Token:
		pushoverRefuses(w, http.StatusBadRequest, "application token is invalid")
	case r.Form.Get("user") != PushoverUser:
		pushoverRefuses(w, http.StatusBadRequest, "user identifier is not a valid user, group, or subscribed user key")
	case used:
		pushoverRefuses(w, http.StatusTooManyRequests, "application is over its message limit")
	default:
		if words := pushoverMistake(r.Form); words != "" {
			pushoverRefuses(w, http.StatusBadRequest, words)
			return
		}
		f.take(w, r.Form, plot)
	}
}

// pushoverForm reads the fields, which come either way, and the attachment
// (pushover.net/api#attachments).
func pushoverForm(r *http.Request) ([]byte, error) {
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
		return nil, r.ParseForm()
	}
	file, _, err := r.FormFile("attachment")
	if err != nil {
		return nil, err
	}
	plot, err := io.ReadAll(file)
	if len(plot) > 5<<20 {
		err = http.ErrContentLength
	}
	return plot, err
}

// pushoverMistake checks what pushover.net/api#limits, #urls and #priority demand.
func pushoverMistake(form url.Values) string {
	retry, _ := strconv.Atoi(form.Get("retry"))
	expire, _ := strconv.Atoi(form.Get("expire"))
	callback, err := url.Parse(form.Get("callback"))
	switch {
	case form.Get("message") == "":
		return "message cannot be blank"
	case utf8.RuneCountInString(form.Get("message")) > 1024:
		return "message is too long"
	case utf8.RuneCountInString(form.Get("title")) > 250:
		return "title is too long"
	case utf8.RuneCountInString(form.Get("url")) > 512:
		return "url is too long"
	case utf8.RuneCountInString(form.Get("url_title")) > 100:
		return "url_title is too long"
	case form.Get("priority") == "2" && !form.Has("expire"):
		return "expire must be supplied with priority=2"
	case form.Get("priority") == "2" && (retry < 30 || expire > 10800 || expire < retry):
		return "retry must be at least 30 and expire at most 10800"
	case err != nil || form.Has("callback") && callback.Host == "":
		return "callback is not a valid URL"
	}
	return ""
}

func (f *Pushover) take(w http.ResponseWriter, form url.Values, plot []byte) {
	f.mu.Lock()
	f.lastID++
	answer := map[string]any{"status": 1, "request": fmt.Sprintf("%08d-402d-4a18-abcb-168734a801de", f.lastID)}
	got := Received{To: form.Get("user"), Text: form.Get("title") + "\n" + form.Get("message"), Plot: plot, Raw: mustJSON(form)}
	if form.Get("priority") == "2" {
		got.Ref = fmt.Sprintf("r%029d", f.lastID)
		answer["receipt"] = got.Ref
	}
	f.mu.Unlock()
	if form.Has("url") {
		got.Buttons = []Button{{Text: form.Get("url_title"), URL: form.Get("url")}}
	}
	f.accept(got)
	answerJSON(w, http.StatusOK, answer)
}

// Acknowledge has a user acknowledge what rings, and tells it
// (pushover.net/api/receipts#callback).
func (f *Pushover) Acknowledge(m Received, user string) (int, error) {
	var form url.Values
	if err := json.Unmarshal(m.Raw, &form); err != nil {
		return 0, err
	}
	status, _, err := postForm(form.Get("callback"), url.Values{"receipt": {m.Ref}, "acknowledged": {"1"},
		"acknowledged_at": {strconv.FormatInt(f.time().Unix(), 10)}, "acknowledged_by": {user}, "acknowledged_by_device": {"phone"}})
	return status, err
}
