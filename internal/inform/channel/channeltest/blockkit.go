package channeltest

import (
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"strings"
	"unicode/utf8"
)

// readSlackMessage checks the arguments of chat.postMessage that say what the
// message is, and returns what a person sees of them.
func readSlackMessage(values url.Values) (Received, *slackRefusal) {
	text := values.Get("text")
	var blocks []slackBlock
	var attachments []struct {
		Text   string
		Blocks []slackBlock
	}
	if raw := values.Get("blocks"); raw != "" && json.Unmarshal([]byte(raw), &blocks) != nil {
		return Received{}, refuse("invalid_blocks_format")
	}
	if raw := values.Get("attachments"); raw != "" && json.Unmarshal([]byte(raw), &attachments) != nil {
		return Received{}, refuse("invalid_attachments")
	}
	switch {
	case text == "" && len(blocks) == 0 && len(attachments) == 0:
		return Received{}, refuse("no_text")
	case utf8.RuneCountInString(text) > 40000:
		return Received{}, refuse("msg_too_long")
	case len(attachments) > 100:
		return Received{}, refuse("too_many_attachments")
	}
	var look layout
	look.add("/blocks", blocks)
	for i, a := range attachments {
		look.say(a.Text)
		look.add(fmt.Sprintf("/attachments/%d/blocks", i), a.Blocks)
	}
	if look.mistakes != nil {
		return Received{}, refuse("invalid_blocks", look.mistakes...)
	}
	if len(blocks) == 0 { // else it is the notification's only
		look.texts = append([]string{text}, look.texts...)
	}
	return Received{Text: html.UnescapeString(strings.Join(look.texts, "\n")), Buttons: look.buttons, Raw: mustJSON(values)}, nil
}

// slackBlock is the union of the blocks that are checked.
type slackBlock struct {
	Type     string
	BlockID  string `json:"block_id"`
	Text     *slackText
	Fields   []*slackText
	Elements []slackElement
}

type slackText struct {
	Type, Text string
	Emoji      *bool
	Verbatim   *bool
}

// slackElement is a button, or a text of a context.
type slackElement struct {
	Type     string
	Text     json.RawMessage
	ActionID string `json:"action_id"`
	URL      string
	Style    string
	Value    string
}

// layout collects what a message shows, and its mistakes in Slack's own words.
type layout struct {
	texts    []string
	buttons  []Button
	mistakes []string
}

func (l *layout) say(text string) {
	if text != "" {
		l.texts = append(l.texts, text)
	}
}

func (l *layout) wrong(at, what string) {
	l.mistakes = append(l.mistakes, fmt.Sprintf("[ERROR] %s [json-pointer:%s]", what, at))
}

// add checks blocks by docs.slack.dev/reference/block-kit/blocks: at most 50,
// ids of at most 255 that do not repeat.
func (l *layout) add(at string, blocks []slackBlock) {
	if len(blocks) > 50 {
		l.wrong(at, "no more than 50 items allowed")
	}
	ids := map[string]bool{}
	for i, b := range blocks {
		here := fmt.Sprintf("%s/%d", at, i)
		if ids[b.BlockID] && b.BlockID != "" || len(b.BlockID) > 255 {
			l.wrong(here+"/block_id", "must be unique and less than 256 characters")
		}
		ids[b.BlockID] = true
		l.block(here, b)
	}
}

func (l *layout) block(at string, b slackBlock) {
	switch b.Type {
	case "header": // ../header-block: plain_text, at most 150
		l.text(at+"/text", b.Text, 150, "plain_text")
	case "section": // ../section-block: text of at most 3000, or up to 10 fields of at most 2000
		if b.Text == nil && len(b.Fields) == 0 {
			l.wrong(at, "missing required field: text")
		}
		if b.Text != nil {
			l.text(at+"/text", b.Text, 3000, "plain_text", "mrkdwn")
		}
		if len(b.Fields) > 10 {
			l.wrong(at+"/fields", "no more than 10 items allowed")
		}
		for i, f := range b.Fields {
			l.text(fmt.Sprintf("%s/fields/%d", at, i), f, 2000, "plain_text", "mrkdwn")
		}
	case "context": // ../context-block: up to 10 elements
		if len(b.Elements) == 0 || len(b.Elements) > 10 {
			l.wrong(at+"/elements", "must have 1 to 10 items")
		}
		for i, e := range b.Elements {
			var text string
			_ = json.Unmarshal(e.Text, &text)
			l.text(fmt.Sprintf("%s/elements/%d", at, i), &slackText{Type: e.Type, Text: text}, 3000, "plain_text", "mrkdwn")
		}
	case "actions": // ../actions-block: up to 25 elements
		if len(b.Elements) == 0 || len(b.Elements) > 25 {
			l.wrong(at+"/elements", "must have 1 to 25 items")
		}
		l.actions(at, b.Elements)
	case "divider":
	default:
		l.wrong(at+"/type", "unsupported type: "+b.Type)
	}
}

// text checks a text object (../../composition-objects/text-object).
func (l *layout) text(at string, t *slackText, most int, kinds ...string) {
	if t == nil {
		l.wrong(at, "missing required field")
		return
	}
	known := false
	for _, kind := range kinds {
		known = known || kind == t.Type
	}
	switch n := utf8.RuneCountInString(t.Text); {
	case !known:
		l.wrong(at+"/type", "unsupported type: "+t.Type)
	case n == 0:
		l.wrong(at+"/text", "must be more than 0 characters")
	case n > most:
		l.wrong(at+"/text", fmt.Sprintf("must be less than %d characters", most+1))
	case t.Type == "mrkdwn" && t.Emoji != nil, t.Type == "plain_text" && t.Verbatim != nil:
		l.wrong(at, "emoji is of plain_text and verbatim of mrkdwn")
	}
	l.say(t.Text)
}

// actions checks buttons (../../block-elements/button-element).
func (l *layout) actions(at string, elements []slackElement) {
	ids := map[string]bool{}
	for i, e := range elements {
		here := fmt.Sprintf("%s/elements/%d", at, i)
		var label slackText
		u, err := url.Parse(e.URL)
		switch {
		case e.Type != "button":
			l.wrong(here+"/type", "unsupported type: "+e.Type)
		case json.Unmarshal(e.Text, &label) != nil || label.Type != "plain_text" || label.Text == "":
			l.wrong(here+"/text", "must be a plain_text object")
		case utf8.RuneCountInString(label.Text) > 75:
			l.wrong(here+"/text/text", "must be less than 76 characters")
		case e.ActionID == "" || len(e.ActionID) > 255 || ids[e.ActionID]:
			l.wrong(here+"/action_id", "must be unique and less than 256 characters")
		case len(e.URL) > 3000:
			l.wrong(here+"/url", "must be less than 3001 characters")
		case e.URL != "" && (err != nil || u.Host == ""):
			l.wrong(here+"/url", "must be a valid URL")
		case e.Style != "" && e.Style != "primary" && e.Style != "danger":
			l.wrong(here+"/style", "must be primary or danger")
		case len(e.Value) > 2000:
			l.wrong(here+"/value", "must be less than 2001 characters")
		}
		ids[e.ActionID] = true
		l.buttons = append(l.buttons, Button{Text: label.Text, URL: e.URL, Says: e.Value})
	}
}
