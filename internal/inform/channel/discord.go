package channel

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// DiscordConfig configures webhooks of Discord channels. Addresses are names
// of rooms, or "name/number" for a thread in one.
type DiscordConfig struct {
	Rooms Rooms `json:"rooms"`
}

// Validate returns the first mistake as a *incident.Error.
func (c DiscordConfig) Validate() error { return c.Rooms.validate() }

// Discord posts embeds to webhooks, which cannot answer to a message.
type Discord struct {
	Config DiscordConfig // exported, because fmt shows what it finds in unexported fields unmasked
	deps   Deps
}

// NewDiscord returns a Discord for a valid configuration.
func NewDiscord(config DiscordConfig, deps Deps) *Discord { return &Discord{config, deps} }

// Lengths of an embed (names of fields 256, values 1,024; docs.discord.com/developers/resources/message#embed-object-embed-limits).
const (
	discordTitle       = 256
	discordDescription = 4096
	discordFields      = 25
	discordTotal       = 6000 // of all texts together
)

type discordField struct {
	Name   string `json:"name"`
	Value  string `json:"value"`
	Inline bool   `json:"inline"`
}

// Send posts m to the room to as an embed with the severity's bar, the plot in it.
func (c *Discord) Send(ctx context.Context, to string, m Message) (Result, error) {
	room, thread, _ := strings.Cut(to, "/")
	query := url.Values{"wait": {"true"}} // else Discord answers before it knows whether it can
	if thread != "" {
		query.Set("thread_id", thread)
	}
	address, failed := c.Config.Rooms.address(room, query)
	if failed != nil {
		return Result{}, failed
	}
	kind, body, err := discordBody(m)
	if err != nil {
		return Result{}, &Error{Detail: "encoding the message", Err: err}
	}
	got, failed := post(ctx, c.deps.HTTP, address, http.Header{"Content-Type": {kind}, "User-Agent": {userAgent}}, body)
	if failed != nil {
		return Result{}, failed
	}
	if got.status/100 != 2 {
		return Result{}, c.refusal(got, room)
	}
	var sent struct{ ID string }
	_ = json.Unmarshal(got.body, &sent) // an id that cannot be read makes the message no less delivered
	return Result{State: Delivered, Ref: sent.ID}, nil
}

// refusal judges an answer: {message, code}, and for a rate limit retry_after
// in seconds (docs.discord.com/developers/topics/rate-limits).
func (c *Discord) refusal(got answer, room string) *Error {
	e := statusError(got, c.deps.Now(), c.Config.Rooms.secrets(room)...)
	var said struct {
		RetryAfter float64 `json:"retry_after"`
	}
	if json.Unmarshal(got.body, &said) == nil && said.RetryAfter > 0 {
		e.After = seconds(said.RetryAfter)
	}
	return e
}

// discordBody returns the message as JSON, or, with a plot, as a form with the
// JSON and the file.
func discordBody(m Message) (kind string, body []byte, err error) {
	payload, err := json.Marshal(map[string]any{
		"embeds":           []any{discordEmbed(m)},
		"allowed_mentions": map[string]any{"parse": []string{}},
	})
	if err != nil || m.Plot == nil {
		return "application/json", payload, err
	}
	return pictureForm(map[string]string{"payload_json": string(payload)}, "files[0]", m.Plot)
}

func discordEmbed(m Message) map[string]any {
	embed := map[string]any{"title": markdown(cut(m.heading(), discordTitle, markdownLength))}
	if color, err := strconv.ParseInt(strings.TrimPrefix(severityColor(m.Severity), "#"), 16, 32); err == nil {
		embed["color"] = color
	}
	left := discordTotal - discordTitle
	var fields []discordField
	for _, f := range m.Fields[:min(len(m.Fields), discordFields)] {
		field := discordField{Name: cut(f.Label, 100, runes), Value: markdown(cut(f.Value, 200, markdownLength)), Inline: runes(f.Value) < 40}
		if field.Name == "" || field.Value == "" { // Discord refuses the whole message for an empty one
			continue
		}
		if cost := runes(field.Name) + runes(field.Value); left-cost > 1000 { // the lines matter more
			fields, left = append(fields, field), left-cost
		}
	}
	if fields != nil {
		embed["fields"] = fields
	}
	if text := markdownBody(m, min(discordDescription, left)); text != "" {
		embed["description"] = text
	}
	if m.Plot != nil {
		embed["image"] = map[string]string{"url": "attachment://plot.png"}
	}
	return embed
}
