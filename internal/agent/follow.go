package agent

import (
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

const (
	rescanEvery = 5 * time.Second // how often globs are looked at for new files
	readBudget  = readChunk       // bytes read of one file before the next one has its turn
	maxFiles    = 500             // files followed for one service
	maxRetired  = 200             // rotated files that are remembered, so as not to be read again
)

// follower follows the log files of one service.
type follower struct {
	config    LogConfig
	parser    parser
	masker    *masker
	positions *positions
	emit      func(logItem)
	logger    *slog.Logger
	now       func() time.Time

	criLine *regexp.Regexp
	buffer  []byte
	files   map[string]*followed
	old     []*followed   // rotated, read until their time is over
	retired []os.FileInfo // rotated and read to the end
	scanned time.Time
}

// followed is one file and the event that its last lines may be part of.
type followed struct {
	tail  *tailer
	join  *joiner
	until time.Time // of a rotated one: when it is closed
}

// logItem is an event on its way out, or with no line only the news that a file
// was read so far.
type logItem struct {
	line *incident.LogLine
	path string // empty for a rotated file, whose position is not remembered
	at   position
}

func newFollower(c LogConfig, host string, m *masker, p *positions, emit func(logItem), logger *slog.Logger, now func() time.Time) (*follower, error) {
	zone := time.Local
	if c.Timezone != "" {
		var err error
		if zone, err = time.LoadLocation(c.Timezone); err != nil {
			return nil, err
		}
	}
	return &follower{
		config:    c,
		parser:    parser{service: c.Service, host: host, format: c.Format, zone: zone},
		masker:    m,
		positions: p,
		emit:      emit,
		logger:    logger,
		now:       now,
		criLine:   regexp.MustCompile(criPattern),
		buffer:    make([]byte, readChunk),
		files:     map[string]*followed{},
	}, nil
}

// poll looks for new files if it is time to, and reads what was written, calling
// between after each file. It reports whether there is more to read at once.
func (f *follower) poll(between func()) (more bool) {
	if now := f.now(); now.Sub(f.scanned) >= rescanEvery {
		f.scan(f.scanned.IsZero())
		f.scanned = now
	}
	for path, file := range f.files {
		again, err := f.read(path, file)
		if err != nil {
			f.logger.Warn("log file could not be read", "file", path, "error", err)
		}
		more = more || again
		between()
	}
	f.old = slices.DeleteFunc(f.old, f.finish)
	return more
}

// scan opens the files that match and are not open.
func (f *follower) scan(starting bool) {
	for _, pattern := range f.config.Files {
		paths, err := filepath.Glob(pattern)
		if err != nil { // Validate refused such a pattern
			f.logger.Warn("log file pattern is not valid", "pattern", pattern, "error", err)
		}
		for _, path := range paths {
			if f.files[path] != nil || compressed(path) {
				continue
			}
			if len(f.files) >= maxFiles {
				f.logger.Warn("too many log files match, the rest is not followed", "service", f.config.Service, "limit", maxFiles)
				return
			}
			if err := f.open(path, starting); err != nil {
				f.logger.Warn("log file could not be followed", "file", path, "error", err)
			}
		}
	}
}

func compressed(path string) bool {
	return slices.Contains([]string{".gz", ".zst", ".bz2", ".xz", ".zip", ".lz4"}, filepath.Ext(path))
}

// open begins to follow a path: where the agent left off, if it knows the file;
// at the end, if this is its first start on this host; else, since the file is
// new, at its beginning.
func (f *follower) open(path string, starting bool) error {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return err
	}
	if slices.ContainsFunc(f.retired, func(old os.FileInfo) bool { return os.SameFile(old, info) }) || f.isOpen(info) {
		return nil
	}
	at, known := f.positions.of(path)
	if !known && f.rotatedBefore(path) {
		f.retire(info)
		return nil
	}
	file := f.follow(path)
	var same bool
	if file.tail, same, err = openTail(path, at, f.buffer, f.receive(file)); err != nil {
		return err
	}
	switch {
	case known && !same:
		f.catchUp(path, at)
	case !known && starting && f.positions.first:
		if err := file.tail.toEnd(); err != nil {
			return err
		}
	}
	f.files[path] = file
	f.emit(logItem{path: path, at: file.tail.position(file.tail.offset)})
	return nil
}

// isOpen reports whether a file is being read under another name: it was just
// rotated to one that matches too.
func (f *follower) isOpen(info os.FileInfo) bool {
	same := func(file *followed) bool {
		open, err := file.tail.file.Stat()
		return err == nil && os.SameFile(open, info)
	}
	if slices.ContainsFunc(f.old, same) {
		return true
	}
	for _, file := range f.files {
		if same(file) {
			return true
		}
	}
	return false
}

// rotatedBefore reports whether a path not known yet holds a file that was read
// under another name before the agent was started.
func (f *follower) rotatedBefore(path string) bool {
	for other, at := range f.positions.all() {
		const telling = 64 // bytes at a file's beginning that tell it from others
		if other != path && at.Len >= telling && holds(path, at) {
			return true
		}
	}
	return false
}

// catchUp reads the rest of a file that was rotated while the agent was down.
func (f *follower) catchUp(path string, at position) {
	sibling, ok := rotatedFrom(path, at)
	if !ok {
		return
	}
	file := f.follow("")
	var err error
	if file.tail, _, err = openTail(sibling, at, f.buffer, f.receive(file)); err != nil {
		f.logger.Warn("rotated log file could not be read", "file", sibling, "error", err)
		return
	}
	file.until = f.now().Add(lingerRotated)
	f.old = append(f.old, file)
}

func (f *follower) follow(path string) *followed {
	file := &followed{}
	file.join = &joiner{now: f.now, zone: f.parser.zone, out: func(e event) {
		item := logItem{path: path, at: file.tail.position(e.end)}
		if !file.until.IsZero() {
			item.path = ""
		}
		line := f.parser.parse(e.text, e.noted, f.now())
		if line.Level == "" || rank(line.Level) >= rank(f.config.MinLevel) {
			f.masker.line(&line)
			item.line = &line
		}
		f.emit(item)
	}}
	return file
}

func (f *follower) receive(file *followed) func(string, int64) {
	return func(text string, end int64) {
		line := unwrap(text, f.criLine)
		line.end = end
		file.join.add(line)
	}
}

// read reads a file and notices its rotation: then the old one lingers, and the
// path is opened anew at once.
func (f *follower) read(path string, file *followed) (more bool, err error) {
	more, err = file.tail.read(readBudget)
	file.join.poll()
	if err != nil || more {
		return more, err
	}
	replaced, err := file.tail.replaced()
	if err != nil || !replaced {
		return false, err
	}
	file.join.flush()
	file.until = f.now().Add(lingerRotated)
	f.old = append(f.old, file)
	delete(f.files, path)
	if err := f.openNext(path); err != nil {
		return false, err
	}
	return f.files[path] != nil, nil
}

// openNext opens what took a rotated file's place, which is new from its
// beginning. There may be nothing yet.
func (f *follower) openNext(path string) error {
	next := f.follow(path)
	var err error
	if next.tail, _, err = openTail(path, position{}, f.buffer, f.receive(next)); err == nil {
		f.files[path] = next
		return nil
	}
	if errors.Is(err, fs.ErrNotExist) {
		f.positions.forget(path)
		return nil
	}
	return err
}

// finish reads a rotated file on, and reports whether it was closed.
func (f *follower) finish(file *followed) bool {
	more, err := file.tail.read(readBudget)
	if err == nil && (more || f.now().Before(file.until)) {
		file.join.poll()
		return false
	}
	if err == nil {
		err = file.tail.rest()
	}
	file.join.flush()
	if info, statErr := file.tail.file.Stat(); statErr == nil {
		f.retire(info)
	}
	if err := errors.Join(err, file.tail.file.Close()); err != nil {
		f.logger.Warn("rotated log file could not be read to its end", "file", file.tail.path, "error", err)
	}
	return true
}

func (f *follower) retire(info os.FileInfo) {
	f.retired = append(f.retired, info)
	if len(f.retired) > maxRetired {
		f.retired = slices.Delete(f.retired, 0, len(f.retired)-maxRetired)
	}
}

// close ends the open events and closes the files.
func (f *follower) close() error {
	var errs []error
	for _, file := range f.files {
		file.join.flush()
		errs = append(errs, file.tail.file.Close())
	}
	for _, file := range f.old {
		file.join.flush()
		errs = append(errs, file.tail.file.Close())
	}
	return errors.Join(errs...)
}
