package channel

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"path"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Lengths that the Cloud API allows, in characters
// (developers.facebook.com/docs/whatsapp/cloud-api/reference/messages).
const (
	whatsappText    = 4096
	whatsappBody    = 1024 // of a message with buttons, and of a template with its parameters
	whatsappButton  = 20
	whatsappOpaque  = 512
	whatsappHeading = 200 // of a template's first parameter, so that the lines have room
	whatsappLines   = 500 // of its second
)

// WhatsAppWindow is how long after somebody wrote to a business it may write to
// them in its own words; at any other time it has approved templates only
// (developers.facebook.com/docs/whatsapp/conversation-types). A little less, for
// what is on its way.
const WhatsAppWindow = 24*time.Hour - 5*time.Minute

// WhatsAppConfig configures a number of the WhatsApp Business Platform.
// Addresses are telephone numbers in the international form, +6281234567890.
type WhatsAppConfig struct {
	Number      string `json:"number"`                // the id of the business's number, digits
	Token       Secret `json:"token"`                 // of a system user with whatsapp_business_messaging
	Page        string `json:"page,omitempty"`        // the template with two quick replies; default sigap_page
	Notice      string `json:"notice,omitempty"`      // the one without; default sigap_notice
	AppSecret   Secret `json:"appSecret,omitempty"`   // without it nothing that is written is heard
	VerifyToken Secret `json:"verifyToken,omitempty"` // by which Meta knows our address, when it is entered there
	API         string `json:"api,omitempty"`         // default https://graph.facebook.com/v25.0
}

// Validate returns the first mistake as a *incident.Error.
func (c WhatsAppConfig) Validate() error {
	return check(
		must(regexp.MustCompile(`^[0-9]{5,20}$`).MatchString(c.Number), "number", "give the id of the number, as API Setup of the app shows it: digits"),
		must(c.Token != "", "token", "give the access token of a system user"),
		must(whatsappTemplate(c.Page), "page", "a template's name is of a-z, 0-9 and _"),
		must(whatsappTemplate(c.Notice), "notice", "a template's name is of a-z, 0-9 and _"),
		must(c.AppSecret == "" || len(c.AppSecret) >= 16, "appSecret", "give the secret of the app, as Basic Settings of the app shows it"),
		must((c.AppSecret == "") == (c.VerifyToken == ""), "verifyToken", "give both, the app's secret and a token to verify, or none of them"),
		validBase("api", c.API),
	)
}

func whatsappTemplate(name string) bool {
	return name == "" || regexp.MustCompile(`^[a-z0-9_]{1,512}$`).MatchString(name)
}

// WhatsApp sends messages by the Cloud API. It has no idempotency: a message
// of which the answer was lost may come twice.
type WhatsApp struct {
	Config WhatsAppConfig // exported, because fmt shows what it finds in unexported fields unmasked
	deps   Deps
}

// NewWhatsApp returns a WhatsApp for a valid configuration.
func NewWhatsApp(config WhatsAppConfig, deps Deps) *WhatsApp {
	config.Page, config.Notice = cmp.Or(config.Page, "sigap_page"), cmp.Or(config.Notice, "sigap_notice")
	config.API = strings.TrimRight(cmp.Or(config.API, "https://graph.facebook.com/v25.0"), "/")
	return &WhatsApp{config, deps}
}

// Send tells m: in its own words while the conversation is open, else by a
// template, which Meta has approved and which arrives at any time. Plots are
// left out.
func (c *WhatsApp) Send(ctx context.Context, to string, m Message) (Result, error) {
	if !isNumber(to) {
		return Result{}, permanent("the address is not a telephone number in the international form, such as +6281234567890")
	}
	if m.Open {
		result, failed := c.deliver(ctx, to, m, whatsappWords(m))
		if failed == nil {
			return result, nil
		}
		if failed.code != whatsappClosed {
			return Result{}, failed
		}
	}
	result, failed := c.deliver(ctx, to, m, c.template(m))
	if failed != nil {
		return Result{}, failed
	}
	return result, nil
}

// whatsappMessage is a message to one person.
type whatsappMessage struct {
	Product     string               `json:"messaging_product"`
	Recipient   string               `json:"recipient_type"`
	To          string               `json:"to"`
	Type        string               `json:"type"` // of the part that is filled in
	Context     *whatsappContext     `json:"context,omitempty"`
	Text        *whatsappPlain       `json:"text,omitempty"`
	Interactive *whatsappInteractive `json:"interactive,omitempty"`
	Template    *whatsappFilled      `json:"template,omitempty"`
	// Opaque comes back with each status of the message.
	Opaque string `json:"biz_opaque_callback_data,omitempty"`
}

type whatsappContext struct {
	ID string `json:"message_id"` // of the message that is answered
}

type whatsappPlain struct {
	Body string `json:"body"`
}

type whatsappInteractive struct {
	Type   string        `json:"type"` // button
	Body   whatsappShown `json:"body"`
	Action struct {
		Buttons []whatsappReply `json:"buttons"`
	} `json:"action"`
}

type whatsappShown struct {
	Text string `json:"text"`
}

type whatsappReply struct {
	Type  string `json:"type"` // reply
	Reply struct {
		ID    string `json:"id"`
		Title string `json:"title"`
	} `json:"reply"`
}

// whatsappFilled is a template with its variables.
type whatsappFilled struct {
	Name     string `json:"name"`
	Language struct {
		Code string `json:"code"`
	} `json:"language"`
	Components []whatsappComponent `json:"components"`
}

type whatsappComponent struct {
	Type       string              `json:"type"`               // body, button
	SubType    string              `json:"sub_type,omitempty"` // of a button: quick_reply
	Index      string              `json:"index,omitempty"`    // of a button, from 0
	Parameters []whatsappParameter `json:"parameters"`
}

type whatsappParameter struct {
	Type    string `json:"type"` // text, payload
	Text    string `json:"text,omitempty"`
	Payload string `json:"payload,omitempty"`
}

// whatsappWords is m in its own words, with the buttons that it has.
func whatsappWords(m Message) whatsappMessage {
	var out whatsappMessage
	if m.Thread != "" {
		out.Context = &whatsappContext{m.Thread}
	}
	var buttons []whatsappReply
	for _, b := range m.says() {
		r := whatsappReply{Type: "reply"}
		r.Reply.ID, r.Reply.Title = b.Says, cut(b.Label, whatsappButton, runes)
		buttons = append(buttons, r)
	}
	if len(buttons) == 0 {
		out.Type, out.Text = "text", &whatsappPlain{whatsappBodyOf(m, whatsappText)}
		return out
	}
	out.Type, out.Interactive = "interactive", &whatsappInteractive{Type: "button", Body: whatsappShown{whatsappBodyOf(m, whatsappBody)}}
	out.Interactive.Action.Buttons = buttons
	return out
}

// whatsappBodyOf is what a person reads, within limit; the links are never cut.
func whatsappBodyOf(m Message, limit int) string {
	var links []string
	room := limit
	for _, a := range m.linksBeside() {
		link := a.Label + ": " + a.URL
		if runes(link)+2 <= room/2 {
			links = append(links, link)
			room -= runes(link) + 1
		}
	}
	heading := cut(strings.TrimSpace(severityMark(m.Severity)+" "+m.heading()), whatsappHeading, runes)
	lines := append([]string{heading}, m.Lines...)
	for _, f := range m.Fields {
		lines = append(lines, f.Label+": "+f.Value)
	}
	return strings.Join(append(cutLines(lines, room, runes), links...), "\n")
}

// template is m by a template: its heading, its lines and its link; the one
// for pages has two buttons beside.
func (c *WhatsApp) template(m Message) whatsappMessage {
	filled := whatsappFilled{Name: c.Config.Notice, Components: []whatsappComponent{{Type: "body", Parameters: []whatsappParameter{
		whatsappVariable(m.heading(), whatsappHeading),
		whatsappVariable(strings.Join(m.Lines, " "), whatsappLines),
		whatsappVariable(m.primary(), whatsappBody-whatsappHeading-whatsappLines),
	}}}}
	filled.Language.Code = cmp.Or(m.Lang, "en")
	if says := m.says(); len(says) == 2 {
		filled.Name = c.Config.Page
		for n, b := range says {
			filled.Components = append(filled.Components, whatsappComponent{Type: "button", SubType: "quick_reply", Index: strconv.Itoa(n),
				Parameters: []whatsappParameter{{Type: "payload", Payload: b.Says}}})
		}
	}
	return whatsappMessage{Type: "template", Template: &filled}
}

// whatsappVariable is a text as a template takes it: on one line, and not
// empty.
func whatsappVariable(s string, limit int) whatsappParameter {
	s = cmp.Or(strings.Join(strings.Fields(s), " "), "–")
	return whatsappParameter{Type: "text", Text: cut(s, limit, runes)}
}

// deliver posts a message.
func (c *WhatsApp) deliver(ctx context.Context, to string, m Message, out whatsappMessage) (Result, *Error) {
	out.Product, out.Recipient, out.To = "whatsapp", "individual", to
	if token := path.Base(m.Callback); m.Callback != "" && len(token) <= whatsappOpaque {
		out.Opaque = token
	}
	body, err := json.Marshal(out)
	if err != nil {
		return Result{}, &Error{Detail: "encoding the message", Err: err}
	}
	header := http.Header{"Content-Type": {"application/json"}, "User-Agent": {userAgent}, "Authorization": {"Bearer " + c.Config.Token.Reveal()}}
	got, failed := post(ctx, c.deps.HTTP, c.Config.API+"/"+c.Config.Number+"/messages", header, body)
	if failed != nil {
		return Result{}, failed
	}
	if got.status != http.StatusOK {
		return Result{}, c.refused(got)
	}
	var sent struct {
		Messages []struct {
			ID     string `json:"id"`
			Status string `json:"message_status"` // accepted, held_for_quality_assessment
		} `json:"messages"`
	}
	if json.Unmarshal(got.body, &sent) != nil || len(sent.Messages) == 0 || sent.Messages[0].ID == "" {
		return Result{}, &Error{Retry: true, Unsure: true, Detail: "the server does not answer as WhatsApp does"}
	}
	id := sent.Messages[0].ID
	return Result{State: Accepted, Ref: id, Thread: id, Detail: excerpt([]byte(sent.Messages[0].Status))}, nil
}
