package channel_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/sigap-dev/sigap/internal/inform/channel"
)

func TestASecretIsShownOnlyByReveal(t *testing.T) {
	t.Parallel()
	const value = "xoxb-very-secret"
	config := channel.TelegramConfig{Token: value}
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t", "%10.3s"} {
		fmt.Fprintf(&out, verb+"\n", config)
		fmt.Fprintf(&out, verb+"\n", config.Token)
	}
	fmt.Fprintln(&out, config.Token, config.Token.String())
	slog.New(slog.NewTextHandler(&out, nil)).Info("set up", "config", config, "token", config.Token)
	slog.New(slog.NewJSONHandler(&out, nil)).Info("set up", "config", config, "token", config.Token)
	encoded, err := json.Marshal([]any{config, config.Token})
	if err != nil {
		t.Fatal(err)
	}
	out.Write(encoded)
	for _, shown := range []string{"very-secret", "xoxb", fmt.Sprintf("%x", "very"), fmt.Sprintf("%X", "very")} {
		if strings.Contains(out.String(), shown) {
			t.Errorf("the secret shows as %q in %s", shown, out.String())
		}
	}
	if config.Token.Reveal() != value {
		t.Errorf("Reveal gave %q", config.Token.Reveal())
	}
}

func TestAnUnsetSecretShowsThatItIsUnset(t *testing.T) {
	t.Parallel()
	encoded, err := json.Marshal(channel.EmailConfig{})
	if err != nil || strings.Contains(string(encoded), "redacted") {
		t.Errorf("got %s, %v", encoded, err)
	}
}

func TestASecretIsReadFromJSON(t *testing.T) {
	t.Parallel()
	var config channel.WebhookConfig
	if err := json.Unmarshal([]byte(`{"keys":["0123456789abcdef"]}`), &config); err != nil || config.Keys[0].Reveal() != "0123456789abcdef" {
		t.Errorf("got %q, %v", config.Keys[0].Reveal(), err)
	}
}
