package channeltest_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/sigap-dev/sigap/internal/inform/channel/channeltest"
)

// TestPushoverRefusesWhatTheAPIDoes breaks each rule of the contract.
func TestPushoverRefusesWhatTheAPIDoes(t *testing.T) {
	t.Parallel()
	fake := channeltest.NewPushover(t)
	for name, c := range map[string]struct {
		change string
		want   int
	}{
		"a good message":        {"", http.StatusOK},
		"a good page":           {"priority=2&retry=30&expire=600&callback=https://a.example/", http.StatusOK},
		"another token":         {"token=x", http.StatusBadRequest},
		"another user":          {"user=x", http.StatusBadRequest},
		"no message":            {"message=", http.StatusBadRequest},
		"a message of 1025":     {"message=" + strings.Repeat("x", 1025), http.StatusBadRequest},
		"a title of 251":        {"title=" + strings.Repeat("x", 251), http.StatusBadRequest},
		"a link of 513":         {"url=" + strings.Repeat("x", 513), http.StatusBadRequest},
		"a link's title of 101": {"url_title=" + strings.Repeat("x", 101), http.StatusBadRequest},
		"a page without end":    {"priority=2&retry=30", http.StatusBadRequest},
		"a page too often":      {"priority=2&retry=29&expire=600", http.StatusBadRequest},
		"a page too long":       {"priority=2&retry=30&expire=10801", http.StatusBadRequest},
		"a callback to nowhere": {"callback=nowhere", http.StatusBadRequest},
	} {
		form := url.Values{"token": {fake.Token}, "user": {channeltest.PushoverUser}, "message": {"x"}}
		change, err := url.ParseQuery(c.change)
		if err != nil {
			t.Fatal(err)
		}
		for field := range change {
			form.Set(field, change.Get(field))
		}
		res, err := http.PostForm(fake.URL+"/1/messages.json", form) //nolint:noctx // a test's own server
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != c.want {
			t.Errorf("%s: %d, want %d", name, res.StatusCode, c.want)
		}
	}
}
