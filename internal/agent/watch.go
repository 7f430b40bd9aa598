package agent

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/diff"

	"github.com/sigap-dev/sigap/internal/incident"
)

const (
	maxWatched = 256 << 10 // bytes of a file that is compared; larger ones are reported without a diff
	maxDiff    = 16 << 10  // as incident.Change has it
)

// watcher reports changes of configuration files. What a file was is kept on the
// disk, masked, so that a change made while the agent was down is seen too.
type watcher struct {
	configs []WatchConfig
	dir     string
	masker  *masker
	encoder *encoder
	send    func(context.Context, batch) error
	logger  *slog.Logger
	now     func() time.Time
	states  map[string]*watched // by path
	looked  bool                // at everything once since the start
	env     string
	host    string
}

// watched is a file as it was last seen.
type watched struct {
	Path     string    `json:"path"`
	Service  string    `json:"service"`
	Exists   bool      `json:"exists"`
	Modified time.Time `json:"modified"`
	Size     int64     `json:"size"`
	Sum      string    `json:"sum"`    // SHA-256 of the content as it is, to see that a secret changed
	Masked   string    `json:"masked"` // the content without secrets; empty if it is not text or too large
}

func newWatcher(c Config, send func(context.Context, batch) error, d Deps) (*watcher, error) {
	w := &watcher{
		configs: c.WatchFiles,
		dir:     filepath.Join(c.Buffer.Dir, "watch"),
		masker:  newMasker(c.Mask),
		encoder: newEncoder(c),
		send:    send,
		logger:  d.Logger,
		now:     d.Now,
		states:  map[string]*watched{},
		env:     c.Environment,
		host:    c.Host,
	}
	if err := os.MkdirAll(w.dir, 0o700); err != nil {
		return nil, fmt.Errorf("create the folder of watched files: %w", err)
	}
	paths, err := filepath.Glob(filepath.Join(escapeGlob(w.dir), "*.json"))
	if err != nil {
		return nil, fmt.Errorf("list watched files: %w", err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("read watched file: %w", err)
		}
		state := &watched{}
		if err := json.Unmarshal(text, state); err != nil {
			return nil, fmt.Errorf("read watched file %s: %w", path, err)
		}
		w.states[state.Path] = state
	}
	return w, nil
}

// look compares each file with what it was, and reports those that changed. At
// the first look since the start, a file not known yet is only remembered: it
// may be the configuration that is new.
func (w *watcher) look(ctx context.Context) {
	for _, config := range w.configs {
		for _, path := range w.paths(config) {
			if err := w.lookAt(ctx, config.Service, path); err != nil && ctx.Err() == nil {
				w.logger.Warn("watched file could not be compared", "file", path, "error", err)
			}
		}
	}
	w.looked = true
}

// paths lists what matches now and what did before: that one is gone is a change.
func (w *watcher) paths(config WatchConfig) []string {
	var paths []string
	known := map[string]bool{}
	for _, pattern := range config.Files {
		found, err := filepath.Glob(pattern)
		if err != nil { // Validate refused such a pattern
			w.logger.Warn("watched file pattern is not valid", "pattern", pattern, "error", err)
		}
		for path := range w.states {
			if matches, _ := filepath.Match(pattern, path); matches {
				found = append(found, path)
			}
		}
		for _, path := range found {
			if !known[path] {
				known[path] = true
				paths = append(paths, path)
			}
		}
	}
	return paths
}

func (w *watcher) lookAt(ctx context.Context, service, path string) error {
	before := w.states[path]
	info, err := os.Stat(path)
	gone := errors.Is(err, fs.ErrNotExist)
	if err != nil && !gone || err == nil && !info.Mode().IsRegular() {
		return err
	}
	if before != nil && (gone && !before.Exists || !gone && before.Exists && info.ModTime().Equal(before.Modified) && info.Size() == before.Size) {
		return nil
	}
	after := &watched{Path: path, Service: service}
	if !gone {
		if after, err = w.read(path, info); err != nil {
			return err
		}
		after.Service = service
	}
	if before == nil && w.looked {
		before = &watched{Path: path}
	}
	if before != nil && (before.Exists != after.Exists || before.Sum != after.Sum) {
		if err := w.report(ctx, before, after); err != nil {
			return err
		}
	}
	w.states[path] = after
	return w.remember(after)
}

func (w *watcher) read(path string, info os.FileInfo) (*watched, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var content bytes.Buffer
	sum := sha256.New()
	if _, err := io.Copy(sum, io.TeeReader(file, &capped{&content, maxWatched + 1})); err != nil {
		return nil, err
	}
	state := &watched{Path: path, Exists: true, Modified: info.ModTime(), Size: info.Size(), Sum: hex.EncodeToString(sum.Sum(nil))}
	if content.Len() <= maxWatched && utf8.Valid(content.Bytes()) {
		state.Masked = w.masker.text(content.String())
	}
	return state, nil
}

// capped keeps the first bytes of what is written to it.
type capped struct {
	to   *bytes.Buffer
	left int
}

func (c *capped) Write(p []byte) (int, error) {
	n := min(c.left, len(p))
	c.left -= n
	c.to.Write(p[:n])
	return len(p), nil
}

func (w *watcher) report(ctx context.Context, before, after *watched) error {
	change := struct {
		Kind        incident.ChangeKind `json:"kind"`
		Service     string              `json:"service,omitempty"`
		Environment string              `json:"environment,omitempty"`
		Summary     string              `json:"summary"`
		Diff        string              `json:"diff,omitempty"`
		StartedAt   time.Time           `json:"startedAt"`
	}{incident.Config, after.Service, w.env, "", "", after.Modified.UTC()}
	text := ""
	if before.Masked != "" || after.Masked != "" {
		text = string(diff.Diff(before.Path, []byte(before.Masked), after.Path, []byte(after.Masked)))
		if _, body, ok := strings.Cut(text, "\n"); ok && strings.HasPrefix(text, "diff ") {
			text = body // the first line only repeats the names
		}
	}
	change.Diff = cut(text, maxDiff)
	change.Summary = fmt.Sprintf("%s on %s %s", after.Path, w.host, summarise(before, after, text))
	if !after.Exists {
		change.StartedAt = w.now().UTC()
	}
	raw, err := json.Marshal(change)
	if err != nil {
		return err
	}
	body, err := w.encoder.pack(raw)
	if err != nil {
		return err
	}
	return w.send(ctx, batch{kind: changeBatch, body: body, count: 1})
}

// summarise says in words what happened to a file.
func summarise(before, after *watched, text string) string {
	added, removed := 0, 0
	for line := range strings.Lines(text) {
		switch {
		case strings.HasPrefix(line, "+++"), strings.HasPrefix(line, "---"):
		case line[0] == '+':
			added++
		case line[0] == '-':
			removed++
		}
	}
	switch {
	case !after.Exists:
		return "was removed"
	case !before.Exists:
		return fmt.Sprintf("was created with %d lines", added)
	case added+removed == 0 && after.Masked != "":
		return "changed in a secret value only"
	case added+removed == 0:
		return fmt.Sprintf("changed, from %d to %d bytes", before.Size, after.Size)
	}
	return fmt.Sprintf("changed: %d lines added, %d removed", added, removed)
}

func (w *watcher) remember(state *watched) error {
	text, err := json.Marshal(state)
	if err != nil {
		return err
	}
	name := sha256.Sum256([]byte(state.Path))
	return replaceFile(filepath.Join(w.dir, hex.EncodeToString(name[:12])+".json"), text, false)
}
