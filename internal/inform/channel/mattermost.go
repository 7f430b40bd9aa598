package channel

import "context"

// MattermostConfig configures incoming webhooks of a Mattermost server.
// Addresses are names of rooms.
type MattermostConfig struct {
	Rooms Rooms `json:"rooms"`
}

// Validate returns the first mistake as a *incident.Error.
func (c MattermostConfig) Validate() error { return c.Rooms.validate() }

// Mattermost posts to incoming webhooks. They take neither files nor answers
// to a message, and return no id.
type Mattermost struct {
	Config MattermostConfig // exported, because fmt shows what it finds in unexported fields unmasked
	deps   Deps
}

// NewMattermost returns a Mattermost for a valid configuration.
func NewMattermost(config MattermostConfig, deps Deps) *Mattermost { return &Mattermost{config, deps} }

// mattermostText keeps a message in one post: longer ones the server splits.
const mattermostText = 7000

// Send posts m to the room to, as an attachment with the severity's bar.
func (c *Mattermost) Send(ctx context.Context, to string, m Message) (Result, error) {
	type field struct {
		Title string `json:"title"`
		Value string `json:"value"`
		Short bool   `json:"short"`
	}
	fields := []field{}
	for _, f := range m.Fields {
		fields = append(fields, field{f.Label, markdown(cut(f.Value, 1000, runes)), runes(f.Value) < 40})
	}
	_, failed := postRoom(ctx, c.deps, c.Config.Rooms, to, nil, map[string]any{
		"attachments": []map[string]any{{
			"fallback": m.heading(), "color": severityColor(m.Severity),
			"title": markdown(cut(m.heading(), 300, runes)), "text": markdownBody(m, mattermostText), "fields": fields,
		}},
	})
	if failed != nil {
		return Result{}, failed
	}
	return Result{State: Delivered}, nil
}
