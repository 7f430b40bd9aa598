package recorder

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/klauspost/compress/zstd"
)

// archive is the sealed blocks of a stream: segment files, to which blocks are
// only ever appended and which are only ever removed whole. Its index is
// guarded by the stream's lock; the files themselves never change under a read.
type archive struct {
	dir         string
	segmentSize int64 // bytes at which a segment is full
	segmentSpan int64 // nanoseconds after which it takes no more blocks
	segments    []*segment
	active      *os.File // of the last segment; nil if it is full or there is none
	writer      *zstd.Encoder
	reader      *zstd.Decoder
	logger      *slog.Logger
}

type segment struct {
	path   string
	size   int64
	count  int   // records
	newest int64 // Unix nanoseconds, see header.newest
	blocks []*block
}

// block is a sealed block's header and where its payload lies.
type block struct {
	header
	path   string
	offset int64
}

const segmentSuffix = ".segment"

func openArchive(dir string, segmentSize int64, segmentSpan time.Duration, logger *slog.Logger) (*archive, error) {
	writer, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
	if err != nil {
		return nil, fmt.Errorf("prepare compression: %w", err)
	}
	reader, err := zstd.NewReader(nil, zstd.WithDecoderMaxMemory(4*maxFrame))
	if err != nil {
		return nil, fmt.Errorf("prepare decompression: %w", err)
	}
	a := &archive{dir: dir, segmentSize: segmentSize, segmentSpan: segmentSpan.Nanoseconds(), writer: writer, reader: reader, logger: logger}
	paths, err := filepath.Glob(filepath.Join(dir, "*"+segmentSuffix))
	if err != nil {
		return nil, fmt.Errorf("list segments: %w", err)
	}
	for i, path := range paths { // Glob answers in order, and names begin with the generation
		if err := a.load(path, i == len(paths)-1); err != nil {
			return nil, fmt.Errorf("read segment %s: %w", path, err)
		}
	}
	return a, nil
}

// load reads the headers of a segment. Only the last one can have been torn by
// a crash; it is cut there. In an older one the rest is given up, and said so.
func (a *archive) load(path string, last bool) error {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	seg := &segment{path: path}
	for err == nil {
		err = seg.next(file, last)
	}
	switch {
	case errors.Is(err, io.EOF):
		err = nil
	case errors.Is(err, errTorn) || errors.Is(err, errMalformed):
		a.logger.Warn("recorder segment is damaged, the rest of it is lost", "file", path, "offset", seg.size)
		err = nil
		if last {
			err = file.Truncate(seg.size)
		}
	}
	if err != nil {
		return errors.Join(err, file.Close())
	}
	a.segments = append(a.segments, seg)
	if last && seg.size < a.segmentSize {
		a.active = file
		return nil
	}
	return file.Close()
}

// next reads the header at the segment's end as known so far, and adds its
// block. With verify the payload is read too, to find a torn one.
func (seg *segment) next(file *os.File, verify bool) error {
	head, offset, err := readFrame(file, seg.size)
	if err != nil {
		return err
	}
	h, err := decodeHeader(head)
	if err != nil {
		return err
	}
	b := &block{header: h, path: seg.path, offset: offset}
	if verify {
		if _, err := b.readFrom(file); err != nil {
			return err
		}
	}
	seg.add(b)
	return nil
}

func (seg *segment) add(b *block) {
	seg.blocks = append(seg.blocks, b)
	seg.size = b.offset + b.size
	seg.count += b.count
	seg.newest = max(seg.newest, b.newest())
}

// write compresses a payload, appends it as a block and syncs it. It changes
// nothing but the file; the caller adds the block to the index with adopt. An
// unfinished block behind the segment's end is overwritten by the next write.
func (a *archive) write(h header, payload []byte) (*block, error) {
	compressed := a.writer.EncodeAll(payload, nil)
	h.size, h.sum = int64(len(compressed)), checksum(compressed)
	seg, err := a.writable(&h)
	if err != nil {
		return nil, err
	}
	frame := appendFrame(nil, h.encode())
	b := &block{header: h, path: seg.path, offset: seg.size + int64(len(frame))}
	if _, err := a.active.WriteAt(append(frame, compressed...), seg.size); err != nil {
		return nil, errors.Join(fmt.Errorf("write block: %w", err), a.active.Truncate(seg.size))
	}
	if err := a.active.Sync(); err != nil {
		return nil, errors.Join(fmt.Errorf("sync block: %w", err), a.active.Truncate(seg.size))
	}
	return b, nil
}

// writable answers the segment to append to, beginning a new one if needed.
func (a *archive) writable(h *header) (*segment, error) {
	if a.active != nil {
		seg := a.segments[len(a.segments)-1]
		if len(seg.blocks) == 0 || h.sealed-seg.blocks[0].sealed < a.segmentSpan {
			return seg, nil
		}
		if err := a.finish(); err != nil {
			return nil, err
		}
	}
	path := filepath.Join(a.dir, fmt.Sprintf("%016x%s", h.generation, segmentSuffix))
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, fmt.Errorf("create segment: %w", err)
	}
	if err := syncDir(a.dir); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	a.active = file
	a.segments = append(a.segments, &segment{path: path})
	return a.segments[len(a.segments)-1], nil
}

// finish closes the active segment, so that the next block begins another.
func (a *archive) finish() error {
	file := a.active
	a.active = nil
	if err := file.Close(); err != nil {
		return fmt.Errorf("close segment: %w", err)
	}
	return nil
}

// adopt adds a written block to the index, and closes the segment if it is full.
func (a *archive) adopt(b *block) error {
	seg := a.segments[len(a.segments)-1]
	seg.add(b)
	if seg.size < a.segmentSize {
		return nil
	}
	return a.finish()
}

// read answers a block's payload. A block that retention removed meanwhile
// answers os.ErrNotExist, a damaged one errTorn.
func (a *archive) read(b *block) ([]byte, error) {
	file, err := os.Open(b.path)
	if err != nil {
		return nil, fmt.Errorf("open segment: %w", err)
	}
	defer file.Close()
	compressed, err := b.readFrom(file)
	if err != nil {
		return nil, fmt.Errorf("read block at %d of %s: %w", b.offset, b.path, err)
	}
	payload, err := a.reader.DecodeAll(compressed, nil)
	if err != nil {
		return nil, fmt.Errorf("decompress block at %d of %s: %w", b.offset, b.path, err)
	}
	return payload, nil
}

func (b *block) readFrom(file io.ReaderAt) ([]byte, error) {
	if b.size > maxFrame {
		return nil, errTorn
	}
	compressed := make([]byte, b.size)
	if _, err := file.ReadAt(compressed, b.offset); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, errTorn
		}
		return nil, err
	}
	if checksum(compressed) != b.sum {
		return nil, errTorn
	}
	return compressed, nil
}

// dropOldest removes the first segment and answers it.
func (a *archive) dropOldest() (*segment, error) {
	seg := a.segments[0]
	if len(a.segments) == 1 && a.active != nil {
		if err := a.finish(); err != nil {
			return nil, err
		}
	}
	if err := os.Remove(seg.path); err != nil {
		return nil, fmt.Errorf("remove segment: %w", err)
	}
	a.segments = a.segments[1:]
	return seg, nil
}

func (a *archive) bytes() int64 {
	var total int64
	for _, seg := range a.segments {
		total += seg.size
	}
	return total
}

// lastGeneration is that of the newest block, 0 if there is none.
func (a *archive) lastGeneration() uint64 {
	for _, v := range slices.Backward(a.segments) {
		if blocks := v.blocks; len(blocks) > 0 {
			return blocks[len(blocks)-1].generation
		}
	}
	return 0
}

// candidates lists the blocks whose headers pass.
func (a *archive) candidates(mayHave func(*header) bool) []*block {
	var found []*block
	for _, seg := range a.segments {
		for _, b := range seg.blocks {
			if mayHave(&b.header) {
				found = append(found, b)
			}
		}
	}
	return found
}

func (a *archive) close() error {
	a.reader.Close()
	if a.active == nil {
		return nil
	}
	return a.finish()
}
