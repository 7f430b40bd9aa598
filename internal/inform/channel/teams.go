package channel

import (
	"context"
	"maps"
	"strings"
)

// TeamsConfig configures workflows of Microsoft Teams that begin with "When a
// Teams webhook request is received". Addresses are names of rooms.
type TeamsConfig struct {
	Rooms Rooms `json:"rooms"`
}

// Validate returns the first mistake as a *incident.Error.
func (c TeamsConfig) Validate() error { return c.Rooms.validate() }

// Teams posts Adaptive Cards to workflows. A card is too small to hold a plot
// (28 KB in all), and a workflow returns no id to answer to.
type Teams struct {
	Config TeamsConfig // exported, because fmt shows what it finds in unexported fields unmasked
	deps   Deps
}

// NewTeams returns a Teams for a valid configuration.
func NewTeams(config TeamsConfig, deps Deps) *Teams { return &Teams{config, deps} }

// Bounds in bytes as they are sent, so that a whole card stays under the 28 KB
// that are allowed (learn.microsoft.com, "Limits and specifications for
// Microsoft Teams").
const (
	teamsText  = 10000
	teamsValue = 500
)

// teamsLength is the length of a text as it is sent.
func teamsLength(text string) int { return jsonOctets(markdown(text)) }

// Send posts m to the room to. The workflow answers before it has posted.
func (c *Teams) Send(ctx context.Context, to string, m Message) (Result, error) {
	_, failed := postRoom(ctx, c.deps, c.Config.Rooms, to, nil, map[string]any{
		"type": "message",
		"attachments": []any{map[string]any{
			"contentType": "application/vnd.microsoft.card.adaptive",
			"contentUrl":  nil,
			"content":     adaptiveCard(m),
		}},
	})
	if failed != nil {
		return Result{}, failed
	}
	return Result{State: Accepted}, nil
}

// adaptiveCard is m as an Adaptive Card 1.5, the newest that Teams shows
// (adaptivecards.io/explorer). Its texts read Markdown.
func adaptiveCard(m Message) map[string]any {
	block := func(text string, more map[string]any) map[string]any {
		b := map[string]any{"type": "TextBlock", "text": markdown(text), "wrap": true}
		maps.Copy(b, more)
		return b
	}
	head := []any{block(cut(Message{Title: m.Title}.heading(), 1500, teamsLength), map[string]any{"weight": "Bolder", "size": "Large"})}
	if label := (Message{Severity: m.Severity, Incident: m.Incident}).heading(); label != "" {
		head = append([]any{block(label, map[string]any{"weight": "Bolder", "size": "Small"})}, head...)
	}
	style := map[string]string{"SEV1": "attention", "SEV2": "warning", "SEV3": "warning"}[m.Severity]
	if style == "" {
		style = "emphasis"
	}
	body := []any{map[string]any{"type": "Container", "style": style, "bleed": true, "items": head}}
	for _, line := range cutLines(m.Lines, teamsText, teamsLength) {
		if strings.TrimSpace(line) != "" {
			body = append(body, block(line, nil))
		}
	}
	var facts []any
	for _, f := range m.Fields[:min(len(m.Fields), 20)] {
		facts = append(facts, map[string]string{"title": cut(f.Label, 60, runes), "value": markdown(cut(f.Value, teamsValue, teamsLength))})
	}
	if facts != nil {
		body = append(body, map[string]any{"type": "FactSet", "facts": facts})
	}
	card := map[string]any{
		"$schema": "http://adaptivecards.io/schemas/adaptive-card.json", "type": "AdaptiveCard", "version": "1.5",
		"msteams": map[string]string{"width": "Full"}, "body": body,
	}
	var actions []any
	for _, a := range m.Actions[:min(len(m.Actions), 6)] { // Teams shows six
		action := map[string]any{"type": "Action.OpenUrl", "title": cut(a.Label, 60, runes), "url": a.URL}
		if a.Primary {
			action["style"] = "positive"
		}
		actions = append(actions, action)
	}
	if actions != nil {
		card["actions"] = actions
	}
	return card
}
