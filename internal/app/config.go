package app

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/go-viper/mapstructure/v2"
	"github.com/knadh/koanf/parsers/yaml"
	"github.com/knadh/koanf/providers/confmap"
	"github.com/knadh/koanf/providers/env/v2"
	"github.com/knadh/koanf/providers/file"
	"github.com/knadh/koanf/providers/posflag"
	"github.com/knadh/koanf/v2"
	"github.com/spf13/pflag"
)

// Config is what the process must know before it opens its store. All else is
// set up in the pages, or over the API.
type Config struct {
	Listen         string   `koanf:"listen"`
	PublicURL      string   `koanf:"public_url"`
	Data           string   `koanf:"data"`
	Database       string   `koanf:"database"`
	AllowOutgoing  []string `koanf:"allow_outgoing"`
	TrustedProxies []string `koanf:"trusted_proxies"`
	HeartbeatURL   string   `koanf:"heartbeat_url"`
	Log            struct {
		Level  string `koanf:"level"`
		Format string `koanf:"format"`
	} `koanf:"log"`
	Recorder struct {
		MaxBytes int64         `koanf:"max_bytes"`
		MaxAge   time.Duration `koanf:"max_age"`
	} `koanf:"recorder"`
}

// Flags adds the settings that are also flags. A flag's dashes are the
// setting's underscores.
func Flags(f *pflag.FlagSet) {
	f.String("config", "", "configuration file (default sigap.yaml in this folder, if there is one)")
	f.String("listen", "127.0.0.1:8080", "address on which the pages and the API answer")
	f.String("public-url", "", "address that links in messages use (default http:// and the address listened on)")
	f.StringSlice("allow-outgoing", nil, "private networks (CIDR) or hosts that channels may send to")
	f.StringSlice("trusted-proxies", nil, "networks (CIDR) of the proxies in front, whose X-Forwarded-For is believed")
	f.String("heartbeat-url", "", "address that is asked once a minute while Sigap is well, for what raises the alarm when that stops")
	StoreFlags(f)
}

// StoreFlags adds the flags that say where the store is.
func StoreFlags(f *pflag.FlagSet) {
	f.String("data", "data", "folder for everything that Sigap keeps")
	f.String("database", "", "PostgreSQL address (postgres://…) in place of the embedded database")
}

// Load reads the configuration: defaults, then the file, then the environment
// (SIGAP_LISTEN, SIGAP_RECORDER_MAX_AGE, …), then the flags that were given.
func Load(flags *pflag.FlagSet) (Config, error) {
	k := koanf.New(".")
	defaults := map[string]any{"listen": "127.0.0.1:8080", "data": "data", "log.level": "info", "log.format": "text",
		"recorder.max_bytes": int64(1 << 30), "recorder.max_age": 72 * time.Hour}
	if err := k.Load(confmap.Provider(defaults, "."), nil); err != nil {
		return Config{}, err
	}
	path, given := "sigap.yaml", false
	if f := flags.Lookup("config"); f != nil && f.Changed {
		path, given = f.Value.String(), true
	}
	if err := k.Load(file.Provider(path), yaml.Parser()); err != nil && (given || !errors.Is(err, fs.ErrNotExist)) {
		return Config{}, fmt.Errorf("read the configuration %s: %w", path, err)
	}
	if unknown := unknownKey(k); unknown != "" {
		return Config{}, fmt.Errorf("read the configuration %s: there is no setting %q", path, unknown)
	}
	groups := map[string]bool{"log": true, "recorder": true}
	fromEnv := env.Provider(".", env.Opt{Prefix: "SIGAP_", TransformFunc: func(name, value string) (string, any) {
		name = strings.ToLower(strings.TrimPrefix(name, "SIGAP_"))
		if group, rest, ok := strings.Cut(name, "_"); ok && groups[group] {
			name = group + "." + rest
		}
		if name == "allow_outgoing" || name == "trusted_proxies" {
			return name, strings.Split(value, ",")
		}
		return name, value
	}})
	if err := k.Load(fromEnv, nil); err != nil {
		return Config{}, fmt.Errorf("read the environment: %w", err)
	}
	fromFlags := posflag.ProviderWithFlag(flags, ".", k, func(f *pflag.Flag) (string, any) {
		if !f.Changed {
			return "", nil
		}
		return strings.ReplaceAll(f.Name, "-", "_"), posflag.FlagVal(flags, f)
	})
	if err := k.Load(fromFlags, nil); err != nil {
		return Config{}, fmt.Errorf("read the flags: %w", err)
	}
	var c Config
	if err := k.Unmarshal("", &c); err != nil {
		return c, fmt.Errorf("read the configuration: %w", err)
	}
	return c, c.validate()
}

// unknownKey is the first key, as a path, that is no setting: most often one
// that was mistyped, which would leave its default in force without a word.
func unknownKey(k *koanf.Koanf) string {
	var c Config
	var seen mapstructure.Metadata
	d, err := mapstructure.NewDecoder(&mapstructure.DecoderConfig{Result: &c, Metadata: &seen, TagName: "koanf", WeaklyTypedInput: true,
		DecodeHook: mapstructure.StringToTimeDurationHookFunc()})
	if err == nil {
		_ = d.Decode(k.Raw()) // what cannot be read is said when the whole is read, after this
	}
	slices.Sort(seen.Unused)
	return strings.Join(seen.Unused[:min(1, len(seen.Unused))], "")
}

func (c *Config) validate() error {
	if c.PublicURL != "" {
		u, err := url.Parse(c.PublicURL)
		if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
			return fmt.Errorf("public-url %q: it begins with http:// or https:// and names a host", c.PublicURL)
		}
		c.PublicURL = strings.TrimSuffix(c.PublicURL, "/")
	}
	if u, err := url.Parse(c.HeartbeatURL); c.HeartbeatURL != "" && (err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https")) {
		return errors.New("heartbeat-url: it begins with http:// or https:// and names a host")
	}
	if c.Data == "" {
		return errors.New("data: name a folder")
	}
	return nil
}

// DSN is the store's address.
func (c *Config) DSN() string {
	if c.Database != "" {
		return c.Database
	}
	return "sqlite:" + filepath.Clean(c.Data)
}
