package channeltest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/time/rate"
)

// Discord is a fake of Discord's "Execute Webhook"
// (docs.discord.com/developers/resources/webhook#execute-webhook).
type Discord struct {
	Inbox
	rooms
	lastID int
}

// NewDiscord starts a service with webhooks to rooms.
func NewDiscord(t testing.TB, names ...string) *Discord {
	t.Helper()
	// Limits are told by headers and not fixed; five in two seconds is what webhooks get.
	f := &Discord{Inbox: newInbox(), rooms: newRooms("/api/webhooks/1/", func() *rate.Limiter { return rate.NewLimiter(2.5, 5) }, names)}
	f.url = f.serve(t, f.receive, func(w http.ResponseWriter, status int) { discordError(w, status, 0, "told to fail") })
	return f
}

// discordError answers as in "Error messages": code, message, errors.
func discordError(w http.ResponseWriter, status, code int, words string, details ...string) {
	answer := map[string]any{"code": code, "message": words}
	if details != nil {
		answer["errors"] = map[string]any{"_errors": details}
	}
	answerJSON(w, status, answer)
}

type discordEmbed struct {
	Title, Description string
	Color              int
	Fields             []struct {
		Name, Value string
		Inline      bool
	}
	Image struct{ URL string }
}

type discordMessage struct {
	Content         string
	Embeds          []discordEmbed
	AllowedMentions *struct{ Parse []string } `json:"allowed_mentions"`
}

func (f *Discord) receive(w http.ResponseWriter, r *http.Request) {
	room, ok := f.room(r)
	if !ok {
		discordError(w, http.StatusNotFound, 10015, "Unknown Webhook")
		return
	}
	m, raw, files, err := readDiscord(r)
	if err != nil {
		discordError(w, http.StatusBadRequest, 50109, "The request body contains invalid JSON.")
		return
	}
	if m.Content == "" && len(m.Embeds) == 0 && len(files) == 0 {
		discordError(w, http.StatusBadRequest, 50006, "Cannot send an empty message")
		return
	}
	if mistakes := discordMistakes(m, files); mistakes != nil {
		discordError(w, http.StatusBadRequest, 50035, "Invalid Form Body", mistakes...)
		return
	}
	f.mu.Lock()
	wait := f.wait(room, f.now())
	f.lastID++
	id := strconv.Itoa(1000 + f.lastID)
	f.mu.Unlock()
	if wait > 0 { // "Rate limits: exceeding a rate limit": seconds, as a fraction in the body
		w.Header().Set("Retry-After", strconv.Itoa(int(wait/time.Second)+1))
		answerJSON(w, http.StatusTooManyRequests, map[string]any{"message": "You are being rate limited.", "retry_after": wait.Seconds(), "global": false})
		return
	}
	got := Received{Ref: id, To: room, Raw: raw}
	if thread := r.URL.Query().Get("thread_id"); thread != "" {
		got.To += "/" + thread
	}
	texts := []string{m.Content}
	for _, e := range m.Embeds {
		texts = append(texts, e.Title, e.Description)
		for _, field := range e.Fields {
			texts = append(texts, field.Name+": "+field.Value)
		}
		got.Plot = files[strings.TrimPrefix(e.Image.URL, "attachment://")]
	}
	got.Text, got.Buttons = readMarkdown(strings.Join(texts, "\n"))
	f.accept(got)
	if r.URL.Query().Get("wait") != "true" { // then Discord does not say whether it worked
		w.WriteHeader(http.StatusNoContent)
		return
	}
	answerJSON(w, http.StatusOK, map[string]any{"id": id, "channel_id": "1"})
}

// readDiscord reads JSON, or a form with payload_json and files ("Uploading files").
func readDiscord(r *http.Request) (m discordMessage, raw []byte, files map[string][]byte, err error) {
	files = map[string][]byte{}
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
		if raw, err = io.ReadAll(r.Body); err == nil {
			err = json.Unmarshal(raw, &m)
		}
		return m, raw, files, err
	}
	if err := r.ParseMultipartForm(25 << 20); err != nil {
		return m, nil, nil, err
	}
	raw = []byte(r.FormValue("payload_json"))
	for _, headers := range r.MultipartForm.File {
		for _, h := range headers {
			file, err := h.Open()
			if err != nil {
				return m, nil, nil, err
			}
			content, err := io.ReadAll(file)
			file.Close()
			if err != nil {
				return m, nil, nil, err
			}
			files[h.Filename] = content
		}
	}
	return m, raw, files, json.Unmarshal(raw, &m)
}

// discordMistakes checks the lengths of "Embed limits", and what our messages
// must never lack: that nobody is mentioned ("Allowed mentions object").
func discordMistakes(m discordMessage, files map[string][]byte) []string {
	var mistakes []string
	total := 0
	check := func(what, text string, least, most int) {
		n := utf8.RuneCountInString(text)
		total += n
		if n < least || n > most {
			mistakes = append(mistakes, fmt.Sprintf("%s: Must be between %d and %d in length.", what, least, most))
		}
	}
	check("content", m.Content, 0, 2000)
	total = 0
	if len(m.Embeds) > 10 {
		mistakes = append(mistakes, "embeds: Must be 10 or fewer in length.")
	}
	for _, e := range m.Embeds {
		check("title", e.Title, 0, 256)
		check("description", e.Description, 0, 4096)
		if len(e.Fields) > 25 {
			mistakes = append(mistakes, "fields: Must be 25 or fewer in length.")
		}
		for _, field := range e.Fields {
			check("name", field.Name, 1, 256)
			check("value", field.Value, 1, 1024)
		}
		if name, ok := strings.CutPrefix(e.Image.URL, "attachment://"); ok && files[name] == nil {
			mistakes = append(mistakes, "image: "+name+" is not attached.")
		}
		if e.Color < 0 || e.Color > 0xFFFFFF {
			mistakes = append(mistakes, "color: Value should be less than or equal to 16777215.")
		}
	}
	if total > 6000 {
		mistakes = append(mistakes, "embeds: Embed size exceeds maximum size of 6000")
	}
	if m.AllowedMentions == nil || len(m.AllowedMentions.Parse) > 0 {
		mistakes = append(mistakes, "allowed_mentions: mentions were not ruled out")
	}
	return mistakes
}
