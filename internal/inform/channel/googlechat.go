package channel

import (
	"context"
	"encoding/json"
	"html"
	"net/url"
	"strings"
)

// GoogleChatConfig configures incoming webhooks of Google Chat spaces.
// Addresses are names of rooms.
type GoogleChatConfig struct {
	Rooms Rooms `json:"rooms"`
}

// Validate returns the first mistake as a *incident.Error.
func (c GoogleChatConfig) Validate() error { return c.Rooms.validate() }

// GoogleChat posts cards to incoming webhooks. Pictures would have to lie on a
// public server, so plots are left out.
type GoogleChat struct {
	Config GoogleChatConfig // exported, because fmt shows what it finds in unexported fields unmasked
	deps   Deps
}

// NewGoogleChat returns a GoogleChat for a valid configuration.
func NewGoogleChat(config GoogleChatConfig, deps Deps) *GoogleChat { return &GoogleChat{config, deps} }

// Bounds in bytes as they are sent, so that a whole message stays under the
// 32,000 that are allowed.
const (
	googleChatText  = 12000
	googleChatValue = 600
)

// googleChatLength is the length of a text as it is sent.
func googleChatLength(text string) int { return jsonOctets(html.EscapeString(text)) }

// Send posts m to the room to as a card, in a thread named by its first message.
func (c *GoogleChat) Send(ctx context.Context, to string, m Message) (Result, error) {
	thread := m.Thread
	if thread == "" {
		thread = m.ID
	}
	query := url.Values{
		"requestId":          {m.ID}, // a second request of this id posts nothing
		"messageReplyOption": {"REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD"},
	}
	got, failed := postRoom(ctx, c.deps, c.Config.Rooms, to, query, map[string]any{
		"fallbackText": cut(m.heading(), 300, runes),
		"thread":       map[string]string{"threadKey": thread},
		"cardsV2":      []any{map[string]any{"cardId": "notice", "card": googleChatCard(m)}},
	})
	if failed != nil {
		return Result{}, failed
	}
	var sent struct{ Name string }
	_ = json.Unmarshal(got.body, &sent) // a name that cannot be read makes the message no less delivered
	return Result{State: Delivered, Ref: sent.Name, Thread: thread}, nil
}

// googleChatCard is a card (developers.google.com/workspace/chat/api/reference/rest/v1/cards).
func googleChatCard(m Message) map[string]any {
	var widgets []any
	if text := strings.Join(cutLines(m.Lines, googleChatText, googleChatLength), "\n"); text != "" {
		widgets = append(widgets, map[string]any{"textParagraph": map[string]string{"text": html.EscapeString(text)}})
	}
	for _, f := range m.Fields[:min(len(m.Fields), 20)] {
		widgets = append(widgets, map[string]any{"decoratedText": map[string]any{
			"topLabel": cut(f.Label, 60, runes), "text": html.EscapeString(cut(f.Value, googleChatValue, googleChatLength)), "wrapText": true,
		}})
	}
	var buttons []any
	for _, a := range m.Actions[:min(len(m.Actions), 6)] {
		buttons = append(buttons, map[string]any{
			"text": cut(a.Label, 60, runes), "onClick": map[string]any{"openLink": map[string]string{"url": a.URL}},
		})
	}
	if buttons != nil {
		widgets = append(widgets, map[string]any{"buttonList": map[string]any{"buttons": buttons}})
	}
	title := strings.TrimSpace(severityMark(m.Severity) + " " + Message{Title: m.Title}.heading())
	card := map[string]any{"header": map[string]string{
		"title": cut(title, 200, runes), "subtitle": Message{Severity: m.Severity, Incident: m.Incident}.heading(),
	}}
	if widgets != nil {
		card["sections"] = []any{map[string]any{"widgets": widgets}}
	}
	return card
}
