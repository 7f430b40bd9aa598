package agent

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"time"

	"go.yaml.in/yaml/v3"
)

// Config says what the agent does on its server; deploy/agent.example.yaml
// explains each line of it.
type Config struct {
	Server       string          `yaml:"server"`      // Sigap's public address, without /in
	Key          string          `yaml:"key"`         // the agent's integration key
	KeyFile      string          `yaml:"key_file"`    // read the key from here in place of key
	Host         string          `yaml:"host"`        // default: the host's name
	Environment  string          `yaml:"environment"` // default: production
	Logs         []LogConfig     `yaml:"logs"`
	Journal      []JournalConfig `yaml:"journal"`
	Metrics      MetricsConfig   `yaml:"metrics"`
	WatchFiles   []WatchConfig   `yaml:"watch_files"`
	Certificates []string        `yaml:"certificates"` // PEM files, or host:port to ask
	Mask         MaskConfig      `yaml:"mask"`
	Buffer       BufferConfig    `yaml:"buffer"`
}

// LogConfig names the log files of one service.
type LogConfig struct {
	Service  string   `yaml:"service"`
	Files    []string `yaml:"files"`     // paths or globs
	Format   string   `yaml:"format"`    // auto (default), json, logfmt, plain, combined
	Timezone string   `yaml:"timezone"`  // of timestamps without one; default: the host's
	MinLevel string   `yaml:"min_level"` // default info; lines of unknown level are always sent
}

// MetricsConfig says what is measured.
type MetricsConfig struct {
	Host      *bool           `yaml:"host"`     // utilisation of the host; default true
	Interval  time.Duration   `yaml:"interval"` // default 15s
	Processes []ProcessConfig `yaml:"processes"`
	Scrape    []ScrapeConfig  `yaml:"scrape"`
}

// ProcessConfig names processes to measure together.
type ProcessConfig struct {
	Name    string `yaml:"name"`
	Service string `yaml:"service"` // default: the host's own
	Match   string `yaml:"match"`   // regular expression on the command line; default: the name
}

// ScrapeConfig names a Prometheus text endpoint of a service.
type ScrapeConfig struct {
	Service string `yaml:"service"`
	URL     string `yaml:"url"`
}

// WatchConfig names the configuration files of a service.
type WatchConfig struct {
	Service string   `yaml:"service"`
	Files   []string `yaml:"files"` // paths or globs
}

// MaskConfig adds to what is masked always.
type MaskConfig struct {
	Emails bool     `yaml:"emails"` // mask e-mail addresses too
	Names  []string `yaml:"names"`  // further names whose values are secret, in part: "nik" masks user_nik=...
}

// BufferConfig bounds what waits on the disk while the server is away.
type BufferConfig struct {
	Dir      string `yaml:"dir"`       // default /var/lib/sigap-agent
	MaxBytes int64  `yaml:"max_bytes"` // default 256 MiB
}

// Parse reads a YAML configuration, refuses names it does not know, and fills
// in the defaults.
func Parse(r io.Reader) (Config, error) {
	text, err := io.ReadAll(io.LimitReader(r, 1<<20))
	if err != nil {
		return Config{}, fmt.Errorf("read agent configuration: %w", err)
	}
	var c Config
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(&c); err != nil && !errors.Is(err, io.EOF) {
		return Config{}, fmt.Errorf("read agent configuration: %w", err)
	}
	if err := c.complete(); err != nil {
		return Config{}, err
	}
	return c, c.Validate()
}

// complete fills in what the configuration leaves to the host.
func (c *Config) complete() error {
	if c.KeyFile != "" && c.Key == "" {
		key, err := os.ReadFile(c.KeyFile)
		if err != nil {
			return fmt.Errorf("read key_file: %w", err)
		}
		c.Key = string(bytes.TrimSpace(key))
	}
	if c.Host == "" {
		host, err := os.Hostname()
		if err != nil {
			return fmt.Errorf("ask for the host's name: %w", err)
		}
		c.Host = host
	}
	setDefault(&c.Environment, "production")
	for i := range c.Logs {
		setDefault(&c.Logs[i].Format, "auto")
		setDefault(&c.Logs[i].MinLevel, "info")
	}
	for i := range c.Journal {
		setDefault(&c.Journal[i].MinLevel, "info")
	}
	if c.Metrics.Host == nil {
		yes := true
		c.Metrics.Host = &yes
	}
	setDefault(&c.Metrics.Interval, 15*time.Second)
	for i := range c.Metrics.Processes {
		p := &c.Metrics.Processes[i]
		setDefault(&p.Match, regexp.QuoteMeta(p.Name))
	}
	setDefault(&c.Buffer.Dir, "/var/lib/sigap-agent")
	setDefault(&c.Buffer.MaxBytes, 256<<20)
	return nil
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// Validate answers everything that is wrong, each with the place it is at.
func (c *Config) Validate() error {
	var errs []error
	wrong := func(place, why string, args ...any) {
		errs = append(errs, fmt.Errorf("%s: %s", place, fmt.Sprintf(why, args...)))
	}
	if u, err := url.Parse(c.Server); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		wrong("server", "%q is not an http or https address", c.Server)
	}
	if c.Key == "" || url.PathEscape(c.Key) != c.Key {
		wrong("key", "the key of an integration is needed, as Sigap shows it")
	}
	for i, log := range c.Logs {
		place := fmt.Sprintf("logs[%d]", i)
		if log.Service == "" {
			wrong(place+".service", "is needed")
		}
		if !slices.Contains([]string{"auto", "json", "logfmt", "plain", "combined"}, log.Format) {
			wrong(place+".format", "%q is not one of auto, json, logfmt, plain, combined", log.Format)
		}
		if _, err := time.LoadLocation(log.Timezone); err != nil {
			wrong(place+".timezone", "%q is not known on this host", log.Timezone)
		}
		if rank(log.MinLevel) == 0 {
			wrong(place+".min_level", "%q is not one of trace, debug, info, warn, error, fatal", log.MinLevel)
		}
		globs(place+".files", log.Files, wrong)
	}
	for i, journal := range c.Journal {
		place := fmt.Sprintf("journal[%d]", i)
		if journal.Service == "" {
			wrong(place+".service", "is needed")
		}
		if len(journal.Units) == 0 || slices.Contains(journal.Units, "") {
			wrong(place+".units", "at least one unit is needed, as systemctl has it")
		}
		if rank(journal.MinLevel) == 0 {
			wrong(place+".min_level", "%q is not one of trace, debug, info, warn, error, fatal", journal.MinLevel)
		}
	}
	if c.Metrics.Interval < time.Second {
		wrong("metrics.interval", "%s is less than a second", c.Metrics.Interval)
	}
	for i, p := range c.Metrics.Processes {
		if p.Name == "" {
			wrong(fmt.Sprintf("metrics.processes[%d].name", i), "is needed")
		}
		if _, err := regexp.Compile(p.Match); err != nil {
			wrong(fmt.Sprintf("metrics.processes[%d].match", i), "%v", err)
		}
	}
	for i, s := range c.Metrics.Scrape {
		if u, err := url.Parse(s.URL); err != nil || u.Host == "" {
			wrong(fmt.Sprintf("metrics.scrape[%d].url", i), "%q is not an address", s.URL)
		}
		if s.Service == "" {
			wrong(fmt.Sprintf("metrics.scrape[%d].service", i), "is needed")
		}
	}
	for i, w := range c.WatchFiles {
		globs(fmt.Sprintf("watch_files[%d].files", i), w.Files, wrong)
	}
	for i, source := range c.Certificates {
		if _, _, err := net.SplitHostPort(source); err != nil && !filepath.IsAbs(source) {
			wrong(fmt.Sprintf("certificates[%d]", i), "%q is neither an absolute path nor host:port", source)
		}
	}
	if c.Buffer.MaxBytes < 1<<20 {
		wrong("buffer.max_bytes", "%d is less than 1 MiB", c.Buffer.MaxBytes)
	}
	return errors.Join(errs...)
}

func globs(place string, patterns []string, wrong func(place, why string, args ...any)) {
	if len(patterns) == 0 {
		wrong(place, "at least one is needed")
	}
	for _, pattern := range patterns {
		if _, err := filepath.Match(pattern, ""); err != nil {
			wrong(place, "%q: %v", pattern, err)
		} else if !filepath.IsAbs(pattern) {
			wrong(place, "%q is not an absolute path", pattern)
		}
	}
}
