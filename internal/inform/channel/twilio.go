package channel

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// TwilioConfig configures one use of Twilio's API: SMS, or calls. Addresses
// are telephone numbers in the international form, +6281234567890.
type TwilioConfig struct {
	Account string `json:"account"` // AC…
	Token   Secret `json:"token"`
	From    string `json:"from"`          // a number of the account; for SMS also a messaging service, MG…
	API     string `json:"api,omitempty"` // default https://api.twilio.com
}

// Validate returns the first mistake as a *incident.Error.
func (c TwilioConfig) Validate() error {
	return check(
		must(regexp.MustCompile(`^AC[0-9a-f]{32}$`).MatchString(c.Account), "account", "give the account's SID: AC and 32 digits or letters from a to f"),
		must(c.Token != "", "token", "give the account's auth token"),
		must(isNumber(c.From) || regexp.MustCompile(`^MG[0-9a-f]{32}$`).MatchString(c.From), "from", "give a number of yours like +12025550123, or for SMS a messaging service, MG…"),
		validBase("api", c.API),
	)
}

// isNumber reports whether s is a telephone number as E.164 has it.
func isNumber(s string) bool { return regexp.MustCompile(`^\+[1-9]\d{6,14}$`).MatchString(s) }

// Twilio sends SMS and makes calls. It has no idempotency: a message of which
// the answer was lost may come twice.
type Twilio struct {
	Config TwilioConfig // exported, because fmt shows what it finds in unexported fields unmasked
	deps   Deps
}

// SMS sends text messages (twilio.com/docs/messaging/api/message-resource).
type SMS struct{ Twilio }

// Voice calls and reads the message aloud (twilio.com/docs/voice/api/call-resource).
type Voice struct{ Twilio }

// NewSMS returns an SMS for a valid configuration.
func NewSMS(config TwilioConfig, deps Deps) *SMS { return &SMS{newTwilio(config, deps)} }

// NewVoice returns a Voice for a valid configuration.
func NewVoice(config TwilioConfig, deps Deps) *Voice { return &Voice{newTwilio(config, deps)} }

func newTwilio(config TwilioConfig, deps Deps) Twilio {
	if config.API == "" {
		config.API = "https://api.twilio.com"
	}
	config.API = strings.TrimRight(config.API, "/")
	return Twilio{config, deps}
}

// maxSMS is the text without its link, in characters: three segments of 67, as
// anything beyond the GSM alphabet makes them.
const maxSMS = 201

// Send sends the first lines of m and its first link as a text message.
func (c *SMS) Send(ctx context.Context, to string, m Message) (Result, error) {
	lines := cutLines(append([]string{m.heading()}, m.Lines...), maxSMS, runes)
	if link := m.primary(); link != "" {
		lines = append(lines, link)
	}
	form := url.Values{"To": {to}, "From": {c.Config.From}, "Body": {strings.Join(lines, "\n")}}
	if strings.HasPrefix(c.Config.From, "MG") {
		form = url.Values{"To": {to}, "MessagingServiceSid": {c.Config.From}, "Body": form["Body"]}
	}
	if m.Callback != "" {
		form.Set("StatusCallback", m.Callback)
	}
	return c.create(ctx, "Messages", to, form)
}

// primary is the address of the most important action; empty if there is none.
func (m Message) primary() string {
	link := ""
	for _, a := range m.Actions {
		if a.Primary || link == "" {
			link = a.URL
		}
	}
	return link
}

const (
	maxSpoken = 1200 // bytes of XML read aloud, twice: together 4,000 are taken
	ringing   = "30" // seconds before a call counts as not answered; a voicemail often begins later
)

// Send calls, reads m aloud twice and asks for a key.
func (c *Voice) Send(ctx context.Context, to string, m Message) (Result, error) {
	said := strings.Join(cutLines(append([]string{m.heading()}, m.Lines...), maxSpoken, xmlOctets), ". ")
	form := url.Values{"To": {to}, "From": {c.Config.From}, "Twiml": {string(twiml(said, m))}, "Timeout": {ringing}}
	if m.Callback != "" {
		form.Set("StatusCallback", m.Callback)
		form["StatusCallbackEvent"] = []string{"answered", "completed"}
	}
	return c.create(ctx, "Calls", to, form)
}

// response is what Twilio is to do with a call (twilio.com/docs/voice/twiml).
type response struct {
	XMLName xml.Name `xml:"Response"`
	Gather  *gather
	Say     *say
}

type gather struct {
	XMLName   xml.Name `xml:"Gather"`
	Action    string   `xml:"action,attr"`
	Method    string   `xml:"method,attr"`
	NumDigits int      `xml:"numDigits,attr"`
	Timeout   int      `xml:"timeout,attr"` // seconds of silence
	Say       []say
}

type say struct {
	XMLName  xml.Name `xml:"Say"`
	Language string   `xml:"language,attr"`
	Text     string   `xml:",chardata"`
}

func spoken(lang, text string) say {
	if lang == "id" {
		return say{Language: "id-ID", Text: text}
	}
	return say{Language: "en-US", Text: text}
}

// twiml reads said aloud, and if it asks for a key, twice.
func twiml(said string, m Message) []byte {
	once := spoken(m.Lang, said)
	r := response{Say: &once}
	if m.Callback != "" && m.Prompt != "" {
		prompt := spoken(m.Lang, m.Prompt)
		r = response{Gather: &gather{Action: m.Callback, Method: http.MethodPost, NumDigits: 1, Timeout: 8, Say: []say{once, prompt, once, prompt}}}
	}
	return mustXML(r)
}

// Spoken answers a keypress of a call with words, and with the question again
// if ask is the address for another key.
func Spoken(lang, text, ask string) []byte {
	s := spoken(lang, text)
	if ask == "" {
		return mustXML(response{Say: &s})
	}
	return mustXML(response{Gather: &gather{Action: ask, Method: http.MethodPost, NumDigits: 1, Timeout: 8, Say: []say{s}}})
}

func mustXML(r response) []byte {
	b, err := xml.Marshal(r)
	if err != nil {
		panic(err) // structs of strings
	}
	return append([]byte(xml.Header), b...)
}

// create makes a message or a call.
func (c *Twilio) create(ctx context.Context, what, to string, form url.Values) (Result, error) {
	if !isNumber(to) {
		return Result{}, permanent("the address is not a telephone number in the international form, such as +6281234567890")
	}
	header := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "User-Agent": {userAgent},
		"Authorization": {"Basic " + base64.StdEncoding.EncodeToString([]byte(c.Config.Account+":"+c.Config.Token.Reveal()))}}
	got, failed := post(ctx, c.deps.HTTP, c.Config.API+"/2010-04-01/Accounts/"+c.Config.Account+"/"+what+".json", header, []byte(form.Encode()))
	if failed != nil {
		return Result{}, failed
	}
	if got.status != http.StatusCreated {
		return Result{}, statusError(got, c.deps.Now(), c.Config.Token.Reveal())
	}
	var made struct {
		SID string `json:"sid"`
	}
	if json.Unmarshal(got.body, &made) != nil || made.SID == "" {
		return Result{}, &Error{Retry: true, Unsure: true, Detail: "the server does not answer as Twilio does"}
	}
	return Result{State: Accepted, Ref: made.SID}, nil
}

// Report is what a service says of a message later, at the message's Callback.
type Report struct {
	State  State  // empty: nothing that matters
	Detail string // the service's words
	Key    string // that the called person pressed; empty if this is no keypress
	// AckedBy is the address of who acknowledged it with the service; empty for nobody.
	AckedBy string
}

// ReadReport reads a report that a service of a kind posted as a form.
func ReadReport(kind string, form url.Values) Report {
	switch kind {
	case "sms":
		return twilioReport(form.Get("MessageStatus"), form.Get("ErrorCode"))
	case "voice":
		if form.Has("Digits") {
			return Report{Key: form.Get("Digits")}
		}
		return twilioReport(form.Get("CallStatus"), form.Get("SipResponseCode"))
	case "pushover":
		return readPushoverReport(form)
	case "push":
		return readPushReport(form)
	}
	return Report{}
}

// twilioReport reads a status of a message or a call. What is in between says
// nothing new.
func twilioReport(status, code string) Report {
	switch status {
	case "delivered", "in-progress", "answered":
		return Report{State: Delivered, Detail: status}
	case "undelivered", "failed", "busy", "no-answer", "canceled":
		return Report{State: Failed, Detail: strings.TrimSpace(status + " " + code)}
	}
	return Report{}
}
