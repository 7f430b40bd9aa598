package agent

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// batchKind is what a batch holds, and with that where it goes.
type batchKind string

const (
	logBatch    batchKind = "logs"
	metricBatch batchKind = "metrics"
	changeBatch batchKind = "changes"
)

// batch is one request's body, compressed, and what is done once it is safe.
type batch struct {
	kind  batchKind
	body  []byte
	count int // lines, points or changes in it
	marks map[string]position
}

// spool keeps batches on the disk while the server is away, each a file, oldest
// first, and lets the oldest go when they are more than it may hold.
type spool struct {
	dir      string
	maxBytes int64
	entries  []spooled
	bytes    int64
	next     uint64
	dropped  map[batchKind]int64 // records let go, by kind
}

type spooled struct {
	name  string
	kind  batchKind
	count int
	size  int64
}

func openSpool(dir string, maxBytes int64) (*spool, error) {
	s := &spool{dir: filepath.Join(dir, "spool"), maxBytes: maxBytes, dropped: map[batchKind]int64{}}
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return nil, fmt.Errorf("create buffer: %w", err)
	}
	files, err := os.ReadDir(s.dir) // in order of their names, which begin with their number
	if err != nil {
		return nil, fmt.Errorf("read buffer: %w", err)
	}
	for _, file := range files {
		info, err := file.Info()
		if err != nil {
			return nil, fmt.Errorf("read buffer: %w", err)
		}
		entry, number, ok := parseSpooled(file.Name())
		if !ok {
			continue
		}
		entry.size = info.Size()
		s.entries = append(s.entries, entry)
		s.bytes += entry.size
		s.next = number + 1
	}
	return s, nil
}

// parseSpooled reads a name such as 000000000000002a.logs.500.
func parseSpooled(name string) (spooled, uint64, bool) {
	parts := strings.Split(name, ".")
	if len(parts) != 3 {
		return spooled{}, 0, false
	}
	number, err1 := strconv.ParseUint(parts[0], 16, 64)
	count, err2 := strconv.Atoi(parts[2])
	return spooled{name: name, kind: batchKind(parts[1]), count: count}, number, err1 == nil && err2 == nil
}

// put writes a batch durably. One that alone is larger than the bound is let go.
func (s *spool) put(b batch) error {
	size := int64(len(b.body))
	if size > s.maxBytes {
		s.dropped[b.kind] += int64(b.count)
		return nil
	}
	for s.bytes+size > s.maxBytes {
		s.dropped[s.entries[0].kind] += int64(s.entries[0].count)
		if err := s.pop(); err != nil {
			return err
		}
	}
	name := fmt.Sprintf("%016x.%s.%d", s.next, b.kind, b.count)
	if err := replaceFile(filepath.Join(s.dir, name), b.body, true); err != nil {
		return fmt.Errorf("write buffer: %w", err)
	}
	s.next++
	s.entries = append(s.entries, spooled{name: name, kind: b.kind, count: b.count, size: size})
	s.bytes += size
	return nil
}

// first reads the oldest batch; false if there is none.
func (s *spool) first() (batch, bool, error) {
	if len(s.entries) == 0 {
		return batch{}, false, nil
	}
	entry := s.entries[0]
	body, err := os.ReadFile(filepath.Join(s.dir, entry.name))
	if err != nil {
		return batch{}, false, fmt.Errorf("read buffer: %w", err)
	}
	return batch{kind: entry.kind, body: body, count: entry.count}, true, nil
}

// pop removes the oldest batch.
func (s *spool) pop() error {
	entry := s.entries[0]
	s.entries = s.entries[1:]
	s.bytes -= entry.size
	if err := os.Remove(filepath.Join(s.dir, entry.name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("shorten buffer: %w", err)
	}
	return nil
}
