package channeltest

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// Push is a fake of a push service and of the browsers that subscribe at it:
// it holds to RFC 8030 (the request), RFC 8292 (who sends) and RFC 8291 (the
// encryption, which only the browser can undo).
type Push struct {
	Inbox
	URL string

	subscribed map[string]*browser
}

// browser is one that subscribed.
type browser struct {
	server string // the key that it subscribed to
	key    *ecdh.PrivateKey
	auth   []byte
	gone   bool
}

// NewPush starts a push service.
func NewPush(t testing.TB) *Push {
	t.Helper()
	f := &Push{Inbox: newInbox(), subscribed: map[string]*browser{}}
	f.URL = f.serve(t, f.receive, func(w http.ResponseWriter, status int) { http.Error(w, "told to fail", status) })
	return f
}

// Subscribe lets a browser subscribe to a server's key (a subscription "locked"
// to it, RFC 8292, 4) and gives what PushSubscription.toJSON() does.
func (f *Push) Subscribe(t testing.TB, name, serverKey string) string {
	t.Helper()
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	auth := make([]byte, 16)
	_, _ = rand.Read(auth) // never fails
	f.set(func() { f.subscribed[name] = &browser{server: serverKey, key: key, auth: auth} })
	b64 := base64.RawURLEncoding.EncodeToString
	return string(mustJSON(map[string]any{
		"endpoint": f.URL + "/push/" + name, "expirationTime": nil, "device": name,
		"keys": map[string]string{"p256dh": b64(key.PublicKey().Bytes()), "auth": b64(auth)},
	}))
}

// Unsubscribe has a browser give its subscription up.
func (f *Push) Unsubscribe(name string) { f.set(func() { f.subscribed[name].gone = true }) }

func (f *Push) receive(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, "/push/")
	f.mu.Lock()
	b := f.subscribed[name]
	gone := b != nil && b.gone
	f.mu.Unlock()
	switch {
	case b == nil:
		http.Error(w, "no such subscription", http.StatusNotFound)
		return
	case gone:
		http.Error(w, "push subscription has unsubscribed or expired.", http.StatusGone) // RFC 8030, 7.3
		return
	}
	if status, err := f.sender(r, b.server); err != nil {
		http.Error(w, err.Error(), status)
		return
	}
	if err := pushHeader(r.Header); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, 4096+1))
	if len(body) > 4096 { // RFC 8030, 7.2: what every service must take
		http.Error(w, "payload too large", http.StatusRequestEntityTooLarge)
		return
	}
	if err != nil {
		return
	}
	plain, err := b.decrypt(body)
	if err != nil { // a real browser would drop it, and nobody would ever know
		http.Error(w, "the browser cannot read it: "+err.Error(), http.StatusBadRequest)
		return
	}
	var note struct{ Title, Body, URL, Open, Take string }
	if err := json.Unmarshal(plain, &note); err != nil {
		http.Error(w, "the page cannot read it", http.StatusBadRequest)
		return
	}
	got := Received{Ref: f.URL + "/message/" + strconv.Itoa(f.Calls()), To: name, Text: note.Title + "\n" + note.Body, Raw: plain}
	if note.Open != "" {
		got.Buttons = []Button{{Text: note.Open, URL: note.URL}}
	}
	if note.Take != "" {
		got.Buttons = append(got.Buttons, Button{Text: note.Take, URL: note.URL})
	}
	f.accept(got)
	w.Header().Set("Location", got.Ref)
	w.WriteHeader(http.StatusCreated)
}

// sender checks who sends: a token that the subscribed key signed, for this
// service, that says who it is and ends within 24 hours (RFC 8292, 2).
func (f *Push) sender(r *http.Request, key string) (status int, err error) {
	scheme, rest, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	params := map[string]string{}
	for p := range strings.SplitSeq(rest, ",") {
		if k, v, ok := strings.Cut(strings.TrimSpace(p), "="); ok {
			params[k] = v
		}
	}
	if scheme != "vapid" || params["t"] == "" || params["k"] == "" {
		return http.StatusUnauthorized, errors.New("no vapid authorization")
	}
	if params["k"] != key {
		return http.StatusForbidden, errors.New("the subscription is another server's")
	}
	raw, err := base64.RawURLEncoding.DecodeString(key)
	if err != nil {
		return http.StatusForbidden, errors.New("the key is not base64url")
	}
	public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), raw)
	if err != nil {
		return http.StatusForbidden, errors.New("the key is no point of P-256")
	}
	var claims jwt.RegisteredClaims
	_, err = jwt.ParseWithClaims(params["t"], &claims, func(*jwt.Token) (any, error) { return public, nil },
		jwt.WithValidMethods([]string{"ES256"}), jwt.WithAudience(f.URL), jwt.WithExpirationRequired())
	switch {
	case err != nil:
		return http.StatusForbidden, fmt.Errorf("the token does not hold: %w", err)
	case claims.ExpiresAt.After(time.Now().Add(24 * time.Hour)):
		return http.StatusForbidden, errors.New("the token lasts longer than 24 hours")
	case !strings.HasPrefix(claims.Subject, "mailto:") && !strings.HasPrefix(claims.Subject, "https:"):
		return http.StatusForbidden, errors.New("the token does not say whom to ask")
	}
	return 0, nil
}

// pushHeader checks what RFC 8030 (5.2 to 5.4) demands of a request.
func pushHeader(h http.Header) error {
	if ttl, err := strconv.Atoi(h.Get("TTL")); err != nil || ttl < 0 {
		return errors.New("TTL is missing")
	}
	if u := h.Get("Urgency"); u != "" && !slices.Contains([]string{"very-low", "low", "normal", "high"}, u) {
		return errors.New("the urgency is unknown")
	}
	if topic := h.Get("Topic"); topic != "" && !regexp.MustCompile(`^[-_A-Za-z0-9]{1,32}$`).MatchString(topic) {
		return errors.New("the topic has more than 32 characters of base64url")
	}
	if h.Get("Content-Encoding") != "aes128gcm" {
		return errors.New("the encoding is not aes128gcm")
	}
	return nil
}

// decrypt undoes the encryption as the browser does (RFC 8291, 3.4; RFC 8188, 2).
func (b *browser) decrypt(body []byte) ([]byte, error) {
	const header = 16 + 4 + 1
	if len(body) < header || len(body) < header+int(body[20]) {
		return nil, errors.New("the header is cut")
	}
	salt, size, id := body[:16], binary.BigEndian.Uint32(body[16:20]), body[header:header+int(body[20])]
	sealed := body[header+len(id):]
	if uint32(len(sealed)) > size {
		return nil, errors.New("there is more than one record")
	}
	sender, err := ecdh.P256().NewPublicKey(id)
	if err != nil {
		return nil, err
	}
	shared, err := b.key.ECDH(sender)
	if err != nil {
		return nil, err
	}
	info := "WebPush: info\x00" + string(b.key.PublicKey().Bytes()) + string(id)
	secret, err := hkdf.Key(sha256.New, shared, b.auth, info, 32)
	if err != nil {
		return nil, err
	}
	key, err := hkdf.Key(sha256.New, secret, salt, "Content-Encoding: aes128gcm\x00", 16)
	if err != nil {
		return nil, err
	}
	nonce, err := hkdf.Key(sha256.New, secret, salt, "Content-Encoding: nonce\x00", 12)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	plain, err := gcm.Open(nil, nonce, sealed, nil)
	if err != nil {
		return nil, err
	}
	plain = []byte(strings.TrimRight(string(plain), "\x00"))
	text, last := strings.CutSuffix(string(plain), "\x02")
	if !last {
		return nil, errors.New("the padding is wrong")
	}
	return []byte(text), nil
}
