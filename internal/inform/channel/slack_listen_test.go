package channel

import (
	"testing"
	"time"
)

func TestASignatureIsOfTheBodyTheMomentAndTheSecret(t *testing.T) {
	t.Parallel()
	// The example of docs.slack.dev/authentication/verifying-requests-from-slack.
	const body = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
	const secret, stamp = "8f742231b10e8888abcd99yyyzzz85a5", 1531420618
	header := map[string][]string{"X-Slack-Request-Timestamp": {"1531420618"}, "X-Slack-Signature": {"v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"}}
	now := time.Unix(stamp, 0)
	for name, c := range map[string]struct {
		secret, body string
		now          time.Time
		want         bool
	}{
		"as signed":            {secret, body, now, true},
		"five minutes later":   {secret, body, now.Add(5 * time.Minute), true},
		"a second after that":  {secret, body, now.Add(5*time.Minute + time.Second), false},
		"of another secret":    {secret + "x", body, now, false},
		"of another body":      {secret, body + "x", now, false},
		"from our clock's far": {secret, body, now.Add(-6 * time.Minute), false},
	} {
		if got := slackSigned(c.secret, header, []byte(c.body), c.now); got != c.want {
			t.Errorf("%s it is good: %t, want %t", name, got, c.want)
		}
	}
	if slackSigned(secret, nil, []byte(body), now) {
		t.Error("without headers it is good")
	}
}

func FuzzReadSlack(f *testing.F) {
	f.Add(true, `{"type":"event_callback","event_id":"Ev1","event":{"type":"app_mention","channel":"C1","user":"U1","text":"<@U0> ack","ts":"1.2"}}`)
	f.Add(true, `{"type":"event_callback","event_id":"Ev1","event":{"type":"message","channel":"C1","user":"U1","text":"x","ts":"1.2","thread_ts":"1.1"}}`)
	f.Add(true, `{"type":"url_verification","challenge":"x"}`)
	f.Add(false, `command=%2Fsigap&text=ack+INC-7&user_id=U1&channel_id=C1&trigger_id=1`)
	f.Add(false, `payload=%7B%22type%22%3A%22block_actions%22%2C%22user%22%3A%7B%22id%22%3A%22U1%22%7D%2C%22actions%22%3A%5B%7B%22action_id%22%3A%22say%22%2C%22value%22%3A%22%2Fack%22%7D%5D%7D`)
	f.Fuzz(func(t *testing.T, isJSON bool, body string) {
		kind := "application/x-www-form-urlencoded"
		if isJSON {
			kind = "application/json"
		}
		told, err := readSlack(kind, []byte(body))
		switch {
		case err != nil && told.Heard != nil:
			t.Errorf("%q is refused and heard", body)
		case told.Heard != nil && told.Heard.Kind != "slack":
			t.Errorf("%q is heard as %+v", body, told.Heard)
		case told.AtOnce && told.Heard.Text[0] != '/':
			t.Errorf("%q is a command and says %q", body, told.Heard.Text)
		}
	})
}
