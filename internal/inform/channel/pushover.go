package channel

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Limits of a message (pushover.net/api#limits, #urls and #attachments).
const (
	pushoverTitle    = 250
	pushoverMessage  = 1024
	pushoverURL      = 512
	pushoverURLTitle = 100
	pushoverPlot     = 2_621_440 // bytes
)

// How a page rings until somebody answers (pushover.net/api#priority): once a
// half minute, as often as Pushover allows, and not for long, since by then it
// has gone on to somebody else.
const (
	pushoverRings  = 30 * time.Second
	pushoverExpire = 10 * time.Minute
)

// pushoverPause is how long Pushover wants between two tries after an error on
// its side (pushover.net/api#friendly).
const pushoverPause = 5 * time.Second

// PushoverConfig configures an application of Pushover. Addresses are users'
// keys.
type PushoverConfig struct {
	Token Secret `json:"token"`         // of the application
	API   string `json:"api,omitempty"` // default https://api.pushover.net
}

// Validate returns the first mistake as a *incident.Error.
func (c PushoverConfig) Validate() error {
	return check(
		must(pushoverKey(c.Token.Reveal()), "token", "give the application's API token: 30 letters and digits"),
		validBase("api", c.API),
	)
}

// pushoverKey reports whether s may be a token, a user's or a group's key.
func pushoverKey(s string) bool { return regexp.MustCompile(`^[A-Za-z0-9]{30}$`).MatchString(s) }

// Pushover sends to people's phones. It has no idempotency: a message of which
// the answer was lost may come twice.
type Pushover struct {
	Config PushoverConfig // exported, because fmt shows what it finds in unexported fields unmasked
	deps   Deps
}

// NewPushover returns a Pushover for a valid configuration.
func NewPushover(config PushoverConfig, deps Deps) *Pushover {
	config.API = strings.TrimRight(cmp.Or(config.API, "https://api.pushover.net"), "/")
	return &Pushover{config, deps}
}

// Send tells m to the one with the key to. A page rings until it is
// acknowledged there, which Pushover reports at the message's Callback.
func (c *Pushover) Send(ctx context.Context, to string, m Message) (Result, error) {
	if !pushoverKey(to) {
		return Result{}, permanent("the address is not a user's key: 30 letters and digits, as Pushover shows it at the top")
	}
	fields := pushoverFields(m)
	fields["token"], fields["user"] = c.Config.Token.Reveal(), to
	contentType, body, err := pushoverBody(fields, m.Plot)
	if err != nil {
		return Result{}, &Error{Detail: "encoding the message", Err: err}
	}
	got, failed := post(ctx, c.deps.HTTP, c.Config.API+"/1/messages.json", http.Header{"Content-Type": {contentType}, "User-Agent": {userAgent}}, body)
	if failed != nil {
		return Result{}, failed
	}
	var sent struct {
		Status  int      `json:"status"`
		Request string   `json:"request"`
		Receipt string   `json:"receipt"`
		Errors  []string `json:"errors"`
	}
	readable := json.Unmarshal(got.body, &sent) == nil
	switch {
	case got.status == http.StatusOK && readable && sent.Status == 1:
		return Result{State: Accepted, Ref: cmp.Or(sent.Receipt, sent.Request)}, nil
	case got.status == http.StatusOK:
		return Result{}, &Error{Retry: true, Unsure: true, Detail: "the server does not answer as Pushover does"}
	}
	e := statusError(got, c.deps.Now(), c.Config.Token.Reveal(), to)
	switch {
	case got.status == http.StatusTooManyRequests:
		e.Retry, e.Detail = false, "the application's messages of this month are used up: "+e.Detail
	case e.Retry:
		e.After = max(e.After, pushoverPause)
	case readable && len(sent.Errors) > 0:
		e.Detail = excerpt([]byte(strings.Join(sent.Errors, "; ")), c.Config.Token.Reveal(), to)
	}
	return Result{}, e
}

// pushoverFields are the parameters of m (pushover.net/api#messages).
func pushoverFields(m Message) map[string]string {
	lines := append([]string{}, m.Lines...)
	for _, f := range m.Fields {
		lines = append(lines, f.Label+": "+f.Value)
	}
	title := cut(m.heading(), pushoverTitle, runes)
	fields := map[string]string{"title": title, "message": cmp.Or(strings.Join(cutLines(lines, pushoverMessage, runes), "\n"), title), "priority": "0"}
	for _, a := range m.linksBeside() {
		if runes(a.URL) <= pushoverURL && (a.Primary || fields["url"] == "") {
			fields["url"], fields["url_title"] = a.URL, cut(a.Label, pushoverURLTitle, runes)
		}
	}
	switch {
	case m.Answer != nil && m.Answer.Done != "" && m.Callback != "":
		fields["priority"], fields["callback"] = "2", m.Callback
		fields["retry"], fields["expire"] = wholeSeconds(pushoverRings), wholeSeconds(pushoverExpire)
	case m.urgent():
		fields["priority"] = "1"
	}
	return fields
}

func wholeSeconds(d time.Duration) string { return strconv.Itoa(int(d.Seconds())) }

// pushoverBody is a form, with the plot as its attachment if that is small enough.
func pushoverBody(fields map[string]string, plot []byte) (contentType string, body []byte, err error) {
	if len(plot) > 0 && len(plot) <= pushoverPlot {
		return pictureForm(fields, "attachment", plot)
	}
	form := url.Values{}
	for name, value := range fields {
		form.Set(name, value)
	}
	return "application/x-www-form-urlencoded", []byte(form.Encode()), nil
}

// readPushoverReport is what Pushover tells at the callback: who acknowledged
// (pushover.net/api/receipts#callback).
func readPushoverReport(form url.Values) Report {
	if form.Get("acknowledged") != "1" {
		return Report{}
	}
	return Report{AckedBy: form.Get("acknowledged_by")}
}
