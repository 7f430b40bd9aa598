package channel

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack"
)

// SlackConfig configures a Slack app. Addresses are the ids of channels
// ("C0123ABCD") and of people ("U0123ABCD"), who are written to directly.
type SlackConfig struct {
	Token         Secret `json:"token"`                   // bot token, xoxb-…, with the scopes chat:write and files:write
	SigningSecret Secret `json:"signingSecret,omitempty"` // of the app: proves what Slack sends to us; empty: we do not listen
	RoomsUpTo     int    `json:"roomsUpTo,omitempty"`     // 2: a SEV1 and a SEV2 get a channel of their own; 0: none does
	RoomName      string `json:"roomName,omitempty"`      // of such a channel; default {ref}-{title}
	API           string `json:"api,omitempty"`           // default https://slack.com/api/
}

// Validate returns the first mistake as a *incident.Error.
func (c SlackConfig) Validate() error {
	return check(
		must(strings.HasPrefix(c.Token.Reveal(), "xoxb-"), "token", "give the bot token of the app; it begins with xoxb-"),
		must(c.SigningSecret == "" || len(c.SigningSecret.Reveal()) >= 20, "signingSecret", "give the signing secret of the app's basic information, not the client's"),
		must(c.RoomsUpTo >= 0 && c.RoomsUpTo <= 4, "roomsUpTo", "the mildest severity with a channel of its own is 1 to 4; 0 for none"),
		must(c.RoomName == "" || strings.Contains(c.RoomName, "{ref}"), "roomName", "the name of a channel needs {ref}, so that one finds it; {title} may follow"),
		validBase("api", c.API),
	)
}

// Slack posts messages as an app's bot.
type Slack struct {
	Config SlackConfig // exported, because fmt shows what it finds in unexported fields unmasked
	client *slack.Client
	now    func() time.Time
}

// NewSlack returns a Slack for a valid configuration.
func NewSlack(config SlackConfig, deps Deps) *Slack {
	options := []slack.Option{slack.OptionHTTPClient(deps.HTTP)}
	if config.API != "" {
		options = append(options, slack.OptionAPIURL(strings.TrimRight(config.API, "/")+"/"))
	}
	return &Slack{config, slack.New(config.Token.Reveal(), options...), deps.Now}
}

// Send posts m to the channel or person to. A plot follows as a file in the
// message's thread; one that cannot be sent never fails the message. The
// references of a Result are "conversation/timestamp".
func (s *Slack) Send(ctx context.Context, to string, m Message) (Result, error) {
	conversation, thread := to, ""
	if m.Thread != "" {
		conversation, thread, _ = strings.Cut(m.Thread, "/")
	}
	if conversation == "" {
		return Result{}, permanent("the address is not the id of a channel or person")
	}
	if m.Only != "" && !strings.HasPrefix(conversation, "D") {
		return s.whisper(ctx, conversation, m)
	}
	at, ts, failed := s.post(ctx, conversation, thread, slackLayout(m, s.Listens())...)
	detail := ""
	if failed != nil && slackWord(failed) == "invalid_blocks" { // the words must get through, whatever they look like
		detail = "sent as plain text: " + failed.Error()
		text := strings.TrimSpace(mailText(m))
		at, ts, failed = s.post(ctx, conversation, thread, slack.MsgOptionText(cut(text, slackFallback, slackLength), true))
	}
	if failed != nil {
		return Result{}, failed
	}
	result := Result{State: Delivered, Ref: at + "/" + ts, Thread: m.Thread, Detail: detail}
	if thread == "" {
		thread, result.Thread = ts, result.Ref
	}
	if m.Plot != nil {
		if failed := s.plot(ctx, at, thread, m); failed != nil {
			result.Detail = "sent without its plot: " + failed.Error()
		}
	}
	return result, nil
}

// whisper shows m in a channel to one person alone, until they look away
// (docs.slack.dev/reference/methods/chat.postEphemeral).
func (s *Slack) whisper(ctx context.Context, conversation string, m Message) (Result, error) {
	ctx, handedOver := watchHandover(ctx)
	ts, err := s.client.PostEphemeralContext(ctx, conversation, m.Only, slackLayout(m, s.Listens())...)
	if err != nil {
		return Result{}, slackError(err, handedOver.Load())
	}
	return Result{State: Accepted, Ref: conversation + "/" + ts}, nil
}

// post calls chat.postMessage and returns the conversation, which for a person
// is the direct one, and the timestamp that names the message in it.
func (s *Slack) post(ctx context.Context, conversation, thread string, options ...slack.MsgOption) (at, ts string, failed *Error) {
	options = append(options, slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl())
	if thread != "" {
		options = append(options, slack.MsgOptionTS(thread))
	}
	ctx, handedOver := watchHandover(ctx)
	at, ts, err := s.client.PostMessageContext(ctx, conversation, options...)
	if err != nil {
		return "", "", slackError(err, handedOver.Load())
	}
	return at, ts, nil
}

// plot uploads the plot into the message's thread.
func (s *Slack) plot(ctx context.Context, conversation, thread string, m Message) *Error {
	_, err := s.client.UploadFileContext(ctx, slack.UploadFileParameters{
		Reader: bytes.NewReader(m.Plot), FileSize: len(m.Plot), Filename: "plot.png",
		Title: cut(m.PlotAlt, 255, runes), AltTxt: cut(m.PlotAlt, 1000, runes),
		Channel: conversation, ThreadTimestamp: thread,
	})
	if err != nil {
		return slackError(err, false)
	}
	return nil
}

// Lengths that Slack allows (docs.slack.dev/reference/block-kit/blocks and
// /reference/methods/chat.postMessage#truncating).
const (
	slackHeader   = 150
	slackSection  = 3000
	slackField    = 2000
	slackFields   = 10 // a section
	slackButton   = 75
	slackURL      = 3000
	slackFallback = 4000
)

// slackEscaper writes the three characters that Slack's markup is made of
// (docs.slack.dev/messaging/formatting-message-text#escaping), so that a log
// line can neither link nor call everybody.
var slackEscaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

func slackEscape(text string) string { return slackEscaper.Replace(text) }

// slackLength is the length of a text as it is sent.
func slackLength(text string) int { return runes(slackEscape(text)) }

// slackLayout is a header, and under it what hangs on the severity's bar: the
// lines, the fields and the buttons, one that answers only if we hear it.
func slackLayout(m Message, listens bool) []slack.MsgOption {
	if !listens {
		m.Answer = nil
	}
	heading := m.heading()
	lines := m.Lines
	if runes(heading) > slackHeader { // what the header cannot show
		lines = append([]string{Message{Title: m.Title}.heading()}, lines...)
	}
	var bar []slack.Block
	if text := strings.Join(cutLines(lines, slackSection, slackLength), "\n"); text != "" {
		bar = append(bar, slack.NewSectionBlock(slackMarkup(slackEscape(text)), nil, nil))
	}
	for fields := range slices.Chunk(m.Fields, slackFields) {
		var cells []*slack.TextBlockObject
		for _, f := range fields {
			label := cut(f.Label, 100, slackLength)
			cells = append(cells, slackMarkup("*"+slackEscape(label)+"*\n"+slackEscape(cut(f.Value, slackField-110, slackLength))))
		}
		bar = append(bar, slack.NewSectionBlock(nil, cells, nil))
	}
	if buttons := slackButtons(m); len(buttons) > 0 {
		bar = append(bar, slack.NewActionBlock("", buttons...))
	}
	options := []slack.MsgOption{
		slack.MsgOptionText(cut(heading, slackFallback, slackLength), true), // what a phone's lock screen shows
		slack.MsgOptionBlocks(slack.NewHeaderBlock(slackPlain(cut(heading, slackHeader, runes)))),
	}
	if len(bar) > 0 {
		options = append(options, slack.MsgOptionAttachments(slack.Attachment{
			Color: severityColor(m.Severity), Fallback: heading, Blocks: slack.Blocks{BlockSet: bar},
		}))
	}
	return options
}

func slackPlain(text string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.PlainTextType, text, false, false)
}

// slackMarkup is verbatim: names of channels and people in it stay text.
func slackMarkup(text string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.MarkdownType, text, false, true)
}

// slackButtons returns a button for each action that Slack can link to; there
// are never more than a handful, far fewer than the 25 that a block takes.
func slackButtons(m Message) []slack.BlockElement {
	var buttons []slack.BlockElement
	actions := m.linksBeside()
	for n, b := range m.says() {
		button := slack.NewButtonBlockElement(slackSays+strconv.Itoa(n), b.Says, slackPlain(cut(b.Label, slackButton, runes)))
		if n == 0 {
			button = button.WithStyle(slack.StylePrimary)
		}
		buttons = append(buttons, button)
	}
	for i, a := range actions[:min(len(actions), 24)] {
		if runes(a.URL) > slackURL {
			continue
		}
		button := slack.NewButtonBlockElement("open-"+strconv.Itoa(i), "", slackPlain(cut(a.Label, slackButton, runes))).WithURL(a.URL)
		if a.Primary && m.Answer == nil {
			button = button.WithStyle(slack.StylePrimary)
		}
		buttons = append(buttons, button)
	}
	return buttons
}

// slackSays begins the names of the buttons that say something to us; within a
// message each name is another one.
const slackSays = "say"

// slackWord is the word that Slack named a refusal by; empty for other errors.
func slackWord(err error) string {
	refusal, _ := errors.AsType[slack.SlackErrorResponse](err)
	return refusal.Err
}

// slackError judges an error of the client.
func slackError(err error, handedOver bool) *Error {
	if limited, ok := errors.AsType[*slack.RateLimitedError](err); ok {
		return &Error{Retry: true, After: seconds(limited.RetryAfter.Seconds()), Detail: "Slack asks to slow down"}
	}
	if status, ok := errors.AsType[slack.StatusCodeError](err); ok {
		return statusError(answer{status: status.Code}, time.Time{})
	}
	refusal, ok := errors.AsType[slack.SlackErrorResponse](err)
	if !ok {
		return transportError(err, handedOver)
	}
	detail, retry := slackMeaning(refusal.Err)
	if words := refusal.ResponseMetadata.Messages; len(words) > 0 {
		detail = cut(strings.TrimSpace(detail+" "+strings.Join(words, "; ")), 300, runes)
	}
	return &Error{Retry: retry, Detail: detail, Err: refusal}
}

// slackMeaning says what to do about a refusal, and whether it may pass by
// itself (docs.slack.dev/reference/methods/chat.postMessage#errors).
func slackMeaning(word string) (detail string, retry bool) {
	switch word {
	case "ratelimited", "rate_limited", "message_limit_exceeded":
		return "Slack asks to slow down", true
	case "internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org", "accesslimited":
		return "Slack is in trouble", true
	case "channel_not_found":
		return "Slack knows no such channel or person, or the bot may not see it", false
	case "not_in_channel":
		return "invite the bot to the channel", false
	case "is_archived":
		return "the channel is archived", false
	case "invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive":
		return "Slack does not accept the bot's token; install the app again", false
	case "missing_scope", "no_permission":
		return "the app lacks a right; add the scopes and install it again", false
	}
	return "Slack refused it", false
}
