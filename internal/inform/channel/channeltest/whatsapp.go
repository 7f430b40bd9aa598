package channeltest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/time/rate"
)

// WhatsApp is a fake of the WhatsApp Business Cloud API: it sends what it was
// given (developers.facebook.com/docs/whatsapp/cloud-api/reference/messages) and
// tells a server of ours what became of it and what people write.
type WhatsApp struct {
	Inbox
	URL string

	number  *rate.Limiter            // 80 messages a second (…/cloud-api/overview#throughput)
	pairs   map[string]*rate.Limiter // one in 6 seconds to a person, 45 at once (…#pair-rate-limits)
	wrote   map[string]time.Time     // when somebody wrote last
	refuse  int                      // the code that the next message is refused with
	missing map[string]bool          // templates that are not there, as name/language
	lost    []Received               // taken, and to fail since the window was closed
	lastID  int
}

// What the app of the fake is set up with.
const (
	whatsappNumber = "106540352242922"
	whatsappToken  = "EAAJB0123456789abcdef"
	WhatsAppSecret = "0a1b2c3d4e5f60718293a4b5c6d7e8f9"
	WhatsAppVerify = "a token to verify"
)

// NewWhatsApp starts a service with one number and the two templates of Sigap's
// documentation, in both languages.
func NewWhatsApp(t testing.TB) *WhatsApp {
	t.Helper()
	f := &WhatsApp{Inbox: newInbox(), number: rate.NewLimiter(80, 80), pairs: map[string]*rate.Limiter{}, wrote: map[string]time.Time{}, missing: map[string]bool{}}
	f.URL = f.serve(t, f.receive, func(w http.ResponseWriter, status int) {
		whatsappRefuses(w, status, 2, "Service temporarily unavailable")
	})
	return f
}

// Config is the configuration of a channel that sends by this service.
func (f *WhatsApp) Config() json.RawMessage {
	return mustJSON(map[string]any{"number": whatsappNumber, "token": whatsappToken, "api": f.URL})
}

// Listening is Config with what it needs to be heard.
func (f *WhatsApp) Listening() json.RawMessage {
	return mustJSON(map[string]any{"number": whatsappNumber, "token": whatsappToken, "api": f.URL, "appSecret": WhatsAppSecret, "verifyToken": WhatsAppVerify})
}

// RefuseNext refuses the next message with a code of theirs.
func (f *WhatsApp) RefuseNext(code int) { f.set(func() { f.refuse = code }) }

// Withdraw takes a template away in a language.
func (f *WhatsApp) Withdraw(name, lang string) { f.set(func() { f.missing[name+"/"+lang] = true }) }

// Wrote says that somebody wrote to the number just now, and tells nobody.
func (f *WhatsApp) Wrote(from string) { f.set(func() { f.wrote[from] = f.now() }) }

// Lost are the messages that were taken and cannot arrive, since their words
// are no template's and the person had not written within a day.
func (f *WhatsApp) Lost() []Received {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.lost
}

// whatsappRefuses answers as developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes says.
func whatsappRefuses(w http.ResponseWriter, status, code int, details string) {
	answerJSON(w, status, map[string]any{"error": map[string]any{
		"message": fmt.Sprintf("(#%d) refused", code), "type": "OAuthException", "code": code,
		"error_data": map[string]any{"messaging_product": "whatsapp", "details": details}, "fbtrace_id": "Az8or2yhqkZfEZ"}})
}

// whatsappRequest is a message as it may come.
type whatsappRequest struct {
	Product   string `json:"messaging_product"`
	Recipient string `json:"recipient_type"`
	To        string `json:"to"`
	Type      string `json:"type"`
	Context   struct {
		ID string `json:"message_id"`
	} `json:"context"`
	Text struct {
		Body string `json:"body"`
	} `json:"text"`
	Interactive struct {
		Type string `json:"type"`
		Body struct {
			Text string `json:"text"`
		} `json:"body"`
		Action struct {
			Buttons []struct {
				Type  string `json:"type"`
				Reply struct {
					ID    string `json:"id"`
					Title string `json:"title"`
				} `json:"reply"`
			} `json:"buttons"`
		} `json:"action"`
	} `json:"interactive"`
	Template whatsappTemplate `json:"template"`
	Opaque   string           `json:"biz_opaque_callback_data"`
}

type whatsappTemplate struct {
	Name     string `json:"name"`
	Language struct {
		Code string `json:"code"`
	} `json:"language"`
	Components []struct {
		Type       string `json:"type"`
		SubType    string `json:"sub_type"`
		Index      string `json:"index"`
		Parameters []struct {
			Type    string `json:"type"`
			Text    string `json:"text"`
			Payload string `json:"payload"`
		} `json:"parameters"`
	} `json:"components"`
}

func (f *WhatsApp) receive(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	var m whatsappRequest
	switch {
	case r.Header.Get("Authorization") != "Bearer "+whatsappToken:
		whatsappRefuses(w, http.StatusUnauthorized, 190, "Invalid OAuth access token")
		return
	case r.Method != http.MethodPost || r.URL.Path != "/"+whatsappNumber+"/messages":
		whatsappRefuses(w, http.StatusBadRequest, 33, "Object with ID does not exist")
		return
	case err != nil || json.Unmarshal(body, &m) != nil:
		whatsappRefuses(w, http.StatusBadRequest, 100, "The body is no JSON")
		return
	}
	got, code, details := f.read(m)
	if code == 0 {
		code, details = f.limits(m.To)
	}
	if code != 0 {
		whatsappRefuses(w, http.StatusBadRequest, code, details)
		return
	}
	f.mu.Lock()
	f.lastID++
	got.Ref = fmt.Sprintf("wamid.HBgN%06d", f.lastID)
	open := f.now().Sub(f.wrote[m.To]) < 24*time.Hour
	f.mu.Unlock()
	got.To, got.Thread, got.Raw = m.To, m.Context.ID, body
	if m.Type == "template" || open {
		f.accept(got)
	} else { // it is known only later that the window is closed
		f.set(func() { f.lost = append(f.lost, got) })
	}
	answerJSON(w, http.StatusOK, map[string]any{"messaging_product": "whatsapp",
		"contacts": []any{map[string]any{"input": m.To, "wa_id": strings.TrimPrefix(m.To, "+")}},
		"messages": []any{map[string]any{"id": got.Ref, "message_status": "accepted"}}})
}

func (f *WhatsApp) limits(to string) (code int, details string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if code, f.refuse = f.refuse, 0; code != 0 {
		return code, "told to refuse"
	}
	if f.pairs[to] == nil {
		f.pairs[to] = rate.NewLimiter(rate.Every(6*time.Second), 45)
	}
	switch {
	case !f.number.AllowN(f.now(), 1):
		return 130429, "Cloud API message throughput has been reached."
	case !f.pairs[to].AllowN(f.now(), 1):
		return 131056, "Too many messages sent from the sender phone number to the same recipient phone number in a short period of time."
	}
	return 0, ""
}

// read checks a message and gives what a person sees of it.
func (f *WhatsApp) read(m whatsappRequest) (got Received, code int, details string) {
	switch {
	case m.Product != "whatsapp":
		return got, 100, "The parameter messaging_product is required."
	case m.Recipient != "" && m.Recipient != "individual" || !regexp.MustCompile(`^\+?[1-9]\d{6,14}$`).MatchString(m.To):
		return got, 100, "The parameter to is required."
	case utf8.RuneCountInString(m.Opaque) > 512:
		return got, 100, "biz_opaque_callback_data is too long"
	}
	switch m.Type {
	case "text":
		if n := utf8.RuneCountInString(m.Text.Body); n == 0 || n > 4096 {
			return got, 100, "Param text['body'] must be at most 4096 characters long."
		}
		return Received{Text: m.Text.Body}, 0, ""
	case "interactive":
		return readWhatsAppButtons(m)
	case "template":
		return f.readTemplate(m.Template)
	}
	return got, 100, "Param type must be one of {TEXT, TEMPLATE, INTERACTIVE}"
}

// readWhatsAppButtons: …/cloud-api/messages/interactive-reply-buttons-messages.
func readWhatsAppButtons(m whatsappRequest) (got Received, code int, details string) {
	got.Text = m.Interactive.Body.Text
	seen := map[string]bool{}
	for _, b := range m.Interactive.Action.Buttons {
		id, title := b.Reply.ID, b.Reply.Title
		switch {
		case b.Type != "reply" || id == "" || title == "" || seen[title]:
			return got, 131009, "Button title must be unique and not empty"
		case utf8.RuneCountInString(title) > 20 || utf8.RuneCountInString(id) > 256:
			return got, 131009, "Button title length invalid. Min length: 1, Max length: 20"
		}
		seen[title] = true
		got.Buttons = append(got.Buttons, Button{Text: title, Says: id})
	}
	switch n := utf8.RuneCountInString(got.Text); {
	case m.Interactive.Type != "button" || len(got.Buttons) == 0 || len(got.Buttons) > 3:
		return got, 131009, "Invalid buttons count. Min allowed buttons: 1, Max allowed buttons: 3"
	case n == 0 || n > 1024:
		return got, 131009, "Body text length invalid. Min length: 1, Max length: 1024"
	}
	return got, 0, ""
}

// whatsappButtons are the quick replies of the templates, as they were approved.
var whatsappButtons = map[string][]string{"sigap_page/en": {"I’m on it", "Can’t, pass on"}, "sigap_page/id": {"Saya tangani", "Tak bisa, teruskan"}, "sigap_notice/en": nil, "sigap_notice/id": nil}

// readTemplate: …/cloud-api/guides/send-message-templates; a variable holds no
// line break, tab or four blanks in a row, and is not empty.
func (f *WhatsApp) readTemplate(m whatsappTemplate) (got Received, code int, details string) {
	name := m.Name + "/" + m.Language.Code
	labels, known := whatsappButtons[name]
	f.mu.Lock()
	known = known && !f.missing[name]
	f.mu.Unlock()
	if !known {
		return got, 132001, "template name (" + m.Name + ") does not exist in " + m.Language.Code
	}
	for _, c := range m.Components {
		for _, p := range c.Parameters {
			switch {
			case c.Type == "body" && (p.Type != "text" || p.Text == "" || regexp.MustCompile(`[\n\t]| {5}`).MatchString(p.Text)):
				return got, 132018, "Param text cannot have new-line/tab characters or more than 4 consecutive spaces"
			case c.Type == "body":
				got.Text += p.Text + "\n"
			case c.Type != "button" || c.SubType != "quick_reply" || c.Index != fmt.Sprint(len(got.Buttons)) || p.Type != "payload" || p.Payload == "" || len(got.Buttons) >= len(labels):
				return got, 132012, "Parameter format does not match format in the created template"
			default:
				got.Buttons = append(got.Buttons, Button{Text: labels[len(got.Buttons)], Says: p.Payload})
			}
		}
	}
	got.Text = strings.TrimSuffix(got.Text, "\n")
	switch {
	case strings.Count(got.Text, "\n") != 2 || len(got.Buttons) != len(labels):
		return got, 132000, "Number of parameters does not match the expected number of params"
	case utf8.RuneCountInString(got.Text) > 1024:
		return got, 132005, "Translated text too long"
	}
	return got, 0, ""
}
