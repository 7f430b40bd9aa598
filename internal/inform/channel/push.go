package channel

import (
	"bytes"
	"cmp"
	"context"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/SherClockHolmes/webpush-go"

	"github.com/sigap-dev/sigap/internal/incident"
)

// PushKey is by which push services know Sigap (RFC 8292), both halves in
// base64url. Browsers subscribe to the public one.
type PushKey struct {
	Public, Private string
	Subject         string // an https: address where the operator is found, else an e-mail address
}

// PushKeyOf derives the key from a secret, so that it needs no place of its own
// and all processes have the same.
func PushKeyOf(secret []byte, subject string) (PushKey, error) {
	raw, err := hkdf.Key(sha256.New, secret, nil, "sigap web push", 48)
	if err != nil {
		return PushKey{}, fmt.Errorf("derive the key for web push: %w", err)
	}
	// Into 1 to n-1, as FIPS 186-5 (A.2.1) has it: 16 bytes more than n make the bias vanish.
	n, _ := new(big.Int).SetString("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", 16)
	d := new(big.Int).SetBytes(raw)
	d.Mod(d, new(big.Int).Sub(n, big.NewInt(1))).Add(d, big.NewInt(1))
	private, err := ecdh.P256().NewPrivateKey(d.FillBytes(make([]byte, 32)))
	if err != nil {
		return PushKey{}, fmt.Errorf("derive the key for web push: %w", err)
	}
	return PushKey{
		Public: base64.RawURLEncoding.EncodeToString(private.PublicKey().Bytes()), Private: base64.RawURLEncoding.EncodeToString(private.Bytes()), Subject: subject,
	}, nil
}

// Subscription is a browser that a person has allowed to be notified on: what
// PushSubscription.toJSON() gives, and how the person calls the device. It is
// the address of a contact, as JSON.
type Subscription struct {
	webpush.Subscription
	Device string `json:"device,omitempty"`
}

// ReadSubscription reads a contact's address.
func ReadSubscription(address string) (*Subscription, error) {
	s := &Subscription{}
	mistake := incident.FieldError("address", "This is no browser's subscription. Open Settings on the device itself and choose “Notify on this device”.")
	if json.Unmarshal([]byte(address), s) != nil || len(s.Device) > 100 {
		return nil, mistake
	}
	u, err := url.Parse(s.Endpoint)
	key, noKey := base64.RawURLEncoding.DecodeString(s.Keys.P256dh)
	auth, noAuth := base64.RawURLEncoding.DecodeString(s.Keys.Auth)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || noKey != nil || noAuth != nil || len(auth) != 16 {
		return nil, mistake
	}
	if _, err := ecdh.P256().NewPublicKey(key); err != nil {
		return nil, mistake
	}
	return s, nil
}

// PushConfig is empty: web push needs nothing to be set up.
type PushConfig struct{}

// Validate finds no mistake.
func (PushConfig) Validate() error { return nil }

// Push notifies the browsers and installed pages that people allowed it on,
// through the service of each browser's maker.
type Push struct{ deps Deps }

// NewPush returns a Push.
func NewPush(_ PushConfig, deps Deps) *Push { return &Push{deps} }

const (
	pushBytes = 3900          // of a note: with its encryption it is one record of 4096, which every service takes
	pushText  = 2400          // bytes of its text, before JSON's own signs
	pushKept  = 4 * time.Hour // how long a service keeps it for a device that is off
)

// pushNote is what the page's service worker (web/public/sw.js) shows.
type pushNote struct {
	ID       string `json:"id"` // a second one of the same replaces the first
	Title    string `json:"title"`
	Body     string `json:"body"`
	Lang     string `json:"lang"`
	Urgent   bool   `json:"urgent,omitempty"` // it stays until somebody looks
	URL      string `json:"url,omitempty"`    // opened by a press
	Open     string `json:"open,omitempty"`   // the label of the button that does
	Take     string `json:"take,omitempty"`   // the label of the button that answers the page
	Taken    string `json:"taken,omitempty"`  // what stands there afterwards
	Callback string `json:"callback,omitempty"`
}

// Send hands m to the service of the browser that to subscribes. A service
// keeps the newest of the same message only.
func (c *Push) Send(ctx context.Context, to string, m Message) (Result, error) {
	s, err := ReadSubscription(to)
	if err != nil {
		return Result{}, permanent("the address is no browser's subscription")
	}
	note, err := pushNoteOf(m)
	if err != nil {
		return Result{}, &Error{Detail: "encoding the message", Err: err}
	}
	sum := sha256.Sum256([]byte(m.ID))
	options := &webpush.Options{
		HTTPClient: c.deps.HTTP, Subscriber: cmp.Or(c.deps.Push.Subject, "sigap@localhost.invalid"), VAPIDPublicKey: c.deps.Push.Public, VAPIDPrivateKey: c.deps.Push.Private,
		TTL: int(pushKept.Seconds()), Urgency: webpush.UrgencyNormal, Topic: base64.RawURLEncoding.EncodeToString(sum[:24]),
	}
	if m.urgent() {
		options.Urgency = webpush.UrgencyHigh
	}
	ctx, handedOver := watchHandover(ctx)
	res, err := webpush.SendNotificationWithContext(ctx, note, &s.Subscription, options)
	if err != nil {
		return Result{}, transportError(err, handedOver.Load())
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return Result{}, transportError(err, true)
	}
	switch res.StatusCode {
	case http.StatusOK, http.StatusCreated, http.StatusAccepted:
		return Result{State: Accepted, Ref: res.Header.Get("Location")}, nil
	case http.StatusNotFound, http.StatusGone:
		return Result{}, permanent("the device no longer takes notifications; allow them on it again")
	}
	return Result{}, statusError(answer{status: res.StatusCode, header: res.Header, body: body}, c.deps.Now(), s.Endpoint)
}

// urgent reports whether a message is of a major incident.
func (m *Message) urgent() bool { return m.Severity == "SEV1" || m.Severity == "SEV2" }

// pushNoteOf is a message as JSON, its text cut until it fits.
func pushNoteOf(m Message) ([]byte, error) {
	n := pushNote{ID: m.ID, Title: cut(m.heading(), 200, octets), Lang: m.Lang, Urgent: m.urgent(), Callback: m.Callback}
	if m.Answer != nil && m.Answer.Done != "" {
		n.Take, n.Taken = m.Answer.Label, m.Answer.Done
	}
	for _, a := range m.Actions {
		if a.Primary || n.URL == "" {
			n.URL, n.Open = a.URL, a.Label
		}
	}
	lines := slices.Clone(m.Lines)
	for _, f := range m.Fields {
		lines = append(lines, f.Label+": "+f.Value)
	}
	for limit := pushText; ; limit /= 2 {
		n.Body = strings.Join(cutLines(lines, limit, octets), "\n")
		var b bytes.Buffer
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false) // a page reads it as JSON
		if err := e.Encode(n); err != nil {
			return nil, err
		}
		if b.Len() <= pushBytes || limit == 0 {
			return b.Bytes(), nil
		}
	}
}

// readPushReport is what the service worker tells at the callback: that the
// device has shown the notification.
func readPushReport(form url.Values) Report {
	if form.Get("state") == "shown" {
		return Report{State: Delivered}
	}
	return Report{}
}
