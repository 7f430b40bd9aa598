package recorder

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"runtime"
)

// A frame is a length, a CRC-32C (both little-endian, 32 bits) and that many
// bytes. Journals are made of frames, and each block's header is one.
const (
	frameHead = 8
	maxFrame  = 64 << 20 // no writer of ours makes one as long; a greater length is torn or foreign
)

// errTorn marks a frame that was not written to its end, or not by us.
var errTorn = errors.New("torn frame")

func checksum(b []byte) uint32 { return crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)) }

func appendFrame(b, payload []byte) []byte {
	b = binary.LittleEndian.AppendUint32(b, uint32(len(payload)))
	b = binary.LittleEndian.AppendUint32(b, checksum(payload))
	return append(b, payload...)
}

// readFrame reads the frame at an offset and answers its payload and where the
// next one begins: io.EOF exactly at the end, errTorn for anything that is not
// a whole frame.
func readFrame(f io.ReaderAt, offset int64) (payload []byte, next int64, err error) {
	var head [frameHead]byte
	switch n, err := f.ReadAt(head[:], offset); {
	case n == 0 && errors.Is(err, io.EOF):
		return nil, offset, io.EOF
	case n < frameHead && errors.Is(err, io.EOF):
		return nil, offset, errTorn
	case n < frameHead:
		return nil, offset, err
	}
	size := binary.LittleEndian.Uint32(head[0:])
	if size == 0 || size > maxFrame { // none is written empty; zeroes are what some file systems leave
		return nil, offset, errTorn
	}
	payload = make([]byte, size)
	if n, err := f.ReadAt(payload, offset+frameHead); n < len(payload) {
		if errors.Is(err, io.EOF) {
			return nil, offset, errTorn
		}
		return nil, offset, err
	}
	if checksum(payload) != binary.LittleEndian.Uint32(head[4:]) {
		return nil, offset, errTorn
	}
	return payload, offset + frameHead + int64(size), nil
}

// syncDir makes the creation and removal of files in a folder durable. Windows
// cannot sync a folder, and does not need to.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(filepath.Clean(dir))
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Sync(); err != nil {
		return fmt.Errorf("sync folder %s: %w", dir, err)
	}
	return nil
}
