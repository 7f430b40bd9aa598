package channeltest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// do sends a request and returns status and body.
func do(t *testing.T, method, url string, header map[string]string, body string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range header {
		req.Header.Set(name, value)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(answer)
}

func signature(key, body string, at time.Time) string {
	mac := hmac.New(sha256.New, []byte(key))
	fmt.Fprintf(mac, "%d.%s", at.Unix(), body)
	return fmt.Sprintf("t=%d,v1=%s", at.Unix(), hex.EncodeToString(mac.Sum(nil)))
}

func TestTheWebhookReceiverRefusesWhatIsNoDelivery(t *testing.T) {
	t.Parallel()
	const key, good = "0123456789abcdef", `{"id":"1","title":"Disk full"}`
	now := time.Date(2026, 11, 24, 2, 14, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		method, kind, signature, delivery, body string
		status                                  int
	}{
		"a good one":           {"POST", "application/json", signature(key, good, now), "1", good, 204},
		"another method":       {"PUT", "application/json", signature(key, good, now), "1", good, 405},
		"another type":         {"POST", "text/plain", signature(key, good, now), "1", good, 415},
		"no signature":         {"POST", "application/json", "", "1", good, 401},
		"another key":          {"POST", "application/json", signature("another", good, now), "1", good, 401},
		"a changed body":       {"POST", "application/json", signature(key, good, now), "1", good + " ", 401},
		"a replay":             {"POST", "application/json", signature(key, good, now.Add(-6*time.Minute)), "1", good, 401},
		"one from the future":  {"POST", "application/json", signature(key, good, now.Add(6*time.Minute)), "1", good, 401},
		"a body without id":    {"POST", "application/json", signature(key, `{"title":"x"}`, now), "", `{"title":"x"}`, 422},
		"an id that differs":   {"POST", "application/json", signature(key, good, now), "2", good, 422},
		"a body that is none":  {"POST", "application/json", signature(key, `{`, now), "1", `{`, 422},
		"a body without title": {"POST", "application/json", signature(key, `{"id":"1"}`, now), "1", `{"id":"1"}`, 422},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := NewWebhook(t, key)
			fake.SetClock(func() time.Time { return now })
			status, answer := do(t, c.method, fake.URL, map[string]string{"Content-Type": c.kind, "Sigap-Signature": c.signature, "Sigap-Delivery": c.delivery}, c.body)
			if accepted := len(fake.Messages()) == 1; status != c.status || accepted != (c.status == 204) {
				t.Errorf("answered %d %s, accepted: %t", status, answer, accepted)
			}
		})
	}
}
