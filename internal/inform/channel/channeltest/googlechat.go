package channeltest

import (
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/time/rate"
)

// GoogleChat is a fake of Google Chat's incoming webhooks
// (developers.google.com/workspace/chat/quickstart/webhooks).
type GoogleChat struct {
	Inbox
	rooms
	requests map[string]string // requestId → name of the message
}

// NewGoogleChat starts a service with webhooks to spaces.
func NewGoogleChat(t testing.TB, names ...string) *GoogleChat {
	t.Helper()
	// "Usage limits": one request a second a space
	f := &GoogleChat{Inbox: newInbox(), requests: map[string]string{}, rooms: newRooms("/v1/spaces/", func() *rate.Limiter { return rate.NewLimiter(1, 3) }, names)}
	f.url = f.serve(t, f.receive, func(w http.ResponseWriter, status int) { googleError(w, status, "UNAVAILABLE", "told to fail") })
	return f
}

// googleError answers as all of Google's APIs do.
func googleError(w http.ResponseWriter, status int, word, words string) {
	answerJSON(w, status, map[string]any{"error": map[string]any{"code": status, "message": words, "status": word}})
}

type googleWidget struct {
	TextParagraph *struct{ Text string }
	DecoratedText *struct{ TopLabel, Text string }
	ButtonList    *struct {
		Buttons []struct {
			Text    string
			OnClick struct{ OpenLink struct{ URL string } }
		}
	}
}

type googleMessage struct {
	Text    string
	Thread  struct{ ThreadKey string }
	CardsV2 []struct {
		CardID string
		Card   struct {
			Header   struct{ Title, Subtitle string }
			Sections []struct{ Widgets []googleWidget }
		}
	}
}

func (f *GoogleChat) receive(w http.ResponseWriter, r *http.Request) {
	room, ok := f.room(r)
	if !ok {
		googleError(w, http.StatusNotFound, "NOT_FOUND", "Requested entity was not found.")
		return
	}
	raw, err := io.ReadAll(r.Body)
	var m googleMessage
	switch {
	case err != nil || json.Unmarshal(raw, &m) != nil:
		googleError(w, http.StatusBadRequest, "INVALID_ARGUMENT", "Invalid JSON payload received.")
		return
	case len(raw) > 32000: // spaces.messages.create: "The maximum message size … is 32,000 bytes"
		googleError(w, http.StatusBadRequest, "INVALID_ARGUMENT", "Message is too long.")
		return
	case len(m.Thread.ThreadKey) > 4000:
		googleError(w, http.StatusBadRequest, "INVALID_ARGUMENT", "Thread key is too long.")
		return
	}
	got, mistake := readGoogleCard(m)
	if mistake != "" {
		googleError(w, http.StatusBadRequest, "INVALID_ARGUMENT", mistake)
		return
	}
	got.To, got.Raw = room, raw
	// Without messageReplyOption a thread key is ignored.
	if r.URL.Query().Get("messageReplyOption") == "REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD" {
		got.Thread = m.Thread.ThreadKey
	}
	f.post(w, r.URL.Query().Get("requestId"), got)
}

// post records a message, once for each requestId: "Specifying an existing
// request ID returns the message created with that ID".
func (f *GoogleChat) post(w http.ResponseWriter, request string, got Received) {
	f.mu.Lock()
	wait := f.wait(got.To, f.now())
	name, known := f.requests[request]
	if !known && wait <= 0 {
		name = fmt.Sprintf("spaces/%s/messages/m%d", got.To, len(f.received)+1)
		if request != "" {
			f.requests[request] = name
		}
	}
	f.mu.Unlock()
	if wait > 0 {
		googleError(w, http.StatusTooManyRequests, "RESOURCE_EXHAUSTED", "Resource has been exhausted (e.g. check quota).")
		return
	}
	if !known {
		got.Ref = name
		f.accept(got)
	}
	answerJSON(w, http.StatusOK, map[string]any{"name": name, "thread": map[string]string{"name": "spaces/" + got.To + "/threads/t"}})
}

// readGoogleCard checks the cards ("Cards v2") and returns what they show.
func readGoogleCard(m googleMessage) (got Received, mistake string) {
	if m.Text == "" && len(m.CardsV2) == 0 {
		return got, "Message cannot be empty."
	}
	texts := []string{m.Text}
	show := func(text string) { texts = append(texts, html.UnescapeString(text)) }
	for _, c := range m.CardsV2 {
		if len(m.CardsV2) > 1 && c.CardID == "" {
			return got, "Card id is required."
		}
		if c.Card.Header.Title == "" {
			return got, "Card header title is required."
		}
		texts = append(texts, c.Card.Header.Subtitle, c.Card.Header.Title)
		for _, s := range c.Card.Sections {
			if len(s.Widgets) == 0 || len(s.Widgets) > 100 {
				return got, "A section must have 1 to 100 widgets."
			}
			for _, widget := range s.Widgets {
				switch {
				case widget.TextParagraph != nil:
					if regexp.MustCompile(`<[^/bia]|&[^#a-z]`).MatchString(widget.TextParagraph.Text) {
						return got, "Unknown markup in a text paragraph."
					}
					show(widget.TextParagraph.Text)
				case widget.DecoratedText != nil:
					show(widget.DecoratedText.TopLabel + ": " + widget.DecoratedText.Text)
				case widget.ButtonList != nil:
					for _, b := range widget.ButtonList.Buttons {
						if b.Text == "" || !strings.HasPrefix(b.OnClick.OpenLink.URL, "http") {
							return got, "A button needs a text and a link."
						}
						got.Buttons = append(got.Buttons, Button{Text: b.Text, URL: b.OnClick.OpenLink.URL})
					}
				default:
					return got, "Unknown widget."
				}
			}
		}
	}
	got.Text = strings.TrimSpace(strings.Join(texts, "\n"))
	return got, ""
}
