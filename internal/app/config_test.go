package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

// load reads a configuration file as `sigap serve --config` does.
func load(t *testing.T, text string) (Config, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "sigap.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	flags := pflag.NewFlagSet("serve", pflag.ContinueOnError)
	Flags(flags)
	if err := flags.Parse([]string{"--config", path}); err != nil {
		t.Fatal(err)
	}
	return Load(flags)
}

func TestASettingThatDoesNotExistIsNamedInOneLine(t *testing.T) {
	t.Parallel()
	for text, key := range map[string]string{
		"listne: 127.0.0.1:8080": "listne",
		"log: {levle: debug}":    "log.levle",
		"recorder:\n  max: 3":    "recorder.max",
	} {
		_, err := load(t, text)
		if err == nil || !strings.Contains(err.Error(), `there is no setting "`+key+`"`) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q gives %v, want one line that names %s", text, err, key)
		}
	}
}

func TestTheFileSaysWhichProxiesAreTrusted(t *testing.T) {
	t.Parallel()
	c, err := load(t, "trusted_proxies: [127.0.0.1, 10.0.0.0/8]\nlog: {level: debug}\nrecorder: {}\n")
	if err != nil || len(c.TrustedProxies) != 2 || c.TrustedProxies[1] != "10.0.0.0/8" {
		t.Errorf("the proxies are %v (%v)", c.TrustedProxies, err)
	}
}
