package recorder

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"sync"
	"time"
)

const (
	blockSize   = 1 << 20       // bytes open before a block is sealed
	groupSize   = 4 << 20       // bytes that one commit takes from waiting callers
	openLimit   = 4 * groupSize // bytes open at which new records are refused, because sealing fails
	sealAfter   = time.Hour     // a block that fills slowly is sealed at this age, at the next Trim
	segmentsMin = 32            // a stream's limit in segments, so that retention lets go about 3 % at a time
)

// ErrClosed answers calls after Close.
var ErrClosed = errors.New("recorder is closed")

// buffer holds the records of the open block.
type buffer[T any] interface {
	add([]T)
	bytes() int
	items() []T // in the order they are stored
	clear()
}

// stream is one kind of record: its journal, its open block and its archive.
type stream[T any] struct {
	dir    string
	limit  int64         // bytes on disk
	maxAge time.Duration //
	now    func() time.Time
	logger *slog.Logger

	encode   func([]T) []byte
	describe func([]T) header

	commits chan commit[T]
	stop    chan struct{}
	stopped chan struct{}
	trims   chan chan error

	journal *journal // of the committing goroutine alone

	mu      sync.RWMutex // guards what follows
	open    buffer[T]
	opened  time.Time // when the open block got its first record
	archive *archive
	stats   KindStats
}

// commit is one caller's records on their way to the disk.
type commit[T any] struct {
	records []T
	payload []byte
	done    chan error
}

// start loads what is on the disk and begins to commit.
func (s *stream[T]) start(decode func([]byte) ([]T, error)) error {
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return fmt.Errorf("create folder: %w", err)
	}
	var err error
	segmentSize := min(max(s.limit/segmentsMin, 64<<10), maxFrame)
	if s.archive, err = openArchive(s.dir, segmentSize, s.maxAge/segmentsMin, s.logger); err != nil {
		return err
	}
	if err := s.restore(decode); err != nil {
		return errors.Join(err, s.archive.close())
	}
	s.commits = make(chan commit[T], 64)
	s.stop, s.stopped = make(chan struct{}), make(chan struct{})
	s.trims = make(chan chan error)
	go s.run()
	return nil
}

// restore replays the journal whose block was not sealed, and removes the
// others that a crash during seal can leave: an older one whose block is
// sealed, or a newer one that was not yet written to.
func (s *stream[T]) restore(decode func([]byte) ([]T, error)) error {
	generations, err := journalsIn(s.dir)
	if err != nil {
		return err
	}
	sealed := s.archive.lastGeneration()
	current := sealed + 1
	if i := slices.IndexFunc(generations, func(g uint64) bool { return g > sealed }); i >= 0 {
		current = generations[i]
	}
	for _, generation := range generations {
		if generation == current {
			continue
		}
		if err := os.Remove(journalPath(s.dir, generation)); err != nil {
			return fmt.Errorf("remove journal: %w", err)
		}
	}
	var cut int64
	s.journal, cut, err = openJournal(s.dir, current, func(payload []byte) error {
		records, err := decode(payload)
		if err == nil {
			s.hold(records)
		}
		return err
	})
	if cut > 0 {
		s.logger.Warn("recorder journal was torn by a crash, what was not acknowledged is cut", "folder", s.dir, "bytes", cut)
	}
	return err
}

// put stores records and returns when they are on the disk.
func (s *stream[T]) put(ctx context.Context, records []T) error {
	c := commit[T]{records: records, payload: s.encode(records), done: make(chan error, 1)}
	select {
	case s.commits <- c:
	case <-s.stop:
		return ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-c.done:
		return err
	case <-s.stopped:
		return ErrClosed
	case <-ctx.Done():
		return ctx.Err() // they may be stored all the same
	}
}

// run commits what callers put, all that wait at once, with one sync.
func (s *stream[T]) run() {
	defer close(s.stopped)
	for {
		select {
		case first := <-s.commits:
			group := s.gather(first)
			err := s.write(group)
			for _, c := range group {
				c.done <- err
			}
		case done := <-s.trims:
			done <- s.trim()
		case <-s.stop:
			return
		}
	}
}

func (s *stream[T]) gather(first commit[T]) []commit[T] {
	group, size := []commit[T]{first}, len(first.payload)
	for size < groupSize {
		select {
		case c := <-s.commits:
			group = append(group, c)
			size += len(c.payload)
		default:
			return group
		}
	}
	return group
}

func (s *stream[T]) write(group []commit[T]) error {
	if s.openBytes() >= openLimit {
		if err := s.seal(); err != nil {
			return err
		}
	}
	var frames []byte
	for _, c := range group {
		frames = appendFrame(frames, c.payload)
	}
	if err := s.journal.append(frames); err != nil {
		return err
	}
	s.mu.Lock()
	for _, c := range group {
		s.hold(c.records)
	}
	s.mu.Unlock()
	if s.openBytes() < blockSize {
		return nil
	}
	// The records are safe in the journal: that sealing fails is not the
	// callers' concern until openLimit.
	if err := errors.Join(s.seal(), s.retain()); err != nil {
		s.logger.Error("recorder could not seal a block", "folder", s.dir, "error", err)
	}
	return nil
}

// hold adds records to the open block; the caller has the lock.
func (s *stream[T]) hold(records []T) {
	if s.opened.IsZero() {
		s.opened = s.now()
	}
	s.open.add(records)
}

func (s *stream[T]) openBytes() int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.open.bytes()
}

// seal turns the open block into a sealed one. The order matters: the next
// journal exists before the block does, because a journal whose generation has
// a block is never replayed and must not be written to any more; and the old
// journal stays until the block is synced.
func (s *stream[T]) seal() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	records := s.open.items()
	if len(records) == 0 {
		return nil
	}
	h := s.describe(records)
	h.generation, h.sealed = s.journal.generation, s.now().UnixNano()
	next, _, err := openJournal(s.dir, h.generation+1, func([]byte) error { return nil })
	if err != nil {
		return err
	}
	sealed, err := s.archive.write(h, s.encode(records))
	if err != nil {
		return errors.Join(err, next.remove())
	}
	old := s.journal
	s.journal = next
	s.open.clear()
	s.opened = time.Time{}
	return errors.Join(s.archive.adopt(sealed), old.remove())
}

// trim seals a block that has been open for long and lets old segments go.
func (s *stream[T]) trim() error {
	s.mu.RLock()
	old := !s.opened.IsZero() && s.now().Sub(s.opened) >= sealAfter
	s.mu.RUnlock()
	var err error
	if old {
		err = s.seal()
	}
	return errors.Join(err, s.retain())
}

// retain removes the oldest segments until size and age are within bounds.
func (s *stream[T]) retain() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	oldest := s.now().Add(-s.maxAge).UnixNano()
	for len(s.archive.segments) > 0 {
		if s.archive.bytes()+s.journal.size <= s.limit && s.archive.segments[0].newest >= oldest {
			return nil
		}
		dropped, err := s.archive.dropOldest()
		if err != nil {
			return err
		}
		s.stats.Dropped += int64(dropped.count)
		s.stats.DroppedBytes += dropped.size
	}
	return nil
}

func (s *stream[T]) requestTrim(ctx context.Context) error {
	done := make(chan error, 1)
	select {
	case s.trims <- done:
		return <-done
	case <-s.stop:
		return ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
}

// close stops committing and leaves the open block to its journal.
func (s *stream[T]) close() error {
	close(s.stop)
	<-s.stopped
	return errors.Join(s.journal.file.Close(), s.archive.close())
}
