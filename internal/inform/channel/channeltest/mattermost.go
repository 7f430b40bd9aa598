package channeltest

import (
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/time/rate"
)

// Mattermost is a fake of a server's incoming webhooks
// (developers.mattermost.com/integrate/webhooks/incoming).
type Mattermost struct {
	Inbox
	rooms
	lastID int
}

// NewMattermost starts a server with incoming webhooks to rooms.
func NewMattermost(t testing.TB, names ...string) *Mattermost {
	t.Helper()
	// "Rate limiting": 10 requests a second by default, bursts of 100
	f := &Mattermost{Inbox: newInbox(), rooms: newRooms("/hooks/", func() *rate.Limiter { return rate.NewLimiter(10, 100) }, names)}
	f.url = f.serve(t, f.receive, func(w http.ResponseWriter, status int) { mattermostError(w, status, "told to fail") })
	return f
}

// mattermostError answers with an AppError.
func mattermostError(w http.ResponseWriter, status int, words string) {
	answerJSON(w, status, map[string]any{"id": "web.incoming_webhook.app_error", "message": words, "detailed_error": "", "request_id": "1", "status_code": status})
}

type mattermostAttachment struct {
	Fallback, Color, Title, Text string
	Fields                       []struct {
		Title string
		Value any
		Short bool
	}
}

func (f *Mattermost) receive(w http.ResponseWriter, r *http.Request) {
	room, ok := f.room(r)
	if !ok || r.Method != http.MethodPost {
		mattermostError(w, http.StatusBadRequest, "Invalid webhook.")
		return
	}
	raw, err := io.ReadAll(r.Body)
	var m struct {
		Text        string
		Attachments []mattermostAttachment
	}
	if err != nil || json.Unmarshal(raw, &m) != nil {
		mattermostError(w, http.StatusBadRequest, "Unable to parse incoming data.")
		return
	}
	if refusal := mattermostRefusal(m.Text, m.Attachments); refusal != "" {
		mattermostError(w, http.StatusBadRequest, refusal)
		return
	}
	f.mu.Lock()
	wait := f.wait(room, f.now())
	f.lastID++
	id := f.lastID
	f.mu.Unlock()
	if wait > 0 { // the limiter answers in plain text, with headers
		w.Header().Set("X-Ratelimit-Reset", "1")
		w.Header().Set("Retry-After", strconv.Itoa(int(wait/time.Second)+1))
		http.Error(w, "limit exceeded", http.StatusTooManyRequests)
		return
	}
	got := Received{Ref: strconv.Itoa(id), To: room, Raw: raw}
	texts := []string{m.Text}
	for _, a := range m.Attachments {
		texts = append(texts, a.Title, a.Text)
		for _, field := range a.Fields {
			value, _ := field.Value.(string)
			texts = append(texts, field.Title+": "+value)
		}
	}
	got.Text, got.Buttons = readMarkdown(strings.Join(texts, "\n"))
	f.accept(got)
	w.Header().Set("Content-Type", "text/plain")
	_, _ = io.WriteString(w, "ok")
}

// mattermostRefusal: text or attachments are required; what is longer than a
// post the server would split, which no message of ours should need
// ("Incoming webhooks: parameters"); a colour is a hex code, and a fallback is
// required ("Message attachments").
func mattermostRefusal(text string, attachments []mattermostAttachment) string {
	if text == "" && len(attachments) == 0 {
		return "No text specified."
	}
	total := utf8.RuneCountInString(text)
	for _, a := range attachments {
		switch {
		case a.Fallback == "":
			return "The attachment has no fallback."
		case a.Color != "" && !regexp.MustCompile(`^#[0-9A-Fa-f]{6}$`).MatchString(a.Color):
			return "The color is not a hex code."
		}
		total += utf8.RuneCountInString(a.Text)
	}
	if total > 16383 {
		return "The post is too long."
	}
	return ""
}

// readMarkdown returns a text as it is shown, and its links.
func readMarkdown(text string) (string, []Button) {
	var buttons []Button
	plain := func(s string) string {
		s = strings.ReplaceAll(s, "\u200b", "")
		return regexp.MustCompile(`\\([[:punct:]])`).ReplaceAllString(s, "$1")
	}
	for _, link := range regexp.MustCompile(`\[((?:[^\[\]\\]|\\.)+)\]\(([^()\s]+)\)`).FindAllStringSubmatch(text, -1) {
		buttons = append(buttons, Button{Text: plain(link[1]), URL: link[2]})
	}
	return plain(text), buttons
}
