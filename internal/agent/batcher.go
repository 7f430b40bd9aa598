package agent

import (
	"context"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

const (
	flushAfter = 400 * time.Millisecond // that a line waits for others; with joinQuiet it is out within a second
	batchLines = 1000
	batchBytes = 512 << 10
)

// batcher gathers events of all services into batches.
type batcher struct {
	encoder *encoder
	now     func() time.Time
	send    func(context.Context, batch) error

	lines []incident.LogLine
	bytes int
	marks map[string]position
	since time.Time
}

func (b *batcher) add(item logItem) {
	if len(b.lines) == 0 && b.marks == nil {
		b.since = b.now()
		b.marks = map[string]position{}
	}
	if item.path != "" {
		b.marks[item.path] = item.at
	}
	if item.line != nil {
		b.lines = append(b.lines, *item.line)
		b.bytes += len(item.line.Body) + 100*len(item.line.Attrs)
	}
}

func (b *batcher) full() bool { return len(b.lines) >= batchLines || b.bytes >= batchBytes }

func (b *batcher) due() bool {
	return b.marks != nil && b.now().Sub(b.since) >= flushAfter
}

// flush hands over what there is, even if that is only how far files were read.
func (b *batcher) flush(ctx context.Context) error {
	if b.marks == nil {
		return nil
	}
	out := batch{kind: logBatch, count: len(b.lines), marks: b.marks}
	if len(b.lines) > 0 {
		var err error
		if out.body, err = b.encoder.logs(b.lines); err != nil {
			return err
		}
	}
	b.lines, b.bytes, b.marks = b.lines[:0], 0, nil
	return b.send(ctx, out)
}
