package channeltest

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// SlackSecret is the signing secret of the app.
const SlackSecret = "8f742231b10e8888abcd99yyyzzz85a5"

// slackScopes are the rights that each method needs of a bot's token, as its
// page under docs.slack.dev/reference/methods names them; one of several is enough.
var slackScopes = map[string][]string{
	"chat.postMessage": {"chat:write"}, "chat.postEphemeral": {"chat:write"},
	"conversations.create": {"channels:manage", "groups:write"}, "conversations.setTopic": {"channels:manage", "groups:write"},
	"conversations.invite": {"channels:manage", "groups:write"}, "conversations.archive": {"channels:manage", "groups:write"},
	"conversations.replies": {"channels:history", "groups:history"}, "users.lookupByEmail": {"users:read.email"}, // chat.getPermalink needs none
	"files.getUploadURLExternal": {"files:write"}, "files.completeUploadExternal": {"files:write"},
}

// Revoke takes a scope from the app.
func (f *Slack) Revoke(scope string) { f.set(func() { f.revoked[scope] = true }) }

// scopes are those that the app has, as a header of each answer says them.
func (f *Slack) scopes() string {
	var has []string
	for _, scope := range []string{"chat:write", "files:write", "commands", "app_mentions:read", "im:history", "channels:history", "channels:manage", "users:read.email", "reactions:read", "pins:read"} {
		if !f.revoked[scope] {
			has = append(has, scope)
		}
	}
	return strings.Join(has, ",")
}

// lacks refuses a method whose scopes the app has not, and names them.
func (f *Slack) lacks(method string) *slackRefusal {
	f.mu.Lock()
	defer f.mu.Unlock()
	needed := slackScopes[method]
	for _, scope := range needed {
		if !f.revoked[scope] {
			return nil
		}
	}
	if len(needed) == 0 {
		return nil
	}
	return &slackRefusal{word: "missing_scope", more: map[string]any{"needed": strings.Join(needed, ","), "provided": "identify"}}
}

// postEphemeral: docs.slack.dev/reference/methods/chat.postEphemeral; the one
// who sees it must be there.
func (f *Slack) postEphemeral(w http.ResponseWriter, values url.Values) {
	conversation, refusal := f.conversation(values.Get("channel"))
	var got Received
	if refusal == nil {
		got, refusal = readSlackMessage(values)
	}
	f.mu.Lock()
	there := f.known[values.Get("user")]
	f.mu.Unlock()
	if refusal == nil && !there {
		refusal = refuse("user_not_in_channel")
	}
	if refusal != nil {
		slackAnswer(w, nil, refusal)
		return
	}
	got.Only = values.Get("user")
	slackAnswer(w, map[string]any{"message_ts": f.record(conversation, values.Get("thread_ts"), got)}, nil)
}

// Told is what our server answered to a request of Slack's.
type Told struct {
	Status int
	Body   string
	Shown  Received // of a command: what its writer sees
}

// tell sends a request to an app's server, signed as of a time
// (docs.slack.dev/authentication/verifying-requests-from-slack). A server has
// three seconds.
func (f *Slack) tell(ctx context.Context, address, contentType string, body []byte, at time.Time, header map[string]string) (Told, error) {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return Told{}, err
	}
	stamp := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(SlackSecret))
	fmt.Fprintf(mac, "v0:%s:%s", stamp, body)
	r.Header.Set("Content-Type", contentType)
	r.Header.Set("X-Slack-Request-Timestamp", stamp)
	r.Header.Set("X-Slack-Signature", "v0="+hex.EncodeToString(mac.Sum(nil)))
	for name, value := range header {
		r.Header.Set(name, value)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return Told{}, err
	}
	defer res.Body.Close()
	read, err := io.ReadAll(res.Body)
	return Told{Status: res.StatusCode, Body: string(read)}, err
}

const slackForm = "application/x-www-form-urlencoded"

// Command types "/sigap text" as somebody in a channel, and checks the answer
// as Slack does (docs.slack.dev/interactivity/implementing-slash-commands).
func (f *Slack) Command(ctx context.Context, address, user, channel, text string) (Told, error) {
	form := url.Values{"command": {"/sigap"}, "text": {text}, "user_id": {user}, "channel_id": {channel}, "team_id": {"T1"}, "trigger_id": {f.trigger()},
		"response_url": {f.URL + "/response"}, "api_app_id": {"A1"}}
	told, err := f.tell(ctx, address, slackForm, []byte(form.Encode()), f.time(), nil)
	if err != nil || told.Status != http.StatusOK || told.Body == "" {
		return told, err
	}
	var parts map[string]json.RawMessage
	if err := json.Unmarshal([]byte(told.Body), &parts); err != nil {
		return told, fmt.Errorf("the answer is no JSON: %w", err)
	}
	values := url.Values{}
	for name, raw := range parts {
		text := string(raw)
		_ = json.Unmarshal(raw, &text)
		values.Set(name, text)
	}
	if kind := values.Get("response_type"); kind != "ephemeral" && kind != "in_channel" {
		return told, fmt.Errorf("response_type is %q", kind)
	}
	shown, refusal := readSlackMessage(values)
	if refusal != nil {
		return told, fmt.Errorf("the answer is refused: %s %v", refusal.word, refusal.messages)
	}
	told.Shown = shown
	return told, nil
}

// Press presses the button of a message (.../interaction-payloads/block_actions-payload).
func (f *Slack) Press(ctx context.Context, address string, got Received, label, user string) (Told, error) {
	for n, b := range got.Buttons {
		if b.Text != label {
			continue
		}
		conversation, ts, _ := strings.Cut(got.Ref, "/")
		action := map[string]any{"type": "button", "action_id": "open-" + strconv.Itoa(n), "block_id": "b", "action_ts": "1"}
		if b.Says != "" {
			action["action_id"], action["value"] = "say"+strconv.Itoa(n), b.Says
		}
		payload := mustJSON(map[string]any{"type": "block_actions", "trigger_id": f.trigger(), "user": map[string]any{"id": user, "team_id": "T1"},
			"channel": map[string]any{"id": conversation}, "message": map[string]any{"ts": ts}, "actions": []any{action}})
		return f.tell(ctx, address, slackForm, []byte(url.Values{"payload": {string(payload)}}.Encode()), f.time(), nil)
	}
	return Told{}, fmt.Errorf("no button %q in %+v", label, got.Buttons)
}

// Happening is something that happens in a conversation.
type Happening struct {
	ID    string // event_id; empty makes one
	Event map[string]any
	Retry int           // which retry of the same this is
	Age   time.Duration // how long ago it was signed
}

// Happen tells of an event, as the Events API does; told again it has the same
// event_id and says which retry it is (docs.slack.dev/apis/events-api#retries).
func (f *Slack) Happen(ctx context.Context, address string, h Happening) (Told, error) {
	if h.ID == "" {
		h.ID = "Ev" + f.trigger()
	}
	header := map[string]string{}
	if h.Retry > 0 {
		header["X-Slack-Retry-Num"], header["X-Slack-Retry-Reason"] = strconv.Itoa(h.Retry), "http_timeout"
	}
	body := mustJSON(map[string]any{"type": "event_callback", "team_id": "T1", "api_app_id": "A1", "event_id": h.ID, "event_time": f.time().Unix(), "event": h.Event})
	return f.tell(ctx, address, "application/json", body, f.time().Add(-h.Age), header)
}

// Verify asks an address whether it is ours (docs.slack.dev/reference/events/url_verification).
func (f *Slack) Verify(ctx context.Context, address string) error {
	told, err := f.tell(ctx, address, "application/json", mustJSON(map[string]any{"type": "url_verification", "token": "x", "challenge": "3eZbrw1aB"}), f.time(), nil)
	if err == nil && (told.Status != http.StatusOK || strings.TrimSpace(told.Body) != "3eZbrw1aB") {
		err = fmt.Errorf("the challenge was answered %d %q", told.Status, told.Body)
	}
	return err
}

func (f *Slack) trigger() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.lastID++
	return "13345224609.738474920." + strconv.Itoa(f.lastID)
}
