package intake

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"testing"
)

func TestASignedRequestIsTakenOnlyWithItsSecret(t *testing.T) {
	t.Parallel()
	body := []byte(`{"action":"triggered"}`)
	mac := hmac.New(sha256.New, []byte("secret"))
	mac.Write(body)
	sum := hex.EncodeToString(mac.Sum(nil))
	long := hmac.New(sha512.New, []byte("secret"))
	long.Write(body)
	old := hmac.New(sha1.New, []byte("secret"))
	old.Write(body)
	short := "sha1=" + hex.EncodeToString(old.Sum(nil))
	tests := []struct {
		source, header, value, secret string
		want                          bool
	}{
		{"sentry", "Sentry-Hook-Signature", sum, "secret", true},
		{"sentry", "Sentry-Hook-Signature", sum, "other", false},
		{"sentry", "Sentry-Hook-Signature", "", "secret", false},
		{"sentry", "Sentry-Hook-Signature", "not hex", "secret", false},
		{"sentry", "Sentry-Hook-Signature", sum[:16], "secret", false},
		{"github", "X-Hub-Signature-256", "sha256=" + sum, "secret", true},
		{"github", "X-Hub-Signature-256", "sha256=" + sum, "", false},
		{"github", "X-Hub-Signature", "sha256=" + sum, "secret", false},
		{"terraform", "X-TFE-Notification-Signature", hex.EncodeToString(long.Sum(nil)), "secret", true},
		{"terraform", "X-TFE-Notification-Signature", sum, "secret", false},
		{"launchdarkly", "X-LD-Signature", sum, "secret", true},
		{"checkly", "X-Checkly-Signature", sum, "other", false},
		{"intercom", "X-Hub-Signature", short, "secret", true},
		{"intercom", "X-Hub-Signature", short, "other", false},
		{"intercom", "X-Hub-Signature", "sha1=" + sum, "secret", false},
		{"zendesk", "X-Zendesk-Webhook-Signature", base64.StdEncoding.EncodeToString(mac.Sum(nil)), "secret", true},
		{"zendesk", "X-Zendesk-Webhook-Signature", base64.StdEncoding.EncodeToString(mac.Sum(nil)), "other", false},
		{"gitlab", "X-Gitlab-Token", "secret", "secret", true},
		{"gitlab", "X-Gitlab-Token", "secre", "secret", false},
		{"gitlab", "X-Gitlab-Token", "", "", false},
	}
	for _, test := range tests {
		t.Run(test.source+" "+test.header+" "+test.value, func(t *testing.T) {
			t.Parallel()
			sender, _ := SenderFor(test.source)
			req := Request{Header: http.Header{}, Body: body}
			req.Header.Set(test.header, test.value)
			if got := sender.Signed(req, test.secret); got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

func TestZendeskSignsTheTimeToo(t *testing.T) {
	t.Parallel()
	const at = "2026-11-24T02:00:00Z"
	req := Request{Header: http.Header{}, Body: []byte(`{"type":"zen:event-type:ticket.created"}`)}
	mac := hmac.New(sha256.New, []byte("secret"))
	mac.Write([]byte(at + string(req.Body)))
	req.Header.Set("X-Zendesk-Webhook-Signature", base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	req.Header.Set("X-Zendesk-Webhook-Signature-Timestamp", at)
	sender, _ := SenderFor("zendesk")
	if !sender.Signed(req, "secret") {
		t.Error("what Zendesk signed was refused")
	}
	req.Header.Set("X-Zendesk-Webhook-Signature-Timestamp", "2026-11-24T02:00:01Z")
	if sender.Signed(req, "secret") {
		t.Error("another time was taken")
	}
}
