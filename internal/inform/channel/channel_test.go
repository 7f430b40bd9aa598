package channel_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"image"
	"image/png"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/inform/channel"
	"github.com/sigap-dev/sigap/internal/inform/channel/channeltest"
)

// loopback allows the services of tests.
func loopback() channel.Allow {
	return channel.Allow{Networks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}
}

func deps() channel.Deps {
	return channel.Deps{HTTP: channel.NewHTTPClient(loopback(), 10*time.Second), Dial: channel.NewDialer(loopback()), Now: time.Now}
}

// open returns the channel of a kind, configured for a fake.
func open(t *testing.T, kind string, config json.RawMessage) channel.Channel {
	t.Helper()
	c, err := channel.New(kind, config, deps())
	if err != nil {
		t.Fatalf("opening %s: %v", kind, err)
	}
	return c
}

// notice is a message with everything a channel may have to show.
func notice(t *testing.T) channel.Message {
	t.Helper()
	return channel.Message{
		ID: "ntc-0199.ab", Incident: "INC-142", Severity: "SEV1",
		Title:  "Checkout fails for every second customer",
		Lines:  []string{"Since 02:14, 48 % of requests to checkout end in errors <502>.", "Support: 31 reports & counting."},
		Fields: []channel.Field{{Label: "Service", Value: "checkout"}, {Label: "Lead", Value: "Siti Rahma"}},
		Plot:   picture(t), PlotAlt: "Error rate of checkout, usual below 1 %, since 02:14 at 48 %",
		Actions: []channel.Action{
			{Label: "I have it", URL: "https://sigap.example.com/a/t0k3n", Primary: true},
			{Label: "Open", URL: "https://sigap.example.com/i/142"},
		},
		Lang: "en",
	}
}

func picture(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 2, 2))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func send(t *testing.T, c channel.Channel, to string, m channel.Message) channel.Result {
	t.Helper()
	result, err := c.Send(t.Context(), to, m)
	if err != nil {
		t.Fatalf("sending to %q: %v", to, err)
	}
	return result
}

// refused returns the error of a sending that must not succeed.
func refused(t *testing.T, c channel.Channel, to string, m channel.Message) *channel.Error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	result, err := c.Send(ctx, to, m)
	failed, ok := errors.AsType[*channel.Error](err)
	if !ok {
		t.Fatalf("sending to %q gave %+v and the error %v, want a *channel.Error", to, result, err)
	}
	return failed
}

func wantText(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("no %q in %q", part, text)
		}
	}
}

func TestWithoutDepsOnlyPublicAddressesAreReached(t *testing.T) {
	t.Parallel()
	mail, hook := channeltest.NewSMTP(t, channeltest.Plain), channeltest.NewWebhook(t, key)
	for kind, c := range map[string]struct {
		config json.RawMessage
		to     string
	}{"email": {mail.Config(), "budi@example.com"}, "webhook": {hook.Config(), hook.URL}} {
		opened, err := channel.New(kind, c.config, channel.Deps{})
		if err != nil {
			t.Fatal(err)
		}
		failed := refused(t, opened, c.to, notice(t))
		if _, ok := errors.AsType[*channel.ForbiddenError](failed); !ok {
			t.Errorf("%s: got %v", kind, failed)
		}
	}
}

func TestNewRefusesWhatAPersonMustMend(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ kind, config, field string }{
		"an unknown kind":              {"pigeon", `{}`, "kind"},
		"an account that is none":      {"sms", `{"account":"SK0123456789abcdef0123456789abcdef","token":"t","from":"+12025550123"}`, "account"},
		"a number that is none":        {"voice", `{"account":"AC0123456789abcdef0123456789abcdef","token":"t","from":"Sigap"}`, "from"},
		"a field that nothing reads":   {"webhook", `{"keys":["0123456789abcdef"],"colour":"red"}`, "config"},
		"a redacted secret":            {"webhook", `{"keys":["[redacted]"]}`, "config"},
		"an empty key":                 {"webhook", `{"keys":[""]}`, "keys"},
		"a short key":                  {"webhook", `{"keys":["short"]}`, "keys"},
		"a token that is none":         {"telegram", `{"token":"hello"}`, "token"},
		"a token that leaves the path": {"telegram", `{"token":"1:aaaaaaaaaaaaaaaaaaaaaaa/../x"}`, "token"},
		"a number's id that is none":   {"whatsapp", `{"number":"+6281234567890","token":"t"}`, "number"},
		"a template that is none":      {"whatsapp", `{"number":"106540352242922","token":"t","page":"Sigap Page"}`, "page"},
		"a secret without its token":   {"whatsapp", `{"number":"106540352242922","token":"t","appSecret":"0123456789abcdef"}`, "verifyToken"},
		"a key that is none":           {"pushover", `{"token":"short"}`, "token"},
		"an API that is no address":    {"telegram", `{"token":"1:aaaaaaaaaaaaaaaaaaaaaaaa","api":"localhost"}`, "api"},
		"no mail server":               {"email", `{"from":"a@example.com"}`, "host"},
		"a host with a port":           {"email", `{"host":"mail:25","from":"a@example.com"}`, "host"},
		"a password in the clear":      {"email", `{"host":"mail","tls":"none","username":"u","password":"p","from":"a@example.com"}`, "tls"},
		"a user without password":      {"email", `{"host":"mail","username":"u","from":"a@example.com"}`, "password"},
		"a sender that is no address":  {"email", `{"host":"mail","from":"sigap"}`, "from"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := channel.New(c.kind, json.RawMessage(c.config), deps())
			mistake, ok := errors.AsType[*incident.Error](err)
			if !ok || mistake.Field != c.field {
				t.Errorf("got %v (%T), want a mistake in %s", err, err, c.field)
			}
		})
	}
}

func TestAConfigurationIsShownWithoutItsSecretsAndTakenBackWithThem(t *testing.T) {
	t.Parallel()
	for kind, stored := range map[string]string{
		"discord":  `{"rooms":{"ops":"https://discord.com/api/webhooks/1/s3cr3t"}}`,
		"email":    `{"host":"mail","username":"sigap","password":"s3cr3t","from":"a@example.com"}`,
		"ntfy":     `{"token":"s3cr3t"}`,
		"pushover": `{"token":"s3cr3ts3cr3ts3cr3ts3cr3ts3cr3t"}`,
		"slack":    `{"token":"xoxb-s3cr3t"}`,
		"telegram": `{"token":"1:s3cr3ts3cr3ts3cr3ts3cr3t"}`,
		"webhook":  `{"keys":["s3cr3ts3cr3ts3cr3t"]}`,
		"whatsapp": `{"number":"106540352242922","token":"s3cr3t","appSecret":"s3cr3ts3cr3ts3cr3t","verifyToken":"s3cr3t"}`,
	} {
		shown, err := channel.Redacted(kind, json.RawMessage(stored))
		if err != nil || bytes.Contains(shown, []byte("s3cr3t")) || !bytes.Contains(shown, []byte("[redacted]")) {
			t.Errorf("%s: shown as %s, %v", kind, shown, err)
		}
		back, err := channel.Unredacted(shown, json.RawMessage(stored))
		if err != nil {
			t.Fatal(err)
		}
		again, err := channel.Redacted(kind, back)
		if err != nil || !bytes.Contains(back, []byte("s3cr3t")) || bytes.Contains(back, []byte("[redacted]")) || !bytes.Equal(again, shown) {
			t.Errorf("%s: taken back as %s, %v", kind, back, err)
		}
		if _, err := channel.New(kind, back, deps()); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

func TestAMaskThatStandsForNothingIsRefused(t *testing.T) {
	t.Parallel()
	for _, stored := range []string{``, `{}`, `{"rooms":{"other":"https://a.example/s3cr3t"}}`, `{"rooms":["https://a.example/s3cr3t"]}`} {
		back, err := channel.Unredacted(json.RawMessage(`{"rooms":{"ops":"[redacted]"}}`), json.RawMessage(stored))
		if err != nil {
			t.Fatal(err)
		}
		if c, err := channel.New("discord", back, deps()); err == nil {
			t.Errorf("with %s stored it became %+v", stored, c)
		}
	}
}
