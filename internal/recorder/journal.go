package recorder

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// journal is the file that the open block is written to, one frame a batch,
// until the block is sealed. Its generation is the number that the block gets.
type journal struct {
	generation uint64
	file       *os.File
	size       int64 // bytes of whole, acknowledged frames
}

const journalSuffix = ".journal"

func journalPath(dir string, generation uint64) string {
	return filepath.Join(dir, fmt.Sprintf("%016x%s", generation, journalSuffix))
}

// openJournal opens or creates the journal of a generation, hands each whole
// frame to replay, and cuts what a crash left torn behind the last one. It
// answers how many bytes it cut.
func openJournal(dir string, generation uint64, replay func([]byte) error) (*journal, int64, error) {
	file, err := os.OpenFile(journalPath(dir, generation), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, 0, fmt.Errorf("open journal: %w", err)
	}
	j := &journal{generation: generation, file: file}
	cut, err := j.replay(replay)
	if err == nil {
		err = syncDir(dir)
	}
	if err != nil {
		return nil, 0, errors.Join(fmt.Errorf("replay journal %s: %w", file.Name(), err), file.Close())
	}
	return j, cut, nil
}

func (j *journal) replay(use func([]byte) error) (cut int64, err error) {
	for {
		payload, next, err := readFrame(j.file, j.size)
		if errors.Is(err, io.EOF) {
			return 0, nil
		}
		if errors.Is(err, errTorn) {
			return j.cut()
		}
		if err != nil {
			return 0, err
		}
		if err := use(payload); err != nil {
			return 0, err
		}
		j.size = next
	}
}

// cut removes everything behind the last whole frame.
func (j *journal) cut() (int64, error) {
	info, err := j.file.Stat()
	if err != nil {
		return 0, err
	}
	if err := j.file.Truncate(j.size); err != nil {
		return 0, err
	}
	return info.Size() - j.size, j.file.Sync()
}

// append writes frames and syncs them. After an error nothing of them stays, as
// far as the disk lets us say so: the caller reports them as not stored.
func (j *journal) append(frames []byte) error {
	_, err := j.file.WriteAt(frames, j.size)
	if err == nil {
		err = j.file.Sync()
	}
	if err != nil {
		_, cutErr := j.cut()
		return errors.Join(fmt.Errorf("write journal: %w", err), cutErr)
	}
	j.size += int64(len(frames))
	return nil
}

// remove ends the journal once its block is sealed.
func (j *journal) remove() error {
	return errors.Join(j.file.Close(), os.Remove(j.file.Name()))
}

// journalsIn lists the generations of the journals in a folder, in order.
func journalsIn(dir string) ([]uint64, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("list journals: %w", err)
	}
	var generations []uint64
	for _, entry := range entries {
		stem, ok := strings.CutSuffix(entry.Name(), journalSuffix)
		if !ok {
			continue
		}
		if generation, err := strconv.ParseUint(stem, 16, 64); err == nil {
			generations = append(generations, generation)
		}
	}
	return generations, nil
}
