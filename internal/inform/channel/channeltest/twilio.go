package channeltest

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/time/rate"
)

// Twilio is a fake of the parts of Twilio's REST API that send a message and
// make a call (twilio.com/docs/messaging/api/message-resource,
// twilio.com/docs/voice/api/call-resource). What it accepted it can report on
// and, for a call, press a key, at the addresses that it was given.
type Twilio struct {
	Inbox
	URL   string
	Token string

	limiter *rate.Limiter
	lastID  int
}

const (
	twilioAccount = "AC0123456789abcdef0123456789abcdef"
	twilioNumber  = "+12025550123"
)

// NewTwilio starts a server with one account.
func NewTwilio(t testing.TB) *Twilio {
	t.Helper()
	f := &Twilio{Inbox: newInbox(), Token: "9f2c1f0e7d6b5a49382716050f1e2d3c", limiter: rate.NewLimiter(rate.Every(time.Second/100), 100)} // "100 requests a second", API limits
	f.URL = f.serve(t, f.receive, func(w http.ResponseWriter, status int) { twilioError(w, status, 20500, "told to fail") })
	return f
}

// Config is the configuration of a channel that uses this server.
func (f *Twilio) Config() json.RawMessage {
	return mustJSON(map[string]any{"account": twilioAccount, "token": f.Token, "from": twilioNumber, "api": f.URL})
}

// twilioError answers as twilio.com/docs/usage/twilios-response#exceptions says.
func twilioError(w http.ResponseWriter, status, code int, words string) {
	answerJSON(w, status, map[string]any{"code": code, "message": words, "status": status, "more_info": fmt.Sprintf("https://www.twilio.com/docs/errors/%d", code)})
}

func (f *Twilio) receive(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	allowed := f.limiter.AllowN(f.now(), 1)
	f.mu.Unlock()
	account, token, _ := r.BasicAuth()
	what, isOurs := strings.CutPrefix(r.URL.Path, "/2010-04-01/Accounts/"+twilioAccount+"/")
	switch {
	case !allowed:
		twilioError(w, http.StatusTooManyRequests, 20429, "Too Many Requests")
	case account != twilioAccount || token != f.Token:
		twilioError(w, http.StatusUnauthorized, 20003, "Authenticate")
	case !isOurs || r.Method != http.MethodPost || what != "Messages.json" && what != "Calls.json":
		twilioError(w, http.StatusNotFound, 20404, "The requested resource "+r.URL.Path+" was not found")
	case r.ParseForm() != nil:
		twilioError(w, http.StatusBadRequest, 20001, "the body is no form")
	default:
		f.create(w, what == "Calls.json", r.PostForm)
	}
}

func (f *Twilio) create(w http.ResponseWriter, call bool, form url.Values) {
	if code, words := twilioMistake(call, form); code != 0 {
		twilioError(w, http.StatusBadRequest, code, words)
		return
	}
	f.mu.Lock()
	f.lastID++
	sid := fmt.Sprintf("SM%032x", f.lastID)
	f.mu.Unlock()
	text := form.Get("Body")
	if call {
		sid = "CA" + sid[2:]
		text, _ = readTwiML(form.Get("Twiml"))
	}
	f.accept(Received{Ref: sid, To: form.Get("To"), Text: text, Raw: mustJSON(form)})
	answerJSON(w, http.StatusCreated, map[string]any{"sid": sid, "status": "queued", "to": form.Get("To"), "error_code": nil})
}

// twilioMistake checks what the two resources demand.
func twilioMistake(call bool, form url.Values) (code int, words string) {
	number := regexp.MustCompile(`^\+[1-9]\d{6,14}$`)
	callback, err := url.Parse(form.Get("StatusCallback"))
	switch {
	case form.Get("To") == "":
		return 21604, "A 'To' phone number is required."
	case !number.MatchString(form.Get("To")):
		return 21211, "The 'To' number " + form.Get("To") + " is not a valid phone number."
	case form.Get("From") == "" && (call || form.Get("MessagingServiceSid") == ""):
		return 21603, "A 'From' phone number is required."
	case form.Has("From") && form.Get("From") != twilioNumber:
		return 21606, "The 'From' phone number provided is not a valid message-capable Twilio phone number for this destination/account"
	case err != nil || form.Has("StatusCallback") && callback.Host == "":
		return 21609, "The 'StatusCallback' URL is not valid."
	case !call && form.Get("Body") == "":
		return 21602, "Message body is required."
	case !call && utf8.RuneCountInString(form.Get("Body")) > 1600:
		return 21617, "The concatenated message body exceeds the 1600 character limit."
	case call && utf8.RuneCountInString(form.Get("Twiml")) > 4000:
		return 21601, "Twiml must be at most 4000 characters"
	}
	if call {
		if _, err := readTwiML(form.Get("Twiml")); err != nil {
			return 12100, "Document parse failure"
		}
	}
	return 0, ""
}

// readTwiML gives what a document says aloud.
func readTwiML(document string) (string, error) {
	var r struct {
		XMLName xml.Name `xml:"Response"`
		Gather  struct {
			Action string   `xml:"action,attr"`
			Say    []string `xml:"Say"`
		} `xml:"Gather"`
		Say []string `xml:"Say"`
	}
	err := xml.Unmarshal([]byte(document), &r)
	return strings.Join(append(r.Gather.Say, r.Say...), "\n"), err
}

// Report posts what became of a message to the address that came with it:
// MessageStatus for a message, CallStatus for a call.
func (f *Twilio) Report(m Received, status, code string) (int, error) {
	var form url.Values
	if err := json.Unmarshal(m.Raw, &form); err != nil {
		return 0, err
	}
	values := url.Values{"MessageSid": {m.Ref}, "MessageStatus": {status}, "ErrorCode": {code}, "To": {m.To}}
	if strings.HasPrefix(m.Ref, "CA") {
		values = url.Values{"CallSid": {m.Ref}, "CallStatus": {status}, "SipResponseCode": {code}, "To": {m.To}}
	}
	status2, _, err := postForm(form.Get("StatusCallback"), values)
	return status2, err
}

// Press presses a key in a call and gives what is said then.
func (f *Twilio) Press(m Received, digit string) (string, error) {
	var form url.Values
	if err := json.Unmarshal(m.Raw, &form); err != nil {
		return "", err
	}
	found := regexp.MustCompile(`<Gather action="([^"]*)"`).FindStringSubmatch(form.Get("Twiml"))
	if found == nil {
		return "", fmt.Errorf("the call asks for no key: %s", form.Get("Twiml"))
	}
	status, body, err := postForm(found[1], url.Values{"CallSid": {m.Ref}, "Digits": {digit}, "CallStatus": {"in-progress"}})
	if err != nil || status != http.StatusOK {
		return "", fmt.Errorf("the key was answered %d %s: %w", status, body, err)
	}
	return readTwiML(string(body))
}

func postForm(address string, values url.Values) (int, []byte, error) {
	res, err := http.PostForm(address, values) //nolint:noctx // a test's own server
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	return res.StatusCode, body, err
}
