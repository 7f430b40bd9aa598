package channel

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
)

// NtfyConfig configures an ntfy server. Addresses are topics.
type NtfyConfig struct {
	Server string `json:"server,omitempty"` // default https://ntfy.sh
	Token  Secret `json:"token,omitempty"`  // access token, for protected topics
}

// Validate returns the first mistake as a *incident.Error.
func (c NtfyConfig) Validate() error { return validBase("server", c.Server) }

// Ntfy publishes to topics that phones subscribe to.
type Ntfy struct {
	Config NtfyConfig // exported, because fmt shows what it finds in unexported fields unmasked
	deps   Deps
}

// NewNtfy returns an Ntfy for a valid configuration.
func NewNtfy(config NtfyConfig, deps Deps) *Ntfy {
	if config.Server == "" {
		config.Server = "https://ntfy.sh"
	}
	config.Server = strings.TrimRight(config.Server, "/") + "/"
	return &Ntfy{config, deps}
}

// Limits of a message (docs.ntfy.sh/publish/#limitations and #action-buttons).
const (
	ntfyMessage = 4096 // bytes; a longer one becomes an attachment
	ntfyTitle   = 250
	ntfyActions = 3
)

// ntfyMessageBody is a message as JSON (docs.ntfy.sh/publish/#publish-as-json).
type ntfyMessageBody struct {
	Topic      string       `json:"topic"`
	Title      string       `json:"title"`
	Message    string       `json:"message"`
	Priority   int          `json:"priority"`
	Tags       []string     `json:"tags,omitempty"`
	Click      string       `json:"click,omitempty"`
	Actions    []ntfyAction `json:"actions,omitempty"`
	SequenceID string       `json:"sequence_id"` // the second of the same replaces the first (ntfy 2.16)
}

type ntfyAction struct {
	Action string `json:"action"`
	Label  string `json:"label"`
	URL    string `json:"url"`
}

// Send publishes m to the topic to. Plots are left out: a message has either a
// text or a file, and the text matters more.
func (c *Ntfy) Send(ctx context.Context, to string, m Message) (Result, error) {
	if !ntfyName(to) {
		return Result{}, permanent("the address is not a topic: letters, digits, - and _, at most 64")
	}
	body, err := json.Marshal(ntfyBody(to, m))
	if err != nil {
		return Result{}, &Error{Detail: "encoding the message", Err: err}
	}
	header := http.Header{"Content-Type": {"application/json"}, "User-Agent": {userAgent}}
	if token := c.Config.Token.Reveal(); token != "" {
		header.Set("Authorization", "Bearer "+token)
	}
	got, failed := post(ctx, c.deps.HTTP, c.Config.Server, header, body)
	if failed != nil {
		return Result{}, failed
	}
	if got.status != http.StatusOK {
		return Result{}, statusError(got, c.deps.Now(), c.Config.Token.Reveal())
	}
	var sent struct{ ID string }
	if json.Unmarshal(got.body, &sent) != nil || sent.ID == "" {
		return Result{}, &Error{Retry: true, Detail: "the server does not answer as ntfy does"}
	}
	return Result{State: Accepted, Ref: sent.ID}, nil
}

func ntfyBody(topic string, m Message) ntfyMessageBody {
	body := ntfyMessageBody{
		Topic: topic, Title: cut(m.heading(), ntfyTitle, runes), Priority: 3, SequenceID: m.ID,
	}
	if !ntfyName(m.ID) {
		sum := sha256.Sum256([]byte(m.ID))
		body.SequenceID = hex.EncodeToString(sum[:16])
	}
	switch m.Severity {
	case "SEV1":
		body.Priority, body.Tags = 5, []string{"red_circle"}
	case "SEV2":
		body.Priority, body.Tags = 4, []string{"orange_circle"}
	}
	lines := append([]string{}, m.Lines...)
	for _, f := range m.Fields {
		lines = append(lines, f.Label+": "+f.Value)
	}
	if body.Message = strings.Join(cutLines(lines, ntfyMessage-64, octets), "\n"); body.Message == "" {
		body.Message = body.Title // an empty one is shown as "triggered"
	}
	for _, a := range m.Actions {
		if a.Primary || body.Click == "" {
			body.Click = a.URL
		}
		if len(body.Actions) < ntfyActions {
			body.Actions = append(body.Actions, ntfyAction{"view", a.Label, a.URL})
		}
	}
	return body
}

// ntfyName reports whether a topic or a sequence id may be called so.
func ntfyName(s string) bool { return regexp.MustCompile(`^[-_A-Za-z0-9]{1,64}$`).MatchString(s) }
