package channeltest

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Verify asks an address whether it is the app's
// (developers.facebook.com/docs/graph-api/webhooks/getting-started#verification-requests).
func (f *WhatsApp) Verify(ctx context.Context, address, token string) error {
	query := url.Values{"hub.mode": {"subscribe"}, "hub.challenge": {"1158201444"}, "hub.verify_token": {token}}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address+"?"+query.Encode(), http.NoBody)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	if body, err := io.ReadAll(res.Body); err != nil || res.StatusCode != http.StatusOK || string(body) != "1158201444" {
		return fmt.Errorf("the challenge was answered %d %q (%w)", res.StatusCode, body, err)
	}
	return nil
}

// Typed is what somebody does in their chat with the number.
type Typed struct {
	ID      string // of the message; empty makes one
	From    string // +6281234567890
	Text    string
	Picture bool
	Answers *Received     // the message of ours that it answers
	Age     time.Duration // how long ago it was
	Key     string        // the secret that signs it; empty: the app's
}

// Type tells a server of ours what somebody wrote
// (developers.facebook.com/docs/whatsapp/cloud-api/webhooks/payload-examples).
func (f *WhatsApp) Type(ctx context.Context, address string, t Typed) (int, error) {
	part := map[string]any{"type": "text", "text": map[string]any{"body": t.Text}}
	if t.Picture {
		part = map[string]any{"type": "image", "image": map[string]any{"caption": t.Text, "id": "1", "mime_type": "image/jpeg"}}
	}
	return f.told(ctx, address, t, part)
}

// Press presses the button of a message: of a template it comes back as a
// button, else as an interactive one.
func (f *WhatsApp) Press(ctx context.Context, address string, got Received, label, from string) (int, error) {
	for _, b := range got.Buttons {
		if b.Text != label {
			continue
		}
		part := map[string]any{"type": "interactive", "interactive": map[string]any{"type": "button_reply", "button_reply": map[string]any{"id": b.Says, "title": label}}}
		if strings.Contains(string(got.Raw), `"template":`) {
			part = map[string]any{"type": "button", "button": map[string]any{"payload": b.Says, "text": label}}
		}
		return f.told(ctx, address, Typed{From: from, Answers: &got}, part)
	}
	return 0, fmt.Errorf("no button %q in %+v", label, got.Buttons)
}

func (f *WhatsApp) told(ctx context.Context, address string, t Typed, part map[string]any) (int, error) {
	f.mu.Lock()
	f.lastID++
	at := f.now().Add(-t.Age)
	f.wrote[t.From] = at
	if t.ID == "" {
		t.ID = fmt.Sprintf("wamid.HBgI%06d", f.lastID)
	}
	f.mu.Unlock()
	digits := strings.TrimPrefix(t.From, "+")
	part["from"], part["id"], part["timestamp"] = digits, t.ID, strconv.FormatInt(at.Unix(), 10)
	if t.Answers != nil {
		part["context"] = map[string]any{"from": "15550783881", "id": t.Answers.Ref}
	}
	return f.tell(ctx, address, t.Key, map[string]any{
		"contacts": []any{map[string]any{"profile": map[string]any{"name": "Somebody"}, "wa_id": digits}}, "messages": []any{part}})
}

// Report tells what became of a message: sent, delivered, read, or failed with
// a code of theirs.
func (f *WhatsApp) Report(ctx context.Context, address string, got Received, status string, code int) (int, error) {
	var m whatsappRequest
	if err := json.Unmarshal(got.Raw, &m); err != nil {
		return 0, err
	}
	of := map[string]any{"id": got.Ref, "status": status, "timestamp": strconv.FormatInt(f.time().Unix(), 10), "recipient_id": strings.TrimPrefix(got.To, "+")}
	if m.Opaque != "" {
		of["biz_opaque_callback_data"] = m.Opaque
	}
	if code != 0 {
		of["errors"] = []any{map[string]any{"code": code, "title": "Message undeliverable", "message": "Message undeliverable", "error_data": map[string]any{"details": "Message Undeliverable."}}}
	}
	return f.tell(ctx, address, "", map[string]any{"statuses": []any{of}})
}

// tell posts an event, signed with the app's secret
// (developers.facebook.com/docs/graph-api/webhooks/getting-started#validate-payloads).
func (f *WhatsApp) tell(ctx context.Context, address, key string, value map[string]any) (int, error) {
	value["messaging_product"], value["metadata"] = "whatsapp", map[string]any{"display_phone_number": "15550783881", "phone_number_id": whatsappNumber}
	body := mustJSON(map[string]any{"object": "whatsapp_business_account", "entry": []any{map[string]any{"id": "102290129340398",
		"changes": []any{map[string]any{"field": "messages", "value": value}}}}})
	if key == "" {
		key = WhatsAppSecret
	}
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write(body)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Hub-Signature-256", "sha256="+hex.EncodeToString(mac.Sum(nil)))
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, err
	}
	return res.StatusCode, res.Body.Close()
}
