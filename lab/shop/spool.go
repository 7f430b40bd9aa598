package shop

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"syscall"
)

// segmentBytes is how much of the spool is kept before and after a turn.
const segmentBytes = 1 << 20

// spool appends lines to a file in a folder that may hold a limited number of
// bytes, as a volume of a container would. What others put in the folder
// counts too.
type spool struct {
	dir   string
	quota int64

	mu   sync.Mutex
	file *os.File
}

func openSpool(dir string, quota int64) (*spool, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("open the spool: %w", err)
	}
	s := &spool{dir: dir, quota: quota}
	if err := s.open(); err != nil {
		return nil, fmt.Errorf("open the spool: %w", err)
	}
	return s, nil
}

func (s *spool) open() (err error) {
	s.file, err = os.OpenFile(filepath.Join(s.dir, "orders.log"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	return err
}

// append writes one line, or ENOSPC where the folder has no room for it.
func (s *spool) append(line []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.turn(); err != nil {
		return err
	}
	used, err := s.used()
	if err != nil {
		return err
	}
	if used+int64(len(line)) > s.quota {
		return &fs.PathError{Op: "write", Path: s.file.Name(), Err: syscall.ENOSPC}
	}
	_, err = s.file.Write(line)
	return err
}

// turn starts a new file when the present one is long enough, and keeps one old one.
func (s *spool) turn() error {
	info, err := s.file.Stat()
	if err != nil || info.Size() < segmentBytes {
		return err
	}
	if err := os.Rename(s.file.Name(), s.file.Name()+".1"); err != nil {
		return err
	}
	s.file.Close()
	return s.open()
}

// used is the size of everything in the folder, in bytes.
func (s *spool) used() (int64, error) {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return 0, err
	}
	var sum int64
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil {
			continue // removed since the folder was read
		}
		sum += info.Size()
	}
	return sum, nil
}

func (s *spool) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.file.Close()
}
