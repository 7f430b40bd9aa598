package channel_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sigap-dev/sigap/internal/inform/channel"
	"github.com/sigap-dev/sigap/internal/inform/channel/channeltest"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares got with a file of testdata.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

// indented writes JSON, and the JSON in texts of a form, for people to read.
func indented(t *testing.T, raw []byte) []byte {
	t.Helper()
	var form url.Values
	if json.Unmarshal(raw, &form) == nil {
		read := map[string]any{}
		for name := range form {
			if text := form.Get(name); name != "token" && json.Valid([]byte(text)) {
				read[name] = json.RawMessage(text)
			} else if name != "token" {
				read[name] = text
			}
		}
		var err error
		if raw, err = json.Marshal(read); err != nil {
			t.Fatal(err)
		}
	}
	var value any
	if err := json.Unmarshal(raw, &value); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(value); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// gangguan is a notice in Indonesian without a plot, as a first message has it.
func gangguan() channel.Message {
	return channel.Message{
		ID: "ntc-2", Severity: "SEV2", Title: "Pembayaran QRIS lambat",
		Lines:   []string{"Sejak 09.12 WIB, separuh pembayaran butuh lebih dari 8 detik."},
		Fields:  []channel.Field{{Label: "Layanan", Value: "pembayaran"}},
		Actions: []channel.Action{{Label: "Saya tangani", URL: "https://sigap.example.co.id/a/x", Primary: true}},
		Lang:    "id",
	}
}

func TestMessagesLookAsTheGoldenFilesShow(t *testing.T) {
	t.Parallel()
	slack, telegram, webhook, ntfy := channeltest.NewSlack(t, "C1"), channeltest.NewTelegram(t, "1"), channeltest.NewWebhook(t, key), channeltest.NewNtfy(t, "")
	whatsapp := channeltest.NewWhatsApp(t)
	for kind, service := range map[string]struct {
		config json.RawMessage
		to     string
		inbox  *channeltest.Inbox
	}{
		"slack":    {slack.Config(), "C1", &slack.Inbox},
		"telegram": {telegram.Config(), "1", &telegram.Inbox},
		"webhook":  {webhook.Config(), webhook.URL, &webhook.Inbox},
		"ntfy":     {ntfy.Config(), "topic", &ntfy.Inbox},
		"whatsapp": {whatsapp.Config(), budi, &whatsapp.Inbox},
	} {
		c := open(t, kind, service.config)
		send(t, c, service.to, notice(t))
		golden(t, kind+".en.json", indented(t, service.inbox.Messages()[0].Raw))
		before := len(service.inbox.Messages())
		send(t, c, service.to, gangguan())
		golden(t, kind+".id.json", indented(t, service.inbox.Messages()[before].Raw))
	}
	for kind, fake := range roomServices(t) {
		c := open(t, kind, fake.Config())
		send(t, c, "ops", notice(t))
		send(t, c, "ops", gangguan())
		golden(t, kind+".en.json", indented(t, fake.Messages()[0].Raw))
		golden(t, kind+".id.json", indented(t, fake.Messages()[1].Raw))
	}
}

func TestMailsLookAsTheGoldenFilesShow(t *testing.T) {
	t.Parallel()
	fake := channeltest.NewSMTP(t, channeltest.Plain)
	c := open(t, "email", fake.Config())
	for lang, m := range map[string]channel.Message{"en": notice(t), "id": gangguan()} {
		send(t, c, "budi@example.com", m)
		got := fake.Messages()
		mail := parsed(t, got[len(got)-1])
		golden(t, "email."+lang+".html", bytes.ReplaceAll([]byte(mail.HTML), []byte("\r\n"), []byte("\n")))
		golden(t, "email."+lang+".txt", bytes.ReplaceAll([]byte(mail.Text), []byte("\r\n"), []byte("\n")))
	}
}
