package agent

import (
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

const (
	readChunk     = 256 << 10        // bytes read from a file at a time
	headSize      = 256              // bytes at a file's beginning by which it is known again
	lingerRotated = 10 * time.Second // a rotated file is still read for so long: its writer may not have moved on
)

// position says how far a file was handed on, and how to know the file again.
type position struct {
	Offset int64  `json:"offset"`
	Head   uint32 `json:"head"` // CRC-32 of the first HeadLen bytes
	Len    int    `json:"len"`
}

// tailer follows one open file. Its offset is behind the last whole line that it
// gave out; what a writer is in the midst of writing waits.
type tailer struct {
	path    string
	file    *os.File
	offset  int64
	head    uint32
	headLen int
	lines   func(line string, end int64)
	buffer  []byte // shared by the tailers of an agent, they read one after another
	skip    bool   // in the midst of a line that was too long
}

// openTail opens a file and goes to where a position says, if the file is still
// the one that the position is of; else to its beginning.
func openTail(path string, at position, buffer []byte, lines func(string, int64)) (t *tailer, same bool, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, false, fmt.Errorf("open log file: %w", err)
	}
	t = &tailer{path: path, file: file, buffer: buffer, lines: lines}
	sum, n, err := headOf(file, at.Len)
	if err != nil {
		return nil, false, errors.Join(err, file.Close())
	}
	info, err := file.Stat()
	if err != nil {
		return nil, false, errors.Join(fmt.Errorf("ask for a log file's size: %w", err), file.Close())
	}
	if at.Len > 0 && n == at.Len && sum == at.Head && info.Size() >= at.Offset {
		t.offset, t.head, t.headLen = at.Offset, at.Head, at.Len
		return t, true, nil
	}
	return t, false, nil
}

// headOf sums up to n first bytes of a file.
func headOf(file io.ReaderAt, n int) (sum uint32, read int, err error) {
	var head [headSize]byte
	read, err = file.ReadAt(head[:min(n, headSize)], 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return 0, 0, fmt.Errorf("read a log file's beginning: %w", err)
	}
	return crc32.ChecksumIEEE(head[:read]), read, nil
}

// toEnd skips what the file holds already.
func (t *tailer) toEnd() error {
	info, err := t.file.Stat()
	if err != nil {
		return fmt.Errorf("ask for a log file's size: %w", err)
	}
	t.offset = info.Size()
	return t.rememberHead(t.offset)
}

// read gives out the lines that are whole, up to about budget bytes, and reports
// whether there is more.
func (t *tailer) read(budget int) (more bool, err error) {
	if err := t.noticeTruncation(); err != nil {
		return false, err
	}
	for budget > 0 {
		n, err := t.file.ReadAt(t.buffer, t.offset)
		if n == 0 || err != nil && !errors.Is(err, io.EOF) {
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return false, err
		}
		if err := t.rememberHead(t.offset + int64(n)); err != nil {
			return false, err
		}
		used := t.give(t.buffer[:n])
		if used == 0 {
			if n < len(t.buffer) {
				return false, nil // a line that is not whole yet
			}
			// A line longer than the buffer: its beginning is given out, its
			// rest skipped.
			if !t.skip {
				t.lines(strings.ToValidUTF8(string(t.buffer[:maxEvent]), ""), t.offset+int64(n))
			}
			t.skip = true
			used = n
		}
		t.offset += int64(used)
		budget -= used
		if n < len(t.buffer) {
			return false, nil
		}
	}
	return true, nil
}

// give hands out the whole lines of a piece and answers how many bytes they are.
func (t *tailer) give(piece []byte) int {
	used := 0
	for {
		i := bytes.IndexByte(piece[used:], '\n')
		if i < 0 {
			return used
		}
		line := piece[used : used+i]
		used += i + 1
		if t.skip {
			t.skip = false
			continue
		}
		line = bytes.TrimSuffix(line, []byte("\r"))
		t.lines(strings.ToValidUTF8(string(line), "\uFFFD"), t.offset+int64(used))
	}
}

// rest gives out what is behind the last newline of a file that ended.
func (t *tailer) rest() error {
	n, err := t.file.ReadAt(t.buffer, t.offset)
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read the rest of a log file: %w", err)
	}
	if n > 0 && !t.skip {
		t.lines(strings.ToValidUTF8(string(t.buffer[:min(n, maxEvent)]), "\uFFFD"), t.offset+int64(n))
	}
	t.offset += int64(n)
	return nil
}

// noticeTruncation begins anew if the file became shorter, or if its beginning
// changed: copytruncate empties a file that may have grown past the old offset
// by the time it is looked at.
func (t *tailer) noticeTruncation() error {
	info, err := t.file.Stat()
	if err != nil {
		return fmt.Errorf("ask for a log file's size: %w", err)
	}
	if info.Size() >= t.offset {
		if info.Size() == t.offset || t.headLen == 0 {
			return nil
		}
		sum, n, err := headOf(t.file, t.headLen)
		if err != nil || n == t.headLen && sum == t.head {
			return err
		}
	}
	t.offset, t.head, t.headLen, t.skip = 0, 0, 0, false
	return nil
}

// rememberHead sums the beginning of a file that is known to have size bytes.
func (t *tailer) rememberHead(size int64) error {
	want := int(min(size, headSize))
	if t.headLen >= want {
		return nil
	}
	var err error
	t.head, t.headLen, err = headOf(t.file, want)
	return err
}

// replaced reports whether the path names another file now, or none.
func (t *tailer) replaced() (bool, error) {
	mine, err := t.file.Stat()
	if err != nil {
		return false, fmt.Errorf("ask for an open log file: %w", err)
	}
	named, err := os.Stat(t.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return true, nil
	case err != nil:
		return false, fmt.Errorf("ask for a log file: %w", err)
	}
	return !os.SameFile(mine, named), nil
}

// position answers where a restart has to go on to read from offset.
func (t *tailer) position(offset int64) position {
	return position{Offset: offset, Head: t.head, Len: t.headLen}
}

// rotatedFrom looks for the file that a position is of among those in the path's
// folder whose names begin alike (app.log.1, app.log-20261124, app-2026-11-24.log):
// it was rotated away while nobody looked. Compressed ones are out of reach.
func rotatedFrom(path string, at position) (string, bool) {
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || at.Len == 0 {
		return "", false
	}
	stem := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	for _, entry := range entries {
		sibling := filepath.Join(filepath.Dir(path), entry.Name())
		if sibling == path || !entry.Type().IsRegular() || !strings.HasPrefix(entry.Name(), stem) {
			continue
		}
		if holds(sibling, at) {
			return sibling, true
		}
	}
	return "", false
}

// holds reports whether a file is the one that a position is of.
func holds(path string, at position) bool {
	file, err := os.Open(path)
	if err != nil {
		return false
	}
	defer file.Close()
	sum, n, err := headOf(file, at.Len)
	if err != nil || n != at.Len || sum != at.Head {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Size() >= at.Offset
}

// escapeGlob makes a path stand for itself in a pattern.
func escapeGlob(path string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}
