package channel_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/inform/channel"
)

// roundTrip answers requests by a function, without a network.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// FuzzWhateverAServiceAnswersIsAResultOrAnError gives all channels over HTTP
// the same answer to every request.
func FuzzWhateverAServiceAnswersIsAResultOrAnError(f *testing.F) {
	const secret = "s3cr3t0123456789012345"
	f.Add(200, "", `{"ok":true,"channel":"C1","ts":"1.2","result":{"message_id":7},"id":"x","upload_url":"https://slack.com/x"}`)
	f.Add(200, "", `{"ok":false,"error":"ratelimited","error_code":429,"parameters":{"retry_after":99999999999},"response_metadata":{"messages":["a"]}}`)
	f.Add(429, "1e99", `{"retry_after":1e300}`)
	f.Add(404, "Tue, 24 Nov 2026 02:15:00 GMT", "<html>"+secret)
	f.Add(400, "", `{"error":{"code":131056,"message":"(#131056) `+secret+`","error_data":{"details":"x"}}}`)
	f.Add(200, "", `{"messages":[{"id":"wamid.x","message_status":"accepted"}]}`)
	f.Add(302, "x", "\xff\x00")
	f.Fuzz(func(t *testing.T, status int, retryAfter, body string) {
		if status < 200 || status > 599 {
			return
		}
		client := &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: status, Header: http.Header{"Retry-After": {retryAfter}}, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
		})}
		now := func() time.Time { return time.Date(2026, 11, 24, 2, 14, 0, 0, time.UTC) }
		rooms := `{"rooms":{"ops":"https://example.com/` + secret + `"}}`
		for kind, c := range map[string]struct{ config, to string }{
			"slack":      {`{"token":"xoxb-` + secret + `"}`, "C1"},
			"telegram":   {`{"token":"1:` + secret + `"}`, "1"},
			"webhook":    {`{"keys":["` + secret + `"]}`, "https://example.com/" + secret},
			"ntfy":       {`{"token":"` + secret + `"}`, "topic"},
			"pushover":   {`{"token":"s3cr3t0123456789012345s3cr3t01"}`, "uQiRzpo4DXghDmr9QzzfQu27cmVRsG"},
			"discord":    {rooms, "ops"},
			"googlechat": {rooms, "ops"},
			"mattermost": {rooms, "ops"},
			"teams":      {rooms, "ops"},
			"whatsapp":   {`{"number":"106540352242922","token":"` + secret + `"}`, "+6281234567890"},
		} {
			opened, err := channel.New(kind, json.RawMessage(c.config), channel.Deps{HTTP: client, Now: now})
			if err != nil {
				t.Fatal(err)
			}
			result, err := opened.Send(t.Context(), c.to, notice(t))
			failed, isError := errors.AsType[*channel.Error](err)
			switch {
			case err == nil && result.State == "":
				t.Errorf("%s: neither result nor error", kind)
			case err != nil && !isError:
				t.Errorf("%s: %v is no *channel.Error", kind, err)
			case isError && (failed.After < 0 || failed.After > time.Hour):
				t.Errorf("%s: to wait %s", kind, failed.After)
			case isError && strings.Contains(strings.ReplaceAll(failed.Error(), body, ""), secret) && !strings.Contains(body, secret[:8]):
				t.Errorf("%s: the secret shows in %v", kind, failed)
			}
		}
	})
}
