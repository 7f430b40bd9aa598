package intake

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
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
