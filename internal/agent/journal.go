package agent

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os/exec"
	"strconv"
	"time"
)

// JournalConfig names the systemd units of one service.
type JournalConfig struct {
	Service  string   `yaml:"service"`
	Units    []string `yaml:"units"`     // as systemctl has them: checkout.service
	MinLevel string   `yaml:"min_level"` // default info
}

const (
	journalAgain = 5 * time.Second // until journalctl is started anew after it ended
	journalLine  = 1 << 20         // bytes of one entry in JSON
	journalAhead = 1000            // entries that wait to be batched
)

// journal follows the systemd journal of one service, through journalctl:
// what its JSON says is documented to stay, the journal's files are not.
type journal struct {
	config    JournalConfig
	path      string // under which the position is remembered
	parser    parser
	masker    *masker
	positions *positions
	batcher   *batcher
	logger    *slog.Logger
	now       func() time.Time
	open      func(ctx context.Context, args []string) (io.ReadCloser, error)

	join     *joiner
	priority int // of the open event
}

func newJournal(c JournalConfig, config Config, p *positions, send func(context.Context, batch) error, d Deps) *journal {
	j := &journal{config: c, path: "journal:" + c.Service, parser: parser{service: c.Service, host: config.Host, format: "auto", zone: time.UTC}, masker: newMasker(config.Mask),
		positions: p, batcher: &batcher{encoder: newEncoder(config), now: d.Now, send: send}, logger: d.Logger, now: d.Now, open: openJournal, priority: noPriority}
	j.join = &joiner{now: d.Now, zone: time.UTC, out: j.emit}
	return j
}

// openJournal starts journalctl; closing what it gives ends it.
func openJournal(ctx context.Context, args []string) (io.ReadCloser, error) {
	cmd := exec.CommandContext(ctx, "journalctl", args...) //nolint:gosec // units of the host's own configuration
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return journalProcess{out, cmd}, nil
}

type journalProcess struct {
	io.ReadCloser
	cmd *exec.Cmd
}

func (p journalProcess) Close() error {
	_ = p.cmd.Process.Kill()
	return p.cmd.Wait()
}

// args are what journalctl is asked: on from where the last one ended, to the
// second, so that what came in that second is sent twice rather than not at all.
func (j *journal) args() []string {
	args := []string{"--follow", "--output=json", "--no-pager", "--quiet"}
	if at, ok := j.positions.of(j.path); ok {
		args = append(args, "--no-tail", "--since=@"+strconv.FormatInt(at.Offset/1e6, 10))
	} else {
		args = append(args, "--lines=0")
	}
	for _, unit := range j.config.Units {
		args = append(args, "--unit="+unit)
	}
	return args
}

// run follows until the context ends, and starts again when journalctl ends.
func (j *journal) run(ctx context.Context) error {
	for ctx.Err() == nil {
		if err := j.follow(ctx); err != nil && ctx.Err() == nil {
			j.logger.Error("the journal is not followed; it is tried again", "service", j.config.Service, "again_in", journalAgain, "error", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(journalAgain):
		}
	}
	return nil
}

func (j *journal) follow(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	out, err := j.open(ctx, j.args())
	if err != nil {
		return fmt.Errorf("start journalctl: %w", err)
	}
	defer func() { _ = out.Close() }()
	entries := make(chan []byte, journalAhead)
	go func() {
		defer close(entries)
		lines := bufio.NewScanner(out)
		lines.Buffer(make([]byte, 0, 64<<10), journalLine)
		for lines.Scan() {
			select {
			case entries <- append([]byte(nil), lines.Bytes()...):
			case <-ctx.Done():
				return
			}
		}
	}()
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		select {
		case entry, more := <-entries:
			if !more {
				return j.end(ctx, fmt.Errorf("journalctl ended"))
			}
			j.take(entry)
		case <-tick.C:
			j.join.poll()
		case <-ctx.Done():
			return j.end(context.WithoutCancel(ctx), nil)
		}
		if j.batcher.full() || j.batcher.due() {
			if err := j.batcher.flush(ctx); err != nil {
				return err
			}
		}
	}
}

// end hands over what is open.
func (j *journal) end(ctx context.Context, why error) error {
	j.join.flush()
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	if err := j.batcher.flush(ctx); err != nil {
		return err
	}
	return why
}

// noPriority is less grave than any of syslog's.
const noPriority = 8

// take reads one entry. An entry that cannot be read is skipped: it is not ours.
func (j *journal) take(entry []byte) {
	var e struct {
		Message  json.RawMessage `json:"MESSAGE"`
		Priority string          `json:"PRIORITY"`
		At       string          `json:"__REALTIME_TIMESTAMP"` // microseconds
	}
	micros := int64(0)
	if err := json.Unmarshal(entry, &e); err == nil {
		micros, _ = strconv.ParseInt(e.At, 10, 64)
	}
	text := journalText(e.Message)
	if micros <= 0 || text == "" {
		return
	}
	priority, err := strconv.Atoi(e.Priority)
	if err != nil {
		priority = noPriority
	}
	if priority != j.priority {
		j.join.flush() // the lines of one trace come alike
	}
	j.priority = priority
	j.join.add(rawLine{text: text, noted: time.UnixMicro(micros).UTC(), end: micros})
}

// journalText is a message; one that is not UTF-8 comes as a list of bytes, one
// that is too long as null.
func journalText(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text
	}
	var numbers []byte
	var list []int
	if json.Unmarshal(raw, &list) != nil {
		return ""
	}
	for _, n := range list {
		numbers = append(numbers, byte(n))
	}
	return string(numbers)
}

// emit hands on an event. What the text says of its level goes before what
// systemd says: a service that logs to standard output has one priority for all.
func (j *journal) emit(e event) {
	item := logItem{path: j.path, at: position{Offset: e.end}}
	line := j.parser.parse(e.text, e.noted, j.now())
	if line.Level == "" {
		line.Level = levelOfPriority(j.priority)
	}
	minLevel := j.config.MinLevel
	if line.Level == "" || rank(line.Level) >= rank(minLevel) {
		j.masker.line(&line)
		item.line = &line
	}
	j.batcher.add(item)
}

// levelOfPriority is the level of syslog's priority.
func levelOfPriority(p int) string {
	switch {
	case p <= 2:
		return "fatal"
	case p == 3:
		return "error"
	case p == 4:
		return "warn"
	case p <= 6:
		return "info"
	case p == 7:
		return "debug"
	}
	return ""
}
