package channel

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// WhatsAppTold is what Meta told us at once.
type WhatsAppTold struct {
	Heard    []WhatsAppHeard
	Reported []WhatsAppReported
}

// WhatsAppHeard is what somebody wrote, or a button that they pressed.
type WhatsAppHeard struct {
	Heard
	At time.Time
}

// WhatsAppReported is what became of a message.
type WhatsAppReported struct {
	Token  string // as the end of the message's Callback
	Report Report
	At     time.Time
}

var whatsappUnheard = incident.Errorf(incident.NotFound, "No app secret of WhatsApp is set up. An admin can do it under Settings, Channels.")

// Challenge answers Meta, which asks whether an address is ours
// (developers.facebook.com/docs/graph-api/webhooks/getting-started#verification-requests).
func (c *WhatsApp) Challenge(query url.Values) (string, error) {
	switch token := c.Config.VerifyToken.Reveal(); {
	case token == "":
		return "", whatsappUnheard
	case query.Get("hub.mode") != "subscribe" || subtle.ConstantTimeCompare([]byte(query.Get("hub.verify_token")), []byte(token)) != 1:
		return "", incident.Errorf(incident.Forbidden, "This is not the token to verify that is set up under Settings, Channels.")
	}
	return query.Get("hub.challenge"), nil
}

// Read reads what Meta tells, signed with the app's secret
// (…/webhooks/getting-started#validate-payloads). Of anybody else's it gives a
// Forbidden error.
func (c *WhatsApp) Read(header http.Header, body []byte) (WhatsAppTold, error) {
	secret := c.Config.AppSecret.Reveal()
	if secret == "" {
		return WhatsAppTold{}, whatsappUnheard
	}
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	if !hmac.Equal([]byte(header.Get("X-Hub-Signature-256")), []byte("sha256="+hex.EncodeToString(mac.Sum(nil)))) {
		return WhatsAppTold{}, incident.Errorf(incident.Forbidden, "This is not signed by Meta with the app's secret.")
	}
	return readWhatsApp(body, c.Config.Number)
}

// whatsappEvent is what happened at the numbers of an account
// (developers.facebook.com/docs/whatsapp/cloud-api/webhooks/components).
type whatsappEvent struct {
	Object string `json:"object"`
	Entry  []struct {
		Changes []struct {
			Field string        `json:"field"`
			Value whatsappValue `json:"value"`
		} `json:"changes"`
	} `json:"entry"`
}

type whatsappValue struct {
	Metadata struct {
		Number string `json:"phone_number_id"`
	} `json:"metadata"`
	Messages []whatsappWritten `json:"messages"`
	Statuses []whatsappStatus  `json:"statuses"`
}

type whatsappWritten struct {
	From    string `json:"from"` // digits; missing of who hides their number
	ID      string `json:"id"`
	At      string `json:"timestamp"` // seconds
	Type    string `json:"type"`
	Context struct {
		ID string `json:"id"` // of the message that is answered
	} `json:"context"`
	Text        whatsappPlain `json:"text"`
	Interactive struct {
		Reply struct {
			ID string `json:"id"`
		} `json:"button_reply"`
	} `json:"interactive"`
	Button struct { // of a template
		Payload string `json:"payload"`
	} `json:"button"`
	Image struct {
		Caption string `json:"caption"`
	} `json:"image"`
}

type whatsappStatus struct {
	ID     string            `json:"id"`
	Status string            `json:"status"` // sent, delivered, read, failed
	At     string            `json:"timestamp"`
	Opaque string            `json:"biz_opaque_callback_data"`
	Errors []whatsappProblem `json:"errors"`
}

// readWhatsApp reads what happened at a number; the account's other numbers
// are others' affair.
func readWhatsApp(body []byte, number string) (told WhatsAppTold, err error) {
	var e whatsappEvent
	if json.Unmarshal(body, &e) != nil || e.Object != "whatsapp_business_account" {
		return told, incident.Errorf(incident.Invalid, "This is no event as WhatsApp sends them.")
	}
	for _, entry := range e.Entry {
		for _, change := range entry.Changes {
			if change.Field != "messages" || change.Value.Metadata.Number != number {
				continue
			}
			for _, m := range change.Value.Messages {
				if h, ok := m.heard(); ok {
					told.Heard = append(told.Heard, h)
				}
			}
			for _, s := range change.Value.Statuses {
				if r, ok := s.reported(); ok {
					told.Reported = append(told.Reported, r)
				}
			}
		}
	}
	return told, nil
}

// heard is what somebody said; what is no words, button or picture – a voice
// message, a sticker – says nothing that we understand.
func (m *whatsappWritten) heard() (WhatsAppHeard, bool) {
	from := "+" + m.From
	h := WhatsAppHeard{At: unixSeconds(m.At), Heard: Heard{Kind: "whatsapp", ID: m.ID, From: from, Chat: from, Lang: "en", Thread: m.ID, Answers: m.Context.ID}}
	if strings.HasPrefix(m.From, "62") { // WhatsApp does not tell the language; the number's country is a guess
		h.Lang = "id"
	}
	switch m.Type {
	case "text":
		h.Text = m.Text.Body
	case "interactive":
		h.Text = m.Interactive.Reply.ID
	case "button":
		h.Text = m.Button.Payload
	case "image":
		h.Text, h.Picture = m.Image.Caption, true
	}
	return h, isNumber(from) && m.ID != "" && (h.Text != "" || h.Picture)
}

// reported is what became of one of our messages. That it was sent says no
// more than that it was taken.
func (s *whatsappStatus) reported() (WhatsAppReported, bool) {
	r := WhatsAppReported{Token: s.Opaque, At: unixSeconds(s.At)}
	switch s.Status {
	case "delivered":
		r.Report.State = Delivered
	case "read":
		r.Report.State = incident.OpenedBy
	case "failed":
		r.Report = Report{State: Failed, Detail: "WhatsApp could not deliver it"}
		if len(s.Errors) > 0 {
			r.Report.Detail = s.Errors[0].words("")
		}
	}
	return r, s.Opaque != "" && r.Report.State != ""
}

// unixSeconds reads a time as Meta writes it; the zero time if it is none.
func unixSeconds(s string) time.Time {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n <= 0 {
		return time.Time{}
	}
	return time.Unix(n, 0)
}
