package channel

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/sigap-dev/sigap/internal/incident"
)

// slackWindow is how old a request of Slack's may be, so that one that was
// listened in on cannot be sent again later
// (docs.slack.dev/authentication/verifying-requests-from-slack).
const slackWindow = 5 * time.Minute

// SlackTold is a request that Slack sent us.
type SlackTold struct {
	Heard     *Heard // what somebody said; nil if nobody said anything to us
	Challenge string // to be answered as it is: Slack asks whether we are there
	AtOnce    bool   // the answer is the answer to the request
	TS        string // of the message that was written, or that somebody marked
	Marked    bool   // somebody pinned the message, or put the sign of a pin on it
}

// Listens reports whether Slack's requests can be told from others.
func (s *Slack) Listens() bool { return s.Config.SigningSecret != "" }

// Read reads a request that Slack signed: a command, a press of a button, an
// event. Of anybody else's it gives a Forbidden error.
func (s *Slack) Read(header http.Header, body []byte) (SlackTold, error) {
	if !s.Listens() {
		return SlackTold{}, incident.Errorf(incident.NotFound, "No signing secret of Slack is set up. An admin can do it under Settings, Channels.")
	}
	if !slackSigned(s.Config.SigningSecret.Reveal(), header, body, s.now()) {
		return SlackTold{}, incident.Errorf(incident.Forbidden, "This is not signed by Slack, or older than five minutes.")
	}
	return readSlack(header.Get("Content-Type"), body)
}

func slackSigned(secret string, header http.Header, body []byte, now time.Time) bool {
	stamp := header.Get("X-Slack-Request-Timestamp")
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || now.Sub(time.Unix(seconds, 0)).Abs() > slackWindow {
		return false
	}
	mac := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(mac, "v0:%s:%s", stamp, body)
	return hmac.Equal([]byte(header.Get("X-Slack-Signature")), []byte("v0="+hex.EncodeToString(mac.Sum(nil))))
}

// readSlack reads an event, which is JSON, or a command or press, which are forms.
func readSlack(contentType string, body []byte) (SlackTold, error) {
	wrong := incident.Errorf(incident.Invalid, "This is no event, command or press as Slack sends them.")
	if strings.HasPrefix(contentType, "application/json") {
		told, err := readSlackEvent(body)
		if err != nil {
			return told, wrong
		}
		return told, nil
	}
	form, err := url.ParseQuery(string(body))
	switch {
	case err != nil:
		return SlackTold{}, wrong
	case form.Get("command") != "":
		return readSlackCommand(form), nil
	case form.Get("payload") != "":
		heard, err := readSlackPress([]byte(form.Get("payload")))
		if err != nil {
			return SlackTold{}, wrong
		}
		return SlackTold{Heard: heard}, nil
	}
	return SlackTold{}, wrong
}

// readSlackCommand reads "/sigap ack INC-7"
// (docs.slack.dev/interactivity/implementing-slash-commands).
func readSlackCommand(form url.Values) SlackTold {
	text := strings.TrimSpace(form.Get("text"))
	if text == "" {
		text = "status"
	}
	id := form.Get("trigger_id")
	return SlackTold{AtOnce: true, Heard: &Heard{Kind: "slack", ID: id, Press: id, From: form.Get("user_id"), Lang: "en",
		Chat: form.Get("channel_id"), Text: "/" + strings.TrimPrefix(slackPlainText(text), "/")}}
}

// readSlackPress reads a press of one of our buttons that say something
// (docs.slack.dev/reference/interaction-payloads/block_actions-payload).
func readSlackPress(payload []byte) (*Heard, error) {
	var p struct {
		Type    string `json:"type"`
		Trigger string `json:"trigger_id"`
		User    struct {
			ID string `json:"id"`
		} `json:"user"`
		Channel struct {
			ID string `json:"id"`
		} `json:"channel"`
		Actions []struct {
			ID    string `json:"action_id"`
			Value string `json:"value"`
		} `json:"actions"`
	}
	if err := json.Unmarshal(payload, &p); err != nil {
		return nil, err
	}
	if p.Type != "block_actions" || len(p.Actions) == 0 || !strings.HasPrefix(p.Actions[0].ID, slackSays) || p.User.ID == "" {
		return nil, nil // a link was opened
	}
	return &Heard{Kind: "slack", ID: p.Trigger, From: p.User.ID, Lang: "en", Chat: p.Channel.ID, Text: p.Actions[0].Value, Alone: true}, nil
}

// slackEvent is what happened in a conversation (docs.slack.dev/apis/events-api).
type slackEvent struct {
	Type      string `json:"type"`
	Challenge string `json:"challenge"`
	ID        string `json:"event_id"`
	Event     struct {
		Type    string `json:"type"`
		Subtype string `json:"subtype"`
		Kind    string `json:"channel_type"` // im, channel, group, mpim
		Bot     string `json:"bot_id"`
		User    string `json:"user"`
		Channel string `json:"channel"`
		Text    string `json:"text"`
		TS      string `json:"ts"`
		Thread  string `json:"thread_ts"`

		Reaction string     `json:"reaction"`
		Pinned   string     `json:"channel_id"` // of pin_added
		Item     *slackItem `json:"item"`
	} `json:"event"`
}

// slackItem is what somebody pinned or reacted to.
type slackItem struct {
	Type    string `json:"type"`
	Channel string `json:"channel"`
	TS      string `json:"ts"`
	Message struct {
		TS string `json:"ts"`
	} `json:"message"`
}

// slackPin is the reaction that makes a message a finding, as a pin does.
const slackPin = "pushpin"

// readSlackEvent reads a direct message to the bot, a mention of it, or an
// answer in a thread. What a bot wrote, ours above all, is passed over.
func readSlackEvent(body []byte) (SlackTold, error) {
	var e slackEvent
	if err := json.Unmarshal(body, &e); err != nil {
		return SlackTold{}, err
	}
	if e.Type == "url_verification" {
		return SlackTold{Challenge: e.Challenge}, nil
	}
	m := e.Event
	if e.Type != "event_callback" || m.Bot != "" || m.Subtype != "" || m.User == "" || e.ID == "" {
		return SlackTold{}, nil
	}
	if m.Item != nil {
		return readSlackMark(&e), nil
	}
	h := &Heard{Kind: "slack", ID: e.ID, From: m.User, Lang: "en", Chat: m.Channel, Text: slackPlainText(m.Text)}
	inThread := m.Thread != "" && m.Thread != m.TS
	if inThread {
		h.Answers = m.Channel + "/" + m.Thread
		h.Thread = h.Answers
	}
	switch {
	case m.Type == "message" && m.Kind == "im":
		return SlackTold{Heard: h}, nil
	case m.Type == "app_mention":
		h.Room, h.Text = true, "/"+strings.TrimPrefix(strings.TrimSpace(slackMention.ReplaceAllString(h.Text, "")), "/")
		if h.Thread == "" {
			h.Thread = m.Channel + "/" + m.TS
		}
		return SlackTold{Heard: h}, nil
	case m.Type == "message" && inThread && !slackMention.MatchString(m.Text): // a mention comes as such besides
		h.Room, h.Quiet = true, true
		return SlackTold{Heard: h, TS: m.TS}, nil
	}
	return SlackTold{}, nil
}

// readSlackMark reads that a message was pinned, or given the sign of a pin:
// the message becomes a finding, once, of who marked it first
// (docs.slack.dev/reference/events/pin_added and /reaction_added).
func readSlackMark(e *slackEvent) SlackTold {
	m := e.Event
	conversation, ts := cmp.Or(m.Item.Channel, m.Pinned), cmp.Or(m.Item.TS, m.Item.Message.TS)
	marks := m.Type == "pin_added" || m.Type == "reaction_added" && m.Reaction == slackPin
	if !marks || m.Item.Type != "message" || conversation == "" || ts == "" {
		return SlackTold{}
	}
	return SlackTold{TS: ts, Marked: true, Heard: &Heard{Kind: "slack", ID: "mark " + conversation + "/" + ts, From: m.User, Lang: "en",
		Chat: conversation, Room: true, Alone: true}}
}

var (
	slackMention = regexp.MustCompile(`^\s*<@U[A-Z0-9]+(\|[^>]*)?>`)
	slackLink    = regexp.MustCompile(`<((?:https?|mailto):[^|>]*)(?:\|[^>]*)?>`)
)

// slackPlainText takes Slack's markup out of what somebody wrote
// (docs.slack.dev/messaging/formatting-message-text#retrieving-messages).
func slackPlainText(text string) string {
	return html.UnescapeString(slackLink.ReplaceAllString(text, "$1"))
}

// Response is m as the answer to a command, which its writer alone sees.
func (s *Slack) Response(m Message) ([]byte, error) {
	_, values, err := slack.UnsafeApplyMsgOptions("", "", "", slackLayout(m, true)...)
	if err != nil {
		return nil, err
	}
	answer := map[string]any{"response_type": "ephemeral", "text": values.Get("text")}
	for _, part := range []string{"blocks", "attachments"} {
		if raw := values.Get(part); raw != "" {
			answer[part] = json.RawMessage(raw)
		}
	}
	return json.Marshal(answer)
}
