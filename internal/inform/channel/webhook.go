package channel

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Headers of a webhook request.
const (
	headerSignature = "Sigap-Signature" // t=UNIX,v1=HEX[,v1=HEX…]
	headerDelivery  = "Sigap-Delivery"  // Message.ID
)

// WebhookConfig configures requests to any HTTP server. Addresses are URLs;
// what they hold after the host counts as secret. The zero value is valid.
type WebhookConfig struct {
	Keys []Secret `json:"keys,omitempty"` // each signs every request; two while one replaces the other; none: unsigned
}

// Validate returns the first mistake as a *incident.Error.
func (c WebhookConfig) Validate() error {
	const rule = "give up to four keys of at least 16 characters"
	if err := must(len(c.Keys) <= 4, "keys", rule); err != nil {
		return err
	}
	for _, key := range c.Keys {
		if err := must(len(key) >= 16, "keys", rule); err != nil {
			return err
		}
	}
	return nil
}

// Webhook posts messages as JSON, signed with HMAC-SHA256 where there are keys.
type Webhook struct {
	Config WebhookConfig // exported, because fmt shows what it finds in unexported fields unmasked
	deps   Deps
}

// NewWebhook returns a Webhook for a valid configuration.
func NewWebhook(config WebhookConfig, deps Deps) *Webhook { return &Webhook{config, deps} }

// webhookBody is the JSON that receivers read; docs/channels/webhook.md
// describes it. It is the same on every attempt, so it holds no time.
type webhookBody struct {
	ID       string       `json:"id"`
	Type     string       `json:"type"` // "notice"
	Incident string       `json:"incident,omitempty"`
	Thread   string       `json:"thread,omitempty"`
	Severity string       `json:"severity,omitempty"`
	Title    string       `json:"title"`
	Lines    []string     `json:"lines,omitempty"`
	Fields   []Field      `json:"fields,omitempty"`
	Actions  []Action     `json:"actions,omitempty"`
	Plot     *webhookPlot `json:"plot,omitempty"`
	Lang     string       `json:"lang,omitempty"`
}

type webhookPlot struct {
	Type string `json:"type"` // "image/png"
	Alt  string `json:"alt,omitempty"`
	Data []byte `json:"data"` // base64
}

// Send posts m to the URL to.
func (w *Webhook) Send(ctx context.Context, to string, m Message) (Result, error) {
	target, err := url.Parse(to)
	if err != nil || target.Host == "" || (target.Scheme != "https" && target.Scheme != "http") || target.User != nil {
		return Result{}, permanent("the address is not an http or https URL without a user name")
	}
	thread := m.Thread
	if thread == "" {
		thread = m.ID
	}
	body, err := json.Marshal(webhookBody{
		ID: m.ID, Type: "notice", Incident: m.Incident, Thread: thread, Severity: m.Severity, Title: m.Title,
		Lines: m.Lines, Fields: m.Fields, Actions: m.Actions, Plot: plotOf(m), Lang: m.Lang,
	})
	if err != nil {
		return Result{}, &Error{Detail: "encoding the message", Err: err}
	}
	header := http.Header{
		"Content-Type": {"application/json; charset=utf-8"},
		"User-Agent":   {userAgent},
		headerDelivery: {m.ID},
	}
	if len(w.Config.Keys) > 0 {
		header[headerSignature] = []string{sign(body, w.Config.Keys, w.deps.Now())}
	}
	got, failed := post(ctx, w.deps.HTTP, to, header, body)
	if failed != nil {
		return Result{}, failed
	}
	if got.status < 200 || got.status > 299 {
		return Result{}, statusError(got, w.deps.Now(), to, target.RequestURI())
	}
	return Result{State: Accepted, Ref: m.ID, Thread: thread, Detail: fmt.Sprintf("answered %d", got.status)}, nil
}

func plotOf(m Message) *webhookPlot {
	if m.Plot == nil {
		return nil
	}
	return &webhookPlot{Type: "image/png", Alt: m.PlotAlt, Data: m.Plot}
}

// sign returns the signature header: HMAC-SHA256 over "time.body" under each
// key, so that a receiver may verify with the old or the new one.
func sign(body []byte, keys []Secret, now time.Time) string {
	t := strconv.FormatInt(now.Unix(), 10)
	parts := []string{"t=" + t}
	for _, key := range keys {
		mac := hmac.New(sha256.New, []byte(key.Reveal()))
		mac.Write([]byte(t + "."))
		mac.Write(body)
		parts = append(parts, "v1="+hex.EncodeToString(mac.Sum(nil)))
	}
	return strings.Join(parts, ",")
}
