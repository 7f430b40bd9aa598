package fault

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/sigap-dev/sigap/lab"
)

// fillSteps and fillPause make the folder fill over two seconds or so, as a job that writes
// does, and not at once.
const (
	fillSteps = 8
	fillPause = 250 * time.Millisecond
)

// fillDisk writes a file beside cart's spool until the folder's quota is used up.
func fillDisk(ctx context.Context, l *lab.Lab) (effect, error) {
	quota, err := l.Value("cart", "quota")
	if err != nil {
		return effect{}, err
	}
	limit, ok := quota.(float64)
	if !ok {
		return effect{}, fmt.Errorf("fill cart's data folder: quota is %v", quota)
	}
	path := filepath.Join(l.DataDir("cart"), "orders-export.csv.part")
	done := effect{undo: func(context.Context) ([]Change, error) { return nil, os.Remove(path) }}
	file, err := os.Create(path)
	if err != nil {
		return effect{}, fmt.Errorf("fill cart's data folder: %w", err)
	}
	defer file.Close()
	ticker := time.NewTicker(fillPause)
	defer ticker.Stop()
	for left := fillSteps; left > 0; left-- {
		used, err := folderSize(l.DataDir("cart"))
		if err != nil {
			return done, fmt.Errorf("fill cart's data folder: %w", err)
		}
		if _, err := file.Write(make([]byte, max(0, int64(limit)-used)/int64(left))); err != nil {
			return done, fmt.Errorf("fill cart's data folder: %w", err)
		}
		select {
		case <-ctx.Done():
			return done, ctx.Err()
		case <-ticker.C:
		}
	}
	return done, nil
}

// folderSize is the size of the files in a folder, in bytes.
func folderSize(dir string) (int64, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return 0, err
	}
	var sum int64
	for _, entry := range entries {
		if info, err := entry.Info(); err == nil { // else removed since
			sum += info.Size()
		}
	}
	return sum, nil
}
