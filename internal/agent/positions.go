package agent

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"sync"
)

// positions remembers on the disk how far each log file was handed on, so that
// a restart goes on there. It is written after the lines are safe: a crash in
// between sends them twice rather than not at all.
type positions struct {
	path  string
	first bool // nothing was remembered: the agent's first start here

	mu    sync.Mutex
	files map[string]position
	dirty bool
}

func openPositions(dir string) (*positions, error) {
	p := &positions{path: filepath.Join(dir, "positions.json"), files: map[string]position{}}
	text, err := os.ReadFile(p.path)
	if errors.Is(err, fs.ErrNotExist) {
		p.first = true
		return p, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read positions: %w", err)
	}
	if err := json.Unmarshal(text, &p.files); err != nil {
		return nil, fmt.Errorf("read positions in %s: %w", p.path, err)
	}
	return p, nil
}

// mark notes positions that were reached.
func (p *positions) mark(reached map[string]position) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for path, at := range reached {
		if p.files[path] != at {
			p.files[path] = at
			p.dirty = true
		}
	}
}

func (p *positions) of(path string) (position, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	at, ok := p.files[path]
	return at, ok
}

func (p *positions) all() map[string]position {
	p.mu.Lock()
	defer p.mu.Unlock()
	return maps.Clone(p.files)
}

// forget drops files that are gone.
func (p *positions) forget(path string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.files, path)
	p.dirty = true
}

// save writes what changed since the last save. It replaces the file whole, so
// that a crash leaves the old or the new one.
func (p *positions) save() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.dirty && !p.first {
		return nil
	}
	text, err := json.MarshalIndent(p.files, "", "\t")
	if err != nil {
		return fmt.Errorf("write positions: %w", err)
	}
	if err := replaceFile(p.path, text, false); err != nil {
		return fmt.Errorf("write positions: %w", err)
	}
	p.dirty, p.first = false, false
	return nil
}

// replaceFile writes a file whole or not at all, and with sync durably.
func replaceFile(path string, content []byte, sync bool) error {
	file, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	if err == nil && sync {
		err = file.Sync()
	}
	err = errors.Join(err, file.Close())
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	return nil
}
