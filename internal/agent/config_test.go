package agent

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestTheExampleIsValidAndShowsTheDefaults(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../deploy/agent.example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	key := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(key, []byte("abc\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := Parse(strings.NewReader(strings.Replace(string(text), "/etc/sigap/agent.key", key, 1)))
	if err != nil {
		t.Fatal(err)
	}
	if c.Key != "abc" || c.Host == "" || c.Environment != "production" || !*c.Metrics.Host || c.Metrics.Interval != 15*time.Second ||
		c.Logs[0].Format != "auto" || c.Logs[0].MinLevel != "info" || c.Buffer.Dir != "/var/lib/sigap-agent" || c.Buffer.MaxBytes != 268435456 {
		t.Errorf("got %+v", c)
	}
}

func TestParseNamesEverythingThatIsWrong(t *testing.T) {
	t.Parallel()
	base := "server: https://s.example.com\nkey: k\nhost: h\n"
	tests := []struct{ name, text, want string }{
		{"a name that is not known", base + "loggs: []", "loggs"},
		{"no server", "key: k\nhost: h", "server:"},
		{"a server that is no address", "server: ftp://x\nkey: k\nhost: h", "server:"},
		{"no key", "server: https://s\nhost: h", "key:"},
		{"a key with a path in it", "server: https://s\nkey: a/b\nhost: h", "key:"},
		{"a key file that is not there", "server: https://s\nkey_file: /no/such/file\nhost: h", "key_file"},
		{"logs of nobody", base + "logs: [{files: [/a]}]", "logs[0].service"},
		{"logs without files", base + "logs: [{service: a}]", "logs[0].files"},
		{"a relative path", base + "logs: [{service: a, files: [b.log]}]", "logs[0].files"},
		{"a broken glob", base + "logs: [{service: a, files: ['/a/[b']}]", "logs[0].files"},
		{"an odd format", base + "logs: [{service: a, files: [/b], format: xml}]", "logs[0].format"},
		{"an odd level", base + "logs: [{service: a, files: [/b], min_level: loud}]", "logs[0].min_level"},
		{"an odd zone", base + "logs: [{service: a, files: [/b], timezone: Mars/Base}]", "logs[0].timezone"},
		{"too short an interval", base + "metrics: {interval: 10ms}", "metrics.interval"},
		{"an interval without a unit", base + "metrics: {interval: soon}", "soon"},
		{"a process without a name", base + "metrics: {processes: [{match: x}]}", "metrics.processes[0].name"},
		{"a process with a broken expression", base + "metrics: {processes: [{name: x, match: '('}]}", "metrics.processes[0].match"},
		{"a scrape of nowhere", base + "metrics: {scrape: [{service: a, url: here}]}", "metrics.scrape[0].url"},
		{"a scrape for nobody", base + "metrics: {scrape: [{url: 'http://a/'}]}", "metrics.scrape[0].service"},
		{"watching nothing", base + "watch_files: [{service: a}]", "watch_files[0].files"},
		{"a certificate that is neither", base + "certificates: [shop]", "certificates[0]"},
		{"too small a buffer", base + "buffer: {max_bytes: 10}", "buffer.max_bytes"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if _, err := Parse(strings.NewReader(tt.text)); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want it to name %s", err, tt.want)
			}
		})
	}
	if _, err := Parse(strings.NewReader(base)); err != nil {
		t.Errorf("the least that is needed: %v", err)
	}
}
